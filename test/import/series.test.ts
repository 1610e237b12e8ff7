import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFridgetag } from "../../src/import/fridgetag.ts";
import { DAILY_HISTORY, dailyHistory, fridgetagReader } from "../../src/import/fridgetagSeries.ts";
import {
  applyOffset,
  cutToWindow,
  refuseBackward,
  type Cut,
  type LocalReading,
  type Reading,
  type Unusable,
  type Window,
} from "../../src/import/series.ts";
import { parseTime } from "../../src/input/times.ts";
import { refused } from "../input/refused.ts";
import { FRIDGETAG_2, FRIDGETAG_2L, fixture } from "./logger.ts";
import { codeTime, codeTimes } from "../../src/import/ticks.ts";

const START = 1_000_000;
/** Readings at these seconds after START; reading i stands on line 10 + i. */
const at = (...seconds: number[]): Reading[] =>
  seconds.map((second, i) => ({ line: 10 + i, time: START + second, value: 5_000_000n, flagged: false }));
const local = (...seconds: number[]): LocalReading[] =>
  seconds.map((second, i) => ({ line: 10 + i, localTime: second, value: 5_000_000n, flagged: false }));

/** A stage of 100 s with a gap of 20 s. */
const window: Window = { start: START, end: START + 100, lead: 0, tail: 0, gapSeconds: 20, tick: 1 };
const every20 = [0, 20, 40, 60, 80, 100];
const kept = (cut: Cut): number[] => cut.readings.map((reading) => reading.time - START);
const cut = (seconds: readonly number[], change: Partial<Window> = {}): number[] =>
  kept(cutToWindow(at(...seconds), { ...window, ...change }, "f"));
const refusal = (
  seconds: readonly number[],
  change: Partial<Window> = {},
): { code?: string; place?: string; message: string } =>
  refused(() => cut(seconds, change)) as { code?: string; place?: string; message: string };

describe("refuseBackward", () => {
  it("accepts equal times and refuses one second back, with its line", () => {
    expect(() => refuseBackward(at(0, 0, 5), (reading) => reading, "f")).not.toThrow();
    const error = refused(() => refuseBackward(at(0, 5, 4), (reading) => reading, "f"));
    expect(error).toMatchObject({ code: "time-backward", place: "f:12" });
    expect(error.message).toContain("1 s");
  });
});

// Verifies R-import-value.
describe("applyOffset", () => {
  it("turns local into Unix seconds", () => {
    const { entries, zoneChanged } = applyOffset(local(7200, 7500), 3600, 3600, "f");
    expect(entries).toEqual([
      { line: 10, time: 3600, value: 5_000_000n, flagged: false },
      { line: 11, time: 3900, value: 5_000_000n, flagged: false },
    ]);
    expect(zoneChanged).toBe(false);
  });

  it("reports an offset other than the signed zone, in both directions and for 0", () => {
    const changed = (offset: number, zone: number): boolean => applyOffset(local(0), offset, zone, "f").zoneChanged;
    expect([changed(3600, 0), changed(-3600, 0), changed(0, 3600), changed(60, 0)]).toEqual([true, true, true, true]);
    expect([changed(0, 0), changed(-12_600, -12_600)]).toEqual([false, false]);
  });

  it("never guesses the offset", () => {
    const error = refused(() => applyOffset(local(0), undefined, 3600, "f"));
    expect(error).toMatchObject({ code: "offset-missing", place: "f", kind: "input" });
    expect(error.remedy).toMatch(/--offset \+01:00/);
  });
});

// Verifies R-import-window.
describe("cutToWindow", () => {
  it("keeps from the last reading at or before the start through the first at or after the end", () => {
    expect(cut([-30, -10, 10, 30, 50, 70, 90, 110, 130])).toEqual([-10, 10, 30, 50, 70, 90, 110]);
    expect(cut([-20, ...every20, 120])).toEqual(every20);
    expect(cutToWindow(at(-40, -20, ...every20, 120), window, "f")).toMatchObject({ before: 2, after: 1 });
  });

  it("keeps every reading of the first and of the last second", () => {
    expect(cut([-20, 0, 0, 20, 40, 60, 80, 100, 100, 120])).toEqual([0, 0, 20, 40, 60, 80, 100, 100]);
  });

  it("accepts the start exactly one gap after the first reading, and not a second more", () => {
    expect(cut([-20, 0, ...every20.slice(1)])).toEqual(every20);
    expect(cut([-19, 1, 20, 40, 60, 80, 100])[0]).toBe(-19);
    expect(refusal([-20, 1, 20, 40, 60, 80, 100])).toMatchObject({ code: "gap", place: "f:11" });
  });

  it("starts within the lead, and not a second later", () => {
    expect(cut([15, 35, 55, 75, 95, 115], { lead: 15 })).toEqual([15, 35, 55, 75, 95, 115]);
    const error = refusal([15, 35, 55, 75, 95, 115], { lead: 14 });
    expect(error).toMatchObject({ code: "window", place: "f:10" });
    expect(error.message).toContain("begin at 1970-01-12T13:46:55Z; the stage starts at 1970-01-12T13:46:40Z");
  });

  it("ends within the tail, and not a second earlier", () => {
    expect(cut([0, 20, 40, 60, 80, 85], { tail: 15 })).toEqual([0, 20, 40, 60, 80, 85]);
    const error = refusal([0, 20, 40, 60, 80, 85], { tail: 14 });
    expect(error).toMatchObject({ code: "window", place: "f:15" });
    expect(error.message).toContain("end at 1970-01-12T13:48:05Z; the stage ends at 1970-01-12T13:48:20Z");
  });

  it("does not need readings beyond a lead or tail that covers them", () => {
    expect(cut([-500, 5, 20, 40, 60, 80, 95, 600], { lead: 5, tail: 5 })).toEqual([5, 20, 40, 60, 80, 95]);
  });

  // Verifies R-import-gap.
  it("refuses a gap over the limit inside the stage, at the start and at the end, with both times", () => {
    expect(cut([0, 20, 40, 60, 80, 100])).toHaveLength(6);
    const error = refusal([0, 20, 41, 60, 80, 100]);
    expect(error).toMatchObject({ code: "gap", place: "f:12" });
    expect(error.message).toContain("No reading for 21 s, from 1970-01-12T13:47:00Z (line 11) to 1970-01-12T13:47:21Z");
    expect(refusal([-1, 20, 40, 60, 80, 100])).toMatchObject({ code: "gap", place: "f:11" });
    expect(refusal([0, 20, 40, 60, 80, 101])).toMatchObject({ code: "gap", place: "f:15" });
    expect(refusal([-100, 50, 70, 90, 110])).toMatchObject({ code: "gap", place: "f:11" });
  });

  it("does not start later in the lead to step over a gap inside the stage", () => {
    expect(refusal([-5, 5, 50, 70, 90, 110], { lead: 60 })).toMatchObject({ code: "gap", place: "f:12" });
  });

  // Verifies R-import-outside.
  it("does not step over a reading at the very start or end by a lead or tail that is longer than the gap", () => {
    expect(refusal([0, 25, 45, 65, 85, 100], { lead: 30 })).toMatchObject({ code: "gap", place: "f:11" });
    expect(refusal([0, 20, 40, 60, 75, 100], { tail: 30 })).toMatchObject({ code: "gap", place: "f:15" });
    expect(cut([-1, 25, 45, 65, 85, 100], { lead: 30 })).toEqual([25, 45, 65, 85, 100]);
    expect(cut([0, 20, 40, 60, 75, 101], { tail: 30 })).toEqual([0, 20, 40, 60, 75]);
  });

  it("does not step over an entry at the start that is no reading by a lead that bridges a gap", () => {
    const bad = { line: 10, time: START, quality: "Bad", code: "quality" } as const;
    const lead = (entries: readonly (Reading | Unusable)[]) => cutToWindow(entries, { ...window, lead: 25 }, "f");
    const later = at(0, 25, 45, 65, 85, 100).slice(1);
    expect(kept(lead(later))).toEqual([25, 45, 65, 85, 100]);
    expect(refused(() => lead([bad, ...later]))).toMatchObject({ code: "quality", place: "f:10" });
    expect(lead([{ ...bad, time: START - 1 }, ...later])).toMatchObject({ before: 0, skipped: 1 });
  });

  it("ignores a gap outside the stage", () => {
    expect(cut([-500, -20, ...every20, 500])).toEqual(every20);
  });

  it("refuses a file from another time, and one without readings", () => {
    expect(refusal([-300, -280])).toMatchObject({ code: "window", place: "f:11" });
    expect(refusal([300, 320])).toMatchObject({ code: "window", place: "f:10" });
    expect(refusal([300, 320], { lead: 400 })).toMatchObject({ code: "window", place: "f:10" });
    expect(refusal([])).toMatchObject({ code: "window", place: "f" });
  });

  it("refuses a time that runs backward, also outside the stage", () => {
    expect(refusal([-100, -120, ...every20])).toMatchObject({ code: "time-backward", place: "f:11" });
  });

  it("judges the end in coded time: a last reading that rounds down before the end is not the last", () => {
    // t0 = -1, tick 3: the reading at 100 is coded as 98, the next one as 113.
    const readings = [-1, 19, 39, 59, 79, 99, 100, 115];
    expect(cut(readings, { tick: 1 }).at(-1)).toBe(100);
    expect(cut(readings, { tick: 3, gapSeconds: 21 }).at(-1)).toBe(115);
  });

  it("keeps what the circuit's rules `gap` and `window` accept, and never drops a reading of the stage", () => {
    const sizes = fc.record({
      steps: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 14 }),
      start: fc.integer({ min: -5, max: 40 }),
      /** Beyond the lead: a stage is not shorter than the delay its rule allows. */
      extra: fc.integer({ min: 0, max: 30 }),
      lead: fc.integer({ min: 0, max: 12 }),
      tail: fc.integer({ min: 0, max: 12 }),
      tick: fc.integer({ min: 1, max: 3 }),
      gapTicks: fc.integer({ min: 2, max: 4 }),
    });
    const seen = { kept: 0, window: 0, gap: 0 };
    fc.assert(
      fc.property(sizes, ({ steps, start, extra, lead, tail, tick, gapTicks }) => {
        let time = 0;
        const readings = at(...steps.map((step) => (time += step)));
        const stage = {
          start: START + start,
          end: START + start + lead + extra,
          lead,
          tail,
          tick,
          gapSeconds: gapTicks * tick,
        };
        /** The circuit's view of a series that leaves no reading of the stage out; `spare` asks for more at the end. */
        const holds = (series: readonly Reading[], spare = 0): boolean => {
          const inStage = ({ time }: Reading): boolean => time >= stage.start && time <= stage.end + spare;
          const times = series.map((reading) => reading.time);
          const t0 = times[0] ?? NaN;
          const last = t0 + tick * codeTime(times.at(-1) ?? NaN, t0, tick);
          return (
            codeTimes(times, t0, tick).every(({ dt }) => dt <= gapTicks) &&
            times.every((t, i) => t - (times[i - 1] ?? t) <= stage.gapSeconds) &&
            t0 >= stage.start - stage.gapSeconds &&
            t0 <= stage.start + lead &&
            last >= stage.end - tail + spare &&
            last <= stage.end + stage.gapSeconds &&
            series.filter(inStage).length === readings.filter(inStage).length
          );
        };
        let result: Cut;
        try {
          result = cutToWindow(readings, stage, "f");
        } catch (error) {
          const { code } = refused(() => {
            throw error;
          });
          expect(code).toMatch(/^(window|gap)$/);
          seen[code as "window" | "gap"]++;
          // Nothing was refused that had a record, up to the one tick by which coded time may lag at the end.
          const series = readings.flatMap((_, i) => readings.slice(i).map((__, j) => readings.slice(i, i + j + 1)));
          expect(series.some((candidate) => holds(candidate, tick))).toBe(false);
          return;
        }
        seen.kept++;
        expect(holds(result.readings)).toBe(true);
        expect(readings.slice(result.before, readings.length - result.after)).toEqual(result.readings);
      }),
      { numRuns: 20000, seed: 7 },
    );
    expect(Math.min(seen.kept, seen.window, seen.gap)).toBeGreaterThan(300);
  });
});

describe("real legs", () => {
  const { readings, configuration } = readFridgetag(fixture(FRIDGETAG_2L), FRIDGETAG_2L);
  const unix = applyOffset(readings, 3600, configuration.zone, FRIDGETAG_2L);
  const leg = (start: string, end: string): Window => ({
    start: parseTime(start, "test"),
    end: parseTime(end, "test"),
    lead: 0,
    tail: 0,
    gapSeconds: 900,
    tick: 5,
  });

  it("the compliant leg has its 1,088 readings, all within 2.0 and 8.0 °C", () => {
    expect(unix.zoneChanged).toBe(true);
    const result = cutToWindow(unix.entries, leg("2022-05-05T16:26:00+01:00", "2022-05-09T11:01:00+01:00"), "f");
    expect(result.readings).toHaveLength(1_088);
    expect(result.before + result.after + 1_088).toBe(10_653);
    expect(result.readings.filter(({ value }) => value < 2_000_000n || value > 8_000_000n)).toEqual([]);
    expect(result.readings.some(({ flagged }) => flagged)).toBe(false);
  });

  it("the leg over the 352 minutes without a reading is refused", () => {
    const window = leg("2022-05-02T08:00:00+01:00", "2022-05-03T08:00:00+01:00");
    const error = refused(() => cutToWindow(unix.entries, window, FRIDGETAG_2L));
    expect(error).toMatchObject({ code: "gap", place: `${FRIDGETAG_2L}:533` });
    expect(error.message).toContain("5 h 52 min, from 2022-05-02T03:44:00Z (line 532) to 2022-05-02T09:36:00Z");
  });

  // Verifies R-import-daily.
  it("a device with a daily history only is refused with what it cannot tell, and a logger without a line is not", () => {
    const error = refused(() => fridgetagReader(0)(fixture(FRIDGETAG_2), FRIDGETAG_2));
    expect(error).toMatchObject({ code: "daily-history", place: FRIDGETAG_2 });
    expect(error.message).toContain(`: ${DAILY_HISTORY}.`);
    const window = leg("2022-05-02T08:00:00Z", "2022-05-03T08:00:00Z");
    const none = refused(() => cutToWindow([], window, FRIDGETAG_2));
    expect([none.code, none.message.includes("daily history")]).toEqual(["window", false]);
    const logging = readFridgetag(fixture(FRIDGETAG_2L), FRIDGETAG_2L);
    expect(dailyHistory({ ...logging, readings: [] })).toBeUndefined();
    expect(dailyHistory(readFridgetag(fixture(FRIDGETAG_2), FRIDGETAG_2))?.days).toHaveLength(60);
  });
});
