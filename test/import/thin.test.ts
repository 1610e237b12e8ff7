import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reading } from "../../src/import/series.ts";
import { MAX_BUCKET, MIN_BUCKET, NOT_THINNED, thin } from "../../src/import/thin.ts";
import { refused } from "../input/refused.ts";
import { codeTimes } from "../../src/import/ticks.ts";
import type { Row } from "../../src/formats/series.ts";
import { codeSeries } from "../../src/import/coding.ts";
import { checkReadings } from "../../src/kinds/temperature/check.ts";
import { FRIDGE_RULE } from "./rule.ts";

/** A multiple of every bucket in these tests. */
const START = 1_651_768_200 - (1_651_768_200 % 3600);
const GAP = 900;

/** Readings of these values in degrees, one every `step` seconds from START on; reading i stands on line i. */
function every(step: number, ...degrees: number[]): Reading[] {
  return degrees.map((degree, i) => ({ line: i, time: START + i * step, value: BigInt(Math.round(degree * 1e6)) }));
}
const kept = (readings: readonly Reading[], bucket: number): number[] =>
  thin(readings, bucket, GAP, () => false).map(({ line }) => line);

// Verifies R-import-thin.
describe("thin", () => {
  it("keeps the first, the minimum, the maximum and the last of each bucket, in the order of time", () => {
    expect(kept(every(60, 5, 6, 5, 4, 5, 5), 360)).toEqual([0, 1, 3, 5]);
    expect(kept(every(60, 5, 4, 5, 6, 5, 5), 360)).toEqual([0, 1, 3, 5]);
    expect(kept(every(60, 5, 6, 4, 5, 7, 5, 3, 5), 180)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("keeps a reading once, and of equal extremes the earliest", () => {
    expect(kept(every(60, 5, 5, 5, 5, 5, 5), 360)).toEqual([0, 5]);
    expect(kept(every(60, 5, 6, 6, 4, 4, 5), 360)).toEqual([0, 1, 3, 5]);
    expect(kept(every(60, 4, 5, 5, 5, 5, 6), 360)).toEqual([0, 5]);
    expect(kept(every(600, 5), 600)).toEqual([0]);
  });

  it("divides time by Unix seconds, not by the first reading", () => {
    const readings = every(60, 5, 5, 5, 5, 5, 5);
    const later = readings.map((reading) => ({ ...reading, time: reading.time + 60 }));
    expect(kept(readings, 180)).toEqual([0, 2, 3, 5]);
    expect(kept(later, 180)).toEqual([0, 1, 2, 4, 5]);
  });

  it("leaves a series alone that is not thinned", () => {
    const readings = every(30, 5, 5, 5, 5);
    expect(thin(readings, NOT_THINNED, 0, () => true)).toBe(readings);
  });

  it.each([1, MIN_BUCKET - 1, MAX_BUCKET + 1, 90.5, -60, NaN])("refuses a bucket of %s s", (bucket) => {
    expect(refused(() => thin(every(30, 5), bucket, 86_400, () => false)).code).toBe("bucket");
  });

  it("refuses a bucket longer than the rule permits, and takes one of its length", () => {
    expect(refused(() => thin(every(30, 5), GAP + 1, GAP, () => false))).toMatchObject({
      code: "bucket",
      kind: "input",
    });
    expect(kept(every(30, 5), GAP)).toEqual([0]);
    expect(thin(every(30, 5), MAX_BUCKET, MAX_BUCKET, () => false)).toHaveLength(1);
  });

  it("refuses any bucket where the rule permits none", () => {
    const error = refused(() => thin(every(30, 5), MIN_BUCKET, NOT_THINNED, () => false));
    expect([error.code, error.message]).toEqual(["bucket", "The claim's rule permits no thinning."]);
  });

  it("keeps every reading outside the band and its neighbours", () => {
    const readings = every(60, 5, 5, 5, 9, 9, 8, 9, 5, 5, 5, 5);
    expect(thin(readings, 3600, 3600, ({ value }) => value > 8_000_000n).map(({ line }) => line)).toEqual([
      0, 2, 3, 4, 5, 6, 7, 10,
    ]);
  });
});

const isAbove = ({ value }: Reading): boolean => value > 8n;
const isBelow = ({ value }: Reading): boolean => value < 2n;
const isOutside = (reading: Reading): boolean => isAbove(reading) || isBelow(reading);

/** A legal series over a few buckets, often crossing the band of 2 to 8 degrees. */
const cases = fc
  .record({
    bucket: fc.constantFrom(60, 61, 300, 900),
    steps: fc.array(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: GAP })), { maxLength: 60 }),
    degrees: fc.array(fc.oneof(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 0, max: 10 })), {
      minLength: 61,
      maxLength: 61,
    }),
    start: fc.integer({ min: 0, max: 3600 }),
  })
  .map(({ bucket, steps, degrees, start }) => {
    let time = START + start;
    const times = [time, ...steps.map((step) => (time += step))];
    const readings: Reading[] = times.map((at, i) => ({ line: i, time: at, value: BigInt(degrees[i] ?? 0) }));
    return { bucket, readings, thinned: thin(readings, bucket, GAP, isOutside) };
  });
const check = (property: (one: { bucket: number; readings: Reading[]; thinned: readonly Reading[] }) => void): void => {
  fc.assert(fc.property(cases, property), { numRuns: 3000, seed: 7 });
};

const bucketsOf = (readings: readonly Reading[], bucket: number): readonly Reading[][] => [
  ...Map.groupBy(readings, ({ time }) => Math.floor(time / bucket)).values(),
];

function isOutsideAt(readings: readonly Reading[], at: number): boolean {
  const reading = readings[at];
  return reading !== undefined && isOutside(reading);
}

/** Twice the time that is outside, where a reading stands for half the interval before and after it. */
function doubleTime(readings: readonly Reading[], isOut: (reading: Reading) => boolean): number {
  return readings.reduce((sum, reading, i) => {
    const [before, after] = [readings[i - 1] ?? reading, readings[i + 1] ?? reading];
    return isOut(reading) ? sum + after.time - before.time : sum;
  }, 0);
}

/** The longest time since the last reading within the band. */
function longest(readings: readonly Reading[]): number {
  let since = readings[0]?.time ?? 0;
  return Math.max(
    ...readings.map((reading) => {
      if (!isOutside(reading)) since = reading.time;
      return reading.time - since;
    }),
  );
}

// Verifies R-import-thin.
describe("a thinned series", () => {
  it("is a part of the whole one, in its order, with the same first and last reading", () => {
    check(({ readings, thinned }) => {
      const places = thinned.map((reading) => readings.indexOf(reading));
      expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
      expect(places).not.toContain(-1);
      expect([thinned[0], thinned.at(-1)]).toEqual([readings[0], readings.at(-1)]);
    });
  });

  it("has no interval over the gap, in seconds and in ticks", () => {
    check(({ thinned }) => {
      const times = thinned.map(({ time }) => time);
      times.forEach((time, i) => expect(time - (times[i - 1] ?? time)).toBeLessThanOrEqual(GAP));
      for (const { dt } of codeTimes(times, times[0] ?? 0, 5)) expect(dt).toBeLessThanOrEqual(GAP / 5);
    });
  });

  it("has the minimum and the maximum of each bucket, and at most four readings besides those that excursions need", () => {
    check(({ bucket, readings, thinned }) => {
      const extremes = (part: readonly Reading[]): bigint[] =>
        [...part.map(({ value }) => value)].sort((a, b) => (a < b ? -1 : 1));
      const needed = new Set(readings.filter((_, i) => [i - 1, i, i + 1].some((at) => isOutsideAt(readings, at))));
      const [whole, left] = [bucketsOf(readings, bucket), bucketsOf(thinned, bucket)];
      expect(left).toHaveLength(whole.length);
      whole.forEach((part, i) => {
        const rest = left[i] ?? [];
        expect(rest.filter((reading) => !needed.has(reading)).length).toBeLessThanOrEqual(4);
        expect([extremes(rest).at(0), extremes(rest).at(-1)]).toEqual([extremes(part).at(0), extremes(part).at(-1)]);
      });
    });
  });

  it("thins to itself", () => {
    check(({ bucket, thinned }) => {
      expect(thin(thinned, bucket, GAP, isOutside)).toEqual(thinned);
    });
  });

  it("has the same time above and below the band, and the same longest excursion, to the second", () => {
    let shorter = 0;
    check(({ readings, thinned }) => {
      expect(doubleTime(thinned, isAbove)).toBe(doubleTime(readings, isAbove));
      expect(doubleTime(thinned, isBelow)).toBe(doubleTime(readings, isBelow));
      expect(longest(thinned)).toBe(longest(readings));
      if (thinned.length < readings.length && readings.some(isOutside)) shorter++;
    });
    expect(shorter).toBeGreaterThan(100);
  });

  // Verifies V43.
  it("keeps the limits of its rule exactly where the whole series does", () => {
    const grid = { origin: 0n, stepNum: 1n, stepDen: 16n, width: 160n, normalLow: 32n, normalHigh: 128n };
    let held = 0;
    check(({ readings, thinned }) => {
      const codes = (series: readonly Reading[]): Row[] => codeSeries(series, grid, 5).rows;
      const limits = { budgetAbove: 300n, budgetBelow: 300n, single: 150n };
      const rule = { ...FRIDGE_RULE, ...grid, ...limits };
      const broken = (series: readonly Reading[]): string[] =>
        checkReadings({ rule, header: { n: 210n }, rows: codes(series) }).map((finding) => finding.rule);
      expect(new Set(broken(thinned))).toEqual(new Set(broken(readings)));
      if (broken(thinned).length === 0 && thinned.length < readings.length) held++;
    });
    expect(held).toBeGreaterThan(20);
  });
});
