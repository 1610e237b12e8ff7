import { CODES, DWELL_UNIT } from "../../formats/constants.ts";
import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import type { Row } from "../../formats/series.ts";
import { weightsOfCodes, type Weighing } from "./weightPolynomial.ts";

/**
 * What a series says about the normal band, in the integers of circuits/lib: rows are padded to the circuit's N, because
 * every row, padding too, adds one unit of dwell.
 */

type Band = Pick<TemperatureRule, "normalLow" | "normalHigh">;

/** On which side of the normal band a code lies; undefined: inside it. */
export function sideOf({ normalLow, normalHigh }: Band, code: number): "above" | "below" | undefined {
  if (BigInt(code) > normalHigh) return "above";
  return BigInt(code) < normalLow ? "below" : undefined;
}

/** For each row whether its code is outside the normal band. */
export function outsideFlags(rule: Band, rows: readonly Row[]): boolean[] {
  return rows.map(({ code }) => sideOf(rule, code) !== undefined);
}

/** Half-ticks that a reading stands for: half of the interval before it and half of the one after it. */
function halfTicks(rows: readonly Row[], i: number): number {
  return (rows[i]?.dt ?? 0) + (rows[i + 1]?.dt ?? 0);
}

/**
 * Time spent at each code 0 to 254: DWELL_UNIT for each half-tick, plus 1 for each row. Codes that no record can hold
 * are left out; rule `range` refuses them.
 */
export function dwellOf(rows: readonly Row[]): bigint[] {
  const dwell = new Array<bigint>(CODES).fill(0n);
  rows.forEach(({ code }, i) => {
    const before = dwell[code];
    if (before !== undefined) dwell[code] = before + DWELL_UNIT * BigInt(halfTicks(rows, i)) + 1n;
  });
  return dwell;
}

/** Half-ticks spent above and below the normal band. */
export interface TimeOutside {
  readonly above: bigint;
  readonly below: bigint;
}

/** After each reading the time outside the normal band so far. */
export function timeOutside(rule: Band, rows: readonly Row[]): TimeOutside[] {
  let time: TimeOutside = { above: 0n, below: 0n };
  return rows.map(({ code }, i) => {
    const side = sideOf(rule, code);
    if (side !== undefined) time = { ...time, [side]: time[side] + BigInt(halfTicks(rows, i)) };
    return time;
  });
}

/** One uninterrupted excursion. */
export interface Excursion {
  /** Index of its first and last reading outside the band. */
  readonly first: number;
  readonly last: number;
  /** Ticks from the last reading inside the band before it (or the first of the series) to its last reading. */
  readonly ticks: number;
}

/** All excursions of a series, in order. */
export function excursionsOf(rule: Band, rows: readonly Row[]): Excursion[] {
  const excursions: Excursion[] = [];
  let open: Excursion | undefined;
  rows.forEach(({ dt, code }, i) => {
    if (sideOf(rule, code) === undefined) {
      if (open !== undefined) excursions.push(open);
      open = undefined;
    } else {
      open = { first: open?.first ?? i, last: i, ticks: (open?.ticks ?? 0) + dt };
    }
  });
  return open === undefined ? excursions : [...excursions, open];
}

/** Entries besides 0 of the private table of excursion lengths, in a circuit of n rows: what its power of two leaves. */
export function excursionTableSize(n: number): number {
  if (n <= 1470) return 16;
  return n <= 4200 ? 24 : 32;
}

/**
 * The table of excursion lengths in ticks, zero-filled, and how often the circuit looks up 0 and each of them: once for
 * every row whose next row is inside the band, and for the last row. Lengths beyond the table's size are left out:
 * such a series cannot be proven.
 */
export function excursionTable(rule: Band, rows: readonly Row[]): { lengths: bigint[]; counts: bigint[] } {
  const size = excursionTableSize(rows.length);
  const excursions = excursionsOf(rule, rows);
  const lengths = distinctLengths(excursions).slice(0, size);
  const counts = new Map<number, number>();
  for (const { ticks } of excursions) counts.set(ticks, (counts.get(ticks) ?? 0) + 1);
  const entries = [...lengths, ...new Array<number>(size - lengths.length).fill(0)];
  const outside = outsideFlags(rule, rows);
  const rests = outside.filter((flag, i) => !flag && outside[i + 1] !== true).length;
  return {
    lengths: entries.map(BigInt),
    counts: [rests + (counts.get(0) ?? 0), ...entries.map((ticks) => (ticks === 0 ? 0 : (counts.get(ticks) ?? 0)))].map(
      BigInt,
    ),
  };
}

/** Distinct lengths above 0, longest first. */
export function distinctLengths(excursions: readonly Excursion[]): number[] {
  return [...new Set(excursions.map(({ ticks }) => ticks))].filter((ticks) => ticks > 0).sort((a, b) => b - a);
}

/** Sums of which rule `mkt` says: weighted <= mktLimit * total. */
export function weightedDwell(rule: Weighing, rows: readonly Row[]): { weighted: bigint; total: bigint } {
  const weights = weightsOfCodes(rule);
  let weighted = 0n;
  let total = 0n;
  dwellOf(rows).forEach((dwell, code) => {
    weighted += dwell * (weights[code] ?? 0n);
    total += dwell;
  });
  return { weighted, total };
}
