import { stat } from "node:fs/promises";
import { inputError } from "../../errors.ts";
import type { LogEntry } from "./callEntry.ts";
import { logBroken } from "./callEntry.ts";
import {
  BEGINNING,
  followChain,
  followExport,
  isSegment,
  segmentAt,
  segmentsIn,
  type ChainedLine,
  type Segment,
} from "./segments.ts";

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
  /** The file is an export. */
  readonly exported: boolean;
}

/**
 * Verifies the log of a folder, one file of it, or a file that was exported from it. What does not begin with the first line says by
 * itself nothing of what came before, and nothing says by itself that lines are missing at its end. `after`: hash of a line that must be there, or of the one before the first.
 * `take` gets every line. Errors: `log-broken`, `file-missing`.
 */
export async function verifyLog(
  path: string,
  after?: string,
  take: (entry: LogEntry) => void = () => undefined,
): Promise<VerifiedLog> {
  const segments = await segmentsAt(path);
  const exported = segments === undefined;
  const found = { lines: 0, first: 0, starts: 0, torn: 0, clockBack: 0, after: null as number | null };
  const line = ({ entry, hash }: ChainedLine): void => {
    if (found.lines === 0) [found.first, found.after] = [entry.seq, entry.previous === after ? 1 : null];
    else if (found.after !== null) found.after += 1;
    found.lines += 1;
    if (hash === after) found.after = 0;
    if (entry.clockBack) found.clockBack += 1;
    if (entry.kind === "start") [found.starts, found.torn] = [found.starts + 1, found.torn + entry.torn.length];
    take(entry);
  };
  const begin = segments?.[0]?.number === 1 ? BEGINNING : undefined;
  const end = await (exported ? followExport(path, line) : followChain(segments, begin, line));
  if (found.lines === 0) throw logBroken("There is no line here.", path);
  if (after !== undefined && found.after === null) throw logBroken("No line here has the hash that was kept.", path);
  return { ...found, exported, torn: found.torn + end.torn.length, last: end.seq, head: end.hash };
}

/** The files of a log; undefined: the file is none of a log's own, but may be an export. */
async function segmentsAt(path: string): Promise<Segment[] | undefined> {
  const found = await stat(path).catch((cause: unknown) => {
    throw inputError("There is no log here.", { code: "file-missing", place: path, remedy: "Check the path.", cause });
  });
  if (found.isDirectory()) return await segmentsIn(path);
  if (!found.isFile()) throw logBroken("This is no file that the service writes.", path);
  return isSegment(path) ? [segmentAt(path)] : undefined;
}
