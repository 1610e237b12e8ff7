import { createHash, hkdfSync } from "node:crypto";
import { join } from "node:path";
import type { ErrorCode } from "../errorCodes.ts";
import { BatchproofError, inputError, placed } from "../errors.ts";
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
} from "../formats/document.ts";
import { MOST_RAW_FILES } from "../formats/constants.ts";
import { toHex } from "../formats/field.ts";
import { HOW_READ, type HowRead } from "../formats/howRead.ts";
import { textHash, type PublicKey } from "../formats/identity.ts";
import { verifySignature, type Signature } from "../formats/source.ts";
import { writeFileAtomically, type RawFile } from "../input/files.ts";
import { claimRuleHash } from "../kinds/index.ts";
import type { Prepared, RecordForm, Signer } from "../kinds/recordForm.ts";
import { claimNamed, type Claim } from "../policy/document.ts";
import type { Batch } from "./batch.ts";
import { readRawFiles, renamed } from "./evidenceFiles.ts";
import { claimFile } from "./paths.ts";

/**
 * The records of a batch folder: signed evidence that a raw file was read into, one for a claim, in
 * `records/<stage>--<claim>.json`. What a record holds and how it is hashed and signed is its form's; that it is what was
 * signed, for this batch and claim, from the raw file that the folder keeps, is seen to here.
 */

/** A record of one claim as the batch folder keeps it. */
export type StoredRecord<C extends object> = C & {
  readonly claim: string;
  /** Names of the raw files in `evidence/`: one, or several of one device that make one series. */
  readonly rawFiles: readonly string[];
  /** Of a series: how the raw files were read; records of earlier versions do not say it. */
  readonly how?: HowRead;
  readonly signer: PublicKey;
  readonly signature: Signature;
};

type RecordFile<J extends object> = J & {
  readonly format: string;
  readonly claim: string;
  readonly rawFiles: readonly string[];
  readonly how?: HowRead;
  readonly record: string;
  readonly signature: SignatureJson;
} & Readonly<Partial<Record<Signer, PointJson>>>;

const RAW_FILES = { type: "array", minItems: 1, maxItems: MOST_RAW_FILES, items: TEXT };

const documents = new WeakMap<object, DocumentKind<unknown>>();

/** The file of a form; its schema is compiled once. */
function documentOf<C extends object, D extends object, J extends object>(
  form: RecordForm<C, D, J>,
): DocumentKind<RecordFile<J>> {
  const known = documents.get(form);
  if (known !== undefined) return known as DocumentKind<RecordFile<J>>;
  const document = defineDocument<RecordFile<J>>(
    form.format,
    form.code,
    {
      claim: TEXT,
      ...form.properties,
      rawFiles: RAW_FILES,
      how: HOW_READ,
      record: HEX_FIELD,
      [form.signer]: POINT,
      signature: SIGNATURE,
    },
    ["how"],
  );
  documents.set(form, document);
  return document;
}

/**
 * The salts, the public signal and the signer's message of a record of this claim; what `import` signs.
 * Errors: `claim-kind` (the claim is about something else), `record-lot` (of another lot), those of the form's `check` and
 * `derive`.
 */
export function prepareRecord<C extends object, D extends object, J extends object>(
  form: RecordForm<C, D, J>,
  batch: Batch,
  claim: Claim,
  content: C,
): D & Prepared {
  if (claim.kind !== form.kind) {
    throw inputError(`Claim ${claim.id} is about ${claim.kind}, not about ${form.kind}.`, { code: "claim-kind" });
  }
  form.check(content);
  if (form.hashes(content).lotHash !== textHash(batch.lot)) {
    throw inputError(`The ${form.noun} of another lot.`, { code: "record-lot" });
  }
  const secret = contentSecret(batch.secrets.recordSecret(claim.id, form.attempt(content)), form.contentText(content));
  // From policy and salt, never taken from anybody: whoever signs knows what the record is to prove.
  const { index } = claimNamed(batch.policy, claim.id);
  const rule = claimRuleHash(batch.policy, index, batch.secrets.ruleSalt(claim.id));
  const owner = { batch: batch.commitments.batch, stage: BigInt(claim.stage), rule };
  return { ...form.derive(content, owner, secret), secret };
}

/**
 * HKDF-SHA256 of the claim's secret with the record's content: the same content has the same salts when an interrupted
 * import is done again, and other content (another logger, a corrected offset) never shares one.
 */
function contentSecret(secret: Uint8Array, content: string): Uint8Array {
  const info = `batchproof/content/${createHash("sha256").update(content).digest("hex")}`;
  return new Uint8Array(hkdfSync("sha256", secret, "", info, 32));
}

/**
 * Writes a signed record into the folder, in place of an earlier one of the claim. What `readRecord` would refuse is
 * not written.
 */
export async function writeRecord<C extends object, D extends object, J extends object>(
  form: RecordForm<C, D, J>,
  batch: Batch,
  claim: Claim,
  stored: StoredRecord<C>,
): Promise<void> {
  const { rawFiles, how, signer, signature } = stored;
  const name = claimFile("records", claim.id);
  const { record, message } = prepareRecord(form, batch, claim, stored);
  checkSignature(form, stored, message, name);
  await readRawFiles(batch, { rawFiles, rawFileHash: form.hashes(stored).rawFileHash }, name);
  const file = {
    format: form.format,
    claim: claim.id,
    ...form.toJson(stored),
    rawFiles,
    ...(how === undefined ? {} : { how }),
    record: toHex(record),
    [form.signer]: pointToJson(signer),
    signature: signatureToJson(signature),
  };
  const text = documentText(documentOf(form).check(file, name));
  await writeFileAtomically(join(batch.dir, name), text, { mode: 0o600, within: batch.dir });
}

/**
 * Reads the record of a claim and checks it against the batch's secrets, the signature and the raw file.
 * Errors: `record-missing`, `record-version`, the form's code (shape), `record-claim` (of another claim), `record-tampered`
 * (the content does not give the record's hash), `record-signature`, those of `readRawFiles`, `prepareRecord` and `readJson`.
 */
export async function readRecord<C extends object, D extends object, J extends object>(
  form: RecordForm<C, D, J>,
  batch: Batch,
  claim: Claim,
): Promise<StoredRecord<C> & D & Prepared & { readonly raw: readonly RawFile[] }> {
  const path = join(batch.dir, claimFile("records", claim.id));
  const file = await documentOf(form)
    .read(path, { within: batch.dir })
    .catch((error: unknown) => {
      throw unread(error, form, path);
    });
  if (file.claim !== claim.id) {
    throw inputError("This is the record of another claim.", { code: "record-claim", place: `${path}#/claim` });
  }
  const stored = fromFile(form, file, path);
  const prepared = placed(path, () => prepareRecord(form, batch, claim, stored));
  if (toHex(prepared.record) !== file.record) {
    throw inputError(`The ${form.noun} not the one that was signed.`, {
      code: "record-tampered",
      place: path,
      remedy: "Restore the record from a backup.",
    });
  }
  checkSignature(form, stored, prepared.message, path);
  const { rawFiles } = stored;
  const raw = await readRawFiles(batch, { rawFiles, rawFileHash: form.hashes(stored).rawFileHash }, path);
  return { ...stored, ...prepared, raw };
}

/** Why a record could not be read, in terms of the batch folder. */
function unread(error: unknown, { code }: { readonly code: ErrorCode }, path: string): unknown {
  if (error instanceof BatchproofError && error.code === code && error.place === `${path}#/format`) {
    return inputError("This record is of another version of batchproof, which hashed records otherwise.", {
      code: "record-version",
      place: error.place,
      remedy: "Import the raw file again: its record is made and signed anew.",
    });
  }
  return renamed(error, "file-missing", "record-missing", "This claim has no record yet.", "Import its raw file.");
}

function fromFile<C extends object, D extends object, J extends object>(
  form: RecordForm<C, D, J>,
  file: RecordFile<J>,
  path: string,
): StoredRecord<C> {
  // The schema has seen to it that the signer is there.
  const signer = file[form.signer] as PointJson;
  return {
    ...form.fromJson(file, path),
    claim: file.claim,
    rawFiles: file.rawFiles,
    ...(file.how === undefined ? {} : { how: file.how }),
    signer: pointFromJson(signer, `${path}#/${form.signer}`),
    signature: signatureFromJson(file.signature, `${path}#/signature`),
  };
}

function checkSignature<C extends object, D extends object, J extends object>(
  form: RecordForm<C, D, J>,
  stored: StoredRecord<C>,
  message: bigint,
  place: string,
): void {
  if (!form.isSignable(stored) || verifySignature(stored.signer, message, stored.signature)) return;
  throw inputError(form.misfit, {
    code: "record-signature",
    place: `${place}#/signature`,
    remedy: "Restore the record from a backup, or import the raw file again.",
  });
}
