import { constants, createReadStream } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { inputError } from "../../errors.ts";
import { canonicalJson } from "../../input/json.ts";
import { logBroken, NO_LINE, parseEntry, sha256Hex, type LogEntry, type TornEnd } from "./callEntry.ts";

/** The files of a log of calls, and the one reading of their chain. A file that was closed is never written again. */

/** A file: its number, from 1 without gaps, and `seq` of its first line. Every start of the service begins one. */
export interface Segment {
  readonly path: string;
  readonly number: number;
  readonly first: number;
}

const NAME = /^([0-9]{6})-([0-9]{12})\.jsonl$/;
/** More than the service ever writes into one. */
const MOST_BYTES = 64 * 2 ** 20;
/** Bytes of a line: more than one that names a thousand unfinished ends. */
const MOST_LINE = 2 ** 20;

/** Name of a file. */
export function segmentName(number: number, first: number): string {
  return `${String(number).padStart(6, "0")}-${String(first).padStart(12, "0")}.jsonl`;
}

/** The files of a folder in their order. Errors: `file-missing`, `log-broken` (one between two others is missing). */
export async function segmentsIn(folder: string): Promise<Segment[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw inputError("There is no such folder.", { code: "file-missing", place: folder, cause });
  });
  const segments = names
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => segmentAt(join(folder, name)));
  for (const [i, { path, number }] of segments.entries()) {
    if (number !== (segments[0]?.number ?? 0) + i) throw logBroken("The file before this one is missing.", path);
  }
  return segments;
}

/** Whether a file is called as those of a log are; else it may be an export. */
export function isSegment(path: string): boolean {
  return NAME.test(basename(path));
}

/** A file of a log, by its name. Error `log-broken`. */
export function segmentAt(path: string): Segment {
  const [, number, first] = NAME.exec(basename(path)) ?? [];
  if (number === undefined) throw logBroken("This is not the name of a file of a log of calls.", path);
  return { path, number: Number(number), first: Number(first) };
}

/** What a file holds now: its finished lines, and what comes after the last line end. Errors: `log-broken`, `file-missing`. */
export async function readSegment(path: string): Promise<{ lines: readonly Buffer[]; tail: Buffer }> {
  const bytes = await bytesOf(path);
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, tail: bytes.subarray(start) };
}

/** A log may grow while it is read: what was there at first is read. */
async function bytesOf(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      throw inputError("There is no such file, or it cannot be read.", { code: "file-missing", place: path, cause });
    },
  );
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > MOST_BYTES) throw logBroken("This is no file that the service writes.", path);
    const bytes = Buffer.alloc(found.size);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Where a chain ends. */
export interface ChainEnd {
  /** `seq` of the last line; 0: none. */
  readonly seq: number;
  /** sha256 of the last line. */
  readonly hash: string;
  /** Milliseconds. */
  readonly time: number;
  /** Unfinished ends since the last line: the next line must say them. */
  readonly torn: readonly TornEnd[];
}

/** Before the first line. */
export const BEGINNING: ChainEnd = { seq: 0, hash: NO_LINE, time: 0, torn: [] };

/** A line, its hash, and where it stands. */
export interface ChainedLine {
  readonly entry: LogEntry;
  readonly hash: string;
  readonly place: string;
}

/**
 * Follows the chain through files, from `from`, or from whatever the first line says was before it. `take` gets every line.
 * Error `log-broken`: a line is missing, changed, out of order, or not accounted for.
 */
export async function followChain(
  segments: readonly Segment[],
  from: ChainEnd | undefined,
  take: (line: ChainedLine) => void = () => undefined,
): Promise<ChainEnd> {
  let end = from;
  for (const segment of segments) {
    const { lines, tail } = await readSegment(segment.path);
    for (const [i, line] of lines.entries()) {
      const place = `${segment.path}:${i + 1}`;
      const entry = parseEntry(line, place);
      if (i === 0 && entry.seq !== segment.first) throw logBroken("The file's name says another first line.", place);
      refuseUnchained(entry, end, place);
      end = { seq: entry.seq, hash: sha256Hex(line), time: entry.time, torn: [] };
      take({ entry, hash: end.hash, place });
    }
    if (tail.length > 0 && end !== undefined) end = withTorn(end, segment, tail);
  }
  return end ?? BEGINNING;
}

/**
 * Follows the chain through an export: all lines in one file, without the unfinished ends, which lie in the log itself. Error
 * `log-broken`: as for `followChain`, or the file ends within a line.
 */
export async function followExport(path: string, take: (line: ChainedLine) => void): Promise<ChainEnd> {
  let end: ChainEnd | undefined;
  let number = 0;
  for await (const line of linesOf(path)) {
    const place = `${path}:${++number}`;
    const entry = parseEntry(line, place);
    const before = end ?? (entry.seq === 1 ? BEGINNING : undefined);
    refuseUnchained(entry, before === undefined ? undefined : { ...before, torn: tornIn(entry) }, place);
    end = { seq: entry.seq, hash: sha256Hex(line), time: entry.time, torn: [] };
    take({ entry, hash: end.hash, place });
  }
  return end ?? BEGINNING;
}

/** The lines of a file of any size, each in memory by itself. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MOST_LINE) throw logBroken("A line is longer than any that the service writes.", path);
  }
  if (rest.length > 0) throw logBroken("The file ends within a line: its end was cut off.", path);
}

function tornIn(entry: LogEntry): readonly TornEnd[] {
  return entry.kind === "start" ? entry.torn : [];
}

function withTorn(end: ChainEnd, { path }: Segment, tail: Buffer): ChainEnd {
  const torn = { file: basename(path), bytes: tail.length, sha256: sha256Hex(tail) };
  return { ...end, torn: [...end.torn, torn] };
}

function refuseUnchained(entry: LogEntry, before: ChainEnd | undefined, place: string): void {
  if (before === undefined) return;
  if (entry.seq !== before.seq + 1 || entry.previous !== before.hash) {
    throw logBroken("This line does not follow the one before it: one was changed, taken away or put in.", place);
  }
  if (entry.clockBack !== entry.time < before.time) throw logBroken("The line says otherwise of the clock.", place);
  if (canonicalJson(tornIn(entry)) !== canonicalJson(before.torn)) {
    throw logBroken("An unfinished end before this line is not the one that the line tells of.", place);
  }
}
