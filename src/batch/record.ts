import { createHash, hkdfSync } from "node:crypto";
import { join } from "node:path";
import { inputError, placed } from "../errors.ts";
import { toHex } from "../formats/field.ts";
import { textHash, type PublicKey } from "../formats/identity.ts";
import { recordSalts, type RecordSalts } from "../formats/record.ts";
import { SERIES_ARITY, SERIES_DEPTH } from "../formats/constants.ts";
import { verifySignature, type Signature } from "../formats/source.ts";
import { writeFileAtomically } from "../input/files.ts";
import {
  defineDocument,
  documentText,
  HEX_FIELD,
  POINT,
  pointFromJson,
  pointToJson,
  SIGNATURE,
  signatureFromJson,
  signatureToJson,
  TEXT,
  type DocumentKind,
  type PointJson,
  type SignatureJson,
} from "../parties/document.ts";
import type { Batch } from "./batchFile.ts";
import { batchCommitments } from "./commitments.ts";
import { readRawFile, renamed } from "./evidenceFiles.ts";
import { claimOf } from "./folder.ts";
import { claimFile } from "./paths.ts";
import { kindOf, READINGS_RECORD, SAMPLES_RECORD, type RecordFormat, type SeriesHeader } from "./recordFormat.ts";

const MAX_CHUNKS = SERIES_ARITY ** SERIES_DEPTH;

/**
 * The "record" of a series that has none: a reading lies so far outside the limits that its code is no byte. It is kept
 * so that `check` can name the reading; it can be neither signed nor proven.
 */
export const NO_RECORD = 0n;
/** The signature under such a series. */
export const UNSIGNED: Signature = { r8x: 0n, r8y: 0n, s: 0n };

/** What a record says, before it is signed. */
export interface RecordContent<H, R> {
  readonly header: H;
  /** Before padding. */
  readonly rows: readonly R[];
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
export interface StoredRecord<H, R> extends RecordContent<H, R> {
  readonly claim: string;
  /** Name of the raw file in `evidence/`. */
  readonly rawFile: string;
  readonly source: PublicKey;
  readonly signature: Signature;
}

interface RecordFile {
  readonly format: "batchproof-record/1";
  readonly claim: string;
  readonly header: object;
  /** "dt:code" of each row, "dt:code:code..." of several channels, separated by blanks. */
  readonly rows: string;
  readonly rawFile: string;
  readonly record: string;
  readonly source: PointJson;
  readonly signature: SignatureJson;
}

/** Longest texts of one row's interval, and of one code with its sign. */
const INTERVAL = "(0|[1-9][0-9]{0,3})";
const CODE = ":(0|-?[1-9][0-9]{0,6})";
const INTERVAL_TEXT = 5;
const CODE_TEXT = 9;

/** The file of a record of one format. */
function documentOf<H extends SeriesHeader, R extends { readonly dt: number }>({
  headerSchema,
  codes,
  series,
}: RecordFormat<H, R>): DocumentKind<RecordFile> {
  const row = `${INTERVAL}(${CODE}){${codes}}`;
  return defineDocument<RecordFile>("batchproof-record/1", "record-file", {
    claim: TEXT,
    header: headerSchema,
    rows: {
      type: "string",
      maxLength: MAX_CHUNKS * series.rowsPerChunk * (INTERVAL_TEXT + codes * CODE_TEXT),
      pattern: `^${row}( ${row})*$`,
    },
    rawFile: TEXT,
    record: HEX_FIELD,
    source: POINT,
    signature: SIGNATURE,
  });
}

/** Compiled once for each kind. */
const DOCUMENTS = {
  [READINGS_RECORD.kind]: documentOf(READINGS_RECORD),
  [SAMPLES_RECORD.kind]: documentOf(SAMPLES_RECORD),
} as Readonly<Record<"temperature" | "parameters", DocumentKind<RecordFile>>>;

/**
 * The salts, the public signal and the source's message of a record of this claim; what `import` signs.
 * Errors: `claim`, `record-header` (kind, N or the number of rows), `record-lot` (of another lot), `series-length`.
 */
export function prepareRecord<H extends SeriesHeader, R extends { readonly dt: number }>(
  format: RecordFormat<H, R>,
  batch: Batch,
  claimId: string,
  { header, rows }: RecordContent<H, R>,
): PreparedRecord {
  const { claim } = claimOf(batch, claimId);
  checkHeader(format, batch, claim.kind, { header, rows });
  const attemptSecret = batch.secrets.recordSecret(claimId, Number(header.attempt));
  const secret = contentSecret(format, attemptSecret, { header, rows });
  const salts = recordSalts(secret, Number(header.n) / format.series.rowsPerChunk);
  const record = format.series.isEncodable(rows) ? format.recordOf({ header, rows, salts }) : NO_RECORD;
  const message = format.messageOf(batchCommitments(batch).batch, BigInt(claim.stage), header, record);
  return { secret, salts, record, message };
}

/**
 * HKDF-SHA256 of the claim's secret with the record's content: the same content has the same salts when an interrupted
 * import is done again, and other content (another logger, a corrected offset) never shares one.
 */
function contentSecret<H extends SeriesHeader, R extends { readonly dt: number }>(
  format: RecordFormat<H, R>,
  secret: Uint8Array,
  { header, rows }: RecordContent<H, R>,
): Uint8Array {
  const content = `${JSON.stringify(format.headerToJson(header))};${rowsToText(format, rows)}`;
  const info = `batchproof/content/${createHash("sha256").update(content).digest("hex")}`;
  return new Uint8Array(hkdfSync("sha256", secret, "", info, 32));
}

function checkHeader<H extends SeriesHeader, R extends { readonly dt: number }>(
  format: RecordFormat<H, R>,
  batch: Batch,
  kind: string,
  { header, rows }: RecordContent<H, R>,
): void {
  const { rowsPerChunk } = format.series;
  const most = BigInt(MAX_CHUNKS * rowsPerChunk);
  const rowsOfCircuit = header.n > 0n && header.n <= most && header.n % BigInt(rowsPerChunk) === 0n;
  const isKind = kind === format.kind && header.kind === kindOf(format);
  if (!isKind || !rowsOfCircuit || header.rowCount !== BigInt(rows.length)) {
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
export async function writeRecord<H extends SeriesHeader, R extends { readonly dt: number }>(
  format: RecordFormat<H, R>,
  batch: Batch,
  stored: StoredRecord<H, R>,
): Promise<void> {
  const { claim, header, rows, rawFile, source, signature } = stored;
  const name = claimFile("records", claim);
  const prepared = prepareRecord(format, batch, claim, stored);
  checkSignature(format, stored, prepared.message, name);
  await readRawFile(batch, { rawFile, rawFileHash: header.rawFileHash }, name);
  const file: RecordFile = {
    format: "batchproof-record/1",
    claim,
    header: format.headerToJson(header),
    rows: rowsToText(format, rows),
    rawFile,
    record: toHex(prepared.record),
    source: pointToJson(source),
    signature: signatureToJson(signature),
  };
  const text = documentText(DOCUMENTS[format.kind].check(file, name));
  await writeFileAtomically(join(batch.dir, name), text, { mode: 0o600, within: batch.dir });
}

/**
 * Reads the record of a claim and checks it against the batch's secrets, the source's signature and the raw file.
 * Errors: `record-missing`, `record-file` (shape), `record-claim` (of another claim), `record-tampered` (rows and
 * header do not give the record's hash), `record-signature`, those of `readRawFile`, `prepareRecord` and `readJson`.
 */
export async function readRecord<H extends SeriesHeader, R extends { readonly dt: number }>(
  format: RecordFormat<H, R>,
  batch: Batch,
  claimId: string,
): Promise<StoredRecord<H, R> & PreparedRecord> {
  const path = join(batch.dir, claimFile("records", claimId));
  const file = await DOCUMENTS[format.kind].read(path, { within: batch.dir }).catch((error: unknown) => {
    throw renamed(error, "file-missing", "record-missing", "This claim has no record yet.", "Import its raw file.");
  });
  if (file.claim !== claimId) {
    throw inputError("This is the record of another claim.", { code: "record-claim", place: `${path}#/claim` });
  }
  const stored = fromFile(format, file, path);
  const prepared = placed(path, () => prepareRecord(format, batch, claimId, stored));
  if (toHex(prepared.record) !== file.record) {
    throw inputError("Rows and header are not those that were signed.", {
      code: "record-tampered",
      place: path,
      remedy: "Restore the record from a backup.",
    });
  }
  checkSignature(format, stored, prepared.message, path);
  await readRawFile(batch, { rawFile: stored.rawFile, rawFileHash: stored.header.rawFileHash }, path);
  return { ...stored, ...prepared };
}

function checkSignature<H extends SeriesHeader, R extends { readonly dt: number }>(
  { series }: RecordFormat<H, R>,
  { rows, source, signature }: StoredRecord<H, R>,
  message: bigint,
  place: string,
): void {
  if (!series.isEncodable(rows) || verifySignature(source, message, signature)) return;
  throw inputError("The source's signature does not fit this record, batch, stage and channel.", {
    code: "record-signature",
    place: `${place}#/signature`,
    remedy: "Restore the record from a backup, or import the raw file again.",
  });
}

function fromFile<H extends SeriesHeader, R extends { readonly dt: number }>(
  format: RecordFormat<H, R>,
  { claim, rawFile, header, rows, source, signature }: RecordFile,
  path: string,
): StoredRecord<H, R> {
  return {
    claim,
    rawFile,
    header: format.headerFromJson(header, `${path}#/header`),
    rows: rowsFromText(format, rows),
    source: pointFromJson(source, `${path}#/source`),
    signature: signatureFromJson(signature, `${path}#/signature`),
  };
}

function rowsToText<H extends SeriesHeader, R extends { readonly dt: number }>(
  { codesOf }: RecordFormat<H, R>,
  rows: readonly R[],
): string {
  return rows.map((row) => [row.dt, ...codesOf(row)].join(":")).join(" ");
}

/** The schema has seen to the form. */
function rowsFromText<H extends SeriesHeader, R extends { readonly dt: number }>(
  { rowOf }: RecordFormat<H, R>,
  text: string,
): R[] {
  return text.split(" ").map((row) => {
    const [dt = 0, ...codes] = row.split(":").map(Number);
    return rowOf(dt, codes);
  });
}
