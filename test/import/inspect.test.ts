import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { inspectFile } from "../../src/import/inspect/inspect.ts";
import { DAILY_HISTORY } from "../../src/import/fridgetagSeries.ts";
import { inspectFridgetag } from "../../src/import/inspect/fridgetag.ts";
import type { Inspection } from "../../src/import/inspect/inspection.ts";
import { eventsOf, intervalOf } from "../../src/import/inspect/timeline.ts";
import type { Entry } from "../../src/import/series.ts";
import { refusedAsync } from "../input/refused.ts";
import { csvFile } from "./historian.ts";
import { FRIDGETAG_2, FRIDGETAG_2L, fixture, Q_TAG, resigned, TAMPERED, TEST_ISSUER } from "./logger.ts";

/** Entries at these seconds; entry i stands on line 10 + i. */
const at = (...seconds: readonly number[]): Entry[] => seconds.map((time, i) => ({ line: 10 + i, time }));
const every = (step: number, count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => from + i * step);
const found = (entries: readonly Entry[], end?: number): unknown =>
  eventsOf(entries, intervalOf(entries), end).map(({ kind, seconds, shift, before, after }) => [
    ...[kind, seconds, shift],
    ...[before.line, after.line],
  ]);

// Verifies R-import-inspect.
describe("the times of a series", () => {
  it("have the most frequent step as their interval, and none of fewer than two", () => {
    expect(intervalOf(at(0, 60, 120, 500, 560))).toBe(60);
    expect([intervalOf(at()), intervalOf(at(0)), intervalOf(at(5, 5))]).toEqual([undefined, undefined, undefined]);
    expect([found(at()), found(at(0)), found(at(0), 9999)]).toEqual([[], [], []]);
  });

  it("have a gap over one and a half intervals, and none at that", () => {
    expect(found(at(...every(60, 20), 1140 + 90))).toEqual([["clock", 30, 30, 29, 30]]);
    expect(found(at(...every(60, 20), 1140 + 91))).toEqual([["gap", 91, -29, 29, 30]]);
    expect(found(at(...every(60, 20), ...every(60, 20, 1140 + 600)))).toEqual([["gap", 600, 0, 29, 30]]);
  });

  it("leave their raster after a gap, or without one, where a clock was corrected; a tenth of the interval is a beat", () => {
    expect(found(at(...every(60, 20), ...every(60, 20, 1140 + 612)))).toEqual([["gap", 612, 12, 29, 30]]);
    expect(found(at(...every(60, 20), ...every(60, 20, 1140 + 50)))).toEqual([["clock", -10, -10, 29, 30]]);
    expect(found(at(...every(60, 20), ...every(60, 20, 1140 + 55)))).toEqual([]);
    // Entries that keep no raster can leave none.
    expect(found(at(0, 60, 100, 160, 220, 250, 310))).toEqual([]);
  });

  it("run backward where the clock was set back, raster or not", () => {
    expect(found(at(...every(60, 20), ...every(60, 20, 1140 + 60 - 3600)))).toEqual([["clock", -3600, -3600, 29, 30]]);
    expect(found(at(0, 60, 100, 160, 90))).toEqual([["clock", -130, -130, 13, 14]]);
  });

  it("miss a tail where the device went on for more than one and a half intervals", () => {
    expect(found(at(...every(60, 20)), 1140 + 90)).toEqual([]);
    expect(found(at(...every(60, 20)), 1140 + 91)).toEqual([["tail", 91, 0, 29, 29]]);
  });
});

const changed = (name: string, from: string | RegExp, to: string, offset?: number): Inspection => {
  const bytes = resigned(name, (content) => {
    const result = content.replace(from, to);
    if (result === content) throw new Error("nothing was changed");
    return result;
  });
  return inspectFridgetag(bytes, "f.txt", offset === undefined ? {} : { offset }, TEST_ISSUER);
};

// Verifies R-import-inspect.
describe("a Fridge-tag's export", () => {
  it("says device, signature, clock, interval, gap, rows and commands", async () => {
    const { device, facts, series, commands } = await inspectFile(fixture(FRIDGETAG_2L), "f.txt", {});
    expect(device).toEqual({ vendor: "Berlinger & Co. AG", model: "Q-tag Fridge-tag 2 L", serial: "130500109088" });
    expect(facts[0]).toMatch(/^signed: valid, by a key of lot 1794_20_08/);
    expect(series).toMatchObject([
      {
        ...{ channels: ["temperature"], entries: 10_653, interval: 300, skipped: [], minimum: "-8.4", maximum: "30.2" },
        ...{ first: "2022-05-02 04:44", last: "2022-06-08 10:11", qualities: [{ word: "x", entries: 5_994 }] },
        events: [
          {
            kind: "gap",
            seconds: 352 * 60,
            shift: 120,
            from: "2022-05-02 04:44",
            to: "2022-05-02 10:36",
            lines: [532, 533],
          },
        ],
        rows: [
          { line: 532, time: "2022-05-02 04:44", value: "26.3" },
          { line: 5858, time: "2022-05-20 22:21", value: "26.3" },
          { line: 11184, time: "2022-06-08 10:11", value: "5.7" },
        ],
      },
    ]);
    expect(series[0]?.curve).toHaveLength(48);
    expect(commands).toEqual([
      "batchproof party add PARTIES --device 'Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088' --org ORG --name NAME --from TIME --to TIME",
      "batchproof import fridgetag f.txt --into DIR --claim STAGE/CLAIM --source KEYFILE --offset OFFSET",
    ]);
  });

  it("has its times in UTC under an offset, and prints the command with it", async () => {
    const { series, commands } = await inspectFile(fixture(FRIDGETAG_2L), "f.txt", { offset: 3600 });
    expect([series[0]?.first, series[0]?.rows[2]?.time]).toEqual(["2022-05-02T03:44:00Z", "2022-06-08T09:11:00Z"]);
    expect(commands[1]).toMatch(/ --offset \+01:00$/);
  });

  it("names what has no value, a clock set back, a missing tail and a battery that was lost", () => {
    const missing = changed(FRIDGETAG_2L, "\t26.3\tx", "\t--.-\tx");
    expect(missing.series[0]?.skipped).toEqual([{ what: "--.-", code: "reading-missing", entries: 1, line: 532 }]);
    expect(missing.series[0]?.rows[0]).toEqual({ line: 532, time: "2022-05-02 04:44", quality: "--.-" });

    const back = changed(FRIDGETAG_2L, "2022-05-06 12:01\t", "2022-05-06 11:01\t");
    expect(back.series[0]?.events).toMatchObject([
      { kind: "gap" },
      { kind: "clock", seconds: -3600 },
      { kind: "gap", seconds: 3900 },
    ]);
    expect(back.series[0]?.refused).toMatchObject({ code: "time-backward", place: "f.txt:1702" });
    expect(back.commands).toHaveLength(1);

    const tail = changed(FRIDGETAG_2L, /(\t2022-06-08 [^\n]*\n)+/, "");
    expect(tail.series[0]?.events.at(-1)).toMatchObject({
      kind: "tail",
      from: "2022-06-07 23:56",
      to: "2022-06-08 10:14",
    });
    expect(changed(FRIDGETAG_2L, /(\t2022-06-08 [^\n]*\n)+/, "", 3600).series[0]?.events.at(-1)?.to).toBe(
      "2022-06-08T09:14:00Z",
    );

    const battery = changed(Q_TAG, "TS Batt Crit:", "TS Batt Crit: 2022-11-08 12:00").facts;
    expect(battery).toContain("battery: lost, critical from 2022-11-08 12:00 on the device's clock");
  });

  it("has no series, and no import to paste, where the device keeps a daily history", async () => {
    const { series, facts, commands } = await inspectFile(fixture(FRIDGETAG_2), "f.txt", {});
    expect([series, commands.length]).toEqual([[], 1]);
    expect(facts).toContain(`\`import\` refuses it: ${DAILY_HISTORY}`);
    const days = facts.filter((fact) => fact.startsWith("day "));
    expect(days).toHaveLength(60);
    expect(days[0]).toBe(
      "day 2023-02-14: minimum 18.0 °C at 00:00, maximum 18.8 °C at 04:57; beyond its own high limit for 6 h 6 min, alarm",
    );
    const blank = changed(FRIDGETAG_2, "Min T: +18.0, TS Min T: 00:00", "Min T: --.-, TS Min T: --:--").facts;
    expect(blank.join()).toContain("day 2023-02-14: no minimum, maximum 18.8 °C at 04:57");
    expect(facts).toContain("device error 19: 1 time, last at 2022-03-24 15:30 on the device's clock");
  });

  it("is refused as import refuses it where its signature does not fit", async () => {
    const inspecting = inspectFile(fixture(TAMPERED), "f.txt", {});
    expect(await refusedAsync(inspecting)).toMatchObject({ code: "device-signature" });
  });
});

const line = (minute: number, tag: string, value: string, unit: string, quality = "Good"): string =>
  `2022-05-05T16:${minute.toString().padStart(2, "0")}:00Z,${tag},${value},${quality},${unit}`;
const inspected = (lines: readonly string[], tag?: string): Promise<Inspection> =>
  inspectFile(csvFile(lines), "h.csv", tag === undefined ? {} : { tag });

// Verifies R-import-inspect.
describe("a CSV file in long form", () => {
  it("says for each tag its possible channels, quality words, what is passed over, and a tail that others have", async () => {
    const { series, commands } = await inspected([
      ...[0, 5, 10, 15, 20].map((minute) => line(minute, "CO2", "150", "%")),
      ...[line(0, "TT", "4.5", "Cel"), line(5, "TT", "", "Cel"), line(10, "TT", "4.7", "Cel", "Bad")],
    ]);
    expect(series).toMatchObject([
      {
        name: "CO2",
        channels: ["carbonDioxide", "dissolvedOxygen", "relativeHumidity", "oxygen"],
        // As dissolved oxygen, it is a reading.
        skipped: [],
        events: [],
      },
      {
        name: "TT",
        qualities: [
          { word: "Good", entries: 2 },
          { word: "Bad", entries: 1 },
        ],
        skipped: [
          { what: "", code: "quantity-blank", entries: 1, line: 8 },
          { what: "Bad", code: "quality", entries: 1, line: 9 },
        ],
        events: [{ kind: "tail", seconds: 600 }],
        minimum: "4.5",
        maximum: "4.5",
        curve: "▁",
      },
    ]);
    expect(commands.slice(1).map((command) => command.replace(/ --device.*/, ""))).toEqual([
      "batchproof import csv h.csv --tag CO2",
      "batchproof import csv h.csv --tag TT",
      "batchproof import csv h.csv --tag CHANNEL=CO2 --tag temperature=TT",
    ]);
  });

  it.each([
    ["a unit that no channel has", [line(0, "TT", "40.1", "°R")], "unit", 2],
    ["a value that is no number", [line(0, "TT", "4.5", "Cel"), line(5, "TT", "warm", "Cel")], "quantity-syntax", 3],
    ["times without a zone", [line(0, "TT", "4.5", "Cel").replace("Z", "")], "time-zone", 2],
    [
      "a time that runs backward",
      [line(5, "TT", "4.5", "Cel"), line(0, "TT", "4.5", "Cel"), line(6, "TT", "4.5", "Cel")],
      "time-backward",
      3,
    ],
    ["two values at one time, and no other", [line(5, "TT", "4.5", "Cel"), line(5, "TT", "4.6", "Cel")], "window", 2],
    ["no entry that is good", [line(5, "TT", "4.5", "Cel", "Bad")], "window", 2],
    ["a word of quality that nobody knows", [line(5, "TT", "4.5", "Cel", "true")], "quality-word", 2],
  ])("says what import would refuse it for, and prints no import: %s", async (_, lines, code, place) => {
    const { series, commands } = await inspected(lines);
    expect(series).toMatchObject([{ name: "TT", entries: lines.length, refused: { code, place: `h.csv:${place}` } }]);
    expect(series[0]?.refused?.remedy).not.toBe("");
    expect(commands).toHaveLength(1);
  });

  it("reads the tags that can be read beside some that cannot, newest first and in °F too", async () => {
    const { series, facts, commands } = await inspected([
      ...[line(10, "F", "50", "°F"), line(10, "W", "warm", "Cel"), line(10, "Q", "4.5", "Cel", "so-so")],
      ...[line(0, "F", "40.2", "°F"), line(0, "X", "1", "bar"), line(0, "Y", "1", "furlong")],
    ]);
    expect(series.map(({ name, refused }) => [name, refused?.code, refused?.place])).toEqual([
      ["F", undefined, undefined],
      ["W", "quantity-syntax", "h.csv:3"],
      ["Q", "quality-word", "h.csv:4"],
      ["X", "unit", "h.csv:6"],
      ["Y", "unit", "h.csv:7"],
    ]);
    expect(series[0]).toMatchObject({ unit: "°F", symbol: "°C", minimum: "41.0/9", maximum: "10.0" });
    expect(facts).toContain("order: newest first, read backwards");
    expect(commands).toHaveLength(2);
    const many = Array.from({ length: 10 }, (_, i) => line(0, `T${i}`, "warm", "Cel"));
    expect(await refusedAsync(inspected(many))).toMatchObject({ code: "inspect-form", place: "h.csv:10" });
  });

  it("shows one tag alone, and refuses one that is not there", async () => {
    const lines = [line(0, "A", "4.5", "Cel"), line(0, "B", "4.5", "Cel")];
    expect((await inspected(lines, "B")).series.map(({ name }) => name)).toEqual(["B"]);
    expect(await refusedAsync(inspected(lines, "C"))).toMatchObject({ code: "csv-tag" });
  });
});

// Verifies R-import-inspect.
describe("other files", () => {
  it("an MES's record and a laboratory's results are told apart, with their own commands", async () => {
    const mes = "fixtures/b2mml/BatchML-v0401_ProductionBatchRecord_Example_v06.xml";
    const record = await inspectFile(readFileSync(mes), "r.xml", {});
    expect(record.facts.join()).toContain("executed elements: 15; exceptions: 3, comments: 2, signatures: 7");
    expect(record.commands).toEqual(["batchproof import batchml r.xml --into DIR --batch-id BX10"]);
    const present = await inspectFile(readFileSync("fixtures/b2mml/batchml-present-namespace.xml"), "p.xml", {});
    expect(present.facts.join()).toContain("events: the record has no list of them");
    expect(present.commands).toEqual(["batchproof import batchml p.xml --into DIR --batch-id BPR-1"]);
    const results = await inspectFile(readFileSync("fixtures/needle-to-needle/release-tests-01.csv"), "l.csv", {});
    expect(results.facts.slice(1, 3)).toEqual([
      "results: 15, in the units 10*6{cells}, %, [EU]/mL, {copies}/{cell}, kg, mL",
      "line 2: appearance is cloudy liquid solution , tested 2022-05-21T17:00:00Z",
    ]);
  });

  it("XML over the size that import takes is refused before it is parsed", async () => {
    const inspecting = inspectFile(Buffer.alloc(8 * 2 ** 20 + 1, "<"), "r.xml", {});
    expect(await refusedAsync(inspecting)).toMatchObject({ code: "file-size", place: "r.xml" });
    const parsed = inspectFile(Buffer.alloc(8 * 2 ** 20, "<"), "r.xml", {});
    expect(await refusedAsync(parsed)).not.toMatchObject({ code: "file-size" });
  });

  it("what is none of them is refused with what it begins with, and nothing of it acts", async () => {
    const inspecting = inspectFile(Buffer.from('"Plot Title: \u001b[31mFR-01"\nmore'), "x", {});
    const error = await refusedAsync(inspecting);
    expect(error).toMatchObject({ code: "inspect-form", place: "x:1" });
    expect(error.message).toContain('begins with ""Plot Title: ?[31mFR-01""');
  });

  // Verifies R-import-hostile, F2.
  it("whatever is changed in a file, there is an answer or an error of ours", async () => {
    const whole = [
      csvFile([0, 5, 10].flatMap((minute) => [line(minute, "A", "4.5", "Cel"), line(minute, "B", "5", "%")])),
      fixture(Q_TAG),
      readFileSync("fixtures/needle-to-needle/release-tests-01.csv"),
    ];
    const change = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 6 }), cut: fc.nat({ max: 8 }) });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...whole), fc.array(change, { maxLength: 4 }), async (bytes, changes) => {
        const text = changes.reduce<Buffer>((now, { at: place, bytes: put, cut }) => {
          const start = place % (now.length + 1);
          return Buffer.concat([now.subarray(0, start), put, now.subarray(start + cut)]);
        }, bytes);
        const ended = await inspectFile(text, "f", {}).catch((error: unknown) => error);
        expect(ended instanceof Error && !(ended instanceof BatchproofError)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
