import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CELSIUS_OFFSET, CODES, MKT_COEFFICIENTS, WEIGHT_PARTS } from "../../src/formats/constants.ts";
import { signedNumber } from "../../src/formats/field.ts";
import type { Row } from "../../src/formats/series.ts";
import { gridOf } from "../../src/kinds/series/coding.ts";
import { weightedDwell } from "../../src/kinds/temperature/excursions.ts";
import { coefficientsOf, weightsOfCodes } from "../../src/kinds/temperature/weightPolynomial.ts";
import { weightOf, weightsOf, type WeightGrid } from "../../src/kinds/temperature/weights.ts";
import { polynomial } from "../support/evidence.ts";
import { agreementRuns } from "../support/runs.ts";

const HEAT = 83_144_000n;

/** What docs/spec/formats.md says of one degree, by other means: a linear system for the coefficients, in whole numbers. */
function specified(grid: WeightGrid, limit: bigint, heat: bigint, degree: number) {
  const weights = weightsOf(grid, heat);
  const width = weights.length - 1;
  const nodes = Array.from({ length: degree + 1 }, (_, i) =>
    Math.floor((width * i * i * (3 * degree - 2 * i)) / degree ** 3 + 0.5),
  );
  const coefficients = solved(nodes.map((x) => [...nodes.map((_, k) => BigInt(x) ** BigInt(k)), weights[x] ?? 0n]));
  const value = (x: number): bigint => coefficients.reduce((sum, c, k) => sum + c * BigInt(x) ** BigInt(k), 0n);
  while (weights.some((w, j) => value(j) < WEIGHT_PARTS * (w + 1n))) {
    const missing = weights.map((w, j) => WEIGHT_PARTS * (w + 1n) - value(j)).find((m) => m > 0n) ?? 0n;
    coefficients[0] = (coefficients[0] ?? 0n) + missing;
  }
  const most = weights.map((w, j) => value(j) - WEIGHT_PARTS * w).reduce((a, b) => (a > b ? a : b));
  const permitted = WEIGHT_PARTS * (weightOf(limit, grid, heat) - weightOf(limit - 10_000n, grid, heat) - 1n);
  return { coefficients, most, permitted, isNear: most <= permitted };
}

/** The solution of a system of equations, times 2^64 and rounded up: Gauss and Jordan without fractions. */
function solved(rows: bigint[][]): bigint[] {
  rows.forEach((row, i) => {
    rows.forEach((other, at) => {
      if (at === i) return;
      const factor = other[i] ?? 0n;
      rows[at] = other.map((value, k) => value * (row[i] ?? 0n) - (row[k] ?? 0n) * factor);
    });
  });
  return rows.map((row, i) => {
    const [numerator, denominator] = [WEIGHT_PARTS * (row.at(-1) ?? 0n), row[i] ?? 1n];
    const quotient = numerator / denominator;
    return quotient * denominator !== numerator && numerator > 0n === denominator > 0n ? quotient + 1n : quotient;
  });
}

/** Every degree in turn; undefined where none will do. */
function specifiedCoefficients(grid: WeightGrid, limit: bigint, heat: bigint): bigint[] | undefined {
  for (let degree = 1; degree < MKT_COEFFICIENTS; degree++) {
    const { coefficients, isNear } = specified(grid, limit, heat, degree);
    if (isNear) return polynomial(...coefficients);
  }
  return undefined;
}

/** Ranges from a tenth of a degree to the whole of a cold chain, limits within them, usual and unusual heats. */
const CASES = fc
  .record({
    low: fc.bigInt(-90_000_000n, 40_000_000n),
    span: fc.oneof(fc.bigInt(100_000n, 30_000_000n), fc.bigInt(100_000n, 90_000_000n)),
    width: fc.bigInt(127n, 254n),
    at: fc.oneof(fc.constantFrom(1n, 1_000n), fc.bigInt(1n, 1_000n)),
    heat: fc.oneof(fc.bigInt(60_000_000n, 100_000_000n), fc.bigInt(1n, 400_000_000n)),
  })
  .map(({ low, span, width, at, heat }) => ({
    grid: { origin: low + CELSIUS_OFFSET, stepNum: span, stepDen: width, width },
    limit: low + (span * at) / 1_000n,
    heat,
  }));

// Verifies R-format-polynomial.
describe("coefficientsOf", () => {
  it("bounds every weight from above, by at most what 0.01 K below the limit weighs, and below 2^105", () => {
    const found = new Map<number, number>();
    fc.assert(
      fc.property(CASES, ({ grid, limit, heat }) => {
        const coefficients = coefficientsOf(grid, { limit, heat })?.map(signedNumber);
        const degree = coefficients?.findLastIndex((c) => c !== 0n) ?? -1;
        found.set(degree, (found.get(degree) ?? 0) + 1);
        if (coefficients === undefined) return;
        expect(coefficients).toHaveLength(MKT_COEFFICIENTS);
        const excess = weightOf(limit, grid, heat) - weightOf(limit - 10_000n, grid, heat) - 1n;
        weightsOf(grid, heat).forEach((weight, code) => {
          const value = coefficients.reduceRight((sum, c) => sum * BigInt(code) + c, 0n);
          const isBound = value >= WEIGHT_PARTS * (weight + 1n) && value <= WEIGHT_PARTS * (weight + excess);
          expect(isBound && value < 2n ** 105n).toBe(true);
        });
      }),
      { numRuns: agreementRuns(150), seed: 1 },
    );
    // Every degree occurs, and so does a refusal.
    for (const degree of [-1, 1, 2, 3, 4, 5, 6, 7, 8]) expect(found.get(degree) ?? 0, `${degree}`).toBeGreaterThan(0);
  });

  it("is of the smallest degree that will do, to the last bit", () => {
    fc.assert(
      fc.property(CASES, ({ grid, limit, heat }) => {
        expect(coefficientsOf(grid, { limit, heat })).toEqual(specifiedCoefficients(grid, limit, heat));
      }),
      { numRuns: agreementRuns(40), seed: 2 },
    );
  });

  // Verifies C52.
  it.each([-15, 5, 8, 25, 37])("is refused from where degree 8 is 0.01 K off at %i °C, and not before", (celsius) => {
    const limit = BigInt(celsius) * 1_000_000n;
    /** From 12 K below the limit up to as much above it, in steps so fine that no weight changes by more than 1. */
    const gridFor = (stepNum: bigint): WeightGrid => ({
      origin: limit - 12_000_000n + CELSIUS_OFFSET,
      stepNum,
      stepDen: 2n ** 40n,
      width: 200n,
    });
    let [taken, refused] = [15_000_000n, 90_000_000n].map((span) => (span * 2n ** 40n) / 200n) as [bigint, bigint];
    while (refused - taken > 1n) {
      const middle = (taken + refused) / 2n;
      if (coefficientsOf(gridFor(middle), { limit, heat: HEAT }) === undefined) refused = middle;
      else taken = middle;
    }
    expect(specified(gridFor(taken), limit, HEAT, 8).isNear).toBe(true);
    const first = specified(gridFor(refused), limit, HEAT, 8);
    expect(first.isNear).toBe(false);
    // Missed by a few parts of a weight only: 0.01 K are millions.
    expect(first.most - first.permitted).toBeLessThan(100n * WEIGHT_PARTS);
    expect(first.permitted).toBeGreaterThan(10n ** 6n * WEIGHT_PARTS);
  });

  it("is made in a temperature range of any steps from nodes that differ", () => {
    for (let width = 127; width <= 254; width++) {
      for (let degree = 1; degree <= 8; degree++) {
        const nodes = Array.from({ length: degree + 1 }, (_, i) =>
          Math.floor((2 * width * i * i * (3 * degree - 2 * i) + degree ** 3) / (2 * degree ** 3)),
        );
        expect([nodes[0], nodes.at(-1), new Set(nodes).size]).toEqual([0, width, degree + 1]);
      }
    }
  });

  // Verifies C50.
  it("may weigh a warm code less than a colder one, and never less than itself", () => {
    const grid = gridOf({ range: ["-20.0", "40.0"], resolution: "0.2" });
    const mktCoefficients = coefficientsOf(grid, { limit: 40_000_000n, heat: HEAT }) ?? [];
    const weights = weightsOfCodes({ mktCoefficients, normalLow: 0n, width: grid.width });
    expect(weights.some((weight, code) => weight < (weights[code - 1] ?? 0n))).toBe(true);
    weightsOf(grid, HEAT).forEach((weight, code) => expect(weights[code]).toBeGreaterThan(WEIGHT_PARTS * weight));
  });
});

// Verifies R-temperature-mkt.
describe("a mean weighed by the polynomial", () => {
  const grid = gridOf({ range: ["2.0", "15.0"], resolution: "0.1", normal: ["4.0", "8.0"] });
  const limit = 8_000_000n;
  const mktCoefficients = coefficientsOf(grid, { limit, heat: HEAT }) ?? [];
  const rule = { ...grid, mktCoefficients };
  const mktLimit = WEIGHT_PARTS * weightOf(limit, grid, HEAT);
  const isOver = (rows: readonly Row[]): boolean => {
    const { weighted, total } = weightedDwell(rule, rows);
    return weighted > mktLimit * total;
  };
  /** Steady at a temperature in thousandths of a degree: a mixture of two neighbouring codes, by time. */
  const steadyAt = (milli: number): Row[] => {
    const [code, share] = [Math.floor((milli - 2000) / 100), milli % 100];
    return [
      { dt: 0, code },
      { dt: 100 - share, code },
      { dt: 0, code: code + 1 },
      { dt: share, code: code + 1 },
    ];
  };

  it("is refused over the limit and at it, and taken from 0.01 °C below it on", () => {
    expect(isOver(steadyAt(8_001))).toBe(true);
    expect(isOver([{ dt: 0, code: 60 }])).toBe(true);
    expect(isOver(steadyAt(7_989))).toBe(false);
  });

  it("is over the limit wherever the true mean is, and within it wherever that is 0.01 °C below", () => {
    const weights = weightsOf(grid, HEAT);
    const lower = weightOf(limit - 10_000n, grid, HEAT);
    const series = fc.array(fc.record({ dt: fc.nat(100), code: fc.integer({ min: 40, max: 80 }) }), { minLength: 2 });
    fc.assert(
      fc.property(series, (rows) => {
        let [least, most, total] = [0n, 0n, 0n];
        rows.forEach(({ dt, code }, i) => {
          const time = 65_536n * BigInt(dt + (rows[i + 1]?.dt ?? 0)) + 1n;
          least += time * (weights[code] ?? 0n);
          most += time * ((weights[code] ?? 0n) + 1n);
          total += time;
        });
        if (least >= total * weightOf(limit, grid, HEAT)) expect(isOver(rows)).toBe(true);
        if (most <= total * lower) expect(isOver(rows)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe("weightsOfCodes", () => {
  it("takes a code below the band as the next one, a code above the range as the hottest", () => {
    const weights = weightsOfCodes({ mktCoefficients: polynomial(7n, -3n, 1n), normalLow: 60n, width: 180n });
    const value = (x: bigint): bigint => 7n - 3n * x + x * x;
    expect(weights).toHaveLength(CODES);
    expect([0, 58, 59, 60, 61, 180, 181, 254].map((code) => weights[code])).toEqual(
      [1n, 59n, 60n, 60n, 61n, 180n, 180n, 180n].map(value),
    );
  });

  it("never takes the polynomial outside the range, wherever the band begins", () => {
    const rule = { mktCoefficients: polynomial(0n, 1n), width: 127n };
    for (const normalLow of [0n, 1n, 126n, 127n]) {
      expect(weightsOfCodes({ ...rule, normalLow }).every((x) => x >= 0n && x <= 127n)).toBe(true);
    }
  });
});
