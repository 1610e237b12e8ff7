import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeReading, codeSeries, type ReadingGrid } from "../../src/import/coding.ts";
import { refused } from "../input/refused.ts";
import { codeTimes } from "../../src/import/ticks.ts";

/** 2.0 to 8.0 °C in steps of 0.05 °C: codes 0 to 120 would be too narrow, so 0.04 °C: codes 0 to 150. */
const fridge: ReadingGrid = {
  origin: 2_000_000n,
  stepNum: 40_000n,
  stepDen: 1n,
  width: 150n,
  normalLow: 0n,
  normalHigh: 150n,
};

/** Hard limits 2.0 and 15.0 °C, normal band 2.0 to 8.0 °C in steps of 0.1 °C. */
const coldChain: ReadingGrid = { ...fridge, stepNum: 100_000n, width: 130n, normalHigh: 60n };

/** Hard limits 0.0 and 25.0 °C, normal band 2.0 to 8.0 °C, in steps of 1/6 °C: the step is no whole millionth. */
const sixths: ReadingGrid = {
  origin: 0n,
  stepNum: 500_000n,
  stepDen: 3n,
  width: 150n,
  normalLow: 12n,
  normalHigh: 48n,
};

/** Codings whose hard limits lie on the grid of whole millionths, as `policy lint` demands, with any normal band. */
const codings: fc.Arbitrary<ReadingGrid> = fc
  .record({
    origin: fc.bigInt(-90_000_000n, 90_000_000n),
    stepNum: fc.bigInt(1n, 500_000n),
    stepDen: fc.bigInt(1n, 9n),
    width: fc.bigInt(127n, 254n),
    band: fc.tuple(fc.bigInt(0n, 254n), fc.bigInt(0n, 254n)),
  })
  .filter(({ stepNum, stepDen, width }) => (width * stepNum) % stepDen === 0n)
  .map(({ band, ...grid }) => {
    const [normalLow, normalHigh] = band.map((code) => code % (grid.width + 1n)).sort((a, b) => (a < b ? -1 : 1)) as [
      bigint,
      bigint,
    ];
    return { ...grid, normalLow, normalHigh };
  });
const values = fc.bigInt(-200_000_000n, 200_000_000n);
const high = ({ origin, stepNum, stepDen, width }: ReadingGrid): bigint => origin + (width * stepNum) / stepDen;

/** Whether a value lies beyond a code: exact, both sides times stepDen. */
const isAbove = (value: bigint, code: bigint, { origin, stepNum, stepDen }: ReadingGrid): boolean =>
  (value - origin) * stepDen > code * stepNum;
const isBelow = (value: bigint, code: bigint, { origin, stepNum, stepDen }: ReadingGrid): boolean =>
  (value - origin) * stepDen < code * stepNum;

// Verifies R-format-codes.
describe("codeReading", () => {
  it("rounds up from the lower end of the range where there is no normal band", () => {
    const code = (value: bigint): bigint => codeReading(value, fridge);
    expect([2_000_000n, 2_040_000n, 8_000_000n].map(code)).toEqual([0n, 1n, 150n]);
    expect([2_000_001n, 2_039_999n, 2_079_999n].map(code)).toEqual([1n, 1n, 2n]);
    expect([5_000_000n, 5_000_001n, 7_960_001n].map(code)).toEqual([75n, 76n, 150n]);
    expect([1_999_999n, 8_000_001n, -8_400_000n].map(code)).toEqual([-1n, 151n, -260n]);
  });

  it("rounds up from the lower end of the normal band, and down below it", () => {
    const banded: ReadingGrid = { ...fridge, normalLow: 75n };
    expect([4_960_001n, 4_999_999n, 5_000_000n, 5_000_001n].map((v) => codeReading(v, banded))).toEqual([
      74n,
      74n,
      75n,
      76n,
    ]);
    expect([2_000_001n, 1_999_999n, 7_960_001n].map((v) => codeReading(v, banded))).toEqual([0n, -1n, 150n]);
    // The upper end changes nothing.
    expect([4_999_999n, 5_000_001n].map((v) => codeReading(v, { ...banded, normalHigh: 75n }))).toEqual([74n, 76n]);
  });

  it("is exact where the step is no whole millionth", () => {
    const thirds: ReadingGrid = { ...fridge, origin: 0n, stepNum: 100_000n, stepDen: 3n };
    expect([33_333n, 33_334n, 66_666n, 66_667n].map((value) => codeReading(value, thirds))).toEqual([1n, 2n, 2n, 3n]);
    const below: ReadingGrid = { ...thirds, normalLow: 150n };
    expect([33_333n, 33_334n, 66_666n, 66_667n].map((value) => codeReading(value, below))).toEqual([0n, 1n, 1n, 2n]);
    expect([5_000_000n, 5_000_001n, 4_966_667n].map((value) => codeReading(value, thirds))).toEqual([150n, 151n, 150n]);
  });

  it("puts the hard limits on 0 and width, and a millionth beyond them outside", () => {
    fc.assert(
      fc.property(codings, (coding) => {
        expect(codeReading(coding.origin, coding)).toBe(0n);
        expect(codeReading(high(coding), coding)).toBe(coding.width);
        expect(codeReading(coding.origin - 1n, coding)).toBeLessThanOrEqual(-1n);
        expect(codeReading(high(coding) + 1n, coding)).toBeGreaterThanOrEqual(coding.width + 1n);
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps a value within the hard limits within the codes, and one beyond them beyond", () => {
    fc.assert(
      fc.property(codings, values, (coding, value) => {
        const code = codeReading(value, coding);
        expect(code >= 0n && code <= coding.width).toBe(value >= coding.origin && value <= high(coding));
      }),
      { numRuns: 2000 },
    );
  });

  it("never understates: a code's own value is at least as far from the band's lower end as the reading, by less than a step", () => {
    fc.assert(
      fc.property(codings, values, (coding, value) => {
        // Both sides times stepDen, so that nothing is rounded.
        const { origin, stepNum, stepDen, normalLow } = coding;
        const exact = (value - origin) * stepDen;
        const coded = codeReading(value, coding) * stepNum;
        const isLow = exact < normalLow * stepNum;
        const excess = isLow ? exact - coded : coded - exact;
        expect(excess >= 0n && excess < stepNum).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("is monotone", () => {
    const step = fc.oneof(fc.bigInt(0n, 100n), fc.bigInt(0n, 10_000_000n));
    fc.assert(
      fc.property(codings, values, step, (coding, lower, distance) => {
        expect(codeReading(lower, coding) <= codeReading(lower + distance, coding)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

// Verifies R-format-codes.
describe("C22 an excursion hidden by rounding", () => {
  const cases: readonly (readonly [string, ReadingGrid])[] = [
    ["hard limits only", fridge],
    ["a band inside the hard limits", coldChain],
    ["a step that is no whole millionth", sixths],
  ];
  it.each(cases)("8.1 °C, and anything above 8.0 °C, never gets the code of 8.0 °C: %s", (_, coding) => {
    const limit = codeReading(8_000_000n, coding);
    expect(limit).toBe(coding.normalHigh);
    for (const value of [8_000_001n, 8_010_000n, 8_099_999n, 8_100_000n, 15_000_000n]) {
      expect(codeReading(value, coding)).toBeGreaterThan(limit);
    }
    expect(codeReading(7_999_999n, coding)).toBe(limit);
  });

  it.each(cases)("nor anything below 2.0 °C that of 2.0 °C: %s", (_, coding) => {
    const limit = codeReading(2_000_000n, coding);
    expect(limit).toBe(coding.normalLow);
    for (const value of [1_999_999n, 1_990_000n, 1_900_000n, 0n]) {
      expect(codeReading(value, coding)).toBeLessThan(limit);
    }
    expect(codeReading(2_000_001n, coding)).toBe(limit + 1n);
  });

  it.each(cases)("nor beyond a hard limit that of the limit: %s", (_, coding) => {
    expect([codeReading(coding.origin, coding), codeReading(high(coding), coding)]).toEqual([0n, coding.width]);
    expect(codeReading(coding.origin - 1n, coding)).toBe(-1n);
    expect(codeReading(high(coding) + 1n, coding)).toBe(coding.width + 1n);
  });

  it("a reading is outside the normal band exactly if its code is, for any band of the grid", () => {
    const near = fc.tuple(fc.boolean(), fc.bigInt(-3n, 3n));
    fc.assert(
      fc.property(codings, fc.oneof(near, values), (coding, chosen) => {
        const { origin, stepNum, stepDen, normalLow, normalHigh } = coding;
        const edge = (code: bigint): bigint => origin + (code * stepNum) / stepDen;
        const value = typeof chosen === "bigint" ? chosen : edge(chosen[0] ? normalHigh : normalLow) + chosen[1];
        const code = codeReading(value, coding);
        expect([code > normalHigh, code < normalLow]).toEqual([
          isAbove(value, normalHigh, coding),
          isBelow(value, normalLow, coding),
        ]);
      }),
      { numRuns: 5000 },
    );
  });
});

// Verifies R-format-grid.
describe("codeTimes", () => {
  it("floors ticks since t0 and gives intervals, 0 for the first and for equal times", () => {
    expect(codeTimes([100, 100, 104, 105, 114, 115], 100, 5)).toEqual([
      { k: 0, dt: 0 },
      { k: 0, dt: 0 },
      { k: 0, dt: 0 },
      { k: 1, dt: 1 },
      { k: 2, dt: 1 },
      { k: 3, dt: 1 },
    ]);
  });

  it("refuses times that run backward by a tick", () => {
    expect(refused(() => codeTimes([100, 95], 100, 5)).code).toBe("time-backward");
  });

  it("adds up: the intervals sum to the last k, and a true interval of at most G ticks is at most G", () => {
    const tick = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(tick, fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1 }), (size, steps) => {
        let time = 1_650_000_000;
        const times = steps.map((step) => (time += step));
        const coded = codeTimes(times, times[0] ?? 0, size);
        expect(coded.reduce((sum, { dt }) => sum + dt, 0)).toBe(coded.at(-1)?.k);
        coded.forEach(({ dt }, i) => {
          expect(dt).toBeLessThanOrEqual(Math.ceil((i === 0 ? 0 : (steps[i] ?? 0)) / size));
        });
      }),
    );
  });
});

describe("codeSeries", () => {
  it("gives the rows of a record, codes beyond the limits as they are", () => {
    const readings = [
      { time: 1000, value: 5_000_000n },
      { time: 1300, value: 8_000_000n },
      { time: 1300, value: 8_100_000n },
      { time: 1607, value: 1_900_000n },
    ];
    expect(codeSeries(readings, fridge, 5)).toEqual({
      t0: 1000,
      rows: [
        { dt: 0, code: 75 },
        { dt: 60, code: 150 },
        { dt: 0, code: 153 },
        { dt: 61, code: -3 },
      ],
    });
  });
});
