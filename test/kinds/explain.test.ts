import { describe, expect, it } from "vitest";
import { deviceSlots } from "../../src/formats/identity.ts";
import { NO_BUDGET, NO_SINGLE, type TemperatureRule } from "../../src/formats/temperatureRule.ts";
import type { Row } from "../../src/formats/series.ts";
import { describeBudgets, explainTemperature } from "../../src/kinds/temperature/explain.ts";
import { checkTemperature } from "../../src/kinds/temperature/check.ts";
import { LOGGER, makeEvidence, START, type Scenario } from "../support/evidence.ts";
import { ruleOf } from "./support.ts";
import type { Explanation } from "../../src/kinds/statement.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** The usual heat of activation, 1e-6 kJ/mol. */
const HEAT = 83_144_000n;

/** 2 to 15 °C with 2 to 8 °C as the normal band, in steps of 0.1 °C from code 0; ticks of 10 s. */
const BANDED = ruleOf({
  range: ["2.0", "15.0"],
  normal: ["2.0", "8.0"],
  cumulative: { above: HOUR },
  single: 1500,
  mkt: { limit: "8.0", span: DAY },
});
/** -5 to 20 °C with 2 to 8 °C as the normal band. */
const TWO_SIDED = ruleOf({ range: ["-5.0", "20.0"], normal: ["2.0", "8.0"], cumulative: { above: HOUR, below: 600 } });

/** The code of a temperature on a grid of 0.1 °C. */
function codeOf(celsius: number, low = 2): number {
  return Math.round((celsius - low) * 10);
}

/** A reading every ten minutes, from 16:30 on. */
function every10Minutes(codes: readonly number[]): Row[] {
  return codes.map((code, i) => ({ dt: i === 0 ? 0 : 60, code }));
}

function times(count: number, code: number): number[] {
  return new Array<number>(count).fill(code);
}

function evidenceOf(rule: TemperatureRule, codes: readonly number[], scenario: Scenario = {}) {
  const made = { rule: { ...rule, stage: 1n }, rows: every10Minutes(codes), slots: deviceSlots([LOGGER]) };
  return { ...makeEvidence({ ...made, ...scenario }), heat: HEAT };
}

function explained(evidence: ReturnType<typeof evidenceOf>): Explanation[] {
  return explainTemperature(evidence, checkTemperature(evidence));
}

describe("explain", () => {
  it("says nothing of a record that keeps every rule", () => {
    expect(explained(evidenceOf(BANDED, times(20, codeOf(5))))).toEqual([]);
  });

  it("cumulative: how long in all, over which limit, and which reading passed it", () => {
    // Seven readings of ten minutes each, in two excursions; the last one passes an hour.
    const codes = [...times(3, 30), ...times(3, 70), 30, ...times(4, 70), ...times(3, 30)];
    const evidence = evidenceOf({ ...BANDED, single: NO_SINGLE }, codes);
    expect(explained(evidence)).toEqual([
      {
        rule: "cumulative",
        reading: 11,
        time: "2022-05-05T18:10:00Z",
        limit: "1 h",
        message: "1 h 10 min above 8.0 °C in all; the limit of 1 h was passed by reading 11 at 2022-05-05T18:10:00Z.",
      },
    ]);
  });

  it("cumulative: each side for itself, to the half-tick", () => {
    const cold = codeOf(1.9, -5);
    const warm = codeOf(8.1, -5);
    const inside = codeOf(5, -5);
    const codes = [inside, cold, cold, inside, ...times(7, warm), inside];
    const evidence = evidenceOf(
      { ...TWO_SIDED, tick: 1n, gapTicks: 150n, budgetAbove: 721n, budgetBelow: 119n },
      codes,
    );
    expect(explained(evidence).map(({ rule, reading, limit, message }) => ({ rule, reading, limit, message }))).toEqual(
      [
        {
          rule: "cumulative",
          reading: 11,
          limit: "6 min 0.5 s",
          message:
            "7 min above 8.0 °C in all; the limit of 6 min 0.5 s was passed by reading 11 at 2022-05-05T16:40:00Z.",
        },
        {
          rule: "cumulative",
          reading: 2,
          limit: "59.5 s",
          message: "2 min below 2.0 °C in all; the limit of 59.5 s was passed by reading 2 at 2022-05-05T16:31:00Z.",
        },
      ],
    );
  });

  it("single: how long at a stretch, until when, and how many more there are", () => {
    // Excursions of 20, 40 and 50 minutes since the last reading within the band.
    const codes = [...times(2, 30), ...times(2, 70), 30, ...times(4, 70), 30, ...times(5, 70), 30];
    const evidence = evidenceOf({ ...BANDED, budgetAbove: NO_BUDGET, mktLimit: 1n << 104n }, codes);
    expect(explained(evidence)).toEqual([
      {
        rule: "single",
        reading: 9,
        time: "2022-05-05T17:50:00Z",
        limit: "25 min",
        message:
          "40 min outside 2.0 °C to 8.0 °C at a stretch, up to reading 9 at 2022-05-05T17:50:00Z; the limit is 25 min; 1 more like it.",
      },
    ]);
  });

  it("single: more lengths than the circuit can prove", () => {
    const codes = Array.from({ length: 17 }, () => [70, 30]).flat();
    const rows = [{ dt: 0, code: 30 }, ...codes.map((code, i) => ({ dt: code === 70 ? i / 2 + 1 : 1, code }))];
    const [explanation, ...others] = explained(evidenceOf(BANDED, [], { rows }));
    expect(others).toEqual([]);
    expect(explanation).toEqual({
      rule: "single",
      message: "17 different lengths of excursions; this circuit can prove 16.",
    });
  });

  it("mkt: as logged, as proven, and the limit", () => {
    const evidence = evidenceOf(BANDED, times(20, codeOf(8.2)), {
      rule: { ...BANDED, stage: 1n, single: NO_SINGLE, budgetAbove: NO_BUDGET },
    });
    expect(explained(evidence)).toEqual([
      {
        rule: "mkt",
        limit: "8.00 °C",
        message:
          "the mean kinetic temperature is over its limit: 8.20 °C as a logger shows it, 8.20 °C as proven, limit 8.00 °C.",
      },
    ]);
  });

  it("mkt: shows as many decimals as tell what is proven from the limit", () => {
    // One of 200 readings at 8.1 °C, all others at the limit.
    const evidence = evidenceOf(BANDED, [...times(199, codeOf(8)), codeOf(8.1)]);
    const [explanation] = explained(evidence);
    expect(explanation).toMatchObject({ rule: "mkt", limit: "8.000 °C" });
    expect(explanation?.message).toContain("8.001 °C as a logger shows it, 8.002 °C as proven");
  });

  it("mkt: a stage that is too long for a mean", () => {
    const evidence = evidenceOf({ ...BANDED, mktSpan: BigInt(2 * HOUR) }, times(20, codeOf(5)));
    expect(explained(evidence)).toEqual([
      {
        rule: "mkt",
        limit: "2 h",
        message: "the stage is longer than a mean kinetic temperature may be taken over: 3 h 10 min; the limit is 2 h.",
      },
    ]);
  });

  it("mkt: gives no numbers where a reading has no weight", () => {
    const evidence = evidenceOf(BANDED, [...times(19, codeOf(14)), -1]);
    const mkt = explained(evidence).find(({ rule }) => rule === "mkt");
    expect(mkt).toEqual({ rule: "mkt", message: "the mean kinetic temperature is over its limit." });
  });

  it("range: the first reading beyond a limit, and how many more", () => {
    const evidence = evidenceOf(ruleOf({ range: ["2.0", "15.0"] }), [30, 131, 30, -2, 140]);
    expect(explained(evidence)).toEqual([
      {
        rule: "range",
        reading: 2,
        time: "2022-05-05T16:40:00Z",
        limit: "15.0 °C",
        message: "reading 2 at 2022-05-05T16:40:00Z is 15.1 °C, above the upper limit of 15.0 °C; 1 more like it.",
      },
      {
        rule: "range",
        reading: 4,
        time: "2022-05-05T17:00:00Z",
        limit: "2.0 °C",
        message: "reading 4 at 2022-05-05T17:00:00Z is 1.8 °C, below the lower limit of 2.0 °C.",
      },
    ]);
  });

  it("gap: from when to when, and how many more", () => {
    const rows = [0, 181, 60, 200].map((dt) => ({ dt, code: 30 }));
    expect(explained(evidenceOf(ruleOf({ range: ["2.0", "15.0"] }), [], { rows }))).toEqual([
      {
        rule: "gap",
        reading: 2,
        time: "2022-05-05T17:00:10Z",
        limit: "30 min",
        message: "no reading from 2022-05-05T16:30:00Z to 2022-05-05T17:00:10Z; the limit is 30 min; 1 more like it.",
      },
    ]);
  });

  it("others: the problem as a sentence", () => {
    const evidence = evidenceOf(BANDED, times(20, 30), { header: { clockError: 0n } });
    expect(explained(evidence)).toEqual([
      { rule: "clock", message: "the clock error of -1048576 s is over the tolerance." },
    ]);
  });
});

describe("describeBudgets", () => {
  it("says what is used of each limit", () => {
    const codes = [...times(3, codeOf(3)), codeOf(10), codeOf(10), ...times(3, codeOf(3))];
    expect(describeBudgets(evidenceOf(BANDED, codes))).toEqual([
      "above 8.0 °C: 20 min of 1 h permitted",
      "longest excursion: 20 min of 25 min permitted",
      "mean kinetic temperature: 5.38 °C as a logger shows it, 5.67 °C as proven, limit 8.00 °C",
    ]);
  });

  it("says what is not limited, and both sides where both can be left", () => {
    const codes = [codeOf(5, -5), codeOf(1, -5), codeOf(9, -5), codeOf(5, -5)];
    expect(describeBudgets(evidenceOf({ ...TWO_SIDED, budgetBelow: NO_BUDGET }, codes))).toEqual([
      "above 8.0 °C: 10 min of 1 h permitted",
      "below 2.0 °C: 10 min, no limit",
      "longest excursion: 20 min, no limit",
    ]);
  });

  it("says so where nothing is used", () => {
    expect(describeBudgets(evidenceOf({ ...BANDED, mktLimit: 0n }, times(3, 30)))).toEqual([
      "above 8.0 °C: 0 s of 1 h permitted",
      "longest excursion: 0 s of 25 min permitted",
    ]);
  });

  it("is silent where the rule has hard limits only", () => {
    expect(describeBudgets(evidenceOf(ruleOf({ range: ["2.0", "8.0"] }), times(3, 30)))).toEqual([]);
  });

  it("leaves the mean out where a reading lies outside the range", () => {
    expect(describeBudgets(evidenceOf(BANDED, [30, 131, 30]))).toEqual([
      "above 8.0 °C: 10 min of 1 h permitted",
      "longest excursion: 10 min of 25 min permitted",
    ]);
  });
});

it("starts its readings when the tests say", () => {
  expect(new Date(Number(START) * 1000).toISOString()).toBe("2022-05-05T16:30:00.000Z");
});
