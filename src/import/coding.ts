import type { TemperatureRule } from "../formats/temperatureRule.ts";
import { CELSIUS_OFFSET, CHANNELS } from "../formats/constants.ts";
import type { Channel } from "../formats/parametersRule.ts";
import type { Sample } from "../formats/samples.ts";
import type { Row } from "../formats/series.ts";
import { FINER_PARTS } from "./exact.ts";
import type { Reading, SampleReading } from "./series.ts";
import { codeTimes } from "./ticks.ts";

/**
 * How values become codes: code u stands for origin + u * stepNum / stepDen. Everything is in millionths of the
 * channel's unit on one common zero (a rule's `origin` minus CELSIUS_OFFSET, or both with it). The permitted codes
 * are 0 to `width`, the normal ones `normalLow` to `normalHigh` (0 and `width` where a rule has no normal band).
 */
export type ReadingGrid = Pick<
  TemperatureRule,
  "origin" | "stepNum" | "stepDen" | "width" | "normalLow" | "normalHigh"
>;

/**
 * The code of a value, rounded away from the lower end of the normal band: below it down, at or above it up. So a value
 * beyond a limit by any amount has a code beyond that limit's code: one beyond the normal band is never coded back into it,
 * and one beyond a hard limit has a code below 0 or above `width`, which is returned as it is and refused by the rule
 * `range`. Limits that lie on the grid get their own codes; codes never fall as values rise. Exact;
 * docs/spec/formats.md, Encoding.
 * @param finer what the value is beyond its millionths, in parts of one (`FINER_PARTS`)
 */
export function codeReading(value: bigint, coding: ReadingGrid, finer = 0n): bigint {
  const { origin, stepNum, stepDen, normalLow } = coding;
  // In stepNum to a code, so that the code's own place is not rounded.
  if (finer === 0n) return outward((value - origin) * stepDen, stepNum, normalLow);
  return outward(((value - origin) * FINER_PARTS + finer) * stepDen, stepNum * FINER_PARTS, normalLow);
}

function outward(distance: bigint, step: bigint, normalLow: bigint): bigint {
  return distance < normalLow * step ? floorDivide(distance, step) : -floorDivide(-distance, step);
}

/** A record's time zero and rows. */
export interface CodedSeries<R> {
  /** The first reading's time, Unix seconds. */
  readonly t0: number;
  readonly rows: R[];
}

/** The rows of a record from its readings. Codes outside 0..width stay as they are. Error `time-backward`. */
export function codeSeries(
  readings: readonly Pick<Reading, "time" | "value" | "finer">[],
  coding: ReadingGrid,
  tick: number,
): CodedSeries<Row> {
  return codeRows(readings, tick, (dt, { value, finer }) => ({ dt, code: Number(codeReading(value, coding, finer)) }));
}

/**
 * The rows of a record from samples of several channels: one coding a value, and 0 for every channel up to CHANNELS that
 * is not used. Codes outside 0..width stay as they are. Error `time-backward`.
 */
export function codeSamples(
  samples: readonly Pick<SampleReading, "time" | "values" | "finer">[],
  codings: readonly ReadingGrid[],
  tick: number,
): CodedSeries<Sample> {
  const unused = new Array<number>(CHANNELS - codings.length).fill(0);
  return codeRows(samples, tick, (dt, { values, finer }) => ({
    dt,
    codes: [...codings.map((coding, i) => Number(codeReading(values[i] ?? 0n, coding, finer?.[i]))), ...unused],
  }));
}

function codeRows<T extends { readonly time: number }, R>(
  readings: readonly T[],
  tick: number,
  rowOf: (dt: number, reading: T) => R,
): CodedSeries<R> {
  const t0 = readings[0]?.time ?? 0;
  const times = codeTimes(
    readings.map(({ time }) => time),
    t0,
    tick,
  );
  return { t0, rows: readings.map((reading, i) => rowOf(times[i]?.dt ?? 0, reading)) };
}

/** How a channel with hard limits only codes plain millionths of its unit: a rule's origin is offset in every channel. */
export function channelCoding({ origin, stepNum, stepDen, width }: Channel): ReadingGrid {
  return { origin: origin - CELSIUS_OFFSET, stepNum, stepDen, width, normalLow: 0n, normalHigh: width };
}

/** Rounds toward minus infinity; the divisor is positive. */
function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}
