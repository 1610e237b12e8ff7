import { CELSIUS_OFFSET, HOTTEST_WEIGHT } from "../../formats/constants.ts";
import type { Grid } from "../series/coding.ts";

/**
 * The weights of a mean kinetic temperature (MKT). A temperature T weighs as much as the reaction runs at it, relative to
 * the hottest permitted temperature: exp(-(dH/R) * (1/T - 1/T_hot)). The MKT of a series is at or below a limit iff its
 * mean weight is at or below the limit's weight, so no logarithm is ever taken.
 *
 * Math.exp differs between engines and a rule's hash must not, so a weight is specified to the last bit. With T and T_hot
 * in kelvin (0 °C = 273.15 K), dH in J/mol, R = 8.3144 J/(mol K) as in USP <1160> (the usual 83.144 kJ/mol give
 * dH/R = 10,000 K), all exact rationals, and floor(...) the greatest integer not above:
 *
 *   X = floor(2^192 * (dH/R) * (1/T - 1/T_hot))
 *   t_0 = 2^192, t_n = floor(t_(n-1) * X / (n * 2^192)), S = t_0 + t_1 + ... up to the first t_n = 0
 *   w = max(1, floor(2^40 * 2^192 / S))
 *
 * T >= T_hot: w = 2^40. X >= 28 * 2^192: w = 1, because e^28 > 2^40. fixtures/vectors/weights.json holds examples.
 */

const SCALE = 192n;
const ONE = 1n << SCALE;
/** e^28 is more than HOTTEST_WEIGHT: from there on a weight is 1, and its sum need not be taken. */
const COLDEST = 28n;

/** R in 1e-4 J/(mol K). */
const GAS_CONSTANT = 83_144n;
/** 1e-6 kJ/mol in 1e-4 J/mol. */
const HEAT_UNITS = 10n;
/** Micro-kelvin in a kelvin. */
const KELVIN = 1_000_000n;
/** From a temperature's offset micro-degrees Celsius to micro-kelvin. */
const TO_KELVIN = 273_150_000n - CELSIUS_OFFSET;

/** A grid, without what does not matter here. */
export type WeightGrid = Pick<Grid, "origin" | "stepNum" | "stepDen" | "width">;

/**
 * Weight of the temperature that each permitted code 0 to `width` stands for. Never falls.
 * @param heat dH, 1e-6 kJ/mol, above 0
 */
export function weightsOf(grid: WeightGrid, heat: bigint): bigint[] {
  return Array.from({ length: Number(grid.width) + 1 }, (_, code) =>
    weightAt(scaledKelvin(grid, BigInt(code)), grid, heat),
  );
}

/**
 * Weight of a temperature: 2^40 at the hottest permitted one and above it.
 * @param celsius micro-degrees, not offset
 * @param heat dH, 1e-6 kJ/mol, above 0
 */
export function weightOf(celsius: bigint, grid: WeightGrid, heat: bigint): bigint {
  return weightAt((celsius + CELSIUS_OFFSET + TO_KELVIN) * grid.stepDen, grid, heat);
}

/** The temperature of a code in micro-kelvin times stepDen: a whole number. */
function scaledKelvin({ origin, stepNum, stepDen }: WeightGrid, code: bigint): bigint {
  return (origin + TO_KELVIN) * stepDen + code * stepNum;
}

/**
 * dH/R in kelvin, for people.
 * @param heat dH, 1e-6 kJ/mol
 */
export function heatInKelvin(heat: bigint): number {
  return Number(heat * HEAT_UNITS) / Number(GAS_CONSTANT);
}

/** The weight of a temperature given in micro-kelvin times stepDen. */
function weightAt(temperature: bigint, grid: WeightGrid, heat: bigint): bigint {
  const hottest = scaledKelvin(grid, grid.width);
  if (temperature >= hottest) return HOTTEST_WEIGHT;
  // (dH/R) * (1/T - 1/T_hot) as one fraction; at absolute zero it has no value, and the comparison below holds.
  const numerator = heat * HEAT_UNITS * KELVIN * grid.stepDen * (hottest - temperature);
  const denominator = GAS_CONSTANT * temperature * hottest;
  if (numerator >= COLDEST * denominator) return 1n;
  const weight = (HOTTEST_WEIGHT << SCALE) / exponential((numerator << SCALE) / denominator);
  return weight === 0n ? 1n : weight;
}

/** exp(x) for 0 <= x < 28 by its series, x and result scaled by 2^192, every term rounded down. */
function exponential(x: bigint): bigint {
  let sum = 0n;
  let n = 0n;
  for (let term = ONE; term > 0n; term = ((term * x) >> SCALE) / ++n) sum += term;
  return sum;
}
