import { CELSIUS_OFFSET, CHANNEL, type ChannelName } from "../../formats/constants.ts";
import { CHANNEL_WORDS } from "../../formats/channels.ts";
import { formatMicro } from "../../input/quantities.ts";
import { formatTime } from "../../input/times.ts";
import type { Grid } from "./coding.ts";
import { curveOf, type CodedReadings } from "./curve.ts";

/**
 * What one channel of a record says, as it is judged: values are those of its codes, times are in whole ticks. Values are
 * decimal texts in `unit`, rounded to a millionth where a code has no shorter form.
 */
export interface SeriesFigures {
  readonly channel: ChannelName;
  /** As a policy writes it (UCUM). */
  readonly unit: string;
  readonly count: number;
  /** RFC 3339. */
  readonly first: string;
  readonly last: string;
  readonly minimum: string;
  readonly maximum: string;
  /** Each reading stands for half the time to its neighbours; rounded to 4 decimals. */
  readonly timeWeightedMean: string;
  /** Mean kinetic temperature of a temperature claim. */
  readonly mkt?: KineticMean;
  /** The hard limits: lowest and highest permitted value. */
  readonly limits: readonly [low: string, high: string];
  /** The readings drawn between the hard limits (src/kinds/series/curve.ts). */
  readonly curve: string;
}

/** What the codes of a channel stand for. */
type Scale = Pick<Grid, "origin" | "stepNum" | "stepDen">;

/** A mean kinetic temperature in which each reading weighs the same, as loggers show it. */
export interface KineticMean {
  /** In the unit of the series; rounded to 4 decimals. */
  readonly value: string;
  /** Heat of activation: the rule's, or the usual one. */
  readonly dH: string;
  readonly dHUnit: "kJ/mol";
}

/** The figures of a series, without a mean kinetic temperature. */
export function figuresOf(channel: ChannelName, readings: CodedReadings): SeriesFigures {
  const { grid, times, codes } = readings;
  const [lowest, highest] = extremesOf(codes);
  return {
    channel,
    unit: CHANNEL[channel].unit,
    count: codes.length,
    first: formatTime(Number(times.at(0))),
    last: formatTime(Number(times.at(-1))),
    minimum: valueText(grid, BigInt(lowest)),
    maximum: valueText(grid, BigInt(highest)),
    timeWeightedMean: meanText(readings),
    limits: [valueText(grid, 0n), valueText(grid, grid.width)],
    curve: curveOf(readings),
  };
}

/** In words, two lines, and one more with the curve. */
export function describeFigures(figures: SeriesFigures, withCurve: boolean): string[] {
  const { channel, count, first, last, minimum, maximum, timeWeightedMean, mkt, limits } = figures;
  const { symbol } = CHANNEL[channel];
  const kinetic = mkt === undefined ? "" : `, MKT ${mkt.value} ${symbol} (dH ${mkt.dH} ${mkt.dHUnit})`;
  return [
    `${CHANNEL_WORDS[channel]}: ${count} ${count === 1 ? "reading" : "readings"}, ${first} to ${last}`,
    `  minimum ${minimum} ${symbol}, maximum ${maximum} ${symbol}, time-weighted mean ${timeWeightedMean} ${symbol}${kinetic}`,
    ...(withCurve ? [`  limits ${limits[0]} to ${limits[1]} ${symbol}: ${figures.curve}`] : []),
  ];
}

/** Millionths rounded to 4 decimals, as means are written. */
export function meanMicro(numerator: bigint, denominator: bigint): string {
  return formatMicro(100n * rounded(numerator, 100n * denominator));
}

function extremesOf(codes: readonly number[]): [lowest: number, highest: number] {
  return codes.reduce<[number, number]>(
    ([lowest, highest], code) => [Math.min(lowest, code), Math.max(highest, code)],
    [Infinity, -Infinity],
  );
}

/** What a code stands for, decimal text in the channel's unit: rounded to a millionth where it has no shorter form. */
export function valueText({ origin, stepNum, stepDen }: Scale, code: bigint): string {
  return formatMicro(rounded((origin - CELSIUS_OFFSET) * stepDen + code * stepNum, stepDen));
}

/** Readings that are all of one time weigh the same. */
function meanText({ grid: { origin, stepNum, stepDen }, times, codes }: CodedReadings): string {
  const isMoment = times.at(0) === times.at(-1);
  let [weighted, total] = [0n, 0n];
  codes.forEach((code, i) => {
    // Twice the time that the reading stands for.
    const weight = isMoment ? 1n : (times[i + 1] ?? times[i] ?? 0n) - (times[i - 1] ?? times[i] ?? 0n);
    weighted += weight * BigInt(code);
    total += weight;
  });
  return meanMicro((origin - CELSIUS_OFFSET) * stepDen * total + weighted * stepNum, stepDen * total);
}

/** numerator / denominator, which is positive, to the nearest whole number, halves up. */
function rounded(numerator: bigint, denominator: bigint): bigint {
  const [dividend, divisor] = [2n * numerator + denominator, 2n * denominator];
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}
