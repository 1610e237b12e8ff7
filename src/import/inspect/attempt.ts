import { shown } from "../csvTable.ts";
import { openTable } from "../table/layout.ts";
import type { ParsedColumn, ParsedProfile } from "../table/profile.ts";
import type { TableFile, TakeRow } from "../table/tableFile.ts";
import { readTable, type ChannelOfTag, type Table, type TagUnit, type ToldClock } from "../table/table.ts";
import { matchTemplate } from "../table/template.ts";
import { timeFormOf } from "../table/timeForm.ts";
import { refusalOf, type Refusal } from "./inspection.ts";

/** What is seen of a tag while its lines are read. */
export interface TagFacts {
  readonly unit: TagUnit | undefined;
  /** The words for the quality of its entries, with how many have it. */
  readonly qualities: Map<string, number>;
}

/** What a profile makes of a file. */
export interface Attempt {
  /** Absent: the file is refused as a whole. */
  readonly table?: Table;
  /** What the file is refused for. */
  readonly refusal?: Refusal;
  /** What tags are refused for. */
  readonly refusals: ReadonlyMap<string, Refusal>;
  readonly tags: ReadonlyMap<string, TagFacts>;
  /** Its header is, for the most part, that of the profile's tables. */
  readonly isOfIts: boolean;
}

/** So much of a file is read by every profile. */
const BEGINNING_BYTES = 2 ** 16;
const LINE_FEED = 0x0a;

/** The beginning of a file, in whole lines, in the encoding of a profile; all of a short file whose last line is whole. */
export function beginningOf(bytes: Uint8Array, { profile }: ParsedProfile): Uint8Array {
  // Of a workbook or a JSON document no beginning can be read.
  if (profile.layout !== "delimited") return bytes;
  const { encoding } = profile;
  for (let at = Math.min(BEGINNING_BYTES, bytes.length) - 1; at > 0; at--) {
    if (bytes[at] !== LINE_FEED) continue;
    if (encoding === "utf-16le" && at % 2 === 0 && bytes[at + 1] === 0) return bytes.subarray(0, at + 2);
    if (encoding === "utf-16be" && at % 2 === 1 && bytes[at - 1] === 0) return bytes.subarray(0, at + 1);
    if (encoding === "utf-8" || encoding === "latin-1") return bytes.subarray(0, at + 1);
  }
  return bytes;
}

/** Whether a file may be of a profile's layout, by its first characters: a large text is not decoded to be no JSON. */
export function beginsAs(bytes: Uint8Array, { profile: { layout } }: ParsedProfile): boolean {
  const head = Buffer.from(bytes.subarray(0, 64)).toString("latin1");
  if (layout === "delimited") return true;
  return layout === "xlsx" ? head.startsWith("PK") : /^(?:\xEF\xBB\xBF)?\s*(?:[[{"]|$)/.test(head);
}

/** Reads a file, or its beginning, by a profile; whatever refuses it is part of the answer. */
export function tryTable(
  bytes: Uint8Array,
  file: string,
  profile: ParsedProfile,
  told: ToldClock,
  channelOf: ChannelOfTag,
): Attempt {
  const tags = new Map<string, { unit: TagUnit | undefined; readonly qualities: Map<string, number> }>();
  const refusals = new Map<string, Refusal>();
  const tables: Table[] = [];
  const factsOf = (tag: string) => {
    const known = tags.get(tag) ?? { unit: undefined, qualities: new Map<string, number>() };
    tags.set(tag, known);
    return known;
  };
  const refusal = refusalOf(() => {
    const table = readTable(
      bytes,
      file,
      profile,
      told,
      (tag, unit) => {
        const facts = factsOf(tag);
        facts.unit ??= unit;
        const channel = channelOf(tag, unit);
        if (channel === undefined && unit.unit === undefined && !refusals.has(tag)) {
          refusals.set(tag, unknownUnit(unit, profile));
        }
        return channel;
      },
      {
        refuse: (tag, error) => {
          const found = refusalOf(() => {
            throw error;
          });
          if (found !== undefined) refusals.set(tag, found);
        },
        quality: (tag, word) => {
          const { qualities } = factsOf(tag);
          qualities.set(word, (qualities.get(word) ?? 0) + 1);
        },
      },
    );
    tables.push(table);
  });
  const [table] = tables;
  return {
    ...(table && { table }),
    ...(refusal && { refusal }),
    ...{ refusals, tags, isOfIts: isOfIts(bytes, file, profile) },
  };
}

/**
 * Whether a header line is that of the profile's tables: the column of times, and more than half of the columns that are
 * always there. Without a header line nothing says so.
 */
function isOfIts(bytes: Uint8Array, file: string, profile: ParsedProfile): boolean {
  if (!profile.hasHeader) return false;
  let header: readonly string[] | undefined;
  refusalOf(() =>
    readUntil(openTable(beginningOf(bytes, profile), file, profile), (cells) => {
      header = cells;
      return true;
    }),
  );
  const has = ({ template }: ParsedColumn): boolean =>
    header?.some((cell) => matchTemplate(template, cell) !== undefined) ?? false;
  const always = profile.columns.filter(({ optional }) => optional !== true);
  return (
    always.some((column) => (column.is === "time" || column.is === "date") && has(column)) &&
    2 * always.filter(has).length > always.length
  );
}

/** Reads a table, its header too, until `isEnough`. Errors: those of `TableFile.read`. */
export function readUntil({ read }: TableFile, isEnough: (...row: Parameters<TakeRow>) => boolean): void {
  const enough = new Error("these rows are enough");
  try {
    read((cells, row) => {
      if (isEnough(cells, row)) throw enough;
    });
  } catch (error) {
    if (error !== enough) throw error;
  }
}

/** More is no month: a date with such a day tells day and month apart. */
export const MOST_MONTH = 12;

/** Whether a date of a file, as it stands there, is of a day that could be no month. Errors: those of `openTable`. */
export function tellsDayFromMonth(bytes: Uint8Array, file: string, profile: ParsedProfile): boolean {
  const at = profile.columns.findIndex(({ is }) => is === "time" || is === "date");
  const column = profile.columns[at];
  const read = timeFormOf(column?.form ?? "", profile.numbers)?.read;
  let index = profile.hasHeader ? undefined : at;
  let isTold = false;
  readUntil(openTable(bytes, file, profile), (cells) => {
    if (index === undefined) {
      index = cells.findIndex((cell) => column && matchTemplate(column.template, cell) !== undefined);
      return false;
    }
    refusalOf(() => {
      const { seconds = 0 } = read?.(cells[index ?? 0] ?? "", file) ?? {};
      isTold = new Date(seconds * 1000).getUTCDate() > MOST_MONTH;
    });
    return isTold;
  });
  return isTold;
}

function unknownUnit({ spelled, unit, place }: TagUnit, { profile: { units = {} } }: ParsedProfile): Refusal {
  return {
    code: "unit",
    message: `No channel is measured in "${shown(spelled ?? unit ?? "")}".`,
    place,
    remedy: `Known are ${Object.keys(units).join(", ")}.`,
  };
}
