import { basename, join } from "node:path";
import type { ErrorCode } from "../errorCodes.ts";
import { BatchproofError, inputError, placed } from "../errors.ts";
import { bytesHash, rawFilesHash } from "../formats/identity.ts";
import { readBytes, writeFileAtomically, type RawFile } from "../input/files.ts";
import { evidenceFile, PROFILE_SUFFIX } from "./paths.ts";
import type { Batch } from "./batch.ts";

/** A record with the raw files that it came from. */
interface Sourced {
  /** Names of the raw files in `evidence/`, in the order of the series. */
  readonly rawFiles: readonly string[];
  readonly rawFileHash: bigint;
}

/** A file that the folder is to keep. */
export interface KeptFile {
  /** Its name in `evidence/`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A raw file as the folder is to keep it. Error `evidence-name`: it has the name of a kept profile. */
export function rawToKeep({ file, bytes }: RawFile): KeptFile {
  const name = basename(file);
  if (!name.endsWith(PROFILE_SUFFIX)) return { name, bytes };
  throw inputError(`Names that end in "${PROFILE_SUFFIX}" are those of kept profiles.`, {
    code: "evidence-name",
    place: file,
    remedy: "Rename the raw file.",
  });
}

/**
 * Reads the raw files of a record. `place` is the record's. Errors: `evidence-missing`, `evidence-tampered` (not those that
 * were imported), `evidence-name`, `path-escape`.
 */
export async function readRawFiles(
  batch: Pick<Batch, "dir">,
  { rawFiles, rawFileHash }: Sourced,
  place: string,
): Promise<RawFile[]> {
  const kept: RawFile[] = [];
  for (const [i, name] of rawFiles.entries()) {
    const file = join(
      batch.dir,
      placed(`${place}#/rawFiles/${i}`, () => evidenceFile(name)),
    );
    const bytes = await readBytes(file, { within: batch.dir }).catch((error: unknown) => {
      throw renamed(error, "file-missing", "evidence-missing", "The raw file is missing.", "Restore it from a backup.");
    });
    kept.push({ file, bytes });
  }
  if (rawFilesHash(kept.map(({ bytes }) => bytes)) === rawFileHash) return kept;
  const [message, remedy] =
    kept.length === 1
      ? ["The raw file is not the one that was imported.", "Restore it from a backup."]
      : ["These raw files are not those that were imported, in their order.", "Restore them from a backup."];
  throw inputError(message, {
    code: "evidence-tampered",
    place: kept.map(({ file }) => file).join(", "),
    remedy,
  });
}

/**
 * Keeps a raw file, untouched, in `evidence/`. The same bytes under the same name are kept once.
 * Errors: those of `isKept` and of `writeFileAtomically`.
 */
export async function keepEvidence(batch: Pick<Batch, "dir">, kept: KeptFile): Promise<void> {
  if (!(await isKept(batch, kept))) await writeEvidence(batch, kept);
}

/** Keeps a raw file that is not kept yet, as `isKept` has told under the folder's lock. */
export async function writeEvidence(batch: Pick<Batch, "dir">, { name, bytes }: KeptFile): Promise<void> {
  await writeFileAtomically(join(batch.dir, evidenceFile(name)), bytes, { mode: 0o600, within: batch.dir });
}

/**
 * Whether the folder keeps this raw file already. Errors: `evidence-name` (not a plain file name), `evidence-exists` (other
 * bytes have this name).
 */
export async function isKept(batch: Pick<Batch, "dir">, { name, bytes }: KeptFile): Promise<boolean> {
  const path = join(batch.dir, evidenceFile(name));
  const kept = await readBytes(path, { within: batch.dir }).catch((error: unknown) => {
    if (error instanceof BatchproofError && error.code === "file-missing") return undefined;
    throw error;
  });
  if (kept === undefined || bytesHash(kept) === bytesHash(bytes)) return kept !== undefined;
  throw inputError("The folder keeps another raw file of this name.", {
    code: "evidence-exists",
    place: path,
    remedy: "Rename the new raw file; raw files are never overwritten.",
  });
}

/** A general error of reading, said in terms of the batch folder. */
export function renamed(error: unknown, from: ErrorCode, code: ErrorCode, message: string, remedy: string): unknown {
  if (!(error instanceof BatchproofError && error.code === from)) return error;
  return inputError(message, { code, remedy, ...(error.place === undefined ? {} : { place: error.place }) });
}
