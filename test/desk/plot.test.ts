import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { excursionsIn } from "../../desk/plot/excursions.ts";
import { figuresOf, strokesOf, thinned, type Line, type Point } from "../../desk/plot/figure.ts";
import { scaleOf, timeTicks, valueTicks } from "../../desk/plot/scale.ts";
import type { Disclosed, DisclosedSeries } from "../../src/disclosure/disclosed.ts";

const HOUR = 3600;

/** A series of one channel, a reading an hour; limits 0 to 30, band 2 to 8. */
function series(values: readonly string[], more: Partial<DisclosedSeries> = {}): DisclosedSeries {
  return {
    form: "series",
    channels: [{ channel: "temperature", unit: "Cel", limits: ["0.0", "30.0"], band: ["2.0", "8.0"], outside: null }],
    readings: values.map((value, i) => ({ at: i * HOUR, values: [value], asked: true })),
    gaps: [],
    figures: [],
    ...more,
  };
}

function disclosed(content: Disclosed["content"]): Disclosed {
  const key = `0x${"1".repeat(64)}`;
  return {
    key,
    claim: 0,
    stage: 0,
    kind: "temperature",
    window: null,
    header: [],
    rawFileHash: null,
    rule: null,
    doubts: [],
    content,
  };
}

describe("the excursions of a disclosed series", () => {
  it("are none of readings that lie on the band's bounds", () => {
    expect(excursionsIn(series(["2.0", "8.0", "5.0"]), 0)).toEqual([]);
  });

  it("are runs of readings beyond the band, each with its furthest", () => {
    const found = excursionsIn(series(["5.0", "8.000001", "9.5", "9.0", "8.0", "1.9", "5.0"]), 0);
    expect(found).toEqual([
      { side: "above", beyond: "band", from: HOUR, to: 3 * HOUR, extreme: "9.5", count: 3 },
      { side: "below", beyond: "band", from: 5 * HOUR, to: 5 * HOUR, extreme: "1.9", count: 1 },
    ]);
  });

  it("are two where the value goes from one side to the other", () => {
    expect(excursionsIn(series(["9.0", "1.0"]), 0).map(({ side }) => side)).toEqual(["above", "below"]);
  });

  it("say so if one of their readings leaves the hard limits", () => {
    const found = excursionsIn(series(["9.0", "30.1", "9.0"]), 0);
    expect(found.map(({ beyond, extreme }) => [beyond, extreme])).toEqual([["limits", "30.1"]]);
  });

  it("are measured at the hard limits where no band is disclosed", () => {
    const [channel] = series([]).channels;
    const bare = series(["9.0", "-0.1"], { channels: channel === undefined ? [] : [{ ...channel, band: null }] });
    expect(excursionsIn(bare, 0)).toEqual([
      { side: "below", beyond: "limits", from: HOUR, to: HOUR, extreme: "-0.1", count: 1 },
    ]);
  });

  it("go on over a gap", () => {
    expect(excursionsIn(series(["9.0", "9.0"], { gaps: [{ from: 0, to: HOUR }] }), 0)).toHaveLength(1);
  });
});

describe("the figures of several disclosures", () => {
  it("draw loggers of one channel and the same limits over one another", () => {
    const figures = figuresOf([
      { name: "A", disclosed: disclosed(series(["5.0"])) },
      { name: "B", disclosed: disclosed(series(["6.0"])) },
    ]);
    expect(figures.map(({ lines }) => lines.map(({ name }) => name))).toEqual([["A", "B"]]);
  });

  it("keep loggers apart whose limits or band differ", () => {
    const [channel] = series([]).channels;
    const other = series(["6.0"], { channels: channel === undefined ? [] : [{ ...channel, band: null }] });
    const figures = figuresOf([
      { name: "A", disclosed: disclosed(series(["5.0"])) },
      { name: "B", disclosed: disclosed(other) },
    ]);
    expect(figures.map(({ lines }) => lines.map(({ name }) => name))).toEqual([["A"], ["B"]]);
  });

  it("are none of what is no series", () => {
    expect(figuresOf([{ name: "A", disclosed: disclosed({ form: "handoff", lines: [] }) }])).toEqual([]);
  });
});

describe("the strokes of a line", () => {
  it("end at a gap, and at the edge of what was asked for", () => {
    const line = lineOf("nnyyyyn", [[3, 4]]);
    expect(strokesOf(line).map(({ asked, points }) => [asked, points.map(({ at }) => at)])).toEqual([
      [false, [0, 1, 2]],
      [true, [2, 3]],
      [true, [4, 5]],
      [false, [5, 6]],
    ]);
  });

  it("show a reading alone between two gaps", () => {
    const line = lineOf("yny", [
      [0, 1],
      [1, 2],
    ]);
    expect(strokesOf(line).map(({ asked, points }) => [asked, points.length])).toEqual([
      [true, 1],
      [false, 1],
      [true, 1],
    ]);
  });

  it("leave out no reading, and join no two over a gap", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
        fc.infiniteStream(fc.boolean()),
        (asked, cuts) => {
          const gaps = asked.slice(1).flatMap((_, i) => (cuts.next().value ? [[i, i + 1] as const] : []));
          const strokes = strokesOf(lineOf(asked.map((each) => (each ? "y" : "n")).join(""), gaps));
          const drawn = new Set(strokes.flatMap(({ points }) => points.map(({ at }) => at)));
          expect(drawn.size).toBe(asked.length);
          for (const [from] of gaps)
            expect(
              strokes.some(({ points }) =>
                points.slice(1).some((point, i) => points[i]?.at === from && point.at > from),
              ),
            ).toBe(false);
        },
      ),
    );
  });
});

/** A line of a reading a second: y was asked for, n was not. */
function lineOf(asked: string, gaps: readonly (readonly [from: number, to: number])[]): Line {
  return {
    name: "A",
    points: Array.from(asked, (each, at) => ({ at, value: at, asked: each === "y" })),
    excursions: [],
    gaps: gaps.map(([from, to]) => ({ from, to })),
    window: null,
  };
}

describe("a line of more points than its picture has columns", () => {
  it("keeps its ends and extremes, in order", () => {
    const points = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 20 }), (values, columns) => {
        const all: Point[] = values.map((value, at) => ({ at, value, asked: true }));
        const kept = thinned(all, columns);
        expect(kept.length).toBeLessThanOrEqual(4 * columns + 4);
        expect([kept.at(0), kept.at(-1)]).toEqual([all.at(0), all.at(-1)]);
        const range = (each: readonly Point[]): number[] => [
          Math.min(...each.map(({ value }) => value)),
          Math.max(...each.map(({ value }) => value)),
        ];
        expect(range(kept)).toEqual(range(all));
        expect(kept.map(({ at }) => at)).toEqual(kept.map(({ at }) => at).toSorted((a, b) => a - b));
      }),
    );
  });
});

describe("the scales of a picture", () => {
  it("map a range to its place, and a range of no extent to the middle", () => {
    expect(scaleOf(0, 10, 100, 0).at(2.5)).toBe(75);
    expect(scaleOf(5, 5, 0, 100).at(5)).toBe(50);
  });

  it("mark round values", () => {
    expect(valueTicks(0, 30, 6)).toEqual({ values: [0, 5, 10, 15, 20, 25, 30], decimals: 0 });
    expect(valueTicks(6.81, 7.32, 5).values.map((value) => value.toFixed(1))).toEqual(["7.0", "7.2"]);
  });

  it("mark round times, never more than asked in a record's range", () => {
    expect(timeTicks(10 * 60, 3 * HOUR, 6)).toEqual([1800, 3600, 5400, 7200, 9000, 10800]);
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.nat(2 ** 28), (from, span) => {
        expect(timeTicks(from, from + span, 8).length).toBeLessThanOrEqual(9);
      }),
    );
  });
});
