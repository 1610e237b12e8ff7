import type { ErrorCode } from "../errorCodes.ts";
import { inputError, type BatchproofError } from "../errors.ts";
import { CHANNEL, type ChannelName } from "../formats/constants.ts";
import type { DeviceId } from "../formats/identity.ts";
import { parseMicro } from "../input/quantities.ts";
import { parseTime } from "../input/times.ts";
import { PHYSICAL_RANGE } from "../formats/channels.ts";
import { readCsv, shown, type CsvLine } from "./csvTable.ts";
import type { Reading, Unusable } from "./series.ts";

/*
 * The long form that historians and gateways export: one line an entry, with these five columns:
 *
 *   timestamp  RFC 3339 in whole seconds with its zone: "2022-05-05T16:26:00Z" or "2022-05-05T17:26:00+01:00"
 *   tag        name of the measuring point
 *   value      decimal number with a point
 *   quality    one of GOOD; an entry of any other quality is no reading
 *   unit       one of the channel's UNIT_SPELLINGS
 *
 * Offsets may change in the middle, as where summer time ends; "Z" among them, or a second spelling of the unit, tells
 * of a file put together by hand. Nothing in such a file is signed by a device.
 */
const COLUMNS = ["timestamp", "tag", "value", "quality", "unit"] as const;

/** One line of a tag that was asked for. */
export type HistorianLine = CsvLine<(typeof COLUMNS)[number]>;

/** What of a file was asked for. */
export interface HistorianTable {
  /** Number of lines of each tag of the file. */
  readonly tags: ReadonlyMap<string, number>;
  /** The lines of the wanted tags. */
  readonly lines: readonly HistorianLine[];
}

/**
 * What counts as good: the word, or OPC DA's code 192. Not 193 to 195 (the sensor is at a limit), not 216 (a value
 * entered by hand), and not 0, which is "bad" in OPC DA and "good" in OPC UA.
 */
const GOOD: ReadonlySet<string> = new Set(["good", "Good", "GOOD", "192", "0xC0", "0xc0"]);

/** How a channel's unit may be spelled. Nothing is ever converted; "1" and a blank, which any number has, are no pH. */
export const UNIT_SPELLINGS: Readonly<Record<ChannelName, readonly string[]>> = {
  temperature: ["Cel", "°C", "C", "degC"],
  carbonDioxide: ["%"],
  acidity: ["[pH]", "pH"],
  dissolvedOxygen: ["%"],
  agitation: ["{rpm}", "rpm", "1/min"],
  tilt: ["deg", "°"],
  pressure: ["kPa"],
};

const MAX_TAG = 200;
const SHOWN_TAGS = 20;

/** What every summary of such a file says. */
export const HISTORIAN_FACTS = {
  signed: "signed: NOT by the device; nothing in this file is, and the source alone vouches for it",
  clock: "clock: each line states its own offset from UTC",
} as const;

/**
 * The lines of the wanted tags; of other tags nothing is kept and nothing judged but their form. Errors, with file:line:
 * those of `readCsv`, `csv-tag` (no plain text).
 */
export function readHistorian(bytes: Uint8Array, file: string, wants: (tag: string) => boolean): HistorianTable {
  const tags = new Map<string, number>();
  const lines: HistorianLine[] = [];
  readCsv(bytes, file, COLUMNS, (line) => {
    const count = tags.get(line.tag) ?? 0;
    if (count === 0) refuseTag(line.tag, `${file}:${line.line}`);
    tags.set(line.tag, count + 1);
    if (wants(line.tag)) lines.push(line);
  });
  return { tags, lines };
}

/** A tag is shown to people: no character of it may be invisible or steer a terminal. */
function refuseTag(tag: string, place: string): void {
  if (tag.trim() !== "" && tag.length <= MAX_TAG && !/\p{C}/u.test(tag)) return;
  throw inputError(`A tag is a plain text of up to ${MAX_TAG} characters.`, { place, code: "csv-tag" });
}

/** Error `csv-tag`: what is wrong, and which tags the file has. */
export function tagError(problem: string, tags: HistorianTable["tags"], file: string): BatchproofError {
  const names = [...tags.keys()];
  const more = names.length > SHOWN_TAGS ? ` and ${names.length - SHOWN_TAGS} more` : "";
  const found = names.length === 0 ? "none" : `${names.slice(0, SHOWN_TAGS).join(", ")}${more}`;
  return inputError(`${problem}; its tags are: ${found}.`, {
    place: file,
    remedy: "Choose one of them with --tag.",
    code: "csv-tag",
  });
}

/**
 * The entries of one tag, in its channel's unit. The value of an entry that is not good is not looked at: `cutToWindow`
 * refuses such an entry where the stage needs it.
 * Errors, with file:line: `unit`, `unit-mixed`, `physical-range`, those of `parseTime` and `parseMicro`.
 */
export function readEntries(
  lines: readonly HistorianLine[],
  channel: ChannelName,
  file: string,
): (Reading | Unusable)[] {
  const quantity = quantityOf(channel);
  const entries = lines.map((line) => readEntry(line, quantity, `${file}:${line.line}`));
  refuseMixed(lines, ({ unit }) => unit, "unit-mixed", "Two spellings of the unit", file);
  return entries;
}

interface Quantity {
  readonly symbol: string;
  readonly spellings: readonly string[];
  /** In millionths of the unit. */
  readonly low: bigint;
  readonly high: bigint;
}

function quantityOf(channel: ChannelName): Quantity {
  const [low, high] = PHYSICAL_RANGE[channel];
  return {
    symbol: CHANNEL[channel].symbol,
    spellings: UNIT_SPELLINGS[channel],
    low: parseMicro(low, channel),
    high: parseMicro(high, channel),
  };
}

function readEntry(
  { line, timestamp, value, quality, unit }: HistorianLine,
  { symbol, spellings, low, high }: Quantity,
  place: string,
): Reading | Unusable {
  const time = parseTime(timestamp, place);
  if (!spellings.includes(unit)) {
    throw inputError(`The unit "${shown(unit)}" is not ${symbol}.`, {
      place,
      remedy: `Export in ${symbol}, spelled ${spellings.join(", ")}; a value in another unit is never converted.`,
      code: "unit",
    });
  }
  if (!GOOD.has(quality)) return { line, time, quality: shown(quality) };
  const micro = parseMicro(value, place);
  if (micro >= low && micro <= high) return { line, time, value: micro };
  throw inputError(`No sensor measures ${shown(value)} ${symbol}: this is a mark for a missing value.`, {
    place,
    remedy: "Export such an entry with its true quality.",
    code: "physical-range",
  });
}

/** Error `time-mixed`, with file:line: times with "Z" and with offsets among these lines. */
export function refuseMixedTimes(lines: readonly HistorianLine[], file: string): void {
  refuseMixed(lines, ({ timestamp }) => timestamp.endsWith("Z"), "time-mixed", 'Times with "Z" and with offsets', file);
}

/** Refuses the first line whose form is not that of the line before it. */
function refuseMixed(
  lines: readonly HistorianLine[],
  formOf: (line: HistorianLine) => unknown,
  code: ErrorCode,
  what: string,
  file: string,
): void {
  const odd = lines.find((line, i) => formOf(line) !== formOf(lines[i - 1] ?? line));
  if (odd === undefined) return;
  throw inputError(`${what} stand in one series: it was put together from several exports.`, {
    place: `${file}:${odd.line}`,
    remedy: "Export the whole series once, in one form.",
    code,
  });
}

/** "Vaisala, RFL100, serial S1": the device that the user named. */
export function shownDevice({ vendor, model, serial }: DeviceId): string {
  return `given as ${vendor}, ${model}, serial ${serial}`;
}

/** For the summary: how many entries are not good, and how many lines of the file are of other tags. */
export function shownRest(entries: readonly (object | Unusable)[], { tags, lines }: HistorianTable): string {
  const unusable = entries.filter((entry) => "quality" in entry).length;
  const others = [...tags.values()].reduce((sum, count) => sum + count, -lines.length);
  return `not good: ${unusable}; lines of other tags, left out: ${others}`;
}
