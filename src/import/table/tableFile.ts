import { inputError, type BatchproofError } from "../../errors.ts";

/**
 * A row of a table, the header's too: its cells as text, and its number, by which people find it: of the line in a text
 * file, of the row in a sheet, of the element in a JSON array, of the report in EPCIS; all counted from 1.
 */
export type TakeRow = (cells: readonly string[], row: number) => void;

/** Lines after the table, which are passed over: how many, and the number of the first. */
export interface LinesAfter {
  readonly count: number;
  readonly from: number;
}

/** A file as its layout opens it: whatever the layout, everything after it is the same. */
export interface TableFile {
  /** The lines before the header. */
  readonly before: readonly string[];
  /** Reads header, if the table has one, and rows, in the order of the file. A header that stands nowhere has number 0. */
  readonly read: (take: TakeRow) => void;
  /** The lines after the table; asked after `read`. */
  readonly after?: () => LinesAfter | undefined;
  /** A workbook that counts days from 1904. */
  readonly is1904?: boolean;
  /** What else people should know of the file, for the summary; asked after `read`. */
  readonly says?: () => readonly string[];
}

/** Where a row stands. */
export function placeOf(file: string, row: number): string {
  return row === 0 ? file : `${file}:${row}`;
}

/** Error `csv-columns`: a row has other fields than the table. */
export function columnsError(place: string): BatchproofError {
  return inputError("This line has not as many fields as the table has columns.", {
    place,
    remedy: "Check for a blank line, for a decimal comma, and for another delimiter than the profile's.",
    code: "csv-columns",
  });
}

/** Error `csv-header`: no line is the header line that the profile names. */
export function noHeaderError(file: string): BatchproofError {
  return inputError("The header line that the profile names is not there.", {
    place: file,
    remedy: "Choose the profile of this export.",
    code: "csv-header",
  });
}
