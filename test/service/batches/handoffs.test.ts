import { cpSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { readBatch, setStage } from "../../../src/batch/folder.ts";
import { handoffFile, type HandoffFile } from "../../../src/batch/handoffFile.ts";
import { joinBatchBy, signHandoff } from "../../../src/batch/handoffs.ts";
import { signatureToJson, type SignatureJson } from "../../../src/formats/document.ts";
import { fromHex } from "../../../src/formats/field.ts";
import { handoffMessage } from "../../../src/formats/handoff.ts";
import { STAGE_HEAD_FIELDS, stageHead, type StageHead } from "../../../src/formats/head.ts";
import { keyHash } from "../../../src/formats/identity.ts";
import type { UnlockedKey } from "../../../src/parties/keys.ts";
import { newKey, temporaryFolder } from "../../parties/support.ts";
import {
  batchAt,
  begin,
  contentOf,
  LOGGER,
  newSite,
  refusalOf,
  schedule,
  SITE,
  type Answer,
  type Site,
  type Who,
} from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await newSite(temporaryFolder());
  for (const [batch, order] of [
    ["b1", "O-1"],
    ["b2", "O-2"],
    ["b3", "O-3"],
  ] as const) {
    await begin(site, batch, order);
    await schedule(site, batch);
  }
});

type Side = "releaser" | "receiver";

interface Message {
  readonly message: string;
  readonly headHash: string;
  readonly signer: { readonly org: string };
  readonly head: Readonly<Record<string, string>>;
}

function asked(who: Who, batch: string, stage: string, side: Side): Promise<Answer<Message & Record<string, unknown>>> {
  const query = `side=${side}&condition=conforming`;
  return site.ask(who, "GET", `${batchAt(batch)}/handoffs/${stage}/message?${query}`);
}

function add(who: Who, batch: string, stage: string, side: Side, signature: SignatureJson, condition = "conforming") {
  return site.ask(who, "POST", `${batchAt(batch)}/handoffs/${stage}/signatures`, { side, condition, signature });
}

/** What a custodian signs who was asked. */
async function signed(who: Who, batch: string, stage: string, side: Side, key: UnlockedKey): Promise<SignatureJson> {
  const { body } = await asked(who, batch, stage, side);
  return signatureToJson(key.sign(fromHex(body.message)));
}

/** The courier's own folder, joined from the site's file. */
async function joined(batch: string, name: string): Promise<string> {
  const dir = site.path(name);
  const { body } = await site.ask<HandoffFile>("courier", "GET", `${batchAt(batch)}/handoff-file?stage=storage`);
  const policyPath = site.path("policies/process.json");
  await joinBatchBy({ dir, policyPath, lot: "LOT-1", partiesPath: site.path("parties.json") }, body, "body");
  return dir;
}

describe("a signature that is made elsewhere", () => {
  // Verifies R-service-handoff.
  it("is over what the caller can compute itself, and closes the stage", async () => {
    const { body } = await asked("operator", "b1", "storage", "releaser");
    const head = Object.fromEntries(
      STAGE_HEAD_FIELDS.map((field) => [field, fromHex(body.head[field] ?? "")]),
    ) as unknown as StageHead;
    expect(fromHex(body.headHash)).toBe(stageHead(head));
    const signer = keyHash(site.custodian.description.public);
    expect(fromHex(body.message)).toBe(handoffMessage(stageHead(head), 1n, signer, "released"));
    expect(body.signer.org).toBe("Site");
    const signature = signatureToJson(site.custodian.sign(fromHex(body.message)));
    const answer = await add("operator", "b1", "storage", "releaser", signature);
    expect([answer.status, answer.body["handoffs"]]).toMatchObject([
      200,
      [{ stage: "storage", missing: ["receiver"] }, {}, {}],
    ]);
    // Who receives is asked as well, and sees no other stage's hand-off.
    const received = await signed("courier", "b1", "storage", "receiver", site.courier);
    const done = await add("courier", "b1", "storage", "receiver", received);
    expect(done.body["handoffs"]).toMatchObject([{ stage: "storage", missing: [] }, { stage: "transport" }]);
  });

  // Verifies R-service-handoff, V381.
  it("V381: is refused by another key, over another message, and after the stage was changed", async () => {
    const before = contentOf(site.dirOf("b2"));
    const right = await signed("operator", "b2", "storage", "releaser", site.custodian);
    const refused = [400, "handoff-signature"];
    const byOther = await signed("operator", "b2", "storage", "releaser", site.courier);
    expect(refusalOf(await add("operator", "b2", "storage", "releaser", byOther))).toEqual(refused);
    expect(refusalOf(await add("operator", "b2", "storage", "releaser", right, "damaged"))).toEqual(refused);
    const ofOther = await signed("operator", "b3", "storage", "releaser", site.custodian);
    expect(refusalOf(await add("operator", "b2", "storage", "releaser", ofOther))).toEqual(refused);
    expect(
      refusalOf(await add("operator", "b2", "storage", "releaser", { ...right, s: `0x${"f".repeat(64)}` })),
    ).toEqual([400, "field"]);
    expect(contentOf(site.dirOf("b2"))).toBe(before);
    await site.ask("operator", "PUT", `${batchAt("b2")}/stages/storage`, { seal: "S-9" });
    expect(refusalOf(await add("operator", "b2", "storage", "releaser", right))).toEqual(refused);
    const anew = await signed("operator", "b2", "storage", "releaser", site.custodian);
    expect((await add("operator", "b2", "storage", "releaser", anew)).status).toBe(200);
  });

  it("is asked for in the order of the stages, at boundaries where somebody receives", async () => {
    expect(refusalOf(await asked("operator", "b3", "transport", "releaser"))).toEqual([400, "handoff-missing"]);
    expect(refusalOf(await asked("operator", "b3", "storage", "receiver"))).toEqual([400, "handoff-missing"]);
    expect(refusalOf(await asked("operator", "b3", "use", "receiver"))).toEqual([400, "handoff-side"]);
    expect(refusalOf(await asked("operator", "b3", "none", "releaser"))).toEqual([400, "batch-stage"]);
  });

  // Verifies R-service-party, V378.
  it("V378: is asked of, and taken from, the party whose side it is alone", async () => {
    for (const [stage, side] of [
      ["storage", "releaser"],
      ["transport", "receiver"],
      ["use", "releaser"],
    ] as const) {
      expect(refusalOf(await asked("courier", "b2", stage, side))).toEqual([403, "not-allowed"]);
      const signature = signatureToJson(site.courier.sign(1n));
      expect(refusalOf(await add("courier", "b2", stage, side, signature))).toEqual([403, "not-allowed"]);
    }
    expect((await asked("courier", "b2", "storage", "receiver")).status).toBe(200);
    expect(refusalOf(await asked("stranger", "b2", "storage", "receiver"))).toEqual([404, "not-found"]);
    expect(refusalOf(await asked("auditor", "b2", "storage", "receiver"))).toEqual([403, "not-allowed"]);
  });
});

describe("a hand-off file", () => {
  it("is what the command line exports, of a stage or of the batch alone", async () => {
    const batch = await readBatch(site.dirOf("b1"));
    for (const who of ["operator", "courier"] as const) {
      const { body } = await site.ask(who, "GET", `${batchAt("b1")}/handoff-file?stage=storage`);
      expect(body).toEqual(JSON.parse(JSON.stringify(handoffFile(batch, 0))));
      const alone = await site.ask(who, "GET", `${batchAt("b1")}/handoff-file`);
      expect(alone.body).toEqual(JSON.parse(JSON.stringify(handoffFile(batch, undefined))));
    }
    const url = `${batchAt("b3")}/handoff-file?stage=storage`;
    expect(refusalOf(await site.ask("operator", "GET", url))).toEqual([400, "handoff-missing"]);
    expect(refusalOf(await site.ask("stranger", "GET", url))).toEqual([404, "not-found"]);
    expect(refusalOf(await site.ask("courier", "GET", `${batchAt("b3")}/handoff-file?stage=use`))).toEqual([
      403,
      "not-allowed",
    ]);
  });

  // Verifies R-service-handoff.
  it("goes to another site, which joins by it, and comes back signed by whoever receives", async () => {
    const dir = await joined("b2", "courier-b2");
    await signHandoff({ dir, stage: "storage", side: "received", key: site.courier, condition: "conforming" });
    const file = handoffFile(await readBatch(dir), 0);
    const { status, body } = await site.ask("courier", "POST", `${batchAt("b2")}/handoffs`, file);
    expect([status, body["stage"]]).toEqual([200, "storage"]);
    expect((await readBatch(site.dirOf("b2"))).stages[0]?.handoff?.received).toBeDefined();
    // A site that joins does so by the same file.
    const request = { batch: "b4", policy: "process", lot: "LOT-1", handoff: file };
    const made = await site.ask("operator", "POST", `${SITE}/batches`, request);
    expect([made.status, made.body["already"]]).toEqual([201, false]);
    expect((await readBatch(site.dirOf("b4"))).origin).toHaveProperty("joined");
    const bad = { ...request, batch: "b5", handoff: { ...file, policyHash: `0x${"0".repeat(64)}` } };
    expect(refusalOf(await site.ask("operator", "POST", `${SITE}/batches`, bad))).toEqual([400, "handoff-policy"]);
  });

  it.each([
    ["of another shape", () => ({ format: "batchproof-handoff/1" }), [400, "handoff-file"]],
    ["of another format", () => ({ format: "batchproof-handoff/2" }), [400, "request"]],
    ["of another batch", async () => handoffFile(await readBatch(site.dirOf("b1")), 0), [400, "handoff-batch"]],
    [
      "with a signature that does not hold",
      async () => {
        const file = structuredClone(handoffFile(await readBatch(site.dirOf("b2")), 0)) as never as {
          stage: { handoff: { received: unknown; released: unknown } };
        };
        file.stage.handoff.received = file.stage.handoff.released;
        return file;
      },
      [400, "handoff-signature"],
    ],
  ])("is refused %s, and writes nothing", async (_, fileOf, refused) => {
    const before = contentOf(site.dirOf("b2"));
    const answer = await site.ask("operator", "POST", `${batchAt("b2")}/handoffs`, await fileOf());
    expect([...refusalOf(answer), contentOf(site.dirOf("b2"))]).toEqual([...refused, before]);
  });

  // Verifies R-service-party, V380.
  it("V380: of a party names no other custodian than the folder does, and closes no stage of others", async () => {
    // The courier closes its own stage, but hands over to a key of its choice.
    const dir = await joined("b2", "courier-b2-forged");
    await signHandoff({ dir, stage: "storage", side: "received", key: site.courier, condition: "conforming" });
    const friend = await newKey(site.folder, { name: "friend", role: "custodian", org: "Courier" });
    await setStage(dir, "transport", { end: "2022-05-09T17:00:00Z" });
    const next = { key: friend.description.public, org: "Courier" };
    await setStage(dir, "use", { start: "2022-05-10T16:00:00Z", custodian: next });
    await signHandoff({ dir, stage: "transport", side: "released", key: site.courier, condition: "conforming" });
    const forged = handoffFile(await readBatch(dir), 1);
    const before = contentOf(site.dirOf("b2"));
    const answer = await site.ask("courier", "POST", `${batchAt("b2")}/handoffs`, forged);
    expect(refusalOf(answer)).toEqual([403, "not-allowed"]);
    // Nor does it close a stage of others by its friend's hand, though the folder could not tell.
    await setStage(dir, "use", { end: "2022-05-21T16:00:00Z" });
    await signHandoff({ dir, stage: "transport", side: "received", key: friend, condition: "conforming" });
    await signHandoff({ dir, stage: "use", side: "released", key: friend, condition: "conforming" });
    const used = await site.ask("courier", "POST", `${batchAt("b2")}/handoffs`, handoffFile(await readBatch(dir), 2));
    expect(refusalOf(used)).toEqual([403, "not-allowed"]);
    expect(contentOf(site.dirOf("b2"))).toBe(before);
    // The right one is taken.
    const right = await joined("b2", "courier-b2-right");
    await signHandoff({ dir: right, stage: "storage", side: "received", key: site.courier, condition: "conforming" });
    await setStage(right, "transport", { end: "2022-05-09T17:00:00Z" });
    const use = { start: "2022-05-10T16:00:00Z", custodian: { key: site.custodian.description.public, org: "Site" } };
    await setStage(right, "use", use);
    await signHandoff({ dir: right, stage: "transport", side: "released", key: site.courier, condition: "conforming" });
    const taken = await site.ask(
      "courier",
      "POST",
      `${batchAt("b2")}/handoffs`,
      handoffFile(await readBatch(right), 1),
    );
    expect([taken.status, taken.body["stage"]]).toEqual([200, "transport"]);
    // What others sign is theirs to send, though every name and signature in it is right.
    cpSync(site.dirOf("b2"), site.path("site-b2"), { recursive: true });
    const own = { dir: site.path("site-b2"), key: site.custodian, condition: "conforming" } as const;
    await signHandoff({ ...own, stage: "transport", side: "received" });
    await signHandoff({ ...own, stage: "use", side: "released" });
    const last = handoffFile(await readBatch(own.dir), 2);
    expect(refusalOf(await site.ask("courier", "POST", `${batchAt("b2")}/handoffs`, last))).toEqual([
      403,
      "not-allowed",
    ]);
  });

  // Verifies R-service-party, V424.
  it.each([
    ["other devices", { devices: [{ ...LOGGER, serial: "1" }] }, {}],
    ["another beginning", { devices: [LOGGER] }, { start: "2022-05-11T16:00:00Z" }],
  ])("V424: of a party gives the next stage no %s than the folder does", async (_, { devices }, change) => {
    const batch = `next-${devices[0]?.serial ?? ""}`;
    await begin(site, batch, `O-${batch}`);
    await schedule(site, batch);
    await site.ask("operator", "PUT", `${batchAt(batch)}/stages/use`, { devices: [LOGGER] });
    const given = await signed("operator", batch, "storage", "releaser", site.custodian);
    expect((await add("operator", batch, "storage", "releaser", given)).status).toBe(200);
    const dir = await joined(batch, `courier-${batch}`);
    await signHandoff({ dir, stage: "storage", side: "received", key: site.courier, condition: "conforming" });
    await setStage(dir, "transport", { end: "2022-05-09T17:00:00Z" });
    const custodian = { key: site.custodian.description.public, org: "Site" };
    await setStage(dir, "use", { start: "2022-05-10T16:00:00Z", custodian, devices, ...change });
    await signHandoff({ dir, stage: "transport", side: "released", key: site.courier, condition: "conforming" });
    const before = contentOf(site.dirOf(batch));
    const file = handoffFile(await readBatch(dir), 1);
    const answer = await site.ask("courier", "POST", `${batchAt(batch)}/handoffs`, file);
    expect([...refusalOf(answer), contentOf(site.dirOf(batch))]).toEqual([403, "not-allowed", before]);
    // For whoever works for the site it is another party's word like any other.
    expect((await site.ask("operator", "POST", `${batchAt(batch)}/handoffs`, file)).status).toBe(200);
  });

  it("is taken back by whoever may write, the last one first", async () => {
    const url = (stage: string): string => `${batchAt("b2")}/handoffs/${stage}/discard`;
    expect(refusalOf(await site.ask("courier", "POST", url("transport"), {}))).toEqual([403, "not-allowed"]);
    expect(refusalOf(await site.ask("operator", "POST", url("storage"), {}))).toEqual([400, "handoff-follows"]);
    const { status, body } = await site.ask("operator", "POST", url("transport"), {});
    expect([status, body["discarded"]]).toEqual([200, []]);
    expect(refusalOf(await site.ask("operator", "POST", url("transport"), {}))).toEqual([400, "handoff-missing"]);
  });
});
