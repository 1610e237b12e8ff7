import { defineCheck, defineDocument, object, TEXT, type Check } from "../../formats/document.ts";
import { bytesHash } from "../../formats/identity.ts";
import { inputError } from "../../errors.ts";
import { canonicalJson, readJson } from "../../input/json.ts";
import { UNITS, type NumberForm, type UnitName } from "../exact.ts";
import { templateOf, type Template } from "./template.ts";
import { NAMED_FORMS, timeFormOf, timeOfCell, timeOfCells, type RowTime, type TimeForm } from "./timeForm.ts";

/** What a column of a table is. */
export type ColumnKind = "time" | "date" | "clock" | "value" | "quality" | "unit" | "tag" | "event" | "ignored";

/** A column, or several whose headers fit one template. */
export interface Column {
  /** Template of its header. */
  readonly name: string;
  readonly is: ColumnKind;
  /** Of a time, date or clock. */
  readonly form?: string;
  /** Of a value whose header does not say it. */
  readonly unit?: UnitName;
  /** Exports without it are read, too. */
  readonly optional?: boolean;
  /** Several columns may fit. */
  readonly many?: boolean;
}

/** What every profile says, however the file is laid out. docs/spec/profiles.md says what each member means. */
interface Common {
  readonly format: "batchproof-profile/1";
  readonly name: string;
  readonly about: string;
  /** Absent: numbers as JSON writes them. */
  readonly numbers?: "loose";
  readonly columns: readonly Column[];
  /** Where the offset of local times comes from: "given" at import, "header", or a zone of the IANA database. */
  readonly zone?: string;
  /** Spellings of units, and what they mean. */
  readonly units?: Readonly<Record<string, UnitName>>;
  readonly quality?: { readonly good: readonly string[]; readonly bad: readonly string[] };
  /** Values that stand for none, besides blanks and dashes. */
  readonly missing?: readonly string[];
}

/** A table of lines, with what stands around it. */
interface Lined {
  /** "none": the table has no header line, and its columns are those of the profile, in this order. */
  readonly header?: "none";
  /** What stands before the header line, or the table: so many lines, or all until one that fits. Absent: nothing. */
  readonly before?: { readonly lines: number } | { readonly until: string };
  /** Templates of lines before the header, each of exactly one, from which values are taken. */
  readonly facts?: readonly string[];
  /** Templates of the lines after the table. */
  readonly after?: readonly string[];
}

/** Text in lines, with a delimiter between fields. */
export interface DelimitedProfile extends Common, Lined {
  readonly layout: "delimited";
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "latin-1";
  readonly delimiter: "," | ";" | "\t" | "|";
  /** Absent: fields are never quoted. */
  readonly quote?: '"' | "'";
  readonly decimal: "." | ",";
}

/** A sheet of a workbook. Its lines are its rows, for templates with a tab between cells. */
export interface XlsxProfile extends Common, Lined {
  readonly layout: "xlsx";
  /** Absent: the first one that is not hidden. */
  readonly sheet?: string;
}

/** An array in a JSON document. A column's name is the JSON pointer of it in each element. */
export interface JsonProfile extends Common {
  readonly layout: "json";
  /** JSON pointer of the array. */
  readonly rows: string;
  /** As of lines: each scalar outside of the array is one, `/pointer: text`. */
  readonly facts?: readonly string[];
}

/** A JSON value a line, columns as of an array. */
export interface NdjsonProfile extends Common {
  readonly layout: "ndjson";
}

/** Sensor reports of EPCIS 2.0 events. Columns: time, tag, value, uom, exception. */
export interface EpcisProfile extends Common {
  readonly layout: "epcis";
}

/** A profile: how one kind of export is read. */
export type Profile = DelimitedProfile | XlsxProfile | JsonProfile | NdjsonProfile | EpcisProfile;
export type LayoutName = Profile["layout"];

/** Longest template. */
const MOST_TEMPLATE = 200;
const MOST_COLUMNS = 64;
const MOST_LISTED = 64;
/** Longest header that `before` may count, in lines. */
export const MOST_LINES_BEFORE = 1000;

/** What may stand in braces, besides `*`. */
const PLACES: ReadonlySet<string> = new Set(["unit", "zone", "serial", "interval", "*"]);

const TEMPLATE = { type: "string", minLength: 1, maxLength: MOST_TEMPLATE };
const LINE = { type: "string", maxLength: MOST_TEMPLATE };
const CELL = { type: "string", maxLength: 60 };
const UNIT = { enum: Object.keys(UNITS) };
const list = (items: object, least = 0): object => ({ type: "array", minItems: least, maxItems: MOST_LISTED, items });

/** What every profile says of itself, of tables and of results. */
export const NAMED = {
  name: { type: "string", maxLength: 60, pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" },
  about: { ...TEXT, maxLength: 500 },
};
const COMMON = {
  ...NAMED,
  numbers: { enum: ["loose"] },
  columns: {
    type: "array",
    minItems: 2,
    maxItems: MOST_COLUMNS,
    items: object(
      {
        name: TEMPLATE,
        is: { enum: ["time", "date", "clock", "value", "quality", "unit", "tag", "event", "ignored"] },
        form: { type: "string", minLength: 1, maxLength: 60 },
        unit: UNIT,
        optional: { const: true },
        many: { const: true },
      },
      ["form", "unit", "optional", "many"],
    ),
  },
  zone: { type: "string", maxLength: 60 },
  units: { type: "object", minProperties: 1, maxProperties: MOST_LISTED, additionalProperties: UNIT },
  quality: object({ good: list(CELL, 1), bad: list(CELL) }),
  missing: list(CELL, 1),
};
const FACTS = { facts: list(LINE, 1) };
/** The lines around a table. */
export const AROUND = {
  before: {
    type: "object",
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    properties: { lines: { type: "integer", minimum: 1, maximum: MOST_LINES_BEFORE }, until: LINE },
  },
  after: list(LINE, 1),
};
const LINED = { ...FACTS, header: { enum: ["none"] }, ...AROUND };
/** The members of the layouts that tables and results have. */
export const FILE_LAYOUTS = {
  delimited: {
    encoding: { enum: ["utf-8", "utf-16le", "utf-16be", "latin-1"] },
    delimiter: { enum: [",", ";", "\t", "|"] },
    quote: { enum: ['"', "'"] },
    decimal: { enum: [".", ","] },
  },
  xlsx: { sheet: { type: "string", minLength: 1, maxLength: 31 } },
};
const POINTER = { type: "string", maxLength: MOST_TEMPLATE, pattern: "^(/([^~/]|~[01])*)*$" };

/** The members that each layout has of its own. */
const LAYOUTS: Readonly<Record<LayoutName, object>> = {
  delimited: { ...LINED, ...FILE_LAYOUTS.delimited },
  xlsx: { ...LINED, ...FILE_LAYOUTS.xlsx },
  json: { ...FACTS, rows: POINTER },
  ndjson: {},
  epcis: {},
};
const OPTIONAL = ["numbers", "zone", "units", "quality", "missing", ...Object.keys(LINED), "quote", "sheet"];

/** Which layout it is, before anything else is asked. */
const checkLayout = defineCheck<{ readonly layout: LayoutName }>(
  { type: "object", required: ["layout"], properties: { layout: { enum: Object.keys(LAYOUTS) } } },
  "batchproof-profile/1 file",
  "profile",
);
const CHECKS = Object.fromEntries(
  Object.entries(LAYOUTS).map(([layout, own]) => [
    layout,
    defineDocument<Profile>(
      "batchproof-profile/1",
      "profile",
      { layout: { const: layout }, ...COMMON, ...own },
      OPTIONAL,
    ).check,
  ]),
) as Readonly<Record<LayoutName, Check<Profile>>>;

/** A column whose template is parsed. */
export interface ParsedColumn extends Column {
  readonly template: Template;
}

/** A profile that makes sense, ready to read with. */
export interface ParsedProfile<P extends Profile = Profile> {
  readonly profile: P;
  /** What the record's header names it by. */
  readonly hash: bigint;
  readonly columns: readonly ParsedColumn[];
  /** The table has a header line. */
  readonly hasHeader: boolean;
  readonly before: { readonly lines: number } | { readonly until: Template };
  readonly facts: readonly Template[];
  readonly after: readonly Template[];
  readonly numbers: NumberForm;
  /** Of a time column, or of a date and a clock column. */
  readonly time: RowTime;
}

/** Hash of a profile, whatever the spacing and order of its file: SHA-256, cut, of its RFC 8785 form. */
export function profileHash(profile: Profile): bigint {
  return bytesHash(Buffer.from(canonicalJson(profile), "utf8"));
}

/** Reads a profile of a file. Errors: `profile` (malformed, or senseless), those of `readJson`. */
export async function readProfile(path: string, within?: string): Promise<ParsedProfile> {
  return parseProfile(await readJson(path, within === undefined ? {} : { within }), path);
}

/** The same of a value that was read. */
export function parseProfile(value: unknown, place: string): ParsedProfile {
  return parsed(CHECKS[checkLayout(value, place).layout](value, place), place);
}

function parsed(profile: Profile, place: string): ParsedProfile {
  const refuse = (pointer: string, problem: string, remedy: string): never => {
    throw inputError(problem, { code: "profile", place: `${place}#${pointer}`, remedy });
  };
  const template = (text: string, pointer: string): Template => {
    const found = templateOf(text);
    if (found?.places.every((name, i) => PLACES.has(name) && (name === "*" || found.places.indexOf(name) === i))) {
      return found;
    }
    return refuse(
      pointer,
      "This template has a brace that names no place, one twice, or two places side by side.",
      `Places: ${[...PLACES].map((name) => `{${name}}`).join(", ")}; put text between two of them.`,
    );
  };
  const numbers: NumberForm = {
    decimal: profile.layout === "delimited" ? profile.decimal : ".",
    loose: profile.numbers === "loose",
  };
  const lined = linedOf(profile);
  const columns = profile.columns.map((column, i) => ({
    ...column,
    template: template(column.name, `/columns/${i}/name`),
  }));
  const facts = (lined.facts ?? []).map((text, i) => template(text, `/facts/${i}`));
  const after = (lined.after ?? []).map((text, i) => template(text, `/after/${i}`));
  refuseVagueAfter(after, refuse);
  const { before = { lines: 0 } } = lined;
  refuseColumns(profile, columns, refuse);
  const time = timeOf(columns, numbers, refuse);
  refuseSources(profile, columns, facts, time, refuse);
  return {
    ...{ profile, hash: profileHash(profile), columns, facts, after, numbers, time },
    hasHeader: lined.header === undefined,
    before: "until" in before ? { until: template(before.until, "/before/until") } : before,
  };
}

/** What a profile says of lines; a layout without them says nothing. */
function linedOf(profile: Profile): Lined {
  return profile.layout === "ndjson" || profile.layout === "epcis" ? {} : profile;
}

/** Of what is passed over, a template has so many characters of its own: fewer fit by chance. */
const LEAST_LITERAL = 3;

/** Whether a template with places has too few characters of a kind to say what is passed over. */
function saysLittle({ texts, places }: Template, kind: RegExp): boolean {
  return places.length > 0 && (texts.join("").match(kind)?.length ?? 0) < LEAST_LITERAL;
}

/** Refuses what is wrong with a profile, at its JSON pointer. */
export type Refuse = (pointer: string, problem: string, remedy: string) => never;

/** Lines after a table are named by letters, because figures and separators are what the lines of a table are made of. */
export function refuseVagueAfter(after: readonly Template[], refuse: Refuse): void {
  const vague = after.findIndex((each) => saysLittle(each, /\p{L}/gu));
  if (vague < 0) return;
  refuse(
    `/after/${vague}`,
    "This template may fit lines of the table.",
    `Write the line in full, or at least ${LEAST_LITERAL} letters of it.`,
  );
}

/** Columns of a kind. */
export function columnsOf<C extends Column>(columns: readonly C[], is: ColumnKind): C[] {
  return columns.filter((column) => column.is === is);
}

function refuseColumns(profile: Profile, columns: readonly ParsedColumn[], refuse: Refuse): void {
  const count = (is: ColumnKind): number => columnsOf(columns, is).length;
  columns.forEach(({ name, is, form, unit, many, optional, template }, i) => {
    const pointer = `/columns/${i}`;
    if (columns.findIndex((each) => each.name === name) !== i) {
      refuse(`${pointer}/name`, "Two columns have this name.", "Name each column once.");
    }
    if ((form !== undefined) !== (is === "time" || is === "date" || is === "clock")) {
      refuse(pointer, 'Times, and nothing else, have a "form".', 'Give "form" to columns of times, dates and clocks.');
    }
    if (unit !== undefined && is !== "value") refuse(pointer, 'Only values have a "unit".', 'Remove "unit".');
    const isFree = template.places.includes("*");
    if (unit !== undefined && (many === true || isFree)) {
      refuse(
        pointer,
        "A unit is given to a column that is not named in full.",
        'Name the column, or let its header say "{unit}".',
      );
    }
    if (is !== "value" && !template.texts.some((text) => /\S/.test(text))) {
      refuse(`${pointer}/name`, "This template fits every column.", "Name the columns, so that a new one is noticed.");
    }
    if ((is === "event" || is === "ignored") && saysLittle(template, /\S/gu)) {
      refuse(
        `${pointer}/name`,
        "This template may fit a column that matters.",
        `Name the column in full, or with at least ${LEAST_LITERAL} characters of its own.`,
      );
    }
    const mayRepeat = is === "value" || is === "event" || is === "ignored";
    if (!mayRepeat && (many === true || optional === true)) {
      refuse(pointer, "Such a column is there exactly once.", 'Remove "many" and "optional".');
    }
  });
  if (
    linedOf(profile).header === "none" &&
    columns.some(({ optional, many, template: { places } }) => optional ?? many ?? places.length > 0)
  ) {
    refuse(
      "/header",
      "Columns without a header line are known by their places.",
      "Name every column in full, and each once.",
    );
  }
  const isLong = count("tag") > 0;
  const single: readonly ColumnKind[] = ["time", "date", "clock", "quality", "unit", "tag"];
  for (const is of single) {
    if (count(is) > 1) refuse("/columns", `Two columns are "${is}".`, "Name one, and ignore the other.");
  }
  if (count("value") === 0) refuse("/columns", "No column is a value.", 'Say which column is "value".');
  const [value] = columnsOf(columns, "value");
  if (isLong && (count("value") > 1 || value?.many === true || value?.optional === true)) {
    refuse("/columns", "A long form has one column of values.", "Name one value column beside the tag.");
  }
  if (count("quality") > 0 !== (profile.quality !== undefined)) {
    refuse("/quality", "A quality column and its words go together.", 'Give "quality" and the column, or neither.');
  }
  const { good = [], bad = [] } = profile.quality ?? {};
  if (good.some((word) => bad.includes(word))) {
    refuse("/quality", "A word is both good and bad.", "Write every word once.");
  }
  refuseOwn(profile, refuse);
}

/** What only one layout can get wrong. */
function refuseOwn(profile: Profile, refuse: Refuse): void {
  if (profile.layout === "delimited") {
    const { decimal, delimiter, quote } = profile;
    if (decimal === "," && delimiter === "," && quote === undefined) {
      refuse("/delimiter", "A comma cannot separate both fields and decimals.", 'Give "quote", or the true delimiter.');
    }
  }
  if (profile.layout === "json" || profile.layout === "ndjson") {
    const wrong = profile.columns.findIndex(({ name }) => !name.startsWith("/"));
    if (wrong >= 0) {
      refuse(`/columns/${wrong}/name`, "A column of JSON is named by its pointer.", 'Write it as "/time".');
    }
  }
}

function timeOf(columns: readonly ParsedColumn[], numbers: NumberForm, refuse: Refuse): RowTime {
  const forms = columns.map(({ form }, i) => {
    const found = form === undefined ? undefined : timeFormOf(form, numbers);
    if (form === undefined || found !== undefined) return found;
    return refuse(
      `/columns/${i}/form`,
      "This is no form of time.",
      `Use ${NAMED_FORMS.join(", ")}, or tokens such as "dd.MM.yyyy HH:mm[:ss]" (docs/spec/profiles.md).`,
    );
  });
  const of = (is: ColumnKind): TimeForm | undefined => forms[columns.findIndex((column) => column.is === is)];
  const [time, date, clock] = [of("time"), of("date"), of("clock")];
  const fits = (form: TimeForm | undefined, tells: TimeForm["tells"]): form is TimeForm => form?.tells === tells;
  if (fits(time, "time") && date === undefined && clock === undefined) return timeOfCell(time);
  if (time === undefined && fits(date, "date") && fits(clock, "clock") && date.zone === "local") {
    return timeOfCells(date, clock);
  }
  return refuse(
    "/columns",
    "The time is told by one column, or by a date and a clock.",
    'Give one column that is "time", or one that is "date" and one that is "clock", with forms that tell it.',
  );
}

function refuseSources(
  { zone, units }: Profile,
  columns: readonly ParsedColumn[],
  facts: readonly Template[],
  time: RowTime,
  refuse: Refuse,
): void {
  const taken = (name: string, from: readonly Template[]): number =>
    from.filter(({ places }) => places.includes(name)).length;
  const headers = columns.map(({ template }) => template);
  if ((time.zone === "local") !== (zone !== undefined)) {
    const problem =
      zone === undefined ? "These times stand on a local clock." : "Each of these times says its own offset from UTC.";
    refuse("/zone", problem, zone === undefined ? 'Say in "zone" where the offset comes from.' : 'Remove "zone".');
  }
  if (taken("zone", headers) + taken("zone", facts) > 0 !== (zone === "header")) {
    refuse("/zone", "{zone} and the zone of the header go together.", 'Write "header", or take no {zone}.');
  }
  if (zone !== undefined && !/^(given|header|[A-Z][A-Za-z0-9_+/-]*)$/.test(zone)) {
    refuse("/zone", "This is no source of an offset.", 'Write "given", "header", or a zone such as "Europe/Berlin".');
  }
  const values = columnsOf(columns, "value");
  const told = taken("unit", facts) + columnsOf(columns, "unit").length;
  const isOne = values.length === 1 && values[0]?.many !== true;
  columns.forEach(({ is, template, unit }, i) => {
    const inHeader = template.places.includes("unit");
    if (is !== "value" && inHeader) refuse(`/columns/${i}`, "Only a value has a unit.", "Write {*}.");
    if (is !== "value" || (told > 0 ? 1 : 0) + (inHeader ? 1 : 0) + (unit === undefined ? 0 : 1) === 1) return;
    refuse(
      `/columns/${i}`,
      "Exactly one thing says a value's unit.",
      'Take {unit}, name a unit column, or give "unit".',
    );
  });
  if (taken("unit", facts) > 0 && (!isOne || told > 1)) {
    refuse("/facts", "One {unit} for the whole file fits one column of values.", "Take the unit from its header.");
  }
  const isSpelled = told > 0 || taken("unit", headers) > 0;
  if (Object.keys(units ?? {}).some((spelled) => spelled.trim() === "")) {
    refuse(
      "/units",
      "A blank is no spelling of a unit.",
      'Give the column its "unit", so that people see who says it.',
    );
  }
  if (isSpelled !== (units !== undefined)) {
    refuse("/units", "Units that the file spells, and what they mean, go together.", 'List every spelling in "units".');
  }
}
