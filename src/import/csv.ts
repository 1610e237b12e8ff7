import { isUtf8 } from "node:buffer";
import { CsvError, parse } from "csv-parse/sync";
import { inputError, type BatchproofError } from "../errors.ts";
import type { DeviceId } from "../formats/identity.ts";
import { parseMicro } from "../input/quantities.ts";
import { formatTime, parseTime } from "../input/times.ts";
import { shownSpan, type SeriesReader } from "./loggerSeries.ts";
import type { Reading, Unusable } from "./series.ts";

/*
 * The long form that historians and gateways export: UTF-8, commas, one header line that names these five columns in
 * any order and no others, then one line an entry:
 *
 *   timestamp  RFC 3339 in whole seconds with its zone: "2022-05-05T16:26:00Z" or "2022-05-05T17:26:00+01:00"
 *   tag        name of the measuring point
 *   value      decimal number with a point
 *   quality    one of GOOD; an entry of any other quality is no reading
 *   unit       one of CELSIUS
 *
 * Offsets may change in the middle, as where summer time ends; "Z" among them, or a second spelling of the unit, tells
 * of a file put together by hand. Nothing in such a file is signed by a device.
 */
const COLUMNS = ["timestamp", "tag", "value", "quality", "unit"] as const;
type Column = (typeof COLUMNS)[number];

/**
 * What counts as good: the word, or OPC DA's code 192. Not 193 to 195 (the sensor is at a limit), not 216 (a value
 * entered by hand), and not 0, which is "bad" in OPC DA and "good" in OPC UA.
 */
const GOOD: ReadonlySet<string> = new Set(["good", "Good", "GOOD", "192", "0xC0", "0xc0"]);

const CELSIUS: ReadonlySet<string> = new Set(["Cel", "°C", "C", "degC"]);

/** Absolute zero, and more than any logger measures: a value beyond is a mark for "none", such as 9999 or -999. */
const PHYSICAL = { low: -273_150_000n, high: 500_000_000n };

/** No line of five such fields is longer; an unclosed quote is found here instead of at the end of the file. */
const MAX_LINE = 1000;
const MAX_TAG = 200;
const SHOWN_TAGS = 20;

type Line = Readonly<Record<Column, string>> & { readonly line: number };

interface Table {
  /** Lines of each tag. */
  readonly tags: ReadonlyMap<string, number>;
  /** The lines of the wanted tag, or of the first tag where none is wanted. */
  readonly lines: readonly Line[];
}

/**
 * A reader of long-form CSV for one tag (undefined: the file's only one) of a device that the user names. Every line is
 * judged by its form, those of the tag also by time, unit and value; the value of an entry that is not good is not
 * looked at, and `cutToWindow` refuses such an entry where the stage needs it.
 * Errors, with file:line: `csv-encoding` (not UTF-8), `csv-cut-off` (no line end at the end), `csv-header`,
 * `csv-columns` (a line with more or fewer fields), `csv-syntax`, `csv-tag` (not in the file, not chosen, or no plain
 * text), `unit`, `unit-mixed`, `time-mixed`, `physical-range`, those of `parseTime` and `parseMicro`.
 */
export function csvReader(tag: string | undefined, device: DeviceId): SeriesReader {
  return (bytes, file) => {
    const { tags, lines } = readTable(bytes, file, tag);
    refuseOtherTags(tags, tag, file);
    const entries = lines.map((line) => readEntry(line, `${file}:${line.line}`));
    refuseMixed(
      lines,
      ({ timestamp }) => timestamp.endsWith("Z"),
      "time-mixed",
      'Times with "Z" and with offsets',
      file,
    );
    refuseMixed(lines, ({ unit }) => unit, "unit-mixed", "Two spellings of the unit", file);
    const others = [...tags.values()].reduce((sum, count) => sum + count, -lines.length);
    const unusable = entries.filter((entry) => "quality" in entry).length;
    return {
      device,
      entries,
      zoneChanged: false,
      facts: [
        `read: tag ${lines[0]?.tag ?? ""} of a CSV file, given as ${device.vendor}, ${device.model}, serial ${device.serial}`,
        "signed: NOT by the device; nothing in this file is, and the source alone vouches for it",
        `entries: ${entries.length}, ${shownSpan(entries, ({ time }) => formatTime(time))}; not good: ${unusable}; lines of ` +
          `other tags, left out: ${others}`,
        "clock: each line states its own offset from UTC",
      ],
    };
  };
}

function readTable(bytes: Uint8Array, file: string, wanted: string | undefined): Table {
  refuseEncoding(bytes, file);
  const tags = new Map<string, number>();
  const lines: Line[] = [];
  let columns: Record<Column, number> | undefined;
  // Each record is taken as it comes and dropped from the parser's own result: of other tags nothing is kept.
  const take = (cells: readonly string[], line: number): void => {
    const place = `${file}:${line}`;
    if (columns === undefined) {
      columns = readHeader(cells, place);
      return;
    }
    const entry = lineOf(cells, columns, line);
    const count = tags.get(entry.tag) ?? 0;
    if (count === 0) refuseTag(entry.tag, place);
    tags.set(entry.tag, count + 1);
    if (entry.tag === (wanted ?? lines[0]?.tag ?? entry.tag)) lines.push(entry);
  };
  try {
    parse(bytes, {
      bom: true,
      delimiter: ",",
      record_delimiter: ["\r\n", "\n"],
      max_record_size: MAX_LINE,
      on_record: (cells: string[], { lines: line }) => {
        take(cells, line);
        return null;
      },
    });
  } catch (error) {
    throw error instanceof CsvError ? csvError(error, file) : error;
  }
  return { tags, lines };
}

function refuseEncoding(bytes: Uint8Array, file: string): void {
  if (!isUtf8(bytes)) {
    throw inputError("The file is not UTF-8 text.", {
      place: file,
      remedy: "Export it as CSV in UTF-8.",
      code: "csv-encoding",
    });
  }
  if (bytes.at(-1) !== 0x0a) {
    throw inputError("The last line has no line end: the file may be cut off.", {
      place: file,
      remedy: "Export or copy it again.",
      code: "csv-cut-off",
    });
  }
}

function readHeader(cells: readonly string[], place: string): Record<Column, number> {
  if (cells.length !== COLUMNS.length || !COLUMNS.every((column) => cells.includes(column))) {
    throw inputError(`The first line does not name the columns ${COLUMNS.join(", ")} and no others.`, {
      place,
      remedy: "Export these five columns, separated by commas: no other column is read, and none is left unread.",
      code: "csv-header",
    });
  }
  const at = (column: Column): number => cells.indexOf(column);
  return { timestamp: at("timestamp"), tag: at("tag"), value: at("value"), quality: at("quality"), unit: at("unit") };
}

function lineOf(cells: readonly string[], columns: Record<Column, number>, line: number): Line {
  const cell = (column: Column): string => cells[columns[column]] ?? "";
  return {
    line,
    timestamp: cell("timestamp"),
    tag: cell("tag"),
    value: cell("value"),
    quality: cell("quality"),
    unit: cell("unit"),
  };
}

/** A tag is shown to people: no character of it may be invisible or steer a terminal. */
function refuseTag(tag: string, place: string): void {
  if (tag.trim() !== "" && tag.length <= MAX_TAG && !/\p{C}/u.test(tag)) return;
  throw inputError(`A tag is a plain text of up to ${MAX_TAG} characters.`, { place, code: "csv-tag" });
}

function csvError({ code, lines }: CsvError, file: string): BatchproofError {
  const place = typeof lines === "number" ? `${file}:${lines}` : file;
  if (code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH") {
    return inputError(`This line has not the ${COLUMNS.length} fields of the first line.`, {
      place,
      remedy: "Check for a blank line, and for a decimal comma: numbers have a decimal point.",
      code: "csv-columns",
    });
  }
  return inputError(`This is not CSV: a stray or unclosed quote, or a line of more than ${MAX_LINE} characters.`, {
    place,
    code: "csv-syntax",
  });
}

function refuseOtherTags(tags: Table["tags"], wanted: string | undefined, file: string): void {
  if (wanted === undefined ? tags.size === 1 : tags.has(wanted)) return;
  const names = [...tags.keys()];
  const more = names.length > SHOWN_TAGS ? ` and ${names.length - SHOWN_TAGS} more` : "";
  const found = names.length === 0 ? "none" : `${names.slice(0, SHOWN_TAGS).join(", ")}${more}`;
  const problem = wanted === undefined ? "The file has not exactly one tag" : "The file has no entry of this tag";
  throw inputError(`${problem}; its tags are: ${found}.`, {
    place: file,
    remedy: "Choose one of them with --tag.",
    code: "csv-tag",
  });
}

function readEntry({ line, timestamp, value, quality, unit }: Line, place: string): Reading | Unusable {
  const time = parseTime(timestamp, place);
  if (!CELSIUS.has(unit)) {
    throw inputError(`The unit "${shown(unit)}" is not °C.`, {
      place,
      remedy: `Export in °C, spelled ${[...CELSIUS].join(", ")}; a value in another unit is never converted.`,
      code: "unit",
    });
  }
  if (!GOOD.has(quality)) return { line, time, quality: shown(quality) };
  const micro = parseMicro(value, place);
  if (micro >= PHYSICAL.low && micro <= PHYSICAL.high) return { line, time, value: micro };
  throw inputError(`No logger measures ${shown(value)} °C: this is a mark for a missing value.`, {
    place,
    remedy: "Export such an entry with its true quality.",
    code: "physical-range",
  });
}

/** Refuses the first line whose form is not that of the line before it. */
function refuseMixed(
  lines: readonly Line[],
  formOf: (line: Line) => unknown,
  code: string,
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

/** Foreign text for an error message: short, and on one line. */
function shown(text: string): string {
  const printable = text.replace(/\p{C}/gu, "?");
  return printable.length > 24 ? `${printable.slice(0, 24)}...` : printable;
}
