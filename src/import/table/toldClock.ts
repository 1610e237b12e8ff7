import { inputError } from "../../errors.ts";
import { parseOffset } from "../../input/times.ts";
import type { ToldClock } from "./table.ts";

/** What somebody says of a file's clock, in words. */
export interface SaidClock {
  /** Such as +02:00. */
  readonly offset?: string | undefined;
  /** Of the IANA database. */
  readonly zone?: string | undefined;
}

/**
 * A clock as somebody says it; `place` is where `offset` or `zone` is said, for errors. Errors: `usage` (both), those of
 * `parseOffset`.
 */
export function toldClock({ offset, zone }: SaidClock, place: (name: keyof SaidClock) => string): ToldClock {
  if (offset !== undefined && zone !== undefined) {
    throw inputError("A clock has an offset or a zone.", {
      place: place("zone"),
      code: "usage",
      remedy: `Give ${place("offset")} or ${place("zone")}, not both.`,
    });
  }
  if (offset !== undefined) return { offset: parseOffset(offset, place("offset")) };
  return zone === undefined ? {} : { zone };
}
