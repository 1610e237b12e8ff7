import { createHash, hkdfSync } from "node:crypto";
import { join } from "node:path";
import { inputError, placed } from "../errors.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { textHash, type PublicKey } from "../formats/identity.ts";
import { recordSalts } from "../formats/record.ts";
import {
  labMessage,
  RESULT_FIELDS,
  RESULT_SET_HEAD_FIELDS,
  resultSetHash,
  type Result,
  type ResultSet,
} from "../formats/results.ts";
import { verifySignature, type Signature } from "../formats/source.ts";
import { writeFileAtomically } from "../input/files.ts";
import {
  defineDocument,
  documentText,
  HEX_FIELD,
  object,
  POINT,
  pointFromJson,
  pointToJson,
  SIGNATURE,
  signatureFromJson,
  signatureToJson,
  TEXT,
  type PointJson,
  type SignatureJson,
} from "../parties/document.ts";
import type { Batch } from "./batchFile.ts";
import { batchCommitments } from "./commitments.ts";
import { readRawFile, renamed } from "./evidenceFiles.ts";
import { claimOf } from "./folder.ts";
import { claimFile } from "./paths.ts";

/** A set of results before it has its salt. */
export type UnsaltedSet = Omit<ResultSet, "salt">;

/** A set of results with what follows from it, the batch and the batch's secrets. */
export interface PreparedSet {
  readonly set: ResultSet;
  /** 32 bytes, of this very set only. */
  readonly secret: Uint8Array;
  /** Public signal `record`. */
  readonly record: bigint;
  /** What the laboratory signs. */
  readonly message: bigint;
}

/** The results of one claim as the batch folder keeps them. */
export interface StoredSet {
  readonly claim: string;
  readonly set: UnsaltedSet;
  /** Name of the raw file in `evidence/`. */
  readonly rawFile: string;
  readonly lab: PublicKey;
  readonly signature: Signature;
}

type HeadField = (typeof RESULT_SET_HEAD_FIELDS)[number];
type ResultField = (typeof RESULT_FIELDS)[number];

interface ResultsFile {
  readonly format: "batchproof-results/1";
  readonly claim: string;
  readonly head: Readonly<Record<HeadField, string>>;
  readonly results: readonly Readonly<Record<ResultField, string>>[];
  readonly rawFile: string;
  readonly record: string;
  readonly lab: PointJson;
  readonly signature: SignatureJson;
}

const hexFields = (fields: readonly string[]): object =>
  object(Object.fromEntries(fields.map((field) => [field, HEX_FIELD])));

const resultsDocument = defineDocument<ResultsFile>("batchproof-results/1", "results-file", {
  claim: TEXT,
  head: hexFields(RESULT_SET_HEAD_FIELDS),
  results: { type: "array", items: hexFields(RESULT_FIELDS) },
  rawFile: TEXT,
  record: HEX_FIELD,
  lab: POINT,
  signature: SIGNATURE,
});

/**
 * The salt, the public signal and the laboratory's message of a set of results for this claim; what `import` signs.
 * Errors: `claim`, `claim-kind` (the claim is not about results), `record-lot`, `quality-size`.
 */
export function prepareSet(batch: Batch, claimId: string, unsalted: UnsaltedSet): PreparedSet {
  const { claim } = claimOf(batch, claimId);
  if (claim.kind !== "quality") {
    throw inputError("This claim is not about a laboratory's results.", { code: "claim-kind" });
  }
  if (unsalted.lotHash !== textHash(batch.lot)) {
    throw inputError("The results are of another lot.", { code: "record-lot" });
  }
  // The same results have the same salt when an interrupted import is done again; others never share one.
  const content = createHash("sha256")
    .update(JSON.stringify(toJson(unsalted)))
    .digest("hex");
  const secret = new Uint8Array(
    hkdfSync("sha256", batch.secrets.recordSecret(claimId, 0), "", `batchproof/content/${content}`, 32),
  );
  const set: ResultSet = { ...unsalted, salt: recordSalts(secret, 0).salt };
  const record = resultSetHash(set);
  return { set, secret, record, message: labMessage(batchCommitments(batch).batch, BigInt(claim.stage), record) };
}

function toJson(set: UnsaltedSet): Pick<ResultsFile, "head" | "results"> {
  const hex = <K extends string>(fields: readonly K[], values: Readonly<Record<K, bigint>>): Record<K, string> =>
    Object.fromEntries(fields.map((field) => [field, toHex(values[field])])) as Record<K, string>;
  return {
    head: hex(RESULT_SET_HEAD_FIELDS, set),
    results: set.results.map((result) => hex(RESULT_FIELDS, result)),
  };
}

function fromJson({ head, results }: ResultsFile, place: string): UnsaltedSet {
  const values = <K extends string>(fields: readonly K[], texts: Readonly<Record<K, string>>, at: string) =>
    Object.fromEntries(fields.map((field) => [field, fromHex(texts[field], `${at}/${field}`)])) as Record<K, bigint>;
  return {
    ...values(RESULT_SET_HEAD_FIELDS, head, `${place}#/head`),
    results: results.map((result, i): Result => values(RESULT_FIELDS, result, `${place}#/results/${i}`)),
  };
}

/** Writes signed results into the folder. What `readResults` would refuse is not written. */
export async function writeResults(batch: Batch, stored: StoredSet): Promise<void> {
  const name = claimFile("records", stored.claim);
  const { record, message } = prepareSet(batch, stored.claim, stored.set);
  checkSignature(stored, message, name);
  await readRawFile(batch, { rawFile: stored.rawFile, rawFileHash: stored.set.rawFileHash }, name);
  const file: ResultsFile = {
    format: "batchproof-results/1",
    claim: stored.claim,
    ...toJson(stored.set),
    rawFile: stored.rawFile,
    record: toHex(record),
    lab: pointToJson(stored.lab),
    signature: signatureToJson(stored.signature),
  };
  const text = documentText(resultsDocument.check(file, name));
  await writeFileAtomically(join(batch.dir, name), text, { mode: 0o600, within: batch.dir });
}

/**
 * Reads the results of a claim and checks them against the batch's secrets, the laboratory's signature and the raw file.
 * Errors: `record-missing`, `results-file` (shape), `record-claim`, `record-tampered`, `record-signature`, those of
 * `readRawFile`, `prepareSet` and `readJson`.
 */
export async function readResults(batch: Batch, claimId: string): Promise<Omit<StoredSet, "set"> & PreparedSet> {
  const path = join(batch.dir, claimFile("records", claimId));
  const file = await resultsDocument.read(path, { within: batch.dir }).catch((error: unknown) => {
    throw renamed(error, "file-missing", "record-missing", "This claim has no results yet.", "Import them.");
  });
  if (file.claim !== claimId) {
    throw inputError("These are the results of another claim.", { code: "record-claim", place: `${path}#/claim` });
  }
  const stored: StoredSet = {
    claim: file.claim,
    set: fromJson(file, path),
    rawFile: file.rawFile,
    lab: pointFromJson(file.lab, `${path}#/lab`),
    signature: signatureFromJson(file.signature, `${path}#/signature`),
  };
  const prepared = placed(path, () => prepareSet(batch, claimId, stored.set));
  if (toHex(prepared.record) !== file.record) {
    throw inputError("The results are not those that were signed.", {
      code: "record-tampered",
      place: path,
      remedy: "Restore the results from a backup.",
    });
  }
  checkSignature(stored, prepared.message, path);
  await readRawFile(batch, { rawFile: stored.rawFile, rawFileHash: stored.set.rawFileHash }, path);
  return { ...stored, ...prepared };
}

function checkSignature({ lab, signature }: StoredSet, message: bigint, place: string): void {
  if (verifySignature(lab, message, signature)) return;
  throw inputError("The laboratory's signature does not fit these results, batch and stage.", {
    code: "record-signature",
    place: `${place}#/signature`,
    remedy: "Restore the results from a backup, or import them again.",
  });
}
