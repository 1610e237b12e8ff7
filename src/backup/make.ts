import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { Encrypter } from "age-encryption";
import { inputError, type BatchproofError } from "../errors.ts";
import { documentText } from "../formats/document.ts";
import { writeNewFile } from "../input/files.ts";
import { MAX_JSON_BYTES } from "../input/json.ts";
import { packageVersion } from "../root.ts";
import { ABOUT_FILE, SUMS_FILE, sumLine, type About } from "./about.ts";
import { archived } from "./collect.ts";
import type { Taken } from "./roots.ts";
import { END, headerOf, paddingOf } from "./tar.ts";
import { streamOf } from "./streamOf.ts";

/** For whom a backup is encrypted. */
export type LockedFor = { readonly recipients: readonly string[] } | { readonly passphrase: string };

/** What `makeBackup` needs. */
export interface NewBackup {
  readonly out: string;
  readonly taken: Taken;
  readonly lockedFor: LockedFor;
  /** When, RFC 3339. */
  readonly made: string;
}

/** What was put into a backup. */
export interface MadeBackup {
  readonly files: number;
  readonly bytes: number;
  /** SHA-256 of the list of all hashes, in hex: what to note down of it. */
  readonly sums: string;
}

/**
 * Makes a backup: an encrypted archive, written whole or not at all and never over another file; nothing of it lies unencrypted on
 * the disk. Errors: `backup-exists`, `backup-key` (no age recipient), those of `archived` and `writeNewFile`.
 */
export async function makeBackup({ out, taken, lockedFor, made }: NewBackup): Promise<MadeBackup> {
  refuseTaken(out);
  const about: About = { format: "batchproof-backup/1", version: packageVersion(), made, ...taken };
  const count = { files: 0, bytes: 0, sums: "" };
  const plain = streamOf(archiveOf(about, count));
  await writeNewFile(out, await encrypterFor(lockedFor).encrypt(plain), takenError(out));
  return count;
}

/** Refuses to make a backup where something is: before a key is drawn for it. Error `backup-exists`. */
export function refuseTaken(out: string): void {
  if (existsSync(out)) throw takenError(out);
}

function takenError(out: string): BatchproofError {
  return inputError("There is a file of this name already.", { code: "backup-exists", place: out });
}

async function* archiveOf(
  about: About,
  count: { files: number; bytes: number; sums: string },
): AsyncGenerator<Uint8Array> {
  const time = Math.floor(Date.parse(about.made) / 1000);
  const first = Buffer.from(documentText(about));
  if (first.length > MAX_JSON_BYTES) {
    throw inputError("The backup's description would be too long to be read.", { code: "backup-size" });
  }
  yield* small(ABOUT_FILE, first, time);
  const sums: string[] = [sumLine(sha256(first), ABOUT_FILE)];
  const bytes = archived(about.roots, ({ path, hash }) => {
    if (hash !== undefined) sums.push(sumLine(hash, path));
  });
  for await (const chunk of bytes) {
    count.bytes += chunk.length;
    yield chunk;
  }
  const last = Buffer.from(sums.join(""));
  count.files = sums.length - 1;
  count.sums = sha256(last);
  yield* small(SUMS_FILE, last, time);
  yield END;
}

/** A file of ours. */
function* small(path: string, bytes: Buffer, time: number): Generator<Uint8Array> {
  yield headerOf({ path, isFolder: false, mode: 0o600, time, size: bytes.length });
  yield bytes;
  yield paddingOf(bytes.length);
}

function encrypterFor(lockedFor: LockedFor): Encrypter {
  const encrypter = new Encrypter();
  if ("passphrase" in lockedFor) encrypter.setPassphrase(lockedFor.passphrase);
  else for (const recipient of lockedFor.recipients) addRecipient(encrypter, recipient);
  return encrypter;
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw noRecipient(recipient, cause);
  }
}

function noRecipient(recipient: string, cause: unknown): BatchproofError {
  return inputError("This is not an age recipient.", {
    code: "backup-key",
    place: `--recipient ${recipient}`,
    remedy: "Give what `age-keygen` prints as the public key: age1 and 58 letters and digits.",
    cause,
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
