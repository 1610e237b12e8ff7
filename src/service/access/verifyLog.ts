import { stat } from "node:fs/promises";
import { inputError } from "../../errors.ts";
import type { LogEntry } from "./callEntry.ts";
import { logBroken } from "./callEntry.ts";
import { BEGINNING, followChain, segmentAt, segmentsIn, type Segment } from "./segments.ts";

/** What a log is that holds together. */
export interface VerifiedLog {
  readonly lines: number;
  readonly first: number;
  readonly last: number;
  /** sha256 of the last line: to be kept elsewhere. */
  readonly head: string;
  /** Times that the log was opened; unfinished ends that kills left; lines before which the clock was set back. */
  readonly starts: number;
  readonly torn: number;
  readonly clockBack: number;
  /** Lines after the one that was named; null: none was. */
  readonly after: number | null;
}

/**
 * Verifies the log of a folder, or one file of it. A folder that does not begin with the first line, and a file, say by
 * themselves nothing of what came before. `after`: hash of a line that must be there, or of the one before the first.
 * `take` gets every line. Errors: `log-broken`, `file-missing`.
 */
export async function verifyLog(
  path: string,
  after?: string,
  take: (entry: LogEntry) => void = () => undefined,
): Promise<VerifiedLog> {
  const segments = await segmentsAt(path);
  const found = { lines: 0, first: 0, starts: 0, torn: 0, clockBack: 0, after: null as number | null };
  const isWhole = segments[0]?.number === 1;
  const end = await followChain(segments, isWhole ? BEGINNING : undefined, ({ entry, hash }) => {
    if (found.lines === 0) [found.first, found.after] = [entry.seq, entry.previous === after ? 1 : null];
    else if (found.after !== null) found.after += 1;
    found.lines += 1;
    if (hash === after) found.after = 0;
    if (entry.clockBack) found.clockBack += 1;
    if (entry.kind === "start") [found.starts, found.torn] = [found.starts + 1, found.torn + entry.torn.length];
    take(entry);
  });
  if (found.lines === 0) throw logBroken("There is no line here.", path);
  if (after !== undefined && found.after === null) throw logBroken("No line here has the hash that was kept.", path);
  return { ...found, torn: found.torn + end.torn.length, last: end.seq, head: end.hash };
}

async function segmentsAt(path: string): Promise<Segment[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw inputError("There is no log here.", { code: "file-missing", place: path, remedy: "Check the path.", cause });
  });
  return found.isDirectory() ? await segmentsIn(path) : [segmentAt(path)];
}
