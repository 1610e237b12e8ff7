import { CODES, MKT_COEFFICIENTS, WEIGHT_PARTS } from "../../formats/constants.ts";
import { fieldElement, signedNumber } from "../../formats/field.ts";
import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import { ceilDivide } from "../series/coding.ts";
import { weightOf, weightsOf, type WeightGrid } from "./weights.ts";

/**
 * A rule has no room for a weight of each code. It holds the coefficients c_0 to c_8 of a polynomial P that bounds the
 * weights from above, in WEIGHT_PARTS (2^64). P is derived from grid, heat and limit to the last bit, never proposed.
 * With w_j the weight of code j (weights.ts), for the smallest degree d of 1 to 8 that will do:
 *
 *   x_i = floor(width * i^2 * (3d - 2i) / d^3 + 1/2), i = 0 to d: the nodes, dense at both ends, as Chebyshev's are
 *   I   = the polynomial of degree at most d through all (x_i, w_(x_i)), exactly
 *   c_k = ceil(2^64 * its coefficient of x^k), and then c_0 is raised until P(j) >= 2^64 * (w_j + 1) for all j = 0 to width
 *
 * and d will do where for all j = 0 to width, with L the limit's temperature and L' 0.01 K below it,
 *
 *   P(j) <= 2^64 * (w_j + w(L) - w(L') - 1)
 *
 * A weight is rounded down from the true one, so the first bound keeps P above the true weight: no mean over the limit
 * passes. By the second, every mean of at most L' passes; and P(j) < 2^105, because no weight is above 2^40 or below 1. P
 * need not rise with the code and is never taken but at the whole numbers 0 to width, so nothing between or beyond them
 * matters. fixtures/vectors/weights.json holds examples.
 */

/** By how much a mean may be over-estimated at the limit, micro-kelvin. */
const TOLERANCE = 10_000n;

/** What a rule says of the weight of a code. */
export type Weighing = Pick<TemperatureRule, "mktCoefficients" | "normalLow" | "width">;

/** The limit of a mean kinetic temperature. */
interface MeanLimit {
  /** Micro-degrees Celsius, not offset. */
  readonly limit: bigint;
  /** dH, 1e-6 kJ/mol, above 0. */
  readonly heat: bigint;
}

/**
 * The coefficients of a rule, as field elements; undefined where no degree comes near enough. Then the range spans too many
 * orders of magnitude of weight, or the limit weighs too little.
 */
export function coefficientsOf(grid: WeightGrid, { limit, heat }: MeanLimit): bigint[] | undefined {
  const weights = weightsOf(grid, heat);
  const excess = weightOf(limit, grid, heat) - weightOf(limit - TOLERANCE, grid, heat) - 1n;
  for (let degree = 1; degree < MKT_COEFFICIENTS; degree++) {
    const coefficients = boundOf(weights, degree);
    const isNear = weights.every((weight, code) => valueAt(coefficients, code) <= WEIGHT_PARTS * (weight + excess));
    if (isNear) return Array.from({ length: MKT_COEFFICIENTS }, (_, k) => fieldElement(coefficients[k] ?? 0n));
  }
  return undefined;
}

/**
 * What each code 0 to 254 weighs under a rule, in WEIGHT_PARTS: P at the warmest code that its readings can have had, which is
 * the next one below the normal band, where readings round down. Codes above `width` weigh as the hottest permitted one.
 */
export function weightsOfCodes({ mktCoefficients, normalLow, width }: Weighing): bigint[] {
  const coefficients = mktCoefficients.map(signedNumber);
  return Array.from({ length: CODES }, (_, code) => {
    const hotEdge = BigInt(code) < normalLow ? code + 1 : code;
    return valueAt(coefficients, Math.min(hotEdge, Number(width)));
  });
}

/** The coefficients of that degree before they are judged, negative ones as they are. */
function boundOf(weights: readonly bigint[], degree: number): bigint[] {
  const nodes = nodesOf(weights.length - 1, degree);
  const { numerators, denominator } = interpolate(
    nodes,
    nodes.map((node) => weights[Number(node)] ?? 0n),
  );
  const [constant = 0n, ...others] = numerators.map((numerator) => ceilDivide(WEIGHT_PARTS * numerator, denominator));
  const coefficients = [constant, ...others];
  const missing = weights.map((weight, code) => WEIGHT_PARTS * (weight + 1n) - valueAt(coefficients, code));
  return [constant + missing.reduce((most, value) => (value > most ? value : most)), ...others];
}

/** Ascending, from 0 to `width`; all different for widths from 127. */
function nodesOf(width: number, degree: number): bigint[] {
  const cube = degree ** 3;
  return Array.from({ length: degree + 1 }, (_, i) =>
    BigInt(Math.floor((2 * width * i * i * (3 * degree - 2 * i) + cube) / (2 * cube))),
  );
}

/**
 * The polynomial through these points as fractions of one positive denominator, by rising power (Lagrange). The denominator
 * is the product of all differences of nodes, which each basis polynomial's own divides.
 */
function interpolate(
  nodes: readonly bigint[],
  values: readonly bigint[],
): { readonly numerators: bigint[]; readonly denominator: bigint } {
  const denominator = product(nodes.flatMap((node, i) => nodes.slice(0, i).map((before) => node - before)));
  const numerators = nodes.map(() => 0n);
  nodes.forEach((node, i) => {
    const others = nodes.filter((other) => other !== node);
    const factor = ((values[i] ?? 0n) * denominator) / product(others.map((other) => node - other));
    polynomialOf(others).forEach((coefficient, k) => {
      numerators[k] = (numerators[k] ?? 0n) + factor * coefficient;
    });
  });
  return { numerators, denominator };
}

/** The coefficients of the product of all (x - root), by rising power. */
function polynomialOf(roots: readonly bigint[]): bigint[] {
  return roots.reduce<bigint[]>(
    (polynomial, root) => [0n, ...polynomial].map((coefficient, k) => coefficient - root * (polynomial[k] ?? 0n)),
    [1n],
  );
}

function valueAt(coefficients: readonly bigint[], x: number): bigint {
  return coefficients.reduceRight((value, coefficient) => value * BigInt(x) + coefficient, 0n);
}

function product(factors: readonly bigint[]): bigint {
  return factors.reduce((all, factor) => all * factor, 1n);
}
