import { inputError } from "../errors.ts";

const MINUTE = 60;
const HOUR = 3600;
/** No clock on earth is further from UTC. */
const MAX_OFFSET = 14 * HOUR;

/**
 * RFC 3339 with its offset, to Unix seconds: "2022-05-05T16:26:00+01:00". No default zone, no fractions, no leap
 * second, nothing before 1970.
 * Errors: `time-zone` (offset missing, or the unknown "-00:00"), `time-fraction`, `time-impossible`, `time-syntax`,
 * `offset-range`.
 */
export function parseTime(text: string, place: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  const [, date, clock, fraction, offset] = match ?? [];
  if (date === undefined || clock === undefined) {
    throw inputError('This is not a time such as "2022-05-05T16:26:00+01:00".', { place, code: "time-syntax" });
  }
  if (fraction !== undefined) {
    throw inputError("Times are whole seconds.", { place, code: "time-fraction" });
  }
  if (offset === undefined || offset === "-00:00") {
    throw inputError("The time has no zone.", {
      place,
      remedy: 'End it with its offset from UTC, such as "+01:00", or with "Z".',
      code: "time-zone",
    });
  }
  const seconds = civilSeconds(date, clock, place) - parseOffset(offset, place);
  if (seconds < 0) throw inputError("The time lies before 1970.", { place, code: "time-impossible" });
  return seconds;
}

/** "+01:00", "-03:30" or "Z" to seconds east of UTC. Errors: `offset-syntax` (also "-00:00"), `offset-range`. */
export function parseOffset(text: string, place: string): number {
  if (text === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):([0-5]\d)$/.exec(text) ?? [];
  if (sign === undefined || text === "-00:00") {
    throw inputError('This is not an offset such as "+01:00".', { place, code: "offset-syntax" });
  }
  const seconds = Number(hours) * HOUR + Number(minutes) * MINUTE;
  if (seconds > MAX_OFFSET) {
    throw inputError("No place is more than 14 hours from UTC.", { place, code: "offset-range" });
  }
  return sign === "-" ? -seconds : seconds;
}

/**
 * Seconds from 1970-01-01T00:00:00 to a date and a time of day of the same clock; undefined if there is no such date or
 * time. Month and day count from 1.
 */
export function secondsOfCivil(year: number, month: number, day: number, clock: number): number | undefined {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (year < 100 || month < 1 || month > 12 || day < 1 || clock < 0 || clock >= 24 * HOUR) return undefined;
  // Day 0 of the next month is the last one of this.
  if (day > 28 && day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  return Date.UTC(year, month - 1, day) / 1000 + clock;
}

/** The years that RFC 3339 can write, Unix seconds. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;

/**
 * Unix seconds as RFC 3339, in the zone `offset` seconds east of UTC. Others may have chosen the number, so each one has a
 * text: before the year 0 and after 9999 that says so, with the seconds.
 */
export function formatTime(seconds: number | bigint, offset = 0): string {
  const time = Number(seconds) + offset;
  if (time < FIRST_SECOND) return `before year 0 (${seconds} s)`;
  if (time > LAST_SECOND) return `year 10000 or later (${seconds} s)`;
  return `${isoSeconds(time)}${offset === 0 ? "Z" : formatOffset(offset)}`;
}

/** Whole minutes east of UTC, given in seconds, as "+01:00". */
export function formatOffset(offset: number): string {
  const minutes = Math.abs(offset) / MINUTE;
  return `${offset < 0 ? "-" : "+"}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

/**
 * Local times stand on a device's own clock, whose zone is not known: seconds since 1970-01-01 00:00 of that clock.
 * `applyOffset` turns them into Unix seconds. This one reads "2022-05-05 16:26". Errors: as `parseLocalDate`.
 */
export function parseLocalTime(text: string, place: string): number {
  const [, date, clock] = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})$/.exec(text) ?? [];
  if (date === undefined || clock === undefined) {
    throw inputError('This is not a time such as "2022-05-05 16:26".', { place, code: "time-syntax" });
  }
  return civilSeconds(date, `${clock}:00`, place);
}

/** Local seconds at the start of a day: "2022-05-05". Errors: `time-syntax`, `time-impossible`. */
export function parseLocalDate(text: string, place: string): number {
  return parseLocalTime(`${text} 00:00`, place);
}

/** Seconds since midnight: "16:26". Errors: `time-syntax`, `time-impossible`. */
export function parseTimeOfDay(text: string, place: string): number {
  return parseLocalTime(`1970-01-01 ${text}`, place);
}

/** Local seconds as "2022-05-05 16:26", with seconds only where they are not zero. */
export function formatLocalTime(seconds: number): string {
  return isoSeconds(seconds).replace("T", " ").replace(/:00$/, "");
}

/** Seconds of a length of time in words: "5 min", "2 h 3 min", "45 s". */
export function formatDuration(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / HOUR), "h"],
    [Math.floor((seconds % HOUR) / MINUTE), "min"],
    [seconds % MINUTE, "s"],
  ];
  const words = parts.filter(([count]) => count !== 0).map(([count, unit]) => `${count} ${unit}`);
  return words.length === 0 ? "0 s" : words.join(" ");
}

/** Seconds from 1970-01-01T00:00:00 to a date and a time of day of the same clock. Error `time-impossible`. */
function civilSeconds(date: string, clock: string, place: string): number {
  const [year = NaN, month = NaN, day = NaN] = date.split("-").map(Number);
  const [hour = NaN, minute = NaN, second = NaN] = clock.split(":").map(Number);
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  // Date.UTC carries 30 February over into March; a date that does not come back was none.
  if (isoSeconds(seconds) !== `${date}T${clock}`) {
    throw inputError(`There is no ${date} ${clock}.`, { place, code: "time-impossible" });
  }
  return seconds;
}

function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

function twoDigits(value: number): string {
  return value.toString().padStart(2, "0");
}
