import { constants, type BigIntStats } from "node:fs";
import { link, mkdir, open, realpath, rename, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { ErrorCode } from "../errorCodes.ts";
import { BatchproofError, environmentError, inputError } from "../errors.ts";
import { withDraft } from "./drafts.ts";

/** A file as it was exported, and its path, for errors. */
export interface RawFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Largest raw file of a logger or historian that is read: years of readings fit, a mistaken archive does not. */
export const MAX_FILE_BYTES = 64 * 2 ** 20;

export interface ReadOptions {
  /** Largest accepted size in bytes; MAX_FILE_BYTES unless told. */
  readonly limit?: number;
  /** Base folder the file must lie in, also after every symbolic link is followed. */
  readonly within?: string;
  /** What to do about an empty file; to export or copy it again unless told. */
  readonly ifEmpty?: string;
}

/**
 * The bytes of a regular file. Size and kind are judged on the open file before a byte is read, so neither a huge file
 * nor a pipe costs memory or time.
 * Errors: `file-missing`, `file-permission`, `file-kind` (not a regular file), `file-empty`, `file-size`,
 * `file-changed` (another program wrote while it was read), `path-escape` (outside `within`).
 */
export async function readBytes(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
  if (options.within !== undefined) refuseEscape(resolve(path), resolve(options.within), path);
  try {
    const real = await realpath(path);
    if (options.within !== undefined) refuseEscape(real, await realpath(options.within), path);
    return await readRegularFile(real, path, options);
  } catch (error) {
    throw readingError(error, path);
  }
}

async function readRegularFile(
  real: string,
  path: string,
  { limit = MAX_FILE_BYTES, ifEmpty = "Export or copy it again." }: ReadOptions,
): Promise<Uint8Array> {
  // O_NOFOLLOW: the links were followed above; a link put there since is refused. O_NONBLOCK: a pipe must not hang us.
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) {
      throw inputError("This is not a regular file.", { place: path, code: "file-kind" });
    }
    if (found.size === 0) {
      throw inputError("The file is empty.", {
        place: path,
        remedy: ifEmpty,
        code: "file-empty",
      });
    }
    if (found.size > limit) {
      throw inputError(`The file has ${found.size} bytes; at most ${limit} are read.`, {
        place: path,
        remedy: "Check that this is the right file.",
        code: "file-size",
      });
    }
    const buffer = Buffer.alloc(found.size + 1);
    let length = 0;
    for (let count = -1; count !== 0 && length < buffer.length; length += count) {
      count = (await file.read(buffer, length, buffer.length - length)).bytesRead;
    }
    if (length !== found.size) {
      throw inputError("The file changed while it was read.", {
        place: path,
        remedy: "Try again when no other program writes it.",
        code: "file-changed",
      });
    }
    return buffer.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** A line of a file, without its end, and its number from 1. */
export interface Line {
  readonly line: Uint8Array;
  readonly number: number;
}

/**
 * The lines of a regular file, one after the other: its size costs no memory. `longest`: bytes of a line at most. Errors:
 * `file-missing`, `file-permission`, `file-kind`, `file-size` (a longer line).
 */
export async function* readLines(path: string, longest: number): AsyncGenerator<Line> {
  let number = 0;
  let kept: Buffer[] = [];
  let length = 0;
  const take = (end: Buffer): Line => {
    const line = Buffer.concat([...kept, end]);
    [kept, length] = [[], 0];
    return { line, number: ++number };
  };
  try {
    const file = await open(await realpath(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile())
        throw inputError("This is not a regular file.", { place: path, code: "file-kind" });
      for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
        let start = 0;
        for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
          yield take(chunk.subarray(start, end));
          start = end + 1;
        }
        kept.push(chunk.subarray(start));
        length += chunk.length - start;
        if (length <= longest) continue;
        throw inputError(`Line ${number + 1} of the file has more than ${longest} bytes.`, {
          place: path,
          remedy: "Check that this is the right file.",
          code: "file-size",
        });
      }
    } finally {
      await file.close();
    }
    if (length > 0) yield take(Buffer.alloc(0));
  } catch (error) {
    throw readingError(error, path);
  }
}

const READING_ERRORS: Readonly<Record<string, readonly [code: ErrorCode, message: string]>> = {
  ENOENT: ["file-missing", "There is no such file."],
  ENOTDIR: ["file-missing", "There is no such file: a part of its path is not a folder."],
  EACCES: ["file-permission", "You may not read this file."],
  EPERM: ["file-permission", "You may not read this file."],
  ELOOP: ["file-kind", "This is a symbolic link that leads nowhere."],
  ENXIO: ["file-kind", "This is not a regular file."],
};

/** What Node says of a file that cannot be read, in our words. Errors of ours stay as they are. */
export function readingError(error: unknown, path: string): BatchproofError {
  if (error instanceof BatchproofError) return error;
  const [code, message] = READING_ERRORS[systemCode(error)] ?? [];
  if (code === undefined || message === undefined) {
    return environmentError("The file cannot be read.", { place: path, code: "file-read", cause: error });
  }
  return inputError(message, { place: path, code, cause: error });
}

function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function refuseEscape(path: string, base: string, place: string): void {
  const way = relative(base, path);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw inputError("The path leads out of the folder it belongs to.", {
      place,
      remedy: `Name a file inside ${base}.`,
      code: "path-escape",
    });
  }
}

/** What is written: whole, or part by part, so that it need not be in memory as one. */
export type Data = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<Uint8Array>;

export interface WriteOptions {
  /** File mode; secrets are written with 0o600. Ordinary files keep the system's default. */
  readonly mode?: number;
  /** Base folder the file must lie in, also after every symbolic link is followed. */
  readonly within?: string;
  /** Files this run reads: none of them is ever overwritten. */
  readonly inputs?: readonly string[];
}

/**
 * Writes a file whole or not at all: a draft in the same folder, flushed to the disk, then renamed. Missing parent folders
 * are made. A symbolic link at `path` is replaced, not followed.
 * Errors: `path-escape`, `output-over-input`, `file-write` (disk full, no permission, a folder of that name).
 */
export async function writeFileAtomically(path: string, data: Data, options: WriteOptions = {}): Promise<void> {
  await writeDraft(path, data, options, rename);
}

/**
 * Writes a new file (mode 0600) whole or not at all, and never over another one: a whole draft, then linked to `path`.
 * Unlike a rename, a link fails if the name is taken, so no check can be raced.
 * Errors: `taken` if there is a file of this name, those of `writeFileAtomically`.
 */
export async function writeNewFile(path: string, data: Data, taken: BatchproofError): Promise<void> {
  await writeDraft(path, data, { mode: 0o600 }, async (draft, target) => {
    await link(draft, target).catch((cause: unknown) => {
      throw systemCode(cause) === "EEXIST" ? taken : cause;
    });
  });
}

/** Writes a draft of `path`, flushes it to the disk and lets `finish` give it its name. */
async function writeDraft(
  path: string,
  data: Data,
  options: WriteOptions,
  finish: (draft: string, target: string) => Promise<void>,
): Promise<void> {
  const target = resolve(path);
  const folder = dirname(target);
  const mode = options.mode ?? 0o666;
  try {
    if (options.within !== undefined) {
      refuseEscape(await realPathOfExisting(folder), await realPathOfExisting(resolve(options.within)), path);
    }
    await refuseInput(target, options.inputs ?? [], path);
    // A folder that is made for a private file is private too: who may read may also enter.
    await mkdir(folder, { recursive: true, mode: mode | ((mode & 0o444) >> 2) });
    await withDraft(target, async (draft) => {
      await writeDurably(draft, data, mode);
      await finish(draft, target);
    });
    await flushFolder(folder);
  } catch (error) {
    if (error instanceof BatchproofError) throw error;
    throw environmentError("The file cannot be written; nothing was changed.", {
      place: path,
      remedy: "Check free space and permissions.",
      code: "file-write",
      cause: error,
    });
  }
}

/** The real path of the nearest folder above `path` (or itself) that exists: what a write to `path` would go through. */
async function realPathOfExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    return join(await realPathOfExisting(dirname(path)), basename(path));
  }
}

/** Refuses to write to what is, under whatever name, a file that is read. Error `output-over-input`. */
export async function refuseInput(target: string, inputs: readonly string[], place = target): Promise<void> {
  const existing = await identity(target);
  if (existing === undefined) return;
  for (const input of inputs) {
    if ((await identity(input)) === existing) {
      throw inputError("The output would overwrite an input.", {
        place,
        remedy: "Give another name for the output.",
        code: "output-over-input",
      });
    }
  }
}

/** A file that a command will write, and the option that names it. */
export interface Output {
  readonly option: string;
  readonly path: string;
}

/**
 * Refuses outputs of which one would overwrite another or a file of the folder `folder`, under whatever name: before anything
 * is done. Errors: `output-twice`, `output-over-input`.
 */
export async function refuseOverwriting(outputs: readonly Output[], folder?: string): Promise<void> {
  const realPath = (path: string): Promise<string> =>
    // What leads nowhere is said by whoever reads or writes it.
    realPathOfExisting(resolve(path)).catch(() => resolve(path));
  const read = folder === undefined ? undefined : await realPath(folder);
  const writers = new Map<string, string>();
  for (const { option, path } of outputs) {
    const real = await realPath(path);
    const place = `${option} ${path}`;
    const file = await identity(real);
    if (file !== undefined && dirname(real) === read) {
      throw inputError("The output would overwrite an input.", { place, code: "output-over-input" });
    }
    const other = writers.get(file ?? real);
    if (other !== undefined) {
      throw inputError(`This is the file that ${other} names.`, {
        place,
        remedy: "Give each output a name of its own.",
        code: "output-twice",
      });
    }
    writers.set(file ?? real, option);
  }
}

/**
 * Refuses secrets, a file or a folder of them, that others than the owner may read or write. Windows has no mode to judge. Error
 * `secrets-mode`.
 */
export async function refuseOpenSecrets(path: string): Promise<void> {
  const found = await stat(path);
  if (process.platform === "win32" || (found.mode & 0o077) === 0) return;
  const [what, mode] = found.isDirectory() ? ["folder", "0700"] : ["file", "0600"];
  throw environmentError("Others than the owner may read these secrets.", {
    code: "secrets-mode",
    place: path,
    remedy: `Set the ${what}'s mode to ${mode}, and find out who has read it.`,
  });
}

/**
 * Refuses a file that everybody on the machine may write, where it says who may do what. Windows has no mode to judge. Error
 * `file-mode`, those of reading a file.
 */
export async function refuseOpenWriting(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw readingError(error, path);
  });
  if (process.platform === "win32" || (found.mode & 0o002) === 0) return;
  throw environmentError("Everybody on this machine may write this file.", { code: "file-mode", place: path });
}

/** Device and inode: equal for two names of one file. */
async function identity(path: string): Promise<string | undefined> {
  const found: BigIntStats | undefined = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : `${found.dev.toString()}:${found.ino.toString()}`;
}

async function writeDurably(path: string, data: Data, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename within a folder survive a power cut. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Makes something new, unless it is there already and the same: a finished command that is repeated changes nothing. Returns
 * whether it was there. `taken`: code of the error of `make` where something is there; it is thrown if that is not the same.
 */
export async function unlessSame(
  make: () => Promise<void>,
  taken: ErrorCode,
  isSame: () => Promise<boolean>,
): Promise<boolean> {
  try {
    await make();
    return false;
  } catch (error) {
    if (error instanceof BatchproofError && error.code === taken && (await isSame())) return true;
    throw error;
  }
}
