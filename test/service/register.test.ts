import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";
import { id, ZeroHash } from "ethers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readWords } from "../../src/chain/reasonWords.ts";
import type { Prepared } from "../../src/chain/prepared.ts";
import { eventStream } from "../../src/notify/stream.ts";
import { follow, type Following } from "../../src/service/following.ts";
import { openQueue } from "../../src/queue/fileQueue.ts";
import type { PlaceOf } from "../../src/queue/task.ts";
import { Workbench } from "../../src/queue/workbench.ts";
import type { Problem } from "../../src/service/problem.ts";
import { DECISION_ROUTES } from "../../src/service/routes/decisions.ts";
import { JOB_ROUTES } from "../../src/service/routes/jobs.ts";
import { REGISTER_ROUTES } from "../../src/service/routes/register.ts";
import { cliJson } from "../cli/scene.ts";
import { scratch } from "../cli/support.ts";
import { CLAIM, ServiceScene, type Answered } from "./registerScene.ts";

/** What the service says of a register, sends there and prepares for it: from a folder to a certificate. */

let on: ServiceScene;
const BATCH = "/v1/sites/north/batches/b1";
const dir = (name = "b1"): string => on.scene.path(`north/batches/${name}`);

beforeAll(async () => {
  on = await ServiceScene.set([...REGISTER_ROUTES, ...DECISION_ROUTES, ...JOB_ROUTES]);
  const queue = await openQueue(mkdtempSync(on.scene.path("queue-")));
  const placeOf: PlaceOf = ({ site, batch }) => Promise.resolve({ dir: on.scene.path(`${site}/batches/${batch}`) });
  Object.assign(on.service, { queue, workbench: new Workbench({ queue, placeOf }) });
});
afterAll(() => {
  on.service.queue.close();
  return on.close();
});

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

// Verifies R-service-decision, V387, V388, V389, V446.
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

  it("V446: leaves no more words in a folder than people read of it, however often it is prepared", async () => {
    const hold = { kind: "hold", from: on.scene.account("qp"), reason: "other" };
    const texts = join(dir(), "texts");
    await decided({ ...hold, words: "one of many" });
    const before = readdirSync(texts);
    for (let i = before.length + 1; i < 1_000; i++) writeFileSync(join(texts, `fill-${i}`), "");
    expect((await decided({ ...hold, words: "the last" })).body.prepared?.function).toBe("hold");
    expect(await on.refused("POST", `${BATCH}/decisions`, { ...hold, words: "more" })).toEqual([413, "words-quota"]);
    expect((await decided(hold)).body.prepared?.function).toBe("hold");
    for (const name of readdirSync(texts).filter((each) => !before.includes(each))) rmSync(join(texts, name));
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

  it("is prepared as well of who is named, who takes something back, and what was found wrong", async () => {
    const [owner, qp, stranger] = [
      on.scene.account("manufacturer"),
      on.scene.account("qp"),
      on.scene.account("stranger"),
    ];
    const decide = async (body: object): Promise<string | undefined> => {
      const { body: said } = await decided(body);
      await on.send(said.prepared);
      return said.prepared?.function;
    };
    const refused = (body: object): Promise<unknown> => on.as("decider").refused("POST", `${BATCH}/decisions`, body);
    // A further Qualified Person: the owner names one, and one of those who were named consents; or it is taken back.
    await on.scene.giveRole("qp", stranger, "second");
    const seat = { qp: stranger };
    expect(await refused({ kind: "qp-consent", from: qp, ...seat })).toEqual([422, "NotProposed"]);
    expect(await decide({ kind: "qp-propose", from: owner, ...seat })).toBe("proposeQp");
    expect(await decide({ kind: "qp-withdraw", from: owner, ...seat })).toBe("withdraw");
    expect(await decide({ kind: "qp-propose", from: owner, ...seat })).toBe("proposeQp");
    expect(await decide({ kind: "qp-consent", from: qp, ...seat })).toBe("consentQp");
    expect(await refused({ kind: "qp-propose", from: owner, ...seat })).toEqual([422, "QpKnown"]);
    // A closing that QA takes back is nothing that a QP could confirm.
    const qa = on.wallet.address;
    const amend = { kind: "amend", claim: CLAIM, reason: "other" };
    expect(await refused({ ...amend, from: qa })).toEqual([422, "RoleNotHeld"]);
    await on.scene.giveRole("qa", qa, "qa", "--owner", owner);
    const closing = { disposition: "unfounded", evidence: id("why"), id: "1" };
    expect(await decide({ kind: "exception-propose-closing", from: qa, ...closing })).toBe("proposeClosing");
    expect(await refused({ kind: "exception-withdraw-closing", from: qp, ...closing })).toEqual([422, "NotProposer"]);
    expect(await decide({ kind: "exception-withdraw-closing", from: qa, ...closing })).toBe("withdraw");
    expect(await refused({ kind: "exception-confirm-closing", from: qp, ...closing })).toEqual([422, "NotProposed"]);
    // A proof that was made for another account amends nothing.
    expect((await decided({ ...amend, from: qa })).body.prepared).toMatchObject({ function: "amend", from: qa });
    expect(await refused({ ...amend, from: qp })).toEqual([422, "context"]);
    const mes = { kind: "exception-raise", claim: CLAIM, reference: "DEV-2", from: owner };
    expect(await refused({ ...mes, mes: "E-1" })).toEqual([400, "mes-unknown"]);
    expect(await refused({ ...mes, mes: "E-1", severity: 1 })).toEqual([400, "request"]);
    expect(await refused(mes)).toEqual([400, "request"]);
  });

  it("that would be another one than it is called is refused, and what the policy does not ask for", async () => {
    const [owner, qp] = [on.scene.account("manufacturer"), on.scene.account("qp")];
    const stage = "cold-storage";
    for (const [body, status, code] of [
      [{ kind: "confirm-stage", from: qp, stage, document: ZeroHash }, 400, "request"],
      [{ kind: "confirm-stage", from: qp, stage, document: id("document") }, 422, "StageNotConfirmed"],
      [{ kind: "withdraw-confirmation", from: qp, stage }, 422, "StageNotConfirmed"],
      [{ kind: "consent-decide", from: qp, reason: "other" }, 422, "NothingRevoked"],
      [{ kind: "name-submitter", from: qp, submitter: qp }, 422, "NotOwner"],
      [{ kind: "name-submitter", from: owner, submitter: qp }, 422, "FirstHeadSet"],
      [{ kind: "set-head", from: owner, stage }, 422, "HeadIsSet"],
    ] as const) {
      expect(await on.as("decider").refused("POST", `${BATCH}/decisions`, body), JSON.stringify(body)).toEqual([
        status,
        code,
      ]);
    }
    const other = "/v1/sites/north/batches/b2";
    const named = await decided({ kind: "name-submitter", from: owner, submitter: qp }, other);
    expect(named.body.prepared).toMatchObject({ function: "nameSubmitter", arguments: { submitter: qp } });
    const head = { kind: "set-head", from: owner, stage };
    expect(await on.refused("POST", `${other}/decisions`, head)).toEqual([422, "NoCustodyException"]);
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

// Verifies R-service-joined.
describe("the proofs of a folder that joined its batch", () => {
  const SOUTH = "/v1/sites/south/batches/joined";
  const prove = (body: object): Promise<Answered<Problem>> => {
    return on.as("operator", { sites: ["south"] }).call<Problem>("POST", `${SOUTH}/prove`, body);
  };

  it("take its owner's name once, and what the register says of the opening", async () => {
    const joined = on.scene.path("south/batches/joined");
    cpSync(dir("b1"), joined, { recursive: true });
    rmSync(join(joined, "register.json"));
    const nobody = await prove({});
    expect([nobody.status, nobody.body.code, nobody.body.remedy]).toEqual([
      ...[400, "opening-unknown", "Name the account that opened the batch: `owner`."],
    ]);
    const other = await prove({ owner: on.scene.account("stranger") });
    expect([other.status, other.body.code, existsSync(join(joined, "register.json"))]).toEqual([
      ...[422, "BatchUnknown", false],
    ]);
    expect((await prove({ owner: on.scene.account("manufacturer") })).status).toBe(202);
    const remembered = (path: string): unknown => JSON.parse(readFileSync(join(path, "register.json"), "utf8"));
    expect(remembered(joined)).toEqual(remembered(dir("b1")));
    expect((await prove({})).status).toBe(202);
    rmSync(joined, { recursive: true });
  });
});

// Verifies R-notify-once, R-notify-joined, V450.
describe("what follows the register while a service runs", () => {
  const received: string[] = [];
  const receiver = createServer((request, response) => {
    received.push(String(request.headers["webhook-id"]));
    response.end();
  });
  const data = scratch();
  let running: Following;
  const start = async (): Promise<void> => {
    const { port } = receiver.address() as AddressInfo;
    const erp = { name: "erp", url: `http://127.0.0.1:${port}/`, secrets: [join(data, "secret")], sites: ["south"] };
    const settings = { ...on.settings, data, webhooks: [erp] };
    running = await follow({ settings, now: on.service.now, say: (line) => said.push(line), readEvery: 100 });
  };
  const said: string[] = [];
  const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 50 });
  const sequence = (): number => running.follower?.journal.sequence ?? 0;
  /** What a reader of the site's stream gets who has all up to a number: the ids, and where to go on. */
  const streamed = async (after: number): Promise<readonly [ids: readonly string[], last: number]> => {
    const { journal } = running.follower ?? expect.fail("nothing is followed");
    const stream = eventStream(journal, { after, isTold: (each) => journal.isFor(each, ["north"]) });
    for await (const text of stream) {
      const ids = [...String(text).matchAll(/"id":"([^"]+)"/g)].map(([, each = ""]) => each);
      return [ids, Number([...String(text).matchAll(/^id: (\d+)$/gm)].at(-1)?.[1])];
    }
    return expect.fail("the stream ended");
  };

  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    writeFileSync(join(data, "secret"), `whsec_${Buffer.alloc(32, 1).toString("base64")}`, { mode: 0o600 });
  });
  afterAll(async () => {
    await running.close();
    receiver.close();
  });

  it("V450: tells every site that holds a folder, also one that comes later, over restarts: all once, in order", async () => {
    await start();
    await soon(() => expect(sequence()).toBeGreaterThan(0));
    const [first, last] = await streamed(0);
    expect(new Set(first).size).toBe(first.length);
    expect(received).toEqual([]);
    cpSync(dir("b1"), on.scene.path("south/batches/copy"), { recursive: true });
    await soon(() => expect(received.length).toBeGreaterThan(0));
    const before = sequence();
    await running.close();

    const held = await decided({ kind: "hold", from: on.scene.account("qp"), reason: "other" }, BATCH);
    await on.send(held.body.prepared);
    await start();
    const all = (): string[] => (running.follower?.journal.after(0, 1_000) ?? []).map(({ id: each }) => each);
    await soon(() => expect(sequence()).toBe(before + 1));
    await soon(() => expect(received.at(-1)).toBe(all().at(-1)));
    const ofBoth = (running.follower?.journal.after(0, 1_000) ?? []).filter(({ again }) => again === "south");
    expect(received).toEqual([...ofBoth.map(({ id: each }) => each), all().at(-1)]);
    expect(await streamed(last)).toEqual([[all().at(-1)], sequence()]);
    expect(said).toEqual([]);
  });

  it("V438: says why a receiver's secret cannot be had, and reads on once it is there", async () => {
    await running.close();
    const secret = join(data, "secret");
    renameSync(secret, `${secret}.away`);
    await start();
    await soon(() => expect(said).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(said).toEqual([expect.stringMatching(/^register: file-missing: /)]);
    expect([running.isReady(), running.webhooks]).toEqual([false, []]);
    renameSync(`${secret}.away`, secret);
    await soon(() => expect(running.isReady()).toBe(true));
    expect(running.webhooks).toHaveLength(1);
  });

  it("V439: is not ready where the register was not read lately, and names the folders that cannot be read", async () => {
    const { follower } = running;
    Object.assign(running, { follower: { status: { problem: null }, currentBlock: () => undefined } });
    expect(running.isReady()).toBe(false);
    Object.assign(running, { follower });
    writeFileSync(join(on.scene.path("south/batches/copy"), "batch.json"), "{}");
    const [copy] = await running.batchesOf("south");
    expect(copy).toEqual({ id: "copy", key: undefined, recorded: undefined });
  });
});
