import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import type { Row } from "../../formats/series.ts";
import { SIDES, type Side } from "./budgets.ts";
import { excursionsOf, timeOutside } from "./excursions.ts";
import { weightsOfCodes } from "./weightPolynomial.ts";

/**
 * What a rule's limits of time say of a series by its exact times. The circuit knows whole ticks only, and counts a time
 * up to a tick too short at each reading; the definitions are the same: a reading stands for half of the interval before
 * it and half of the one after it, an excursion lasts from the last reading inside the band to its last reading.
 */

/** A limit that the exact times break: the longest time, and how long it was, in halves of the unit of time; a mean has neither. */
export type ExactBreach =
  | { readonly rule: "cumulative"; readonly side: Side; readonly halves: bigint; readonly limit: bigint }
  | { readonly rule: "single"; readonly halves: bigint; readonly limit: bigint }
  | { readonly rule: "mkt" };

/** A reading's time, a whole number of its unit, and its code. */
export interface TimedCode {
  readonly time: number;
  readonly code: number;
}

/**
 * Every limit of time that the readings, in the order of time, break. Limits are the rule's.
 * @param perSecond how many units of the readings' times a second has
 */
export function exactBreaches(rule: TemperatureRule, readings: readonly TimedCode[], perSecond = 1): ExactBreach[] {
  const rows = readings.map(({ time, code }, i): Row => ({ dt: time - (readings[i - 1]?.time ?? time), code }));
  const tick = rule.tick * BigInt(perSecond);
  return [...cumulativeBreaches(rule, rows, tick), ...singleBreaches(rule, rows, tick), ...mktBreaches(rule, rows)];
}

function cumulativeBreaches(rule: TemperatureRule, rows: readonly Row[], tick: bigint): ExactBreach[] {
  const outside = timeOutside(rule, rows).at(-1) ?? { above: 0n, below: 0n };
  const budgets = { above: rule.budgetAbove, below: rule.budgetBelow };
  return SIDES.flatMap((side): ExactBreach[] => {
    const [halves, limit] = [outside[side], budgets[side] * tick];
    return halves > limit ? [{ rule: "cumulative", side, halves, limit }] : [];
  });
}

function singleBreaches(rule: TemperatureRule, rows: readonly Row[], tick: bigint): ExactBreach[] {
  const longest = excursionsOf(rule, rows).reduce((most, { ticks }) => Math.max(most, ticks), 0);
  const [halves, limit] = [2n * BigInt(longest), 2n * rule.single * tick];
  return halves > limit ? [{ rule: "single", halves, limit }] : [];
}

/** By the rule's weights, without the unit of dwell that the circuit adds for each row. */
function mktBreaches(rule: TemperatureRule, rows: readonly Row[]): ExactBreach[] {
  const weights = weightsOfCodes(rule);
  let excess = 0n;
  rows.forEach(({ dt, code }, i) => {
    excess += BigInt(dt + (rows[i + 1]?.dt ?? 0)) * ((weights[code] ?? 0n) - rule.mktLimit);
  });
  return excess > 0n ? [{ rule: "mkt" }] : [];
}
