import { commandOf } from "../../commandLine.ts";
import { inputError } from "../../errors.ts";
import { CHANNEL, CHANNELS, type ChannelName } from "../../formats/constants.ts";
import { formatTime } from "../../input/times.ts";
import { HISTORIAN_COLUMNS } from "../csvColumns.ts";
import { readCsv, shown } from "../csvTable.ts";
import { UNITS } from "../exact.ts";
import { LONG_FORM, shippedProfile } from "../table/shipped.ts";
import { readTable, type Table } from "../table/table.ts";
import { quantityOf } from "../values.ts";
import {
  inspectEntries,
  refusalOf,
  registering,
  type InspectedSeries,
  type Inspection,
  type InspectRequest,
  type Refusal,
} from "./inspection.ts";

/** By which `import csv` reads. */
const PROFILE = shippedProfile(LONG_FORM);

/** What the lines of a tag say before times and values are looked at. */
interface TagFacts {
  readonly line: number;
  /** Of the first line. */
  readonly unit: string;
  readonly qualities: Map<string, number>;
  lines: number;
}

/** A CSV file in long form. Errors: those of `readCsv`; `csv-tag` (not in the file); those of `readTables`. */
export function inspectHistorian(bytes: Uint8Array, file: string, { tag }: InspectRequest): Inspection {
  const tags = tagsOf(bytes, file);
  if (tag !== undefined && !tags.has(tag)) {
    throw inputError("The file has no entry of this tag.", { place: file, code: "csv-tag" });
  }
  const wanted = new Map([...tags].filter(([name]) => tag === undefined || name === tag));
  const { table, refusals } = readTables(bytes, file, wanted);
  let end = 0;
  for (const { entries } of table.series.values()) end = Math.max(end, entries.at(-1)?.time ?? 0);
  const series = [...wanted].map(([name, facts]) => inspectTag(name, facts, table, refusals.get(name), end, file));
  return {
    form: "CSV in long form: timestamp, tag, value, quality, unit",
    facts: [
      "signed: NOT by the device; nothing in this file is, and the source alone vouches for it",
      `clock: ${table.clock}`,
      "device: the file names none; write it as it stands on the device, and everywhere alike",
      ...(table.isReversed ? ["order: newest first, read backwards"] : []),
      `tags: ${tags.size}`,
    ],
    series,
    commands: commandsOf(file, series, tags.size),
  };
}

/** Every tag of the file, in its order. */
function tagsOf(bytes: Uint8Array, file: string): Map<string, TagFacts> {
  const tags = new Map<string, TagFacts>();
  readCsv(bytes, file, HISTORIAN_COLUMNS, ({ line, tag, unit, quality }) => {
    const known = tags.get(tag) ?? { line, unit, qualities: new Map<string, number>(), lines: 0 };
    tags.set(tag, known);
    known.lines++;
    known.qualities.set(quality, (known.qualities.get(quality) ?? 0) + 1);
  });
  return tags;
}

/** So many tags that cannot be read are told apart; each costs another reading of the file. */
const MOST_REFUSED = 8;

/**
 * The tags that can be read, and why the others cannot. Errors: that of the file, where it is of no tag, or of too many.
 */
function readTables(
  bytes: Uint8Array,
  file: string,
  wanted: ReadonlyMap<string, TagFacts>,
): { readonly table: Table; readonly refusals: ReadonlyMap<string, Refusal> } {
  const refusals = new Map<string, Refusal>();
  const channels = new Map<string, ChannelName>();
  for (const [name, { unit, line }] of wanted) {
    const channel = widestOf(channelsOf(unit));
    if (channel !== undefined) channels.set(name, channel);
    else refusals.set(name, unknownUnit(unit, `${file}:${line}`));
  }
  for (let refused = 0; ; refused++) {
    const read: Table[] = [];
    const refusal = refusalOf(() => {
      read.push(readTable(bytes, file, PROFILE, {}, (name) => channels.get(name)));
    });
    const [table] = read;
    if (table !== undefined) return { table, refusals };
    const culprit = refusal === undefined ? undefined : tagOfLine(bytes, file, refusal.place);
    if (refusal === undefined || culprit === undefined || refused === MOST_REFUSED || !channels.delete(culprit)) {
      const { message = "", place = file, remedy = "" } = refusal ?? {};
      throw inputError(message, { place, remedy, code: "inspect-form" });
    }
    refusals.set(culprit, refusal);
  }
}

/** The tag of the line that a place names. */
function tagOfLine(bytes: Uint8Array, file: string, place: string): string | undefined {
  let found: string | undefined;
  readCsv(bytes, file, HISTORIAN_COLUMNS, ({ line, tag }) => {
    if (place === `${file}:${line}`) found = tag;
  });
  return found;
}

/** `end`: the last time of all tags. */
function inspectTag(
  name: string,
  { unit, qualities, lines }: TagFacts,
  { series }: Table,
  refused: Refusal | undefined,
  end: number,
  file: string,
): InspectedSeries {
  const channels = channelsOf(unit);
  const channel = widestOf(channels);
  const facts = {
    name,
    channels,
    unit: shown(unit),
    symbol: channel === undefined ? "" : CHANNEL[channel].symbol,
    qualities: [...qualities].map(([word, entries]) => ({ word: shown(word), entries })),
    show: formatTime,
    end,
  };
  const found = inspectEntries(series.get(name)?.entries ?? [], facts, file);
  const reason = refused ?? found.refused;
  return { ...found, entries: lines, ...(reason && { refused: reason }) };
}

const DEVICE = "VENDOR|MODEL|SERIAL";

/** One for each tag, and for several also one that reads them together, as a claim of process parameters wants it. */
function commandsOf(file: string, series: readonly InspectedSeries[], tags: number): string[] {
  const readable = series.filter(({ refused }) => refused === undefined);
  const importing = (words: readonly string[]): string =>
    commandOf(
      ...["import", "csv", file, ...words, "--device", DEVICE],
      ...["--into", "DIR", "--claim", "STAGE/CLAIM", "--source", "KEYFILE"],
    );
  const together = readable.flatMap(({ name, channels: [channel, another] }) => [
    "--tag",
    `${channel === undefined || another !== undefined ? "CHANNEL" : channel}=${name}`,
  ]);
  return [
    registering(DEVICE),
    ...readable.map(({ name }) => importing(tags === 1 ? [] : ["--tag", name])),
    ...(readable.length > 1 && readable.length <= CHANNELS ? [importing(together)] : []),
  ];
}

/** The channels that may be measured in a unit, as the profile spells it. */
function channelsOf(unit: string): readonly ChannelName[] {
  const { units = {} } = PROFILE.profile;
  const name = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return name === undefined ? [] : UNITS[name].channels;
}

/** Read as the one with the widest range, a series shows every reading that it has as any of them. */
function widestOf(channels: readonly ChannelName[]): ChannelName | undefined {
  const width = (name: ChannelName): bigint => quantityOf(name).high - quantityOf(name).low;
  return channels.toSorted((a, b) => Number(width(b) - width(a)))[0];
}

function unknownUnit(unit: string, place: string): Refusal {
  const spelled = Object.keys(PROFILE.profile.units ?? {}).join(", ");
  return {
    code: "unit",
    message: `No channel is measured in "${shown(unit)}".`,
    place,
    remedy: `Known are ${spelled}.`,
  };
}
