import { inputError } from "../../errors.ts";
import { formatLocalTime, formatOffset } from "../../input/times.ts";

/** Makes Unix seconds of the seconds of a local clock. Errors: `time-ambiguous`, `time-impossible`. */
export type ToUnix = (local: number, place: string) => number;

/** A clock with one offset, in seconds east of UTC. */
export function fixedOffset(offset: number): ToUnix {
  return (local) => local - offset;
}

const DAY = 86_400;

/**
 * A clock of an IANA zone, which knows summer time: the hour that comes twice is refused, and so is the one that never
 * comes. Error `zone`: there is no such zone.
 */
export function ianaZone(name: string, place: string): ToUnix {
  const offsetAt = offsetsOf(name, place);
  return (local, at) => {
    // No zone changes twice within two days, so one of these holds, if any does.
    const offsets = new Set([offsetAt(local - DAY), offsetAt(local + DAY)]);
    const fitting = [...offsets].filter((offset) => offsetAt(local - offset) === offset);
    const [only, another] = fitting;
    if (only !== undefined && another === undefined) return local - only;
    const shown = formatLocalTime(local);
    if (only === undefined) {
      throw inputError(`In ${name} the clock never showed ${shown}: it was put forward.`, {
        place: at,
        remedy: "Find out the offset of the device's clock from UTC, and give it with --offset.",
        code: "time-impossible",
      });
    }
    throw inputError(`In ${name} the clock showed ${shown} twice: at ${fitting.map(formatOffset).join(" and at ")}.`, {
      place: at,
      remedy: "Export with the offset of each time, or in UTC: which one is meant is not guessed.",
      code: "time-ambiguous",
    });
  };
}

/** Offset of a zone at a Unix time, by the rules of the time zones that Node.js has. */
function offsetsOf(name: string, place: string): (time: number) => number {
  const format = formatOf(name, place);
  const atMidnight = new Map<number, number>();
  const exact = (time: number): number => {
    const parts = Object.fromEntries(format.formatToParts(time * 1000).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - time;
  };
  const midnight = (day: number): number => {
    const known = atMidnight.get(day) ?? exact(day * DAY);
    atMidnight.set(day, known);
    return known;
  };
  return (time) => {
    const day = Math.floor(time / DAY);
    const offset = midnight(day);
    return offset === midnight(day + 1) ? offset : exact(time);
  };
}

function formatOf(timeZone: string, place: string): Intl.DateTimeFormat {
  try {
    if (!/^[A-Z]/.test(timeZone)) throw new RangeError("an offset is no zone");
    return new Intl.DateTimeFormat("en-US", {
      ...{ timeZone, hourCycle: "h23", calendar: "gregory", numberingSystem: "latn" },
      ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
    });
  } catch (cause) {
    throw inputError("There is no time zone of this name.", {
      place,
      remedy: 'Name a zone of the IANA database, such as "Europe/Berlin", or give --offset.',
      code: "zone",
      cause,
    });
  }
}
