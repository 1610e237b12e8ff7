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
  /** dH, 1e-6 kJ/mol. */
  readonly heat: bigint;
  /** °C. */
  readonly limit: number;
}

function product(name: string, range: [string, string], normal: [string, string], limit: string, dH: number): Product {
  const mkt = { limit, dH: dH.toFixed(3), span: DAY };
  const rule = ruleOf({ range, normal, cumulative: { above: DAY, below: DAY }, mkt });
  return { name, rule, heat: BigInt(dH * 1e6), limit: Number(limit) };
}

const COLD = product("refrigerated", ["2.0", "15.0"], ["2.0", "8.0"], "8.0", 83.144);
/** Steps that the sensor has not, and readings below the normal band. */
const PRODUCTS = [
  COLD,
  product("refrigerated, coarse", ["-10.0", "40.0"], ["2.0", "8.0"], "8.0", 83),
  product("room temperature", ["0.0", "40.0"], ["15.0", "25.0"], "25.0", 60),
  product("frozen", ["-40.0", "0.0"], ["-25.0", "-15.0"], "-15.0", 83),
];

function celsius({ origin, stepNum, stepDen }: TemperatureRule, code: number): number {
  return (Number(origin - CELSIUS_OFFSET) + (code * Number(stepNum)) / Number(stepDen)) / 1e6;
}

function stepOf({ stepNum, stepDen }: TemperatureRule): number {
  return Number(stepNum) / Number(stepDen) / 1e6;
}

function mktOf({ rule, heat }: Product, rows: readonly Row[], n = 210): MeanKineticTemperature {
  const mkt = meanKineticTemperature({ rule, heat, n }, rows);
  if (mkt === undefined) throw new Error("This rule has a limit.");
  return mkt;
}

/** T = (dH/R) / -ln(mean of exp(-dH/(R T))), by the weight of each reading. */
function independentMkt({ rule, heat }: Product, rows: readonly Row[], weights: readonly number[]): number {
  const total = weights.reduce((all, weight) => all + weight, 0);
  const mean = rows.reduce((all, { code }, i) => {
    return all + ((weights[i] ?? 0) / total) * weightAt(heat, celsius(rule, code));
  }, 0);
  return inKelvin(heat) / -Math.log(mean) - 273.15;
}

/** dH/R. */
function inKelvin(heat: bigint): number {
  return Number(heat) / 8314.4;
}

function weightAt(heat: bigint, celsius: number): number {
  return Math.exp(-inKelvin(heat) / (celsius + 273.15));
}

/** By how much the polynomial may count a mean as warmer: 0.01 °C at the limit, and the same weight elsewhere. */
function allowance({ heat, limit }: Product, celsius: number): number {
  const excess = weightAt(heat, limit) - weightAt(heat, limit - 0.01);
  return inKelvin(heat) / -Math.log(weightAt(heat, celsius) + excess) - 273.15 - celsius;
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
      // Codes below the normal band hold readings of up to one step more.
      const hotEdge = celsius(rule, BigInt(code) < rule.normalLow ? code + 1 : code);
      expect(proven).toBeGreaterThan(hotEdge - 1e-9);
      expect(proven).toBeLessThan(hotEdge + allowance(given, hotEdge) + 1e-9);
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

  it("as a logger shows it never falls where a reading rises", () => {
    fc.assert(
      fc.property(CASES, fc.nat(), fc.nat(), ({ given, rows }, at, by) => {
        const i = at % rows.length;
        const before = rows[i]?.code ?? 0;
        const code = before + 1 + (by % 254);
        fc.pre(BigInt(code) <= given.rule.width);
        const warmer = rows.map((row, k) => (k === i ? { ...row, code } : row));
        const [cold, warm] = [mktOf(given, rows), mktOf(given, warmer)];
        expect(warm.logged).toBeGreaterThan(cold.logged);
      }),
      { numRuns: RUNS },
    );
  });

  it("is proven by the time that readings stand for, above what was read by at most one step and the polynomial's error", () => {
    fc.assert(
      fc.property(CASES, ({ given, rows }) => {
        const slow = rows.map(({ dt, code }, i) => ({ dt: i === 0 ? 0 : dt + 20, code }));
        const { proven } = mktOf(given, slow);
        const measured = independentMkt(given, slow, timesOf(slow));
        // Padding weighs a little: fewer than 210 units of a 65,536th of a half-tick.
        expect(proven).toBeGreaterThan(measured - 0.005);
        expect(proven).toBeLessThan(measured + stepOf(given.rule) + allowance(given, measured) + 0.005);
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
        const { weighted, total } = weightedDwell(given.rule, padRows(rows, 210));
        expect(proven > limit).toBe(weighted > given.rule.mktLimit * total);
        if (proven > limit) over++;
        else within++;
      }),
      { numRuns: RUNS, seed: 1 },
    );
    expect(Math.min(over, within)).toBeGreaterThan(10);
  });

  it("is not known without a limit, nor where a reading lies outside the range", () => {
    const rows = [{ dt: 0, code: 30 }];
    expect(meanKineticTemperature({ ...COLD, n: 210 }, rows)).toBeDefined();
    expect(meanKineticTemperature({ ...COLD, rule: ruleOf({ range: ["2.0", "8.0"] }), n: 210 }, rows)).toBeUndefined();
    for (const code of [-1, Number(COLD.rule.width) + 1]) {
      expect(meanKineticTemperature({ ...COLD, n: 210 }, [...rows, { dt: 1, code }])).toBeUndefined();
    }
  });
});
