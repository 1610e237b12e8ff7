import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CELSIUS_OFFSET, CHANNEL, MAX_WIDTH, MIN_WIDTH } from "../../src/formats/constants.ts";
import { formatMicro, parseMicro } from "../../src/input/quantities.ts";
import { codeReading } from "../../src/import/coding.ts";
import { describeCode, describeStep, gridOf, timingOf, type Grid } from "../../src/kinds/series/coding.ts";
import { errorOf } from "../policy/support.ts";
import type { ChannelLimits } from "../../src/kinds/parameters/limits.ts";
import { channelGridOf } from "../../src/kinds/parameters/rule.ts";

function grid(low: string, high: string, resolution: string, normal?: readonly [string, string]): Grid {
  return gridOf({ range: [low, high], resolution, ...(normal && { normal }) });
}

describe("gridOf", () => {
  it.each([
    // range, resolution, steps of the sensor, width, step in micro-degrees as a fraction
    ["2.0", "8.0", "0.1", 180n, 100_000n, 3n], // 60 steps x 3
    ["2.0", "15.0", "0.1", 130n, 100_000n, 1n], // 130 steps x 1
    ["0", "1", "1", 127n, 1_000_000n, 127n], // 1 step x 127
    ["0", "12.6", "0.1", 252n, 50_000n, 1n], // 126 steps: one too few, x 2
    ["0", "12.7", "0.1", 127n, 100_000n, 1n], // 127 steps: just enough
    ["-10", "15.4", "0.1", 254n, 100_000n, 1n], // 254 steps: the most that is refined
    ["-10", "15.5", "0.1", 254n, 12_750_000n, 127n], // 255 steps: coarsened, 25.5 / 254
    ["-80.0", "-60.0", "0.5", 160n, 125_000n, 1n], // 40 steps x 4
  ])("codes %s to %s °C at %s", (low, high, resolution, width, stepNum, stepDen) => {
    const found = grid(low, high, resolution);
    expect(found).toMatchObject({ width, stepNum, stepDen });
    expect(found.origin).toBe(BigInt(Math.round(Number(low) * 1e6)) + CELSIUS_OFFSET);
  });

  it.each([
    ["8.0", "2.0", "0.1", "range"],
    ["2.0", "2.0", "0.1", "range"],
    ["-273.16", "0", "0.01", "physical-range"],
    ["0", "500.1", "0.1", "physical-range"],
    ["2.05", "8.0", "0.1", "grid"],
    ["2.0", "8.05", "0.1", "grid"],
  ])("refuses %s to %s °C at %s (%s)", async (low, high, resolution, code) => {
    expect(await errorOf(() => grid(low, high, resolution))).toMatchObject({ code, kind: "input", place: "range" });
  });

  it("makes the whole range the normal band where there is none", () => {
    expect(grid("2.0", "8.0", "0.1")).toMatchObject({ normalLow: 0n, normalHigh: 180n });
    expect(grid("2.0", "8.0", "0.1", ["2.0", "8.0"])).toEqual(grid("2.0", "8.0", "0.1"));
  });

  it.each([
    // range, resolution, normal band, width, its codes
    ["2.0", "15.0", "0.1", ["2.0", "8.0"], 130n, [0n, 60n]],
    ["2.0", "8.0", "0.1", ["3.0", "3.0"], 180n, [30n, 30n]], // a band of one temperature
    ["-10", "15.4", "0.1", ["-9.9", "15.3"], 254n, [1n, 253n]], // 254 steps: every step is a code
    ["-10", "40", "0.1", ["-0.4", "8.0"], 250n, [48n, 90n]], // 500 steps: 254 codes would miss both ends
    ["0", "25.5", "0.1", ["0", "17.0"], 252n, [0n, 168n]], // 255 steps, an end at two thirds: 252 codes
    ["0", "25.4", "0.05", ["0", "0.2"], 254n, [0n, 2n]], // 508 steps
    ["0", "38.4", "0.1", ["0", "0.3"], 128n, [0n, 1n]], // the coarsest there is: twice 127 codes would do as well
  ] as const)("codes %s to %s °C at %s with the band %j", (low, high, resolution, normal, width, [from, to]) => {
    expect(grid(low, high, resolution, normal)).toMatchObject({ width, normalLow: from, normalHigh: to });
  });

  it.each([
    [["8.0", "2.0"], "normal-range"],
    [["1.9", "8.0"], "normal-range"],
    [["2.0", "15.1"], "normal-range"],
    [["2.0", "8.05"], "normal-grid"],
    [["2.01", "8.0"], "normal-grid"],
  ] as const)("refuses the normal band %j (%s)", async (normal, code) => {
    const error = await errorOf(() => grid("2.0", "15.0", "0.1", normal));
    expect(error).toMatchObject({ code, kind: "input", place: "normal" });
  });

  it("refuses a band between codes that are coarser than the sensor's steps, and says what to do", async () => {
    const error = await errorOf(() => grid("-10.0", "40.3", "0.1", ["-0.4", "8.0"]));
    expect(error).toMatchObject({ code: "normal-grid", place: "normal" });
    expect(error.remedy).toContain("254 steps");
  });

  it("accepts the ends of the physical range", () => {
    expect(grid("-273.15", "500", "0.05").origin).toBe(26_850_000n);
  });
});

/** Every lawful range: limits on the grid of the resolution, within the physical range. Micro-degrees. */
const ranges = fc
  .tuple(
    fc.oneof(fc.constantFrom(1n, 10_000n, 62_500n, 100_000n, 500_000n, 1_000_000n), fc.bigInt(1n, 10_000_000n)),
    fc.oneof(fc.bigInt(1n, 400n), fc.bigInt(1n, 770_000_000n)),
    fc.bigInt(0n, 770_000_000n),
  )
  .map(([resolution, steps, below]) => {
    const first = -((273_150_000n / resolution) * resolution);
    const room = (500_000_000n - first) / resolution;
    const count = 1n + (steps % room);
    const low = first + (below % (room - count + 1n)) * resolution;
    return { low, high: low + count * resolution, resolution, count };
  });

const lawful = ranges.map((range) => ({ ...range, grid: gridOf(asLimits(range)) }));

function asLimits(range: { low: bigint; high: bigint; resolution: bigint }): Parameters<typeof gridOf>[0] {
  return { range: [formatMicro(range.low), formatMicro(range.high)], resolution: formatMicro(range.resolution) };
}

/** The code that import gives a temperature in micro-degrees under a policy's grid. */
function codeOf(grid: Grid, micro: bigint): number {
  return Number(codeReading(micro + CELSIUS_OFFSET, grid));
}

describe("gridOf and codeOf, for every lawful range", () => {
  // Verifies R-format-grid.
  it("fill 127 to 254 codes, with a reduced step, and put the limits on 0 and width exactly", () => {
    fc.assert(
      fc.property(lawful, ({ grid: { origin, stepNum, stepDen, width }, low, high, count, ...rest }) => {
        expect(width >= BigInt(MIN_WIDTH) && width <= BigInt(MAX_WIDTH)).toBe(true);
        expect(gcd(stepNum, stepDen)).toBe(1n);
        expect(origin).toBe(low + CELSIUS_OFFSET);
        expect(width * stepNum).toBe((high - low) * stepDen);
        const whole = { origin, stepNum, stepDen, width, normalLow: 0n, normalHigh: width };
        expect(codeOf(whole, low)).toBe(0);
        expect(codeOf(whole, high)).toBe(Number(width));
        // Up to 254 steps of the sensor, each of them is a code of its own: the refinement loses nothing.
        if (count <= BigInt(MAX_WIDTH)) {
          expect(width % count).toBe(0n);
          expect((width / count) * stepNum).toBe(rest.resolution * stepDen);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("take the smallest factor that fills 127 codes", () => {
    fc.assert(
      fc.property(lawful, ({ grid: { width }, count }) => {
        if (count <= BigInt(MAX_WIDTH)) expect(width - count).toBeLessThan(MIN_WIDTH);
        else expect(width).toBe(BigInt(MAX_WIDTH));
      }),
    );
  });

  it("permit a reading exactly if it is in the range, however fine it is", () => {
    const readings = lawful.chain((range) =>
      fc.record({
        range: fc.constant(range),
        reading: fc.oneof(
          fc.constantFrom(range.low - 1n, range.low, range.low + 1n, range.high - 1n, range.high, range.high + 1n),
          fc.bigInt(-300_000_000n, 600_000_000n),
        ),
      }),
    );
    fc.assert(
      fc.property(readings, ({ range, reading }) => {
        const code = codeOf(range.grid, reading);
        const permitted = code >= 0 && BigInt(code) <= range.grid.width;
        expect(permitted).toBe(reading >= range.low && reading <= range.high);
      }),
      { numRuns: 2000 },
    );
  });

  // Verifies R-format-grid.
  it("put the ends of the normal band on codes of their own, and no reading beyond one into the band", () => {
    const banded = ranges
      .chain((range) => {
        const steps = range.count < 254n ? range.count : 254n;
        const high = range.low + steps * range.resolution;
        return fc.record({ range: fc.constant({ ...range, high }), a: fc.bigInt(0n, steps), b: fc.bigInt(0n, steps) });
      })
      .map(({ range, a, b }) => {
        const [from, to] = [a < b ? a : b, a < b ? b : a].map((steps) => range.low + steps * range.resolution);
        return { range, from: from ?? 0n, to: to ?? 0n };
      });
    fc.assert(
      fc.property(banded, fc.bigInt(-300_000_000n, 600_000_000n), ({ range, from, to }, reading) => {
        const found = gridOf({ ...asLimits(range), normal: [formatMicro(from), formatMicro(to)] });
        expect(BigInt(codeOf(found, from))).toBe(found.normalLow);
        expect(BigInt(codeOf(found, to))).toBe(found.normalHigh);
        for (const value of [from - 1n, from + 1n, to - 1n, to + 1n, reading]) {
          const code = BigInt(codeOf(found, value));
          expect(code >= found.normalLow && code <= found.normalHigh).toBe(value >= from && value <= to);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("round away from the lower limit, by less than one code", () => {
    fc.assert(
      fc.property(lawful, fc.bigInt(-300_000_000n, 600_000_000n), ({ grid: found, low }, reading) => {
        // Exact distances in units of 1 / stepDen micro-degrees.
        const at = (code: number): bigint => BigInt(code) * found.stepNum;
        const exact = (reading - low) * found.stepDen;
        const off = exact - at(codeOf(found, reading));
        const outward = reading >= low ? -off : off;
        expect(outward >= 0n && outward < found.stepNum).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("give back the reading of a sensor with up to 254 steps", () => {
    const steps = lawful.filter(({ count }) => count <= BigInt(MAX_WIDTH));
    fc.assert(
      fc.property(steps, fc.nat(), ({ grid: found, low, resolution, count }, pick) => {
        const reading = low + (BigInt(pick) % (count + 1n)) * resolution;
        expect(describeCode(found, codeOf(found, reading))).toBe(`${formatMicro(reading)} °C`);
      }),
    );
  });
});

describe("codeOf", () => {
  const fridge = grid("2.0", "8.0", "0.1");

  it.each([
    [1_900_000n, -3],
    [1_999_999n, -1],
    [2_000_000n, 0],
    [2_000_001n, 1], // above the lower limit: up
    [4_999_999n, 90],
    [5_000_000n, 90],
    [5_000_001n, 91],
    [7_999_999n, 180],
    [8_000_001n, 181],
    [8_100_000n, 183],
  ])("codes %i micro-degrees of the fridge as %i", (micro, code) => {
    expect(codeOf(fridge, micro)).toBe(code);
  });
});

describe("describeCode and describeStep", () => {
  it("name exact temperatures exactly and the others as approximate", () => {
    const fridge = grid("2.0", "8.0", "0.1");
    expect(describeCode(fridge, 0)).toBe("2.0 °C");
    expect(describeCode(fridge, 180)).toBe("8.0 °C");
    expect(describeCode(fridge, 1)).toBe("about 2.0333 °C");
    expect(describeCode(fridge, 2)).toBe("about 2.0667 °C");
    expect(describeCode(fridge, -3)).toBe("1.9 °C");
    expect(describeStep(fridge)).toBe("about 0.0333 °C");
    expect(describeStep(grid("0", "12.6", "0.1"))).toBe("0.05 °C");
  });

  it("round negative temperatures to the nearest too", () => {
    const freezer = grid("-1.0", "0.0", "0.1"); // steps of 1/130 °C
    expect(describeCode(freezer, 1)).toBe("about -0.9923 °C");
  });
});

// Verifies R-format-grid.
describe("timingOf", () => {
  it.each([
    [127, 1n, 127n],
    [254, 1n, 254n],
    [256, 2n, 128n],
    [900, 4n, 225n], // 4, 5 and 6 fit and divide a minute
    [1800, 10n, 180n], // 8 and 9 fit too but do not divide a minute
    [2032, 8n, 254n], // no fitting tick divides a minute: 8 and 16
    [3600, 15n, 240n],
    [16_645_890, 65_535n, 254n],
  ])("codes a gap of %i s in ticks of %i s", (gap, tick, gapTicks) => {
    expect(timingOf(gap)).toEqual({ tick, gapTicks });
  });

  it("refuses a gap under 127 s and says to thin the series", async () => {
    const error = await errorOf(() => timingOf(126));
    expect(error).toMatchObject({ code: "gap", kind: "input", place: "gap" });
    expect(error.remedy).toContain("Thin the series");
  });

  it.each([
    [257, "Use 256 or 258 s."],
    [902, "Use 900 or 903 s."],
    [255, "Use 254 or 256 s."],
  ])("refuses a gap of %i s and names the nearest that work", async (gap, remedy) => {
    expect(await errorOf(() => timingOf(gap))).toMatchObject({ code: "gap", remedy });
  });

  it("gives gap = tick * gapTicks with 127 to 254 ticks, or two neighbours that do and nothing nearer", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 127, max: 100_000 }), async (gap) => {
        if (isCodable(gap)) {
          const { tick, gapTicks } = timingOf(gap);
          expect(tick * gapTicks).toBe(BigInt(gap));
          expect(gapTicks >= BigInt(MIN_WIDTH) && gapTicks <= BigInt(MAX_WIDTH)).toBe(true);
          return;
        }
        const { remedy = "" } = await errorOf(() => timingOf(gap));
        const [below = NaN, above = NaN] = (remedy.match(/\d+/g) ?? []).map(Number);
        expect(below < gap && gap < above).toBe(true);
        for (let other = below; other <= above; other++) {
          expect(isCodable(other)).toBe(other === below || other === above);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** By trying every number of ticks, not every tick. */
function isCodable(gap: number): boolean {
  return Array.from({ length: 128 }, (_, i) => MIN_WIDTH + i).some((ticks) => gap % ticks === 0);
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

describe("channelGridOf", () => {
  const limits = (channel: number, low: string, high: string): ChannelLimits => {
    return { channel, unit: "its own", resolution: "0.005", range: [low, high] };
  };

  it.each([
    ["temperature", "-273.15", "500"],
    ["carbonDioxide", "0", "100"],
    ["acidity", "0", "14"],
    ["dissolvedOxygen", "0", "200"],
    ["agitation", "0", "10000"],
    ["tilt", "-180", "180"],
    ["pressure", "-101.325", "1000"],
    ["relativeHumidity", "0", "100"],
    ["illuminance", "0", "200000"],
    ["shock", "0", "1000"],
    ["carbonDioxidePpm", "0", "1000000"],
    ["oxygen", "0", "100"],
    ["differentialPressure", "-300", "10000"],
    ["latitude", "-90", "90"],
    ["longitude", "-180", "180"],
  ] as const)("accepts %s from %s to %s and nothing beyond", async (name, low, high) => {
    const { code, symbol } = CHANNEL[name];
    expect(channelGridOf(limits(code, low, high))).toMatchObject({ normalLow: 0n, normalHigh: 254n, width: 254n });
    const beyondLow = formatMicro(parseMicro(low, "low") - 5000n);
    const beyondHigh = formatMicro(parseMicro(high, "high") + 5000n);
    for (const beyond of [limits(code, beyondLow, high), limits(code, low, beyondHigh)]) {
      const error = await errorOf(() => channelGridOf(beyond));
      expect(error).toMatchObject({ code: "physical-range", place: "range" });
      expect(error.remedy).toContain(`between ${low} and ${high} ${symbol};`);
    }
  });

  it("offsets every channel alike, so that nothing is negative", () => {
    expect(channelGridOf(limits(CHANNEL.tilt.code, "-180", "0")).origin).toBe(CELSIUS_OFFSET - 180_000_000n);
    expect(channelGridOf(limits(CHANNEL.agitation.code, "55", "65")).origin).toBe(CELSIUS_OFFSET + 55_000_000n);
  });

  it("refuses a channel that does not exist and names those that do", async () => {
    const error = await errorOf(() => channelGridOf(limits(16, "0", "1")));
    expect(error).toMatchObject({ code: "channels", place: "channel" });
    expect(error.remedy).toContain("3 acidity ([pH])");
  });

  it("describes codes and steps in the channel's unit", () => {
    const grid = channelGridOf({ channel: 3, unit: "[pH]", resolution: "0.01", range: ["7.00", "7.40"] });
    expect([describeCode(grid, 80, "acidity"), describeStep(grid, "acidity")]).toEqual(["7.2 pH", "0.0025 pH"]);
  });
});
