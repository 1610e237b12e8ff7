import { isUtf8 } from "node:buffer";
import { CsvError, parse } from "csv-parse/sync";
import { inputError, type BatchproofError } from "../../errors.ts";
import { refuseLoneReturn, shown } from "../csvTable.ts";
import { MOST_LINES_BEFORE, type DelimitedProfile, type ParsedProfile } from "./profile.ts";
import { columnsError, noHeaderError, type LinesAfter, type TableFile, type TakeRow } from "./tableFile.ts";
import { matchTemplate } from "./template.ts";

/** What of a profile says how its file is a text of lines and fields, of readings or of results. */
export interface TextLayout extends Pick<ParsedProfile, "before" | "hasHeader" | "after"> {
  readonly profile: Pick<DelimitedProfile, "encoding" | "delimiter" | "quote">;
}

/** Nothing has longer lines, but a table with many columns; an unclosed quote is found after so much. */
const MOST_CHARACTERS = 1000;
/** Widest table, and the longest line that is looked at: what is longer is no line of one. */
const MOST_COLUMNS = 1000;
const MOST_LINE = 200_000;

/**
 * Text in lines, by its profile: encoding, what stands before the header and after the table. Errors, with file:line where
 * there is one: `csv-encoding`, `csv-cut-off` (no line end at the end), `csv-syntax` (a stray carriage return), `csv-header` (no header line), `profile-fit` (a line
 * after the table that is none of the profile's); from `read` also `csv-columns` (a line with other fields than the header)
 * and `csv-syntax`.
 */
export function readDelimited(bytes: Uint8Array, file: string, profile: TextLayout): TableFile {
  const text = inUtf8(bytes, profile.profile.encoding, file);
  if (text.at(-1) !== LINE_FEED) {
    throw inputError("The last line has no line end: the file may be cut off.", {
      place: file,
      remedy: "Export or copy it again.",
      code: "csv-cut-off",
    });
  }
  refuseLoneReturn(text, file);
  refuseLongLine(text, file);
  const { before, from } = headerOf(text, profile, file);
  const { end, after } = tableEnd(text, from, before.length + 1, profile, file);
  const read = (take: TakeRow): void => readTable(text.subarray(from, end), before.length, profile, file, take);
  return { before, after: () => after, read };
}

const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** The file in UTF-8 without a byte-order mark: one that is in it is not copied. */
function inUtf8(bytes: Uint8Array, encoding: DelimitedProfile["encoding"], file: string): Buffer {
  const refuse = (problem: string): never => {
    throw inputError(problem, {
      place: file,
      remedy: "Choose the profile of this export, or export in its encoding.",
      code: "csv-encoding",
    });
  };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (encoding === "utf-8") {
    if (!isUtf8(buffer)) refuse("The file is not UTF-8 text.");
    return buffer.subarray(0, 3).equals(Buffer.from("\uFEFF")) ? buffer.subarray(3) : buffer;
  }
  if (encoding === "latin-1") {
    // 0x80 to 0x9F are no characters of Latin-1: where they stand, the file is of another encoding.
    if (buffer.some((byte) => byte >= 0x80 && byte < 0xa0)) refuse("The file is not Latin-1 text.");
    return Buffer.from(buffer.toString("latin1"), "utf8");
  }
  try {
    return Buffer.from(new TextDecoder(encoding, { fatal: true }).decode(buffer), "utf8");
  } catch {
    return refuse(`The file is not ${encoding.toUpperCase()} text.`);
  }
}

/** Before any line is taken out of the bytes: each would be held several times over. */
function refuseLongLine(text: Buffer, file: string): void {
  for (let [at, number] = [0, 1]; at < text.length; number++) {
    const end = text.indexOf(LINE_FEED, at);
    if (end - at > MOST_LINE) throw longError(`${file}:${number}`);
    at = end + 1;
  }
}

/** The line from an index on, without its end, and where the next one begins. */
function lineAt(text: Buffer, from: number): { readonly line: string; readonly next: number } {
  const end = text.indexOf(LINE_FEED, from);
  const last = end > from && text[end - 1] === RETURN ? end - 1 : end;
  return { line: text.toString("utf8", from, last), next: end + 1 };
}

function headerOf(text: Buffer, { before }: TextLayout, file: string): { before: string[]; from: number } {
  const lines: string[] = [];
  let from = 0;
  for (; from < text.length && lines.length <= MOST_LINES_BEFORE;) {
    const { line, next } = lineAt(text, from);
    if ("until" in before ? matchTemplate(before.until, line) !== undefined : lines.length === before.lines) {
      return { before: lines, from };
    }
    lines.push(line);
    from = next;
  }
  throw noHeaderError(file);
}

/** Index of the first line after the table: from there on, every line must be one that the profile expects there. */
function tableEnd(
  text: Buffer,
  from: number,
  first: number,
  { hasHeader, after }: TextLayout,
  file: string,
): { readonly end: number; readonly after: LinesAfter | undefined } {
  let end = text.length;
  if (after.length === 0) return { end, after: undefined };
  let passed: LinesAfter | undefined;
  // The header line is the table's, whatever a template fits.
  const [rows, row] = hasHeader ? [lineAt(text, from).next, first + 1] : [from, first];
  for (let [at, number] = [rows, row]; at < text.length; number++) {
    const { line, next } = lineAt(text, at);
    const isAfter = after.some((template) => matchTemplate(template, line) !== undefined);
    if (isAfter) {
      if (passed === undefined) end = at;
      passed = { count: (passed?.count ?? 0) + 1, from: passed?.from ?? number };
    } else if (passed !== undefined) {
      throw inputError(`After the table stands a line that the profile does not know: "${shown(line)}".`, {
        place: `${file}:${number}`,
        remedy: "Export again, or choose the profile of this export.",
        code: "profile-fit",
      });
    }
    at = next;
  }
  return { end, after: passed };
}

function readTable(
  text: Buffer,
  linesBefore: number,
  { profile: { delimiter, quote } }: TextLayout,
  file: string,
  take: TakeRow,
): void {
  const header = lineAt(text, 0).line;
  // Counted in the text: a cell in quotes may hold a few delimiters, no table comes near the limit.
  if (header.split(delimiter, MOST_COLUMNS + 1).length > MOST_COLUMNS) {
    throw inputError(`A table has at most ${MOST_COLUMNS} columns.`, {
      place: `${file}:${linesBefore + 1}`,
      remedy: "Export fewer measuring points into one file, or choose the profile of this export.",
      code: "csv-header",
    });
  }
  try {
    parse(text, {
      delimiter,
      quote: quote ?? false,
      escape: quote ?? false,
      record_delimiter: ["\r\n", "\n"],
      max_record_size: Math.max(MOST_CHARACTERS, 4 * header.length),
      on_record: (cells: string[], { lines }) => {
        take(cells, linesBefore + lines);
        return null;
      },
    });
  } catch (error) {
    throw error instanceof CsvError ? csvError(error, linesBefore, file) : error;
  }
}

function csvError({ code, lines }: CsvError, linesBefore: number, file: string): BatchproofError {
  const place = typeof lines === "number" ? `${file}:${linesBefore + lines}` : file;
  if (code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH") {
    return columnsError(place);
  }
  return longError(place);
}

function longError(place: string): BatchproofError {
  return inputError("A quote is stray or never closed, or a line is far longer than that of a table.", {
    place,
    remedy: "Export again, or choose the profile of this export.",
    code: "csv-syntax",
  });
}
