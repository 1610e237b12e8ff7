import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOTTEST_WEIGHT } from "../../src/formats/constants.ts";
import { parseMicro } from "../../src/input/quantities.ts";
import { gridOf } from "../../src/kinds/series/coding.ts";
import { coefficientsOf } from "../../src/kinds/temperature/weightPolynomial.ts";
import { weightOf, weightsOf, type WeightGrid } from "../../src/kinds/temperature/weights.ts";

/** fixtures/vectors/weights.json, made apart from the project. Weights and coefficients are decimal strings. */
const { vectors } = JSON.parse(readFileSync("fixtures/vectors/weights.json", "utf8")) as Readonly<{
  vectors: readonly Readonly<{
    what: string;
    range: [string, string];
    resolution: string;
    normal?: [string, string];
    dH: string;
    width: string;
    limits: Record<string, string>;
    weights: string[];
    polynomials: Record<string, string[] | null>;
  }>[];
}>;

const HEAT = 83_144_000n;
const coldChain = gridOf({ range: ["2.0", "15.0"], resolution: "0.1", normal: ["2.0", "8.0"] });

/** The weight of a temperature in °C by floating point, as a share of the hottest one's. */
function share(celsius: number, hottest: number, heat: number): number {
  return Math.exp(-((heat * 1000) / 8.3144) * (1 / (celsius + 273.15) - 1 / (hottest + 273.15)));
}

describe.each(vectors)("shared vectors (fixtures/vectors/weights.json): $what", (vector) => {
  const grid = gridOf(vector);
  const heat = parseMicro(vector.dH, "dH");

  // Verifies R-format-weights.
  it("are met to the last bit by weights", () => {
    expect(grid.width.toString()).toBe(vector.width);
    expect(weightsOf(grid, heat).map(String)).toEqual(vector.weights);
    for (const [limit, weight] of Object.entries(vector.limits)) {
      expect(weightOf(parseMicro(limit, "limit"), grid, heat).toString(), limit).toBe(weight);
    }
  });

  // Verifies R-format-polynomial.
  it("are met to the last bit by polynomials, in a few milliseconds", () => {
    for (const [limit, coefficients] of Object.entries(vector.polynomials)) {
      const start = performance.now();
      const derived = coefficientsOf(grid, { limit: parseMicro(limit, "limit"), heat });
      expect(performance.now() - start).toBeLessThan(100);
      expect(derived?.map(String) ?? null, limit).toEqual(coefficients);
    }
  });

  // Verifies R-format-weights.
  it("are exp at the temperature of each code, to 1e-11", () => {
    const [low, high] = vector.range.map(Number) as [number, number];
    const step = (high - low) / Number(vector.width);
    vector.weights.forEach((weight, code) => {
      const exact = share(low + code * step, high, Number(vector.dH));
      expect(Math.abs(Number(weight) / 2 ** 40 - exact)).toBeLessThan(1e-11);
    });
  });
});

// Verifies R-format-weights.
describe("weightsOf", () => {
  const grids: fc.Arbitrary<WeightGrid> = fc.record({
    origin: fc.bigInt(26_850_000n, 400_000_000n),
    stepNum: fc.bigInt(1n, 2_000_000n),
    stepDen: fc.constant(3n),
    width: fc.bigInt(127n, 254n),
  });

  it("never fall, lie in 1 to 2^40, and give the hottest permitted code exactly 2^40", () => {
    fc.assert(
      fc.property(grids, fc.bigInt(1n, 999_999_999_999n), (grid, heat) => {
        const weights = weightsOf(grid, heat);
        expect(weights).toHaveLength(Number(grid.width) + 1);
        expect(weights.at(-1)).toBe(HOTTEST_WEIGHT);
        expect(weights.every((weight, code) => weight >= (weights[code - 1] ?? 1n) && weight <= HOTTEST_WEIGHT)).toBe(
          true,
        );
      }),
      { numRuns: 60 },
    );
  });

  it("are those of each code's own temperature", () => {
    const weights = weightsOf(coldChain, HEAT);
    expect(weights[0]).toBe(weightOf(2_000_000n, coldChain, HEAT));
    expect(weights[60]).toBe(weightOf(8_000_000n, coldChain, HEAT));
  });

  it("bear absolute zero and any heat", () => {
    const grid = gridOf({ range: ["-273.15", "-260.45"], resolution: "0.05", normal: ["-273.15", "-273.15"] });
    expect(weightsOf(grid, 1n)[0]).toBe(1n);
    expect(weightsOf(coldChain, 999_999_999_999n)[129]).toBe(1n);
  });

  it("are 1 where exp is cut off, and not before", () => {
    // The heat at which the exponent of code 0, at 2.0 °C, is x.
    const heatFor = (x: number): bigint => BigInt(Math.round((x / -Math.log(share(2, 15, 1))) * 1e6));
    expect([27, 27.5, 27.999999, 28.000001].map((x) => weightsOf(coldChain, heatFor(x))[0])).toEqual([2n, 1n, 1n, 1n]);
  });
});

describe("weightOf", () => {
  it("is 2^40 at the hottest permitted temperature and above it, and less below", () => {
    expect(weightOf(15_000_000n, coldChain, HEAT)).toBe(HOTTEST_WEIGHT);
    expect(weightOf(15_000_001n, coldChain, HEAT)).toBe(HOTTEST_WEIGHT);
    expect(weightOf(14_999_999n, coldChain, HEAT)).toBeLessThan(HOTTEST_WEIGHT);
  });
});
