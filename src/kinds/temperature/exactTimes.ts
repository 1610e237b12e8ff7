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

/** A limit that the exact times break: the longest time, and how long it was; a mean has neither. */
export type ExactBreach =
  | { readonly rule: "cumulative"; readonly side: Side; readonly halfSeconds: bigint; readonly limit: bigint }
  | { readonly rule: "single"; readonly halfSeconds: bigint; readonly limit: bigint }
  | { readonly rule: "mkt" };

/** A reading's time in whole seconds, and its code. */
export interface TimedCode {
  readonly time: number;
  readonly code: number;
}

/** Every limit of time that the readings, in the order of time, break. Limits are the rule's, in half-seconds. */
export function exactBreaches(rule: TemperatureRule, readings: readonly TimedCode[]): ExactBreach[] {
  const rows = readings.map(({ time, code }, i): Row => ({ dt: time - (readings[i - 1]?.time ?? time), code }));
  return [...cumulativeBreaches(rule, rows), ...singleBreaches(rule, rows), ...mktBreaches(rule, rows)];
}

function cumulativeBreaches(rule: TemperatureRule, rows: readonly Row[]): ExactBreach[] {
  const outside = timeOutside(rule, rows).at(-1) ?? { above: 0n, below: 0n };
  const budgets = { above: rule.budgetAbove, below: rule.budgetBelow };
  return SIDES.flatMap((side): ExactBreach[] => {
    const [halfSeconds, limit] = [outside[side], budgets[side] * rule.tick];
    return halfSeconds > limit ? [{ rule: "cumulative", side, halfSeconds, limit }] : [];
  });
}

function singleBreaches(rule: TemperatureRule, rows: readonly Row[]): ExactBreach[] {
  const seconds = excursionsOf(rule, rows).reduce((longest, { ticks }) => Math.max(longest, ticks), 0);
  const [halfSeconds, limit] = [2n * BigInt(seconds), 2n * rule.single * rule.tick];
  return halfSeconds > limit ? [{ rule: "single", halfSeconds, limit }] : [];
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
