import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatDuration,
  formatLocalTime,
  formatOffset,
  formatTime,
  parseLocalDate,
  parseLocalTime,
  parseOffset,
  parseTime,
  parseTimeOfDay,
} from "../../src/input/times.ts";
import { refused } from "./refused.ts";

// Verifies R-import-value.
describe("parseTime", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0],
    ["2022-05-05T16:26:00Z", 1_651_767_960],
    ["2022-05-05T17:26:00+01:00", 1_651_767_960],
    ["2022-05-05T12:56:00-03:30", 1_651_767_960],
    ["2024-02-29T23:59:59Z", 1_709_251_199],
    ["9999-12-31T23:59:59Z", 253_402_300_799],
  ])("reads %s", (text, seconds) => {
    expect(parseTime(text, "f")).toBe(seconds);
  });

  it.each([
    ["time-zone", ["2022-05-05T16:26:00", "2022-05-05T16:26:00-00:00"]],
    ["time-fraction", ["2022-05-05T16:26:00.5Z", "2022-05-05T16:26:00.000+01:00"]],
    [
      "time-impossible",
      [
        "2022-02-29T00:00:00Z",
        "2022-13-01T00:00:00Z",
        "2022-00-01T00:00:00Z",
        "2022-04-31T00:00:00Z",
        "2022-01-01T24:00:00Z",
        "2022-01-01T00:60:00Z",
        "2016-12-31T23:59:60Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+01:00",
      ],
    ],
    ["offset-range", ["2022-05-05T16:26:00+14:01", "2022-05-05T16:26:00-23:00"]],
    ["offset-syntax", ["2022-05-05T16:26:00+01:60"]],
    [
      "time-syntax",
      [
        "",
        "2022-05-05",
        "2022-05-05 16:26:00Z",
        "2022-05-05T16:26Z",
        "2022-05-05t16:26:00z",
        "05.05.2022T16:26:00Z",
        "2022-5-5T16:26:00Z",
        "2022-05-05T16:26:00 +01:00",
        "2022-05-05T16:26:00+0100",
        "2022-05-05T16:26:00Z\n",
        "1651767960",
      ],
    ],
  ])("refuses as %s", (code, texts) => {
    for (const text of texts) {
      expect(
        refused(() => parseTime(text, "f:3")),
        text,
      ).toMatchObject({ code, place: "f:3", kind: "input" });
    }
  });

  it("V65: has a text for any number of seconds", () => {
    expect(formatTime(253_402_300_799)).toBe("9999-12-31T23:59:59Z");
    expect(formatTime(253_402_300_800)).toBe("year 10000 or later (253402300800 s)");
    expect(formatTime(2n ** 64n - 1n)).toBe("year 10000 or later (18446744073709551615 s)");
    expect(formatTime(-62_167_219_200)).toBe("0000-01-01T00:00:00Z");
    expect(formatTime(-62_167_219_201)).toBe("before year 0 (-62167219201 s)");
  });

  it("is the inverse of formatTime in every zone", () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 }).map((minutes) => minutes * 60);
    fc.assert(
      fc.property(fc.integer({ min: 86_400, max: 253_402_000_000 }), offset, (seconds, zone) => {
        expect(parseTime(formatTime(seconds, zone), "f")).toBe(seconds);
      }),
    );
  });
});

describe("offsets", () => {
  it("read and write", () => {
    expect(["Z", "+00:00", "+01:00", "-03:30", "+14:00", "+05:45"].map((text) => parseOffset(text, "o"))).toEqual([
      0, 0, 3600, -12_600, 50_400, 20_700,
    ]);
    expect([0, 3600, -12_600, 50_400, 20_700].map(formatOffset)).toEqual([
      "+00:00",
      "+01:00",
      "-03:30",
      "+14:00",
      "+05:45",
    ]);
  });

  it.each(["", "1", "+1", "01:00", "+1:00", "+0100", "-00:00", "+01:60", "CET", "+aa:bb"])("refuse %s", (text) => {
    expect(refused(() => parseOffset(text, "--offset"))).toMatchObject({ code: "offset-syntax", place: "--offset" });
  });

  it("refuse more than 14 hours", () => {
    expect(refused(() => parseOffset("+14:01", "o")).code).toBe("offset-range");
  });
});

describe("local times", () => {
  it("count from the epoch of the device's own clock", () => {
    expect(parseLocalTime("2022-05-05 16:26", "f")).toBe(1_651_767_960);
    expect(parseLocalDate("2022-05-05", "f") + parseTimeOfDay("16:26", "f")).toBe(1_651_767_960);
    expect(formatLocalTime(1_651_767_960)).toBe("2022-05-05 16:26");
    expect(formatLocalTime(1_651_767_961)).toBe("2022-05-05 16:26:01");
  });

  it.each([
    ["time-syntax", ["", "2022-05-05T16:26", "2022-05-05 16:26:00", "05/05/2022 16:26", "2022-05-05 4:26"]],
    ["time-impossible", ["2022-02-30 10:00", "2022-05-05 24:00", "2022-05-05 10:60", "0000-00-00 00:00"]],
  ])("refuse as %s", (code, texts) => {
    for (const text of texts)
      expect(
        refused(() => parseLocalTime(text, "f:9")),
        text,
      ).toMatchObject({ code, place: "f:9" });
  });

  it("refuse a date with a time and a time of day out of range", () => {
    expect(refused(() => parseLocalDate("2022-05-05 00:00", "f")).code).toBe("time-syntax");
    expect(refused(() => parseTimeOfDay("25:00", "f")).code).toBe("time-impossible");
  });
});

describe("formatDuration", () => {
  it("uses hours, minutes and seconds", () => {
    expect([0, 45, 300, 21_120, 3600, 7_384].map(formatDuration)).toEqual([
      "0 s",
      "45 s",
      "5 min",
      "5 h 52 min",
      "1 h",
      "2 h 3 min 4 s",
    ]);
  });
});
