import { createHash, hkdfSync } from "node:crypto";
import { join } from "node:path";
import { BatchproofError, inputError } from "../errors.ts";
import { KIND, ROWS_PER_CHUNK, SERIES_ARITY, SERIES_DEPTH } from "../formats/constants.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { bytesHash, textHash, type PublicKey } from "../formats/identity.ts";
import { RECORD_HEADER_FIELDS, recordSalts, type RecordHeader, type RecordSalts } from "../formats/record.ts";
import { isEncodable, type Row } from "../formats/series.ts";
import { sourceMessage, verifySignature, type Signature } from "../formats/source.ts";
import { readBytes, writeFileAtomically } from "../input/files.ts";
import {
  defineDocument,
  documentText,
  HEX_FIELD,
  object,
  POINT,
  pointFromJson,
  pointToJson,
  TEXT,
  type PointJson,
} from "../parties/document.ts";
import { recordOf } from "../rules/evidence.ts";
import { batchCommitments } from "./commitments.ts";
import { claimOf, type Batch } from "./folder.ts";
import { claimFile, evidenceFile } from "./paths.ts";

const MAX_CHUNKS = SERIES_ARITY ** SERIES_DEPTH;
const MAX_ROWS = MAX_CHUNKS * ROWS_PER_CHUNK;

/**
 * The "record" of a series that has none: a reading lies so far outside the limits that its code is no byte. It is kept
 * so that `check` can name the reading; it can be neither signed nor proven.
 */
export const NO_RECORD = 0n;
/** The signature under such a series. */
export const UNSIGNED: Signature = { r8x: 0n, r8y: 0n, s: 0n };

/** What a record says, before it is signed. */
export interface RecordContent {
  readonly header: RecordHeader;
  /** Readings before padding. */
  readonly rows: readonly Row[];
}

/** Everything about a record that follows from what it says, the batch and the batch's secrets. */
export interface PreparedRecord {
  /** 32 bytes, of this very record only. */
  readonly secret: Uint8Array;
  readonly salts: RecordSalts;
  /** Public signal `record`, or NO_RECORD. */
  readonly record: bigint;
  /** What the source signs. */
  readonly message: bigint;
}

/** The record of one claim as the batch folder keeps it. */
export interface StoredRecord extends RecordContent {
  readonly claim: string;
  /** Name of the raw file in `evidence/`. */
  readonly rawFile: string;
  readonly source: PublicKey;
  readonly signature: Signature;
}

/** Header fields that are hashes, written in hex; the others are decimal strings. */
const HASH_FIELDS: ReadonlySet<keyof RecordHeader> = new Set(["deviceHash", "rawFileHash", "lotHash"]);

interface RecordFile {
  readonly format: "batchproof-record/1";
  readonly claim: string;
  readonly header: Readonly<Record<keyof RecordHeader, string>>;
  /** "dt:code" of each reading, separated by blanks. */
  readonly rows: string;
  readonly rawFile: string;
  readonly record: string;
  readonly source: PointJson;
  readonly signature: { readonly r8x: string; readonly r8y: string; readonly s: string };
}

/** Longest text of one row with its blank: an interval of 4 digits, a code of 8 with its sign. */
const MAX_ROW_TEXT = 14;
const ROW_TEXT = "(0|[1-9][0-9]{0,3}):(0|-?[1-9][0-9]{0,6})";
const ROWS_TEXT = `^${ROW_TEXT}( ${ROW_TEXT})*$`;

const DECIMAL = { type: "string", pattern: "^(0|[1-9][0-9]{0,19})$" } as const;

const recordDocument = defineDocument<RecordFile>("batchproof-record/1", "record-file", {
  claim: TEXT,
  header: object(
    Object.fromEntries(RECORD_HEADER_FIELDS.map((field) => [field, HASH_FIELDS.has(field) ? HEX_FIELD : DECIMAL])),
  ),
  rows: { type: "string", maxLength: MAX_ROWS * MAX_ROW_TEXT, pattern: ROWS_TEXT },
  rawFile: TEXT,
  record: HEX_FIELD,
  source: POINT,
  signature: object({ r8x: HEX_FIELD, r8y: HEX_FIELD, s: HEX_FIELD }),
});

/**
 * The salts, the public signal and the source's message of a record of this claim; what `import` signs.
 * Errors: `claim`, `record-header` (kind, N or the number of rows), `record-lot` (of another lot), `series-length`.
 */
export function prepareRecord(batch: Batch, claimId: string, { header, rows }: RecordContent): PreparedRecord {
  const { claim } = claimOf(batch, claimId);
  checkHeader(batch, KIND[claim.kind], { header, rows });
  const secret = contentSecret(batch.secrets.recordSecret(claimId, Number(header.attempt)), { header, rows });
  const salts = recordSalts(secret, Number(header.n) / ROWS_PER_CHUNK);
  const record = isEncodable(rows) ? recordOf({ header, rows, salts }) : NO_RECORD;
  const message = sourceMessage(batchCommitments(batch).batch, BigInt(claim.stage), header.channelId, record);
  return { secret, salts, record, message };
}

/**
 * HKDF-SHA256 of the claim's secret with the record's content: the same content has the same salts when an interrupted
 * import is done again, and other content (another logger, a corrected offset) never shares one.
 */
function contentSecret(secret: Uint8Array, { header, rows }: RecordContent): Uint8Array {
  const content = [...Object.values(headerToJson(header)), rowsToText(rows)].join(";");
  const info = `batchproof/content/${createHash("sha256").update(content).digest("hex")}`;
  return new Uint8Array(hkdfSync("sha256", secret, "", info, 32));
}

function checkHeader(batch: Batch, kind: number, { header, rows }: RecordContent): void {
  const rowsOfCircuit = header.n > 0n && header.n <= BigInt(MAX_ROWS) && header.n % BigInt(ROWS_PER_CHUNK) === 0n;
  if (header.kind !== BigInt(kind) || !rowsOfCircuit || header.rowCount !== BigInt(rows.length)) {
    throw inputError("The record's header does not fit its claim or its rows.", { code: "record-header" });
  }
  if (header.lotHash !== textHash(batch.lot)) {
    throw inputError("The record belongs to another lot.", { code: "record-lot" });
  }
}

/**
 * Writes a signed record into the folder, in place of an earlier one of the claim. What `readRecord` would refuse is
 * not written.
 */
export async function writeRecord(batch: Batch, record: StoredRecord): Promise<void> {
  const name = claimFile("records", record.claim);
  const prepared = prepareRecord(batch, record.claim, record);
  checkSignature(record, prepared.message, name);
  await checkRawFile(batch, record, name);
  const file: RecordFile = {
    format: "batchproof-record/1",
    claim: record.claim,
    header: headerToJson(record.header),
    rows: rowsToText(record.rows),
    rawFile: record.rawFile,
    record: toHex(prepared.record),
    source: pointToJson(record.source),
    signature: {
      r8x: toHex(record.signature.r8x),
      r8y: toHex(record.signature.r8y),
      s: toHex(record.signature.s),
    },
  };
  const text = documentText(recordDocument.check(file, name));
  await writeFileAtomically(join(batch.dir, name), text, { mode: 0o600, within: batch.dir });
}

/**
 * Reads the record of a claim and checks it against the batch's secrets, the source's signature and the raw file.
 * Errors: `record-missing`, `record-file` (shape), `record-claim` (of another claim), `record-tampered` (rows and
 * header do not give the record's hash), `record-signature`, `evidence-missing`, `evidence-tampered` (the raw file is
 * not the one that was imported), `evidence-name`, `path-escape`, those of `prepareRecord` and `readJson`.
 */
export async function readRecord(batch: Batch, claimId: string): Promise<StoredRecord & PreparedRecord> {
  const path = join(batch.dir, claimFile("records", claimId));
  const file = await readRecordFile(path, batch.dir);
  if (file.claim !== claimId) {
    throw inputError("This is the record of another claim.", { code: "record-claim", place: `${path}#/claim` });
  }
  const stored = fromFile(file, path);
  const prepared = located(path, () => prepareRecord(batch, claimId, stored));
  if (toHex(prepared.record) !== file.record) {
    throw inputError("Rows and header are not those that were signed.", {
      code: "record-tampered",
      place: path,
      remedy: "Restore the record from a backup.",
    });
  }
  checkSignature(stored, prepared.message, path);
  await checkRawFile(batch, stored, path);
  return { ...stored, ...prepared };
}

/** Runs a check of a file's content; its error says which file it was. */
function located<T>(place: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.place !== undefined) throw error;
    const { kind, message, remedy, code, cause } = error;
    throw new BatchproofError(kind, message, {
      place,
      ...(remedy === undefined ? {} : { remedy }),
      ...(code === undefined ? {} : { code }),
      cause,
    });
  }
}

async function readRecordFile(path: string, dir: string): Promise<RecordFile> {
  try {
    return await recordDocument.read(path, { within: dir });
  } catch (error) {
    throw renamed(error, "file-missing", "record-missing", "This claim has no record yet.", "Import its raw file.");
  }
}

/** A general error of reading, said in terms of the batch folder. */
function renamed(error: unknown, from: string, code: string, message: string, remedy: string): unknown {
  if (!(error instanceof BatchproofError && error.code === from)) return error;
  return inputError(message, { code, remedy, ...(error.place === undefined ? {} : { place: error.place }) });
}

function checkSignature({ rows, source, signature }: StoredRecord, message: bigint, place: string): void {
  if (!isEncodable(rows) || verifySignature(source, message, signature)) return;
  throw inputError("The source's signature does not fit this record, batch, stage and channel.", {
    code: "record-signature",
    place: `${place}#/signature`,
    remedy: "Restore the record from a backup, or import the raw file again.",
  });
}

async function checkRawFile(batch: Batch, { rawFile, header }: StoredRecord, place: string): Promise<void> {
  const path = join(
    batch.dir,
    located(`${place}#/rawFile`, () => evidenceFile(rawFile)),
  );
  const bytes = await readBytes(path, { within: batch.dir }).catch((error: unknown) => {
    throw renamed(error, "file-missing", "evidence-missing", "The raw file is missing.", "Restore it from a backup.");
  });
  if (bytesHash(bytes) === header.rawFileHash) return;
  throw inputError("The raw file is not the one that was imported.", {
    code: "evidence-tampered",
    place: path,
    remedy: "Restore it from a backup.",
  });
}

/**
 * Keeps a raw file, untouched, in `evidence/`. The same bytes under the same name are kept once.
 * Errors: `evidence-name` (not a plain file name), `evidence-exists` (other bytes have this name), those of
 * `writeFileAtomically`.
 */
export async function keepEvidence(batch: Pick<Batch, "dir">, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(batch.dir, evidenceFile(name));
  const kept = await readBytes(path, { within: batch.dir }).catch((error: unknown) => {
    if (error instanceof BatchproofError && error.code === "file-missing") return undefined;
    throw error;
  });
  if (kept === undefined) await writeFileAtomically(path, bytes, { mode: 0o600, within: batch.dir });
  else if (bytesHash(kept) !== bytesHash(bytes)) {
    throw inputError("The folder keeps another raw file of this name.", {
      code: "evidence-exists",
      place: path,
      remedy: "Rename the new raw file; raw files are never overwritten.",
    });
  }
}

function fromFile(file: RecordFile, path: string): StoredRecord {
  const { claim, rawFile, signature } = file;
  return {
    claim,
    rawFile,
    header: headerFromJson(file.header, `${path}#/header`),
    rows: rowsFromText(file.rows),
    source: pointFromJson(file.source, `${path}#/source`),
    signature: {
      r8x: fromHex(signature.r8x, `${path}#/signature/r8x`),
      r8y: fromHex(signature.r8y, `${path}#/signature/r8y`),
      s: fromHex(signature.s, `${path}#/signature/s`),
    },
  };
}

function headerToJson(header: RecordHeader): RecordFile["header"] {
  const text = (field: keyof RecordHeader): string =>
    HASH_FIELDS.has(field) ? toHex(header[field]) : header[field].toString();
  return mapHeader(text);
}

function headerFromJson(header: RecordFile["header"], place: string): RecordHeader {
  return mapHeader((field) =>
    HASH_FIELDS.has(field) ? fromHex(header[field], `${place}/${field}`) : BigInt(header[field]),
  );
}

function mapHeader<T>(value: (field: keyof RecordHeader) => T): Record<keyof RecordHeader, T> {
  return Object.fromEntries(RECORD_HEADER_FIELDS.map((field) => [field, value(field)])) as Record<
    keyof RecordHeader,
    T
  >;
}

function rowsToText(rows: readonly Row[]): string {
  return rows.map(({ dt, code }) => `${dt}:${code}`).join(" ");
}

/** The schema has seen to the form. */
function rowsFromText(text: string): Row[] {
  return text.split(" ").map((row) => {
    const [dt, code] = row.split(":").map(Number);
    return { dt: dt ?? 0, code: code ?? 0 };
  });
}
