import { createHash } from "node:crypto";
import { constants, existsSync, type Stats } from "node:fs";
import { lstat, open, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { BATCH_FILE, LOCK_FILE } from "../batch/paths.ts";
import { inputError } from "../errors.ts";
import { isDraft } from "../input/drafts.ts";
import { readingError } from "../input/files.ts";
import { acquireLock } from "../input/lock.ts";
import type { Root } from "./about.ts";
import { headerOf, MOST_SIZE, paddingOf, requirePath, type Entry } from "./tar.ts";

/** Most files and folders of a backup: their hashes are held in memory. */
export const MOST_ENTRIES = 1_000_000;
const CHUNK = 2 ** 20;
/** What a journal's head is called, beside it. */
const HEAD = ".head";

/** What is told about each file once it was copied. */
export interface Copied {
  readonly path: string;
  /** SHA-256 in hex; absent of a folder. */
  readonly hash?: string;
}

/**
 * The archive's bytes of everything under `roots`, one after the other: no file is in memory whole. A batch folder is copied while
 * no command can change it, a journal together with its head. Locks and drafts are left out: they are empty or unfinished.
 * Errors: `backup-link`, `backup-name`, `backup-size`, `backup-changed`, `locked`, those of reading a file.
 */
export async function* archived(roots: readonly Root[], tell: (copied: Copied) => void): AsyncGenerator<Uint8Array> {
  const seen = new Set<string>();
  const note = (copied: Copied): void => {
    if (seen.has(copied.path)) {
      throw inputError("Another file has this name in the backup.", { code: "backup-name", place: copied.path });
    }
    seen.add(copied.path);
    if (seen.size > MOST_ENTRIES) {
      throw inputError(`A backup holds at most ${MOST_ENTRIES} files.`, { code: "backup-size", place: copied.path });
    }
    tell(copied);
  };
  for (const root of roots) {
    // A link is followed where somebody names it, and nowhere below.
    const from = await realpath(root.from).catch((error: unknown) => {
      throw readingError(error, root.from);
    });
    const copying = { note, isLocked: false };
    yield* withHead({ name: root.name, from }, copying);
    for (const beside of besides({ name: root.name, from: root.from })) yield* withHead(beside, copying);
  }
}

/** What was not named but belongs to a named file, where it lies beside it: a policy's salts, a source's journal. */
function besides({ name, from }: Root): Root[] {
  const salts = (path: string): string => path.replace(/\.json$/, ".salts.json");
  const journal = (path: string): string => `${path}.journal`;
  const calls = name.endsWith(".json") ? [salts, journal] : [journal];
  return calls.map((call) => ({ name: call(name), from: call(from) })).filter((beside) => existsSync(beside.from));
}

interface Copying {
  readonly note: (copied: Copied) => void;
  /** Below a batch's folder, which is locked whole. Its evidence has names that others chose: none of them is a journal's. */
  readonly isLocked: boolean;
}

async function* entry(root: Root, copying: Copying): AsyncGenerator<Uint8Array> {
  const found = await lstat(root.from).catch((error: unknown) => {
    throw readingError(error, root.from);
  });
  requirePath(root.name);
  if (found.isDirectory()) yield* folder(root, found, copying);
  else if (found.isFile()) yield* file(root, copying.note);
  else {
    throw inputError("This is a link, a pipe or a device.", { code: "backup-link", place: root.from });
  }
}

async function* folder(root: Root, found: Stats, { note, isLocked }: Copying): AsyncGenerator<Uint8Array> {
  const isBatch = !isLocked && existsSync(join(root.from, BATCH_FILE));
  const below = { note, isLocked: isLocked || isBatch };
  const lock = isBatch ? await acquireLock(join(root.from, LOCK_FILE)) : undefined;
  try {
    note({ path: root.name });
    yield headerOf({ ...entryOf(root.name, found), isFolder: true, size: 0 });
    const names = (await readdir(root.from, { encoding: "buffer" })).map((name) => nameOf(name, root.from)).sort();
    for (const name of names) {
      if (isDraft(name) || (await isLock(join(root.from, name)))) continue;
      // A head goes with its journal, under one lock.
      if (!below.isLocked && name.endsWith(HEAD) && names.includes(name.slice(0, -HEAD.length))) continue;
      yield* withHead({ name: `${root.name}/${name}`, from: join(root.from, name) }, below);
    }
  } finally {
    lock?.release();
  }
}

/** A name as text: a system may keep other bytes than that. Error `backup-name`. */
function nameOf(bytes: Buffer, folder: string): string {
  const name = bytes.toString("utf8");
  if (Buffer.from(name).equals(bytes)) return name;
  const place = join(folder, name);
  throw inputError("This name is no text in UTF-8.", { code: "backup-name", place, remedy: "Rename the file." });
}

/** An entry; of a journal its head too, under the lock of the imports that change both. */
async function* withHead(root: Root, copying: Copying): AsyncGenerator<Uint8Array> {
  const head = { name: `${root.name}${HEAD}`, from: `${root.from}${HEAD}` };
  if (copying.isLocked || !existsSync(head.from)) {
    yield* entry(root, copying);
    return;
  }
  const lock = await acquireLock(`${root.from}.lock`);
  try {
    yield* entry(root, copying);
    yield* withHead(head, copying);
  } finally {
    lock.release();
  }
}

/**
 * Whether this is an empty lock file, or what SQLite keeps beside one that is held. It is never opened: to close it again would
 * give back a lock that this process holds.
 */
async function isLock(path: string): Promise<boolean> {
  const lock = path.replace(/-journal$/, "");
  const found: Stats | undefined = await lstat(lock).catch(() => undefined);
  return lock.endsWith(".lock") && found?.size === 0;
}

async function* file({ name, from }: Root, note: (copied: Copied) => void): AsyncGenerator<Uint8Array> {
  const handle = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw readingError(error, from);
    },
  );
  try {
    const before = await handle.stat();
    if (!before.isFile()) throw inputError("This is no file any more.", { code: "backup-changed", place: from });
    if (before.size > MOST_SIZE) {
      throw inputError(`A file of a backup has at most ${MOST_SIZE} bytes.`, { code: "backup-size", place: from });
    }
    yield headerOf(entryOf(name, before));
    const hash = createHash("sha256");
    for (let at = 0; at < before.size;) {
      const buffer = Buffer.alloc(Math.min(CHUNK, before.size - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw changed(from);
      const bytes = buffer.subarray(0, bytesRead);
      hash.update(bytes);
      yield bytes;
      at += bytesRead;
    }
    const after = await handle.stat();
    // What grew meanwhile is a log: what it had is whole.
    if (after.size === before.size && after.mtimeMs !== before.mtimeMs) throw changed(from);
    note({ path: name, hash: hash.digest("hex") });
    yield paddingOf(before.size);
  } finally {
    await handle.close();
  }
}

function changed(place: string): Error {
  return inputError("The file changed while it was copied.", {
    code: "backup-changed",
    place,
    remedy: "Try again when no other program writes it.",
  });
}

function entryOf(path: string, { mode, mtimeMs, size }: Stats): Entry {
  return { path, isFolder: false, mode: mode & 0o777, time: Math.max(0, Math.floor(mtimeMs / 1000)), size };
}
