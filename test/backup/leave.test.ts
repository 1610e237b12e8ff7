import { describe, expect, it } from "vitest";
import { emptyState, type Moment, type RegisterState } from "../../src/audit/state.ts";
import { departureOf, type Departure, type SiteFiles } from "../../src/backup/leave.ts";
import type { ServiceFiles } from "../../src/backup/leaveService.ts";
import { toHex } from "../../src/formats/field.ts";
import type { PublicKey } from "../../src/formats/identity.ts";
import { publicKey } from "../../src/formats/source.ts";
import type { KeyDescription } from "../../src/parties/keys.ts";
import type { KeyParty } from "../../src/parties/partyList.ts";
import type { ServiceSettings } from "../../src/settings/service.ts";

const ACCOUNT = `0x${"a".repeat(40)}`;
const OTHER = `0x${"b".repeat(40)}`;
const [own, others] = [keyOf(1), keyOf(2)];
const MOMENT: Moment = { block: 1, time: 1, transaction: "0x", by: ACCOUNT };

function keyOf(seed: number): PublicKey {
  return publicKey(new Uint8Array(32).fill(seed));
}

function described(name: string, key: PublicKey): KeyDescription {
  return { name, role: "custodian", org: "site", public: key, secretHash: 1n };
}

function party(name: string, key: PublicKey): KeyParty {
  const validity = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" };
  return { name, role: "custodian", org: "site", key, secretHash: 1n, ...validity };
}

const GRANTS = [{ role: "operator" as const }];
const SETTINGS: ServiceSettings = {
  format: "batchproof-service/1",
  data: "/data",
  sites: [],
  callers: [
    { name: "anna-berger", token: "1".repeat(64), grants: GRANTS },
    { name: "mes", certificate: { issuer: "CN=plant", subject: "O=site\nCN=Anna Berger" }, grants: GRANTS },
    { name: "lims", token: "2".repeat(64), grants: GRANTS },
    { name: "courier", token: "3".repeat(64), grants: [{ role: "party", custodians: [toHex(own.x)] }] },
  ],
  issuers: [
    {
      ...{ issuer: "https://login.example", audience: "batchproof", jwks: "https://login.example/jwks" },
      ...{ algorithms: ["ES256"], maxAge: 600 },
      grants: [
        { claim: "sub", value: "anna", grants: GRANTS },
        { claim: "groups", value: "qa", grants: GRANTS },
      ],
    },
  ],
};

function service(changes: Partial<ServiceFiles> = {}): ServiceFiles {
  return { file: "service.json", settings: SETTINGS, keys: [], ...changes };
}

function leaving(
  files: Partial<SiteFiles>,
  { callers = [], state = {} }: { callers?: readonly string[]; state?: Partial<RegisterState> } = {},
): Departure {
  const all = { lists: [], keys: [], services: [], ...files };
  const leaver = { name: "Anna Berger", accounts: [ACCOUNT], callers };
  const register = { rpc: "http://127.0.0.1:8545", registry: OTHER };
  return departureOf({ ...emptyState(1n, OTHER), ...state }, leaver, all, register, 1_780_000_000);
}

const words = ({ steps }: Departure): string[] => steps.map(({ what }) => what);

// Verifies R-person-leave, V456.
describe("who leaves", () => {
  it("V456: calls no service any more: callers by their names and certificates, and who signs in at an issuer", () => {
    const found = leaving({ services: [service()] });
    expect(words(found)).toEqual([
      expect.stringMatching(/^caller anna-berger in service\.json shows the token with sha256 1{64}: take it out/),
      expect.stringMatching(/^caller mes in service\.json shows the certificate .*CN=Anna Berger: take it out/),
      expect.stringMatching(/^https:\/\/login\.example says who calls .*counts 600 seconds at most$/),
    ]);
    expect(found.steps[0]?.commands).toEqual(["batchproof serve-token anna-berger"]);
    expect(found.notSeen).toContain(
      "whether the person has what these callers of service.json show: lims, courier; give --caller for each that it has",
    );
  });

  it("V456: is found by what else the person is called, at the service and by its issuer", () => {
    const found = words(leaving({ services: [service()] }, { callers: ["lims", "anna"] }));
    expect(found).toContainEqual(expect.stringMatching(/^caller lims /));
    expect(found).toContainEqual(expect.stringMatching(/^grants for sub anna of https:\/\/login\.example/));
    expect(found).not.toContainEqual(expect.stringMatching(/groups qa/));
  });

  it("leaves its keys and account at a service, and sights of its stages, to others", () => {
    const keys = [
      { file: "/keys/c.json", what: "custodian key of site north", key: described("Anna Berger", own) },
      { file: "/keys/d.json", what: "custodian key of site south", key: described("Ben", others) },
    ];
    const found = words(leaving({ services: [service({ keys, account: ACCOUNT })] }));
    expect(found).toContainEqual(expect.stringMatching(/^custodian key of site north in service\.json/));
    expect(found).not.toContainEqual(expect.stringContaining("site south"));
    expect(found).toContainEqual(expect.stringMatching(/^0xa{40} sends the proofs of service\.json/));
    expect(found).toContainEqual(expect.stringMatching(/^caller courier in service\.json sees the stages/));
    expect(words(leaving({ services: [service({ account: OTHER })] })).join()).not.toContain("sends the proofs");
  });

  it("is found by its key under whatever name, and it is said that the name is another one", () => {
    const list = [party("Anna Berger", own), party("Ben", own), party("Chloe", others)];
    const found = leaving({
      lists: [{ file: "parties.json", list }],
      keys: [{ file: "ben.json", key: described("Ben", own) }],
    });
    expect(words(found)).toEqual([
      expect.stringMatching(/^custodian Anna Berger, custodian Ben \(with the key of Anna Berger: .*in parties\.json/),
      expect.stringMatching(/^key file ben\.json, custodian Ben \(with the key of Anna Berger/),
    ]);
    expect(found.lists[0]?.list.map(({ notAfter }) => notAfter)).toEqual([
      ...["2026-05-28T20:26:40Z", "2026-05-28T20:26:40Z", "2027-01-01T00:00:00Z"],
    ]);
  });

  it("leaves standing what it endorsed and consented to, and a pause to another ADMIN; a seat that waits is not consented to", () => {
    const policy = { endorsed: [MOMENT] } as unknown as RegisterState["policies"][string];
    const state = {
      paused: MOMENT,
      policies: { P: policy, Q: { ...policy, retired: { ...MOMENT, reason: "superseded" } } },
      consents: { C: { holder: ACCOUNT }, D: { holder: ACCOUNT, revoked: MOMENT }, E: { holder: OTHER } },
      proposals: {
        "qualifiedPersons/1": {
          ...{ what: `${ACCOUNT} as QP of the batch`, batch: "K", withdrawn: [] },
          waiting: { ...MOMENT, by: OTHER },
        },
      },
    };
    const found = leaving({}, { state });
    expect(found.steps.map(({ what, takes }) => [takes, what])).toEqual([
      ["one", expect.stringMatching(/^proposed: 0xa{40}/)],
      ["one", "the register is paused by the person"],
      ["nobody", expect.stringMatching(/^endorsement of policy P: /)],
      ["nobody", expect.stringMatching(/^consent C: /)],
    ]);
    expect(found.steps[1]?.commands[0]).toMatch(/^batchproof unpause .*--account ADMIN$/);
  });
});
