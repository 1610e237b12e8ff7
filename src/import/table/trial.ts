import { CHANNEL, type ChannelName } from "../../formats/constants.ts";
import { toHex } from "../../formats/field.ts";
import { bytesHash } from "../../formats/identity.ts";
import { formatTime } from "../../input/times.ts";
import { shownExact } from "../exact.ts";
import { shownSpan } from "../loggerSeries.ts";
import { isUnusable, mergeRepeated, refuseBackward, type Reading, type Unusable } from "../series.ts";
import type { LayoutName, ParsedProfile } from "./profile.ts";
import type { LinesAfter } from "./tableFile.ts";
import { shownToldUnit, tagError } from "./readings.ts";
import { readTable, type Seen, type Table, type TagSeries, type ToldClock } from "./table.ts";

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
  readonly linesBefore: number;
  /** Lines after the table, which are passed over. */
  readonly linesAfter: LinesAfter | null;
  /** Every column of the file, in its order, and what it is taken for. */
  readonly columns: Table["columns"];
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
  /** What says the unit, and what its spelling is read as. */
  readonly unit: string | null;
  /** Words of quality and other cells that decided, how often each, and what it was taken for. */
  readonly words: readonly MetWord[];
  readonly lowest: TriedValue | null;
  readonly highest: TriedValue | null;
  /** The first three and the last one, as they are read. */
  readonly shown: readonly string[];
}

/** A word that decided whether an entry is a reading. */
export interface MetWord {
  readonly word: string;
  readonly means: "good" | "not good" | "no value" | "no value of this channel";
  readonly count: number;
}

/** A value as it is read, and where it stands as what. */
export interface TriedValue {
  readonly value: string;
  readonly line: number;
  readonly cell: string;
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
  const met = new Map<string, Met>();
  const see = (seen: Seen): void => {
    const known = met.get(seen.tag) ?? new Met();
    met.set(seen.tag, known);
    known.take(seen);
  };
  const table = readTable(bytes, file, profile, told, (each) => (wanted(each) ? channel : undefined), { see });
  if (tag !== undefined && !table.tags.has(tag)) throw tagError("The file has no entry of this tag", table.tags, file);
  return {
    ...{ profile: profile.profile.name, profileHash: toHex(profile.hash) },
    ...{ file, bytes: bytes.length, fileHash: toHex(bytesHash(bytes)), channel },
    ...{
      clock: table.clock,
      newestFirst: table.isReversed,
      linesBefore: table.before,
      linesAfter: table.after ?? null,
      columns: table.columns,
    },
    events: table.events,
    tags: [...table.series].map(([name, series]) =>
      triedTag(name, series, met.get(name) ?? new Met(), channel, file, ROW_WORDS[profile.profile.layout]),
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

/** A reading and the cell that it was read from. */
interface Found {
  readonly entry: Reading;
  readonly cell: string;
}

/** What a cell is taken for that gives no reading. */
const MEANING: Readonly<Partial<Record<Unusable["code"], MetWord["means"]>>> = {
  quality: "not good",
  "physical-range": "no value of this channel",
};

/** What decides about a tag, gathered while its lines are read. */
class Met {
  readonly #words = new Map<string, MetWord>();
  lowest: Found | undefined;
  highest: Found | undefined;

  take({ entry, cell, word }: Seen): void {
    if (isUnusable(entry)) {
      this.#count(entry.quality, MEANING[entry.code] ?? "no value");
      return;
    }
    if (word !== undefined) this.#count(word, "good");
    if (this.lowest === undefined || isLess(entry, this.lowest.entry)) this.lowest = { entry, cell };
    if (this.highest === undefined || isLess(this.highest.entry, entry)) this.highest = { entry, cell };
  }

  #count(word: string, means: MetWord["means"]): void {
    const key = `${means} ${word}`;
    this.#words.set(key, { word, means, count: (this.#words.get(key)?.count ?? 0) + 1 });
  }

  get words(): MetWord[] {
    return [...this.#words.values()];
  }
}

function triedTag(
  tag: string,
  { entries, serial, unit }: TagSeries,
  { lowest, highest, words }: Met,
  channel: ChannelName,
  file: string,
  noun: string,
): TriedTag {
  refuseBackward(entries, (entry) => entry, file);
  const merged = mergeRepeated(entries).entries;
  const unusable = merged.filter(isUnusable).length;
  const value = (reading: Reading): string => `${shownExact(reading)} ${CHANNEL[channel].symbol}`;
  const tried = (found: Found | undefined): TriedValue | null =>
    found === undefined ? null : { value: value(found.entry), line: found.entry.line, cell: found.cell };
  const shown = [...merged.slice(0, 3), ...merged.slice(3).slice(-1)];
  return {
    ...{ tag, serial: serial ?? null, readings: merged.length - unusable, unusable },
    span: shownSpan(merged, timeOf),
    ...{ unit: unit === undefined ? null : shownToldUnit(unit, channel), words },
    ...{ lowest: tried(lowest), highest: tried(highest) },
    shown: shown.map((entry) => {
      const says = isUnusable(entry) ? `not good: ${entry.quality}` : value(entry);
      return `${noun} ${entry.line}: ${timeOf(entry)} ${says}`;
    }),
  };
}

function isLess(one: Reading, other: Reading): boolean {
  return one.value === other.value ? (one.finer ?? 0n) < (other.finer ?? 0n) : one.value < other.value;
}

function timeOf({ time, micros }: Reading | Unusable): string {
  const fraction = micros === undefined ? "" : `.${micros.toString().padStart(6, "0").replace(/0+$/, "")}`;
  return formatTime(time).replace("Z", `${fraction}Z`);
}
