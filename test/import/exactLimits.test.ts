import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CELSIUS_OFFSET } from "../../src/formats/constants.ts";
import { NO_BUDGET, NO_SINGLE, type TemperatureRule } from "../../src/formats/temperatureRule.ts";
import { codeSeries } from "../../src/import/coding.ts";
import type { ReadingSeries } from "../../src/import/loggerSeries.ts";
import type { Reading } from "../../src/import/series.ts";
import { temperatureRecord } from "../../src/import/temperatureRecord.ts";
import { NOT_THINNED } from "../../src/import/thin.ts";
import { checkReadings } from "../../src/kinds/temperature/check.ts";
import { timeOutside, weightedDwell } from "../../src/kinds/temperature/excursions.ts";
import { refused } from "../input/refused.ts";
import { polynomial } from "../support/evidence.ts";
import { FRIDGE_RULE } from "./rule.ts";
import { oneFile } from "../support/rawFile.ts";

/** What whole ticks hide of a limit of time, import sees: it has every reading with its exact time. */

const START = 1_651_768_200;
const TICK = 60;
/** Permitted from 2 to 8 °C, normal from 3 to 6 °C. A code is 0.04 °C. */
const BAND: TemperatureRule = {
  ...FRIDGE_RULE,
  tick: BigInt(TICK),
  tail: BigInt(TICK),
  normalLow: 25n,
  normalHigh: 100n,
};
const GRID = { ...BAND, origin: BAND.origin - CELSIUS_OFFSET };

const IN = 4_500_000n;
const HOT = 7_000_000n;
const COLD = 2_500_000n;

function imported(readings: readonly Reading[], rule: TemperatureRule, bucket = NOT_THINNED) {
  const series: ReadingSeries = {
    channel: "temperature",
    device: { vendor: "v", model: "m", serial: "s" },
    entries: readings,
    zoneChanged: false,
    how: { format: "table" },
    facts: [],
  };
  const [first, last] = [readings[0]?.time ?? 0, readings.at(-1)?.time ?? 0];
  const period = { start: first, end: last };
  const circuits = [{ name: "temperature-9k", kind: "temperature" as const, tier: 9_240, main: "" }];
  const demand = { rule, period, lot: "LOT", circuits };
  return temperatureRecord(
    oneFile(new Uint8Array([1]), "f.csv", () => series),
    demand,
    { clockError: 0, bucket },
  );
}

function readingsAt(times: readonly number[], values: readonly bigint[]): Reading[] {
  return times.map((time, i) => ({ line: i + 2, time: START + time, value: values[i] ?? IN }));
}

/** Every four minutes a hot reading between a normal one 59 s before and one 60 s after it: 59.5 s, in ticks 30 s. */
function hotMinutes(count: number): Reading[] {
  const round = [0, 59, 119];
  const times = Array.from({ length: count }, (_, i) => round.map((time) => 240 * i + time)).flat();
  return readingsAt([...times, 240 * count], Array.from({ length: count }, () => [IN, HOT, IN]).flat());
}

// Verifies R-import-exact, F50.
describe("a limit that whole ticks would keep and the exact times break", () => {
  it("is refused: 11.9 hours above the band that ticks count as 6.0", () => {
    const readings = hotMinutes(720);
    const rule = { ...BAND, budgetAbove: 720n };
    const { rows } = codeSeries(readings, GRID, TICK);
    expect(timeOutside(rule, rows).at(-1)?.above).toBe(720n); // the circuit alone sees 6 hours
    const error = refused(() => imported(readings, rule));
    expect(error).toMatchObject({ code: "exact-limit", kind: "input", place: "f.csv" });
    expect(error.message).toBe(
      "The readings are above the normal band for 11 h 54 min, over the limit of 6 h; counted in whole ticks the limit " +
        "would seem to hold.",
    );
    expect(error.remedy).toContain("exception");
  });

  it("is taken where it is met exactly, and refused where it is missed by half a tick", () => {
    const readings = hotMinutes(120); // 7,140 s: 238 half-ticks
    expect(imported(readings, { ...BAND, budgetAbove: 238n }).rows).toHaveLength(361);
    expect(refused(() => imported(readings, { ...BAND, budgetAbove: 237n })).code).toBe("exact-limit");
  });

  it("is refused for a single excursion", () => {
    const readings = readingsAt([0, 59, 179, 240], [IN, HOT, HOT, IN]);
    // 179 s from the last normal reading to the last hot one: two ticks and 59 s.
    expect(imported(readings, { ...BAND, single: 3n }).rows).toHaveLength(4);
    const error = refused(() => imported(readings, { ...BAND, single: 2n }));
    expect([error.code, error.message]).toEqual([
      "exact-limit",
      expect.stringContaining("without interruption for 2 min 59 s, over the limit of 2 min;"),
    ]);
  });

  it("is refused for a mean kinetic temperature", () => {
    const readings = hotMinutes(10);
    // Nothing for a normal reading, of code 63, and 62,000 for a hot one, of code 125.
    const mktCoefficients = polynomial(-63_000n, 1_000n);
    // In ticks a hot reading stands for one half-tick of eight, by exact times for 59.5 s of 240: 7,750, and 15,370 in the mean.
    expect(imported(readings, { ...BAND, mktCoefficients, mktLimit: 15_371n, mktSpan: 9_999n }).rows).toHaveLength(31);
    const error = refused(() => imported(readings, { ...BAND, mktCoefficients, mktLimit: 15_370n, mktSpan: 9_999n }));
    expect(error.code).toBe("exact-limit");
    // That a stage is too long for a mean is no excuse: its times can be set anew after the import.
    expect(refused(() => imported(readings, { ...BAND, mktCoefficients, mktLimit: 15_370n, mktSpan: 9n })).code).toBe(
      "exact-limit",
    );
  });

  it("is not hidden by thinning: the record has every reading outside the band", () => {
    const times = Array.from({ length: 241 }, (_, i) => 60 * i);
    const values = times.map((_, i) => (i % 15 >= 2 && i % 15 <= 12 ? HOT + BigInt(7 - (i % 15)) : IN));
    const readings = readingsAt(times, values);
    const whole = codeSeries(readings, GRID, TICK).rows;
    const budgetAbove = timeOutside(BAND, whole).at(-1)?.above ?? 0n;
    const rule = { ...BAND, bucket: 900n, budgetAbove };
    expect(checkReadings({ rule, header: { n: 9_240n }, rows: imported(readings, rule, 900).rows })).toEqual([]);
    const tight = { ...rule, budgetAbove: budgetAbove - 1n };
    const broken = checkReadings({ rule: tight, header: { n: 9_240n }, rows: imported(readings, tight, 900).rows });
    expect(broken.map((finding) => finding.rule)).toEqual(["cumulative"]);
  });

  it("is imported where the record fails in ticks, too, for `check` to name it", () => {
    const readings = hotMinutes(720);
    expect(imported(readings, { ...BAND, budgetAbove: 719n }).rows).toHaveLength(2_161);
    const beyond = readings.with(3, { ...hotMinutes(2)[3], value: 9_000_000n } as Reading);
    expect(imported(beyond, { ...BAND, budgetAbove: 720n }).rows).toHaveLength(2_161);
  });
});

/** Irregular times, never three in one tick, and readings that are often outside the band. */
const SERIES = fc
  .array(
    fc.tuple(
      fc.oneof(fc.integer({ min: 31, max: 200 }), fc.integer({ min: 50, max: 70 })),
      fc.constantFrom(IN, HOT, HOT + 40_001n, COLD, 6_000_000n, 3_000_000n),
    ),
    { minLength: 20, maxLength: 60 },
  )
  .map((steps): Reading[] => {
    let time = 0;
    return readingsAt(
      [0, ...steps.map(([step]) => (time += step))],
      steps.map(([, value]) => value),
    );
  });
/** How far a limit lies from what ticks count. */
const NEAR = fc.constantFrom(-1n, 0n, 1n, 2n, 5n);

/** A fraction of seconds is two half-seconds: all sums in whole half-seconds, straight from the definition in words. */
function plainly(readings: readonly Reading[]) {
  const sums = { above: 0, below: 0, single: 0, weighted: 0n, total: 0n };
  let lastNormal = readings[0]?.time ?? 0;
  readings.forEach(({ time, value }, i) => {
    const before = i === 0 ? 0 : time - (readings[i - 1]?.time ?? 0);
    const after = i === readings.length - 1 ? 0 : (readings[i + 1]?.time ?? 0) - time;
    if (value > 6_000_000n) sums.above += before + after;
    if (value < 3_000_000n) sums.below += before + after;
    if (value > 6_000_000n || value < 3_000_000n) sums.single = Math.max(sums.single, time - lastNormal);
    else lastNormal = time;
    const code = codeSeries([{ time, value }], GRID, TICK).rows[0]?.code ?? 0;
    // Below the normal band, from code 25 down, a reading may have been as warm as the next code.
    sums.weighted += BigInt(before + after) * BigInt(1000 + (code < 25 ? code + 1 : code) ** 2);
    sums.total += BigInt(before + after);
  });
  return sums;
}

// Verifies R-import-exact.
describe("import", () => {
  const mktCoefficients = polynomial(1000n, 0n, 1n);
  const property = fc.property(
    SERIES,
    fc.record({ above: NEAR, below: NEAR, single: NEAR, mkt: NEAR }),
    fc.constantFrom("above", "below", "single", "mkt", "all"),
    (readings, near, limited) => {
      const { rows } = codeSeries(readings, GRID, TICK);
      const counted = timeOutside(BAND, rows).at(-1) ?? { above: 0n, below: 0n };
      const has = (limit: string): boolean => limited === "all" || limited === limit;
      const atLeast0 = (limit: bigint): bigint => (limit < 0n ? 0n : limit);
      const { weighted, total } = weightedDwell({ ...BAND, mktCoefficients }, rows);
      const rule: TemperatureRule = {
        ...BAND,
        budgetAbove: has("above") ? atLeast0(counted.above + near.above) : NO_BUDGET,
        budgetBelow: has("below") ? atLeast0(counted.below + near.below) : NO_BUDGET,
        single: has("single") ? atLeast0(BigInt(longestInTicks(rows)) + near.single) : NO_SINGLE,
        ...(has("mkt") ? { mktCoefficients, mktLimit: weighted / total + 20n * near.mkt, mktSpan: 99_999n } : {}),
      };
      const exact = plainly(readings);
      const tick = Number(rule.tick);
      const broken =
        exact.above > Number(rule.budgetAbove) * tick ||
        exact.below > Number(rule.budgetBelow) * tick ||
        exact.single > Number(rule.single) * tick ||
        (has("mkt") && exact.weighted > rule.mktLimit * exact.total);
      const inTicks = checkReadings({ rule, header: { n: 9_240n }, rows });
      outcomes.push(broken ? (inTicks.length === 0 ? "hidden" : "broken") : "holds");
      if (broken && inTicks.length === 0) {
        expect(refused(() => imported(readings, rule)).code).toBe("exact-limit");
      } else {
        expect(imported(readings, rule).rows).toEqual(rows);
      }
    },
  );
  const outcomes: string[] = [];

  it("refuses exactly those series of which a plain exact computation says so", () => {
    fc.assert(property, { numRuns: 2_000, seed: 12 });
    for (const outcome of ["hidden", "broken", "holds"]) {
      expect(outcomes.filter((each) => each === outcome).length, outcome).toBeGreaterThan(100);
    }
  });
});

/** Ticks of the longest excursion, by a walk of its own. */
function longestInTicks(rows: readonly { readonly dt: number; readonly code: number }[]): number {
  let [longest, running] = [0, 0];
  for (const { dt, code } of rows) {
    running = code < 25 || code > 100 ? running + dt : 0;
    longest = Math.max(longest, running);
  }
  return longest;
}

// Verifies R-import-exact, R-profile-exact.
describe("a limit that whole seconds would keep", () => {
  /** Hot for 120 s and so many millionths, after a normal reading. */
  const excursion = (micros: number): Reading[] => {
    const [before, hot, after] = readingsAt([0, 120, 150], [IN, HOT, IN]);
    if (before === undefined || hot === undefined || after === undefined) throw new Error("three readings");
    return [before, micros === 0 ? hot : { ...hot, micros }, after];
  };

  it("is refused a millionth of a second over the longest excursion, and kept at exactly that", () => {
    const rule = { ...BAND, single: 2n };
    expect(imported(excursion(0), rule).rows).toHaveLength(3);
    expect(refused(() => imported(excursion(1), rule))).toMatchObject({ code: "exact-limit", place: "f.csv" });
  });
});
