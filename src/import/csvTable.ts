import { isUtf8 } from "node:buffer";
import { CsvError, parse } from "csv-parse/sync";
import { inputError, type BatchproofError } from "../errors.ts";

/** Nothing that is read here has longer lines; an unclosed quote is found after so much instead of at the end of the file. */
const MAX_LINE = 1000;

/** One line of a table: its number in the file, and its cells by their columns. */
export type CsvLine<C extends string> = Readonly<Record<C, string>> & { readonly line: number };

/**
 * Reads a CSV file: UTF-8, commas, one header line that names these columns in any order and no others, then as many cells
 * in every line. Each line is given to `take` as it comes and not kept, so a file costs no more than what is taken of it.
 * What `take` throws ends the reading.
 * Errors, with file:line where there is one: `csv-encoding` (not UTF-8), `csv-cut-off` (no line end at the end),
 * `csv-header`, `csv-columns` (a line with more or fewer fields), `csv-syntax` (stray quote or carriage return, or a line of
 * over 1,000 characters).
 */
export function readCsv<C extends string>(
  bytes: Uint8Array,
  file: string,
  columns: readonly C[],
  take: (line: CsvLine<C>) => void,
): void {
  refuseEncoding(bytes, file);
  refuseLoneReturn(bytes, file);
  let header: readonly C[] | undefined;
  try {
    parse(bytes, {
      bom: true,
      delimiter: ",",
      record_delimiter: ["\r\n", "\n"],
      max_record_size: MAX_LINE,
      on_record: (cells: string[], { lines: line }) => {
        if (header === undefined) header = readHeader(cells, columns, `${file}:${line}`);
        else take(lineOf(cells, header, line));
        return null;
      },
    });
  } catch (error) {
    throw error instanceof CsvError ? csvError(error, columns.length, file) : error;
  }
}

function refuseEncoding(bytes: Uint8Array, file: string): void {
  if (!isUtf8(bytes)) {
    throw inputError("The file is not UTF-8 text.", {
      place: file,
      remedy: "Export it as CSV in UTF-8.",
      code: "csv-encoding",
    });
  }
  if (bytes.at(-1) !== LINE_FEED) {
    throw inputError("The last line has no line end: the file may be cut off.", {
      place: file,
      remedy: "Export or copy it again.",
      code: "csv-cut-off",
    });
  }
}

const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/**
 * Some take a carriage return without a line feed for the end of a line, others do not: two readers would see other lines,
 * and other line numbers. Error `csv-syntax`. `bytes` are text in UTF-8.
 */
export function refuseLoneReturn(bytes: Uint8Array, file: string): void {
  for (let at = bytes.indexOf(RETURN); at >= 0; at = bytes.indexOf(RETURN, at + 1)) {
    if (bytes[at + 1] === LINE_FEED) continue;
    let line = 1;
    for (const byte of bytes.subarray(0, at)) if (byte === LINE_FEED) line++;
    throw inputError("A carriage return stands here without a line feed: whether a line ends is not clear.", {
      place: `${file}:${line}`,
      remedy: "Export again with CRLF or LF at the end of each line.",
      code: "csv-syntax",
    });
  }
}

/** The columns as the file orders them. */
function readHeader<C extends string>(cells: readonly string[], columns: readonly C[], place: string): readonly C[] {
  const isColumn = (cell: string): cell is C => (columns as readonly string[]).includes(cell);
  const header = cells.filter(isColumn);
  if (cells.length === columns.length && columns.every((column) => header.includes(column))) return header;
  throw inputError(`The first line does not name the columns ${columns.join(", ")} and no others.`, {
    place,
    remedy: `Export these ${columns.length} columns, separated by commas: no other column is read, and none is left unread.`,
    code: "csv-header",
  });
}

function lineOf<C extends string>(cells: readonly string[], header: readonly C[], line: number): CsvLine<C> {
  const named = Object.fromEntries(header.map((column, i) => [column, cells[i] ?? ""])) as Record<C, string>;
  return { ...named, line };
}

function csvError({ code, lines }: CsvError, columns: number, file: string): BatchproofError {
  const place = typeof lines === "number" ? `${file}:${lines}` : file;
  if (code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH") {
    return inputError(`This line has not the ${columns} fields of the first line.`, {
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

/** Foreign text for a message: short, and on one line. */
export function shown(text: string): string {
  const printable = text.replace(/\p{C}/gu, "?");
  return printable.length > 24 ? `${printable.slice(0, 24)}...` : printable;
}
