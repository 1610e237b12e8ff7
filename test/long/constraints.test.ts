import { beforeAll, describe, expect, it } from "vitest";
import { costOf, OUR_TEMPERATURE, TEXTBOOK_PARAMETERS, TEXTBOOK_TEMPERATURE } from "../../bench/constraints.ts";
import { poseidon } from "../../src/formats/poseidon.ts";
import { parseFridgetag } from "../../src/import/fridgetag.ts";
import { fixture, FRIDGETAG_2L } from "../import/logger.ts";
import { CircuitUnderTest } from "../support/circuit.ts";

const SAMPLES = 30;
/** Readings of 5.6 to 8.5 °C, five minutes apart, twice above 8.0 °C; local time of the first. */
const FROM = Date.parse("2022-05-17T10:36:00Z") / 1000;
const NORMAL = { low: 3065, high: 3080 };

const { readings } = parseFridgetag(fixture(FRIDGETAG_2L), FRIDGETAG_2L);
const first = readings.findIndex(({ localTime }) => localTime >= FROM);
const real = readings.slice(first, first + SAMPLES).map(({ localTime, value }) => ({
  time: localTime,
  value: Number(value / 100_000n) + 3000,
}));

/** The tightest limits that the readings keep, by the rules' definitions. */
function tightestLimits(): Record<string, number> {
  const interval = real.map(({ time }, i) => time - (real[i - 1]?.time ?? time));
  const dwell = interval.map((before, i) => before + (interval[i + 1] ?? 0));
  const total = (of: (value: number) => number): number =>
    real.reduce((sum, { value }, i) => sum + (dwell[i] ?? 0) * of(value), 0);
  let excursion = 0;
  const excursions = real.map(({ value }, i) => {
    excursion = value < NORMAL.low || value > NORMAL.high ? excursion + (interval[i] ?? 0) : 0;
    return excursion;
  });
  const weight = (value: number): number =>
    2 ** 40 * Math.exp(-10_000 * (1 / (273.15 + (value - 3000) / 10) - 1 / (273.15 + 25.5)));
  const span = (real.at(-1)?.time ?? 0) - (real[0]?.time ?? 0);
  return {
    low: Math.min(...real.map(({ value }) => value)),
    high: Math.max(...real.map(({ value }) => value)),
    gap: Math.max(...interval),
    start: real[0]?.time ?? 0,
    end: real.at(-1)?.time ?? 0,
    normalLow: NORMAL.low,
    normalHigh: NORMAL.high,
    budgetAbove: total((value) => (value > NORMAL.high ? 1 : 0)),
    budgetBelow: total((value) => (value < NORMAL.low ? 1 : 0)),
    single: Math.max(...excursions),
    mktLimit: Math.ceil(total(weight) / total(() => 1)),
    mktSpan: span + 1, // so that a stage longer by a second breaks `window` alone
  };
}

const limits = tightestLimits();
const salt = 77n;
let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await CircuitUnderTest.load("bench/textbook/instances/textbook-temperature-30.circom");
});

/** The witness of the readings under the limits, with some of either changed. */
async function witness(
  changed: Readonly<Record<string, number>> = {},
  samples: readonly { readonly time: number; readonly value: number }[] = real,
): Promise<bigint[]> {
  const numbers = Object.entries({ ...limits, ...changed }).map(([name, value]) => [name, BigInt(value)] as const);
  return circuit.witness({
    ...Object.fromEntries(numbers),
    salt,
    time: samples.map(({ time }) => BigInt(time)),
    value: samples.map(({ value }) => BigInt(value)),
  });
}

/** The real readings with one changed. */
function edited(index: number, change: Partial<{ time: number; value: number }>): typeof real {
  return real.map((reading, i) => (i === index ? { ...reading, ...change } : reading));
}

describe("the textbook circuit", () => {
  it("accepts real readings under the tightest limits, with their flags and their chain of hashes", async () => {
    const good = await witness();
    expect(circuit.violations(good)).toEqual([]);
    expect(limits["budgetAbove"]).toBeGreaterThan(0);
    expect(limits["budgetBelow"]).toBeGreaterThan(0);
    expect(good[circuit.wire("anyAbove")]).toBe(1n);
    expect(good[circuit.wire("anyBelow")]).toBe(1n);
    const record = real.reduce((link, { time, value }) => poseidon([link, BigInt(time), BigInt(value)]), salt);
    expect(good[circuit.wire("record")]).toBe(record);
    const wide = await witness({ normalLow: limits["low"] ?? 0, normalHigh: limits["high"] ?? 0 });
    expect(wide[circuit.wire("anyAbove")]).toBe(0n);
    expect(wide[circuit.wire("anyBelow")]).toBe(0n);
  });

  /** Limits a little tighter, and the one component whose constraints then break. */
  const TIGHTER: readonly (readonly [string, number, RegExp])[] = [
    ["low", 1, /^readings\.notBelow\[/],
    ["high", -1, /^readings\.notAbove\[/],
    ["gap", -1, /^readings\.interval\[/],
    ["start", -1, /^readings\.first\./],
    ["end", 1, /^readings\.last\./],
    ["budgetAbove", -1, /^excursions\.cumulativeAbove\./],
    ["budgetBelow", -1, /^excursions\.cumulativeBelow\./],
    ["single", -1, /^excursions\.longest\[/],
    ["mktLimit", -1000, /^mkt\.mean\./],
    ["mktSpan", -2, /^span\./],
  ];
  it.each(TIGHTER)("refuses the same readings when %s changes by %d", async (limit, by, component) => {
    const broken = circuit.violations(await witness({ [limit]: (limits[limit] ?? 0) + by }));
    expect(broken.length).toBeGreaterThan(0);
    for (const { signals } of broken) expect(signals.filter((name) => component.test(name))).not.toEqual([]);
  });

  it("refuses a reading out of limits, and times that run backward, whatever the window", async () => {
    const hot = circuit.violations(await witness({}, edited(9, { value: (limits["high"] ?? 0) + 1 })));
    expect(hot.flatMap(({ signals }) => signals).some((name) => name.startsWith("readings.notAbove[9]"))).toBe(true);
    const backward = circuit.violations(await witness({}, edited(9, { time: (real[8]?.time ?? 0) - 1 })));
    expect(backward.flatMap(({ signals }) => signals).some((name) => name.startsWith("readings.order[8]"))).toBe(true);
  });
});

describe("bench/constraints", () => {
  it("counts 143.4 constraints a reading of five channels, and 522 of one channel under all rules", async () => {
    expect(await costOf(TEXTBOOK_PARAMETERS)).toEqual({ perReading: 143.4, fixed: 0, publicSignals: 14 });
    expect(await costOf(TEXTBOOK_TEMPERATURE)).toEqual({ perReading: 522, fixed: 175, publicSignals: 15 });
  });

  it("finds the textbook at least twenty times as large as circuit temperature", async () => {
    const [textbook, ours] = [await costOf(TEXTBOOK_TEMPERATURE), await costOf(OUR_TEMPERATURE)];
    expect(textbook.perReading / ours.perReading).toBeGreaterThan(20);
  });
});
