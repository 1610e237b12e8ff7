import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DisclosedSeries, Window } from "../../src/disclosure/disclosed.ts";
import { openRule, ruleToJson } from "../../src/disclosure/rule.ts";
import type { OpenedSeries } from "../../src/disclosure/series.ts";
import { shownSeries } from "../../src/disclosure/shownSeries.ts";
import { claimRuleHash } from "../../src/kinds/index.ts";
import { temperatureRuleOf } from "../../src/kinds/temperature/rule.ts";
import { makeEvidence } from "../support/evidence.ts";
import { agreementRuns } from "../support/runs.ts";
import { withLimits } from "../policy/support.ts";
import { attestedOf } from "./support.ts";

/** From 2 to 8 °C, normally 3 to 7, in steps of which a degree has thirty. */
const POLICY = withLimits({ normal: ["3.0", "7.0"], cumulative: { above: 3600, below: 3600 } });
const SALT = 7n;
const RULE = temperatureRuleOf(POLICY, 0, SALT);
const OPENED = openRule(
  ruleToJson(POLICY, 0, SALT),
  attestedOf("temperature", { claim: 0, stage: 0, rule: claimRuleHash(POLICY, 0, SALT) }),
);
const [LOW, HIGH] = [Number(RULE.normalLow), Number(RULE.normalHigh)];
const T0 = 1_000_000;
const { header: HEADER } = makeEvidence();

function seriesOf(readings: readonly (readonly [at: number, code: number])[]): OpenedSeries {
  const { channelId, origin, stepNum, stepDen, width } = RULE;
  return {
    header: { ...HEADER, t0: BigInt(T0), tick: 1n },
    channels: [{ channelId, origin, stepNum, stepDen, width }],
    before: 0,
    readings: readings.map(([at, code]) => ({ at: T0 + at, codes: [code] })),
    record: 0n,
  };
}

function shown(readings: readonly (readonly [at: number, code: number])[], from: number, to: number): DisclosedSeries {
  const window: Window = { from: T0 + from, to: T0 + to };
  return shownSeries(seriesOf(readings), window, OPENED);
}

function outside(series: DisclosedSeries): { readonly above: number; readonly below: number } | null {
  return series.channels[0]?.outside ?? null;
}

// Verifies R-disclosure-rule.
describe("what a rule adds to a window", () => {
  const READINGS = [
    [0, HIGH],
    [100, HIGH + 1],
    [200, HIGH + 1],
    [300, LOW],
    [400, LOW - 1],
  ] as const;

  it("is the normal band, and the time above and below it: half of each interval beside a reading", () => {
    const series = shown(READINGS, 0, 400);
    expect(series.channels[0]?.band).toEqual(["3.0", "7.0"]);
    expect(outside(series)).toEqual({ above: 200, below: 50 });
  });

  it("counts no more of it than lies in the window", () => {
    expect(outside(shown(READINGS, 60, 90))).toEqual({ above: 30, below: 0 });
    expect(outside(shown(READINGS, 0, 50))).toEqual({ above: 0, below: 0 });
    expect(outside(shown(READINGS, 240, 360))).toEqual({ above: 10, below: 10 });
    expect(outside(shown(READINGS, 500, 600))).toEqual({ above: 0, below: 0 });
  });

  it("counts every second of two windows that touch once", () => {
    const code = fc.integer({ min: LOW - 2, max: HIGH + 2 });
    const gaps = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), code), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(gaps, fc.nat(1000), fc.nat(1000), fc.nat(1000), (drawn, a, b, c) => {
        let time = 0;
        const readings = drawn.map(([gap, each]) => [(time += gap), each] as const);
        const [from = 0, middle = 0, to = 0] = [a, b, c].sort((one, other) => one - other);
        const [whole, first, second] = [
          shown(readings, from, to),
          shown(readings, from, middle),
          shown(readings, middle, to),
        ].map(outside);
        expect(whole?.above).toBeCloseTo((first?.above ?? 0) + (second?.above ?? 0));
        expect(whole?.below).toBeCloseTo((first?.below ?? 0) + (second?.below ?? 0));
      }),
      { numRuns: agreementRuns(100) },
    );
  });

  it("is the longest interval, beyond which there is a gap", () => {
    const gap = Number(RULE.tick * RULE.gapTicks);
    const { gaps } = shown(
      [
        [0, LOW],
        [gap, LOW],
        [2 * gap + 1, LOW],
      ],
      0,
      1,
    );
    expect(gaps).toEqual([{ from: T0 + gap, to: T0 + 2 * gap + 1 }]);
  });
});
