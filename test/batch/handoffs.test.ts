import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { headOf } from "../../src/batch/commitments.ts";
import { initBatch, readBatch, setParties, setStage } from "../../src/batch/folder.ts";
import { handoffFile } from "../../src/batch/handoffFile.ts";
import {
  discardHandoff,
  handoffStatus,
  importHandoff,
  joinBatch,
  signHandoff,
  type SignRequest,
} from "../../src/batch/handoffs.ts";
import { EVIDENCE, type SiteKey } from "../../src/batch/evidence.ts";
import type { Statement } from "../../src/kinds/statement.ts";
import { claimNamed } from "../../src/policy/document.ts";
import { documentText } from "../../src/formats/document.ts";
import type { UnlockedKey } from "../../src/parties/keys.ts";
import { partyOfKey, writeParties } from "../../src/parties/partyList.ts";
import type { Policy } from "../../src/policy/document.ts";
import { createSalts } from "../../src/policy/salts.ts";
import { refusedAsync } from "../input/refused.ts";
import { newKey, temporaryFolder } from "../parties/support.ts";
import { fixture } from "../policy/support.ts";
import { COI, LOGGER, LOT, ORDER, SPARE } from "./support.ts";
import type { CustodyClaim } from "../../src/kinds/custody/limits.ts";
import type { Batch } from "../../src/batch/batch.ts";

/** Three stages under three custodians, each in a folder of its own; the last one has an internal boundary before it. */
const folder = temporaryFolder();
const hospital = await newKey(folder, { name: "hospital", role: "custodian", org: "Hospital" });
const courier = await newKey(folder, { name: "courier", role: "custodian", org: "Courier" });
const site = await newKey(folder, { name: "site", role: "custodian", org: "Site" });

function custody(stage: number, name: string, rule: Partial<CustodyClaim["rule"]>): CustodyClaim {
  return {
    id: `${name}/custody`,
    kind: "custody",
    stage,
    class: "custody",
    neededFor: "release",
    severity: 3,
    circuits: ["custody"],
    rule: { boundary: "handover", hold: 3600, duration: { max: 86_400 }, source: "chosen for this test", ...rule },
  };
}

const POLICY: Policy = {
  ...fixture(),
  stages: ["collection", "transport", "thaw", "use"],
  claims: [
    custody(0, "collection", {}),
    custody(1, "transport", {}),
    custody(2, "thaw", { boundary: "internal" }),
    custody(3, "use", { boundary: "last" }),
  ],
};
const policyPath = join(folder, "policy.json");
writeFileSync(policyPath, JSON.stringify(POLICY));
await createSalts(policyPath, POLICY);
const partiesPath = join(folder, "parties.json");
const YEAR = { notBefore: "2022-01-01T00:00:00Z", notAfter: "2022-12-31T00:00:00Z" };
await writeParties(
  partiesPath,
  [hospital, courier, site].map(({ description }) => partyOfKey(description, YEAR)),
);

let count = 0;
const newDir = (): string => join(folder, `batch-${count++}`);
const custodian = ({ description }: UnlockedKey) => ({ key: description.public, org: description.org });

async function begun(order = ORDER): Promise<string> {
  const dir = newDir();
  await initBatch({
    dir,
    policyPath,
    lot: LOT,
    coi: COI,
    order,
    custodianKey: hospital,
    devices: [],
    partiesPath,
  });
  return dir;
}

/** Hospital's folder, its collection over and the courier named. */
async function collected(order = ORDER): Promise<string> {
  const dir = await begun(order);
  await setStage(dir, "collection", { start: "2022-05-05T10:00:00Z", end: "2022-05-05T16:00:00Z" });
  await setStage(dir, "transport", { start: "2022-05-05T16:30:00Z", custodian: custodian(courier), devices: [LOGGER] });
  return dir;
}

function sign(dir: string, stage: string, side: SignRequest["side"], key: UnlockedKey): Promise<unknown> {
  return signHandoff({ dir, stage, side, key, condition: "conforming" });
}

async function exported(dir: string, stage?: number): Promise<string> {
  const path = join(folder, `handoff-${count++}.json`);
  writeFileSync(path, documentText(handoffFile(await readBatch(dir), stage)));
  return path;
}

function joined(handoffPath: string): Promise<string> {
  const dir = newDir();
  return joinBatch({ dir, policyPath, lot: LOT, partiesPath, handoffPath }).then(() => dir);
}

/** Both folders with a hand-off of stage 0 that both sides signed. */
async function handedOver(): Promise<{ from: string; to: string }> {
  const from = await collected();
  await sign(from, "collection", "released", hospital);
  const to = await joined(await exported(from, 0));
  await sign(to, "collection", "received", courier);
  await importHandoff(from, await exported(to, 0));
  return { from, to };
}

function custodyOf(batch: Batch, claim: string, siteKey?: SiteKey): Promise<Statement> {
  return EVIDENCE.custody.statement(batch, claimNamed(batch.policy, claim), { siteKey });
}

async function brokenRules(dir: string, claim: string): Promise<string[]> {
  const { findings } = await custodyOf(await readBatch(dir), claim, hospital);
  return [...new Set(findings().map(({ rule }) => rule))];
}

type Json = Record<string, unknown> & { stage: Record<string, unknown> };

function edit(path: string, change: (file: Json) => object): string {
  const edited = join(folder, `edited-${count++}.json`);
  writeFileSync(edited, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")) as Json)));
  return edited;
}

function otherNextOrg(file: Json): object {
  const next = file.stage["next"] as { readonly custodian: object };
  return { ...file, stage: { ...file.stage, next: { ...next, custodian: { ...next.custodian, org: "Impostor" } } } };
}

describe("a hand-off between two folders", () => {
  // Verifies R-batch-exchange.
  it("is proven by both signatures, and both folders have the same head", async () => {
    const { from, to } = await handedOver();
    expect(await brokenRules(from, "collection/custody")).toEqual([]);
    const [sent, received] = [await readBatch(from), await readBatch(to)];
    expect(headOf(sent, 0).hash).toBe(headOf(received, 0).hash);
    expect(received.commitments).toEqual(sent.commitments);
    expect(handoffStatus(received)[0]?.missing).toEqual([]);
    expect(received.stages[1]).toEqual({
      name: "transport",
      start: "2022-05-05T16:30:00Z",
      custodian: custodian(courier),
      devices: [LOGGER],
    });
  });

  it("tells the receiver no identity, no record and no salt but that of its head", async () => {
    const { from, to } = await handedOver();
    const { batchSalt, openingSalt } = (await readBatch(from)).secrets;
    const sent = readFileSync(await exported(from, 0), "utf8");
    for (const value of [COI, ORDER, batchSalt.toString(16), openingSalt.toString(16)])
      expect(sent).not.toContain(value);
    const batch = await readBatch(to);
    expect(() => batch.secrets.batchSalt).toThrow("no secret");
    expect((await refusedAsync(custodyOf(batch, "collection/custody"))).code).toBe("batch-joined");
  });

  it("goes on through an internal boundary to the last stage", async () => {
    const { to } = await handedOver();
    await setStage(to, "transport", { end: "2022-05-06T10:00:00Z", seal: "A 17" });
    await setStage(to, "thaw", { start: "2022-05-06T10:30:00Z", custodian: custodian(site), devices: [SPARE] });
    await sign(to, "transport", "released", courier);
    const dir = await joined(await exported(to, 1));
    await sign(dir, "transport", "received", site);
    await importHandoff(to, await exported(dir, 1));
    expect(await brokenRules(to, "transport/custody")).toEqual([]);

    await setStage(dir, "thaw", { end: "2022-05-06T11:00:00Z" });
    await setStage(dir, "use", { start: "2022-05-06T11:00:00Z", custodian: custodian(site), devices: [] });
    await sign(dir, "thaw", "released", site);
    expect((await refusedAsync(sign(dir, "thaw", "received", site))).code).toBe("handoff-side");
    await setStage(dir, "use", { end: "2022-05-06T12:00:00Z" });
    await sign(dir, "use", "released", site);
    expect(await brokenRules(dir, "thaw/custody")).toEqual([]);
    expect(await brokenRules(dir, "use/custody")).toEqual([]);
    expect(handoffStatus(await readBatch(dir)).map(({ missing }) => missing.length)).toEqual([2, 0, 0, 0]);
  });

  // Verifies R-batch-handoff.
  it("can be signed twice without a change, and taken back for a correction", async () => {
    const { from } = await handedOver();
    const before = await readBatch(from);
    await sign(from, "collection", "released", hospital);
    expect((await readBatch(from)).stages).toEqual(before.stages);
    expect((await refusedAsync(setStage(from, "collection", { end: "2022-05-05T15:00:00Z" }))).code).toBe(
      "handoff-made",
    );
    expect((await refusedAsync(setStage(from, "transport", { devices: [SPARE] }))).code).toBe("handoff-made");
    // What the opening fixed: the hand-off no longer follows it.
    expect(await refusedAsync(setStage(from, "collection", { devices: [SPARE] }))).toMatchObject({
      code: "handoff-made",
      place: `${join(from, "batch.json")}#/stages/0/handoff/head/previous`,
    });
    await discardHandoff(from, "collection");
    await setStage(from, "collection", { end: "2022-05-05T15:50:00Z" });
    await sign(from, "collection", "released", hospital);
    expect(headOf(await readBatch(from), 0).hash).not.toBe(headOf(before, 0).hash);
  });

  // Verifies R-batch-salts, F16.
  it("has a salt of its own each time it is signed anew, also after the folder was told of it by another party", async () => {
    const from = await collected();
    const drawn = (await readBatch(from)).secrets.stageSalt(0);
    const salts: bigint[] = [];
    const signed = async (): Promise<string> => {
      await sign(from, "collection", "released", hospital);
      const { stages, secrets } = await readBatch(from);
      const salt = stages[0]?.handoff?.head.salt ?? 0n;
      expect(salt).toBe(secrets.stageSalt(0, stages[0]?.discarded));
      salts.push(salt);
      return exported(from, 0);
    };
    const first = await signed();
    expect((await readBatch(from)).stages[0]).not.toHaveProperty("discarded");
    await discardHandoff(from, "collection");
    // The other party held on to the first one, then both take it back.
    await importHandoff(from, first);
    await discardHandoff(from, "collection");
    await signed();
    await discardHandoff(from, "collection");
    await signed();
    expect(salts[0]).toBe(drawn);
    expect(new Set(salts).size).toBe(3);
    expect((await readBatch(from)).stages[0]?.discarded).toBe(3);
  });

  // Verifies R-cli-already.
  it("joins the same folder a second time without a change, and no other one", async () => {
    const from = await collected();
    const first = await exported(from);
    await sign(from, "collection", "released", hospital);
    const [dir, handoffPath] = [newDir(), await exported(from, 0)];
    const request = { dir, policyPath, lot: LOT, partiesPath, handoffPath };
    expect((await joinBatch(request)).already).toBe(false);
    await sign(dir, "collection", "received", courier);
    expect((await joinBatch(request)).already).toBe(true);
    expect((await joinBatch({ ...request, handoffPath: first })).already).toBe(true);
    const other = await collected("ORDER-2");
    for (const change of [{ lot: "LOT-2" }, { handoffPath: await exported(other) }]) {
      expect((await refusedAsync(joinBatch({ ...request, ...change }))).code).toBe("batch-exists");
    }
  });

  it("prepares a folder from the commitments alone", async () => {
    const from = await begun();
    const to = await joined(await exported(from));
    expect((await readBatch(to)).commitments).toEqual((await readBatch(from)).commitments);
    const { stage } = await importHandoff(to, await exported(from));
    expect(stage).toBeUndefined();
  });
});

describe("broken custody", () => {
  it("a missing countersignature breaks rule handoff", async () => {
    const from = await collected();
    await sign(from, "collection", "released", hospital);
    expect(await brokenRules(from, "collection/custody")).toEqual(["handoff"]);
  });

  it("the signature of another receiver breaks rule handoff", async () => {
    const { from } = await handedOver();
    const path = join(from, "batch.json");
    const file = JSON.parse(readFileSync(path, "utf8")) as { stages: { handoff: Record<string, unknown> }[] };
    const handoff = file.stages[0]?.handoff;
    if (handoff === undefined) throw new Error("no hand-off");
    handoff["received"] = handoff["released"];
    writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
    expect(await brokenRules(from, "collection/custody")).toEqual(["handoff"]);
  });

  it("a hold that is too long breaks rule hold", async () => {
    const from = await collected();
    await setStage(from, "transport", { start: "2022-05-05T17:00:01Z" });
    await sign(from, "collection", "released", hospital);
    const to = await joined(await exported(from, 0));
    await sign(to, "collection", "received", courier);
    await importHandoff(from, await exported(to, 0));
    expect(await brokenRules(from, "collection/custody")).toEqual(["hold"]);
  });

  it("a key that expired before the hand-over breaks rule custodian", async () => {
    const { from } = await handedOver();
    const list = join(folder, "expired.json");
    const parties = [hospital, courier, site].map(({ description }) =>
      partyOfKey(description, description.name === "courier" ? { ...YEAR, notAfter: "2022-05-05T16:29:59Z" } : YEAR),
    );
    await writeParties(list, parties);
    await setParties(from, list);
    expect(await brokenRules(from, "collection/custody")).toEqual(["custodian"]);
  });
});

describe("refuses", () => {
  // Verifies R-batch-handoff.
  it("a signature by somebody else, and a receiver before the releaser", async () => {
    const from = await collected();
    expect((await refusedAsync(sign(from, "collection", "released", courier))).code).toBe("handoff-signer");
    expect((await refusedAsync(sign(from, "collection", "received", courier))).code).toBe("handoff-missing");
    await sign(from, "collection", "released", hospital);
    expect((await refusedAsync(sign(from, "collection", "received", site))).code).toBe("handoff-signer");
    const damaged = signHandoff({
      dir: from,
      stage: "collection",
      side: "received",
      key: courier,
      condition: "damaged",
    });
    expect((await refusedAsync(damaged)).code).toBe("handoff-condition");
  });

  // Verifies R-batch-handoff.
  it("a hand-off on a stage before that is still open", async () => {
    const { to } = await handedOver();
    await discardHandoff(to, "collection");
    await setStage(to, "transport", { end: "2022-05-06T10:00:00Z" });
    await setStage(to, "thaw", { start: "2022-05-06T10:30:00Z", custodian: custodian(site) });
    expect((await refusedAsync(sign(to, "transport", "released", courier))).code).toBe("handoff-missing");
  });

  // Verifies R-batch-handoff.
  it("taking back a hand-off that a later one rests on", async () => {
    const { to } = await handedOver();
    await setStage(to, "transport", { end: "2022-05-06T10:00:00Z" });
    await setStage(to, "thaw", { start: "2022-05-06T10:30:00Z", custodian: custodian(site) });
    await sign(to, "transport", "released", courier);
    expect((await refusedAsync(discardHandoff(to, "collection"))).code).toBe("handoff-follows");
  });

  // Verifies R-batch-handoff.
  it("a second hand-off of a stage: the chain would fork (C19)", async () => {
    const { from, to } = await handedOver();
    await discardHandoff(from, "collection");
    await setStage(from, "collection", { end: "2022-05-05T15:00:00Z" });
    await sign(from, "collection", "released", hospital);
    expect((await refusedAsync(importHandoff(to, await exported(from, 0)))).code).toBe("handoff-differs");
    const other = await collected("ORDER-OTHER");
    await sign(other, "collection", "released", hospital);
    expect((await refusedAsync(importHandoff(to, await exported(other, 0)))).code).toBe("handoff-batch");
  });

  // Verifies R-batch-exchange.
  it.each<[string, string, (file: Json) => object]>([
    ["of another policy", "handoff-policy", (file) => ({ ...file, policyHash: `0x${"1".repeat(64)}` })],
    ["of another stage", "handoff-signature", (file) => ({ ...file, stage: { ...file.stage, name: "thaw" } })],
    ["of no stage", "handoff-file", (file) => ({ ...file, stage: { ...file.stage, name: "nowhere" } })],
    ["with another seal", "handoff-file", (file) => ({ ...file, stage: { ...file.stage, seal: "B 1" } })],
    [
      "with another custodian's organisation",
      "handoff-file",
      (file) => ({
        ...file,
        stage: { ...file.stage, custodian: { ...(file.stage["custodian"] as object), org: "X" } },
      }),
    ],
    [
      "with other devices for the next stage",
      "handoff-file",
      (file) => ({ ...file, stage: { ...file.stage, next: { ...(file.stage["next"] as object), devices: [SPARE] } } }),
    ],
    ["without the next custodian", "handoff-file", (file) => ({ ...file, stage: { ...file.stage, next: undefined } })],
    [
      "with another condition than was signed",
      "handoff-signature",
      (file) => ({
        ...file,
        stage: { ...file.stage, handoff: { ...(file.stage["handoff"] as object), condition: "damaged" } },
      }),
    ],
    [
      "with another organisation of the next custodian, to which the head does not commit (F17)",
      "handoff-party",
      otherNextOrg,
    ],
    ["with a member too many", "handoff-file", (file) => ({ ...file, extra: 1 })],
  ])("a file %s", async (_, code, change) => {
    const from = await collected();
    await sign(from, "collection", "released", hospital);
    const path = edit(await exported(from, 0), change);
    const to = await joined(await exported(from));
    expect((await refusedAsync(importHandoff(to, path))).code).toBe(code);
  });

  // Verifies R-batch-exchange, F17.
  it("a custodian of a hand-off that the party list holds otherwise or not at all, also for a folder that joins", async () => {
    const from = await collected();
    await sign(from, "collection", "released", hospital);
    const sent = await exported(from, 0);
    const wrong = await refusedAsync(joined(edit(sent, otherNextOrg)));
    expect([wrong.code, wrong.place?.split("#")[1]]).toEqual(["handoff-party", "/stage/next/custodian"]);
    const unlisted = join(folder, `parties-${count++}.json`);
    await writeParties(unlisted, [partyOfKey(courier.description, YEAR)]);
    const dir = newDir();
    const missing = await refusedAsync(
      joinBatch({ dir, policyPath, lot: LOT, partiesPath: unlisted, handoffPath: sent }),
    );
    expect([missing.code, missing.place]).toEqual(["handoff-party", `${sent}#/stage/custodian`]);
    expect(existsSync(dir)).toBe(false);
  });
});
