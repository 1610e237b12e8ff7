import type { ErrorCode } from "../errorCodes.ts";
import { inputError, type BatchproofError } from "../errors.ts";

/** A value with the place it was read from. */
export interface Field {
  readonly text: string;
  /** file:line */
  readonly place: string;
}

/** One line of a table: its cells, without the leading tab. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly line: number;
  readonly place: string;
}

interface Line {
  readonly number: number;
  /** Without indentation. */
  readonly text: string;
  readonly children: Line[];
}

/**
 * A text of `key: value` lines, nested by one space of indentation a level, with tables of tab-led lines. The reader
 * takes each line it knows; whatever is left when a section closes is refused, so nothing in a file goes unread.
 * Error of every method: `syntax`, the code given to `readOutline`, with file:line.
 */
export class Section {
  readonly #origin: Origin;
  /** The line that opened the section; 1 for the whole file. */
  readonly #line: number;
  readonly #left: Set<Line>;

  constructor(origin: Origin, line: number, children: readonly Line[]) {
    this.#origin = origin;
    this.#line = line;
    this.#left = new Set(children);
  }

  get place(): string {
    return `${this.#origin.file}:${this.#line}`;
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  /** The value of a line `key: value`, or undefined where there is no such line. */
  maybe(key: string): Field | undefined {
    const line = this.#find(key);
    if (line === undefined) return undefined;
    const rest = line.text.slice(key.length + 1);
    if (line.children.length > 0 || (rest !== "" && !rest.startsWith(" "))) throw this.#unknown(line);
    this.#left.delete(line);
    return { text: rest.slice(1), place: this.#placeOf(line) };
  }

  /** The value of a line `key: value` that must be there. */
  take(key: string): Field {
    const field = this.maybe(key);
    if (field === undefined) throw this.#missing(key);
    return field;
  }

  /** The section under a line `key:`, read to its last line; undefined where there is none. */
  maybeInside<T>(key: string, read: (section: Section) => T): T | undefined {
    const line = this.#find(key);
    return line === undefined ? undefined : this.#open(line, `${key}:`, read);
  }

  inside<T>(key: string, read: (section: Section) => T): T {
    const line = this.#find(key);
    if (line === undefined) throw this.#missing(key);
    return this.#open(line, `${key}:`, read);
  }

  /** Every section under a line that is a number and a colon, in the file's order; no number twice. */
  numbered<T>(read: (number: number, section: Section) => T): T[] {
    const seen = new Set<string>();
    const lines = [...this.#left].filter((line) => /^\d{1,6}:$/.test(line.text));
    return lines.map((line) => {
      if (seen.has(line.text)) throw this.#unknown(line);
      seen.add(line.text);
      return this.#open(line, line.text, (section) => read(Number.parseInt(line.text, 10), section));
    });
  }

  /** Every line that starts with `key:` and holds several fields: `key: value, other: value`. */
  groups<T>(key: string, read: (group: Section) => T): T[] {
    return [...this.#left].filter((line) => startsWith(line, key)).map((line) => this.#split(line, read));
  }

  /** The one line that starts with `key:` and holds several fields; undefined where there is none. */
  maybeGroup<T>(key: string, read: (group: Section) => T): T | undefined {
    const line = this.#find(key);
    return line === undefined ? undefined : this.#split(line, read);
  }

  group<T>(key: string, read: (group: Section) => T): T {
    const line = this.#find(key);
    if (line === undefined) throw this.#missing(key);
    return this.#split(line, read);
  }

  /** Every tab-led line. */
  rows(): TableRow[] {
    const lines = [...this.#left].filter((line) => line.text.startsWith("\t"));
    return lines.map((line) => {
      this.#left.delete(line);
      return { cells: line.text.slice(1).split("\t"), line: line.number, place: this.#placeOf(line) };
    });
  }

  /** Refuses what nobody took. */
  close(): void {
    for (const line of this.#left) throw this.#unknown(line);
  }

  #find(key: string): Line | undefined {
    for (const line of this.#left) if (startsWith(line, key)) return line;
    return undefined;
  }

  #open<T>(line: Line, text: string, read: (section: Section) => T): T {
    if (line.text !== text) throw this.#unknown(line);
    return this.#read(line, line.children, read);
  }

  #split<T>(line: Line, read: (group: Section) => T): T {
    if (line.children.length > 0) throw this.#unknown(line);
    const fields = line.text.split(", ").map((text) => ({ number: line.number, text, children: [] }));
    return this.#read(line, fields, read);
  }

  #read<T>(line: Line, children: readonly Line[], read: (section: Section) => T): T {
    this.#left.delete(line);
    const section = new Section(this.#origin, line.number, children);
    const result = read(section);
    section.close();
    return result;
  }

  #placeOf(line: Line): string {
    return `${this.#origin.file}:${line.number}`;
  }

  #missing(key: string): BatchproofError {
    return inputError(`"${key}:" is missing here.`, { place: this.place, code: this.#origin.syntax });
  }

  #unknown(line: Line): BatchproofError {
    return inputError("This line is not known here, or stands here twice.", {
      place: this.#placeOf(line),
      remedy: "The format of this device is not supported yet; nothing was imported.",
      code: this.#origin.syntax,
    });
  }
}

interface Origin {
  readonly file: string;
  readonly syntax: ErrorCode;
}

function startsWith(line: Line, key: string): boolean {
  return line.text.startsWith(`${key}:`);
}

/**
 * Reads a whole outline: UTF-8, CRLF at the end of each line, no other control character than the tabs of tables.
 * `syntax` is the code of every error.
 */
export function readOutline<T>(bytes: Uint8Array, file: string, syntax: ErrorCode, read: (root: Section) => T): T {
  const origin = { file, syntax };
  const root = new Section(origin, 1, nest(splitLines(bytes, origin), origin));
  const result = read(root);
  root.close();
  return result;
}

function splitLines(bytes: Uint8Array, { file, syntax }: Origin): string[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw inputError("The file is not UTF-8 text.", { place: file, code: syntax, cause });
  }
  const lines = text.split("\r\n");
  if (lines.pop() !== "") {
    throw inputError("The last line is cut off.", { place: `${file}:${lines.length + 1}`, code: syntax });
  }
  return lines;
}

/** Hangs each line under the nearest line above it with one space less; table rows hang under the open section. */
function nest(lines: readonly string[], { file, syntax }: Origin): Line[] {
  const open: Line[][] = [[]];
  lines.forEach((whole, index) => {
    const text = whole.replace(/^ +/, "");
    const isRow = whole.startsWith("\t");
    const depth = isRow ? 1 : whole.length - text.length;
    const siblings = open[depth];
    if (
      text === "" ||
      siblings === undefined ||
      /[\x00-\x08\x0a-\x1f\x7f]/.test(text) ||
      (!isRow && text.includes("\t"))
    ) {
      throw inputError("This line has no place in the file's outline.", {
        place: `${file}:${index + 1}`,
        code: syntax,
      });
    }
    const line: Line = { number: index + 1, text, children: [] };
    siblings.push(line);
    open.length = depth + 1;
    if (!isRow) open.push(line.children);
  });
  return open[0] ?? [];
}
