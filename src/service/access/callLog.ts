import { mkdir, open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { environmentError, type BatchproofError } from "../../errors.ts";
import { flushFolder } from "../../input/files.ts";
import { acquireLock, type Lock } from "../../input/lock.ts";
import { entryLine, parseEntry, sha256Hex, type LogEntry, type LogEvent } from "./callEntry.ts";
import {
  BEGINNING,
  followChain,
  readSegment,
  segmentName,
  segmentsIn,
  type ChainEnd,
  type Segment,
} from "./segments.ts";

/** A file that has more bytes is followed by a new one. */
const SEGMENT_BYTES = 16 * 2 ** 20;
/** Lines that are looked through at most for one page: who sees few of them gets an empty page, and goes on. */
const LOOKED_THROUGH = 10_000;

interface Waiting {
  readonly event: LogEvent;
  readonly done: () => void;
  readonly failed: (error: BatchproofError) => void;
}

/** Where a log is, and what time it is. */
export interface CallLogPlace {
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly segmentBytes?: number;
}

interface Found {
  readonly segments: Segment[];
  readonly end: ChainEnd;
}

/** The log of calls in one folder: append-only, one writer, every line chained to the one before. */
export class CallLog {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #lock: Lock;
  readonly #segmentBytes: number;
  readonly #segments: Segment[];
  #file: FileHandle | undefined;
  #size = 0;
  #end: ChainEnd;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #failure: BatchproofError | undefined;

  private constructor({ folder, now, segmentBytes = SEGMENT_BYTES }: CallLogPlace, lock: Lock, found: Found) {
    this.#folder = folder;
    this.#now = now;
    this.#segmentBytes = segmentBytes;
    this.#lock = lock;
    this.#segments = found.segments;
    this.#end = found.end;
  }

  /**
   * Opens the log of a folder, or begins one, and writes that it was opened and what a kill had left unfinished. Errors:
   * `locked` (another process writes it), `log-broken` (the last file is not what was written), `log-write`.
   */
  static async open(place: CallLogPlace): Promise<CallLog> {
    await mkdir(place.folder, { recursive: true, mode: 0o700 });
    const lock = await acquireLock(join(place.folder, "lock"));
    try {
      const segments = await segmentsIn(place.folder);
      const log = new CallLog(place, lock, { segments, end: await endOf(segments) });
      await log.append({ kind: "start", torn: log.#end.torn });
      return log;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The last line: its number, and its hash, which whoever keeps it elsewhere can hold the log against. */
  get head(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#end.seq, hash: this.#end.hash };
  }

  /** Throws what once kept a line from being written: nobody knows how the file ends then, until it is opened anew. Error `log-write`. */
  requireWorking(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when the line is on the disk. Lines that come together are flushed together. Error `log-write`. */
  async append(event: LogEvent): Promise<void> {
    this.requireWorking();
    const written = new Promise<void>((done, failed) => this.#waiting.push({ event, done, failed }));
    this.#writing ??= this.#writeWaiting().finally(() => (this.#writing = undefined));
    await written;
  }

  /** Lines after `after` that `sees` lets through, oldest first; `next`: where to go on, null at the end. */
  async page(
    after: number,
    limit: number,
    sees: (entry: LogEntry) => boolean,
  ): Promise<{ items: LogEntry[]; next: number | null }> {
    const items: LogEntry[] = [];
    let seen = after;
    for await (const entry of this.#entriesAfter(after)) {
      if (items.length === limit || seen - after >= LOOKED_THROUGH) return { items, next: seen };
      if (sees(entry)) items.push(entry);
      seen = entry.seq;
    }
    return { items, next: null };
  }

  /** Writes that the log was closed, and lets others open it. */
  async close(): Promise<void> {
    try {
      await this.append({ kind: "stop" });
    } finally {
      await this.#file?.close();
      this.#lock.release();
    }
  }

  async *#entriesAfter(after: number): AsyncGenerator<LogEntry> {
    const begin = this.#segments.findLastIndex(({ first }) => first <= after + 1);
    for (const { path, first } of this.#segments.slice(Math.max(begin, 0))) {
      const { lines } = await readSegment(path);
      const skipped = Math.max(after + 1 - first, 0);
      for (const [i, line] of lines.slice(skipped).entries()) yield parseEntry(line, `${path}:${skipped + i + 1}`);
    }
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(waiting.map(({ event }) => event));
        for (const { done } of waiting) done();
      } catch (cause) {
        this.#failure = environmentError("The log of calls cannot be written, so nothing is answered.", {
          code: "log-write",
          cause,
        });
        for (const { failed } of [...waiting, ...this.#waiting]) failed(this.#failure);
        this.#waiting = [];
      }
    }
  }

  async #write(events: readonly LogEvent[]): Promise<void> {
    if (this.#file === undefined || this.#size > this.#segmentBytes) await this.#beginFile();
    let end = this.#end;
    const lines = events.map((event) => {
      const time = this.#now();
      const line = entryLine({ ...event, seq: end.seq + 1, time, clockBack: time < end.time, previous: end.hash });
      end = { seq: end.seq + 1, hash: sha256Hex(line), time, torn: [] };
      return `${line}\n`;
    });
    const bytes = Buffer.from(lines.join(""));
    await this.#file?.appendFile(bytes);
    await this.#file?.datasync();
    this.#size += bytes.length;
    this.#end = end;
  }

  async #beginFile(): Promise<void> {
    await this.#file?.close();
    const first = this.#end.seq + 1;
    const number = (this.#segments.at(-1)?.number ?? 0) + 1;
    const path = join(this.#folder, segmentName(number, first));
    this.#file = await open(path, "ax", 0o600);
    await flushFolder(this.#folder);
    this.#size = 0;
    this.#segments.push({ path, number, first });
  }
}

/** Reads from the last file that has a line: what came before it is for `call-log verify`. */
async function endOf(segments: readonly Segment[]): Promise<ChainEnd> {
  for (let i = segments.length - 1; i >= 0; i--) {
    const [segment] = segments.slice(i);
    if (segment === undefined || (await readSegment(segment.path)).lines.length === 0) continue;
    return await followChain(segments.slice(i), undefined);
  }
  return await followChain(segments, BEGINNING);
}
