import type { CustodyClaim } from "../../src/kinds/custody/limits.ts";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { initBatch, readBatch, setStage } from "../../src/batch/folder.ts";
import { handoffFile } from "../../src/batch/handoffFile.ts";
import { joinBatch, signHandoff } from "../../src/batch/handoffs.ts";
import { replaceOpening } from "../../src/batch/replaceOpening.ts";
import { inputError } from "../../src/errors.ts";
import { documentText } from "../../src/formats/document.ts";
import type { Policy } from "../../src/policy/document.ts";
import { createSalts } from "../../src/policy/salts.ts";
import { refusedAsync } from "../input/refused.ts";
import { newKey, temporaryFolder } from "../parties/support.ts";
import { fixture, onlyClaim } from "../policy/support.ts";
import { COI, LOGGER, LOT, ORDER, SPARE } from "./support.ts";

const folder = temporaryFolder();
const custodianKey = await newKey(folder, { name: "hospital", role: "custodian", org: "Hospital" });
const other = await newKey(folder, { name: "courier", role: "custodian", org: "Courier" });
const policyPath = join(folder, "policy.json");
const CLAIM: CustodyClaim = {
  id: "storage/custody",
  kind: "custody",
  stage: 0,
  class: "custody",
  neededFor: "release",
  severity: 3,
  circuits: ["custody"],
  rule: { boundary: "last", source: "chosen for this test" },
};
const POLICY: Policy = {
  ...fixture(),
  stages: ["storage"],
  claims: [CLAIM, { ...onlyClaim(), id: "storage/temperature" }],
};
writeFileSync(policyPath, JSON.stringify(POLICY));
await createSalts(policyPath, POLICY);

let count = 0;
async function begun(): Promise<string> {
  const dir = join(folder, `batch-${count++}`);
  await initBatch({ dir, policyPath, lot: LOT, coi: COI, order: ORDER, custodianKey, devices: [LOGGER] });
  return dir;
}

const nothing = (): Promise<void> => Promise.resolve();

// Verifies R-batch-opening.
it("publishes the opening of the corrected first stage, and then keeps it", async () => {
  const dir = await begun();
  const before = (await readBatch(dir)).commitments;
  const custodian = { key: other.description.public, org: other.description.org };
  const published = await replaceOpening(dir, { devices: [SPARE], custodian }, async (batch, opening) => {
    // Not written yet: what publishes may still fail.
    expect((await readBatch(dir)).commitments).toEqual(before);
    expect(batch.commitments).toEqual({ batch: before.batch, opening });
    return opening;
  });
  expect(published).not.toBe(before.opening);
  const after = await readBatch(dir);
  expect(after.commitments).toEqual({ batch: before.batch, opening: published });
  expect(after.stages[0]).toMatchObject({ devices: [SPARE], custodian: { org: "Courier" } });
});

// Verifies R-batch-opening.
it("leaves the folder as it was if the register refuses", async () => {
  const dir = await begun();
  const before = readFileSync(join(dir, "batch.json"), "utf8");
  const refusing = replaceOpening(dir, { devices: [SPARE] }, () =>
    Promise.reject(inputError("no", { code: "reverted" })),
  );
  expect((await refusedAsync(refusing)).code).toBe("reverted");
  expect(readFileSync(join(dir, "batch.json"), "utf8")).toBe(before);
});

// Verifies R-batch-opening.
it("refuses more or fewer devices than the claims want, before anything is published", async () => {
  const dir = await begun();
  const publish = (): Promise<never> => Promise.reject(new Error("published"));
  for (const devices of [[], [LOGGER, SPARE]]) {
    const error = await refusedAsync(replaceOpening(dir, { devices }, publish));
    expect(error).toMatchObject({ code: "device-count", place: "batch.json#/stages/0/devices" });
  }
});

// Verifies R-batch-opening.
it("refuses the same opening, a signed first stage, and the folder of another party", async () => {
  const dir = await begun();
  expect((await refusedAsync(replaceOpening(dir, { devices: [LOGGER] }, nothing))).code).toBe("opening-same");
  const file = join(folder, "batch.json");
  writeFileSync(file, documentText(handoffFile(await readBatch(dir), undefined)));
  const joined = join(folder, "joined");
  await joinBatch({ dir: joined, policyPath, lot: LOT, handoffPath: file });
  expect((await refusedAsync(replaceOpening(joined, { devices: [SPARE] }, nothing))).code).toBe("batch-joined");
  await setStage(dir, "storage", { start: "2022-05-05T10:00:00Z", end: "2022-05-05T16:00:00Z" });
  await signHandoff({ dir, stage: "storage", side: "released", key: custodianKey, condition: "conforming" });
  expect((await refusedAsync(replaceOpening(dir, { devices: [SPARE] }, nothing))).code).toBe("handoff-made");
});
