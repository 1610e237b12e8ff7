import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { padRows, type Row } from "../../src/formats/series.ts";
import {
  distinctLengths,
  dwellOf,
  excursionsOf,
  excursionTable,
  excursionTableSize,
  outsideFlags,
  sideOf,
  timeOutside,
  weightedDwell,
} from "../../src/kinds/temperature/excursions.ts";
import { polynomial } from "../support/evidence.ts";

type Band = Readonly<Record<"normalLow" | "normalHigh", bigint>>;

/** Codes 0 to 4 lie below it, 5 to 9 inside, from 10 on above. */
const BAND: Band = { normalLow: 5n, normalHigh: 9n };
const RUNS = 300;

/** Rows from pairs [dt, code]. */
function rowsOf(...pairs: readonly (readonly [dt: number, code: number])[]): Row[] {
  return pairs.map(([dt, code]) => ({ dt, code }));
}

/** Series that cross the band's edges often, with intervals of 0 among others. */
const SERIES = fc
  .array(
    fc.record({ dt: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9 })), code: fc.integer({ max: 14, min: 0 }) }),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((rows): Row[] => rows.map((row, i) => (i === 0 ? { ...row, dt: 0 } : row)));

const ANY_BAND = fc
  .tuple(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 14 }))
  .map(([a, b]): Band => ({ normalLow: BigInt(Math.min(a, b)), normalHigh: BigInt(Math.max(a, b)) }));

function ticksOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { dt }) => sum + dt, 0);
}

describe("sideOf", () => {
  it.each([
    [-1, "below"],
    [4, "below"],
    [5, undefined],
    [9, undefined],
    [10, "above"],
    [300, "above"],
  ] as const)("puts code %d %s", (code, side) => {
    expect(sideOf(BAND, code)).toBe(side);
    expect(outsideFlags(BAND, [{ dt: 0, code }])).toEqual([side !== undefined]);
  });

  it("finds no permitted code outside where the rule has no normal band", () => {
    const all = { normalLow: 0n, normalHigh: 254n };
    expect(Array.from({ length: 255 }, (_, code) => sideOf(all, code)).every((side) => side === undefined)).toBe(true);
  });
});

describe("dwellOf", () => {
  it("gives each reading half of the interval on either side, and one unit", () => {
    const dwell = dwellOf(rowsOf([0, 3], [10, 7], [4, 3], [0, 7]));
    expect(dwell).toHaveLength(255);
    expect(dwell[3]).toBe(65536n * (10n + 4n) + 2n);
    expect(dwell[7]).toBe(65536n * (10n + 4n + 0n) + 2n);
    expect(dwell.filter((time) => time > 0n)).toHaveLength(2);
  });

  it("leaves out codes that no record can hold", () => {
    const dwell = dwellOf(rowsOf([0, -1], [1, 255], [1, 254]));
    expect(dwell.reduce((sum, time) => sum + time)).toBe(65536n + 1n);
    expect(dwell[254]).toBe(65536n + 1n);
  });

  it("sums to all half-ticks and all rows, whatever the codes", () => {
    fc.assert(
      fc.property(SERIES, (rows) => {
        const sum = dwellOf(rows).reduce((total, time) => total + time);
        expect(sum).toBe(2n ** 17n * BigInt(ticksOf(rows)) + BigInt(rows.length));
      }),
      { numRuns: RUNS },
    );
  });

  it("adds one unit for each padded row and no time", () => {
    fc.assert(
      fc.property(SERIES, (rows) => {
        const [plain, padded] = [dwellOf(rows), dwellOf(padRows(rows, 210))];
        const last = rows.at(-1)?.code ?? 0;
        plain.forEach((time, code) => {
          expect(padded[code]).toBe(code === last ? time + BigInt(210 - rows.length) : time);
        });
      }),
      { numRuns: 50 },
    );
  });

  it("is what weightedDwell weighs", () => {
    fc.assert(
      fc.property(
        SERIES,
        fc.array(fc.bigInt(-(2n ** 100n), 2n ** 100n), { minLength: 9, maxLength: 9 }),
        fc.nat(254),
        (rows, coefficients, normalLow) => {
          let [weighted, total] = [0n, 0n];
          rows.forEach(({ dt, code }, i) => {
            const time = 65536n * BigInt(dt + (rows[i + 1]?.dt ?? 0)) + 1n;
            const hotEdge = BigInt(code < normalLow ? code + 1 : code);
            weighted += time * coefficients.reduce((sum, c, k) => sum + c * hotEdge ** BigInt(k), 0n);
            total += time;
          });
          const rule = { mktCoefficients: polynomial(...coefficients), normalLow: BigInt(normalLow), width: 254n };
          expect(weightedDwell(rule, rows)).toEqual({ weighted, total });
        },
      ),
      { numRuns: 50 },
    );
  });
});

/** Every half-tick of a series by the reading that it is nearest to: each interval is cut in the middle. */
function nearestReadings(rows: readonly Row[]): number[] {
  return rows.flatMap(({ dt }, i) => [...new Array<number>(dt).fill(i - 1), ...new Array<number>(dt).fill(i)]);
}

describe("timeOutside", () => {
  it("adds up over excursions, each side for itself", () => {
    const rows = rowsOf([0, 7], [10, 12], [10, 12], [10, 7], [10, 2], [10, 12]);
    expect(timeOutside(BAND, rows)).toEqual([
      { above: 0n, below: 0n },
      { above: 20n, below: 0n },
      { above: 40n, below: 0n },
      { above: 40n, below: 0n },
      { above: 40n, below: 20n },
      { above: 50n, below: 20n },
    ]);
  });

  it("counts the half-ticks that are nearest to a reading outside", () => {
    fc.assert(
      fc.property(ANY_BAND, SERIES, (band, rows) => {
        const nearest = nearestReadings(rows);
        const time = timeOutside(band, rows);
        expect(time).toHaveLength(rows.length);
        time.forEach((soFar, last) => {
          const count = (side: "above" | "below"): number =>
            nearest.filter((i) => i <= last && sideOf(band, rows[i]?.code ?? 0) === side).length;
          expect(soFar).toEqual({ above: BigInt(count("above")), below: BigInt(count("below")) });
        });
      }),
      { numRuns: RUNS },
    );
  });

  it("is the dwell above and below the band, without its units", () => {
    fc.assert(
      fc.property(ANY_BAND, SERIES, (band, rows) => {
        const dwell = dwellOf(rows);
        const time = timeOutside(band, rows).at(-1);
        for (const side of ["above", "below"] as const) {
          const sum = dwell.reduce((total, units, code) => (sideOf(band, code) === side ? total + units : total), 0n);
          expect(time?.[side]).toBe(sum >> 16n);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

/** Ticks since the last reading inside the band, or since the first reading; 0 for a reading inside. */
function sinceInside(band: Band, rows: readonly Row[], i: number): number {
  const outside = outsideFlags(band, rows);
  const inside = outside.lastIndexOf(false, i);
  return ticksOf(rows.slice(0, i + 1)) - ticksOf(rows.slice(0, Math.max(0, inside) + 1));
}

describe("excursionsOf", () => {
  it("measures from the last reading inside the band to the last one outside", () => {
    expect(excursionsOf(BAND, rowsOf([0, 7], [10, 12], [5, 13], [20, 7], [3, 7]))).toEqual([
      { first: 1, last: 2, ticks: 15 },
    ]);
  });

  it("measures an excursion that is there from the first reading on from that reading", () => {
    expect(excursionsOf(BAND, rowsOf([0, 12], [10, 12], [5, 7]))).toEqual([{ first: 0, last: 1, ticks: 10 }]);
    expect(excursionsOf(BAND, rowsOf([0, 12], [10, 7]))).toEqual([{ first: 0, last: 0, ticks: 0 }]);
  });

  it("is not interrupted by readings without an interval, nor by a change of sides", () => {
    const rows = rowsOf([0, 7], [10, 12], [0, 12], [0, 2], [10, 12], [10, 9]);
    expect(excursionsOf(BAND, rows)).toEqual([{ first: 1, last: 4, ticks: 20 }]);
  });

  it("is interrupted by a single reading inside, even one without an interval", () => {
    const rows = rowsOf([0, 7], [10, 12], [0, 9], [10, 12]);
    expect(excursionsOf(BAND, rows)).toEqual([
      { first: 1, last: 1, ticks: 10 },
      { first: 3, last: 3, ticks: 10 },
    ]);
  });

  it("keeps one that has not ended", () => {
    expect(excursionsOf(BAND, rowsOf([0, 7], [10, 2], [10, 2]))).toEqual([{ first: 1, last: 2, ticks: 20 }]);
  });

  it("finds none inside the band, and none in an empty series", () => {
    expect(excursionsOf(BAND, rowsOf([0, 5], [10, 9]))).toEqual([]);
    expect(excursionsOf(BAND, [])).toEqual([]);
  });

  it("agrees with the definition", () => {
    fc.assert(
      fc.property(ANY_BAND, SERIES, (band, rows) => {
        const outside = outsideFlags(band, rows);
        const starts = rows.flatMap((_, i) => (outside[i] === true && outside[i - 1] !== true ? [i] : []));
        const ends = rows.flatMap((_, i) => (outside[i] === true && outside[i + 1] !== true ? [i] : []));
        expect(excursionsOf(band, rows)).toEqual(
          ends.map((last, k) => ({ first: starts[k], last, ticks: sinceInside(band, rows, last) })),
        );
      }),
      { numRuns: RUNS },
    );
  });
});

describe("excursionTable", () => {
  it.each([
    [210, 16],
    [1470, 16],
    [4200, 24],
    [9870, 32],
  ])("of %d rows has room for %d lengths besides 0", (n, size) => {
    expect(excursionTableSize(n)).toBe(size);
    const { lengths, counts } = excursionTable(BAND, padRows(rowsOf([0, 7]), n));
    expect([lengths, counts]).toEqual([
      new Array<bigint>(size).fill(0n),
      [BigInt(n), ...new Array<bigint>(size).fill(0n)],
    ]);
  });

  it("holds each length once, longest first, and how often it occurs", () => {
    const rows = rowsOf([0, 7], [4, 12], [1, 7], [9, 2], [1, 7], [4, 12], [1, 7], [1, 7]);
    const { lengths, counts } = excursionTable(BAND, rows);
    expect(lengths).toEqual([9n, 4n, ...new Array<bigint>(14).fill(0n)]);
    // 0: the last two rows alone; the other three rows inside are followed by one outside.
    expect(counts).toEqual([2n, 1n, 2n, ...new Array<bigint>(14).fill(0n)]);
  });

  it("counts an excursion that takes no time as 0", () => {
    const { lengths, counts } = excursionTable(BAND, rowsOf([0, 12], [5, 7]));
    expect(lengths.every((length) => length === 0n)).toBe(true);
    expect(counts).toEqual([2n, ...new Array<bigint>(16).fill(0n)]);
  });

  it("counts every row whose next row is inside the band, and the last one, under its length", () => {
    fc.assert(
      fc.property(ANY_BAND, SERIES, (band, rows) => {
        const outside = outsideFlags(band, rows);
        const { lengths, counts } = excursionTable(band, rows);
        const lookedUp = rows.flatMap((_, i) => (outside[i + 1] === true ? [] : [sinceInside(band, rows, i)]));
        fc.pre(new Set(lookedUp).size <= lengths.length);
        expect(counts.reduce((sum, count) => sum + count)).toBe(BigInt(lookedUp.length));
        [0n, ...lengths].forEach((length, k) => {
          const isPadding = k > 0 && length === 0n;
          const expected = isPadding ? 0 : lookedUp.filter((ticks) => BigInt(ticks) === length).length;
          expect(counts[k]).toBe(BigInt(expected));
        });
      }),
      { numRuns: RUNS },
    );
  });

  it("drops the shortest lengths where there are more than it holds", () => {
    // Excursions of 1 to 20 ticks, the shortest first.
    const rows = rowsOf(
      [0, 7],
      ...Array.from({ length: 20 }, (_, k) => [[k + 1, 12] as const, [1, 7] as const]).flat(),
    );
    expect(distinctLengths(excursionsOf(BAND, rows))).toEqual(Array.from({ length: 20 }, (_, k) => 20 - k));
    const { lengths, counts } = excursionTable(BAND, rows);
    expect(lengths).toEqual(Array.from({ length: 16 }, (_, k) => BigInt(20 - k)));
    expect(counts).toEqual([1n, ...new Array<bigint>(16).fill(1n)]);
  });
});
