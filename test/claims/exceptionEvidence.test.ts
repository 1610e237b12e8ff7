import { createHash, hkdfSync } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../src/batch/batch.ts";
import { keepEvidence } from "../../src/batch/evidenceFiles.ts";
import { initBatch, readBatch } from "../../src/batch/folder.ts";
import { prepareRecord, writeRecord } from "../../src/batch/recordStore.ts";
import { UNSIGNED } from "../../src/kinds/series/record.ts";
import { READINGS_RECORD } from "../../src/kinds/temperature/record.ts";
import { exceptionEvidence, NO_EVIDENCE } from "../../src/claims/exceptionEvidence.ts";
import { bytesHash, textHash } from "../../src/formats/identity.ts";
import type { Signature } from "../../src/formats/source.ts";
import { claimNamed } from "../../src/policy/document.ts";
import { CLAIM, LOT, newBatch, newSite, POLICY } from "../batch/support.ts";
import { temporaryFolder } from "../parties/support.ts";
import { makeEvidence, steadyRows } from "../support/evidence.ts";

const folder = temporaryFolder();
const site = await newSite(join(folder, "site"));
const { claim: CLAIMED } = claimNamed(POLICY, CLAIM);
const LINES = ["Fridge-tag 2 L\r\n", "2022-05-05 16:30\t4.5\r\n", "the end"];

interface Recorded {
  readonly batch: Batch;
  readonly signature: Signature;
  readonly secret: Uint8Array;
}

let count = 0;
/** A folder with a record of rows that keep or break the rule, signed if they can be. */
async function recorded(code: number): Promise<Recorded> {
  const dir = join(folder, `batch-${count++}`);
  await initBatch(newBatch(site, dir));
  const batch = await readBatch(dir);
  const raw = Buffer.from(LINES.join(""));
  await keepEvidence(batch, { name: "raw.txt", bytes: raw });
  const rows = steadyRows(300).with(7, { dt: 50, code });
  const { header: made } = makeEvidence({ n: 420, rows });
  const header = { ...made, rawFileHash: bytesHash(raw), lotHash: textHash(LOT) };
  const { public: signer } = site.source.description;
  const { secret, message } = prepareRecord(READINGS_RECORD, batch, CLAIMED, { header, rows });
  const signature = code <= 255 ? site.source.sign(message) : UNSIGNED;
  await writeRecord(READINGS_RECORD, batch, CLAIMED, {
    claim: CLAIM,
    header,
    rows,
    rawFiles: ["raw.txt"],
    signer,
    signature,
  });
  return { batch, signature, secret };
}

function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

// Verifies R-format-evidence.
describe("what an exception commits to", () => {
  it.each([90, 250, 300])("the lines of the raw file, then the signature: a reading of code %i", async (code) => {
    const { batch, signature, secret } = await recorded(code);
    const salt = (k: number): Buffer => Buffer.from(hkdfSync("sha256", secret, "", `batchproof/exception/${k}`, 32));
    const { r8x, r8y, s } = signature;
    const [a, b, c, d] = [...LINES, `${r8x},${r8y},${s}`].map((line, k) =>
      sha256("\0", Buffer.from([0, 0, 0, 0, 0, 0, 0, k]), salt(k), line),
    );
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error("four leaves");
    const top = sha256("\u0001", sha256("\u0001", a, b), sha256("\u0001", c, d));
    const root = sha256("\u0002", Buffer.from([0, 0, 0, 0, 0, 0, 0, 4]), top);
    expect(await exceptionEvidence(batch, CLAIMED)).toBe(`0x${root.toString("hex")}`);
  });

  it("nothing, where nothing was imported", async () => {
    const { batch } = await recorded(90);
    expect(await exceptionEvidence(batch, claimNamed(POLICY, "storage/temperature").claim)).toBe(NO_EVIDENCE);
  });
});
