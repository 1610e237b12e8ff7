import { isUtf8 } from "node:buffer";
import { CsvError, parse } from "csv-parse/sync";
import { inputError } from "../../errors.ts";
import { shown } from "../csvTable.ts";
import { HISTORIAN_COLUMNS, RESULT_COLUMNS } from "../csvColumns.ts";
import type { DelimitedProfile } from "../table/profile.ts";
import type { Inspection } from "./inspection.ts";
import { formsOf, isLocal, localLongForm, looksLikeNumber, skeletonOf, type Skeleton } from "./skeleton.ts";
import { inspectStructured } from "./structured.ts";

/** So much of a file tells what it looks like, and so many of its lines are shown. */
const LOOKED_AT = 2 ** 16;
const SHOWN_LINES = 4;
const SHOWN_CHARACTERS = 100;

/** What a text looks like. */
interface Looks {
  readonly delimiter: DelimitedProfile["delimiter"];
  /** Lines before the table. */
  readonly before: number;
  /** Of the header line; undefined: the first line of the table looks like the others. */
  readonly header: readonly string[] | undefined;
  readonly rows: readonly (readonly string[])[];
}

/**
 * A file that no profile reads: what it looks like, all of it guessed and called so, and a profile to start from, unless one
 * nearly fits. Error `inspect-form`: it looks like no table.
 */
export function inspectUnknown(bytes: Uint8Array, file: string, unfit: NonNullable<Inspection["unfit"]>): Inspection {
  const structured = inspectStructured(bytes, file, unfit);
  if (structured !== undefined) return structured;
  const { encoding, text, lines, looks } = seenOf(bytes);
  if (looks === undefined && unfit.length === 0) {
    throw inputError(`This is no file that is known; it begins with "${shown(lines[0] ?? "")}".`, {
      place: `${file}:1`,
      remedy:
        "Known are the text exports of Fridge-tags and Q-tags, BatchML, CSV files with the columns " +
        `${HISTORIAN_COLUMNS.join(", ")} or ${RESULT_COLUMNS.join(", ")}, and tables that a profile reads.`,
      code: "inspect-form",
    });
  }
  const skeleton = skeletonBeside(unfit, looks && beginning(looks, encoding, text));
  return {
    form: "a table that no profile reads",
    facts: [
      `encoding, guessed: ${encoding}`,
      ...(looks === undefined ? [] : looksFacts(looks)),
      ...(text.endsWith("\n") || bytes.length > LOOKED_AT
        ? []
        : ["the last line has no line end: `import` refuses such a file, for it may be cut off (csv-cut-off)"]),
      "first lines:",
      ...lines
        .slice(0, SHOWN_LINES)
        .map((line, i) => `  ${i + 1}: ${line.slice(0, SHOWN_CHARACTERS).replace(/\t/g, "→")}`),
      ...(skeleton?.hints ?? []),
    ],
    series: [],
    unfit,
    ...(skeleton && { skeleton: skeleton.profile }),
    commands: [],
  };
}

/** A profile to start from for a table whose times have no zone, where it is in long form: the long form says theirs. */
export function localLongSkeleton(bytes: Uint8Array): object | undefined {
  const { looks } = seenOf(bytes);
  return looks?.header === undefined ? undefined : localLongForm(looks.header, looks.rows);
}

/** Refusals that say nothing more than where the times of a file stand. */
const OF_CLOCKS: ReadonlySet<string> = new Set(["offset-stated", "time-zone"]);

/** The guess, unless a profile nearly fits: what it refuses says more, but where it is only that the file's times are local. */
function skeletonBeside(unfit: NonNullable<Inspection["unfit"]>, guess: Skeleton | undefined): Skeleton | undefined {
  if (unfit.length === 0) return guess;
  const isOfClock = unfit.every(({ refused }) => OF_CLOCKS.has(refused.code));
  return isOfClock && guess !== undefined && isLocal(guess) ? guess : undefined;
}

/** What the beginning of a text looks like. */
function seenOf(bytes: Uint8Array): {
  readonly encoding: DelimitedProfile["encoding"];
  readonly text: string;
  readonly lines: readonly string[];
  readonly looks: Looks | undefined;
} {
  const head = Buffer.from(bytes.subarray(0, LOOKED_AT));
  const encoding = encodingOf(head);
  const text = textOf(head, encoding).replace(/^\uFEFF/, "");
  const lines = text.split(/\r?\n/);
  // The last one may be cut.
  if (lines.length > 1) lines.pop();
  // What has control characters is no text, and no delimiter of it is one.
  const looks = /[\0-\x08\x0e-\x1f]/.test(lines.join("")) ? undefined : looksOf(lines);
  return { encoding, text, lines, looks };
}

function beginning(
  { delimiter, before, header, rows }: Looks,
  encoding: DelimitedProfile["encoding"],
  text: string,
): Skeleton {
  const long = header === undefined ? undefined : localLongForm(header, rows);
  if (long !== undefined) return { profile: long, hints: [] };
  const isComma = delimiter !== "," && rows.some((row) => row.some((cell) => /^[+-]?\d+,\d+$/.test(cell)));
  const layout = {
    ...{ layout: "delimited", encoding, delimiter },
    ...(text.includes('"') ? { quote: '"' } : {}),
    decimal: isComma ? "," : ".",
    ...(header === undefined ? { header: "none" } : {}),
    ...(before === 0 ? {} : { before: { lines: before } }),
  };
  return skeletonOf(layout, header, rows);
}

function looksFacts({ delimiter, before, header, rows }: Looks): string[] {
  const width = header?.length ?? rows[0]?.length ?? 0;
  return [
    `delimiter, guessed: ${delimiter === "\t" ? "tab" : `"${delimiter}"`}, with ${width} columns`,
    header === undefined
      ? `header, guessed: none; the table begins on line ${before + 1}`
      : `header, guessed: line ${before + 1}: ${header.map(shown).join(" | ")}`,
  ];
}

function encodingOf(head: Buffer): DelimitedProfile["encoding"] {
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  // Text in Latin letters has every other byte zero in UTF-16.
  const half = head.length / 4;
  if (head.filter((byte, i) => byte === 0 && i % 2 === 1).length > half) return "utf-16le";
  if (head.filter((byte, i) => byte === 0 && i % 2 === 0).length > half) return "utf-16be";
  const line = head.lastIndexOf(0x0a);
  return isUtf8(line === -1 ? head : head.subarray(0, line)) ? "utf-8" : "latin-1";
}

function textOf(head: Buffer, encoding: DelimitedProfile["encoding"]): string {
  return encoding === "latin-1" ? head.toString("latin1") : new TextDecoder(encoding).decode(head);
}

const DELIMITERS = ["\t", ";", "|", ","] as const;
const MOST_LOOKED_AT = 200;

/** The delimiter that makes most lines alike, of more than one field each. */
function looksOf(lines: readonly string[]): Looks | undefined {
  let best: { readonly looks: Looks; readonly run: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const cells = lines.slice(0, MOST_LOOKED_AT).map((line) => cellsOf(line, delimiter));
    const { from, run } = longestRun(cells);
    if (run < 2 || (best !== undefined && best.run >= run)) continue;
    const table = cells.slice(from, from + run);
    const [first = []] = table;
    const isHeader = !first.some((cell) => looksLikeNumber(cell) || formsOf([cell]).length > 0);
    best = {
      looks: { delimiter, before: from, header: isHeader ? first : undefined, rows: isHeader ? table.slice(1) : table },
      run,
    };
  }
  return best?.looks;
}

function cellsOf(line: string, delimiter: string): string[] {
  try {
    const [cells] = parse(line, { delimiter, relax_quotes: true, relax_column_count: true });
    return cells ?? [];
  } catch (error) {
    // A quote that is never closed.
    if (error instanceof CsvError) return line.split(delimiter);
    throw error;
  }
}

/** The longest run of lines with as many fields, at least two. */
function longestRun(cells: readonly (readonly string[])[]): { readonly from: number; readonly run: number } {
  let found = { from: 0, run: 0 };
  for (let from = 0; from < cells.length;) {
    const width = cells[from]?.length ?? 0;
    let to = from + 1;
    while (to < cells.length && cells[to]?.length === width) to++;
    if (width > 1 && to - from > found.run) found = { from, run: to - from };
    from = to;
  }
  return found;
}
