import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CELSIUS_OFFSET } from "../../src/formats/constants.ts";
import type { TemperatureRule } from "../../src/formats/temperatureRule.ts";
import { padRows, type Row } from "../../src/formats/series.ts";
import { weightedDwell } from "../../src/kinds/temperature/excursions.ts";
import {
  meanKineticTemperature,
  type MeanKineticTemperature,
} from "../../src/kinds/temperature/meanKineticTemperature.ts";
import { ruleOf } from "./support.ts";

const DAY = 86_400;
const RUNS = 200;

interface Product {
  readonly name: string;
  readonly rule: TemperatureRule;
  /** dH/R in kelvin. */
  readonly heat: number;
}

function product(name: string, range: [string, string], normal: [string, string], limit: string, dH: number): Product {
  const mkt = { limit, dH: dH.toFixed(3), span: DAY };
  const rule = ruleOf({ range, normal, cumulative: { above: DAY, below: DAY }, mkt });
  return { name, rule, heat: (dH * 1000) / 8.3144 };
}

const COLD = product("refrigerated", ["2.0", "15.0"], ["2.0", "8.0"], "8.0", 83.144);
/** Steps that the sensor has not, and readings below the normal band. */
const PRODUCTS = [
  COLD,
  product("refrigerated, coarse", ["-10.0", "40.0"], ["2.0", "8.0"], "8.0", 83),
  product("room temperature", ["0.0", "40.0"], ["15.0", "25.0"], "25.0", 60),
  product("frozen", ["-40.0", "10.0"], ["-25.0", "-15.0"], "-15.0", 100),
];

function celsius({ origin, stepNum, stepDen }: TemperatureRule, code: number): number {
  return (Number(origin - CELSIUS_OFFSET) + (code * Number(stepNum)) / Number(stepDen)) / 1e6;
}

function stepOf({ stepNum, stepDen }: TemperatureRule): number {
  return Number(stepNum) / Number(stepDen) / 1e6;
}

function mktOf({ rule }: Product, rows: readonly Row[], n = 210): MeanKineticTemperature {
  const mkt = meanKineticTemperature(rule, rows, n);
  if (mkt === undefined) throw new Error("This rule has a limit.");
  return mkt;
}

/** T = (dH/R) / -ln(mean of exp(-dH/(R T))), by the weight of each reading. */
function independentMkt({ rule, heat }: Product, rows: readonly Row[], weights: readonly number[]): number {
  const total = weights.reduce((all, weight) => all + weight, 0);
  const mean = rows.reduce((all, { code }, i) => {
    return all + ((weights[i] ?? 0) / total) * Math.exp(-heat / (celsius(rule, code) + 273.15));
  }, 0);
  return heat / -Math.log(mean) - 273.15;
}

/** Half of the time before a reading and half of the time after it, in half-ticks. */
function timesOf(rows: readonly Row[]): number[] {
  return rows.map(({ dt }, i) => dt + (rows[i + 1]?.dt ?? 0));
}

/** A product with a series of its codes, over some time. */
const CASES = fc.constantFrom(...PRODUCTS).chain((given) =>
  fc.record({
    given: fc.constant(given),
    rows: fc
      .array(fc.record({ dt: fc.integer({ min: 3, max: 127 }), code: fc.nat(Number(given.rule.width)) }), {
        minLength: 2,
        maxLength: 40,
      })
      .map((rows): Row[] => rows.map((row, i) => (i === 0 ? { ...row, dt: 0 } : row))),
  }),
);

describe("the mean kinetic temperature", () => {
  it.each(PRODUCTS)("of a constant temperature is that temperature ($name)", (given) => {
    const { rule } = given;
    for (let code = 0; BigInt(code) <= rule.width; code++) {
      const steady = [
        { dt: 0, code },
        { dt: 60, code },
      ];
      const { logged, proven } = mktOf(given, steady);
      expect(logged).toBeCloseTo(celsius(rule, code), 6);
      // Codes below the centre of the normal band hold readings of up to one step more.
      const isLow = 2n * BigInt(code) < rule.normalLow + rule.normalHigh;
      expect(proven).toBeCloseTo(celsius(rule, isLow ? code + 1 : code), 4);
    }
  });

  it.each(PRODUCTS)("is shown beside the limit that people wrote ($name)", (given) => {
    const written = { refrigerated: 8, "refrigerated, coarse": 8, "room temperature": 25, frozen: -15 }[given.name];
    expect(mktOf(given, [{ dt: 0, code: 0 }]).limit).toBeCloseTo(written ?? NaN, 6);
  });

  it("agrees with the formula, with logarithms and without weights", () => {
    fc.assert(
      fc.property(CASES, ({ given, rows }) => {
        const alike = rows.map(() => 1);
        expect(Math.abs(mktOf(given, rows).logged - independentMkt(given, rows, alike))).toBeLessThan(1e-4);
      }),
      { numRuns: RUNS },
    );
  });

  it("changes by the units of padded rows, by less than two hundredths of a degree", () => {
    fc.assert(
      fc.property(CASES, ({ given, rows }) => {
        // The worst case is a last reading hotter than all others: 1,050 units are a 62nd of one half-tick of its 20.
        const [first = { dt: 0, code: 0 }, ...others] = rows;
        const slow = [first, ...others.map(({ dt, code }) => ({ dt: dt + 20, code }))];
        const [plain, padded] = [mktOf(given, slow, 210), mktOf(given, slow, 1050)];
        expect(plain.logged).toBe(padded.logged);
        expect(Math.abs(plain.proven - padded.proven)).toBeLessThan(0.02);
      }),
      { numRuns: RUNS },
    );
  });

  it("lies between the coldest and the hottest reading, and above their mean", () => {
    fc.assert(
      fc.property(CASES, ({ given, rows }) => {
        const { logged } = mktOf(given, rows);
        const readings = rows.map(({ code }) => celsius(given.rule, code));
        expect(logged).toBeGreaterThan(Math.min(...readings) - 1e-6);
        expect(logged).toBeLessThan(Math.max(...readings) + 1e-6);
        expect(logged).toBeGreaterThan(readings.reduce((sum, reading) => sum + reading) / readings.length - 1e-3);
      }),
      { numRuns: RUNS },
    );
  });

  it("never falls where a reading rises", () => {
    fc.assert(
      fc.property(CASES, fc.nat(), fc.nat(), ({ given, rows }, at, by) => {
        const i = at % rows.length;
        const before = rows[i]?.code ?? 0;
        const code = before + 1 + (by % 254);
        fc.pre(BigInt(code) <= given.rule.width);
        const warmer = rows.map((row, k) => (k === i ? { ...row, code } : row));
        const [cold, warm] = [mktOf(given, rows), mktOf(given, warmer)];
        expect(warm.logged).toBeGreaterThan(cold.logged);
        expect(warm.proven).toBeGreaterThanOrEqual(cold.proven);
      }),
      { numRuns: RUNS },
    );
  });

  it("is proven by the time that readings stand for, at most one step above what was read", () => {
    fc.assert(
      fc.property(CASES, ({ given, rows }) => {
        const slow = rows.map(({ dt, code }, i) => ({ dt: i === 0 ? 0 : dt + 20, code }));
        const { proven } = mktOf(given, slow);
        const measured = independentMkt(given, slow, timesOf(slow));
        // Padding weighs a little: fewer than 210 units of a 65,536th of a half-tick.
        expect(proven).toBeGreaterThan(measured - 0.005);
        expect(proven).toBeLessThan(measured + stepOf(given.rule) + 0.005);
      }),
      { numRuns: RUNS },
    );
  });

  it("is proven over its limit exactly where rule mkt refuses", () => {
    let [over, within] = [0, 0];
    fc.assert(
      fc.property(CASES, ({ given, rows }) => {
        const { proven, limit } = mktOf(given, rows);
        fc.pre(Math.abs(proven - limit) > 1e-5);
        const { weighted, total } = weightedDwell(given.rule.weights, padRows(rows, 210));
        expect(proven > limit).toBe(weighted > given.rule.mktLimit * total);
        if (proven > limit) over++;
        else within++;
      }),
      { numRuns: RUNS, seed: 1 },
    );
    expect(Math.min(over, within)).toBeGreaterThan(10);
  });

  it("is a number where the coldest readings weigh no more than 1", () => {
    const vapour = product("vapour of liquid nitrogen", ["-196.0", "-120.0"], ["-196.0", "-130.0"], "-130.0", 83.144);
    expect(vapour.rule.weights.slice(0, 2)).toEqual([1n, 1n]);
    const { logged, proven, limit } = mktOf(vapour, [{ dt: 0, code: 0 }]);
    expect(logged).toBeCloseTo(-196, 6);
    expect(limit).toBeCloseTo(-130, 6);
    // A weight of 1 is rounded up by far: it can only count a reading as warmer.
    expect(proven).toBeGreaterThan(logged);
    expect(proven).toBeLessThan(limit);
  });

  it("is not known without a limit, nor where a reading lies outside the range", () => {
    const rows = [{ dt: 0, code: 30 }];
    expect(meanKineticTemperature(COLD.rule, rows, 210)).toBeDefined();
    expect(meanKineticTemperature(ruleOf({ range: ["2.0", "8.0"] }), rows, 210)).toBeUndefined();
    for (const code of [-1, Number(COLD.rule.width) + 1]) {
      expect(meanKineticTemperature(COLD.rule, [...rows, { dt: 1, code }], 210)).toBeUndefined();
    }
  });
});
