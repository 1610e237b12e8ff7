import { describe, expect, it } from "vitest";
import { CELSIUS_OFFSET, WEIGHT_PARTS } from "../../src/formats/constants.ts";
import { codeReading } from "../../src/import/coding.ts";
import { cutToWindow, type Reading } from "../../src/import/series.ts";
import { codingOf } from "../../src/kinds/series/coding.ts";
import { coefficientsOf, weightsOfCodes } from "../../src/kinds/temperature/weightPolynomial.ts";
import { weightOf } from "../../src/kinds/temperature/weights.ts";
import { refused } from "../input/refused.ts";
import { codeTimes } from "../../src/import/ticks.ts";

/** C22: an excursion or a mean that rounding would make better than it was, and a gap that whole ticks would hide. */

const FRIDGE = codingOf({ range: ["2.0", "8.0"], resolution: "0.1", gap: 900 });
/** Permitted from 2 to 15 °C, normal from 2.5 to 8 °C. */
const BAND = codingOf({ range: ["2.0", "15.0"], normal: ["2.5", "8.0"], resolution: "0.1", gap: 900 });

describe("C22 rounding", () => {
  it("never brings a reading beyond a limit back to it, however little beyond", () => {
    const code = (micro: bigint): bigint => codeReading(micro + CELSIUS_OFFSET, FRIDGE);
    expect([code(2_000_000n), code(8_000_000n)]).toEqual([0n, FRIDGE.width]);
    for (const micro of [8_100_000n, 8_000_001n]) expect(code(micro)).toBeGreaterThan(FRIDGE.width);
    for (const micro of [1_900_000n, 1_999_999n]) expect(code(micro)).toBeLessThan(0n);
  });

  it("never brings a reading beyond the normal band back into it", () => {
    const code = (micro: bigint): bigint => codeReading(micro + CELSIUS_OFFSET, BAND);
    expect([code(2_500_000n), code(8_000_000n)]).toEqual([BAND.normalLow, BAND.normalHigh]);
    for (const micro of [8_000_001n, 8_049_999n, 8_100_000n]) expect(code(micro)).toBeGreaterThan(BAND.normalHigh);
    for (const micro of [2_499_999n, 2_450_001n, 2_400_000n]) expect(code(micro)).toBeLessThan(BAND.normalLow);
  });

  it("never weighs a reading less in the mean kinetic temperature than its own temperature does", () => {
    const heat = 83_144_000n;
    const mktCoefficients = coefficientsOf(BAND, { limit: 8_000_000n, heat }) ?? [];
    const weights = weightsOfCodes({ ...BAND, mktCoefficients });
    for (let micro = 2_000_000n; micro <= 15_000_000n; micro += 7_919n) {
      const code = Number(codeReading(micro + CELSIUS_OFFSET, BAND));
      expect(weights[code], `${micro} micro-degrees`).toBeGreaterThan(WEIGHT_PARTS * weightOf(micro, BAND, heat));
    }
  });

  // Verifies R-import-gap.
  it("lets no true gap over the limit through, although its ticks alone would pass the circuit", () => {
    const [tick, gapTicks] = [Number(FRIDGE.tick), Number(FRIDGE.gapTicks)];
    const limit = tick * gapTicks;
    const reading = (time: number, line: number): Reading => ({ time, line, value: 5_000_000n, flagged: false });
    const series = [reading(1_000_000, 1), reading(1_000_000 + limit + tick - 1, 2)];
    const [, second] = codeTimes(
      series.map(({ time }) => time),
      1_000_000,
      tick,
    );
    expect(second?.dt).toBe(gapTicks); // the circuit alone sees exactly G ticks
    const window = { start: 1_000_000, end: 1_000_000 + limit, lead: 0, tail: 0, gapSeconds: limit, tick };
    expect(refused(() => cutToWindow(series, window, "logger.txt"))).toMatchObject({
      code: "gap",
      place: "logger.txt:2",
    });
    const legal = [reading(1_000_000, 1), reading(1_000_000 + limit, 2)];
    expect(cutToWindow(legal, window, "logger.txt").readings).toHaveLength(2);
  });
});
