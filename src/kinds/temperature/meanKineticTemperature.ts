import { CELSIUS_OFFSET, HOTTEST_WEIGHT, WEIGHT_PARTS } from "../../formats/constants.ts";
import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import { padRows, type Row } from "../../formats/series.ts";
import { weightedDwell } from "./excursions.ts";
import { heatInKelvin } from "./weights.ts";

/**
 * Mean kinetic temperatures for people, in °C. The verdict is never taken from these: rule `mkt` compares integers.
 */
export interface MeanKineticTemperature {
  /** Of the codes themselves, each weighing the same, as loggers show it. */
  readonly logged: number;
  /**
   * Of the hot edges of their bins, by the rule's polynomial and by the time that each reading stands for: what the
   * proof compares with the limit. Near the limit the polynomial counts a mean as less than 0.01 °C warmer; far below it, as
   * more. The first and the last reading stand for half an interval only, so it can be lower than `logged`.
   */
  readonly proven: number;
  readonly limit: number;
}

const MICRO = 1e6;
/** 0 °C in kelvin. */
const FREEZING = 273.15;

/** A temperature rule, and what a mean kinetic temperature needs besides. */
interface Weighed {
  readonly rule: TemperatureRule;
  /** dH by which the rule was made, 1e-6 kJ/mol: a rule holds it only in its coefficients. */
  readonly heat: bigint;
  /** Readings of the circuit: rule `mkt` counts the padding too. */
  readonly n: number;
}

/** Undefined where the rule sets no limit, and where a code has no weight because it lies outside the range. */
export function meanKineticTemperature(
  { rule, heat, n }: Weighed,
  rows: readonly Row[],
): MeanKineticTemperature | undefined {
  if (rule.mktLimit === 0n || rows.some(({ code }) => code < 0 || BigInt(code) > rule.width)) return undefined;
  const hottest = kelvinOf(rule, Number(rule.width));
  const heatKelvin = heatInKelvin(heat);
  const celsius = (weight: number): number => 1 / (1 / hottest - Math.log(weight) / heatKelvin) - FREEZING;
  const { weighted, total } = weightedDwell(rule, padRows(rows, n));
  return {
    logged: kineticMean(
      rows.map(({ code }) => kelvinOf(rule, code)),
      heatKelvin,
    ),
    proven: celsius(relative(weighted) / Number(total)),
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

/** A weight of a rule in parts of the hottest permitted temperature's. */
function relative(weight: bigint): number {
  return Number(weight) / Number(HOTTEST_WEIGHT * WEIGHT_PARTS);
}

/** The temperature of a code. */
export function kelvinOf(
  { origin, stepNum, stepDen }: Pick<TemperatureRule, "origin" | "stepNum" | "stepDen">,
  code: number,
): number {
  return (Number(origin - CELSIUS_OFFSET) + (code * Number(stepNum)) / Number(stepDen)) / MICRO + FREEZING;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
