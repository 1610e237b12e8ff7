import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { evidenceFile } from "../batch/paths.ts";
import { inputError } from "../errors.ts";
import { MAX_FILE_BYTES, readBytes, writeFileAtomically } from "../input/files.ts";
import { withLock } from "../input/lock.ts";
import { formatTime } from "../input/times.ts";
import { showing, type BatchCall, type SeenBatch } from "./folders.ts";

/**
 * Files that callers send before they are imported. Each is kept under its sha256 and its name, for one caller and one batch, until
 * it is imported or old:
 *
 *     uploads/SITE/BATCH/CALLER/SHA256/NAME
 */

/** Bytes of one file at most: what an import reads. */
export const MOST_FILE_BYTES = MAX_FILE_BYTES;
/** What one caller may keep for one batch. */
const MOST_FILES = 200;
const MOST_BYTES = 4 * MAX_FILE_BYTES;
/** Seconds after which a file that nobody imported is removed. */
const KEPT = 7 * 86_400;
/** With what a draft's name adds, no file system's limit is reached. */
const MOST_NAME_BYTES = 200;
const SHA256 = /^[0-9a-f]{64}$/;

/** A file that waits to be imported. */
export interface Upload {
  readonly sha256: string;
  readonly name: string;
  readonly bytes: number;
  /** RFC 3339. */
  readonly uploaded: string;
}

/** An upload, and where it lies. */
export interface KeptUpload extends Upload {
  readonly path: string;
}

function batchFolder({ service: { settings }, params }: BatchCall): string {
  return join(settings.data, "uploads", params.site, params.batch);
}

function callerFolder(call: BatchCall): string {
  return join(batchFolder(call), createHash("sha256").update(call.caller.id).digest("hex"));
}

/**
 * Keeps a file, whole or not at all. The same bytes are kept once, under the name that they came with first. Errors:
 * `evidence-name` (no plain file name, or too long), `file-empty`, `upload-quota`, `locked`, those of `writeFileAtomically`.
 */
export async function keepUpload(
  call: BatchCall,
  name: string,
  bytes: Uint8Array,
): Promise<{ readonly upload: Upload; readonly already: boolean }> {
  evidenceFile(name);
  if (Buffer.byteLength(name) > MOST_NAME_BYTES) {
    throw inputError(`A file's name has at most ${MOST_NAME_BYTES} bytes.`, { code: "evidence-name" });
  }
  if (bytes.length === 0) {
    throw inputError("The file is empty.", {
      code: "file-empty",
      remedy: "Send its bytes, as application/octet-stream.",
    });
  }
  const folder = callerFolder(call);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return await showing([[folder, "uploads"]], async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await withLock(join(folder, "uploads.lock"), async () => {
      await removeOld(folder, call.service.now());
      const kept = await uploadsIn(folder);
      const same = kept.find((each) => each.sha256 === sha256);
      if (same !== undefined) return { upload: shown(same), already: true };
      refuseTooMuch(kept, bytes.length);
      await writeFileAtomically(join(folder, sha256, name), bytes, { mode: 0o600, within: folder });
      const upload = (await uploadsIn(folder)).find((each) => each.sha256 === sha256);
      if (upload === undefined) throw new Error("an upload was written and is not there");
      return { upload: shown(upload), already: false };
    });
  });
}

function refuseTooMuch(kept: readonly Upload[], more: number): void {
  const bytes = kept.reduce((sum, each) => sum + each.bytes, more);
  if (kept.length < MOST_FILES && bytes <= MOST_BYTES) return;
  throw inputError(`One caller keeps at most ${MOST_FILES} files and ${MOST_BYTES} bytes for one batch.`, {
    code: "upload-quota",
  });
}

/** Files that the caller may see: a party its own ones, others all. In order of their hashes. */
export async function listUploads(call: BatchCall, { seesAll }: Pick<SeenBatch, "seesAll">): Promise<Upload[]> {
  const folders = seesAll ? await callerFolders(call) : [callerFolder(call)];
  const all = (await Promise.all(folders.map(uploadsIn))).flat().sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  return all.filter(({ sha256 }, i) => sha256 !== all[i - 1]?.sha256).map(shown);
}

/** A file that the caller may see, its own one first. Errors `not-found`, `evidence-tampered` (its bytes are others by now). */
export async function uploadNamed(
  call: BatchCall,
  { seesAll }: Pick<SeenBatch, "seesAll">,
  sha256: string,
): Promise<KeptUpload> {
  const folders = [callerFolder(call), ...(seesAll ? await callerFolders(call) : [])];
  for (const folder of folders) {
    const found = (await uploadsIn(folder)).find((each) => each.sha256 === sha256);
    if (found === undefined) continue;
    const bytes = await showing([[`${dirname(found.path)}/`, ""]], () => readBytes(found.path, { within: folder }));
    if (createHash("sha256").update(bytes).digest("hex") === sha256) return found;
    throw inputError("The file is not the one that was uploaded.", {
      code: "evidence-tampered",
      place: found.name,
      remedy: "Upload it again, and find out who changed it.",
    });
  }
  throw inputError("No file with this sha256 was uploaded for this batch.", {
    code: "not-found",
    remedy: "Upload it (POST .../files): it is kept for seven days, and no longer than until it is imported.",
  });
}

/** Removes a file, for whoever sees it. */
export async function removeUpload({ path }: KeptUpload): Promise<void> {
  await rm(dirname(path), { recursive: true, force: true });
}

async function callerFolders(call: BatchCall): Promise<string[]> {
  const folder = batchFolder(call);
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => SHA256.test(name)).map((name) => join(folder, name));
}

/** What is kept in a caller's folder; a draft is not yet. */
async function uploadsIn(folder: string): Promise<KeptUpload[]> {
  const hashes = (await readdir(folder).catch(() => [])).filter((name) => SHA256.test(name));
  const kept: KeptUpload[] = [];
  for (const sha256 of hashes) {
    const names = await readdir(join(folder, sha256)).catch(() => []);
    const name = names.find((each) => !each.startsWith("."));
    if (name === undefined) continue;
    const path = join(folder, sha256, name);
    // Removed since: another call has imported it.
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    kept.push({ sha256, name, bytes: found.size, uploaded: formatTime(Math.floor(found.mtimeMs / 1000)), path });
  }
  return kept;
}

async function removeOld(folder: string, now: number): Promise<void> {
  const names = (await readdir(folder)).filter((each) => SHA256.test(each));
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs / 1000 > KEPT) await rm(path, { recursive: true, force: true });
  }
}

function shown({ sha256, name, bytes, uploaded }: KeptUpload): Upload {
  return { sha256, name, bytes, uploaded };
}
