import { inputError, type BatchproofError } from "../errors.ts";

/**
 * The container of a backup: a tar archive as POSIX describes it, so that in many years the usual tools open it too. Of all that
 * tar allows this is one spelling; whatever is spelled otherwise is refused.
 */

/** Bytes of a block: headers and files fill whole ones. */
export const BLOCK = 512;
/** Bytes of the longest path, and of the largest file: eleven octal digits. */
const MOST_PATH = 4096;
export const MOST_SIZE = 8 ** 11 - 1;
/** Bytes of a path that a header itself has room for. */
const NAME = 100;

/** A file or a folder in a backup. */
export interface Entry {
  /** Its parts are divided by "/"; none is "." or "..". */
  readonly path: string;
  readonly isFolder: boolean;
  /** Permissions, 0 to 0o777. */
  readonly mode: number;
  /** When it was last changed, Unix seconds. */
  readonly time: number;
  /** In bytes; of a folder 0. */
  readonly size: number;
}

/** Which of the few kinds of headers that a backup has. */
const TYPE = { file: "0", folder: "5", longPath: "x" } as const;

/** The header of an entry: one block, or three where the path is long or not plain ASCII. */
export function headerOf(entry: Entry): Buffer {
  const { path, isFolder, mode, time, size } = entry;
  const name = isFolder ? `${path}/` : path;
  const type = isFolder ? TYPE.folder : TYPE.file;
  const block = headerBlock({ name: shortName(name), mode, size, time, type });
  if (isShort(name)) return block;
  const record = pathRecord(name);
  const long = headerBlock({ name: "path", mode: 0o600, size: record.length, time: 0, type: TYPE.longPath });
  return Buffer.concat([long, padded(record), block]);
}

/** What fills the last block of so many bytes. */
export function paddingOf(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** The two empty blocks that end an archive. */
export const END = Buffer.alloc(2 * BLOCK);

/**
 * The next entry; undefined at the end of the archive. `take`: gives exactly so many bytes. Error `backup-file`: it is not spelled
 * as `headerOf` does.
 */
export async function readHeader(take: (bytes: number) => Promise<Buffer>): Promise<Entry | undefined> {
  const first = await take(BLOCK);
  if (first.equals(Buffer.alloc(BLOCK))) {
    if (!(await take(BLOCK)).equals(first)) throw damaged("The archive does not end as it should.");
    return undefined;
  }
  const isLong = first.toString("latin1", 156, 157) === TYPE.longPath;
  const extra = isLong ? octalAt(first, 124, 12) : 0;
  if (extra > MOST_PATH + 16) throw damaged("A path in it is too long.");
  const record = isLong ? await take(extra + paddingOf(extra).length) : Buffer.alloc(0);
  const block = isLong ? await take(BLOCK) : first;
  const name = isLong ? pathIn(record.subarray(0, extra)) : textAt(block, 0, NAME);
  const isFolder = block.toString("latin1", 156, 157) === TYPE.folder;
  const entry: Entry = {
    path: isFolder ? name.slice(0, -1) : name,
    isFolder,
    mode: octalAt(block, 100, 8),
    size: octalAt(block, 124, 12),
    time: octalAt(block, 136, 12),
  };
  const isOurs =
    entry.mode <= 0o777 &&
    (!isFolder || entry.size === 0) &&
    headerOf(entry).equals(Buffer.concat([...(isLong ? [first, record] : []), block]));
  if (!isOurs) throw damaged("An entry of the archive is not written as a backup writes it.");
  requirePath(entry.path);
  return entry;
}

/**
 * Refuses a path that would lead out of a folder, and on Windows one that it would take for another one. A name may hold anything
 * else: whoever shows it makes it visible. Error `backup-name`.
 */
export function requirePath(path: string, platform: NodeJS.Platform = process.platform): void {
  const isName = (part: string): boolean => !/^\.{0,2}$/.test(part) && !part.includes("\0") && part.isWellFormed();
  const isTaken = (part: string): boolean => platform !== "win32" || !/[\p{Cc}\\:*?"<>|]|[. ]$/u.test(part);
  const parts = path.split("/");
  if (Buffer.byteLength(path) < MOST_PATH && parts.every(isName) && parts.every(isTaken)) return;
  throw inputError("This name cannot stand in a backup.", { code: "backup-name", place: path });
}

/** Error `backup-file`. */
export function damaged(problem: string): BatchproofError {
  return inputError(`This is not a backup, or it is damaged: ${problem}`, { code: "backup-file" });
}

function headerBlock(head: {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  readonly time: number;
  readonly type: string;
}): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number): number =>
    block.write(value.toString(8).padStart(digits, "0"), at, "latin1");
  block.write(head.name, 0, "latin1");
  octal(head.mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(head.size, 124, 11);
  octal(head.time, 136, 11);
  block.write(`        ${head.type}`, 148, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block[154] = 0;
  return block;
}

function isShort(name: string): boolean {
  return name.length < NAME && /^[\x20-\x7e]*$/.test(name);
}

/** What stands in the header itself of a path that has a record of its own: nothing reads it. */
function shortName(name: string): string {
  return isShort(name) ? name : name.replace(/[^\x20-\x7e]/gu, "_").slice(0, NAME - 1);
}

/** "LENGTH path=NAME\n", where LENGTH counts itself. */
function pathRecord(name: string): Buffer {
  const rest = Buffer.from(` path=${name}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function pathIn(record: Buffer): string {
  const [, path] = /^[0-9]+ path=([^]*)\n$/.exec(record.toString("utf8")) ?? [];
  if (path === undefined) throw damaged("A long path in it cannot be read.");
  return path;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, paddingOf(bytes.length)]);
}

function textAt(block: Buffer, from: number, most: number): string {
  const text = block.toString("latin1", from, from + most);
  return text.slice(0, Math.max(0, text.indexOf("\0")));
}

function octalAt(block: Buffer, from: number, bytes: number): number {
  const text = textAt(block, from, bytes);
  if (!/^[0-7]{7,11}$/.test(text)) throw damaged("A number in it cannot be read.");
  return Number.parseInt(text, 8);
}
