import { inputError, type BatchproofError } from "../../errors.ts";
import { secondsOfCivil } from "../../input/times.ts";
import { shown } from "../csvTable.ts";
import { PARTS, parseExact, type NumberForm } from "../exact.ts";

/** A time as a cell tells it. */
export interface ToldTime {
  /** Seconds from 1970-01-01T00:00:00 on the clock that is told. */
  readonly seconds: number;
  /** Millionths of a second beyond them. */
  readonly micros: number;
  /** The clock's seconds east of UTC, where the cell says them. */
  readonly offset?: number;
  /** Whether it says them by a "Z". */
  readonly isZulu?: boolean;
}

/**
 * Reads one cell. Days of `excel` are counted from 1904 in a workbook that says so. Errors: `time-syntax`, `time-impossible`,
 * `time-zone`, those of `offsetOf`.
 */
export type TimeReader = (text: string, place: string, is1904?: boolean) => ToldTime;

/** A form of time that a profile may name. */
export interface TimeForm {
  /** What it tells: a whole time, a day, or a time of day. */
  readonly tells: "time" | "date" | "clock";
  /** Whether each time says its own offset from UTC; else it stands on a local clock. */
  readonly zone: "stated" | "local";
  readonly read: TimeReader;
}

/** How a row tells its time: by one cell, or by a date and a time of day in two. */
export interface RowTime {
  readonly zone: TimeForm["zone"];
  /** Errors: those of `TimeReader`. */
  readonly read: (cells: readonly string[], place: string, is1904?: boolean) => ToldTime;
}

/** Months as exports in English write them. */
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** What each token of a form stands for, and as which part of a time. A longer token goes before its beginning. */
const TOKENS = [
  ["yyyy", "year", "\\d{4}"],
  ["yy", "shortYear", "\\d{2}"],
  ["MMM", "monthName", MONTHS.join("|")],
  ["MM", "month", "\\d{2}"],
  ["M", "month", "\\d{1,2}"],
  ["dd", "day", "\\d{2}"],
  ["d", "day", "\\d{1,2}"],
  ["HH", "hour", "\\d{2}"],
  ["H", "hour", "\\d{1,2}"],
  ["hh", "hour12", "\\d{2}"],
  ["h", "hour12", "\\d{1,2}"],
  ["mm", "minute", "\\d{2}"],
  ["ss", "second", "\\d{2}"],
  ["f", "fraction", "\\d{1,18}"],
  ["a", "half", "[ap]\\.?m\\.?"],
  ["z", "zone", "Z|UTC|GMT|[+-]\\d{2}:?\\d{2}"],
] as const;
type Part = (typeof TOKENS)[number][1];
type Parts = Partial<Record<Part, string>>;

/** Forms that are no row of tokens. `excel` counts days of a local clock from the end of 1899. */
const NAMED: Readonly<Record<string, (numbers: NumberForm) => TimeForm>> = {
  rfc3339: () => ({ tells: "time", zone: "stated", read: readRfc3339 }),
  unix: (numbers) => counted("stated", 0n, 1n, 1n, numbers),
  "unix-ms": (numbers) => counted("stated", 0n, 1n, 1000n, numbers),
  excel: (numbers) => {
    const since = (days: bigint): TimeForm => counted("local", -days * 86400n, 86400n, 1n, numbers);
    const [of1900, of1904] = [since(25569n), since(24107n)] as const;
    return { ...of1900, read: (cell, place, is1904) => (is1904 === true ? of1904 : of1900).read(cell, place) };
  },
  labview: (numbers) => counted("stated", -2082844800n, 1n, 1n, numbers),
};

/** Names of the forms that are no row of tokens. */
export const NAMED_FORMS = Object.keys(NAMED);

/**
 * The form of a text: one of NAMED_FORMS, or a row of tokens with texts between, such as "MM/dd/yy hh:mm:ss a"; seconds and
 * their fraction may stand in square brackets, and be left out. Undefined if it is none: an unknown letter, a part twice, a
 * part without which there is no time, one in brackets, digits of which nobody knows where they end.
 */
export function timeFormOf(text: string, numbers: NumberForm): TimeForm | undefined {
  if (Object.hasOwn(NAMED, text)) return NAMED[text]?.(numbers);
  const found = patternOf(text);
  if (found === undefined) return undefined;
  const { pattern, parts } = found;
  const has = (...names: Part[]): boolean => names.some((name) => parts.includes(name));
  const date = has("year", "shortYear") && has("month", "monthName") && has("day");
  const clock = has("minute") && has("hour", "hour12");
  const [anyDate, anyClock] = [
    has("year", "shortYear", "month", "monthName", "day"),
    has("minute", "hour", "hour12", "half", "second", "fraction"),
  ];
  if ((anyDate && !date) || (anyClock && !clock) || (has("fraction") && !has("second")) || !(date || clock)) {
    return undefined;
  }
  // An hour of 24 with a half would be read without it, one of 12 without a half is two times.
  if (has("hour12") !== has("half")) return undefined;
  return {
    tells: date && clock ? "time" : date ? "date" : "clock",
    zone: has("zone") ? "stated" : "local",
    read: (cell, place) => readParts(pattern, parts, text, cell, place),
  };
}

/** The time of a row that one cell tells. */
export function timeOfCell({ zone, read }: TimeForm): RowTime {
  return { zone, read: ([cell = ""], place, is1904) => read(cell, place, is1904) };
}

/** The time of a row that a date and a time of day tell, in this order. */
export function timeOfCells(date: TimeForm, clock: TimeForm): RowTime {
  return {
    zone: clock.zone,
    read: ([day = "", time = ""], place) => {
      const { seconds, ...rest } = clock.read(time, place);
      return { ...rest, seconds: date.read(day, place).seconds + seconds };
    },
  };
}

/** What may be left out: a time without it is a time still. */
const OPTIONAL: ReadonlySet<Part> = new Set(["second", "fraction"]);

/** What begins with no digit. */
const WORDS: ReadonlySet<Part> = new Set(["monthName", "half", "zone"]);

/** Every token becomes a group of bounded length, so a match takes linear time. */
function patternOf(text: string): { pattern: RegExp; parts: readonly Part[] } | undefined {
  const parts: Part[] = [];
  let source = "";
  let isOpen = false;
  // Whether digits stand before, of which another digit would be one more; and whether they stood before the bracket.
  let isGrowing = false;
  let wasGrowing = false;
  for (let at = 0; at < text.length;) {
    const token = TOKENS.find(([name]) => text.startsWith(name, at));
    const char = text.charAt(at);
    if (token !== undefined) {
      const [name, part, digits] = token;
      const isWord = WORDS.has(part);
      if (parts.includes(part) || (isOpen && !OPTIONAL.has(part)) || (isGrowing && !isWord)) return undefined;
      isGrowing = !isWord && digits.includes(",");
      parts.push(part);
      source += `(${digits})`;
      at += name.length;
      continue;
    }
    if (char === "[" && !isOpen) {
      source += "(?:";
      wasGrowing = isGrowing;
    } else if (char === "]" && isOpen) {
      source += ")?";
      isGrowing ||= wasGrowing;
    } else if (/^[ ,.:/_T-]$/.test(char)) {
      source += char.replace(/[./-]/, "\\$&");
      isGrowing = false;
    } else return undefined;
    if (char === "[" || char === "]") isOpen = char === "[";
    at++;
  }
  const years = parts.filter((part) => part === "year" || part === "shortYear").length;
  const months = parts.filter((part) => part === "month" || part === "monthName").length;
  const hours = parts.filter((part) => part === "hour" || part === "hour12").length;
  if (isOpen || years > 1 || months > 1 || hours > 1) return undefined;
  return { pattern: new RegExp(`^${source}$`, "i"), parts };
}

function readParts(pattern: RegExp, parts: readonly Part[], form: string, cell: string, place: string): ToldTime {
  const match = pattern.exec(cell);
  if (match === null) throw syntaxError(cell, form, place);
  const told: Parts = {};
  parts.forEach((part, i) => {
    const text = match[i + 1];
    if (text !== undefined) told[part] = text;
  });
  // A fraction of what is left out is none of a second.
  if (told.fraction !== undefined && told.second === undefined) throw syntaxError(cell, form, place);
  const clock = clockOf(told);
  const { day, year = told.shortYear === undefined ? undefined : `20${told.shortYear}` } = told;
  const month = told.month ?? MONTHS.indexOf(told.monthName?.toLowerCase() ?? "") + 1;
  const seconds = day === undefined ? clock : secondsOfCivil(Number(year), Number(month), Number(day), clock ?? -1);
  if (seconds === undefined) throw impossibleError(cell, place);
  const { zone } = told;
  return {
    seconds,
    micros: microsOf(told.fraction),
    ...(zone === undefined ? {} : { offset: offsetOf(zone, place), isZulu: !/^[+-]/.test(zone) }),
  };
}

/** Seconds since midnight; undefined if there is no such time. */
function clockOf({ hour, hour12, half, minute, second = "0" }: Parts): number | undefined {
  const twelve = Number(hour12);
  if (hour12 !== undefined && (twelve < 1 || twelve > 12)) return undefined;
  const isAfternoon = half?.toLowerCase().startsWith("p") === true;
  const hours = hour12 === undefined ? Number(hour ?? 0) : (twelve % 12) + (isAfternoon ? 12 : 0);
  const [minutes, seconds] = [Number(minute ?? 0), Number(second)];
  return hours > 23 || minutes > 59 || seconds > 59 ? undefined : hours * 3600 + minutes * 60 + seconds;
}

function microsOf(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 6).padEnd(6, "0"));
}

/** RFC 3339 with its offset, a blank or "T" between, and with or without a colon in the offset. */
function readRfc3339(cell: string, place: string): ToldTime {
  const match = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,18}))?(Z|[+-]\d{2}:?\d{2})?$/.exec(cell);
  if (match === null) throw syntaxError(cell, "2022-05-05T16:26:00+01:00", place);
  const [, year, month, day, hour = "", minute = "", second = "", fraction, zone] = match;
  if (zone === undefined) throw noZoneError(place);
  const clock = clockOf({ hour, minute, second });
  const seconds = secondsOfCivil(Number(year), Number(month), Number(day), clock ?? -1);
  if (seconds === undefined) throw impossibleError(cell, place);
  return { seconds, micros: microsOf(fraction), offset: offsetOf(zone, place), isZulu: zone === "Z" };
}

/** Error `time-zone`: a time that does not say its offset from UTC. */
export function noZoneError(place: string): BatchproofError {
  return inputError("The time has no zone.", {
    place,
    remedy:
      'Export times with their offset from UTC, such as "+01:00", or with "Z"; or choose a profile that asks for it.',
    code: "time-zone",
  });
}

/**
 * "Z", "UTC", "GMT", "+01:00", "+0100" or "+1" to seconds east of UTC. Errors: `offset-range`, `offset-syntax`; `time-zone`
 * ("-00:00", by which RFC 3339 says that nobody knows the offset).
 */
export function offsetOf(text: string, place: string): number {
  if (/^(Z|UTC|GMT)$/i.test(text)) return 0;
  if (/^-0?0(:?00)?$/.test(text)) throw noZoneError(place);
  const [, sign, hours, minutes = "0"] = /^([+-])(\d{1,2})(?::?([0-5]\d))?$/.exec(text) ?? [];
  if (sign === undefined) {
    throw inputError(`This is not an offset from UTC: "${shown(text)}".`, { place, code: "offset-syntax" });
  }
  const seconds = Number(hours) * 3600 + Number(minutes) * 60;
  if (seconds > 14 * 3600)
    throw inputError("No place is more than 14 hours from UTC.", { place, code: "offset-range" });
  return sign === "-" ? -seconds : seconds;
}

/** A number of units of `of / per` seconds, counted from `zero` seconds after 1970. */
function counted(zone: TimeForm["zone"], zero: bigint, of: bigint, per: bigint, numbers: NumberForm): TimeForm {
  const isNumber = numbers.decimal === "." ? /^\d{1,15}(?:\.\d{1,17})?$/ : /^\d{1,15}(?:,\d{1,17})?$/;
  return {
    tells: "time",
    zone,
    read: (cell, place) => {
      if (!isNumber.test(cell)) throw syntaxError(cell, "a plain number", place);
      const [whole = "", fraction = ""] = cell.split(numbers.decimal);
      // Of a number of 15 digits `parseExact` would make none: the whole part is read for itself.
      const parts = BigInt(whole) * PARTS + parseExact(`0${numbers.decimal}${fraction || "0"}`, numbers, place);
      const micros = (parts * of * 1_000_000n) / per / PARTS;
      // A serial number of days carries no more than a millisecond: of the nearest, not of the one before.
      const told = of === 1n ? micros : ((micros + 500n) / 1000n) * 1000n;
      const since = told + zero * 1_000_000n;
      if (since < 0n || since >= 2n ** 40n * 1_000_000n) throw impossibleError(cell, place);
      const time = { seconds: Number(since / 1_000_000n), micros: Number(since % 1_000_000n) };
      return zone === "stated" ? { ...time, offset: 0, isZulu: true } : time;
    },
  };
}

function syntaxError(cell: string, form: string, place: string): Error {
  return inputError(`This is not a time in the form of the profile, ${form}: "${shown(cell)}".`, {
    place,
    remedy: "Choose the profile of this export, or export in its form.",
    code: "time-syntax",
  });
}

function impossibleError(cell: string, place: string): Error {
  return inputError(`There is no such time: "${shown(cell)}".`, {
    place,
    remedy: "Change nothing in the file: choose a profile whose form is that of this export, day and month too.",
    code: "time-impossible",
  });
}
