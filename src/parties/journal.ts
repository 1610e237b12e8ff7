import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { commandOf } from "../commandLine.ts";
import { BatchproofError, environmentError, inputError } from "../errors.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { readBytes, writeFileAtomically } from "../input/files.ts";
import { parseJson } from "../input/json.ts";
import { parseTime } from "../input/times.ts";
import { COUNT, defineCheck, defineDocument, documentText, HEX_FIELD, hexBytes, object } from "../formats/document.ts";
import { acquireLock, withLock, type Lock } from "../input/lock.ts";

/** A source signs one record for each of these; every further one is a further attempt. */
export interface JournalKey {
  /** Public signal `batch`. */
  readonly batch: bigint;
  /** Index of the stage in the policy. */
  readonly stage: number;
  /** Code of the channel. */
  readonly channel: number;
  /** Hash of the device. */
  readonly device: bigint;
}

/** What the source is about to sign. */
export interface JournalEntry extends JournalKey {
  /** Public signal `record`. */
  readonly record: bigint;
  /** As in the record's header: `nextAttempt`. */
  readonly attempt: number;
  /** Why there is a further attempt; may be empty for attempt 0. */
  readonly reason: string;
  /** RFC 3339. */
  readonly at: string;
}

/** An entry as the file holds it, in this order of members (docs/spec/formats.md, Journal). */
interface LineJson {
  readonly seq: number;
  readonly prevHash: string;
  readonly batch: string;
  readonly stage: number;
  readonly channel: number;
  readonly device: string;
  readonly record: string;
  readonly attempt: number;
  readonly reason: string;
  readonly at: string;
}

const HASH_BYTES = 32;
const FIRST_PREV_HASH = "0".repeat(2 * HASH_BYTES);

const checkLine = defineCheck<LineJson>(
  object({
    seq: COUNT,
    prevHash: hexBytes(HASH_BYTES),
    batch: HEX_FIELD,
    stage: COUNT,
    channel: COUNT,
    device: HEX_FIELD,
    record: HEX_FIELD,
    attempt: COUNT,
    reason: { type: "string", maxLength: 2000, pattern: "^\\P{Cc}*$" },
    at: { type: "string", maxLength: 40 },
  }),
  "journal line",
  "journal",
);

/**
 * Beside the journal: how many lines it had after the last import, and the hash of the last one. The chain of hashes
 * alone would not show that the last line was changed, or that lines at the end, or the whole file, are gone.
 */
interface JournalHead {
  readonly format: "batchproof-journal-head/1";
  readonly lines: number;
  readonly hash: string;
}

const headDocument = defineDocument<JournalHead>("batchproof-journal-head/1", "journal", {
  lines: { type: "integer", minimum: 1 },
  hash: hexBytes(HASH_BYTES),
});

/** Half a line at a journal's end. */
export interface UnfinishedLine {
  /** Its number, from 1. */
  readonly line: number;
  readonly bytes: Uint8Array;
}

/** What a journal file holds: verified entries, and possibly an unfinished line after them. */
interface Content {
  readonly entries: readonly JournalEntry[];
  readonly lastHash: string;
  /** Bytes of the finished lines. */
  readonly size: number;
  readonly unfinished: UnfinishedLine | undefined;
  /** The head file is one line behind: the import was interrupted between the two. */
  readonly headBehind: boolean;
}

/**
 * Opens a source's journal, which need not exist yet, and verifies all of it. It stays locked, so that no other import
 * can take the same attempt number, until `close`.
 * Errors: `journal` with file:line (a line was edited, removed, moved or is unfinished), `locked`, those of `readBytes`.
 */
export async function openJournal(path: string): Promise<Journal> {
  const lock = await acquireLock(lockPath(path));
  try {
    const content = await readContent(path);
    if (content.unfinished !== undefined) throw unfinishedError(path, content.unfinished);
    if (content.headBehind) await writeHead(path, content.entries.length, content.lastHash);
    return new Journal(path, content, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A source's append-only journal, locked for one import. Made by `openJournal`. */
export class Journal {
  readonly #path: string;
  readonly #lock: Lock;
  #entries: readonly JournalEntry[];
  #lastHash: string;
  #size: number;

  constructor(path: string, content: Content, lock: Lock) {
    this.#path = path;
    this.#lock = lock;
    this.#entries = content.entries;
    this.#lastHash = content.lastHash;
    this.#size = content.size;
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** The attempt that the next record of this key is: the number of earlier ones. */
  nextAttempt(key: JournalKey): number {
    return this.#entries.filter((entry) => sameKey(entry, key)).length;
  }

  /**
   * The entry of this very record, if it was journaled already: an import that was interrupted after it finds its
   * entry again and completes, instead of counting as a further attempt.
   */
  find(record: bigint): JournalEntry | undefined {
    return this.#entries.find((entry) => entry.record === record);
  }

  /**
   * Appends an entry and flushes it to the disk. Call it BEFORE the record is signed: what is signed is then always
   * journaled.
   * Errors: `journal-attempt` (not `nextAttempt`), `journal-reason` (a further attempt without a reason), `journal`
   * (not a well-formed entry), `journal-write` (disk full, no permission; the journal is as before).
   */
  async append(entry: JournalEntry): Promise<void> {
    const attempt = this.nextAttempt(entry);
    if (entry.attempt !== attempt) {
      throw inputError(`This record is attempt ${attempt}, not ${entry.attempt}.`, {
        code: "journal-attempt",
        place: this.#path,
      });
    }
    refuseWithoutReason(entry, this.#path);
    const place = `${this.#path}:${this.#entries.length + 1}`;
    const json = checkLine(toJson(entry, this.#entries.length, this.#lastHash), place);
    parseTime(json.at, `${place}#/at`);
    const line = Buffer.from(JSON.stringify(json));
    await appendDurably(this.#path, Buffer.concat([line, NEWLINE]), this.#size);
    this.#entries = [...this.#entries, entry];
    this.#lastHash = hashOf(line);
    this.#size += line.length + NEWLINE.length;
    await writeHead(this.#path, this.#entries.length, this.#lastHash);
  }

  /** Unlocks the journal. */
  close(): void {
    this.#lock.release();
  }
}

/**
 * Drops an unfinished last line, which an interrupted import leaves behind: nothing was signed for it. Returns it, or
 * undefined for a journal without one, which stays as it is. Every other fault is refused as by `openJournal`.
 * Errors: those of `openJournal`, `file-missing`, `journal-write`.
 */
export async function repairJournal(path: string): Promise<UnfinishedLine | undefined> {
  if (!existsSync(path)) throw inputError("There is no such file.", { code: "file-missing", place: path });
  // Looked at before anything is locked: what is no journal gets no lock file beside it.
  if ((await readContent(path)).unfinished === undefined) return undefined;
  return withLock(lockPath(path), async () => {
    const { unfinished, size } = await readContent(path);
    if (unfinished !== undefined) await truncateDurably(path, size);
    return unfinished;
  });
}

const NEWLINE = Buffer.from("\n");

function lockPath(path: string): string {
  return `${path}.lock`;
}

function headPath(path: string): string {
  return `${path}.head`;
}

function sameKey(a: JournalKey, b: JournalKey): boolean {
  return a.batch === b.batch && a.stage === b.stage && a.channel === b.channel && a.device === b.device;
}

function hashOf(line: Uint8Array): string {
  return createHash("sha256").update(line).digest("hex");
}

function refuseWithoutReason({ attempt, reason }: JournalEntry, place: string): void {
  if (attempt > 0 && reason.trim() === "") {
    throw inputError("A further record for the same batch, stage, channel and device needs a reason.", {
      code: "journal-reason",
      place,
      remedy: "Say why the earlier record is not the one to use (import: --reason TEXT); auditors will read it.",
    });
  }
}

function toJson(
  { batch, stage, channel, device, record, ...rest }: JournalEntry,
  seq: number,
  prevHash: string,
): object {
  const { attempt, reason, at } = rest;
  const hashes = { device: toHex(device), record: toHex(record) };
  return { seq, prevHash, batch: toHex(batch), stage, channel, ...hashes, attempt, reason, at };
}

async function appendDurably(path: string, line: Uint8Array, size: number): Promise<void> {
  await withFile(path, "a", async (file) => {
    try {
      await file.appendFile(line);
      await file.sync();
    } catch (error) {
      await file.truncate(size);
      throw error;
    }
  });
}

async function truncateDurably(path: string, size: number): Promise<void> {
  await withFile(path, "r+", async (file) => {
    await file.truncate(size);
    await file.sync();
  });
}

/** Error `journal-write`. */
async function withFile(path: string, flags: "a" | "r+", change: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    const file = await open(path, flags, 0o600);
    try {
      await change(file);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw environmentError("The journal cannot be written; it is as it was before.", {
      code: "journal-write",
      place: path,
      remedy: "Check free space and permissions.",
      cause,
    });
  }
}

async function writeHead(path: string, lines: number, hash: string): Promise<void> {
  const head: JournalHead = { format: "batchproof-journal-head/1", lines, hash };
  await writeFileAtomically(headPath(path), documentText(head), { mode: 0o600 });
}

async function readContent(path: string): Promise<Content> {
  const bytes = Buffer.from((await unlessMissing(readBytes(path))) ?? []);
  const size = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = splitLines(bytes.subarray(0, size));
  const entries = readLines(lines, path);
  const hashes = lines.map(hashOf);
  const headBehind = compareWithHead(await unlessMissing(headDocument.read(headPath(path))), hashes, path);
  return {
    entries,
    lastHash: hashes.at(-1) ?? FIRST_PREV_HASH,
    size,
    unfinished: size < bytes.length ? { line: lines.length + 1, bytes: bytes.subarray(size) } : undefined,
    headBehind,
  };
}

/** Undefined for a file that is not there, or, after a crash in its first append, is empty. */
async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof BatchproofError && (error.code === "file-missing" || error.code === "file-empty")) {
      return undefined;
    }
    throw error;
  }
}

/** Lines without their newline; `bytes` ends with one or is empty. */
function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start);
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function readLines(lines: readonly Buffer[], path: string): JournalEntry[] {
  const attempts = new Map<string, number>();
  let prevHash = FIRST_PREV_HASH;
  return lines.map((line, i) => {
    const json = parseLine(line, `${path}:${i + 1}`);
    if (json.seq !== i) throw tampered(`${path}:${i + 1}`, `Entry ${json.seq} stands where entry ${i} belongs.`);
    if (json.prevHash !== prevHash) {
      throw tampered(`${path}:${Math.max(i, 1)}`, "This line, or the hash of it in the next one, was changed.");
    }
    const key = [json.batch, json.stage, json.channel, json.device].join();
    const attempt = attempts.get(key) ?? 0;
    if (json.attempt !== attempt) {
      throw tampered(`${path}:${i + 1}`, `This is attempt ${attempt}, but the line says ${json.attempt}.`);
    }
    attempts.set(key, attempt + 1);
    prevHash = hashOf(line);
    return fromJson(json);
  });
}

function parseLine(line: Buffer, place: string): LineJson {
  try {
    const json = checkLine(parseJson(line, place), place);
    for (const hash of [json.batch, json.device, json.record]) fromHex(hash, place);
    parseTime(json.at, place);
    return json;
  } catch (cause) {
    throw tampered(place, "This is not a journal line.", cause);
  }
}

function fromJson({ batch, stage, channel, device, record, attempt, reason, at }: LineJson): JournalEntry {
  const hashes = { batch: fromHex(batch), device: fromHex(device), record: fromHex(record) };
  return { ...hashes, stage, channel, attempt, reason, at };
}

/** Whether the head file is one line behind. Every other difference between it and the lines is refused. */
function compareWithHead(head: JournalHead | undefined, hashes: readonly string[], path: string): boolean {
  const lines = head?.lines ?? 0;
  const hash = head?.hash ?? FIRST_PREV_HASH;
  if (lines > hashes.length) {
    throw tampered(`${path}:${hashes.length + 1}`, `The journal had ${lines} lines; ${hashes.length} are left.`);
  }
  if (hashes.length > lines + 1) {
    throw tampered(`${path}:${lines + 1}`, "The journal has more lines than its .head file knows.");
  }
  if ((hashes[lines - 1] ?? FIRST_PREV_HASH) !== hash) throw tampered(`${path}:${lines}`, "This line was changed.");
  return hashes.length > lines;
}

function tampered(place: string, message: string, cause?: unknown): BatchproofError {
  return inputError(`The journal was changed. ${message}`, {
    code: "journal",
    place,
    remedy: "Restore the journal and its .head file from a backup; a journal is never edited.",
    cause,
  });
}

function unfinishedError(path: string, { line }: UnfinishedLine): BatchproofError {
  return inputError("The last line is unfinished: an import was interrupted while it wrote it. Nothing was signed.", {
    code: "journal",
    place: `${path}:${line}`,
    remedy: `Drop this line (\`${commandOf("journal", "repair", path)}\`), then import again.`,
  });
}
