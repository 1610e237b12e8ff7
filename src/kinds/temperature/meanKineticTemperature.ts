import { CELSIUS_OFFSET, HOTTEST_WEIGHT } from "../../formats/constants.ts";
import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import { padRows, type Row } from "../../formats/series.ts";
import { dwellOf } from "./excursions.ts";

/**
 * Mean kinetic temperatures for people, in °C. The verdict is never taken from these: rule `mkt` compares integers.
 */
export interface MeanKineticTemperature {
  /** Of the codes themselves, each weighing the same, as loggers show it. */
  readonly logged: number;
  /**
   * Of the hot edges of their bins, by the rule's whole weights and by the time that each reading stands for: what the
   * proof compares with the limit. The first and the last reading stand for half an interval only, so it can be lower
   * than `logged`.
   */
  readonly proven: number;
  readonly limit: number;
}

const MICRO = 1e6;
/** 0 °C in kelvin. */
const FREEZING = 273.15;
/** From this weight on, rounding to whole numbers cannot be seen in a temperature. */
const PRECISE_WEIGHT = 1n << 32n;

/**
 * Undefined where the rule sets no limit, and where a code has no weight because it lies outside the range.
 * @param n readings of the circuit: rule `mkt` counts the padding too
 */
export function meanKineticTemperature(
  rule: TemperatureRule,
  rows: readonly Row[],
  n: number,
): MeanKineticTemperature | undefined {
  if (rule.mktLimit === 0n || rows.some(({ code }) => code < 0 || BigInt(code) > rule.width)) return undefined;
  const hottest = kelvinOf(rule, Number(rule.width));
  const heat = heatOf(rule, hottest);
  const celsius = (weight: number): number => 1 / (1 / hottest - Math.log(weight) / heat) - FREEZING;
  const dwell = dwellOf(padRows(rows, n)).map(Number);
  const proven = dwell.map((time, code) => time * relative(rule.weights[code]));
  return {
    logged: kineticMean(
      rows.map(({ code }) => kelvinOf(rule, code)),
      heat,
    ),
    proven: celsius(sum(proven) / sum(dwell)),
    limit: celsius(relative(rule.mktLimit)),
  };
}

/**
 * In °C, of temperatures in kelvin that weigh the same.
 * @param heat dH/R in kelvin
 */
export function kineticMean(kelvins: readonly number[], heat: number): number {
  // Relative to the hottest, so that no weight is too large for a number.
  const hottest = kelvins.reduce((most, kelvin) => Math.max(most, kelvin), 0);
  const weight = sum(kelvins.map((kelvin) => Math.exp(-heat * (1 / kelvin - 1 / hottest)))) / kelvins.length;
  return 1 / (1 / hottest - Math.log(weight) / heat) - FREEZING;
}

/** dH/R in kelvin, which a rule holds only in its weights: the inverse of the formula in src/kinds/temperature/weights.ts. */
function heatOf(rule: TemperatureRule, hottest: number): number {
  const code = rule.weights.findIndex((weight) => weight >= PRECISE_WEIGHT);
  const hotEdge = 2n * BigInt(code) < rule.normalLow + rule.normalHigh ? code + 1 : code;
  return -Math.log(relative(rule.weights[code])) / (1 / kelvinOf(rule, hotEdge) - 1 / hottest);
}

/** A weight in parts of the hottest permitted temperature's. */
function relative(weight = 0n): number {
  return Number(weight) / Number(HOTTEST_WEIGHT);
}

/** The temperature of a code. */
export function kelvinOf({ origin, stepNum, stepDen }: TemperatureRule, code: number): number {
  return (Number(origin - CELSIUS_OFFSET) + (code * Number(stepNum)) / Number(stepDen)) / MICRO + FREEZING;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
