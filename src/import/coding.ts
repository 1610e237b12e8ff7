import { inputError } from "../errors.ts";
import type { TemperatureRule } from "../formats/rule.ts";
import type { Row } from "../formats/series.ts";
import type { Reading } from "./series.ts";

/**
 * How values become codes: code u stands for origin + u * stepNum / stepDen. Everything is in millionths of the
 * channel's unit on one common zero (a rule's `origin` minus CELSIUS_OFFSET, or both with it). The permitted codes
 * are 0 to `width`, the normal ones `normalLow` to `normalHigh` (0 and `width` where a rule has no normal band).
 */
export type Coding = Pick<TemperatureRule, "origin" | "stepNum" | "stepDen" | "width" | "normalLow" | "normalHigh">;

/**
 * The code of a value, rounded outward: below the centre of the normal band down, at or above it up. So a value beyond
 * a limit by any amount has a code beyond that limit's code: one beyond the normal band is never coded back into it,
 * and one beyond a hard limit has a code below 0 or above `width`, which is returned as it is and refused by the rule
 * `range`. Limits that lie on the grid get their own codes; codes never fall as values rise. Exact; circuits.md,
 * Encoding.
 */
export function codeReading(value: bigint, coding: Coding): bigint {
  const { origin, stepNum, stepDen, normalLow, normalHigh } = coding;
  // In stepNum to a code, so that neither the centre nor the code's own place is rounded.
  const distance = (value - origin) * stepDen;
  const isLow = 2n * distance < (normalLow + normalHigh) * stepNum;
  return isLow ? floorDivide(distance, stepNum) : -floorDivide(-distance, stepNum);
}

/** Whole ticks from `t0` to a time, both in seconds. */
export function codeTime(time: number, t0: number, tick: number): number {
  return Math.floor((time - t0) / tick);
}

/** For each time its ticks since `t0` (k) and since the time before it (dt, 0 for the first). Error `time-backward`. */
export function codeTimes(times: readonly number[], t0: number, tick: number): { k: number; dt: number }[] {
  let before = 0;
  return times.map((time) => {
    const k = codeTime(time, t0, tick);
    const dt = k - before;
    if (dt < 0) throw inputError("The times of a series run backward.", { code: "time-backward" });
    before = k;
    return { k, dt };
  });
}

/**
 * The rows of a record from its readings; t0 is the first reading's time. Codes outside 0..width stay as they are.
 */
export function codeSeries(
  readings: readonly Pick<Reading, "time" | "value">[],
  coding: Coding,
  tick: number,
): { t0: number; rows: Row[] } {
  const t0 = readings[0]?.time ?? 0;
  const times = codeTimes(
    readings.map(({ time }) => time),
    t0,
    tick,
  );
  const rows = readings.map(({ value }, i) => ({ dt: times[i]?.dt ?? 0, code: Number(codeReading(value, coding)) }));
  return { t0, rows };
}

/** Rounds toward minus infinity; the divisor is positive. */
function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}
