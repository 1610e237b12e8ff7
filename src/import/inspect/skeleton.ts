import { missingCode } from "../../input/quantities.ts";
import { shown } from "../csvTable.ts";
import { parseExact, type NumberForm, type UnitName } from "../exact.ts";
import type { Column, Profile } from "../table/profile.ts";
import { LONG_FORM, shippedProfile } from "../table/shipped.ts";
import { matchTemplate, templateOf } from "../table/template.ts";
import { timeFormOf } from "../table/timeForm.ts";
import { refusalOf } from "./inspection.ts";

/** A profile to start from, and what to look at in it. */
export interface Skeleton {
  readonly profile: object;
  readonly hints: readonly string[];
}

type Rows = readonly (readonly string[])[];

/** What somebody must fill in: no profile with it is valid. */
const FILL_IN = { name: "NAME", about: "SOFTWARE AND SETTINGS OF THE EXPORT", form: "FORM", unit: "UNIT" } as const;

const LOOSE: readonly NumberForm[] = [
  { decimal: ".", loose: true },
  { decimal: ",", loose: true },
];

/** Whether a cell may be a number, with whatever decimal. */
export function looksLikeNumber(text: string): boolean {
  return LOOSE.some((form) => refusalOf(() => parseExact(text, form, "")) === undefined);
}

/** Forms of time that exports have; those that a column's cells all fit are its candidates. */
const FORMS = [
  ...["rfc3339", "yyyy-MM-dd H:mm[:ss]", "yyyy-MM-ddTH:mm[:ss]", "yyyy-MM-dd H:mm[:ss.f]", "yyyy-MM-ddTH:mm[:ss.f]"],
  ...["yyyy/M/d H:mm[:ss]", "d.M.yyyy H:mm[:ss]", "d.M.yy H:mm[:ss]"],
  ...["d/M/yyyy H:mm[:ss]", "M/d/yyyy H:mm[:ss]", "d/M/yyyy h:mm[:ss] a", "M/d/yyyy h:mm[:ss] a"],
  ...["d/M/yy H:mm[:ss]", "M/d/yy H:mm[:ss]", "d/M/yy h:mm[:ss] a", "M/d/yy h:mm[:ss] a", "d-MMM-yyyy H:mm[:ss]"],
  ...["yyyy-MM-dd", "yyyy/M/d", "d.M.yyyy", "d.M.yy", "d/M/yyyy", "M/d/yyyy", "d/M/yy", "M/d/yy", "d-MMM-yyyy"],
  ...["H:mm[:ss]", "h:mm[:ss] a"],
] as const;

/** The same form, but for a fraction that no cell needs. */
const isFiner = (form: string, found: readonly string[]): boolean =>
  form.endsWith(".f]") && found.includes(form.replace(".f]", "]"));

/** The forms of time that all of some cells have. */
export function formsOf(cells: readonly string[]): string[] {
  if (cells.length === 0) return [];
  const found = FORMS.filter((form) => {
    const read = timeFormOf(form, { decimal: ".", loose: false })?.read;
    return read !== undefined && cells.every((cell) => refusalOf(() => read(cell, "")) === undefined);
  });
  return found.filter((form) => !isFiner(form, found));
}

/** Numbers that count a time of the years 2000 to 2099: days in a workbook, seconds or milliseconds in JSON. */
const COUNTED: Readonly<
  Partial<Record<Profile["layout"], readonly (readonly [form: string, low: number, high: number])[]>>
> = {
  xlsx: [["excel", 36_526, 73_051]],
  json: [
    ["unix", 946_684_800, 4_102_444_800],
    ["unix-ms", 946_684_800_000, 4_102_444_800_000],
  ],
};

function countedForm(layout: string, cells: readonly string[]): string | undefined {
  const forms = layout === "xlsx" ? COUNTED.xlsx : layout === "json" || layout === "ndjson" ? COUNTED.json : [];
  const isNumber = cells.length > 0 && cells.every((cell) => /^\d+(\.\d+)?$/.test(cell));
  return forms?.find(
    ([, low, high]) => isNumber && cells.every((cell) => Number(cell) >= low && Number(cell) < high),
  )?.[0];
}

type Begun = Omit<Column, "unit"> & { readonly unit?: string };

/**
 * A profile to start from. What is not known stands in capitals; where days and months could change places, so does the form.
 * `layout`: the members that say how the file holds its rows; `header` is undefined where nothing names the columns.
 */
export function skeletonOf(
  { layout, ...members }: { readonly layout: string },
  header: readonly string[] | undefined,
  rows: Rows,
): Skeleton {
  const width = header?.length ?? rows[0]?.length ?? 0;
  const names = Array.from({ length: width }, (_, i) => header?.[i] ?? `column ${i + 1}`);
  const units: Record<string, UnitName> = {};
  const marks = new Set<string>();
  const doubtful = new Set<string>();
  const columns: Begun[] = [];
  let hasTime = false;
  for (const [i, name] of names.entries()) {
    const cells = rows.map((row) => row[i] ?? "").filter((cell) => cell.trim() !== "");
    const forms = formsOf(cells);
    const form: string | undefined = forms[0] ?? (hasTime ? undefined : countedForm(layout, cells));
    if (form !== undefined) {
      const tells: Column["is"] = timeFormOf(form, { decimal: ".", loose: false })?.tells ?? "time";
      hasTime ||= tells === "time";
      columns.push({ name, is: tells, form: forms.length > 1 ? `${FILL_IN.form}: ${forms.join(" OR ")}` : form });
      continue;
    }
    const numbers = cells.filter(looksLikeNumber).length;
    const others = cells.filter((cell) => !looksLikeNumber(cell) && missingCode(cell.replace(",", ".")) === undefined);
    if (numbers === 0 || others.length > numbers) {
      columns.push({ name, is: "ignored" });
      continue;
    }
    for (const cell of others) marks.add(cell);
    for (const cell of cells) if (isDoubtful(cell)) doubtful.add(cell);
    const spelled = header === undefined ? undefined : unitIn(name);
    const template = spelled && templateWithUnit(name, spelled, names);
    if (spelled === undefined || template === undefined) {
      columns.push({ name, is: "value", unit: spelled?.unit ?? FILL_IN.unit });
      continue;
    }
    units[spelled.text] = spelled.unit;
    const known = columns.findIndex((column) => column.name === template);
    if (known < 0) columns.push({ name: template, is: "value" });
    else columns[known] = { name: template, is: "value", many: true };
  }
  return {
    profile: {
      format: "batchproof-profile/1",
      layout,
      ...{ name: FILL_IN.name, about: FILL_IN.about },
      ...members,
      ...(columns.some(hasLocalForm) ? { zone: "given" } : {}),
      columns,
      ...(Object.keys(units).length === 0 ? {} : { units }),
      ...(marks.size === 0 ? {} : { missing: [...marks].slice(0, MOST_MARKS) }),
    },
    hints: [
      ...(marks.size === 0
        ? []
        : [`cells among values that are no numbers, taken for missing values: ${quoted(marks)}; compare each`]),
      ...(doubtful.size === 0
        ? []
        : [
            `a sensor that fails may write ${quoted(doubtful)}: if that is no value here, name it in "missing", letter for letter`,
          ]),
    ],
  };
}

const MOST_MARKS = 8;

function quoted(texts: ReadonlySet<string>): string {
  const first = [...texts].slice(0, MOST_MARKS).map((text) => `"${shown(text)}"`);
  return `${first.join(", ")}${texts.size > MOST_MARKS ? " and more" : ""}`;
}

/** What probes write in place of a value: 85 and -127 of one-wire probes, and nines. */
function isDoubtful(cell: string): boolean {
  return /^(85([.,]0+)?|-127([.,]0+)?|[+-]?9{3,}([.,][09]+)?)$/.test(cell);
}

function hasLocalForm({ form }: Begun): boolean {
  if (form === undefined) return false;
  const [, first = form] = /^FORM: (.*?)(?: OR |$)/.exec(form) ?? [];
  return timeFormOf(first, { decimal: ".", loose: false })?.zone === "local";
}

/** Whether times of a profile stand on a local clock. */
export function isLocal({ profile }: Skeleton): boolean {
  return "zone" in profile;
}

/** The unit that a header ends with or names in brackets, by the spellings of the long form. */
function unitIn(name: string): { readonly text: string; readonly unit: UnitName } | undefined {
  const { units = {} } = shippedProfile(LONG_FORM).profile;
  const [, text = ""] = /([^\s,;()[\]]+)[\])]?$/.exec(name) ?? [];
  const unit = Object.hasOwn(units, text) ? units[text] : undefined;
  return unit && { text, unit };
}

/** A header with a place for its unit, so that another unit is noticed; undefined where it would fit another column, too. */
function templateWithUnit(
  name: string,
  spelled: { readonly text: string },
  names: readonly string[],
): string | undefined {
  const at = name.lastIndexOf(spelled.text);
  const [before, after] = [name.slice(0, at), name.slice(at + spelled.text.length)];
  const text = `${before}{unit}${after}`;
  const template = templateOf(text);
  if (template === undefined || before.trim() === "") return undefined;
  const { units = {} } = shippedProfile(LONG_FORM).profile;
  const isOfOthers = names.some((each) => {
    const unit = matchTemplate(template, each)?.get("unit");
    return unit !== undefined && !Object.hasOwn(units, unit);
  });
  return isOfOthers ? undefined : text;
}

/**
 * The long form with times that stand on a local clock, to start from; undefined of a table that has not its columns, and of
 * one whose times say their offset.
 */
export function localLongForm(header: readonly string[], rows: Rows): object | undefined {
  const { profile } = shippedProfile(LONG_FORM);
  const names = profile.columns.map(({ name }) => name);
  if (header.length !== names.length || !names.every((name) => header.includes(name))) return undefined;
  const time = header.findIndex((name) =>
    profile.columns.some((column) => column.name === name && column.is === "time"),
  );
  const forms = formsOf(rows.map((row) => row[time] ?? ""));
  if (forms.includes("rfc3339")) return undefined;
  const form =
    forms.length === 1 ? forms[0] : [FILL_IN.form, forms.join(" OR ")].filter((each) => each !== "").join(": ");
  return {
    ...profile,
    ...{ name: FILL_IN.name, about: FILL_IN.about, zone: "given" },
    columns: profile.columns.map((column) => (column.is === "time" ? { ...column, form } : column)),
  };
}
