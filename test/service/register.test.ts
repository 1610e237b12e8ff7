import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { id } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWords } from "../../src/chain/reasonWords.ts";
import type { Prepared } from "../../src/chain/prepared.ts";
import { DECISION_ROUTES } from "../../src/service/routes/decisions.ts";
import { REGISTER_ROUTES } from "../../src/service/routes/register.ts";
import { cliJson } from "../cli/scene.ts";
import { CLAIM, ServiceScene } from "./registerScene.ts";

/** What the service says of a register, sends there and prepares for it: from a folder to a certificate. */

let on: ServiceScene;
const BATCH = "/v1/sites/north/batches/b1";
const dir = (name = "b1"): string => on.scene.path(`north/batches/${name}`);

beforeAll(async () => {
  on = await ServiceScene.set([...REGISTER_ROUTES, ...DECISION_ROUTES]);
});
afterAll(() => on.close());

interface Opening {
  readonly key: string;
  readonly already: boolean;
  readonly prepared: Prepared | null;
}
interface Decided {
  readonly already: string | null;
  readonly prepared: Prepared | null;
  readonly typedData: { readonly message: Readonly<Record<string, unknown>> } | null;
  readonly lines: readonly { readonly field: string; readonly words: string }[] | null;
}

function opening(more: object = {}): object {
  return {
    ...{ from: on.scene.account("manufacturer"), qps: [on.scene.account("qp")], submitters: [on.wallet.address] },
    ...more,
  };
}

async function opened(name: string): Promise<string> {
  const url = `/v1/sites/north/batches/${name}/open`;
  const { body } = await on.as("operator").call<Opening>("POST", url, opening());
  await on.send(body.prepared);
  return (await on.call<Opening>("POST", url, opening())).body.key;
}

function decided(body: object, batch = BATCH): Promise<{ readonly status: number; readonly body: Decided }> {
  return on.as("decider").call<Decided>("POST", `${batch}/decisions`, body);
}

// Verifies R-service-open.
describe("the opening of a batch", () => {
  it("is prepared for its owner, and remembered by the folder once it was sent", async () => {
    const { status, body } = await on.as("operator").call<Opening>("POST", `${BATCH}/open`, opening());
    expect([status, body.already]).toEqual([200, false]);
    expect(body.prepared).toMatchObject({ function: "openBatch", from: on.scene.account("manufacturer") });
    expect(existsSync(join(dir(), "register.json"))).toBe(false);
    await on.send(body.prepared);
    const again = await on.call<Opening>("POST", `${BATCH}/open`, opening());
    expect(again.body).toEqual({ key: body.key, already: true, prepared: null });
    expect(JSON.parse(readFileSync(join(dir(), "register.json"), "utf8"))).toMatchObject({
      ...{ registry: on.scene.registry, owner: on.scene.account("manufacturer") },
    });
  });

  it("is refused where nobody could certify it, by who has no role, as another one, and of another site", async () => {
    const [stranger, manufacturer] = [on.scene.account("stranger"), on.scene.account("manufacturer")];
    const refused = (body: object, url = "/v1/sites/north/batches/b2/open"): Promise<unknown> =>
      on.as("operator").refused("POST", url, body);
    expect(await refused(opening({ qps: [stranger] }))).toEqual([422, "qp-role"]);
    expect(await refused(opening({ from: stranger }))).toEqual([422, "RoleNotHeld"]);
    expect(await refused(opening({ due: "soon" }))).toEqual([400, "time-syntax"]);
    expect(await refused(opening({ from: "0x12" }))).toEqual([400, "request"]);
    expect(await refused(opening({ from: manufacturer.toLowerCase().replace("f", "F") }))).toEqual([400, "address"]);
    expect(await refused(opening({ from: stranger }), `${BATCH}/open`)).toEqual([422, "BatchKnown"]);
    expect(await refused(opening({ submitters: [stranger] }), `${BATCH}/open`)).toEqual([422, "BatchKnown"]);
    expect(await refused(opening(), "/v1/sites/south/batches/b1/open")).toEqual([403, "not-allowed"]);
    expect(await on.as("operator", {}).refused("POST", "/v1/sites/south/batches/b1/open", opening())).toEqual([
      404,
      "not-found",
    ]);
    expect(await on.as("auditor").refused("POST", `${BATCH}/open`, opening())).toEqual([403, "not-allowed"]);
  });
});

// Verifies R-service-attest, V386.
describe("the proofs of a batch", () => {
  it("V386: are sent by the service's account once, whoever asks how often", async () => {
    const attest = `${BATCH}/attest`;
    expect(await on.as("operator").refused("POST", attest, {})).toEqual([400, "proof-missing"]);
    const to = ["--submitter", on.wallet.address, "--registry", on.scene.registry, "--chain-id", "31337"];
    await cliJson(["prove", dir(), ...to]);
    // Prepared for another account, the register would refuse the proof.
    expect(await on.refused("POST", attest, { from: on.scene.account("stranger") })).toEqual([422, "context"]);
    const shown = await on.call<{ prepared: Prepared }>("POST", attest, { from: on.wallet.address });
    expect(shown.body.prepared).toMatchObject({ function: "attest", from: on.wallet.address });
    expect(await on.sent(on.wallet.address)).toBe(0);

    const answers = await Promise.all([1, 2, 3].map(() => on.call("POST", attest, {})));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const [sent, ...others] = answers.map(({ body }) => body).sort((one) => (one["transaction"] === null ? 1 : -1));
    expect(sent).toMatchObject({ claims: [CLAIM], already: [] });
    for (const other of others) expect(other).toMatchObject({ claims: [], already: [CLAIM], transaction: null });
    expect(await on.sent(on.wallet.address)).toBe(1);
    expect((await on.call("POST", attest, { from: on.wallet.address })).body).toMatchObject({ prepared: null });
    expect(await on.refused("POST", attest, { claims: ["no/such"] })).toEqual([400, "claim"]);
    expect(await on.as("decider").refused("POST", attest, {})).toEqual([403, "not-allowed"]);
  });
});

// Verifies R-service-gate.
describe("what the register says of a batch", () => {
  it("is what the command line says", async () => {
    const owner = ["--owner", on.scene.account("manufacturer")];
    const said = await on.as("auditor").call("GET", `${BATCH}/gate?stage=cold-storage`);
    const shown = await cliJson(["gate", dir(), "--stage", "cold-storage", ...owner, ...on.scene.on]);
    expect(said.status).toBe(200);
    expect(said.body).toMatchObject({ stage: "cold-storage", ready: true, record: { developmentKeys: true } });
    expect(said.body).toEqual(shown);
    const standing = await on.call("GET", `${BATCH}/standing`);
    expect(standing.body).toMatchObject({ format: "batchproof-standing/1", status: "Compliant", release: "No" });
  });

  it("is told to who may see it, of a batch whose owner is known, and by the right chain alone", async () => {
    const gate = `${BATCH}/gate?stage=cold-storage`;
    expect(await on.as("party").refused("GET", gate)).toEqual([404, "not-found"]);
    expect(await on.as("auditor", { sites: ["south"] }).refused("GET", gate)).toEqual([403, "not-allowed"]);
    expect(await on.as("auditor").refused("GET", `${BATCH}/gate?stage=none`)).toEqual([400, "batch-stage"]);
    const other = `/v1/sites/north/batches/b2/gate?stage=cold-storage`;
    expect(await on.refused("GET", other)).toEqual([400, "service-owner"]);
    expect(await on.refused("GET", `${other}&owner=${on.scene.account("stranger")}`)).toEqual([422, "BatchUnknown"]);
    expect(await on.refused("GET", `${gate}&owner=${on.scene.account("stranger")}`)).toEqual([400, "register-differs"]);
    const { register } = on.settings;
    const change = (changed: object): void => void Object.assign(on.settings, { register: changed });
    try {
      change({ ...register, chainId: "1" });
      expect(await on.refused("GET", other)).toEqual([503, "chainId"]);
      change({ ...register, rpc: "http://127.0.0.1:9" });
      expect(await on.refused("GET", other)).toEqual([503, "unreachable"]);
      Object.assign(on.settings, { register: undefined });
      expect(await on.refused("GET", other)).toEqual([503, "service-register"]);
    } finally {
      change(register ?? {});
    }
  });
});

// Verifies R-service-decision, V387, V388, V389.
describe("a decision", () => {
  it("is prepared for the person whose it is, with its words in the folder, and decides once it is sent", async () => {
    const qp = on.scene.account("qp");
    const { status, body } = await decided({ kind: "hold", from: qp, reason: "other", words: "freezer 3" });
    expect([status, body.prepared?.function, body.prepared?.from]).toEqual([200, "hold", qp]);
    const words = body.prepared?.arguments["words"] as string;
    expect((await readWords(join(dir(), "texts"))).get(words)).toBe("freezer 3");
    expect((await on.call("GET", `${BATCH}/standing`)).body).toMatchObject({ holds: [] });
    await on.send(body.prepared);
    expect((await on.call("GET", `${BATCH}/standing`)).body).toMatchObject({ holds: [{ side: "qp" }] });
    const lifted = await decided({ kind: "unhold", from: qp, reason: "other" });
    await on.send(lifted.body.prepared);
  });

  it("that the register would refuse is refused, and leaves no words", async () => {
    const [qp, stranger] = [on.scene.account("qp"), on.scene.account("stranger")];
    const before = await readWords(join(dir(), "texts"));
    for (const [body, status, code] of [
      [{ kind: "recall", from: stranger, reason: "other", words: "mine" }, 422, "NotQpOrAuthority"],
      [{ kind: "unhold", from: qp, reason: "other" }, 422, "HoldUnchanged"],
      [{ kind: "reject", from: qp, reason: "patient-withdrew" }, 400, "request"],
      [{ kind: "reject", from: qp, reason: "other", words: "" }, 400, "words"],
      [{ kind: "pause", from: qp }, 400, "request"],
      [{ kind: "hold", from: qp, reason: "other", order: "for COI-b1" }, 422, "private"],
      [{ kind: "exception-acknowledge", from: qp, id: "7" }, 422, "ExceptionUnknown"],
      [{ kind: "certify", from: stranger, certificate: id("document") }, 422, "SignerNotQp"],
    ] as const) {
      expect(await on.as("decider").refused("POST", `${BATCH}/decisions`, body), JSON.stringify(body)).toEqual([
        status,
        code,
      ]);
    }
    expect(await readWords(join(dir(), "texts"))).toEqual(before);
    const hold = { kind: "hold", from: qp, reason: "other" };
    expect(await on.as("operator").refused("POST", `${BATCH}/decisions`, hold)).toEqual([403, "not-allowed"]);
    const elsewhere = on.as("decider", { sites: ["south"] }).refused("POST", `${BATCH}/decisions`, hold);
    expect(await elsewhere).toEqual([403, "not-allowed"]);
  });

  it("V388: of a Qualified Person is shown field by field, as the register would take it", async () => {
    const certify = { kind: "certify", from: on.scene.account("qp"), certificate: id("document") };
    const { body } = await decided(certify);
    expect(body.prepared).toMatchObject({ function: "certify", arguments: { signature: "0x" } });
    const signed = Object.entries(body.typedData?.message ?? {}).map(([name, value]) => [name, String(value)]);
    expect(Object.fromEntries(signed)).toEqual(body.prepared?.arguments["certificate"]);
    expect(body.lines?.map(({ field }) => field)).toEqual(["domain", ...Object.keys(body.typedData?.message ?? {})]);
    expect(body.lines?.[2]?.words).toContain('"FIXTURE-2-8" v1');
    const other = { ...certify, owner: on.scene.account("manufacturer") };
    expect(await on.refused("POST", "/v1/sites/north/batches/b2/decisions", other)).toEqual([422, "BatchUnknown"]);
  });

  it("V387: is about the batch at its address, and about others only where the caller may decide on them", async () => {
    const key = await opened("b2");
    const qp = on.scene.account("qp");
    const raise = { kind: "exception-raise", claim: CLAIM, category: "equipment", severity: 2, reference: "DEV-1" };
    const first = await decided({ ...raise, from: on.scene.account("manufacturer") });
    await on.send(first.body.prepared);
    // The same again is known to be done; another reference is another exception.
    const again = await decided({ ...raise, from: on.scene.account("manufacturer") });
    expect(again.body).toMatchObject({ prepared: null, already: expect.stringMatching(/^0x[0-9a-f]{64}$/) as string });
    const closing = {
      kind: "exception-confirm-closing",
      id: "1",
      disposition: "unfounded",
      evidence: id("why"),
      from: qp,
    };
    const other = "/v1/sites/north/batches/b2/decisions";
    expect(await on.as("decider").refused("POST", other, closing)).toEqual([404, "not-found"]);
    expect(await on.refused("POST", `${BATCH}/decisions`, closing)).toEqual([422, "NotProposed"]);

    const both = { kind: "hold", from: qp, reason: "other", also: ["b2"] };
    const held = await decided(both);
    expect(held.body.prepared?.arguments["keys"]).toContain(key);
    on.as("decider", { sites: ["north"], batches: ["b1"] });
    expect(await on.refused("POST", `${BATCH}/decisions`, both)).toEqual([403, "not-allowed"]);
  });

  it("V389: is never made by the service, though it has an account", async () => {
    const account = on.wallet.address;
    const before = await on.sent(account);
    const hold = { kind: "hold", from: account, reason: "other" };
    expect(await on.as("decider").refused("POST", `${BATCH}/decisions`, hold)).toEqual([422, "NotQpOrAuthority"]);
    expect(await on.sent(account)).toBe(before);
    // Whatever a route is given, the key is in none of it.
    const all = inspect(on.service, { depth: Infinity, showHidden: true, getters: true });
    expect(all).toContain(account);
    expect(all).not.toContain(on.wallet.privateKey);
    expect(all).not.toContain("signingKey");
  });
});
