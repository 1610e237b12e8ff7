import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { commandOf } from "../commandLine.ts";
import { BatchproofError, environmentError, inputError } from "../errors.ts";
import { ANY_DEVICE, DEVICE_SET_SIZE } from "../formats/constants.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { readBytes, writeFileAtomically } from "../input/files.ts";
import { parseJson } from "../input/json.ts";
import { formatTime, parseTime } from "../input/times.ts";
import {
  COUNT,
  defineCheck,
  defineDocument,
  documentText,
  HEX_FIELD,
  hexBytes,
  object,
  POINT,
  pointFromJson,
  pointToJson,
  type PointJson,
} from "../formats/document.ts";
import type { PublicKey } from "../formats/identity.ts";
import { acquireLock, withLock, type Lock } from "../input/lock.ts";
import {
  agree,
  differsOutside,
  DIGEST_BYTES,
  firstDifference,
  holdsAll,
  spanOf,
  timesOf,
  timesText,
  type Measured,
  type Span,
} from "./measured.ts";

/** A source signs for one set of readings for each of these; every other one is a further attempt. */
export interface JournalKey {
  /** Public signal `batch`. */
  readonly batch: bigint;
  /** Index of the stage in the policy. */
  readonly stage: number;
  /** Code of the channel; 0: several. */
  readonly channel: number;
  /** Slot that the rule judges; ANY_DEVICE: any one of the stage's devices. */
  readonly slot: number;
  /** Place of the device among those that the stage names, from 1. */
  readonly place: number;
}

/** What makes a record of one key distinct from another, whatever rule coded it. */
export interface Evidence {
  /** Hash of the device. */
  readonly device: bigint;
  /** 32 bytes in hex, under the source's secret: offset, clock error, bucket, start and end of the stage. */
  readonly settings: string;
  /** The record's readings, before thinning. */
  readonly measured: Measured;
}

/** Evidence that is imported now: its whole file is at hand. */
export interface NewEvidence extends Evidence {
  /** What the file holds from one time to another. */
  readonly within: (span: Span) => Measured;
}

/** What the source is about to sign. */
export interface JournalEntry extends JournalKey, Evidence {
  /** Public signal `record`. */
  readonly record: bigint;
  /** As in the record's header: `attemptOf`. */
  readonly attempt: number;
  /** Index of the first earlier entry of the same device that says something else of the same time. */
  readonly contradicts?: number;
  /** Why there is a further attempt; may be empty for attempt 0. */
  readonly reason: string;
  /** RFC 3339. */
  readonly at: string;
}

/** An entry as the file holds it, in this order of members (docs/spec/formats.md, Journal). */
interface LineJson {
  readonly version: 2;
  readonly seq: number;
  readonly prevHash: string;
  readonly source: PointJson;
  readonly batch: string;
  readonly stage: number;
  readonly channel: number;
  readonly slot: number;
  readonly place: number;
  readonly device: string;
  readonly settings: string;
  readonly times: string;
  readonly digests: readonly { readonly channel: number; readonly values: string }[];
  readonly record: string;
  readonly attempt: number;
  readonly contradicts: number | null;
  readonly reason: string;
  readonly at: string;
}

const HASH_BYTES = 32;
const FIRST_PREV_HASH = "0".repeat(2 * HASH_BYTES);

/** More readings than any raw file holds. */
const MOST_READINGS = 10_000_000;
const MOST_TEXT = 100_000_000;
/** Of a journal: some thousand records of long stages. */
const MOST_BYTES = 512 * 2 ** 20;

const checkLine = defineCheck<LineJson>(
  object({
    version: { const: 2 },
    seq: COUNT,
    prevHash: hexBytes(HASH_BYTES),
    source: POINT,
    batch: HEX_FIELD,
    stage: COUNT,
    channel: COUNT,
    slot: COUNT,
    place: { type: "integer", minimum: 1, maximum: DEVICE_SET_SIZE },
    device: HEX_FIELD,
    settings: hexBytes(HASH_BYTES),
    times: { type: "string", maxLength: MOST_TEXT, pattern: "^[0-9]{1,12}( [1-9][0-9]{0,7}\\*[0-9]{1,10})*$" },
    digests: {
      type: "array",
      minItems: 1,
      maxItems: 8,
      items: object({
        channel: COUNT,
        values: { type: "string", maxLength: MOST_TEXT, pattern: "^[A-Za-z0-9+/]*={0,2}$" },
      }),
    },
    record: HEX_FIELD,
    attempt: COUNT,
    contradicts: { anyOf: [COUNT, { type: "null" }] },
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
  readonly format: "batchproof-journal-head/2";
  readonly lines: number;
  readonly hash: string;
}

const headDocument = defineDocument<JournalHead>("batchproof-journal-head/2", "journal", {
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
  /** Whose journal it is; undefined while it is empty. */
  readonly source: PublicKey | undefined;
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
 * Errors: `journal` with file:line (a line was edited, removed, moved or is unfinished), `journal-source` (of another
 * source), `locked`, those of `readBytes`.
 */
export async function openJournal(path: string, source: PublicKey): Promise<Journal> {
  const lock = await acquireLock(lockPath(path));
  try {
    const content = await readContent(path);
    if (content.unfinished !== undefined) throw unfinishedError(path, content.unfinished);
    refuseOtherSource(content.source, source, path);
    if (content.headBehind) await writeHead(path, content.entries.length, content.lastHash);
    return new Journal(path, source, content, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A journal as it stands, for reading alone. */
export type ReadJournal = Omit<Journal, "append" | "close">;

/**
 * Reads a source's journal, which need not exist yet, and verifies all of it; nothing is locked and nothing written.
 * `source`: whose it must be, if that is asked. Errors: those of `openJournal` but `locked`.
 */
export async function readJournal(path: string, source?: PublicKey): Promise<ReadJournal> {
  const content = await readContent(path);
  if (content.unfinished !== undefined) throw unfinishedError(path, content.unfinished);
  const owner = source ?? content.source ?? { x: 0n, y: 0n };
  refuseOtherSource(content.source, owner, path);
  return new Journal(path, owner, content, { release: () => undefined });
}

/** Another record that says something else of the same device and time. */
export interface Contradiction {
  /** Of its entry in the journal. */
  readonly index: number;
  readonly entry: JournalEntry;
  /** The first such time. */
  readonly time: number;
}

/** What `attemptOf` finds. */
export interface Attempt {
  readonly attempt: number;
  /** The same evidence was journaled before. */
  readonly isKnown: boolean;
  readonly contradiction?: Contradiction;
}

/** A source's append-only journal, locked for one import. Made by `openJournal`. */
export class Journal {
  readonly #path: string;
  readonly #source: PublicKey;
  readonly #lock: Lock;
  #entries: readonly JournalEntry[];
  #lastHash: string;
  #size: number;

  constructor(path: string, source: PublicKey, content: Content, lock: Lock) {
    this.#path = path;
    this.#source = source;
    this.#lock = lock;
    this.#entries = content.entries;
    this.#lastHash = content.lastHash;
    this.#size = content.size;
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /**
   * The attempt that a record of this evidence is: its place among the distinct ones of its key, from 0; from 1 where it
   * contradicts another record of the device, whatever batch that is of. Evidence that was journaled before, for another
   * rule say, keeps its attempt, that of the longest entry of it; but only where what it says of any other time contradicts
   * nothing: else a short export, journaled first, would let every longer story pass for the same evidence.
   */
  attemptOf(key: JournalKey, evidence: NewEvidence): Attempt {
    const contradicts = contradictedBy(this.#entries, evidence);
    const ofKey = this.#entries.filter((entry) => sameKey(entry, key));
    const [same] = ofKey
      .filter((entry) => isSameEvidence(entry, evidence) && addsNoContradiction(this.#entries, entry, evidence))
      .sort((a, b) => lengthOf(b) - lengthOf(a));
    return {
      attempt: same?.attempt ?? nextAttempt(ofKey, contradicts !== undefined),
      isKnown: same !== undefined,
      ...(contradicts === undefined ? {} : { contradiction: this.#found(contradicts, evidence) }),
    };
  }

  #found(index: number, { measured }: Evidence): Contradiction {
    const entry = this.#entries[index];
    if (entry === undefined) throw new Error("no such entry");
    return { index, entry, time: firstDifference(entry.measured, measured) ?? spanOf(measured).from };
  }

  /** Whether this very record was journaled: an interrupted import that is done again finds its entry and completes. */
  has({ record, attempt, ...key }: JournalKey & Pick<JournalEntry, "record" | "attempt">): boolean {
    return this.#entries.some((entry) => sameKey(entry, key) && entry.record === record && entry.attempt === attempt);
  }

  /** The last record of this attempt: of the same evidence, unless it is the attempt's first. */
  lastOf(key: JournalKey, attempt: number): JournalEntry | undefined {
    return this.#entries.findLast((entry) => sameKey(entry, key) && entry.attempt === attempt);
  }

  /**
   * Refuses an entry that would be a further attempt without a reason; that of evidence that has its attempt already needs
   * none. Error `journal-reason`, which names the record that it contradicts.
   */
  refuse(entry: JournalEntry): void {
    const isFirst = !this.#entries.some((earlier) => sameKey(earlier, entry) && earlier.attempt === entry.attempt);
    if (entry.attempt === 0 || entry.reason.trim() !== "" || !isFirst) return;
    const contradiction = entry.contradicts === undefined ? undefined : this.#found(entry.contradicts, entry);
    throw inputError(
      contradiction === undefined
        ? "A further record for the same batch, stage and channel needs a reason."
        : `Of the same device and time another record of this source says something else. It ${shownContradiction(contradiction)}.`,
      {
        code: "journal-reason",
        place: this.#path,
        remedy: "Say why the earlier record is not the one to use (import: --reason TEXT); auditors will read it.",
      },
    );
  }

  /**
   * Appends an entry and flushes it to the disk. Call it BEFORE the record is signed: what is signed is then always
   * journaled.
   * Errors: `journal-attempt` (attempt or contradiction are not those of `attemptOf`), `journal-reason` (a further attempt
   * without a reason), `journal` (not a well-formed entry), `journal-write` (disk full, no permission; the journal is as before).
   */
  async append(entry: JournalEntry): Promise<void> {
    const ofKey = this.#entries.filter((earlier) => sameKey(earlier, entry));
    if (entry.contradicts !== contradictedBy(this.#entries, entry) || !isAttempt(this.#entries, ofKey, entry)) {
      throw inputError(`This record is not attempt ${entry.attempt}.`, { code: "journal-attempt", place: this.#path });
    }
    this.refuse(entry);
    const place = `${this.#path}:${this.#entries.length + 1}`;
    const json = checkLine(toJson(entry, this.#source, this.#entries.length, this.#lastHash), place);
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

/**
 * Whether two records are attempts at one thing: of the device in one place, whichever slot their rules name it by, or both
 * for rules that any one of the devices keeps.
 */
function sameKey(a: JournalKey, b: JournalKey): boolean {
  if (a.batch !== b.batch || a.stage !== b.stage || a.channel !== b.channel) return false;
  return a.place === b.place || (a.slot === ANY_DEVICE && b.slot === ANY_DEVICE);
}

function isSameEvidence(entry: JournalEntry, { device, settings, within }: NewEvidence): boolean {
  const { measured } = entry;
  return entry.device === device && entry.settings === settings && holdsAll(within(spanOf(measured)), measured);
}

/** Index of the first entry of the device that says something else of the same time. */
function contradictedBy(entries: readonly JournalEntry[], { device, measured }: Evidence): number | undefined {
  const index = entries.findIndex(
    (entry) => entry.device === device && firstDifference(entry.measured, measured) !== undefined,
  );
  return index === -1 ? undefined : index;
}

/** Whether evidence contradicts entries of its device only at times of which `known`, which says the same, speaks, too. */
function addsNoContradiction(
  entries: readonly JournalEntry[],
  known: JournalEntry,
  { device, measured }: Evidence,
): boolean {
  const span = spanOf(known.measured);
  return !entries.some((entry) => entry.device === device && differsOutside(span, entry.measured, measured));
}

function lengthOf({ measured }: JournalEntry): number {
  const { from, to } = spanOf(measured);
  return to - from;
}

function nextAttempt(ofKey: readonly JournalEntry[], contradicts: boolean): number {
  return ofKey.reduce((next, { attempt }) => Math.max(next, attempt + 1), contradicts ? 1 : 0);
}

/**
 * Whether an entry's attempt can be its own: that of the same evidence, or the next one; `earlier` are all entries before it,
 * `ofKey` those of its key.
 */
function isAttempt(earlier: readonly JournalEntry[], ofKey: readonly JournalEntry[], entry: JournalEntry): boolean {
  if (entry.attempt === nextAttempt(ofKey, entry.contradicts !== undefined)) return true;
  return ofKey.some(
    (known) =>
      known.attempt === entry.attempt &&
      known.device === entry.device &&
      known.settings === entry.settings &&
      agree(known.measured, entry.measured) &&
      addsNoContradiction(earlier, known, entry),
  );
}

function refuseOtherSource(found: PublicKey | undefined, source: PublicKey, path: string): void {
  if (found === undefined || (found.x === source.x && found.y === source.y)) return;
  throw inputError("The journal is another source's: its readings cannot be compared under this key.", {
    code: "journal-source",
    place: path,
    remedy: "Name this source's own journal with --journal; a new one is begun where there is none.",
  });
}

function hashOf(line: Uint8Array): string {
  return createHash("sha256").update(line).digest("hex");
}

/** Names the record that is contradicted, for the person who imports; it stands nowhere but in the journal. */
export function shownContradiction({ entry, time }: Contradiction): string {
  const { record, batch, stage, attempt, at } = entry;
  return (
    `contradicts record ${toHex(record)} (attempt ${attempt} for stage ${stage} of batch ${toHex(batch)}, journaled at ` +
    `${at}), first at ${formatTime(time)}`
  );
}

function toJson(entry: JournalEntry, source: PublicKey, seq: number, prevHash: string): object {
  const { batch, stage, channel, slot, place, device, settings, measured, record, ...rest } = entry;
  const { attempt, contradicts = null, reason, at } = rest;
  return {
    version: 2,
    seq,
    prevHash,
    source: pointToJson(source),
    batch: toHex(batch),
    stage,
    channel,
    slot,
    place,
    device: toHex(device),
    settings,
    times: timesText(measured.times),
    digests: measured.channels.map(({ channel, digests }) => ({
      channel,
      values: Buffer.from(digests).toString("base64"),
    })),
    record: toHex(record),
    attempt,
    contradicts,
    reason,
    at,
  };
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
  const head: JournalHead = { format: "batchproof-journal-head/2", lines, hash };
  await writeFileAtomically(headPath(path), documentText(head), { mode: 0o600 });
}

async function readContent(path: string): Promise<Content> {
  const bytes = Buffer.from((await unlessMissing(readBytes(path, { limit: MOST_BYTES }))) ?? []);
  const size = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = splitLines(bytes.subarray(0, size));
  const { entries, source } = readLines(lines, path);
  const hashes = lines.map(hashOf);
  const headBehind = compareWithHead(await unlessMissing(headDocument.read(headPath(path))), hashes, path);
  return {
    source,
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

function readLines(lines: readonly Buffer[], path: string): Pick<Content, "entries" | "source"> {
  const ofStage = new Map<string, JournalEntry[]>();
  const entries: JournalEntry[] = [];
  let source: PublicKey | undefined;
  let prevHash = FIRST_PREV_HASH;
  lines.forEach((line, i) => {
    const place = `${path}:${i + 1}`;
    const json = parseLine(line, place);
    if (json.seq !== i) throw tampered(place, `Entry ${json.seq} stands where entry ${i} belongs.`);
    if (json.prevHash !== prevHash) {
      throw tampered(`${path}:${Math.max(i, 1)}`, "This line, or the hash of it in the next one, was changed.");
    }
    const { entry, signer } = fromJson(json, place);
    if (source !== undefined && (source.x !== signer.x || source.y !== signer.y)) {
      throw tampered(place, "This line is of another source.");
    }
    source = signer;
    const stage = [json.batch, json.stage, json.channel].join();
    const earlier = ofStage.get(stage) ?? [];
    const { contradicts } = entry;
    if (contradicts !== undefined && contradictedBy(entries.slice(contradicts, contradicts + 1), entry) === undefined) {
      throw tampered(place, `Entry ${contradicts} is none that this one contradicts.`);
    }
    const ofKey = earlier.filter((each) => sameKey(each, entry));
    if (!isAttempt(entries, ofKey, entry)) throw tampered(place, `This is not attempt ${entry.attempt}.`);
    ofStage.set(stage, [...earlier, entry]);
    entries.push(entry);
    prevHash = hashOf(line);
  });
  return { entries, source };
}

function parseLine(line: Buffer, place: string): LineJson {
  try {
    const json = parseJson(line, place);
    if (isOfEarlierVersion(json)) throw earlierVersion(place);
    return checkLine(json, place);
  } catch (cause) {
    if (cause instanceof BatchproofError && cause.code === "journal-version") throw cause;
    throw tampered(place, "This is not a journal line.", cause);
  }
}

function fromJson(json: LineJson, place: string): { readonly entry: JournalEntry; readonly signer: PublicKey } {
  const { batch, stage, channel, slot, device, settings, record, attempt, contradicts, reason, at } = json;
  try {
    parseTime(at, place);
    const hashes = { batch: fromHex(batch, place), device: fromHex(device, place), record: fromHex(record, place) };
    const measured = measuredFromJson(json, place);
    const rest = { attempt, ...(contradicts === null ? {} : { contradicts }), reason, at };
    return {
      entry: { ...hashes, stage, channel, slot, place: json.place, settings, measured, ...rest },
      signer: pointFromJson(json.source, place),
    };
  } catch (cause) {
    throw tampered(place, "This is not a journal line.", cause);
  }
}

function measuredFromJson({ times: text, digests }: LineJson, place: string): Measured {
  const times = timesOf(text, MOST_READINGS);
  const channels = digests.map(({ channel, values }) => ({ channel, digests: Buffer.from(values, "base64") }));
  if (times !== undefined && channels.every((each) => each.digests.length === DIGEST_BYTES * times.length)) {
    return { times, channels };
  }
  throw tampered(place, "It has not a digest for each time.");
}

function isOfEarlierVersion(json: unknown): boolean {
  return typeof json === "object" && json !== null && "seq" in json && !("version" in json || "times" in json);
}

function earlierVersion(place: string): BatchproofError {
  return inputError("This journal is of an earlier version, which remembers no readings.", {
    code: "journal-version",
    place,
    remedy: "Keep it for inspectors, and begin a new one: name another file with --journal.",
  });
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
