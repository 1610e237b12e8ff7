import { mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publicKey } from "../../src/formats/source.ts";
import { writeParties } from "../../src/parties/partyList.ts";
import { openService } from "../../src/service/open.ts";
import { hiddenTexts, readServiceSettings } from "../../src/service/settings.ts";
import { readServiceFile } from "../../src/settings/service.ts";

/** A folder with those of two sites, and the file that names them, changed by `change`. */
function file(change: (settings: Record<string, unknown>) => object = (settings) => settings): string {
  const dir = mkdtempSync(join(tmpdir(), "batchproof-service-"));
  for (const name of ["north", "south", "policies", "north/inner"]) mkdirSync(join(dir, name), { recursive: true });
  symlinkSync("north", join(dir, "alias"));
  const sites = ["north", "south"].map((name) => ({ name, batches: name, policies: "policies" }));
  const path = join(dir, "service.json");
  writeFileSync(path, JSON.stringify(change({ format: "batchproof-service/1", data: "data", sites })));
  return path;
}

const site = (batches: string, name = "south"): object => ({ name, batches, policies: "policies" });
const withSites = (...sites: readonly object[]): string => file((settings) => ({ ...settings, sites }));

const ISSUER = {
  ...{ issuer: "https://login.example", audience: "batchproof", jwks: "jwks.json", algorithms: ["ES256"] },
  grants: [{ claim: "groups", value: "qa", grants: [{ role: "auditor" }] }],
};
const TOKEN = "0".repeat(64);
const CERTIFICATE = { issuer: "CN=plant", subject: "CN=mes" };
const caller = (name: string, shown: object): object => ({ name, ...shown, grants: [{ role: "worker" }] });
const withCallers = (...callers: readonly object[]): string => file((settings) => ({ ...settings, callers }));
const receiver = (name: string, ...secrets: readonly string[]): object => ({
  name,
  url: "https://erp.example",
  secrets,
});

describe("service.json", () => {
  it("has its paths read from its folder, and its data folder made for its owner alone", async () => {
    const path = file((plain) => ({ ...plain, issuers: [ISSUER] }));
    const dir = join(path, "..");
    const settings = await readServiceSettings(path);
    expect(settings.sites[0]).toMatchObject({ batches: join(dir, "north"), policies: join(dir, "policies") });
    expect(statSync(settings.data).mode & 0o777).toBe(0o700);
    expect(hiddenTexts(settings)).toContain(join(dir, "south"));
    expect(hiddenTexts(settings)).toContain(join(dir, "jwks.json"));
  });

  it("is as the document shows it", async () => {
    const text = readFileSync("docs/spec/service.md", "utf8");
    const [, example = ""] = /```json\n(.*?)```/s.exec(text) ?? [];
    const path = file();
    writeFileSync(path, example);
    expect((await readServiceFile(path)).callers).toMatchObject([{ name: "mes", grants: [{ role: "operator" }] }]);
  });

  // Verifies R-service-settings, V364.
  it.each([
    ["the same folder", "north"],
    ["the same folder by another name", "alias"],
    ["a folder inside", "north/inner"],
    ["the service's own", "data"],
  ])("lets no site have %s", async (_what, batches) => {
    const path = withSites(site("north", "north"), site(batches));
    await expect(readServiceSettings(path)).rejects.toMatchObject({
      code: "service-file",
      place: `${path}#/sites/1/batches`,
    });
  });

  it("gives nobody a site that is misspelt, and begins with no file that is not what it is named as", async () => {
    const grants = [{ role: "worker" }, { role: "operator", sites: ["north", "noth"] }];
    const called = withCallers({ name: "mes", token: TOKEN, grants });
    await expect(readServiceSettings(called)).rejects.toMatchObject({
      ...{ code: "service-file", place: `${called}#/callers/0/grants/1/sites/1` },
    });
    const issued = { ...ISSUER, grants: [{ claim: "groups", value: "qa", grants }] };
    const by = file((plain) => ({ ...plain, issuers: [issued] }));
    await expect(readServiceSettings(by)).rejects.toMatchObject({
      place: `${by}#/issuers/0/grants/0/grants/1/sites/1`,
    });
    const told = file((plain) => ({ ...plain, webhooks: [{ ...receiver("erp", "s"), sites: ["noth"] }] }));
    await expect(readServiceSettings(told)).rejects.toMatchObject({ place: `${told}#/webhooks/0/sites/0` });
    const addressed = (url: string): string =>
      file((plain) => ({ ...plain, webhooks: [{ ...receiver("erp", "s"), url }] }));
    await expect(readServiceSettings(addressed("http://10.0.0.1"))).rejects.toMatchObject({ code: "webhook-address" });
    const signed = addressed("https://erp.example");
    await expect(readServiceSettings(signed)).rejects.toMatchObject({ code: "file-missing" });
    writeFileSync(join(signed, "../s"), "hello", { mode: 0o600 });
    await expect(readServiceSettings(signed)).rejects.toMatchObject({ code: "webhook-secret" });
    const listed = withSites({ ...site("north", "north"), parties: "service.json" });
    await expect(readServiceSettings(listed)).rejects.toMatchObject({ code: "party-list" });
  });

  // Verifies R-access-identity.
  it.each<[string, () => string, string]>([
    [
      "two callers of one name",
      () => withCallers(caller("mes", { token: TOKEN }), caller("mes", { token: "1".repeat(64) })),
      "#/callers/1",
    ],
    [
      "two callers with one token",
      () => withCallers(caller("mes", { token: TOKEN }), caller("lims", { token: TOKEN, certificate: CERTIFICATE })),
      "#/callers/1",
    ],
    [
      "two callers with one certificate, however it is written",
      () =>
        withCallers(
          caller("mes", { certificate: CERTIFICATE }),
          caller("lims", { certificate: { subject: CERTIFICATE.subject, issuer: CERTIFICATE.issuer } }),
        ),
      "#/callers/1",
    ],
    ["a caller with nothing to show", () => withCallers(caller("mes", {})), "#/callers/0"],
    [
      "two receivers with one secret",
      () => file((settings) => ({ ...settings, webhooks: [receiver("erp", "a", "b"), receiver("lims", "c", "./b")] })),
      "#/webhooks/1/secrets/1",
    ],
    ["a site twice", () => withSites(site("north"), site("south")), "#/sites/1"],
    ["a folder that is not there", () => withSites(site("nowhere")), "#/sites/0/batches"],
    ["a name that leads elsewhere", () => withSites(site("north", "../north")), "#/sites/0/name"],
    ["a secret", () => file((settings) => ({ ...settings, passphrase: "secret" })), "#"],
    [
      "a token itself",
      () =>
        file((settings) => ({
          ...settings,
          callers: [{ name: "mes", token: "secret", grants: [{ role: "worker" }] }],
        })),
      "#/callers/0/token",
    ],
    [
      "a role that nobody knows",
      () =>
        file((settings) => ({
          ...settings,
          callers: [{ name: "mes", token: "0".repeat(64), grants: [{ role: "king" }] }],
        })),
      "#/callers/0/grants/0/role",
    ],
    [
      "an issuer whose name and persons could be another's",
      () =>
        file((settings) => ({
          ...settings,
          issuers: [{ ...ISSUER, issuer: "https://login anna" }],
        })),
      "#/issuers/0/issuer",
    ],
  ])("refuses %s", async (_what, make, pointer) => {
    const path = make();
    const error: unknown = await readServiceSettings(path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "service-file", place: `${path}${pointer}` });
    expect(String(error)).not.toContain("secret");
  });
});

// Verifies R-key-person.
it("a service says when it starts that one key stands under two names", async () => {
  const path = withSites({ ...site("south"), parties: "parties.json" });
  const entry = { role: "source", org: "site", key: publicKey(new Uint8Array(32).fill(1)), secretHash: 0n } as const;
  const validity = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" };
  const list = [
    { ...entry, ...validity, name: "Anna" },
    { ...entry, ...validity, name: "Ben", notAfter: "2028-01-01T00:00:00Z" },
  ];
  await writeParties(join(path, "..", "parties.json"), list);
  const said: string[] = [];
  const options = { say: (line: string) => void said.push(line), passphraseOf: () => Promise.resolve("") };
  const opened = await openService(await readServiceSettings(path), options);
  await opened.close();
  expect(said).toEqual([expect.stringMatching(/^warning: Anna \(.*\) and Ben \(.*\) have one key: /)]);
});
