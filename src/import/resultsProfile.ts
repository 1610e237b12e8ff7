import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inputError } from "../errors.ts";
import { defineDocument, object } from "../formats/document.ts";
import { bytesHash } from "../formats/identity.ts";
import { SHIPPED_PROFILES } from "../formats/shippedProfiles.ts";
import { canonicalJson, parseJson, readJson } from "../input/json.ts";
import { packageRoot } from "../root.ts";
import type { DelimitedProfile, XlsxProfile } from "./table/profile.ts";
import { AROUND, FILE_LAYOUTS, NAMED, refuseVagueAfter, type Refuse } from "./table/profile.ts";
import type { TextLayout } from "./table/delimited.ts";
import { templateOf, type Template } from "./table/template.ts";
import { timeFormOf, type TimeForm } from "./table/timeForm.ts";

const RESULTS_FORMAT = "batchproof-results-profile/1";

/** What a column of a laboratory's results is; those of the project's own form, and two more. */
const NEEDED = ["analyte", "result", "sampled", "tested", "invalidated", "repeats"] as const;
const COLUMN_KINDS = [...NEEDED, "unit", "lot", "ignored"] as const;
export type ResultColumnKind = (typeof COLUMN_KINDS)[number];

interface ResultColumn {
  /** Its header, letter for letter. */
  readonly name: string;
  readonly is: ResultColumnKind;
  /** Of a time. */
  readonly form?: string;
}

/** What a word of a laboratory's report means. */
export interface ResultWord {
  readonly says: string;
  /** The policy's name of the only analyte of which it is said; absent: of any. */
  readonly analyte?: string;
  /** A word of the policy, or an inequality. Never a number: a word is no measurement. */
  readonly means: string;
  /** Of an inequality whose line has no unit. */
  readonly unit?: string;
}

/** A profile of results: how one kind of a laboratory's report is read. docs/spec/profiles.md says what each member means. */
export type ResultsProfile = ResultsMapping & (DelimitedReport | SheetReport);

/** A report as text of lines and fields. */
type DelimitedReport = Pick<DelimitedProfile, "layout" | "encoding" | "delimiter" | "quote" | "decimal">;
/** A report as a sheet of a workbook, whose numbers have a decimal point. */
type SheetReport = Pick<XlsxProfile, "layout" | "sheet"> & { readonly decimal?: never };

/** What a profile of results says of columns and words, whatever the report's layout. */
interface ResultsMapping extends Pick<DelimitedProfile, "before" | "after" | "zone"> {
  readonly format: typeof RESULTS_FORMAT;
  readonly name: string;
  readonly about: string;
  readonly columns: readonly ResultColumn[];
  /** The report's names of analytes, and the policy's. Absent: they are the policy's. */
  readonly analytes?: Readonly<Record<string, string>>;
  /** The report's units, and the policy's. Absent: they are the policy's. */
  readonly units?: Readonly<Record<string, string>>;
  /** A number may have its unit behind it. */
  readonly unitInResult?: true;
  readonly words?: readonly ResultWord[];
}

/** A profile of results that makes sense, ready to read with. */
export interface ParsedResultsProfile extends Pick<TextLayout, "before" | "hasHeader" | "after"> {
  readonly profile: ResultsProfile;
  /** What the record names it by. */
  readonly hash: bigint;
  readonly times: { readonly sampled: TimeForm; readonly tested: TimeForm };
}

const MOST_LISTED = 64;
const NAME = { type: "string", minLength: 1, maxLength: 200 };
const CELL = { type: "string", maxLength: 60 };
const named = (value: object): object => ({
  ...{ type: "object", minProperties: 1, maxProperties: MOST_LISTED },
  additionalProperties: value,
});

/** The file of a profile of results. Code `profile`. */
const RESULTS_PROFILE_FILE = defineDocument<ResultsProfile>(
  RESULTS_FORMAT,
  "profile",
  {
    ...NAMED,
    layout: { enum: Object.keys(FILE_LAYOUTS) },
    ...FILE_LAYOUTS.delimited,
    ...FILE_LAYOUTS.xlsx,
    ...AROUND,
    zone: { type: "string", maxLength: 60, pattern: "^(given|[A-Z][A-Za-z0-9_+/-]*)$" },
    columns: {
      type: "array",
      minItems: NEEDED.length,
      maxItems: MOST_LISTED,
      items: object({ name: NAME, is: { enum: COLUMN_KINDS }, form: { type: "string", minLength: 1, maxLength: 60 } }, [
        "form",
      ]),
    },
    analytes: named(NAME),
    units: named(CELL),
    unitInResult: { const: true },
    words: {
      type: "array",
      minItems: 1,
      maxItems: 4 * MOST_LISTED,
      items: object({ says: { ...CELL, minLength: 1 }, analyte: NAME, means: { ...CELL, minLength: 1 }, unit: CELL }, [
        "analyte",
        "unit",
      ]),
    },
  },
  [
    "encoding",
    "delimiter",
    "quote",
    "decimal",
    "sheet",
    "before",
    "after",
    "zone",
    "analytes",
    "units",
    "unitInResult",
    "words",
  ],
);

/** A sign of an inequality, a number, and what stands behind it. */
export const NUMBER = /^(<=|>=|[<>≤≥≦≧⩽⩾])? ?([+-]?\d[\d.,]*)(.*)$/su;

/** Folder of the profiles of results that the package holds. */
const FOLDER = "fixtures/results-profiles";

/** Names of the profiles of results that the package holds. */
export function shippedResultsProfiles(): string[] {
  const files = readdirSync(join(packageRoot(), FOLDER)).filter((file) => file.endsWith(".json"));
  return files.map((file) => file.slice(0, -".json".length)).sort();
}

/** The profile of results of a shipped name, or of a file. Errors: `profile-missing`, `profile`, those of `readJson`. */
export async function resultsProfileNamed(given: string): Promise<ParsedResultsProfile> {
  if (!/^[a-z0-9-]+$/.test(given)) return await readResultsProfile(given);
  const names = shippedResultsProfiles();
  if (!names.includes(given)) {
    const isOther = Object.hasOwn(SHIPPED_PROFILES, given);
    throw inputError(isOther ? "This profile reads tables." : "There is no profile of results of this name.", {
      code: "profile-missing",
      place: given,
      remedy: `Name a file, or one of: ${names.join(", ")}.`,
    });
  }
  return shippedResultsProfile(given);
}

/** Whether a shipped name, or a file by its format, is a profile of results. Errors: those of `readJson`. */
export async function isResultsProfile(given: string): Promise<boolean> {
  if (/^[a-z0-9-]+$/.test(given)) return shippedResultsProfiles().includes(given);
  const value = await readJson(given);
  return typeof value === "object" && value !== null && "format" in value && value.format === RESULTS_FORMAT;
}

/** A profile of results that the package holds. */
export function shippedResultsProfile(name: string): ParsedResultsProfile {
  const path = join(packageRoot(), FOLDER, `${name}.json`);
  return parseResultsProfile(parseJson(readFileSync(path), path), path);
}

/** Reads a profile of results of a file. Errors: `profile`, those of `readJson`. */
export async function readResultsProfile(path: string, within?: string): Promise<ParsedResultsProfile> {
  return parsed(await RESULTS_PROFILE_FILE.read(path, within === undefined ? {} : { within }), path);
}

/** The same of a value that was read. */
export function parseResultsProfile(value: unknown, place: string): ParsedResultsProfile {
  return parsed(RESULTS_PROFILE_FILE.check(value, place), place);
}

/** Whether a result is not there yet: blank, or said to be pending. No profile makes it one. */
export function isNoResult(text: string): boolean {
  return isBlank(text) || plain(text) === "pending";
}

/** Whether people see nothing. */
function isBlank(text: string): boolean {
  return plain(text) === "";
}

/** Whether a text is a number or an inequality by itself. */
function isNumber(text: string): boolean {
  return NUMBER.exec(text)?.[3]?.trim() === "";
}

function parsed(profile: ResultsProfile, place: string): ParsedResultsProfile {
  const refuse: Refuse = (pointer, problem, remedy) => {
    throw inputError(problem, { code: "profile", place: `${place}#${pointer}`, remedy });
  };
  refuseLayout(profile, refuse);
  const { columns, before = { lines: 0 }, after = [] } = profile;
  const template = (text: string, pointer: string): Template => {
    const found = templateOf(text);
    if (found?.places.every((name) => name === "*")) return found;
    return refuse(
      pointer,
      "This template has another brace than {*}, or two side by side.",
      "Write {*} for what nobody needs.",
    );
  };
  columns.forEach(({ name, is, form }, i) => {
    if (columns.findIndex((each) => each.name === name) !== i) {
      refuse(`/columns/${i}/name`, "Two columns have this name.", "Name each column once.");
    }
    if (is !== "ignored" && columns.findIndex((each) => each.is === is) !== i) {
      refuse(`/columns/${i}/is`, `Two columns are "${is}".`, "Name one, and ignore the other.");
    }
    if ((form !== undefined) !== (is === "sampled" || is === "tested")) {
      refuse(`/columns/${i}`, 'Times, and nothing else, have a "form".', 'Give "form" to "sampled" and "tested".');
    }
  });
  for (const is of NEEDED) {
    if (columns.some((column) => column.is === is)) continue;
    refuse("/columns", `No column is "${is}".`, "A set of results says all of these: export the column.");
  }
  const timeOf = (is: "sampled" | "tested"): TimeForm => {
    const i = columns.findIndex((column) => column.is === is);
    const form = timeFormOf(columns[i]?.form ?? "", { decimal: profile.decimal ?? ".", loose: false });
    if (form?.tells === "time") return form;
    return refuse(
      `/columns/${i}/form`,
      "This is no form of time.",
      "Use one of docs/spec/profiles.md that tells a whole time.",
    );
  };
  const times = { sampled: timeOf("sampled"), tested: timeOf("tested") };
  if ([times.sampled, times.tested].some(({ zone }) => zone === "local") !== (profile.zone !== undefined)) {
    refuse(
      "/zone",
      "A zone and times on a local clock go together.",
      'Give "zone" exactly if times do not say their offset.',
    );
  }
  if (Object.keys(profile.units ?? {}).some(isBlank)) {
    refuse("/units", "A blank is no spelling of a unit.", "Have the laboratory export the unit.");
  }
  refuseWords(profile, refuse);
  const afterTable = after.map((text, i) => template(text, `/after/${i}`));
  refuseVagueAfter(afterTable, refuse);
  return {
    ...{ profile, times },
    hash: bytesHash(Buffer.from(canonicalJson(profile), "utf8")),
    hasHeader: true,
    before: "until" in before ? { until: template(before.until, "/before/until") } : before,
    after: afterTable,
  };
}

/** Each layout has its own members and no others. */
function refuseLayout(profile: Partial<DelimitedReport | SheetReport>, refuse: Refuse): void {
  const { layout = "delimited" } = profile;
  const own = Object.keys(FILE_LAYOUTS[layout]);
  for (const name of own) {
    if (name in profile || name === "quote" || name === "sheet") continue;
    refuse("/layout", `A report of layout ${layout} has "${name}".`, `Give "${name}".`);
  }
  for (const name of Object.values(FILE_LAYOUTS).flatMap((members) => Object.keys(members))) {
    if (!(name in profile) || own.includes(name)) continue;
    refuse(`/${name}`, `A report of layout ${layout} has no "${name}".`, `Remove "${name}".`);
  }
}

function refuseWords({ words = [] }: ResultsProfile, refuse: Refuse): void {
  words.forEach(({ says, analyte, means, unit }, i) => {
    const isInequality = /^[<>≤≥≦≧⩽⩾]/u.test(means);
    if (isNoResult(says)) {
      refuse(`/words/${i}/says`, "This says that there is no result yet, and means nothing else.", "Remove it.");
    }
    if (/\p{N}/u.test(plain(says)) && (isInequality || plain(says) !== plain(means))) {
      refuse(
        `/words/${i}/says`,
        "A text with a digit may be a number in disguise.",
        "Remove it, or let it mean the same text of the policy.",
      );
    }
    if (isNumber(says)) refuse(`/words/${i}/says`, "This is a number, which means itself.", "Remove it.");
    if (!isInequality && isNumber(means)) {
      refuse(
        `/words/${i}/means`,
        "A word never means a number.",
        "Write a word of the policy, or an inequality such as <0.5.",
      );
    }
    if (unit !== undefined && !isInequality) {
      refuse(`/words/${i}/unit`, "A word of the policy has no unit.", 'Remove "unit".');
    }
    if (words.findIndex((each) => each.says === says && each.analyte === analyte) !== i) {
      refuse(`/words/${i}/says`, "This word means two things.", "Write every word once for an analyte.");
    }
  });
}

/** A text as people see it, whatever its characters, case and blanks. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\p{C}]+/gu, " ")
    .trim();
}
