import { expect, it } from "vitest";
import { fridgetagReader } from "../../src/import/fridgetagSeries.ts";
import { cutToWindow, type Window } from "../../src/import/series.ts";
import { summariseImport, type ImportFacts } from "../../src/import/summary.ts";
import { NOT_THINNED, thin } from "../../src/import/thin.ts";
import { parseTime } from "../../src/input/times.ts";
import { FRIDGETAG_2L, fixture } from "./logger.ts";

const window: Window = {
  start: parseTime("2022-05-05T16:28:00+01:00", "test"),
  end: parseTime("2022-05-09T11:00:00+01:00", "test"),
  lead: 0,
  tail: 0,
  gapSeconds: 900,
  tick: 5,
};

function facts(offset: number): ImportFacts {
  const { entries, facts } = fridgetagReader(offset)(fixture(FRIDGETAG_2L), FRIDGETAG_2L);
  const shifted = { ...window, start: window.start + 3600 - offset, end: window.end + 3600 - offset };
  const cut = cutToWindow(entries, shifted, FRIDGETAG_2L);
  const coding = {
    origin: 2_000_000n,
    stepNum: 40_000n,
    stepDen: 1n,
    width: 150n,
    normalLow: 0n,
    normalHigh: 150n,
  };
  return { facts, window: shifted, cut, bucket: NOT_THINNED, readings: cut.readings, coding, channel: "temperature" };
}

it("says what was read, signed, cut and coded", () => {
  expect(summariseImport(facts(3600))).toEqual([
    "read: Q-tag Fridge-tag 2 L, serial 130500109088, firmware 4.0p0o; its own limits: low 2.0 °C, high 8.0 °C",
    "signed: valid, by a key of lot 1794_20_08; its certificate names Berlinger & Co. AG, a consistent issuer but not an authenticated one",
    "readings: 10653, one every 5 min, on the device's clock 2022-05-02 04:44 to 2022-06-08 10:11",
    "clock: offset +01:00 given, zone +00:00 signed by the device; they differ, which is a deviation (clock)",
    "cut: 1088 readings kept, 2022-05-05T15:26:00Z to 2022-05-09T10:01:00Z, for the stage 2022-05-05T15:28:00Z to 2022-05-09T10:00:00Z; 935 before and 8630 after left out; 0 of the kept ones flagged by the device",
    "coded: one step is 0.04 °C, codes 0 to 150 from 2.0 °C; one tick is 5 s",
  ]);
});

it("counts what lies outside the hard limits, so that a wrong tag is noticed before anything is signed", () => {
  const { readings, coding, ...rest } = facts(3600);
  const [first, second] = readings;
  if (first === undefined || second === undefined) throw new Error("two readings");
  const far = [{ ...first, value: 1_999_999n }, { ...second, value: 8_000_001n }, ...readings.slice(2)];
  const said = (given: typeof readings): string | undefined =>
    summariseImport({ ...rest, coding, readings: given }).find((line) => line.startsWith("limits: "));
  expect(said(far)).toMatch(/^limits: 2 of 1088 readings are outside the hard limits: /);
  expect(
    said([
      { ...first, value: 2_000_000n },
      { ...second, value: 8_000_000n },
    ]),
  ).toBeUndefined();
});

it("says nothing of a deviation where the offset is the signed zone, and writes a step that is no decimal as a fraction", () => {
  const same = facts(0);
  const thirds = { ...same.coding, stepNum: 100_000n, stepDen: 3n };
  const lines = summariseImport({ ...same, coding: thirds });
  expect(lines[3]).toBe("clock: offset +00:00 given, zone +00:00 signed by the device");
  expect(lines[5]).toContain("one step is 0.1/3 °C");
});

it("counts the device's own flags, and none where the format has no such mark", () => {
  const { cut, ...rest } = facts(0);
  const line = (change: { flagged?: boolean }): string | undefined => {
    const readings = cut.readings.map(({ line, time, value }) => ({ line, time, value, ...change }));
    return summariseImport({ ...rest, cut: { ...cut, readings } })[4];
  };
  expect(line({ flagged: true })).toMatch(/; 1088 of the kept ones flagged by the device$/);
  expect(line({})).toMatch(/after left out$/);
});

it("says from how many to how many readings a series was thinned, and what that can change", () => {
  const whole = facts(0);
  const readings = thin(whole.cut.readings, 900, 900, () => false);
  const lines = summariseImport({ ...whole, bucket: 900, readings });
  expect(lines[5]).toBe(
    `thinned: from 1088 to ${readings.length} readings, the first, minimum, maximum and last of each 15 min, ` +
      "and all that are outside the normal band or next to such a one",
  );
});
