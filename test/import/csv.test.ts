import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvReader } from "../../src/import/csv.ts";
import type { LoggerSeries } from "../../src/import/loggerSeries.ts";
import { cutToWindow, type Reading } from "../../src/import/series.ts";
import { toHex } from "../../src/formats/field.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import { parseTime } from "../../src/input/times.ts";
import { refused } from "../input/refused.ts";
import { csvFile, csvLine, HEADER } from "./historian.ts";

const DEVICE = { vendor: "Vaisala", model: "RFL100", serial: "S1" };
const read = (bytes: Uint8Array, tag?: string): LoggerSeries => csvReader(tag, DEVICE)(bytes, "h.csv");
const at = (text: string): number => parseTime(text, "test");

const FIRST = "2022-05-05T16:00:00Z,TT-101,4.6,Good,°C";
const LAST = "2022-05-05T16:10:00Z,TT-101,4.7,Good,°C";
/** A file whose line 3 is this one, between two good lines. */
const around = (line: string): Buffer => csvFile([FIRST, line, LAST]);
const refusedLine = (line: string): unknown => refused(() => read(around(line)));
const good = { timestamp: "2022-05-05T16:05:00Z", tag: "TT-101", value: "4.7", quality: "Good", unit: "°C" };
const line = (change: Partial<typeof good>): string => Object.values({ ...good, ...change }).join(",");

describe("a CSV file in long form", () => {
  it("gives its readings in Unix seconds, with their lines", () => {
    const { device, entries, zoneChanged } = read(around(line({ value: "-0.5" })));
    expect(device).toEqual(DEVICE);
    expect(zoneChanged).toBe(false);
    expect(entries).toEqual([
      { line: 2, time: at("2022-05-05T16:00:00Z"), value: 4_600_000n },
      { line: 3, time: at("2022-05-05T16:05:00Z"), value: -500_000n },
      { line: 4, time: at("2022-05-05T16:10:00Z"), value: 4_700_000n },
    ]);
  });

  it("may order its columns in any way, quote fields, end lines with CRLF and start with a byte-order mark", () => {
    const lines = ["unit,quality,value,tag,timestamp", 'Cel,192,"4.6","TT,""1""",2022-05-05T16:00:00Z', ""];
    const { entries, facts } = read(Buffer.from(`\uFEFF${lines.join("\r\n")}`));
    expect(entries).toEqual([{ line: 2, time: at("2022-05-05T16:00:00Z"), value: 4_600_000n }]);
    expect(facts[0]).toContain('tag TT,"1" of a table');
  });

  it("gives back what was written, for any readings and any offset", () => {
    const reading = fc.record({
      time: fc.integer({ min: 0, max: 4_000_000_000 }),
      value: fc.bigInt(-273_150_000n, 500_000_000n),
    });
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 }).filter((minutes) => minutes !== 0);
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1 }), offset, (readings, minutes) => {
        const late = readings.map(({ time, value }) => ({ time: time + 100_000, value }));
        const { entries } = read(csvFile(late.map((one) => csvLine(one, minutes * 60))));
        expect([...entries].sort((a, b) => a.line - b.line)).toEqual(late.map((one, i) => ({ line: i + 2, ...one })));
      }),
    );
  });

  it("says that nothing in it is signed by the device, and what it left out", () => {
    const other = ["2022-05-05T16:01:00Z,DOOR,1,Good,", "2022-05-05T16:02:00Z,P-1,7,Bad,bar"];
    const bad = line({ quality: "Bad", value: "" });
    expect(read(csvFile([FIRST, bad, ...other, LAST]), "TT-101").facts).toEqual([
      "read: tag TT-101 of a table, given as Vaisala, RFL100, serial S1",
      `profile: long, ${toHex(shippedProfile("long").hash)}`,
      "signed: NOT by the device; nothing in this file is, and the source alone vouches for it",
      "unit: °C, by the unit column",
      "serial number: the file does not say it; the source alone says which device this is",
      "entries: 3, 2022-05-05T16:00:00Z to 2022-05-05T16:10:00Z; not good or without a value: 1; of other tags or columns, left out: 2",
      "clock: each line states its own offset from UTC",
    ]);
  });

  it("is shown by the example in fixtures/csv", () => {
    const bytes = readFileSync("fixtures/csv/historian-1min.csv");
    const { entries } = read(bytes, "FRIDGE-1.TT-101");
    expect(entries).toHaveLength(17);
    expect(entries[0]).toEqual({ line: 2, time: at("2022-05-05T15:00:00Z"), value: 4_600_000n });
    expect(entries[16]).toMatchObject({ line: 21, quality: "Bad" });
  });
});

// Verifies R-import-hostile.
describe("the form of the file", () => {
  it.each([
    ["a missing column", "timestamp,tag,value,quality"],
    ["a column more", `${HEADER},note`],
    ["a column twice", "timestamp,tag,value,value,unit"],
    ["another name", "Timestamp,tag,value,quality,unit"],
    ["semicolons", HEADER.replaceAll(",", ";")],
    ["no header", FIRST],
  ])("%s is refused at line 1", (_, header) => {
    expect(refused(() => read(csvFile([FIRST], header)))).toMatchObject({ code: "csv-header", place: "h.csv:1" });
  });

  it.each([
    ["a field less", "2022-05-05T16:05:00Z,TT-101,4.7,Good", "csv-columns"],
    ["a field more", `${line({})},x`, "csv-columns"],
    ["a blank line", "", "csv-columns"],
    ["a decimal comma that is not quoted", line({ value: "4,7" }), "csv-columns"],
    ["text after a quote", line({ value: '"4.7"x' }), "csv-syntax"],
    ["a quote within a field", line({ value: '4"7' }), "csv-syntax"],
    ["a carriage return within a line", line({ value: "4.7\r" }), "csv-syntax"],
    ["a line without end", line({ value: "4".repeat(1001) }), "csv-syntax"],
    ["a blank tag", line({ tag: " " }), "csv-tag"],
    ["a long tag", line({ tag: "T".repeat(201) }), "csv-tag"],
    ["a tag that steers the terminal", line({ tag: "\u001b[2J" }), "csv-tag"],
    ["a tag that is written backward", line({ tag: "\u202eTT" }), "csv-tag"],
  ])("%s is refused at its line", (_, text, code) => {
    expect(refusedLine(text)).toMatchObject({ code, place: "h.csv:3", kind: "input" });
  });

  it("a quote that is never closed is refused after the longest line, not at the end of a large file", () => {
    const many = new Array<string>(5_000).fill(LAST);
    const error = refused(() => read(csvFile([FIRST, '"2022', ...many])));
    expect(error.code).toBe("csv-syntax");
    expect(Number(error.place?.split(":")[1])).toBeLessThan(40);
  });

  it("text that is not UTF-8, and a file that is cut off, are refused", () => {
    const latin1 = Buffer.from(`${HEADER}\n${FIRST}\n`, "latin1");
    expect(refused(() => read(latin1))).toMatchObject({ code: "csv-encoding", place: "h.csv" });
    const utf16 = Buffer.from(`\uFEFF${HEADER}\n${FIRST}\n`, "utf16le");
    expect(refused(() => read(utf16))).toMatchObject({ code: "csv-encoding", place: "h.csv" });
    const cutOff = csvFile([FIRST, LAST]).subarray(0, -1);
    expect(refused(() => read(cutOff))).toMatchObject({ code: "csv-cut-off", place: "h.csv" });
  });
});

describe("the tag", () => {
  const two = csvFile([FIRST, "2022-05-05 16:01,TT-102,39.9,Good,°F", LAST]);

  it("has to be chosen where there are several; the other's lines are not judged", () => {
    const error = refused(() => read(two));
    expect(error).toMatchObject({ code: "csv-tag", place: "h.csv" });
    expect(error.message).toContain("TT-101, TT-102");
    expect(error.remedy).toContain("--tag");
    expect(read(two, "TT-101").entries).toHaveLength(2);
  });

  it("has to be in the file", () => {
    expect(refused(() => read(two, "TT-10"))).toMatchObject({ code: "csv-tag", place: "h.csv" });
    expect(refused(() => read(csvFile([]))).message).toContain("its tags are: none");
  });

  it("of many, only some are listed", () => {
    const many = Array.from({ length: 50 }, (_, i) => line({ tag: `T${i}` }));
    expect(refused(() => read(csvFile(many))).message).toMatch(/T0, T1, .*T19 and 30 more\.$/);
  });
});

// Verifies R-import-value.
describe("F3 times that are not what they seem", () => {
  it.each([
    ["no zone", "2022-05-05T16:05:00", "time-zone"],
    ["an unknown zone", "2022-05-05T16:05:00-00:00", "time-zone"],
    ["local time in the hour that comes twice", "2022-10-30T02:30:00", "time-zone"],
    ["the name of a zone", "2022-10-30T02:30:00 CEST", "time-syntax"],
    ["a region", "2022-10-30T02:30:00[Europe/Zurich]", "time-syntax"],
    ["day first", "05.05.2022 16:05", "time-syntax"],
    ["seconds since 1970", "1651766700", "time-syntax"],
    ["a day that is none", "2022-02-30T16:05:00Z", "time-impossible"],
    ["offsets among times with Z", "2022-05-05T17:05:00+01:00", "time-mixed"],
  ])("%s is refused at its line", (_, timestamp, code) => {
    expect(refusedLine(line({ timestamp }))).toMatchObject({ code, place: "h.csv:3", kind: "input" });
  });

  const window = (start: string, end: string): Parameters<typeof cutToWindow>[1] => ({
    start: at(start),
    end: at(end),
    lead: 0,
    tail: 0,
    gapSeconds: 900,
    tick: 5,
  });

  it("the hour that comes twice is told apart by its offsets", () => {
    const times = ["02:45:00+02:00", "02:55:00+02:00", "02:05:00+01:00", "02:15:00+01:00"];
    const { entries } = read(csvFile(times.map((time) => line({ timestamp: `2022-10-30T${time}` }))));
    expect(entries.map(({ time }) => time - at("2022-10-30T00:45:00Z"))).toEqual([0, 600, 1200, 1800]);
    const whole = window("2022-10-30T00:45:00Z", "2022-10-30T01:15:00Z");
    expect(cutToWindow(entries, whole, "h.csv").readings).toHaveLength(4);
    // The same clock with the first offset kept: an hour back.
    const wrong = read(csvFile(times.map((time) => line({ timestamp: `2022-10-30T${time.slice(0, 8)}+02:00` }))));
    expect(refused(() => cutToWindow(wrong.entries, whole, "h.csv"))).toMatchObject({
      code: "time-backward",
      place: "h.csv:4",
    });
  });

  it("a time that runs backward is refused at its line, an equal one not", () => {
    const leg = window("2022-05-05T16:00:00Z", "2022-05-05T16:10:00Z");
    const cut = (timestamp: string): readonly Reading[] =>
      cutToWindow(read(around(line({ timestamp }))).entries, leg, "h.csv").readings;
    expect(refused(() => cut("2022-05-05T15:59:59Z"))).toMatchObject({ code: "time-backward", place: "h.csv:3" });
    expect(cut("2022-05-05T16:00:00Z")).toHaveLength(3);
  });
});

// Verifies R-import-value.
describe("F3 values that are not what they seem", () => {
  it.each([
    ["°F among °C", { unit: "°F" }, "unit-mixed"],
    ["degrees of another scale", { unit: "°R" }, "unit"],
    ["a unit of another channel", { unit: "kPa" }, "unit"],
    ["no unit", { unit: "" }, "unit"],
    ["a degree sign of another script", { unit: "ºC" }, "unit"],
    ["a unit with a blank", { unit: " °C" }, "unit"],
    ["another spelling of the unit", { unit: "Cel" }, "unit-mixed"],
    ["a decimal comma", { value: '"4,7"' }, "quantity-comma"],
    ["a thousands separator", { value: '"1,004.7"' }, "quantity-comma"],
    ["an exponent", { value: "4e0" }, "quantity-exponent"],
    ["a value with a blank", { value: " 4.7" }, "quantity-syntax"],
    ["forty decimals", { value: `4.${"0".repeat(39)}1` }, "quantity-precision"],
    ["a zero before the number", { value: "04.7" }, "quantity-syntax"],
    ["no digit before the point", { value: ".7" }, "quantity-syntax"],
  ])("%s is refused at its line", (_, change, code) => {
    expect(refusedLine(line(change))).toMatchObject({ code, place: "h.csv:3", kind: "input" });
  });

  // Verifies R-import-outside.
  it.each([
    ["NaN", "NaN", "quantity-nan"],
    ["no value", "", "quantity-blank"],
    ["no reading", "--.-", "reading-missing"],
    ["three dashes", "---", "reading-missing"],
    ["a sentinel", "-9999", "reading-sentinel"],
    ["a sentinel with decimals", "-9999.0", "reading-sentinel"],
    ["a sentinel below absolute zero", "-999.9", "physical-range"],
    ["a sentinel above all loggers", "32767", "physical-range"],
    ["a millionth below absolute zero", "-273.150001", "physical-range"],
  ])("%s is refused at its line where the stage needs a reading, and passed over outside of it", (_, value, code) => {
    const { entries } = read(around(line({ value })));
    const cut = (start: string, end: string) => {
      const window = { start: at(start), end: at(end), lead: 0, tail: 0, gapSeconds: 600, tick: 5 };
      return cutToWindow(entries, window, "h.csv");
    };
    for (const [start, end] of [
      ["2022-05-05T16:00:00Z", "2022-05-05T16:10:00Z"],
      ["2022-05-05T16:00:00Z", "2022-05-05T16:05:00Z"],
      ["2022-05-05T16:05:00Z", "2022-05-05T16:10:00Z"],
    ] as const) {
      const error = refused(() => cut(start, end));
      expect(error).toMatchObject({ code, place: "h.csv:3", kind: "input" });
      expect(error.remedy).toContain("raise an exception");
    }
    for (const [start, end] of [
      ["2022-05-05T16:00:00Z", "2022-05-05T16:04:59Z"],
      ["2022-05-05T16:05:01Z", "2022-05-05T16:10:00Z"],
    ] as const) {
      const { readings, skipped, before, after } = cut(start, end);
      expect([readings.map((reading) => reading.line), skipped, before, after]).toEqual([[2, 4], 1, 0, 0]);
    }
  });

  it.each(["Cel", "°C", "C", "degC"])("a file in %s is in °C", (unit) => {
    expect(read(csvFile([line({ unit })])).entries).toHaveLength(1);
  });
});

// Verifies R-import-value.
describe("F3 quality", () => {
  const window = { start: at("2022-05-05T16:00:00Z"), end: at("2022-05-05T16:10:00Z"), lead: 0, tail: 0 };
  const cut = (bytes: Buffer): unknown =>
    cutToWindow(read(bytes).entries, { ...window, gapSeconds: 900, tick: 5 }, "h.csv").readings.map(
      (reading) => reading.line,
    );

  it.each(["good", "Good", "GOOD", "192", "0xC0", "0xc0"])("%s is good", (quality) => {
    expect(cut(around(line({ quality })))).toEqual([2, 3, 4]);
  });

  it.each(["", "Bad", "Uncertain", "0", "64", "193", "216", "0xD8", "Questionable"])(
    "'%s' is not, and the stage that needs the entry is refused at its line, whatever its value",
    (quality) => {
      for (const value of ["4.7", "", "NaN", "-9999"]) {
        expect(refused(() => cut(around(line({ quality, value }))))).toMatchObject({
          code: "quality",
          place: "h.csv:3",
        });
      }
    },
  );

  it.each(["good ", "goodish", "true", "1"])("'%s' is no word of the profile, and refused at its line", (quality) => {
    expect(refusedLine(line({ quality }))).toMatchObject({ code: "quality-word", place: "h.csv:3" });
  });

  // Verifies R-import-outside.
  it("an entry that is not good is refused as the first and as the last one of the stage, and passed over beyond it", () => {
    const bad = (timestamp: string): string => line({ timestamp, quality: "Bad", value: "" });
    expect(cut(csvFile([bad("2022-05-05T15:58:00Z"), FIRST, LAST, bad("2022-05-05T16:12:00Z")]))).toEqual([3, 4]);
    const late = "2022-05-05T16:01:00Z,TT-101,4.6,Good,°C";
    const early = "2022-05-05T16:09:00Z,TT-101,4.6,Good,°C";
    expect(refused(() => cut(csvFile([bad("2022-05-05T15:59:00Z"), late, LAST])))).toMatchObject({
      code: "window",
      place: "h.csv:3",
    });
    expect(refused(() => cut(csvFile([FIRST, early, bad("2022-05-05T16:11:00Z")])))).toMatchObject({
      code: "window",
      place: "h.csv:3",
    });
    for (const edge of ["2022-05-05T16:00:00Z", "2022-05-05T16:10:00Z"]) {
      const lines = [FIRST, bad(edge), LAST].sort();
      expect(refused(() => cut(csvFile(lines)))).toMatchObject({ code: "quality" });
    }
  });
});
