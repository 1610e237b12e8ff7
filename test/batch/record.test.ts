import { cpSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { missingEvidence } from "../../src/batch/evidence.ts";
import { keepEvidence } from "../../src/batch/evidenceFiles.ts";
import { initBatch, readBatch } from "../../src/batch/folder.ts";
import * as store from "../../src/batch/recordStore.ts";
import { NO_RECORD, UNSIGNED, type SeriesContent } from "../../src/kinds/series/record.ts";
import { READINGS_RECORD } from "../../src/kinds/temperature/record.ts";
import { claimRuleHash } from "../../src/kinds/index.ts";
import { claimNamed } from "../../src/policy/document.ts";
import { toHex } from "../../src/formats/field.ts";
import { bytesHash, textHash } from "../../src/formats/identity.ts";
import type { TemperatureHeader } from "../../src/formats/temperatureRecord.ts";
import type { Row } from "../../src/formats/series.ts";
import { sourceMessage } from "../../src/formats/source.ts";
import { temperatureRecordOf } from "../../src/kinds/temperature/evidence.ts";
import { refused, refusedAsync } from "../input/refused.ts";
import { flipBits, shown, temporaryFolder } from "../parties/support.ts";
import { makeEvidence, steadyRows } from "../support/evidence.ts";
import { CLAIM, LOT, newBatch, newSite } from "./support.ts";
import type { Batch } from "../../src/batch/batch.ts";

type Stored = store.StoredRecord<SeriesContent<TemperatureHeader, Row>>;

const prepareRecord = (batch: Batch, id: string, content: SeriesContent<TemperatureHeader, Row>) =>
  store.prepareRecord(READINGS_RECORD, batch, claimNamed(batch.policy, id).claim, content);
const readRecord = (batch: Batch, id = CLAIM) =>
  store.readRecord(READINGS_RECORD, batch, claimNamed(batch.policy, id).claim);
const writeRecord = async (batch: Batch, stored: Stored): Promise<void> =>
  store.writeRecord(READINGS_RECORD, batch, claimNamed(batch.policy, stored.claim).claim, stored);

const folder = temporaryFolder();
const site = await newSite(join(folder, "site"));
const RAW = Buffer.from("Fridge-tag 2 L\r\n2022-05-05 16:30\t4.5\r\n");
const rows = steadyRows(300);

let count = 0;
async function newFolder(order = "ORDER-1"): Promise<Batch> {
  const dir = join(folder, `batch-${count++}`);
  await initBatch({ ...newBatch(site, dir), order });
  const batch = await readBatch(dir);
  await keepEvidence(batch, { name: "raw.txt", bytes: RAW });
  return batch;
}

function headerFor(change: Partial<TemperatureHeader> = {}): TemperatureHeader {
  const lotHash = textHash(LOT);
  return { ...makeEvidence({ n: 420, rows }).header, rawFileHash: bytesHash(RAW), lotHash, ...change };
}

function signed(batch: Batch, header: TemperatureHeader = headerFor(), content = rows): Stored {
  const { message } = prepareRecord(batch, CLAIM, { header, rows: content });
  const { public: signer } = site.source.description;
  return { claim: CLAIM, header, rows: content, rawFiles: ["raw.txt"], signer, signature: site.source.sign(message) };
}

async function written(header?: TemperatureHeader): Promise<Batch> {
  const batch = await newFolder();
  await writeRecord(batch, signed(batch, header));
  return batch;
}

type Json = Record<string, unknown> & { header: Record<string, string> };

function pathOf(batch: Batch): string {
  return join(batch.dir, "records", "cold-transport--temp-primary.json");
}

function edit(batch: Batch, change: (file: Json) => object): void {
  writeFileSync(pathOf(batch), JSON.stringify(change(JSON.parse(readFileSync(pathOf(batch), "utf8")) as Json)));
}

describe("a record", () => {
  it("comes back as it was written, with its salts, hash and message", async () => {
    const batch = await newFolder();
    const record = signed(batch);
    await writeRecord(batch, record);
    const found = await readRecord(batch);
    expect(found).toMatchObject(record);
    expect(found.salts.chunkSalts).toHaveLength(2);
    expect(found.record).toBe(temperatureRecordOf(found));
    const rule = claimRuleHash(batch.policy, claimNamed(batch.policy, CLAIM).index, batch.secrets.ruleSalt(CLAIM));
    const owner = { batch: batch.commitments.batch, stage: 1n, rule };
    expect(found.message).toBe(sourceMessage(owner, 1n, found.record));
    expect(statSync(pathOf(batch)).mode & 0o777).toBe(0o600);
    expect((await missingEvidence(batch)).map(({ claim }) => claim)).toEqual(["storage/temperature"]);
  });

  it("is written as its doc comments say: dt:code of each reading, hashes in hex, numbers in decimals", async () => {
    const batch = await written();
    const file = JSON.parse(readFileSync(pathOf(batch), "utf8")) as Json;
    expect(String(file["rows"]).split(" ").slice(0, 3)).toEqual(["0:90", "50:90", "50:90"]);
    expect(file.header).toMatchObject({ n: "420", t0: "1651768200", lotHash: toHex(textHash(LOT)) });
    expect(JSON.stringify(file)).not.toContain(LOT);
  });

  // Verifies R-import-beyond.
  it("of readings that no byte can code is kept for `check`, but is no record that could be proven", async () => {
    const batch = await newFolder();
    const beyond = steadyRows(300).with(7, { dt: 50, code: 300 }).with(8, { dt: 50, code: -4 });
    const record = { ...signed(batch, headerFor(), beyond), signature: UNSIGNED };
    await writeRecord(batch, record);
    expect(await readRecord(batch)).toMatchObject({ ...record, record: NO_RECORD });
    // An honest record cannot be turned into one.
    await writeRecord(batch, signed(batch));
    edit(batch, (file) => ({ ...file, rows: withReading(file["rows"], "50:300") }));
    expect((await refusedAsync(readRecord(batch))).code).toBe("record-tampered");
  });

  // Verifies R-batch-salts, P6.
  it("shares no salt with any other: attempt, device, thinning, reading, claim or batch", async () => {
    const [batch, other] = [await newFolder(), await newFolder()];
    const salts = [
      prepareRecord(batch, CLAIM, { header: headerFor(), rows }),
      prepareRecord(batch, CLAIM, { header: headerFor({ attempt: 1n }), rows }),
      prepareRecord(batch, CLAIM, { header: headerFor({ deviceHash: 5n }), rows }),
      prepareRecord(batch, CLAIM, { header: headerFor({ bucket: 300n }), rows }),
      prepareRecord(batch, CLAIM, { header: headerFor(), rows: rows.with(9, { dt: 50, code: 91 }) }),
      prepareRecord(batch, "storage/temperature", { header: headerFor(), rows }),
      prepareRecord(other, CLAIM, { header: headerFor(), rows }),
    ].flatMap((prepared) => [prepared.salts.salt, ...prepared.salts.chunkSalts]);
    expect(new Set(salts).size).toBe(21);
  });

  // Verifies R-batch-salts.
  it("has the same salts when an interrupted import is done again", async () => {
    const batch = await newFolder();
    const again = await readBatch(batch.dir);
    const content = { header: headerFor(), rows };
    expect(prepareRecord(again, CLAIM, content)).toEqual(prepareRecord(batch, CLAIM, content));
  });

  it.each<[string, string, Partial<TemperatureHeader>]>([
    ["another kind", "record-header", { kind: 2n }],
    ["no rows of a circuit", "record-header", { n: 0n }],
    ["half a chunk", "record-header", { n: 315n }],
    ["more chunks than a series has", "record-header", { n: 257n * 210n }],
    ["fewer rows than it has", "series-length", { n: 210n }],
    ["another number of rows", "record-header", { rowCount: 299n }],
    ["another lot", "record-lot", { lotHash: textHash("LOT-2") }],
  ])("is not prepared with a header of %s", async (_, code, change) => {
    const batch = await newFolder();
    expect(refused(() => prepareRecord(batch, CLAIM, { header: headerFor(change), rows })).code).toBe(code);
  });

  it("takes the longest series", async () => {
    const batch = await newFolder();
    const long = steadyRows(256 * 210);
    await writeRecord(batch, signed(batch, headerFor({ n: 256n * 210n, rowCount: 256n * 210n }), long));
    expect((await readRecord(batch)).rows).toHaveLength(256 * 210);
  });

  it.each<[string, string, (record: Stored, batch: Batch) => Stored]>([
    [
      "signed by another key",
      "record-signature",
      (record, batch) => ({
        ...record,
        signature: site.custodian.sign(prepareRecord(batch, CLAIM, record).message),
      }),
    ],
    ["signed for other rows", "record-signature", (record) => ({ ...record, rows: steadyRows(300, 91) })],
    [
      "signed for another clock error",
      "record-signature",
      (record) => ({ ...record, header: { ...record.header, clockError: 1_048_577n } }),
    ],
    ["of an unknown claim", "claim", (record) => ({ ...record, claim: "storage/humidity" })],
    ["with a traversing claim", "claim", (record) => ({ ...record, claim: "../../x" })],
    ["without its raw file", "evidence-missing", (record) => ({ ...record, rawFiles: ["other.txt"] })],
    ["with a raw file elsewhere", "evidence-name", (record) => ({ ...record, rawFiles: ["../secrets.json"] })],
  ])("is not written %s", async (_, code, change) => {
    const batch = await newFolder();
    expect((await refusedAsync(writeRecord(batch, change(signed(batch), batch)))).code).toBe(code);
    expect(readdirSync(join(batch.dir, "records"))).toEqual([]);
  });
});

// Verifies R-batch-record.
describe("a changed record is refused", () => {
  it.each<[string, string, (file: Json) => object]>([
    ["a reading", "record-tampered", (file) => ({ ...file, rows: withReading(file["rows"], "50:91") })],
    ["the time of the first reading", "record-tampered", (file) => header(file, { t0: "1651768201" })],
    ["the number of the attempt", "record-tampered", (file) => header(file, { attempt: "1" })],
    ["its hash", "record-tampered", (file) => ({ ...file, record: toHex(5n) })],
    ["the channel", "record-tampered", (file) => header(file, { channelId: "2" })],
    ["that it is thinned", "record-tampered", (file) => header(file, { bucket: "300" })],
    ["the lot", "record-lot", (file) => header(file, { lotHash: toHex(textHash("LOT-2")) })],
    ["the number of rows", "record-header", (file) => header(file, { rowCount: "299" })],
    ["the claim", "record-claim", (file) => ({ ...file, claim: "storage/temperature" })],
    ["the source", "record-signature", (file) => ({ ...file, source: { x: toHex(0n), y: toHex(1n) } })],
    [
      "the signature",
      "record-signature",
      (file) => ({ ...file, signature: { ...(Object(file["signature"]) as object), s: toHex(7n) } }),
    ],
    ["half a reading", "record-file", (file) => ({ ...file, rows: "0:90 50" })],
    ["a reading less", "record-header", (file) => ({ ...file, rows: String(file["rows"]).replace(/ \S+$/, "") })],
    ["a number with a leading zero", "record-file", (file) => header(file, { n: "0420" })],
    ["a missing header field", "record-file", (file) => header(file, { n: undefined })],
    ["a raw file elsewhere", "evidence-name", (file) => ({ ...file, rawFiles: ["../secrets.json"] })],
    ["another raw file", "evidence-missing", (file) => ({ ...file, rawFiles: ["other.txt"] })],
  ])("%s", async (_, code, change) => {
    const batch = await written();
    edit(batch, change);
    const error = await refusedAsync(readRecord(batch));
    expect(error.code).toBe(code);
    if (!code.startsWith("evidence-missing")) expect(error.place).toContain(pathOf(batch));
  });

  it("that was never written", async () => {
    const batch = await newFolder();
    expect(await refusedAsync(readRecord(batch))).toMatchObject({
      code: "record-missing",
      place: pathOf(batch),
    });
  });

  it("that belongs to another batch, or to another folder of the same order", async () => {
    const batch = await written();
    for (const other of [await newFolder("ORDER-2"), await newFolder()]) {
      cpSync(pathOf(batch), pathOf(other));
      expect((await refusedAsync(readRecord(other))).code).toBe("record-tampered");
    }
  });

  it("with one bit flipped (F1)", async () => {
    const batch = await written();
    const outcomes = await flipBits(pathOf(batch), 11, () => readRecord(batch));
    expect(outcomes.length).toBeGreaterThan(150);
    expect(outcomes).not.toContain("accepted");
    expect(outcomes).toEqual(expect.arrayContaining(["record-tampered", "record-signature", "record-file"]));
    await readRecord(batch);
  });

  it("whose raw file has one bit flipped, or is gone (F1)", async () => {
    const batch = await written();
    const outcomes = await flipBits(join(batch.dir, "evidence", "raw.txt"), 1, () => readRecord(batch));
    expect(new Set(outcomes)).toEqual(new Set(["evidence-tampered"]));
    rmSync(join(batch.dir, "evidence", "raw.txt"));
    expect((await refusedAsync(readRecord(batch))).code).toBe("evidence-missing");
  });

  it("whose raw file is a symbolic link out of the batch (F4)", async () => {
    const batch = await written();
    const path = join(batch.dir, "evidence", "raw.txt");
    writeFileSync(join(folder, "outside.txt"), RAW);
    rmSync(path);
    symlinkSync(join(folder, "outside.txt"), path);
    expect((await refusedAsync(readRecord(batch))).code).toBe("path-escape");
  });

  it("that is, or whose folder is, a symbolic link out of the batch (F4)", async () => {
    const batch = await written();
    const outside = join(folder, "outside.json");
    cpSync(pathOf(batch), outside);
    rmSync(pathOf(batch));
    symlinkSync(outside, pathOf(batch));
    expect((await refusedAsync(readRecord(batch))).code).toBe("path-escape");
    rmSync(join(batch.dir, "records"), { recursive: true });
    symlinkSync(folder, join(batch.dir, "records"));
    expect((await refusedAsync(writeRecord(batch, signed(batch)))).code).toBe("path-escape");
    rmSync(join(batch.dir, "evidence"), { recursive: true });
    symlinkSync(folder, join(batch.dir, "evidence"));
    expect((await refusedAsync(keepEvidence(batch, { name: "outside.json", bytes: RAW }))).code).toBe("path-escape");
    expect((await refusedAsync(keepEvidence(batch, { name: "new.txt", bytes: RAW }))).code).toBe("path-escape");
  });

  // Verifies R-batch-private, F7.
  it("without showing a private value", async () => {
    const batch = await written();
    edit(batch, (file) => ({ ...file, rows: withReading(file["rows"], "50:91") }));
    const output = shown(await refusedAsync(readRecord(batch)));
    const { salts } = prepareRecord(batch, CLAIM, { header: headerFor(), rows });
    for (const hidden of [LOT, toHex(salts.salt), salts.salt.toString()]) expect(output).not.toContain(hidden);
  });
});

describe("raw files", () => {
  // Verifies R-batch-record.
  it("are kept untouched, once", async () => {
    const batch = await newFolder();
    await keepEvidence(batch, { name: "raw.txt", bytes: RAW });
    expect(readFileSync(join(batch.dir, "evidence", "raw.txt"))).toEqual(RAW);
    const error = await refusedAsync(keepEvidence(batch, { name: "raw.txt", bytes: Buffer.from("other") }));
    expect([error.code, error.place]).toEqual(["evidence-exists", join(batch.dir, "evidence", "raw.txt")]);
    expect(readFileSync(join(batch.dir, "evidence", "raw.txt"))).toEqual(RAW);
  });

  it("stay in their folder (F4)", async () => {
    const batch = await newFolder();
    expect((await refusedAsync(keepEvidence(batch, { name: "../secrets.json", bytes: RAW }))).code).toBe(
      "evidence-name",
    );
  });
});

function header(file: Json, change: Record<string, string | undefined>): object {
  return { ...file, header: { ...file.header, ...change } };
}

/** The rows with another second reading. */
function withReading(text: unknown, reading: string): string {
  return String(text).split(" ").with(1, reading).join(" ");
}
