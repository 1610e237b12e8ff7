import { formatTime } from "../../src/input/times.ts";
import { language } from "../messages/index.ts";

/** Unix seconds as the page writes every time: ISO 8601 in UTC. */
export function utc(seconds: number | bigint): string {
  return formatTime(seconds);
}

/** The same time by this machine's clock and zone, as "2022-05-05T18:26:00+02:00": beside signatures, never alone. */
export function local(seconds: number): string {
  const west = new Date(seconds * 1000).getTimezoneOffset();
  // Others may have chosen the number: what is no date to the browser has no local time.
  return formatTime(seconds, Number.isNaN(west) ? 0 : -60 * west);
}

/** Name of this machine's time zone, such as "Europe/Berlin". */
export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A count as the reader's language writes it: "12,500". */
export function count(value: number | bigint): string {
  return new Intl.NumberFormat(language()).format(value);
}

/** Whole days of so many seconds. */
export function days(seconds: number): number {
  return Math.floor(Math.max(0, seconds) / 86_400);
}
