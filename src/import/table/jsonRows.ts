import { inputError, type BatchproofError } from "../../errors.ts";
import { parseJsonTexts, type JsonTexts } from "../../input/json.ts";
import { MOST_LINES_BEFORE, type JsonProfile } from "./profile.ts";
import { type TableFile, type TakeRow } from "./tableFile.ts";

/** More columns, longer pointers and more rows than a table with a profile. */
const MOST_COLUMNS = 256;
const MOST_POINTER = 1000;
const MOST_ROWS = 4_000_000;

/**
 * An array in a JSON document, a row for each element. What stands outside of it are the lines before the table, one a
 * scalar: `/pointer: text`. Errors: those of `parseJsonTexts`; `json-rows` (no array at the pointer, or an element without
 * members), `json-size` (over 256 columns, or 1,000 scalars outside of the array).
 */
export function readJsonArray(bytes: Uint8Array, file: string, { rows: pointer, facts }: JsonProfile): TableFile {
  const root = parseJsonTexts(bytes, file);
  const rows = valueAt(root, pointer);
  if (!Array.isArray(rows)) throw rowsError("There is no array at the profile's pointer", `${file}#${pointer}`);
  const before: string[] = [];
  const outside = new Leaves(file, MOST_LINES_BEFORE, (name, text) => before.push(`${name}: ${text}`));
  if (facts !== undefined) outside.read(root, rows);
  return { before, read: (take) => readRows(rows, file, take) };
}

/**
 * A JSON value a line, a row for each; blank lines are passed over. Errors, with file:line: those of `parseJsonTexts` and
 * of `readJsonArray`.
 */
export function readJsonLines(bytes: Uint8Array, file: string): TableFile {
  return { before: [], read: (take) => readRows(new JsonLines(bytes, file), file, take) };
}

/** The lines of a file, parsed as they are asked for: none is held. */
class JsonLines implements Iterable<JsonTexts | undefined> {
  readonly #bytes: Uint8Array;
  readonly #file: string;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
  }

  *[Symbol.iterator](): Generator<JsonTexts | undefined> {
    for (let [from, line] = [0, 1]; from < this.#bytes.length; line++) {
      const end = this.#bytes.indexOf(0x0a, from);
      const to = end < 0 ? this.#bytes.length : end;
      const bytes = this.#bytes.subarray(from, to);
      yield bytes.every(isBlank) ? undefined : parseJsonTexts(bytes, this.#file, line);
      from = to + 1;
    }
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

/** First the pointers of all rows, which are the header, then each row; what a row has not is blank. */
function readRows(rows: Iterable<JsonTexts | undefined>, file: string, take: TakeRow): void {
  const columns = new Map<string, number>();
  eachLeaf(rows, file, (name) => {
    if (!columns.has(name)) columns.set(name, columns.size);
    if (columns.size > MOST_COLUMNS) throw sizeError(MOST_COLUMNS, "columns", file);
  });
  take([...columns.keys()], 0);
  const blank = new Array<string>(columns.size).fill("");
  let cells = blank.slice();
  eachLeaf(
    rows,
    file,
    (name, text) => {
      cells[columns.get(name) ?? 0] = text;
    },
    (row) => {
      take(cells, row);
      cells = blank.slice();
    },
  );
}

/** Every scalar of every row, and the end of each row. */
function eachLeaf(
  rows: Iterable<JsonTexts | undefined>,
  file: string,
  take: TakeLeaf,
  end: (row: number) => void = () => undefined,
): void {
  let number = 0;
  for (const row of rows) {
    if (++number > MOST_ROWS) throw sizeError(MOST_ROWS, "rows", file);
    if (row === undefined) continue;
    const place = `${file}:${number}`;
    if (row === null || typeof row !== "object") throw rowsError("This is neither an object nor an array", place);
    new Leaves(place, MOST_COLUMNS, take).read(row);
    end(number);
  }
}

type TakeLeaf = (pointer: string, text: string) => void;

/** Goes through the scalars of a value, so many at most. */
class Leaves {
  readonly #place: string;
  readonly #most: number;
  readonly #take: TakeLeaf;
  #count = 0;

  constructor(place: string, most: number, take: TakeLeaf) {
    this.#place = place;
    this.#most = most;
    this.#take = take;
  }

  /** @param except what is passed over */
  read(value: JsonTexts, except?: JsonTexts, pointer = ""): void {
    if (value === except && typeof value === "object") return;
    if (value === null || typeof value !== "object") {
      if (++this.#count > this.#most) throw sizeError(this.#most, "values", this.#place);
      this.#take(pointer, value === null ? "" : String(value));
      return;
    }
    for (const [key, each] of Object.entries(value)) {
      const its = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (its.length > MOST_POINTER) throw sizeError(MOST_POINTER, "characters in a pointer", this.#place);
      this.read(each, except, its);
    }
  }
}

/** The value at an RFC 6901 pointer. */
function valueAt(root: JsonTexts, pointer: string): JsonTexts | undefined {
  let value: JsonTexts | undefined = root;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return undefined;
    value = Array.isArray(value) ? value[/^(0|[1-9]\d*)$/.test(key) ? Number(key) : -1] : value[key];
  }
  return value;
}

function rowsError(problem: string, place: string): BatchproofError {
  return inputError(`${problem}: no rows can be read.`, {
    place,
    remedy: "Choose the profile of this export.",
    code: "json-rows",
  });
}

function sizeError(most: number, what: string, place: string): BatchproofError {
  return inputError(`More than ${most} ${what}.`, {
    place,
    remedy: "Check that this is the right file.",
    code: "json-size",
  });
}
