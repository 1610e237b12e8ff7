import { basename } from "node:path";
import { inputError } from "../errors.ts";
import { MOST_RAW_FILES } from "../formats/constants.ts";
import { deviceText, rawFilesHash } from "../formats/identity.ts";
import type { RawFile } from "../input/files.ts";
import { formatTime } from "../input/times.ts";
import type { LoggerSeries } from "./loggerSeries.ts";
import {
  microsBetween,
  refuseBackward,
  type Entry,
  type Reading,
  type SampleReading,
  type Unusable,
} from "./series.ts";

/** What one file, or several of one device, say. */
export interface ReadFiles<S> {
  readonly series: S;
  /** In the order of their first entries: that in which the record names them, however they were given. */
  readonly files: readonly RawFile[];
  /** All of them, for errors that have no line. */
  readonly file: string;
  readonly rawFileHash: bigint;
}

/**
 * Reads a series of its file or, joined by time, of several files of one device: what the files of a split export say is
 * judged as if it stood in one. Nothing of any of them is left out; from the first to the last time that two have in common
 * they say the same, entry by entry: readings of two clocks, laid over each other, would be a series that no device measured.
 * Errors: those of the reader; of several files `raw-file-twice` (the same content, or the same name), `raw-files` (too many),
 * `device-joined` (not of one device), `raw-file-empty`, `raw-file-overlap`, `time-backward`.
 */
export function readFiles<R extends Entry, S extends LoggerSeries<R>>(
  given: readonly RawFile[],
  read: (bytes: Uint8Array, file: string) => S,
): ReadFiles<S> {
  const [only, another] = given;
  if (only === undefined) throw new Error("a series has a file");
  if (another === undefined) {
    const { bytes, file } = only;
    return { series: read(bytes, file), files: given, file, rawFileHash: rawFilesHash([bytes]) };
  }
  refuseRepeated(given);
  const parts = given.map((raw) => partOf<R, S>(raw, read(raw.bytes, raw.file)));
  parts.sort(byTime);
  const files = parts.map(({ raw }) => raw);
  return {
    series: joined<R, S>(parts),
    files,
    file: files.map(({ file }) => file).join(", "),
    rawFileHash: rawFilesHash(files.map(({ bytes }) => bytes)),
  };
}

/** One of several files. */
interface Part<R extends Entry, S extends LoggerSeries<R>> {
  readonly raw: RawFile;
  readonly hash: bigint;
  readonly series: S;
  readonly first: R | Unusable;
  readonly last: R | Unusable;
}

function partOf<R extends Entry, S extends LoggerSeries<R>>(raw: RawFile, series: S): Part<R, S> {
  const { entries } = series;
  const [first, last] = [entries.at(0), entries.at(-1)];
  if (first === undefined || last === undefined) {
    throw inputError("The file has no entry.", {
      place: raw.file,
      remedy: "Leave it out, or export it again.",
      code: "raw-file-empty",
    });
  }
  refuseBackward(entries, (entry) => entry, raw.file);
  return { raw, hash: rawFilesHash([raw.bytes]), series, first, last };
}

/** The same order, whatever the files are called and however they were given: a record and its later reader agree on it. */
function byTime<R extends Entry, S extends LoggerSeries<R>>(a: Part<R, S>, b: Part<R, S>): number {
  return microsBetween(b.first, a.first) || microsBetween(b.last, a.last) || (a.hash < b.hash ? -1 : 1);
}

function joined<R extends Entry, S extends LoggerSeries<R>>(parts: readonly Part<R, S>[]): S {
  const [head] = parts;
  if (head === undefined) throw new Error("several files are joined");
  for (const part of parts) refuseOther(part, head);
  refuseOverlaps(parts);
  const entries = parts
    .flatMap(({ raw: { file }, series }) => series.entries.map((entry) => ({ ...entry, file })))
    // Stable: entries of one time stay in the order of their files and lines.
    .sort((a, b) => microsBetween(b, a));
  return {
    ...head.series,
    entries,
    zoneChanged: parts.some(({ series }) => series.zoneChanged),
    facts: [
      `joined: ${parts.length} files of one device, by time`,
      ...parts.flatMap(({ raw, series }) => [`file: ${basename(raw.file)}`, ...series.facts]),
    ],
  };
}

/** Error `device-joined`: of another device or, where none was named, of another tag. */
function refuseOther(
  { raw: { file }, series }: Part<Entry, LoggerSeries<Entry>>,
  { raw: { file: other }, series: head }: Part<Entry, LoggerSeries<Entry>>,
): void {
  const [one, first] = [series, head].map(
    ({ device, tag }) => `${deviceText(device)}${tag === undefined ? "" : `, tag ${tag}`}`,
  );
  if (one === first) return;
  throw inputError(`This file is of ${one}, and ${other} of ${first}.`, {
    place: file,
    remedy: "Import the files of one device, and of one tag, together, those of another by themselves.",
    code: "device-joined",
  });
}

/** Error `raw-file-overlap`: in the time that two files share, one has an entry that the other has not, or has otherwise. */
function refuseOverlaps<R extends Entry>(parts: readonly Part<R, LoggerSeries<R>>[]): void {
  parts.forEach((part, i) => {
    for (const earlier of parts.slice(0, i)) {
      // The parts are ordered by their first entries.
      const until = microsBetween(earlier.last, part.last) < 0 ? part.last : earlier.last;
      if (microsBetween(part.first, until) < 0) continue;
      const [one, other] = [earlier, part].map(({ series: { entries } }) =>
        entries.filter((entry) => microsBetween(part.first, entry) >= 0 && microsBetween(entry, until) >= 0),
      );
      refuseDiffering(one ?? [], other ?? [], earlier.raw.file, part.raw.file);
    }
  });
}

function refuseDiffering(one: readonly Entry[], other: readonly Entry[], first: string, file: string): void {
  const [ours, theirs] = [withoutRepeated(one), withoutRepeated(other)];
  const length = Math.max(ours.length, theirs.length);
  const at = Array.from({ length }, (_, i) => i).find((i) => !isSameEntry(ours[i], theirs[i]));
  if (at === undefined) return;
  const [here, there] = [theirs[at], ours[at]];
  throw inputError(
    `This file and ${first} share a time of which they do not say the same: ${shownEntry(here)} here, ${shownEntry(there)} there.`,
    {
      place: here === undefined ? file : `${file}:${here.line}`,
      remedy:
        "Export the stage once, or in parts that do not overlap. Where the device's clock was set back, nobody can tell which " +
        "clock holds: raise an exception for the claim.",
      code: "raw-file-overlap",
    },
  );
}

/** Entries that say again what the one before says count once. */
function withoutRepeated(entries: readonly Entry[]): Entry[] {
  return entries.filter((entry, i) => !isSameEntry(entry, entries[i - 1]));
}

/** Whether two entries have one time and say the same of it; the line and the device's own mark are no matter. */
function isSameEntry(one: Entry | undefined, other: Entry | undefined): boolean {
  return one !== undefined && other !== undefined && saidBy(one) === saidBy(other);
}

function saidBy({ time, micros = 0, ...entry }: Entry & Partial<Reading & SampleReading & Unusable>): string {
  const { value, finer = 0n, values = [], quality, code } = entry;
  return [time, micros, value, finer, values.join(), quality, code].join("|");
}

function shownEntry(entry: Entry | undefined): string {
  return entry === undefined ? "nothing more" : `an entry of ${formatTime(entry.time)} (line ${entry.line})`;
}

function refuseRepeated(given: readonly RawFile[]): void {
  if (given.length > MOST_RAW_FILES) {
    throw inputError(`These are more than ${MOST_RAW_FILES} files.`, {
      place: given[MOST_RAW_FILES]?.file ?? "",
      remedy: "Export the stage in fewer files.",
      code: "raw-files",
    });
  }
  const seen = new Map<string, string>();
  for (const { file, bytes } of given) {
    const keys = [`name ${basename(file)}`, `content ${rawFilesHash([bytes])}`];
    const [earlier] = keys.flatMap((key) => seen.get(key) ?? []);
    if (earlier !== undefined) {
      throw inputError(`This file has the name or the content of ${earlier}.`, {
        place: file,
        remedy: "Name each file once; rename one that says something else: the folder keeps both.",
        code: "raw-file-twice",
      });
    }
    for (const key of keys) seen.set(key, file);
  }
}
