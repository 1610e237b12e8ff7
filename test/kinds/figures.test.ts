import { describe, expect, it } from "vitest";
import { CELSIUS_OFFSET } from "../../src/formats/constants.ts";
import type { Row } from "../../src/formats/series.ts";
import type { Grid } from "../../src/kinds/series/coding.ts";
import { curveOf } from "../../src/kinds/series/curve.ts";
import { describeFigures, figuresOf, type SeriesFigures } from "../../src/kinds/series/figures.ts";
import { parametersFigures } from "../../src/kinds/parameters/figures.ts";
import { temperatureFigures } from "../../src/kinds/temperature/figures.ts";
import { claimedHeat } from "../../src/kinds/temperature/rule.ts";
import { withLimits } from "../policy/support.ts";
import { makeEvidence, START } from "../support/evidence.ts";
import { BIOREACTOR, makeParameters, steadySamples, withCode } from "../support/parameters.ts";
import { ruleOf } from "./support.ts";

/** 2 to 15 °C with 2 to 8 °C as the normal band, in steps of 0.1 °C from code 0; ticks of 10 s. */
const RULE = ruleOf({ range: ["2.0", "15.0"], normal: ["2.0", "8.0"], single: 1500 });
/** dH of 83.144 kJ/mol: dH/R is 10,000 K. */
const HEAT = 83_144_000n;

function grid(change: Partial<Grid> = {}): Grid {
  const [origin, width] = [CELSIUS_OFFSET, 130n];
  return { origin, stepNum: 100_000n, stepDen: 1n, width, normalLow: 0n, normalHigh: width, ...change };
}

/** Readings every 10 minutes, from the epoch on. */
function steady(codes: readonly number[], on = grid()): SeriesFigures {
  return figuresOf("temperature", { grid: on, times: codes.map((_, i) => BigInt(600 * i)), codes });
}

function figuresOfRows(rows: readonly Row[], heat = HEAT): SeriesFigures {
  return temperatureFigures(makeEvidence({ rule: { ...RULE, stage: 1n }, rows }), heat);
}

// Verifies R-cli-figures.
describe("the figures of a series", () => {
  it("are those of the codes, with count, times and limits", () => {
    expect(steady([30, 21, 64, 30])).toMatchObject({
      channel: "temperature",
      unit: "Cel",
      count: 4,
      first: "1970-01-01T00:00:00Z",
      last: "1970-01-01T00:30:00Z",
      minimum: "2.1",
      maximum: "6.4",
      limits: ["0.0", "13.0"],
    });
  });

  it("are exact where a code is a decimal, and rounded to a millionth where it is none", () => {
    const thirds = grid({ stepNum: 100_000n, stepDen: 3n });
    expect(steady([-3, 2], thirds)).toMatchObject({ minimum: "-0.1", maximum: "0.066667" });
    expect(steady([-2], thirds)).toMatchObject({ minimum: "-0.066667", maximum: "-0.066667" });
  });

  it("weigh each reading by half the time to its neighbours", () => {
    // 0 for 10 minutes and 10 for 60, half of the 50 minutes between them each; plainly it would be 0.6667.
    const figures = figuresOf("temperature", { grid: grid(), times: [0n, 600n, 3600n], codes: [0, 10, 10] });
    expect(figures.timeWeightedMean).toBe("0.9167");
    expect(steady([10, 20, 10]).timeWeightedMean).toBe("1.5");
  });

  it("weigh readings of one moment alike", () => {
    expect(steady([31]).timeWeightedMean).toBe("3.1");
    const twice = figuresOf("temperature", { grid: grid(), times: [5n, 5n], codes: [10, 20] });
    expect(twice.timeWeightedMean).toBe("1.5");
  });

  it("hold the readings beyond the limits too", () => {
    expect(steady([-50, 1_000_000])).toMatchObject({ minimum: "-5.0", maximum: "100000.0" });
  });

  it("of a temperature claim have a mean kinetic temperature, with the rule's limit of one or without", () => {
    const rows = [0, 30, 60].map((code, i) => ({ dt: i === 0 ? 0 : 60, code }));
    // USP <1160> of 2, 5 and 8 °C, computed apart from our own code: 10000 / -ln(mean of exp(-10000 / T)).
    expect(figuresOfRows(rows).mkt).toEqual({ value: "5.3615", dH: "83.144", dHUnit: "kJ/mol" });
    expect(figuresOfRows(rows, 2n * HEAT).mkt).toMatchObject({ value: "5.7183", dH: "166.288" });
    expect(figuresOfRows(rows.slice(1, 2)).mkt?.value).toBe("5.0");
  });

  it("take dH from the claim where it has one, else the usual one", () => {
    const mkt = { limit: "8.0", span: 86_400 };
    expect(claimedHeat(withLimits({ mkt }), 0)).toBe(HEAT);
    expect(claimedHeat(withLimits({ mkt: { ...mkt, dH: "60.5" } }), 0)).toBe(60_500_000n);
    expect(claimedHeat(withLimits({}), 0)).toBe(HEAT);
  });

  it("have none where a reading is colder than anything can be", () => {
    const rows = [
      { dt: 0, code: 30 },
      { dt: 60, code: -3000 },
    ];
    const evidence = makeEvidence({ rule: { ...RULE, stage: 1n }, rows: rows.map((row) => ({ ...row, code: 30 })) });
    const figures = temperatureFigures({ ...evidence, rows }, HEAT);
    expect([figures.minimum, figures.mkt]).toEqual(["-298.0", undefined]);
  });

  it("of parameters are one for each channel that the rule uses, in its own unit", () => {
    const evidence = makeParameters({ rows: withCode(steadySamples(), 7, 2, 150) });
    const figures = parametersFigures(evidence);
    expect(figures).toHaveLength(BIOREACTOR.length);
    expect(figures[2]).toMatchObject({ channel: "acidity", unit: "[pH]", count: 60, minimum: "7.2", maximum: "7.3" });
    expect(figures.map(({ unit }) => unit)).toEqual(["Cel", "%", "[pH]", "%", "{rpm}"]);
    expect(figures.every(({ mkt }) => mkt === undefined)).toBe(true);
    const { channels } = evidence.rule;
    const [used = channels[0], unused] = [channels[0], { ...BIOREACTOR[1], channelId: 0n }];
    const fewer = { ...evidence, rule: { ...evidence.rule, channels: [used, unused] as typeof channels } };
    expect(parametersFigures(fewer)).toHaveLength(1);
  });

  it("are said in two lines, and in three with the curve", () => {
    const figures = figuresOfRows([30, 62, 30].map((code, i) => ({ dt: i === 0 ? 0 : 60, code })));
    const lines = describeFigures(figures, false);
    expect(lines).toEqual([
      "Temperature: 3 readings, 2022-05-05T16:30:00Z to 2022-05-05T16:50:00Z",
      expect.stringMatching(
        /^ {2}minimum 5\.0 °C, maximum 8\.2 °C, time-weighted mean 6\.6 °C, MKT 6\.\d+ °C \(dH 83\.144 kJ\/mol\)$/,
      ),
    ]);
    expect(describeFigures(figures, true)).toEqual([...lines, "  limits 2.0 to 15.0 °C: ▂▄▂"]);
    expect(Number(START)).toBe(Date.parse("2022-05-05T16:30:00Z") / 1000);
  });
});

// Verifies R-cli-figures.
describe("the curve of a series", () => {
  it("has its lowest block at the lower limit and its highest at the upper one; arrows are beyond", () => {
    expect(steady([0, 65, 130]).curve).toBe("▁▄█");
    expect(steady([-1, 0, 130, 131]).curve).toBe("↓▁█↑");
  });

  it("shows in each column the reading furthest from the centre, so that no excursion is lost", () => {
    const codes = new Array<number>(1000).fill(65);
    codes[500] = 131;
    codes[700] = 0;
    const { curve } = steady(codes);
    expect(curve).toHaveLength(48);
    expect(curve.replaceAll("▄", "")).toBe("↑▁");
    // From 2 to 8 °C the centre is 5 °C: 2.5 °C is further from it than 7 °C.
    const times = [0n, 0n, 600n];
    expect(curveOf({ grid: grid({ normalLow: 20n, normalHigh: 80n }), times, codes: [70, 25, 70] })).toBe("▂ ▅");
  });

  it("is blank where nothing was read", () => {
    const times = [0n, 600n, 1200n, 5400n, 6000n];
    expect(curveOf({ grid: grid(), times, codes: [65, 65, 65, 65, 65] })).toBe("▄▄  ▄");
  });

  it("of one moment is one column", () => {
    expect(steady([65]).curve).toBe("▄");
  });
});
