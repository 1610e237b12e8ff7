import { CHANNEL, type ChannelName } from "../../formats/constants.ts";
import { toHex } from "../../formats/field.ts";
import { bytesHash } from "../../formats/identity.ts";
import { formatTime } from "../../input/times.ts";
import { shownExact } from "../exact.ts";
import { shownSpan } from "../loggerSeries.ts";
import { isUnusable, mergeRepeated, refuseBackward, type Reading, type Unusable } from "../series.ts";
import type { LayoutName, ParsedProfile } from "./profile.ts";
import { tagError } from "./readings.ts";
import { readTable, type TagSeries, type ToldClock } from "./table.ts";

/** What a profile reads of a file, for those who judge the profile. */
export interface Trial {
  readonly profile: string;
  readonly profileHash: string;
  readonly file: string;
  readonly bytes: number;
  readonly fileHash: string;
  readonly channel: ChannelName;
  readonly clock: string;
  readonly newestFirst: boolean;
  readonly events: number;
  /** Each tag that was read, in the order of the file. */
  readonly tags: readonly TriedTag[];
}

/** What was read of one tag. */
export interface TriedTag {
  readonly tag: string;
  readonly serial: string | null;
  readonly readings: number;
  /** Entries that are not good, or have no value. */
  readonly unusable: number;
  readonly span: string;
  readonly lowest: string | null;
  readonly highest: string | null;
  /** The first three and the last one, as they are read. */
  readonly shown: readonly string[];
}

/**
 * Reads a file by a profile for no batch: one tag, or all of them, as one channel. Errors: those of `readTable`,
 * `csv-tag`, `time-backward`.
 */
export function tryProfile(
  bytes: Uint8Array,
  file: string,
  profile: ParsedProfile,
  { tag, channel, ...told }: ToldClock & { readonly tag?: string; readonly channel: ChannelName },
): Trial {
  const wanted = (each: string): boolean => tag === undefined || each === tag;
  const table = readTable(bytes, file, profile, told, (each) => (wanted(each) ? channel : undefined));
  if (tag !== undefined && !table.tags.has(tag)) throw tagError("The file has no entry of this tag", table.tags, file);
  return {
    ...{ profile: profile.profile.name, profileHash: toHex(profile.hash) },
    ...{ file, bytes: bytes.length, fileHash: toHex(bytesHash(bytes)), channel },
    ...{ clock: table.clock, newestFirst: table.isReversed, events: table.events },
    tags: [...table.series].map(([name, series]) =>
      triedTag(name, series, channel, file, ROW_WORDS[profile.profile.layout]),
    ),
  };
}

/** What the number of a row counts. */
const ROW_WORDS: Readonly<Record<LayoutName, string>> = {
  delimited: "line",
  xlsx: "row",
  json: "element",
  ndjson: "line",
  epcis: "report",
};

function triedTag(
  tag: string,
  { entries, serial }: TagSeries,
  channel: ChannelName,
  file: string,
  noun: string,
): TriedTag {
  refuseBackward(entries, (entry) => entry, file);
  const merged = mergeRepeated(entries).entries;
  const readings = merged.filter((entry): entry is Reading => !isUnusable(entry));
  const sorted = readings.toSorted(byValue);
  const value = (reading: Reading | undefined): string | null =>
    reading === undefined ? null : `${shownExact(reading)} ${CHANNEL[channel].symbol}`;
  const shown = [...merged.slice(0, 3), ...merged.slice(3).slice(-1)];
  return {
    ...{ tag, serial: serial ?? null, readings: readings.length, unusable: merged.length - readings.length },
    span: shownSpan(merged, timeOf),
    ...{ lowest: value(sorted.at(0)), highest: value(sorted.at(-1)) },
    shown: shown.map((entry) => {
      const says = isUnusable(entry) ? `not good: ${entry.quality}` : (value(entry) ?? "");
      return `${noun} ${entry.line}: ${timeOf(entry)} ${says}`;
    }),
  };
}

function byValue(one: Reading, other: Reading): number {
  const [a, b] = one.value === other.value ? [one.finer ?? 0n, other.finer ?? 0n] : [one.value, other.value];
  return a < b ? -1 : a > b ? 1 : 0;
}

function timeOf({ time, micros }: Reading | Unusable): string {
  const fraction = micros === undefined ? "" : `.${micros.toString().padStart(6, "0").replace(/0+$/, "")}`;
  return formatTime(time).replace("Z", `${fraction}Z`);
}
