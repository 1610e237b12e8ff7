import { describe, expect, it } from "vitest";
import type { SampleSeries } from "../../src/import/loggerSeries.ts";
import { samplesCsvReader } from "../../src/import/csv.ts";
import { toHex } from "../../src/formats/field.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import { cutToWindow, isUnusable } from "../../src/import/series.ts";
import { parseTime } from "../../src/input/times.ts";
import { refused } from "../input/refused.ts";
import { csvFile } from "./historian.ts";

const DEVICE = { vendor: "FIXTURE", model: "bioreactor controller", serial: "BR-1" };
const TAGS = new Map([
  [3, "PH"],
  [1, "TT"],
]);
const read = (bytes: Uint8Array, tags = TAGS): SampleSeries => samplesCsvReader(tags, DEVICE)(bytes, "h.csv");
const at = (minute: number): number => parseTime("2022-05-05T16:00:00Z", "test") + 60 * minute;

const entry = (
  minute: number,
  tag: string,
  value: string,
  change: { unit?: string; quality?: string } = {},
): string => {
  const { unit = tag === "TT" ? "Cel" : "[pH]", quality = "GOOD" } = change;
  return `2022-05-05T16:${minute.toString().padStart(2, "0")}:00Z,${tag},${value},${quality},${unit}`;
};
/** Two samples ten minutes apart, ordered by time; line 2 to 5 of a file. */
const GOOD = [entry(0, "TT", "37.0"), entry(0, "PH", "7.2"), entry(10, "TT", "37.1"), entry(10, "PH", "7.19")];
const SAMPLES = [
  { line: 2, time: at(0), values: [37_000_000n, 7_200_000n] },
  { line: 4, time: at(10), values: [37_100_000n, 7_190_000n] },
];
/** GOOD with one of its lines replaced, by others if there are more. */
const replaced = (place: number, ...lines: readonly string[]): Buffer => csvFile(GOOD.toSpliced(place, 1, ...lines));

describe("samples of several tags", () => {
  it("have a value of each channel by ascending channel code, however the tags are given", () => {
    const { device, channels, entries, zoneChanged } = read(csvFile(GOOD));
    expect({ device, channels, zoneChanged }).toEqual({ device: DEVICE, channels: [1n, 3n], zoneChanged: false });
    expect(entries).toEqual(SAMPLES);
    const ascending = new Map([...TAGS].reverse());
    expect(read(csvFile(GOOD), ascending).entries).toEqual(SAMPLES);
  });

  it("may be ordered by tag, or in any way within one time", () => {
    const values = (lines: readonly string[]): unknown =>
      read(csvFile(lines)).entries.map((sample) => ("values" in sample ? [sample.time, sample.values] : []));
    const wanted = SAMPLES.map(({ time, values }) => [time, values]);
    expect(values([GOOD[0], GOOD[2], GOOD[1], GOOD[3]].map(String))).toEqual(wanted);
    expect(values([GOOD[1], GOOD[0], GOOD[3], GOOD[2]].map(String))).toEqual(wanted);
  });

  it("leave other tags alone, and say so, with device, tags and missing signature", () => {
    const other = ["2022-05-05T16:01:00Z,DOOR,1,Good,", "2022-05-05 16:02,P-1,seven,Bad,bar"];
    const bad = entry(10, "PH", "", { quality: "Bad" });
    expect(read(csvFile([...GOOD.slice(0, 3), bad, ...other])).facts).toEqual([
      "read: of a table, given as FIXTURE, bioreactor controller, serial BR-1: Temperature from tag TT, Acidity (pH) from tag PH",
      `profile: long, ${toHex(shippedProfile("long").hash)}`,
      "signed: NOT by the device; nothing in this file is, and the source alone vouches for it",
      'unit of tag TT: "Cel" read as °C, by the unit column',
      'unit of tag PH: "[pH]" read as pH, by the unit column',
      "serial number: the file does not say it; the source alone says which device this is",
      "samples: 2, 2022-05-05T16:00:00Z to 2022-05-05T16:10:00Z; not good or without a value: 1; of other tags or columns, left out: 2",
      "clock: each line states its own offset from UTC",
    ]);
  });

  it("are unusable where an entry is a mark for a missing value, though it claims to be good", () => {
    const { entries } = read(replaced(3, entry(10, "PH", "-9999")));
    expect(entries).toEqual([SAMPLES[0], { line: 5, time: at(10), quality: "-9999", code: "reading-sentinel" }]);
  });

  it("are unusable, at the line of the bad entry, where one entry is not good", () => {
    const bad = (place: number): unknown => {
      const line = GOOD[place]?.replace("GOOD", "Uncertain").replace(/,\d+\.\d+,/, ",-9999,") ?? "";
      return read(replaced(place, line)).entries;
    };
    expect(bad(2)).toEqual([SAMPLES[0], { line: 4, time: at(10), quality: "Uncertain", code: "quality" }]);
    expect(bad(3)).toEqual([SAMPLES[0], { line: 5, time: at(10), quality: "Uncertain", code: "quality" }]);
  });
});

// Verifies R-import-repeated, F19.
it("merges entries of a tag that say the same at the same time, and says so", () => {
  const { entries, facts } = read(replaced(3, GOOD[3] ?? "", GOOD[3] ?? ""));
  expect(entries).toEqual(SAMPLES);
  expect(facts.at(-1)).toBe("merged: 1 entries that repeat another one, with the same time and value");
  expect(read(csvFile(GOOD.map(String))).facts.join()).not.toContain("merged");
});

// Verifies R-import-samples.
describe("what is not sampled together", () => {
  it.each([
    [
      "two entries of a tag at one time, of another value (F19)",
      replaced(3, GOOD[3] ?? "", (GOOD[3] ?? "").replace("7.", "6.")),
      { code: "time-twice", line: 6, quality: "line 5" },
    ],
    [
      "two entries instead of one of each tag",
      replaced(3, (GOOD[2] ?? "").replace("37.1", "37.2")),
      { code: "sample-incomplete", quality: "PH" },
    ],
  ])("%s make no sample", (_, bytes, told) => {
    expect(read(bytes).entries.filter(isUnusable)).toMatchObject([told]);
  });

  it.each([
    [
      "a tag that runs backward",
      csvFile([GOOD[0], GOOD[2], GOOD[3], GOOD[1]].map(String)),
      "time-backward",
      5,
      "older",
    ],
  ] as const)("%s is refused at its line", (_, bytes, code, line, message) => {
    const error = refused(() => read(bytes));
    expect(error).toMatchObject({ code, place: `h.csv:${line}`, kind: "input" });
    expect(error.message).toContain(message);
  });
});

// Verifies R-import-samples, R-import-outside.
describe("a time that not every tag has", () => {
  const cut = (bytes: Buffer, end: number) =>
    cutToWindow(
      read(bytes).entries,
      { start: at(0), end: at(end), lead: 600, tail: 1200, gapSeconds: 900, tick: 5 },
      "h.csv",
    );

  it.each([
    ["the last one", replaced(3), 4, "PH"],
    ["the first one", replaced(0), 2, "TT"],
    ["one more", replaced(3, GOOD[3] ?? "", entry(20, "PH", "7.2")), 6, "TT"],
    ["a tag one second late", replaced(3, (GOOD[3] ?? "").replace(":00Z", ":01Z")), 4, "PH"],
  ])("is refused at its line where the stage needs it: %s", (_, bytes, line, tag) => {
    const error = refused(() => cut(bytes, 20));
    expect(error).toMatchObject({ code: "sample-incomplete", place: `h.csv:${line}`, kind: "input" });
    expect(error.message).toContain(`none of ${tag} at this time`);
  });

  it("is passed over outside the stage", () => {
    const { readings, skipped } = cut(replaced(3, entry(20, "PH", "7.2"), entry(20, "TT", "37.0")), 9);
    expect([readings.map(({ time }) => time), skipped]).toEqual([[at(0)], 1]);
  });

  it("stands in the order of time, whichever tag has it", () => {
    const lines = [entry(0, "TT", "37.0"), entry(20, "TT", "37.0"), entry(10, "PH", "7.2"), entry(20, "PH", "7.2")];
    expect(read(csvFile(lines)).entries.map(({ time }) => time)).toEqual([at(0), at(10), at(20)]);
  });
});

// Verifies R-import-samples.
describe("the mapping of tags to channels", () => {
  it("needs every tag in the file", () => {
    const error = refused(() => read(csvFile([GOOD[0], GOOD[2]].map(String))));
    expect(error).toMatchObject({ code: "csv-tag", place: "h.csv" });
    expect(error.message).toContain("Acidity (pH); its tags are: TT");
  });

  it("needs a tag of its own for every channel, and known channels", () => {
    const map = (...tags: readonly (readonly [number, string])[]): unknown =>
      refused(() => read(csvFile(GOOD), new Map(tags)));
    expect(map()).toMatchObject({ code: "channel-tags" });
    expect(map([2, "A"], [4, "A"])).toMatchObject({ code: "channel-tags" });
    expect(map([1, "TT"], [16, "PH"])).toMatchObject({ code: "channels" });
    expect(map([0, "TT"])).toMatchObject({ code: "channels" });
  });
});

describe("units", () => {
  const one = (channel: number, unit: string, value = "10"): unknown =>
    read(csvFile([`2022-05-05T16:00:00Z,A,${value},GOOD,${unit}`]), new Map([[channel, "A"]])).entries;

  it.each([
    [1, ["Cel", "°C", "C", "degC"]],
    [2, ["%"]],
    [3, ["[pH]", "pH"]],
    [4, ["%"]],
    [5, ["{rpm}", "rpm", "1/min"]],
    [6, ["deg", "°"]],
    [7, ["kPa"]],
  ])("channel %i is read in its unit's spellings only, and not converted", (channel, spellings) => {
    for (const unit of spellings) {
      expect(one(channel, unit)).toEqual([{ line: 2, time: at(0), values: [10_000_000n] }]);
    }
    for (const unit of ["", "1", "°R", "hPa", "rad", "Hz", "%{vol}", "ppm", " %", "PH"]) {
      expect(refused(() => one(channel, unit))).toMatchObject({ code: "unit", place: "h.csv:2" });
    }
  });

  it.each([
    [2, "%", "0", "-0.000001"],
    [2, "%", "100", "100.000001"],
    [3, "pH", "14", "14.01"],
    [4, "%", "200", "200.1"],
    [5, "rpm", "10000", "32767"],
    [7, "kPa", "-101.325", "-999"],
  ])("channel %i in %s can be %s, and %s is a mark for a missing value", (channel, unit, possible, impossible) => {
    expect(one(channel, unit, possible)).toHaveLength(1);
    expect(one(channel, unit, impossible)).toEqual([
      { line: 2, time: at(0), quality: impossible, code: "physical-range" },
    ]);
  });

  it("may differ between tags, never within one", () => {
    expect(refused(() => read(replaced(3, entry(10, "PH", "7.19", { unit: "pH" }))))).toMatchObject({
      code: "unit-mixed",
      place: "h.csv:5",
    });
  });
});

// Verifies R-import-hostile, F2.
describe("hostile files", () => {
  it.each([
    ["a decimal comma in quotes", replaced(3, entry(10, "PH", '"7,19"')), "quantity-comma", "h.csv:5"],
    ["NUL in a value", replaced(3, entry(10, "PH", "7.1\u00009")), "quantity-syntax", "h.csv:5"],
    ["NUL in a tag", replaced(3, entry(10, "P\u0000H", "7.19")), "csv-tag", "h.csv:5"],
    [
      "a quote that is not closed",
      replaced(2, '"2022', ...new Array<string>(200).fill(GOOD[3] ?? "")),
      "csv-syntax",
      undefined,
    ],
    [
      "offsets among times with Z",
      replaced(3, entry(10, "PH", "7.19").replace("T16:10:00Z", "T17:10:00+01:00")),
      "time-mixed",
      "h.csv:5",
    ],
    ["no time zone", replaced(3, entry(10, "PH", "7.19").replace("Z", "")), "time-zone", "h.csv:5"],
    ["another header", csvFile(GOOD, "timestamp,tag,value,unit,state"), "csv-header", "h.csv:1"],
    ["a blank line", replaced(3, "", GOOD[3] ?? ""), "csv-columns", "h.csv:5"],
    ["no line end at the end", csvFile(GOOD).subarray(0, -1), "csv-cut-off", "h.csv"],
    ["other text than UTF-8", Buffer.from(`\uFEFF${csvFile(GOOD).toString()}`, "utf16le"), "csv-encoding", "h.csv"],
  ] as const)("%s is refused", (_, bytes, code, place) => {
    const error = refused(() => read(bytes));
    expect(error.code).toBe(code);
    if (place !== undefined) expect(error.place).toBe(place);
  });

  it("a byte-order mark, CRLF and quoted fields change nothing", () => {
    const quoted = GOOD.map((line) =>
      line
        .split(",")
        .map((cell) => `"${cell}"`)
        .join(","),
    );
    const text = `\uFEFF${["timestamp,tag,value,quality,unit", ...quoted, ""].join("\r\n")}`;
    expect(read(Buffer.from(text)).entries).toEqual(SAMPLES);
  });
});
