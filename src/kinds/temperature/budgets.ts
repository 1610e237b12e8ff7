import { inputError } from "../../errors.ts";
import { NO_BUDGET, NO_SINGLE } from "../../formats/temperatureRule.ts";
import { parseMicro } from "../../input/quantities.ts";
import type { Coding, Grid } from "../series/coding.ts";
import type { TemperatureLimits } from "./limits.ts";

/** The sides of the normal band. */
export const SIDES = ["above", "below"] as const;
export type Side = (typeof SIDES)[number];

/** The limits of excursions, and those that can stand in for one. */
type ExcursionLimits = Pick<TemperatureLimits, "range" | "normal" | "cumulative" | "single" | "mkt">;

/** Whether a permitted reading can lie on that side of the normal band. */
export function canLeave({ normalLow, normalHigh, width }: Grid, side: Side): boolean {
  return side === "above" ? normalHigh < width : normalLow > 0n;
}

/**
 * Longest total time on one side of the normal band, in half-ticks, rounded down; NO_BUDGET without such a limit.
 * Errors, with the limit's field as place: `normal-missing` (a budget without a normal band), `side-unlimited` (permitted
 * readings can stay on that side for ever: no budget there, no longest excursion and, above, no MKT limit that bites).
 */
export function budgetOf(limits: ExcursionLimits, coding: Coding, side: Side): bigint {
  const seconds = limits.cumulative?.[side];
  if (seconds !== undefined) {
    requireBand(limits, `cumulative/${side}`);
    return halfTicks(seconds, coding.tick);
  }
  if (canLeave(coding, side) && limits.single === undefined && !(side === "above" && mktBites(limits))) {
    throw inputError(`A stage may be ${side} the normal band all the time: nothing limits excursions to that side.`, {
      place: "normal",
      remedy: `Add "cumulative": {"${side}": seconds} or "single", or end the range where the normal band ends.`,
      code: "side-unlimited",
    });
  }
  return NO_BUDGET;
}

/**
 * Longest uninterrupted excursion in ticks, rounded down; NO_SINGLE without such a limit. Error `normal-missing`, place
 * `single`.
 */
export function singleOf(limits: ExcursionLimits, { tick }: Coding): bigint {
  if (limits.single === undefined) return NO_SINGLE;
  requireBand(limits, "single");
  return wholeTicks(limits.single, tick);
}

function requireBand({ normal }: ExcursionLimits, place: string): void {
  if (normal !== undefined) return;
  throw inputError("There is no normal band that an excursion could leave.", {
    place,
    remedy: 'Add "normal", the band in which the product is kept, or remove this limit.',
    code: "normal-missing",
  });
}

/** An MKT limit at the upper hard limit or above it refuses nothing. */
function mktBites({ mkt, range }: ExcursionLimits): boolean {
  return mkt !== undefined && parseMicro(mkt.limit, "mkt/limit") < parseMicro(range[1], "range");
}

/** Seconds of a budget in half-ticks, rounded down. */
export function halfTicks(seconds: number, tick: bigint): bigint {
  return (2n * BigInt(seconds)) / tick;
}

/** Seconds of a longest excursion in ticks, rounded down. */
export function wholeTicks(seconds: number, tick: bigint): bigint {
  return BigInt(seconds) / tick;
}

/** The seconds of a number of half-ticks: "3600 s", or "37.5 s" where the tick is odd. */
export function describeHalfTicks(count: bigint, tick: bigint): string {
  const halves = count * tick;
  return `${halves / 2n}${halves % 2n === 0n ? "" : ".5"} s`;
}
