import { formatDuration } from "../input/times.ts";

const DAY = 86_400;

/** Seconds for people and, where that loses the number as it stands in the file, the seconds too. */
export function time(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return `${seconds > 3 * DAY && seconds % DAY === 0 ? days(seconds) : formatDuration(seconds)} (${seconds} s)`;
}

/** Whole days where it is whole days, for numbers that nobody compares with a file. */
export function span(seconds: number): string {
  return seconds % DAY === 0 ? days(seconds) : time(seconds);
}

function days(seconds: number): string {
  return `${seconds / DAY} days`;
}

/** What the author of a policy wrote, marked as such: no text of a policy holds a double quote. */
export function quoted(text: string): string {
  return `"${text}"`;
}
