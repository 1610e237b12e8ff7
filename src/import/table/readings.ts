import type { ChannelName } from "../../formats/constants.ts";
import { inputError, type BatchproofError } from "../../errors.ts";
import { CHANNEL_WORDS, channelNamed } from "../../formats/channels.ts";
import { toHex } from "../../formats/field.ts";
import type { HowRead } from "../../formats/howRead.ts";
import type { DeviceId } from "../../formats/identity.ts";
import { formatOffset, formatTime } from "../../input/times.ts";
import { shownSpan, type SamplesReader, type SeriesReader } from "../loggerSeries.ts";
import {
  isUnusable,
  mergeRepeated,
  microsBetween,
  refuseBackward,
  shownRepeated,
  type Entry,
  type Reading,
  type SampleReading,
  type Unusable,
} from "../series.ts";
import { shown } from "../csvTable.ts";
import { shownUnit } from "../exact.ts";
import type { ParsedProfile } from "./profile.ts";
import { readTable, type Table, type TagSeries, type ToldClock, type ToldUnit } from "./table.ts";

/** What is told about a table, besides its profile. */
export interface ToldTable extends ToldClock {
  /** Under which the device is registered; a serial number that the file says must be its. */
  readonly device: DeviceId;
}

/**
 * A reader of tables for the readings of one tag, or one column of values (undefined: the file's only one). Errors, with
 * file:line: those of `readTable`; `csv-tag` (not in the file, or not chosen), `device-serial`.
 */
export function tableReader(
  profile: ParsedProfile,
  tag: string | undefined,
  channel: ChannelName,
  told: ToldTable,
): SeriesReader {
  return (bytes, file) => {
    const { table, chosen } = chosenOf(bytes, file, profile, told, tag, channel);
    const series = table.series.get(chosen) ?? { entries: [] };
    refuseOtherDevice(series, told.device, file);
    const { entries } = series;
    return {
      ...{ channel, device: told.device, tag: chosen, entries, zoneChanged: table.zoneChanged, profile },
      how: howRead(tag === undefined ? [] : [tag], told),
      facts: [
        `read: ${shownTag(chosen)} of a table, ${shownDevice(told.device)}`,
        ...shownFacts(profile, table, [{ tag: chosen, channel, ...series }], entries, "entries"),
      ],
    };
  };
}

/** A table of which one tag was read, and which. Error `csv-tag`: the file has not exactly the tags to choose it from. */
function chosenOf(
  bytes: Uint8Array,
  file: string,
  profile: ParsedProfile,
  told: ToldTable,
  tag: string | undefined,
  channel: ChannelName,
): { readonly table: Table; readonly chosen: string } {
  let chosen = tag;
  try {
    const table = readTable(bytes, file, profile, told, (each) => (each === (chosen ??= each) ? channel : undefined));
    refuseOtherTags(table.tags, tag, file);
    return { table, chosen: chosen ?? "" };
  } catch (error) {
    // Whoever has named no tag of several learns that first, not what is wrong with a line of one that was not meant.
    if (tag === undefined) refuseOtherTags(readTable(bytes, file, profile, told, () => undefined).tags, tag, file);
    throw error;
  }
}

/**
 * A reader of tables for several tags of a device, one for each channel, sampled together: every time of a mapped tag is a
 * time of all of them. The lines may be ordered by time or by tag. A sample with an entry that is not good is unusable;
 * `cutToWindow` refuses it where the stage needs it.
 * @param tags tag of each channel, by the channel's code
 * Errors: `channels` (no such channel), `channel-tags` (no tag, or one for two channels); with file:line those of
 * `readTable`, `csv-tag` (not in the file), `device-serial`, `time-backward` (within a tag). A time that not every tag has is unusable.
 */
export function samplesTableReader(
  profile: ParsedProfile,
  tags: ReadonlyMap<number, string>,
  told: ToldTable,
): SamplesReader {
  const mapped = [...tags]
    .sort(([a], [b]) => a - b)
    .map(([code, tag]): MappedTag => ({ code, channel: channelNamed(code), tag }));
  refuseSharedTags(mapped);
  return (bytes, file) => {
    const channels = new Map(mapped.map(({ tag, channel }) => [tag, channel]));
    const table = readTable(bytes, file, profile, told, (tag) => channels.get(tag));
    const series = mapped.map(({ tag, channel }): NamedSeries => {
      const found = table.series.get(tag);
      if (found === undefined) {
        throw tagError(`The file has no entry of the tag for ${CHANNEL_WORDS[channel]}`, table.tags, file);
      }
      refuseOtherDevice(found, told.device, file);
      return { tag, channel, ...found };
    });
    const { entries, repeated } = sampledTogether(series, file);
    return {
      ...{ device: told.device, entries, zoneChanged: table.zoneChanged, profile },
      how: howRead(
        mapped.map(({ channel, tag }) => `${channel}=${tag}`),
        told,
      ),
      channels: mapped.map(({ code }) => BigInt(code)),
      facts: [
        `read: of a table, ${shownDevice(told.device)}: ` +
          mapped.map(({ channel, tag }) => `${CHANNEL_WORDS[channel]} from ${shownTag(tag)}`).join(", "),
        ...shownFacts(profile, table, series, entries, "samples"),
        ...shownRepeated(repeated),
      ],
    };
  };
}

interface MappedTag {
  readonly code: number;
  readonly channel: ChannelName;
  readonly tag: string;
}

interface NamedSeries extends TagSeries {
  readonly tag: string;
  readonly channel: ChannelName;
}

/** What was told, as a record keeps it. */
function howRead(tags: readonly string[], { offset, zone }: ToldTable): HowRead {
  return {
    format: "table",
    ...(tags.length === 0 ? {} : { tags }),
    ...(offset === undefined ? {} : { offset: formatOffset(offset) }),
    ...(zone === undefined ? {} : { zone }),
  };
}

const SHOWN_TAGS = 20;

function refuseOtherTags(tags: Table["tags"], wanted: string | undefined, file: string): void {
  if (wanted === undefined ? tags.size === 1 : tags.has(wanted)) return;
  const problem = wanted === undefined ? "The file has not exactly one tag" : "The file has no entry of this tag";
  throw tagError(problem, tags, file);
}

/** Error `csv-tag`: what is wrong, and which tags the file has. */
export function tagError(problem: string, tags: Table["tags"], file: string): BatchproofError {
  const names = [...tags.keys()];
  const more = names.length > SHOWN_TAGS ? ` and ${names.length - SHOWN_TAGS} more` : "";
  const found = names.length === 0 ? "none" : `${names.slice(0, SHOWN_TAGS).join(", ")}${more}`;
  return inputError(`${problem}; its tags are: ${found}.`, {
    place: file,
    remedy: "Choose one of them with --tag.",
    code: "csv-tag",
  });
}

function refuseOtherDevice({ serial }: TagSeries, device: DeviceId, file: string): void {
  if (serial === undefined || serial === device.serial) return;
  throw inputError(`The file says serial number "${shown(serial)}"; the device was given with "${device.serial}".`, {
    place: file,
    remedy: "Name the device that the file is of, as it is registered.",
    code: "device-serial",
  });
}

function refuseSharedTags(mapped: readonly MappedTag[]): void {
  if (mapped.length > 0 && new Set(mapped.map(({ tag }) => tag)).size === mapped.length) return;
  throw inputError("Every channel needs a tag of its own.", {
    remedy: "Name one tag of the file for each channel of the rule.",
    code: "channel-tags",
  });
}

/** The samples in the order of time: each tag's times ascend, and all tags have the same ones. */
function sampledTogether(
  found: readonly NamedSeries[],
  file: string,
): { readonly entries: (SampleReading | Unusable)[]; readonly repeated: number } {
  let repeated = 0;
  const series = found.map(({ entries, ...named }): NamedSeries => {
    refuseBackward(entries, (entry) => entry, file);
    const merged = mergeRepeated(entries);
    repeated += merged.repeated;
    return { ...named, entries: merged.entries };
  });
  const samples = Map.groupBy(
    series.flatMap(({ tag, entries }) => entries.map((entry) => ({ tag, entry }))),
    ({ entry }) => instantOf(entry),
  );
  const together = [...samples.values()].flatMap((found): (SampleReading | Unusable)[] => {
    const [first] = found;
    if (first === undefined) return [];
    if (found.length !== series.length) {
      const missing = series.filter(({ tag }) => found.every((each) => each.tag !== tag)).map(({ tag }) => tag);
      const { line, time, micros } = first.entry;
      const at = { line, time, ...(micros === undefined ? {} : { micros }) };
      return [{ ...at, quality: missing.join(", "), code: "sample-incomplete" }];
    }
    const entries = found.map(({ entry }) => entry);
    const unusable = entries.find(isUnusable);
    return [
      unusable ??
        sampleOf(
          first.entry,
          entries.flatMap((entry) => (isUnusable(entry) ? [] : [entry])),
        ),
    ];
  });
  return { entries: together.sort((a, b) => microsBetween(b, a)), repeated };
}

/** Seconds and millionths as one text: a key of a time. */
function instantOf({ time, micros = 0 }: Entry): string {
  return `${time}.${micros}`;
}

function sampleOf({ line, time, micros }: Entry, readings: readonly Reading[]): SampleReading {
  const values = readings.map(({ value }) => value);
  const isWhole = readings.every(({ finer }) => finer === undefined);
  return {
    ...{ line, time, values },
    ...(micros === undefined ? {} : { micros }),
    ...(isWhole ? {} : { finer: readings.map(({ finer = 0n }) => finer) }),
  };
}

/** A unit, what says it, and whether it is another one than the record's. */
export function shownToldUnit({ unit, spelled, from }: ToldUnit, channel: ChannelName): string {
  const { symbol, isOther } = shownUnit(unit, channel);
  const what = spelled === undefined || spelled === symbol ? symbol : `"${shown(spelled)}" read as ${symbol}`;
  const silent = spelled === undefined ? "; the file does not say it" : "";
  return `${what}, by ${from}${silent}${isOther ? ", converted exactly" : ""}`;
}

/** Whether the file says of which device it is; one that says another was refused. */
function shownSerial(series: readonly TagSeries[]): string {
  const silent = series.filter(({ serial }) => serial === undefined).length;
  if (silent === 0) return "serial number: the file says that of the device";
  const part = silent === series.length ? "" : ` for ${silent} of ${series.length} tags`;
  return `serial number: the file does not say it${part}; the source alone says which device this is`;
}

function shownTag(tag: string): string {
  return `tag ${tag}`;
}

/** "given as Vaisala, RFL100, serial S1": the device that the user named. */
function shownDevice({ vendor, model, serial }: DeviceId): string {
  return `given as ${vendor}, ${model}, serial ${serial}`;
}

/** What every summary of a table says. */
function shownFacts(
  { profile: { name }, hash }: ParsedProfile,
  { tags, events, clock, taken, isReversed, after }: Table,
  series: readonly NamedSeries[],
  entries: readonly (Entry | Unusable)[],
  noun: string,
): string[] {
  const unusable = entries.filter(isUnusable).length;
  const wanted = series.reduce((sum, each) => sum + each.entries.length, events);
  const others = [...tags.values()].reduce((sum, count) => sum + count, -wanted);
  return [
    `profile: ${name}, ${toHex(hash)}`,
    "signed: NOT by the device; nothing in this file is, and the source alone vouches for it",
    ...series.flatMap(({ tag, channel, unit }) =>
      unit === undefined
        ? []
        : [`unit${series.length === 1 ? "" : ` of ${shownTag(tag)}`}: ${shownToldUnit(unit, channel)}`],
    ),
    shownSerial(series),
    `${noun}: ${entries.length}, ${shownSpan(entries, ({ time }) => formatTime(time))}; not good or without a value: ${unusable}; ` +
      `of other tags or columns, left out: ${others}`,
    ...(events === 0 ? [] : [`events of the device, without a value: ${events}, left out`]),
    ...(after === undefined ? [] : [`lines after the table, passed over: ${after.count}, from line ${after.from}`]),
    ...(isReversed ? ["order: newest first, read backwards"] : []),
    ...(taken.length === 0 ? [] : [`the file says: ${taken.join(", ")}`]),
    `clock: ${clock}`,
  ];
}
