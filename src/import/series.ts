import { inputError, type BatchproofError } from "../errors.ts";
import type { MissingCode } from "../input/quantities.ts";
import { formatDuration, formatOffset, formatTime } from "../input/times.ts";
import { codeTime } from "./ticks.ts";

/** A reading on the device's own clock: local seconds (`parseLocalTime`), value in millionths of the channel's unit. */
export interface LocalReading {
  /** Line of the raw file. */
  readonly line: number;
  readonly localTime: number;
  readonly value: bigint;
  /** As in a `Reading`. */
  readonly finer?: bigint;
  /** The device itself marked it as outside its limits. */
  readonly flagged: boolean;
}

/** A line on the device's own clock at which it measured nothing. */
export type LocalUnusable = Pick<LocalReading, "line" | "localTime"> & Pick<Unusable, "quality" | "code">;

/** What every entry of a raw file has: its line there and its time. */
export interface Entry {
  readonly line: number;
  /** The raw file, where a series comes of several; absent: its only one. */
  readonly file?: string;
  /** Unix seconds, whole: what the record holds. */
  readonly time: number;
  /** Millionths of a second beyond `time`, 1 to 999,999; absent: none. Everything but the record counts them. */
  readonly micros?: number;
}

/** Seconds from one entry to another, in millionths: exact. */
export function microsBetween(before: Pick<Entry, "time" | "micros">, after: Pick<Entry, "time" | "micros">): number {
  return (after.time - before.time) * 1_000_000 + (after.micros ?? 0) - (before.micros ?? 0);
}

/** Where an entry stands, for errors; `file` is that of a series of one file. */
export function placeOf({ line, file: own }: Pick<Entry, "line" | "file">, file: string): string {
  return `${own ?? file}:${line}`;
}

/** The same within a sentence that has told the file of another entry. */
function shownLine({ line, file }: Pick<Entry, "line" | "file">): string {
  return file === undefined ? `line ${line}` : `line ${line} of ${file}`;
}

/** A measurement. */
export interface Reading extends Entry {
  /** Millionths of the channel's unit, whole: the value rounded down. */
  readonly value: bigint;
  /** What the value is beyond `value`, in parts of a millionth (`FINER_PARTS`); absent: nothing, so `value` is exact. */
  readonly finer?: bigint;
  /** The device itself marked it as outside its limits; absent where the format has no such mark. */
  readonly flagged?: boolean;
}

/** What several channels measured at the same time; the line is that of the first channel. */
export interface SampleReading extends Entry {
  /** One a channel, by ascending channel code, in millionths of its unit. */
  readonly values: readonly bigint[];
  /** `finer` of each of them; absent where every value is whole millionths. */
  readonly finer?: readonly bigint[];
}

/**
 * An entry that is no reading. A stage that needs it is refused; outside the stage it is passed over and counted.
 */
export interface Unusable extends Entry {
  /** The system's word for its quality, or what stands there in place of a value. */
  readonly quality: string;
  /**
   * What it is refused for: its system does not call it good, it is a mark for a missing value, no sensor shows such a value,
   * other channels have no entry of this time, or another entry of this time differs.
   */
  readonly code: "quality" | MissingCode | "physical-range" | "sample-incomplete" | "time-twice";
}

/** Whether an entry is no reading. */
export function isUnusable(entry: Entry): entry is Unusable {
  return "quality" in entry;
}

/** The entries that are readings, or samples, from one Unix second to another. */
export function goodWithin<R extends Entry>(entries: readonly (R | Unusable)[], from: number, to: number): R[] {
  return entries.filter((entry): entry is R => !isUnusable(entry) && entry.time >= from && entry.time <= to);
}

/** Error `time-backward` with file:line where a reading is older than the one before it. Equal times are legal. */
export function refuseBackward<T extends Pick<Entry, "line" | "file">>(
  readings: readonly T[],
  timeOf: (reading: T) => Pick<Entry, "time" | "micros">,
  file: string,
): void {
  readings.forEach((reading, i) => {
    const before = readings[i - 1];
    if (before === undefined) return;
    const micros = microsBetween(timeOf(before), timeOf(reading));
    if (micros >= 0) return;
    throw inputError(
      `The time runs backward: this reading is ${formatDuration(-micros / 1_000_000)} older than the one ` +
        `before it (${shownLine(before)}).`,
      { place: placeOf(reading, file), code: "time-backward" },
    );
  });
}

/** The entries of a series, each time once. */
export interface Merged<R extends Entry = Reading> {
  readonly entries: readonly (R | Unusable)[];
  /** How many were left out because they say again what another one says. */
  readonly repeated: number;
}

/**
 * Merges entries that say the same at the same time. Of two that differ nobody can tell which one holds, and a record would
 * take either: together they are one unusable entry, which `cutToWindow` refuses where the stage needs it.
 */
export function mergeRepeated<R extends Reading | SampleReading>(entries: readonly (R | Unusable)[]): Merged<R> {
  const merged: (R | Unusable)[] = [];
  let repeated = 0;
  for (const entry of entries) {
    const before = merged.at(-1);
    if (before === undefined || microsBetween(before, entry) !== 0) {
      merged.push(entry);
      continue;
    }
    if (!saysSame(before, entry)) {
      merged.splice(-1, 1, differing(before, entry));
      continue;
    }
    repeated++;
    if ("flagged" in entry && entry.flagged) merged.splice(-1, 1, entry);
  }
  return { entries: merged, repeated };
}

type Said = Reading | SampleReading | Unusable;

function saysSame(before: Said, entry: Said): boolean {
  if (isUnusable(before) || isUnusable(entry)) {
    return isUnusable(before) && isUnusable(entry) && before.quality === entry.quality && before.code === entry.code;
  }
  const [one, other] = [valuesOf(before), valuesOf(entry)];
  return one.length === other.length && one.every((value, i) => value === other[i]);
}

/** Every value with what is beyond it. */
function valuesOf(entry: Reading | SampleReading): bigint[] {
  if ("value" in entry) return [entry.value, entry.finer ?? 0n];
  return entry.values.flatMap((value, i) => [value, entry.finer?.[i] ?? 0n]);
}

function differing(other: Entry, { line, file, time, micros }: Entry): Unusable {
  return {
    ...{ line, time, quality: shownLine(other), code: "time-twice" },
    ...(file === undefined ? {} : { file }),
    ...(micros === undefined ? {} : { micros }),
  };
}

/** For the summary, where anything was merged. */
export function shownRepeated(repeated: number): string[] {
  return repeated === 0 ? [] : [`merged: ${repeated} entries that repeat another one, with the same time and value`];
}

/**
 * Local readings, and lines without a value, to Unix seconds under the offset the user gives, in seconds east of UTC. `signedZone` is the zone the
 * device signed, `zoneChanged` that the two differ. The zone is never taken for the offset: users set these clocks.
 * Error `offset-missing`.
 */
export function applyOffset(
  lines: readonly LocalReading[],
  offset: number | undefined,
  signedZone: number,
  file: string,
): { entries: Reading[]; zoneChanged: boolean };
export function applyOffset(
  lines: readonly (LocalReading | LocalUnusable)[],
  offset: number | undefined,
  signedZone: number,
  file: string,
): { entries: (Reading | Unusable)[]; zoneChanged: boolean };
export function applyOffset(
  lines: readonly (LocalReading | LocalUnusable)[],
  offset: number | undefined,
  signedZone: number,
  file: string,
): { entries: (Reading | Unusable)[]; zoneChanged: boolean } {
  if (offset === undefined) {
    throw inputError("The file's times stand on the device's own clock; their offset from UTC is missing.", {
      place: file,
      remedy: `Add --offset with the clock's true offset, such as --offset ${formatOffset(signedZone)} (the zone the device signed).`,
      code: "offset-missing",
    });
  }
  return {
    entries: lines.map(({ localTime, ...rest }) => ({ ...rest, time: localTime - offset })),
    zoneChanged: offset !== signedZone,
  };
}

/** The period a record must cover, and the rule's tolerances, in seconds. */
export interface Window {
  readonly start: number;
  readonly end: number;
  /** Allowed delay of the first reading after `start`. */
  readonly lead: number;
  /** Allowed time between the last reading and `end`. */
  readonly tail: number;
  /** Longest legal interval between readings: G * tick of the rule. */
  readonly gapSeconds: number;
  readonly tick: number;
}

export interface Cut<R extends Entry = Reading> {
  readonly readings: readonly R[];
  /** Readings of the file left out on each side. */
  readonly before: number;
  readonly after: number;
  /** Entries outside the stage that are no readings; they count in neither `before` nor `after`. */
  readonly skipped: number;
}

/**
 * The readings, or samples of several channels, that a stage's record needs, by the circuit's rules `window` and `gap`: from the last reading at or
 * before the start (or the first within `lead` after it) through the first at or after the end (or the last within
 * `tail` before it). No reading inside the stage is ever left out, and readings of the same second as the first or the
 * last one stay in: none of them is more the boundary than the others. The end is judged in coded time,
 * t0 + tick * floor((t - t0) / tick), because the circuit knows no other. An unusable entry before the start or after the end is
 * as if it were not there: the gap is then judged between the readings around it.
 * Errors: `window` (the file does not cover the stage), `gap`, the code of an unusable entry from start to end (it is neither a
 * reading nor left out), `time-backward`.
 */
export function cutToWindow<R extends Entry>(all: readonly (R | Unusable)[], window: Window, file: string): Cut<R> {
  if (all.length === 0) throw windowError("The file has no readings.", file);
  refuseBackward(all, (entry) => entry, file);
  const entries = all.filter((entry) => !isUnusable(entry) || isInside(entry, window));
  if (entries.length === 0) throw windowError("No entry of the file is a reading.", file);
  const first = firstIndex(entries, window, file);
  const last = lastIndex(entries, first, window, file);
  const kept = entries.slice(first, last + 1);
  const readings = kept.map((entry, i) => {
    const before = kept[i - 1];
    if (before !== undefined && isGap(before, entry, window)) throw gapError(before, entry, window, file);
    if (isUnusable(entry)) throw unusableError(entry, file);
    return entry;
  });
  // A lead that bridges a gap starts after the stage's first entries; of these, too, none may be unusable.
  const unusable = entries.find(isUnusable);
  if (unusable !== undefined) throw unusableError(unusable, file);
  return { readings, before: first, after: entries.length - 1 - last, skipped: all.length - entries.length };
}

function isInside(entry: Entry, { start, end }: Window): boolean {
  return microsBetween({ time: start }, entry) >= 0 && microsBetween(entry, { time: end }) >= 0;
}

function firstIndex(readings: readonly Entry[], window: Window, file: string): number {
  const { start, lead } = window;
  const next = indexOrLength(readings, (entry) => microsBetween({ time: start }, entry) > 0);
  const before = readings[next - 1];
  const after = readings[next];
  // A gap after the last reading before the start is bridged by a lead that reaches the next one. One at the start itself
  // belongs to the stage, and so does the gap after it.
  const leads =
    after !== undefined &&
    microsBetween({ time: start + lead }, after) <= 0 &&
    (before === undefined || (microsBetween(before, { time: start }) > 0 && isGap(before, after, window)));
  if (leads) return next;
  if (before !== undefined && !isGap(before, { time: start }, window)) {
    return readings.findIndex((entry) => microsBetween(entry, before) === 0);
  }
  if (before !== undefined && after !== undefined) throw gapError(before, after, window, file);
  throw windowError(
    after === undefined
      ? `The readings end at ${shown(before)}; the stage starts at ${formatTime(start)}.`
      : `The readings begin at ${shown(after)}; the stage starts at ${formatTime(start)} and the first reading may come ` +
          `up to ${formatDuration(lead)} later.`,
    placeOf(after ?? before ?? FIRST_LINE, file),
  );
}

function lastIndex(readings: readonly Entry[], first: number, window: Window, file: string): number {
  const { end, tail, gapSeconds, tick } = window;
  const t0 = readings[first]?.time ?? 0;
  const coded = ({ time }: Entry): number => t0 + codeTime(time, t0, tick) * tick;
  if (t0 > end + gapSeconds) {
    throw windowError(
      `The first reading, ${formatTime(t0)}, comes after the stage ended at ${formatTime(end)}.`,
      placeOf(readings[first] ?? FIRST_LINE, file),
    );
  }
  const next = indexOrLength(readings, (reading, i) => i >= first && coded(reading) >= end);
  const before = next > first ? readings[next - 1] : undefined;
  const after = readings[next];
  if (after !== undefined && (before === undefined || !isGap(before, after, window))) {
    return readings.findLastIndex((entry) => microsBetween(entry, after) === 0);
  }
  const isAtEnd = after !== undefined && microsBetween(after, { time: end }) === 0;
  if (before !== undefined && coded(before) >= end - tail && !isAtEnd) return next - 1;
  if (before !== undefined && after !== undefined) throw gapError(before, after, window, file);
  throw windowError(
    `The readings end at ${shown(before)}; the stage ends at ${formatTime(end)} and the last reading may come up to ` +
      `${formatDuration(tail)} earlier.`,
    placeOf(before ?? FIRST_LINE, file),
  );
}

/** Where a file is meant that has no line to show. */
const FIRST_LINE = { line: 1 };

/** Index of the first reading that fits, or the number of readings. */
function indexOrLength(readings: readonly Entry[], fits: (entry: Entry, index: number) => boolean): number {
  const index = readings.findIndex(fits);
  return index === -1 ? readings.length : index;
}

function isGap(before: Pick<Entry, "time" | "micros">, after: Pick<Entry, "time" | "micros">, window: Window): boolean {
  return microsBetween(before, after) > window.gapSeconds * 1_000_000;
}

function shown(reading: Entry | undefined): string {
  return reading === undefined ? "an unknown time" : formatTime(reading.time);
}

function windowError(message: string, place: string): BatchproofError {
  return inputError(message, {
    place,
    remedy: "Import the file of the device that covers the whole stage, and check the offset of its times from UTC.",
    code: "window",
  });
}

function gapError(before: Entry, after: Entry, window: Window, file: string): BatchproofError {
  return inputError(
    `No reading for ${formatDuration(microsBetween(before, after) / 1_000_000)}, from ${formatTime(before.time)} (${shownLine(before)}) ` +
      `to ${formatTime(after.time)}; the rule allows ${formatDuration(window.gapSeconds)}.`,
    {
      place: placeOf(after, file),
      remedy: "Such a stage has no provable record: raise an exception for this claim.",
      code: "gap",
    },
  );
}

/** What is wrong with an unusable entry, after "The entry of <time>". */
const UNUSABLE: Readonly<Record<Unusable["code"], (quality: string) => string>> = {
  quality: (quality) => `is not good: its quality is "${quality}"`,
  "quantity-blank": () => "has no value",
  "reading-missing": (mark) => `has no value: the device wrote "${mark}"`,
  "reading-sentinel": (mark) => `has no value: ${mark} is a mark for a missing one`,
  "quantity-nan": (mark) => `has no value: "${mark}" is not a number`,
  "physical-range": (value) =>
    `has no value: ${value} lies outside what this channel can hold, perhaps a mark for a missing one`,
  "sample-incomplete": (tags) => `is incomplete: there is none of ${tags} at this time`,
  "time-twice": (other) => `differs from another one of this time, on ${other}`,
};

const UNUSABLE_REMEDIES: Readonly<Partial<Record<Unusable["code"], string>>> = {
  "sample-incomplete": "Export all tags on one common raster of times, without lines that only some of the tags have.",
  "time-twice":
    "Find out which one holds, and export the series anew from its system; or raise an exception for the claim.",
};

function unusableError(entry: Unusable, file: string): BatchproofError {
  const { time, quality, code } = entry;
  return inputError(`The entry of ${formatTime(time)} ${UNUSABLE[code](quality)}.`, {
    place: placeOf(entry, file),
    remedy:
      UNUSABLE_REMEDIES[code] ??
      "The stage needs a reading here: raise an exception for this claim, or use another device's file.",
    code,
  });
}
