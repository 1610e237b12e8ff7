import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { headOf, stagePeriod } from "../../src/batch/commitments.ts";
import { initBatch, readBatch, setStage } from "../../src/batch/folder.ts";
import { stageHead } from "../../src/formats/head.ts";
import { deviceHash, deviceSet, keyHash, textHash } from "../../src/formats/identity.ts";
import { refused } from "../input/refused.ts";
import { temporaryFolder } from "../parties/support.ts";
import { LOGGER, newBatch, newSite, SPARE } from "./support.ts";
import type { Batch, BatchStage } from "../../src/batch/batch.ts";

const folder = temporaryFolder();
const site = await newSite(join(folder, "site"));
const first = site.custodian.description;
const courier = { key: site.source.description.public, org: "Courier B" };

async function fullBatch(): Promise<Batch> {
  const dir = join(folder, "batch");
  await initBatch(newBatch(site, dir));
  await setStage(dir, "collection", { start: "2022-05-05T10:00:00Z", end: "2022-05-05T16:00:00Z" });
  await setStage(dir, "cold-transport", {
    start: "2022-05-05T16:30:00Z",
    end: "2022-05-09T11:01:00Z",
    custodian: courier,
    devices: [SPARE],
    seal: "A 17",
  });
  await setStage(dir, "storage", {
    start: "2022-05-09T11:30:00+00:00",
    end: "2022-05-10T13:00:00+02:00",
    custodian: { key: first.public, org: first.org },
  });
  // The policy wants one device; two show what their order means.
  const { stages, ...others } = await readBatch(dir);
  return { ...others, stages: stages.map((stage, i) => (i === 1 ? { ...stage, devices: [SPARE, LOGGER] } : stage)) };
}
const batch = await fullBatch();

/** The batch with other members in one stage. */
function changed(index: number, members: object): Batch {
  return { ...batch, stages: batch.stages.map((stage, i) => (i === index ? { ...stage, ...members } : stage)) };
}

// Verifies R-format-head.
describe("headOf", () => {
  const commitments = batch.commitments;
  const [head0, head1, head2] = [0, 1, 2].map((index) => headOf(batch, index));

  it("opens the first head on the batch's opening", () => {
    expect(head0?.head).toEqual({
      batch: commitments.batch,
      previous: commitments.opening,
      stage: 0n,
      start: 1_651_744_800n,
      end: 1_651_766_400n,
      keyHash: keyHash(first.public),
      org: textHash("Site A"),
      nextKeyHash: keyHash(courier.key),
      nextStart: 1_651_768_200n,
      deviceSet: deviceSet([deviceHash(LOGGER)]),
      nextDeviceSet: deviceSet([deviceHash(SPARE), deviceHash(LOGGER)]),
      seal: 0n,
      salt: batch.secrets.stageSalt(0),
    });
  });

  it("chains each head to the one before", () => {
    expect(head1?.head).toMatchObject({
      previous: head0?.hash,
      stage: 1n,
      org: textHash("Courier B"),
      deviceSet: head0?.head.nextDeviceSet,
      keyHash: head0?.head.nextKeyHash,
      start: head0?.head.nextStart,
      nextDeviceSet: deviceSet([]),
      seal: textHash("A 17"),
    });
    expect(head2?.head.previous).toBe(head1?.hash);
    expect([head0, head1, head2].map((opened) => opened?.hash)).toEqual(
      [head0, head1, head2].map((opened) => (opened === undefined ? undefined : stageHead(opened.head))),
    );
  });

  it("names no next stage in the last head", () => {
    expect(head2?.head).toMatchObject({ nextKeyHash: 0n, nextStart: 0n, nextDeviceSet: 0n, end: 1_652_180_400n });
  });

  it("changes with anything before it, not with what comes after the next stage", () => {
    expect(headOf(changed(0, { seal: "B" }), 2).hash).not.toBe(head2?.hash);
    expect(headOf(changed(2, { seal: "B" }), 1).hash).toBe(head1?.hash);
    expect(headOf(changed(2, { devices: [SPARE] }), 1).hash).not.toBe(head1?.hash);
    expect(headOf(changed(1, { devices: [LOGGER, SPARE] }), 0).hash).not.toBe(head0?.hash); // the slots are in order
    expect(headOf(changed(2, { devices: [SPARE] }), 0).hash).toBe(head0?.hash);
  });

  it.each<[string, number, number, keyof BatchStage]>([
    ["its own end", 1, 1, "end"],
    ["its own start", 1, 1, "start"],
    ["its own custodian", 1, 1, "custodian"],
    ["the end of an earlier stage", 2, 0, "end"],
    ["the start of the next stage", 1, 2, "start"],
    ["the custodian of the next stage", 1, 2, "custodian"],
  ])("is refused without %s", (_, index, stage, member) => {
    const error = refused(() => headOf(changed(stage, { [member]: undefined }), index));
    expect([error.code, error.place]).toEqual(["batch-stage", `batch.json#/stages/${stage}/${member}`]);
    expect(error.remedy).toContain(`--${member} `);
  });

  it("does not wait for the end of the next stage", () => {
    expect(headOf(changed(2, { end: undefined }), 1).hash).toBe(head1?.hash);
  });

  it("is refused for a stage that is not there", () => {
    expect(refused(() => headOf(batch, 3)).code).toBe("batch-stage");
  });
});

describe("stagePeriod", () => {
  it("is in Unix seconds, whatever the zone", () => {
    expect(stagePeriod(batch, 2)).toEqual({ start: 1_652_095_800, end: 1_652_180_400 });
    expect(refused(() => stagePeriod(changed(2, { start: undefined }), 2)).code).toBe("batch-stage");
  });
});
