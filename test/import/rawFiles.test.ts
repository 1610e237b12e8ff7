import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytesHash, rawFilesHash } from "../../src/formats/identity.ts";
import { csvReader, samplesCsvReader } from "../../src/import/csv.ts";
import { fridgetagReader } from "../../src/import/fridgetagSeries.ts";
import { readFiles, type ReadFiles } from "../../src/import/rawFiles.ts";
import type { ReadingSeries } from "../../src/import/loggerSeries.ts";
import { cutToWindow, isUnusable, mergeRepeated, type Reading, type Window } from "../../src/import/series.ts";
import { parseTime } from "../../src/input/times.ts";
import type { RawFile } from "../../src/input/files.ts";
import { refused } from "../input/refused.ts";
import { csvFile } from "./historian.ts";

/** Several files of one device make one series. */

const FOLDER = "fixtures/tables/cases";
const DEVICE = { vendor: "V", model: "M", serial: "S" };
const at = (text: string): number => parseTime(text, "test");
const STAGE: Window = {
  ...{ start: at("2026-03-10T08:10:00Z"), end: at("2026-03-10T09:50:00Z") },
  ...{ lead: 600, tail: 600, gapSeconds: 900, tick: 5 },
};
const read = csvReader(undefined, DEVICE);

const fixture = (name: string): RawFile => ({ file: name, bytes: readFileSync(`${FOLDER}/${name}`) });
const [first, second] = [fixture("split-part1.csv"), fixture("split-part2.csv")];
const line = (minute: number, value: string, quality = "Good", tag = "CR1.TT"): string =>
  `2026-03-10T08:${String(minute).padStart(2, "0")}:00Z,${tag},${value},${quality},°C`;
const made = (file: string, ...lines: readonly string[]): RawFile => ({ file, bytes: csvFile(lines) });

function readings({ series, file }: ReadFiles<ReadingSeries>, window = STAGE): readonly Reading[] {
  return cutToWindow(mergeRepeated(series.entries).entries, window, file).readings;
}

// Verifies R-import-joined.
describe("several files of one device", () => {
  it("are one series, however they are given, and are named in the order of time", () => {
    const joined = [readFiles([first, second], read), readFiles([second, first], read)];
    for (const { series, files, file } of joined) {
      expect(readings({ series, files, file, rawFileHash: 0n })).toHaveLength(11);
      expect(files.map((each) => each.file)).toEqual(["split-part1.csv", "split-part2.csv"]);
    }
    const summary = joined[0]?.series.facts.join("\n");
    expect(summary).toContain("joined: 2 files of one device, by time");
    expect(summary).toMatch(/file: split-part1\.csv\n(.+\n)+file: split-part2\.csv\n/);
    expect(joined[0]?.rawFileHash).toBe(joined[1]?.rawFileHash);
  });

  // Verifies R-format-raw-files.
  it("V205: give away the few readings that somebody does not know of them, by their hash, which has no salt", () => {
    const exported = (...closed: readonly string[]): RawFile =>
      made("a.csv", line(0, "4.5"), line(5, "4.6"), ...closed.map((value, i) => line(10 + i, value)));
    const { rawFileHash } = readFiles([exported("4.6", "4.7", "4.5")], read);
    const values = ["4.5", "4.6", "4.7"];
    const guesses = values.flatMap((a) => values.flatMap((b) => values.map((c) => [a, b, c])));
    const fitting = guesses.filter((guess) => rawFilesHash([exported(...guess).bytes]) === rawFileHash);
    expect(fitting).toEqual([["4.6", "4.7", "4.5"]]);
  });

  it("are not read by one alone, nor by a pair between which there is a gap", () => {
    expect(refused(() => readings(readFiles([first], read)))).toMatchObject({ code: "window" });
    const late = made("late.csv", ...["09:40", "09:50"].map((time) => `2026-03-10T${time}:00Z,CR1.TT,4.5,Good,°C`));
    const error = refused(() => readings(readFiles([late, first], read)));
    expect(error).toMatchObject({ code: "gap", place: "late.csv:2" });
    expect(error.message).toContain("(line 9 of split-part1.csv)");
  });

  it("may overlap where they say the same, entry by entry; each reading is there once", () => {
    const parts = [
      made("a.csv", line(0, "4.5"), line(5, "4.6"), line(9, "4.7")),
      made("b.csv", line(5, "4.60"), line(9, "4.7"), line(20, "4.8")),
    ];
    const { entries, repeated } = mergeRepeated(readFiles(parts, read).series.entries);
    expect(entries.map((entry) => (isUnusable(entry) ? "" : entry.value))).toEqual([
      ...[4_500_000n, 4_600_000n, 4_700_000n, 4_800_000n],
    ]);
    expect(repeated).toBe(2);
  });

  // Verifies F67.
  it.each([
    ["a reading more", [line(5, "4.6"), line(7, "9.9"), line(9, "4.7")], "b.csv:3", "line 4"],
    ["a reading less", [line(5, "4.6"), line(20, "4.8")], "b.csv", "line 4"],
    ["another value", [line(5, "4.6"), line(9, "4.71")], "b.csv:3", "line 4"],
    ["another quality", [line(5, "4.6"), line(9, "4.7", "Bad")], "b.csv:3", "line 4"],
    ["another raster within it", [line(6, "4.6"), line(7, "4.6")], "b.csv:2", "nothing more there"],
    ["a reading of the last time that differs", [line(9, "4.8"), line(20, "4.8")], "b.csv:2", "line 4"],
  ])("are refused where one has %s in the time that both cover", (_, lines, place, other) => {
    const first = made("a.csv", line(0, "4.5"), line(5, "4.6"), line(9, "4.7"));
    const error = refused(() => readFiles([first, made("b.csv", ...lines)], read));
    expect(error).toMatchObject({ code: "raw-file-overlap", place });
    expect(error.message).toContain("a.csv");
    expect(error.message).toContain(other);
  });

  it("of three are compared each with each", () => {
    const parts = [
      made("a.csv", line(0, "4.5"), line(30, "4.6")),
      made("b.csv", line(40, "4.5"), line(50, "4.6")),
      made("c.csv", line(20, "4.5"), line(35, "4.6")),
    ];
    expect(refused(() => readFiles(parts, read))).toMatchObject({ code: "raw-file-overlap", place: "c.csv:2" });
  });

  it("each run forward: joining hides no clock that was set back", () => {
    const backward = made("b.csv", line(20, "4.5"), line(15, "4.6"), line(25, "4.6"));
    expect(refused(() => readFiles([made("a.csv", line(10, "4.5")), backward], read))).toMatchObject({
      ...{ code: "time-backward", place: "b.csv:3" },
    });
  });

  it.each([
    ["one content twice", [first, { ...first, file: "copy.csv" }], "raw-file-twice", "copy.csv"],
    [
      "two of one name",
      [first, { ...second, file: "other/split-part1.csv" }],
      "raw-file-twice",
      "other/split-part1.csv",
    ],
    ["one without an entry", [first, made("empty.csv")], "csv-tag", "empty.csv"],
    [
      "more than 64",
      Array.from({ length: 65 }, (_, i) => made(`${i}.csv`, line(i % 60, `4.${i}`))),
      "raw-files",
      "64.csv",
    ],
  ])("are refused: %s", (_, files, code, place) => {
    expect(refused(() => readFiles(files, read))).toMatchObject({ code, place });
  });

  it("are of one device", () => {
    const exports = ["fridgetag2L_130500109088_202206081014.txt", "qtagCLm_RCPJ00010_02_202211090128.txt"];
    const files = exports.map((file) => ({ file, bytes: readFileSync(`fixtures/berlinger/${file}`) }));
    expect(refused(() => readFiles(files, fridgetagReader(0)))).toMatchObject({
      code: "device-joined",
      place: exports[1],
    });
  });

  it("are of one tag, where none was named", () => {
    const other = made("b.csv", line(20, "4.5", "Good", "CR2.TT"));
    expect(refused(() => readFiles([made("a.csv", line(10, "4.5")), other], read))).toMatchObject({
      ...{ code: "device-joined", place: "b.csv" },
    });
  });

  it("of several channels are joined sample by sample", () => {
    const tags = new Map([
      [1, "A"],
      [8, "B"],
    ]);
    const samples = (minute: number, value: string): string[] => [
      line(minute, value, "Good", "A"),
      line(minute, "40", "Good", "B").replace("°C", "%"),
    ];
    const parts = [
      made("a.csv", ...samples(0, "4.5"), ...samples(5, "4.6")),
      made("b.csv", ...samples(5, "4.6"), ...samples(9, "4.7")),
    ];
    const { entries, repeated } = mergeRepeated(readFiles(parts, samplesCsvReader(tags, DEVICE)).series.entries);
    expect([entries.length, repeated]).toEqual([3, 1]);
    const other = [parts[0] ?? first, made("b.csv", ...samples(5, "4.8"))];
    expect(refused(() => readFiles(other, samplesCsvReader(tags, DEVICE)))).toMatchObject({ code: "raw-file-overlap" });
  });
});

// Verifies R-format-raw-files.
describe("the hash of several files", () => {
  it("is a single file's own, and else changes with every file, their number and their order", () => {
    const [a, b, c] = ["a", "b", "c"].map((text) => Buffer.from(text));
    if (a === undefined || b === undefined || c === undefined) throw new Error("three files");
    expect(rawFilesHash([a])).toBe(bytesHash(a));
    const all = [[a], [a, b], [b, a], [a, b, c], [a, c], [Buffer.from("ab")]].map(rawFilesHash);
    expect(new Set(all).size).toBe(all.length);
    // SHA-256 of the text that docs/spec/formats.md says, computed apart from the project.
    expect(rawFilesHash([a, b])).toBe(0xa2923d23dc8e7934424259b0a075bea4381a3ed92aa9802186dfd3604c89e7n);
  });
});
