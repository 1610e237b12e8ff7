import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { inspectFile } from "../../src/import/inspect/inspect.ts";
import { DAILY_HISTORY } from "../../src/import/fridgetagSeries.ts";
import { inspectFridgetag } from "../../src/import/inspect/fridgetag.ts";
import type { Inspection, InspectRequest, NamedProfile } from "../../src/import/inspect/inspection.ts";
import { eventsOf, intervalOf } from "../../src/import/inspect/timeline.ts";
import type { Entry } from "../../src/import/series.ts";
import { toHex } from "../../src/formats/field.ts";
import { parseProfile } from "../../src/import/table/profile.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import { formatTime } from "../../src/input/times.ts";
import { refused, refusedAsync } from "../input/refused.ts";
import { csvFile } from "./historian.ts";
import { workbookFiles, zipOf } from "./workbook.ts";
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
    expect(series[0]).toMatchObject({ unit: "°F", symbol: "°C", minimum: "4.5555... (41.0/9)", maximum: "10.0" });
    expect(facts).toContain("order: newest first, read backwards");
    expect(commands).toHaveLength(2);
    const many = await inspected(Array.from({ length: 10 }, (_, i) => line(0, `T${i}`, "warm", "Cel")));
    expect(many.series.map(({ refused }) => refused?.place).at(-1)).toBe("h.csv:11");
  });

  it("shows one tag alone, and refuses one that is not there", async () => {
    const lines = [line(0, "A", "4.5", "Cel"), line(0, "B", "4.5", "Cel")];
    expect((await inspected(lines, "B")).series.map(({ name }) => name)).toEqual(["B"]);
    expect(await refusedAsync(inspected(lines, "C"))).toMatchObject({ code: "csv-tag" });
  });
});

/** A workbook of one sheet, of these rows of texts. */
const workbookOf = (rows: readonly (readonly string[])[]): Uint8Array => {
  const row = (cells: readonly string[]): string =>
    cells.map((text) => (/^[\d.]+$/.test(text) ? `<c><v>${text}</v></c>` : `<c t="str"><v>${text}</v></c>`)).join("");
  const xml = `<sheetData>${rows.map((cells) => `<row>${row(cells)}</row>`).join("")}</sheetData>`;
  return zipOf(workbookFiles([{ name: "Room", xml }]));
};

/** A shape of `fixtures/tables`, or a text, as `inspect` sees it. */
const tabled = (content: string | Uint8Array, request: InspectRequest = {}): Promise<Inspection> =>
  inspectFile(Buffer.from(content), "t.csv", request);
const shape = (name: string): Buffer => readFileSync(`fixtures/tables/shapes/${name}`);
const HOBO_HEADER =
  '"#","Date Time, GMT-07:00","Temp, °F (LGR S/N: 77, SEN S/N: 77, LBL: p)","Bad Battery (LGR S/N: 77)","End Of File (LGR S/N: 77)"';
const given = (profile: object): NamedProfile => ({ given: "p.json", profile: parseProfile(profile, "p.json") });

// Verifies R-import-inspect, R-import-propose.
describe("a table", () => {
  it.each([
    ["hoboware.csv", "hoboware", "S"],
    ["hoboware-minimal.csv", "hoboware-minimal", "SERIAL"],
    ["hoboware-classic.txt", "hoboware-classic", "SERIAL"],
    ["logtag.csv", "logtag", "SERIAL"],
    ["ibutton.csv", "ibutton", "S"],
    ["ruuvi.csv", "ruuvi", "SERIAL"],
    ["labview.lvm", "labview", "SERIAL"],
    ["wide.csv", "wide", "SERIAL"],
    ["long.csv", "long", "SERIAL"],
  ])("%s is read by the profile %s, which is proposed", async (name, profile, serial) => {
    const { series, commands, facts, ...found } = await tabled(shape(name));
    expect([found.profile?.name, found.profile?.hash]).toEqual([profile, toHex(shippedProfile(profile).hash)]);
    expect(series[0]).toMatchObject({ entries: 4, interval: 600, minimum: "4.5", maximum: "4.8", curve: "▁▃▆█" });
    expect(commands[0]).toContain(`party add PARTIES --device 'VENDOR|MODEL|${serial}'`);
    const [reading] = profile === "long" ? ["import csv t.csv"] : [`import table t.csv --profile ${profile}`];
    expect(commands[1]).toContain(reading);
    const isOpen = shippedProfile(profile).profile.zone === "given";
    expect(commands[1]?.endsWith(" --offset OFFSET")).toBe(isOpen);
    expect(facts.join()).toContain(isOpen ? "no offset is guessed: add --offset, or --zone" : "clock: ");
    expect(series[0]?.first).toBe(isOpen ? "2026-03-10 08:00" : "2026-03-10T08:00:00.25Z".replace(".25", ""));
  });

  it("has its own clock in UTC under an offset or a zone, which the command repeats", async () => {
    const offset = await tabled(shape("logtag.csv"), { offset: 3600 });
    expect([offset.series[0]?.first, offset.commands[1]]).toEqual([
      "2026-03-10T07:00:00Z",
      expect.stringMatching(/ --offset \+01:00$/),
    ]);
    const zone = await tabled(shape("logtag.csv"), { zone: "Europe/Berlin" });
    expect([zone.series[0]?.last, zone.commands[1]]).toEqual([
      "2026-03-10T07:30:00Z",
      expect.stringMatching(/ --zone Europe\/Berlin$/),
    ]);
    const twice = "1,10/25/2026,02:30:00,4.5,45.1,\n2,10/25/2026,04:30:00,4.5,45.1,\n";
    const logtag = given(shippedProfile("logtag").profile);
    const ambiguous = await tabled(twice, { zone: "Europe/Berlin", profiles: [logtag] });
    expect(ambiguous.series[0]?.refused).toMatchObject({ code: "time-ambiguous", place: "t.csv:1" });
    const stated = await tabled(shape("long.csv"), { offset: 3600 });
    expect([stated.commands, stated.unfit?.[0]?.refused.code]).toEqual([[], "offset-stated"]);
    const fridge = inspectFile(fixture(FRIDGETAG_2L), "f.txt", { zone: "Europe/Berlin" });
    expect(await refusedAsync(fridge)).toMatchObject({ code: "usage", place: "--zone" });
  });

  it("names gaps, what is passed over, what the device marked, and dates that the file does not tell apart", async () => {
    const row = (n: number, day: string, time: string, value: string, marks = ","): string =>
      `${n},03/${day}/26 ${time} AM,${value},${marks}`;
    const rows = [
      ...[row(1, "10", "08:00:00", "40.1"), row(2, "10", "08:10:00", ""), row(3, "10", "08:20:00", "40.1")],
      ...[row(4, "10", "10:30:00", "40.5"), row(5, "10", "10:31:00", "", "Logged,"), row(6, "10", "10:40:00", "40.5")],
    ];
    const { series, facts } = await tabled(['"Plot Title: x"', HOBO_HEADER, ...rows, ""].join("\n"));
    expect(series[0]).toMatchObject({
      skipped: [{ code: "quantity-blank", entries: 1, line: 4 }],
      events: [{ kind: "gap", seconds: 130 * 60, lines: [5, 6] }],
    });
    expect(facts).toContain('marked by the device in column "Bad Battery (LGR S/N: 77)": 1');
    expect(facts.join()).toContain('serial number "77", to be registered letter for letter');
    expect(facts.join()).toContain("does not tell day and month apart, for no day in it is over 12");
    const later = rows.map((each) => each.replace("03/10", "03/20"));
    const told = await tabled(['"Plot Title: x"', HOBO_HEADER, ...later, ""].join("\n"));
    expect(told.facts.join()).not.toContain("day and month");
  });

  it.each([
    ["12", "23:50:00", true],
    ["13", "00:10:00", false],
    ["12", "00:10:00", true],
  ])(
    "says that its dates may be read in two ways exactly while no day is over 12: %s, %s",
    async (day, time, isOpen) => {
      // The day of the file counts, and not that of UTC, which is the 11th, the 12th or the 13th.
      const text = `1,03/${day}/2026,${time},4.5,45.1,\n`;
      for (const offset of [43_200, -43_200]) {
        const { facts } = await tabled(text, { offset, profiles: [given(shippedProfile("logtag").profile)] });
        expect(facts.join().includes("tell day and month apart")).toBe(isOpen);
      }
    },
  );

  it("of several columns of one channel prints a command for each, and none that names the channel twice", async () => {
    const text = (two: string): string => `timestamp,Fridge 1 (°C),${two}\n2026-03-10T08:00:00Z,4.5,5.5\n`;
    expect((await tabled(text("Fridge 2 (°C)"))).commands.slice(1)).toEqual([
      expect.stringContaining("--tag 'Fridge 1 (°C)' --device"),
      expect.stringContaining("--tag 'Fridge 2 (°C)' --device"),
    ]);
    expect((await tabled(text("Room (kPa)"))).commands.at(-1)).toContain("--tag 'pressure=Room (kPa)'");
  });

  it("whose last line has no line end says so, whether a profile is known or not", async () => {
    const cut = await tabled(shape("wide.csv").subarray(0, -1));
    expect(cut.unfit).toMatchObject([{ profile: "wide", refused: { code: "csv-cut-off" } }]);
    expect(cut.facts.join()).toContain("the last line has no line end");
    expect((await tabled("when;what\n2026-03-10;4,5\n2026-03-11;4,6")).facts.join()).toContain("no line end");
    expect((await tabled("when;what\n2026-03-10;4,5\n2026-03-11;4,6\n")).facts.join()).not.toContain("no line end");
  });

  it.each([
    ["a decimal comma", '2026-03-10T08:00:00Z,"4,5"', "quantity-comma"],
    ["a word", "2026-03-10T08:00:00Z,warm", "quantity-syntax"],
    ["a day that is none", "2026-13-10T08:00:00Z,4.5", "time-impossible"],
  ])("is never to be mended by hand: %s", async (_, row, code) => {
    const { series } = await tabled(`timestamp,A (°C)\n${row}\n`);
    expect(series[0]?.refused).toMatchObject({
      code,
      remedy: expect.stringMatching(/^Change nothing in the file/) as unknown,
    });
  });

  it("is named in commands so that a shell and the parser of options read its name back", async () => {
    const { commands } = await inspectFile(shape("wide.csv"), "-a\nb.csv", {});
    expect(commands[1]).toContain(`import table "$(printf -- './-a\\012b.csv')" --profile wide`);
    const begun = await inspectFile(shape("hoboware.csv"), "-a.csv", {});
    expect(begun.commands[1]).toContain("import table ./-a.csv --profile hoboware");
  });

  it("of several columns says so, and names --tag", async () => {
    const { series, facts, commands } = await tabled(shape("wide.csv"));
    expect(series.map(({ name }) => name)).toEqual(["Fridge 1 (°C)", "Room (%)"]);
    expect(facts).toContain("columns of values: 2; --tag names the one to import");
    expect(commands[1]).toContain("--tag 'Fridge 1 (°C)'");
    expect((await tabled(shape("wide.csv"), { tag: "Room (%)" })).series).toHaveLength(1);
    const wrong = tabled(shape("wide.csv"), { tag: "Room" });
    expect((await refusedAsync(wrong)).message).toContain("its tags are: Fridge 1 (°C), Room (%)");
  });

  it("that nearly fits says what it is refused for, and so does a given profile", async () => {
    const column = HOBO_HEADER.replace("Bad Battery", "Water Detect");
    const { form, unfit, skeleton, commands } = await tabled(['"Plot Title: x"', column, "1,a,b,c,d", ""].join("\n"));
    expect([form, skeleton, commands]).toEqual(["a table that no profile reads", undefined, []]);
    expect(unfit).toMatchObject([{ profile: "hoboware", refused: { code: "csv-header", place: "t.csv:2" } }]);
    expect(unfit?.[0]?.refused.message).toContain('knows no column "Water Detect');
    // One column of several that any export may have is no sign of a profile.
    const { unfit: none, skeleton: begun } = await tabled(
      "timestamp,T\n2026-03-10T08:00:00Z,4.5\n2026-03-10T08:10:00Z,4.5\n",
    );
    expect([none, begun]).toEqual([[], expect.objectContaining({ delimiter: "," })]);
    const other = await tabled(shape("wide.csv"), { profiles: [given(shippedProfile("ruuvi").profile)] });
    expect([other.profile?.name, other.unfit]).toMatchObject([
      "wide",
      [{ profile: "p.json", refused: { code: "csv-header" } }],
    ]);
  });

  it("is read by the given profile before the shipped ones, which are said to read it too", async () => {
    const mine = { ...shippedProfile("wide").profile, name: "mine" };
    const { profile, facts, commands } = await tabled(shape("wide.csv"), { profiles: [given(mine)] });
    expect([profile?.name, commands[1]]).toEqual(["mine", expect.stringContaining("--profile p.json")]);
    expect(facts.join()).toContain("profile wide reads the beginning of the file, too");
  });

  it("is tried beyond its beginning, in every encoding", async () => {
    const rows = (value: (i: number) => string): string =>
      ["timestamp,A (°C)", ...every(60, 3000).map((at, i) => `${formatTime(1e9 + at)},${value(i)}`), ""].join("\n");
    const spiked = await tabled(rows((i) => (i === 1501 ? "9.5" : i === 1 ? "0.0" : "4.5")));
    expect([spiked.series[0]?.curve, spiked.series[0]?.maximum]).toEqual([
      `▁${"▄".repeat(23)}█${"▄".repeat(23)}`,
      "9.5",
    ]);
    const late = await tabled(rows((i) => (i === 2900 ? "warm" : "4.5")));
    expect(late.series[0]?.refused).toMatchObject({ code: "quantity-syntax", place: "t.csv:2902" });
    for (const encoding of ["utf-16le", "utf-16be"] as const) {
      const bytes = Buffer.from(`\uFEFF${rows(() => "4.5")}`, "utf16le");
      const profile = { ...shippedProfile("wide").profile, encoding };
      const found = await tabled(encoding === "utf-16le" ? bytes : bytes.swap16(), { profiles: [given(profile)] });
      expect(found.series[0]?.entries).toBe(3000);
    }
  });
});

// Verifies R-import-propose.
describe("a table that no profile reads", () => {
  const workbook = workbookOf([
    ["Monitoring export"],
    ["Serial: XK-77"],
    ["Timestamp", "Temperature °C", "Alarm"],
    ["46091.375", "4.5"],
    ["46091.381944444445", "4.6"],
  ]);
  const json = JSON.stringify({
    unit: "C",
    data: { rows: [1773133200000, 1773133800000].map((time, i) => ({ time, value: 4.5 + i / 10 })) },
  });
  const ndjson = '{"t":"2026-03-10T09:00:00Z","v":4.5}\n{"t":"2026-03-10T09:10:00Z","v":4.6}\n';
  const table = "Logger;X1\n\nZeit;Temp (°C);Status\n05.03.2026 08:00;4,5;ok\n15.03.2026 08:10;4,6;ok\n";

  it("is described, and the profile to start from reads it once its capitals are filled in", async () => {
    const { facts, skeleton, commands } = await tabled(Buffer.from(table, "latin1"));
    expect(facts).toEqual([
      "encoding, guessed: latin-1",
      'delimiter, guessed: ";", with 3 columns',
      "header, guessed: line 3: Zeit | Temp (°C) | Status",
      ...["first lines:", "  1: Logger;X1", "  2: ", "  3: Zeit;Temp (°C);Status", "  4: 05.03.2026 08:00;4,5;ok"],
    ]);
    expect(commands).toEqual([]);
    expect(refused(() => parseProfile(skeleton, "p.json"))).toMatchObject({ code: "profile" });
    const filled = given({ ...skeleton, name: "mine", about: "mine" });
    const found = await tabled(Buffer.from(table, "latin1"), { profiles: [filled], offset: 3600 });
    expect(found.series[0]).toMatchObject({ first: "2026-03-05T07:00:00Z", minimum: "4.5", maximum: "4.6" });
  });

  it("in long form whose times have no zone is no other profile's: the one to start from says where they stand", async () => {
    const local = readFileSync("fixtures/tables/cases/dst-local.csv");
    const [plain, told] = [await tabled(local), await tabled(local, { zone: "Europe/Berlin" })];
    expect(plain.series[0]?.refused).toMatchObject({ code: "time-zone" });
    expect(told.unfit).toMatchObject([{ profile: "long", refused: { code: "offset-stated" } }]);
    expect(told.unfit?.[0]?.refused.message).toMatch(/^The profile long reads times that say their own offset/);
    expect([...plain.commands, ...told.commands].join()).not.toContain("batchproof import");
    const begun = {
      zone: "given",
      columns: expect.arrayContaining([expect.objectContaining({ is: "time" })]) as unknown,
    };
    expect([plain.skeleton, told.skeleton]).toMatchObject([begun, begun]);
    const filled = given({ ...told.skeleton, name: "mine" });
    const once = local.toString("utf8").split("\n").slice(0, 7).join("\n");
    const read = await tabled(`${once}\n`, { profiles: [filled], offset: 3600 });
    expect(read.series[0]).toMatchObject({ name: "INC.TT", first: "2025-10-26T00:00:00Z" });
    expect(read.commands[1]).toContain("import table t.csv --profile p.json");
    // Times that do say their offset are the profile's own.
    expect((await tabled(shape("long.csv"), { offset: 3600 })).skeleton).toBeUndefined();
  });

  it.each([
    [
      "one of a workbook",
      workbook,
      "layout: xlsx; sheet Room of 1",
      { layout: "xlsx", before: { lines: 2 } },
      { offset: 0 },
    ],
    [
      "one of a JSON document",
      json,
      'the 2 elements of the array at "/data/rows"',
      { layout: "json", rows: "/data/rows" },
      {},
    ],
    ["one of lines of JSON", ndjson, "layout: ndjson; a row a line", { layout: "ndjson" }, {}],
  ])("is begun with its own layout: %s", async (_, bytes, fact, members, told) => {
    const { form, facts, skeleton, commands } = await tabled(bytes);
    expect([form, commands]).toEqual([expect.stringContaining("that no profile reads"), []]);
    expect(facts.join("\n")).toContain(fact);
    expect(facts.join("\n")).toContain("4.5");
    expect(facts.at(-1)).toContain("docs/spec/profiles.md#layouts");
    expect(skeleton).toMatchObject(members);
    expect(refused(() => parseProfile(skeleton, "p.json"))).toMatchObject({ code: "profile" });
    const filled = JSON.parse(JSON.stringify({ ...skeleton, name: "mine" }).replaceAll('"UNIT"', '"Cel"')) as object;
    const read = await tabled(bytes, { profiles: [given(filled)], ...told });
    expect(read.series[0]).toMatchObject({ entries: 2, minimum: "4.5", maximum: "4.6", first: "2026-03-10T09:00:00Z" });
  });

  it.each([
    ["a workbook", "PK\u0003\u0004and no more", "This looks like an Excel workbook, but cannot be read"],
    ["JSON", '{"rows": [{"t": 1}, {"t"', "This looks like JSON, but cannot be read: This is not valid JSON."],
  ])("is called what it looks like where it is damaged: %s", async (_, text, message) => {
    const error = await refusedAsync(tabled(text));
    expect([error.code, error.message]).toEqual(["inspect-form", expect.stringContaining(message)]);
  });

  it("says its units in the headers of the profile to start from, so that another unit is refused", async () => {
    const text = (unit: string): string =>
      `Time,Fridge 1 [${unit}],Room (${unit}),Temp max\n` +
      "2026-03-10T08:00:00Z,40.1,70.5,41\n2026-03-10T08:10:00Z,40.1,--.-,85.0\n2026-03-10T08:20:00Z,40.1,ERR,41\n";
    const { skeleton, facts } = await tabled(text("°F"));
    expect(skeleton).toMatchObject({
      columns: [
        { is: "time" },
        { name: "Fridge 1 [{unit}]", is: "value" },
        { name: "Room ({unit})", is: "value" },
        { name: "Temp max", is: "value", unit: "UNIT" },
      ],
      units: { "°F": "[degF]" },
      missing: ["ERR"],
    });
    expect(facts.join("\n")).toContain('taken for missing values: "ERR"; compare each');
    expect(facts.join("\n")).toContain('a sensor that fails may write "85.0"');
    const text1 = JSON.stringify({ ...skeleton, name: "mine" }).replace('"UNIT"', '"[degF]"');
    const profiles = [given(JSON.parse(text1) as object)];
    expect((await tabled(text("°F"), { profiles })).series[1]).toMatchObject({ unit: "°F", entries: 3 });
    expect((await tabled(text("°C"), { profiles })).series[0]?.refused).toMatchObject({ code: "unit" });
  });

  it("has a template only where no other column fits it, and one for two columns that differ in the unit", async () => {
    const rows = ["2026-03-10T08:00:00Z,4.5,45,1", "2026-03-10T08:10:00Z,4.6,45,1", ""].join("\n");
    const two = await tabled(`Time,Room (°C),Room (%),Room (x)\n${rows}`);
    expect(two.skeleton).toMatchObject({
      columns: [{}, { name: "Room (°C)", unit: "Cel" }, { name: "Room (%)", unit: "%" }, {}],
    });
    const one = await tabled(`Time,Room (°C),Room (%),No.\n${rows}`);
    expect(one.skeleton).toMatchObject({ columns: [{}, { name: "Room ({unit})", many: true }, { name: "No." }] });
  });

  it("never says which of two forms of time it is, nor a unit that it does not know", async () => {
    const { skeleton } = await tabled("when,reading\n03/04/2026 08:00,4.5\n03/05/2026 08:00,4.5\n");
    expect(skeleton).toMatchObject({
      columns: [
        { name: "when", is: "time", form: "FORM: d/M/yyyy H:mm[:ss] OR M/d/yyyy H:mm[:ss]" },
        { name: "reading", is: "value", unit: "UNIT" },
      ],
    });
  });

  it.each([
    ["without a header line", "1|2026-03-05|4.5\n2|2026-03-05|4.6\n", { header: "none", delimiter: "|" }],
    ["of quoted cells", '"a","2026-03-05T08:00:00Z"\n"b","2026-03-05T08:00:00Z"\n', { quote: '"', delimiter: "," }],
  ])("%s", async (_, text, expected) => {
    expect((await tabled(text)).skeleton).toMatchObject(expected);
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

  it("what is no text is no table", async () => {
    const inspecting = inspectFile(Buffer.from("PK\u0003\u0004a,b\nc,d\ne,f\n"), "x", {});
    expect(await refusedAsync(inspecting)).toMatchObject({ code: "inspect-form" });
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
      ...["hoboware.csv", "logtag.csv", "labview.lvm"].map(shape),
      Buffer.from('{"d":{"unit":"C","rows":[{"t":1773133200000,"v":4.5},{"t":1773133800000,"v":"ERR"}]}}\n'),
      Buffer.from(
        workbookOf([
          ["Time", "T (°C)"],
          ["46091.375", "4.5"],
        ]),
      ),
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
