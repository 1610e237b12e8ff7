import { commandOf } from "../../commandLine.ts";
import { usualRemedy } from "../../errorCodes.ts";
import { BatchproofError, inputError } from "../../errors.ts";
import { CELSIUS_OFFSET, MAX_WIDTH, type ChannelName } from "../../formats/constants.ts";
import type { DeviceId } from "../../formats/identity.ts";
import { curveOf } from "../../kinds/series/curve.ts";
import { codeReading } from "../coding.ts";
import { shownExact } from "../exact.ts";
import type { ParsedProfile } from "../table/profile.ts";
import { isUnusable, mergeRepeated, refuseBackward, type Reading, type Unusable } from "../series.ts";
import { eventsOf, intervalOf, type TimelineEvent } from "./timeline.ts";

/** What `inspect` is told besides the file. */
export interface InspectRequest {
  /** Seconds east of UTC of a device's own clock, where it is known. */
  readonly offset?: number;
  /** The zone of a table's clock, where it is known instead of an offset. */
  readonly zone?: string;
  /** Of a file with several tags, the one to look at. */
  readonly tag?: string;
  /** Profiles to try before those that are shipped. */
  readonly profiles?: readonly NamedProfile[];
}

/** A profile as a command names it: by a name or a file. */
export interface NamedProfile {
  readonly given: string;
  readonly profile: ParsedProfile;
}

/** What a file is and what `import` would read of it. */
export interface Inspection {
  /** What sort of file it is, in words. */
  readonly form: string;
  /** By which a table is read. */
  readonly profile?: { readonly name: string; readonly hash: string };
  /** Letter for letter as it must be registered; absent where the file does not say. */
  readonly device?: DeviceId;
  /** Who vouches for it, what its times are, and what it says of the device's own troubles: lines, as in an import's summary. */
  readonly facts: readonly string[];
  readonly series: readonly InspectedSeries[];
  /** Profiles of such tables that do not fit this one, and what each refuses first. */
  readonly unfit?: readonly { readonly profile: string; readonly refused: Refusal }[];
  /** Of a table that nothing reads: a profile to start from, whose capitals are for the reader to fill in. */
  readonly skeleton?: object;
  /** To paste; words in capitals are for the reader to fill in. */
  readonly commands: readonly string[];
}

/** One series of a file. Times are texts, in UTC or on the device's own clock. */
export interface InspectedSeries {
  /** The tag; empty where the file has one series alone. */
  readonly name: string;
  /** Which channels its unit may be of; the claim says which one it is. */
  readonly channels: readonly ChannelName[];
  /** As the file spells it. */
  readonly unit: string;
  /** What the values below are in, into which others are converted. */
  readonly symbol: string;
  readonly entries: number;
  readonly first?: string;
  readonly last?: string;
  /** Seconds; the most frequent one, or that which the device declares. */
  readonly interval?: number;
  /** The words for the quality of entries, or a device's mark, with how many have it. */
  readonly qualities: readonly { readonly word: string; readonly entries: number }[];
  /** Entries that are no readings: passed over outside a stage, refused inside. */
  readonly skipped: readonly {
    readonly what: string;
    readonly code: Unusable["code"];
    readonly entries: number;
    readonly line: number;
  }[];
  readonly events: readonly InspectedEvent[];
  /** The first, a middle and the last entry as they would be read. */
  readonly rows: readonly {
    readonly line: number;
    readonly time: string;
    readonly value?: string;
    readonly quality?: string;
  }[];
  /** Of the readings, decimal texts. */
  readonly minimum?: string;
  readonly maximum?: string;
  /** Drawn from the minimum to the maximum. */
  readonly curve: string;
  /** What `import` refuses the file for, as it stands. */
  readonly refused?: Refusal;
}

export interface InspectedEvent extends Omit<TimelineEvent, "before" | "after"> {
  readonly from: string;
  readonly to: string;
  readonly lines: readonly [number, number];
}

/** An error as an answer. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly place: string;
  readonly remedy: string;
}

/** The command that registers a device, "vendor|model|serial". */
export function registering(device: string): string {
  return commandOf(
    ...[
      "party",
      "add",
      "PARTIES",
      "--device",
      device,
      "--org",
      "ORG",
      "--name",
      "NAME",
      "--from",
      "TIME",
      "--to",
      "TIME",
    ],
  );
}

/** What is known of a series before its times and values are looked at. */
export interface SeriesFacts extends Pick<InspectedSeries, "name" | "channels" | "unit" | "symbol" | "qualities"> {
  readonly show: (time: number) => string;
  /** As the device declares it, seconds. */
  readonly interval?: number;
  /** When the device ended, on the clock of the entries. */
  readonly end?: number;
}

/** A series as it would be read; what `import` refuses it for, whatever the stage, is part of the answer. */
export function inspectEntries(
  entries: readonly (Reading | Unusable)[],
  { show, interval: declared, end, ...facts }: SeriesFacts,
  file: string,
): InspectedSeries {
  const interval = declared ?? intervalOf(entries);
  const merged = mergeRepeated(entries).entries;
  const readings = merged.filter((entry): entry is Reading => !isUnusable(entry));
  const [first, last] = [entries.at(0), entries.at(-1)];
  const refused = refusalOf(() => {
    refuseBackward(entries, (entry) => entry, file);
    if (first !== undefined && readings.length === 0) throw noReading(`${file}:${first.line}`);
  });
  return {
    ...facts,
    entries: entries.length,
    ...(first && last && { first: show(first.time), last: show(last.time) }),
    ...(interval === undefined ? {} : { interval }),
    skipped: skippedOf(merged),
    events: eventsOf(entries, interval, end).map(({ before, after, ...event }) => ({
      ...event,
      from: show(before.time),
      to: show(after.time),
      lines: [before.line, after.line],
    })),
    rows: [...new Set([first, entries[Math.floor(entries.length / 2)], last])].flatMap((entry) =>
      entry === undefined ? [] : [rowOf(entry, show)],
    ),
    ...drawn(readings),
    ...(refused && { refused }),
  };
}

function noReading(place: string): Error {
  return inputError("No entry of the series is a reading, so no stage has one.", {
    place,
    remedy: "Look at its quality words and values: what is not known to be good is never taken for it.",
    code: "window",
  });
}

/** What an action is refused for; undefined where it is not. Bugs pass. */
export function refusalOf(action: () => void): Refusal | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof BatchproofError && error.code !== undefined)) throw error;
    const { code, message, place = "", remedy = usualRemedy(code) ?? "" } = error;
    return { code, message, place, remedy };
  }
}

function rowOf(entry: Reading | Unusable, show: (time: number) => string): InspectedSeries["rows"][number] {
  const { line, time } = entry;
  if (isUnusable(entry)) return { line, time: show(time), quality: entry.quality };
  return { line, time: show(time), value: shownExact(entry) };
}

function skippedOf(entries: readonly (Reading | Unusable)[]): InspectedSeries["skipped"] {
  const unusable = Map.groupBy(entries.filter(isUnusable), ({ code, quality }) => `${code} ${quality}`);
  return [...unusable.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined
      ? []
      : [{ what: first.quality, code: first.code, entries: same.length, line: first.line }];
  });
}

/** Minimum, maximum and a curve between the two. */
function drawn(readings: readonly Reading[]): Pick<InspectedSeries, "minimum" | "maximum" | "curve"> {
  const [one] = readings;
  if (one === undefined) return { curve: "" };
  let [lowest, highest] = [one, one];
  for (const reading of readings) {
    if (isBelow(reading, lowest)) lowest = reading;
    if (isBelow(highest, reading)) highest = reading;
  }
  const [low, high] = [lowest.value, highest.value];
  const width = BigInt(MAX_WIDTH);
  const grid = { stepNum: high === low ? 1n : high - low, stepDen: width, width, normalLow: 0n, normalHigh: width };
  const ordered = telling(readings).toSorted((a, b) => a.time - b.time);
  return {
    minimum: shownExact(lowest),
    maximum: shownExact(highest),
    curve: curveOf({
      grid: { ...grid, origin: low + CELSIUS_OFFSET },
      times: ordered.map(({ time }) => BigInt(time)),
      codes: ordered.map(({ value }) => Number(codeReading(value, { ...grid, origin: low }))),
    }),
  };
}

/** Parts of the time of a series, many for each column of a curve. */
const PARTS = 960;

/** The lowest and the highest reading of each part of the time: all that a curve can show of a long series. */
function telling(readings: readonly Reading[]): readonly Reading[] {
  if (readings.length <= 2 * PARTS) return readings;
  let [start, end] = [Infinity, -Infinity];
  for (const { time } of readings) [start, end] = [Math.min(start, time), Math.max(end, time)];
  const kept = new Map<number, { low: Reading; high: Reading }>();
  for (const reading of readings) {
    const part = reading.time === end ? PARTS : Math.floor(((reading.time - start) / (end - start)) * PARTS);
    const found = kept.get(part);
    if (found === undefined) kept.set(part, { low: reading, high: reading });
    else if (isBelow(reading, found.low)) found.low = reading;
    else if (isBelow(found.high, reading)) found.high = reading;
  }
  return [...kept.values()].flatMap(({ low, high }) => (low === high ? [low] : [low, high]));
}

function isBelow(a: Reading, b: Reading): boolean {
  return a.value < b.value || (a.value === b.value && (a.finer ?? 0n) < (b.finer ?? 0n));
}
