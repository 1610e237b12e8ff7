import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { NO_PROFILE } from "../../src/formats/constants.ts";
import { resultSet, type UnsignedResultSet } from "../../src/import/resultsCsv.ts";
import {
  parseResultsProfile,
  resultsProfileNamed,
  shippedResultsProfile,
  type ResultsProfile,
} from "../../src/import/resultsProfile.ts";
import { profileNamed } from "../../src/import/table/shipped.ts";
import type { ToldClock } from "../../src/import/table/table.ts";
import { parseTime } from "../../src/input/times.ts";
import { workbookFiles, zipOf } from "./workbook.ts";
import { refused, refusedAsync } from "../input/refused.ts";
import { makeQuality } from "../support/quality.ts";
import { ARI_LINES } from "../support/qualitySpecs.ts";

/** Reports of laboratories as their systems export them. */

const REPORT = readFileSync("fixtures/results-profiles/reports/lims-example.csv", "utf8");
const OWN = readFileSync("fixtures/needle-to-needle/release-tests-01.csv");
const LIMS = shippedResultsProfile("lims-example");
const demand = { rule: makeQuality().rule, analytes: ARI_LINES.map(({ analyte }) => analyte), lot: "LOT-1" };
const REPORTED = parseTime("2022-05-26T16:00:00Z", "test");
const BERLIN: ToldClock = { zone: "Europe/Berlin" };

const read = (text: string, change: Partial<ResultsProfile> = {}, told = BERLIN): UnsignedResultSet =>
  resultSet(Buffer.from(text), "r.csv", demand, REPORTED, {
    profile: parseResultsProfile({ ...LIMS.profile, ...change }, "p"),
    ...told,
  });
/** The report with something in it changed. */
function changed(from: string, to: string): string {
  expect(REPORT).toContain(from);
  return REPORT.replace(from, to);
}

/** The report as a workbook: numbers in cells of numbers, times as days of the laboratory's clock. */
function sheetOf(lines: readonly (readonly string[])[], epoch?: string): Buffer {
  const cell = (text: string, ref: string): string =>
    /^-?\d+([.]\d+)?$/.test(text)
      ? `<c r="${ref}"><v>${text}</v></c>`
      : `<c r="${ref}" t="inlineStr"><is><t xml:space="preserve">${text.replace("<", "&lt;")}</t></is></c>`;
  const rows = lines.map(
    (cells, i) =>
      `<row r="${i + 1}">${cells.map((text, k) => (text === "" ? "" : cell(text, `${String.fromCharCode(65 + k)}${i + 1}`))).join("")}</row>`,
  );
  const sheet = { name: "Release", xml: `<sheetData>${rows.join("")}</sheetData>` };
  return zipOf(workbookFiles([sheet], epoch === undefined ? {} : { epoch }));
}

// Verifies R-profile-results.
describe("a report in a workbook", () => {
  const { format, name, about, columns, analytes, units, unitInResult, words } = LIMS.profile;
  const profile = {
    ...{ format, name, about, analytes, units, unitInResult, words, layout: "xlsx", zone: "given" },
    columns: columns.map((column) => (column.form === undefined ? column : { ...column, form: "excel" })),
  };
  const csv = REPORT.split("\n").map((line) => line.split(";"));
  const from = csv.findIndex(([first]) => first === "Lot");
  /** "23.05.2022 18:00" as days since the end of 1899. */
  const days = (text: string): string => {
    const [, day, month, year, hour, minute] = /^(\d\d)[.](\d\d)[.](\d{4}) (\d\d):(\d\d)$/.exec(text) ?? [];
    if (year === undefined) return text;
    const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
    return String(at / 86_400_000 + 25_569);
  };
  const lines = csv
    .slice(from)
    .filter((cells) => cells.length > 1)
    .map((cells) =>
      cells.map((text) =>
        days(text)
          .replace(/^(-?\d+),(\d+)$/, "$1.$2")
          .replace(/^([<>=≥≤ ]*\d+),(\d+)/, "$1.$2"),
      ),
    );
  const inSheet = (rows: readonly (readonly string[])[], epoch?: string): UnsignedResultSet =>
    resultSet(sheetOf(rows, epoch), "r.xlsx", demand, REPORTED, {
      profile: parseResultsProfile(profile, "p"),
      zone: "Europe/Berlin",
    });

  it("gives the results of the same report as text", () => {
    const { set, summary } = inSheet(lines);
    const { profile: hash, rawFileHash, ...same } = read(REPORT).set;
    expect([hash === set.profile, rawFileHash === set.rawFileHash]).toEqual([false, false]);
    expect(set).toMatchObject(same);
    expect(summary).toContain("the file says: sheet Release of 1");
  });

  it("is refused with its row where a number has noise, and counts days by the workbook", () => {
    const row = lines.findIndex(([, name]) => name === "Viability");
    const noisy = lines.map((cells, i) =>
      i === row ? cells.map((text) => text.replace("97.9", "97.900000000000006")) : cells,
    );
    expect(refused(() => inSheet(noisy))).toMatchObject({ code: "quantity-precision", place: `r.xlsx:${row + 1}` });
    const later = inSheet(lines, ' date1904="1"').set.sampled - inSheet(lines).set.sampled;
    expect(later).toBe(1462n * 86_400n);
  });

  it.each([
    ["a member of text", { ...profile, decimal: "," }, "p#/decimal"],
    ["no layout that is known", { ...profile, layout: "json" }, "p#/layout"],
    ["text without its delimiter", { ...profile, layout: "delimited", encoding: "utf-8", decimal: "," }, "p#/layout"],
    ["text with a sheet", { ...LIMS.profile, sheet: "Release" }, "p#/sheet"],
  ])("has a profile without %s", (_, given, place) => {
    expect(refused(() => parseResultsProfile(given, "p"))).toMatchObject({ code: "profile", place });
  });
});

// Verifies R-profile-results, F68.
describe("a report by a profile of results", () => {
  it("says what the same results say in the project's own form, and is bound with its profile", () => {
    const own = resultSet(OWN, "o.csv", demand, REPORTED).set;
    const { set, summary } = read(REPORT);
    expect([own.profile, set.profile]).toEqual([NO_PROFILE, LIMS.hash]);
    expect(set.sampled).toBe(own.sampled);
    const differs = set.results.flatMap((result, i) => {
      const { resultKind, value, time, analyteId } = own.results[i] ?? {};
      const same = result.resultKind === resultKind && result.value === value && result.time === time;
      return same && result.analyteId === analyteId ? [] : [ARI_LINES[i]?.analyte.name];
    });
    expect(differs).toEqual(["endotoxin", "potency_b_difference_ET4_1"]);
    // What a word or a bound decided stands beside the report's own text.
    expect(summary).toContain('endotoxin: <0.1 [EU]/mL (report: "<LOQ"), tested 2022-05-23T16:00:00Z');
    expect(summary).toContain('potency_b_difference_ET4_1: >=90.9 % (report: "≥ 90,9%"), tested 2022-05-23T16:00:00Z');
    expect(summary).toContain('sterility: sterile (report: "No growth"), tested 2022-05-26T14:00:00Z');
    expect(summary).toContain("viability_pct: 97.9 %, tested 2022-05-23T16:00:00Z; declared invalid: 0, repeated: 1");
    expect(summary).toContain("lines before the table: 3");
    expect(summary).toContain("lines after the table, passed over: 1, from line 20");
    const long = "No growth of anything but a few colonies of Bacillus";
    const words = [...(LIMS.profile.words ?? []), { says: long, analyte: "sterility", means: "sterile" }];
    expect(read(changed("No growth", long), { words }).summary.join()).toContain(`sterile (report: "${long}"), tested`);
    expect(read(REPORT.replace(/Reported.*\n/, "")).summary).toContain("lines after the table, passed over: 0");
    expect(summary.join()).toContain("profile: lims-example, 0x");
    expect(read(REPORT, {}, { offset: 7200 }).set).toEqual(set);
  });

  it.each([
    ["a word that the profile does not name", "No growth", "no growth", "result-word", 10],
    ["a word that it names for another analyte", "14,9%", "ND", "result-word", 16],
    ["a bound's word of another analyte", "97,9%", "<LOQ", "result-word", 8],
    ["text behind a number that is no unit of the analyte", "97,9%", "97,9 ppm", "unit", 8],
    ["a number without its unit", "26,0 %", "26,0", "unit", 7],
    ["two units in one line", "97,9;%", "97,9 mL;%", "unit", 9],
    ["a unit beside a word's own", "<LOQ;;", "<LOQ;mL;", "unit", 12],
    ["a decimal point", "1,45", "1.45", "quantity-comma", 14],
    ["no result yet", "No growth", "pending", "result-pending", 10],
    ["no result yet in any case", "No growth", " Pending ", "result-pending", 10],
    ["no result at all", "No growth", "\u200b", "result-pending", 10],
    ["more decimals than the analyte declares", "97,9%", "97,95%", "result-decimals", 8],
    ["an analyte that the rule does not have", "Viability", "viability", "result-unknown", 9],
    ["another lot", "LOT-1;Volume", "LOT-2;Volume", "record-lot", 19],
    ["a column that the profile does not name", "Repeats;Method", "Repeats;Method;Analyst", "csv-header", undefined],
    ["a line with a field too few", "flow\nLOT-1;CD3", "flow\nCD3", "csv-columns", 8],
    [
      "a line after the table that it does not name",
      "Reported by QC",
      "Corrected: Mycoplasma Detected",
      "csv-columns",
      20,
    ],
    ["no time", "22.05.2022 18:00", "32.05.2022 18:00", "time-impossible", 11],
    ["the hour that comes twice", "22.05.2022 18:00", "30.10.2022 02:30", "time-ambiguous", 11],
  ] as const)("is refused for %s", (_, from, to, code, line) => {
    const error = refused(() => read(changed(from, to)));
    expect(error).toMatchObject({ code, place: line === undefined ? "r.csv" : `r.csv:${line}` });
  });

  it("says what may be done about a number, which nobody edits in a report", () => {
    expect(refused(() => read(changed("97,9%", "97.9%"))).remedy).toMatch(/^Choose the profile of this report/);
    const { message, remedy } = refused(() => read(changed("97,9%", "97,95%")));
    expect(message).toBe("The number has more than 1 decimal, which this analyte declares.");
    expect(remedy).toMatch(/have a policy approved that declares more/);
  });

  it("needs an offset that nothing says, and takes none that the times say", () => {
    expect(refused(() => read(REPORT, {}, {}))).toMatchObject({ code: "offset-missing" });
    expect(refused(() => read(REPORT, { zone: "Europe/Berlin" }))).toMatchObject({ code: "offset-stated" });
    expect(read(REPORT, { zone: "Europe/Berlin" }, {}).set.sampled).toBe(read(REPORT).set.sampled);
  });

  it("takes no unit behind a number where the profile does not say so", () => {
    const { unitInResult, ...plain } = LIMS.profile;
    expect(unitInResult).toBe(true);
    const reading = { profile: parseResultsProfile(plain, "p"), ...BERLIN };
    const error = refused(() => resultSet(Buffer.from(REPORT), "r.csv", demand, REPORTED, reading));
    expect(error).toMatchObject({ code: "result-word", place: "r.csv:7" });
  });

  // Verifies R-import-hostile, F2.
  it("is read or refused with a code, whatever was changed in it", () => {
    const whole = Buffer.from(REPORT);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.uint8Array({ maxLength: 6 }), fc.nat({ max: 9 }), (at, put, cut) => {
        const bytes = Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + cut)]);
        try {
          resultSet(bytes, "r.csv", demand, REPORTED, { profile: LIMS, ...BERLIN });
        } catch (error) {
          expect(error).toBeInstanceOf(BatchproofError);
        }
      }),
      { numRuns: 400 },
    );
  });
});

// Verifies R-profile-results, F68.
describe("a profile of results", () => {
  const { columns, words = [] } = LIMS.profile;
  const word = (change: object): object => ({ words: [{ ...words[0], ...change }] });
  it.each<readonly [string, object, string]>([
    ["a word for a number", word({ means: "5" }), "/words/0/means"],
    ["another meaning of a number", word({ says: "<0.5", means: "<0.1" }), "/words/0/says"],
    ["another meaning of a number with its unit", word({ says: "5 %", means: "<0.1" }), "/words/0/says"],
    ...["61,3 %", "  61,3", "−61,3", "about 61,3", "< = 61,3", "＜61,3", "61 of 100", "²", "½", "٣"].map(
      (says) => [`"${says}" for another number`, word({ says, means: ">=80" }), "/words/0/says"] as const,
    ),
    [
      "a number of a decimal point where numbers have a comma",
      word({ says: "<  1.000", means: "< 1.000" }),
      "/words/0/says",
    ],
    ...["pending", " PENDING", "ｐｅｎｄｉｎｇ", " ", "\u200b"].map(
      (says) => [`"${says}" for a result`, word({ says, means: "sterile" }), "/words/0/says"] as const,
    ),
    ...["", " ", "\u00a0"].map((unit) => [`a unit spelled "${unit}"`, { units: { [unit]: "%" } }, "/units"] as const),
    ["a line after the table of few letters", { after: ["Reported by {*}", "{*};12,0%;{*}"] }, "/after/1"],
    ["a line after the table of one letter", { after: ["R{*}"] }, "/after/0"],
    ["a unit of a word", word({ unit: "%" }), "/words/0/unit"],
    ["two meanings of a word", { words: [words[0], { ...words[0], means: "x" }] }, "/words/1/says"],
    [
      "no column of repeats",
      { columns: columns.map((each) => (each.is === "repeats" ? { ...each, is: "ignored" } : each)) },
      "/columns",
    ],
    [
      "two columns of results",
      { columns: columns.map((each) => (each.is === "unit" ? { ...each, is: "result" } : each)) },
      "/columns/3/is",
    ],
    [
      "one name twice",
      { columns: columns.map((each) => (each.is === "unit" ? { ...each, name: "Test" } : each)) },
      "/columns/3/name",
    ],
    [
      "a time without a form",
      { columns: columns.map((each) => (each.is === "tested" ? { name: "T", is: "tested" } : each)) },
      "/columns/5",
    ],
    [
      "a form that tells a day",
      { columns: columns.map((each) => (each.is === "tested" ? { ...each, form: "dd.MM.yyyy" } : each)) },
      "/columns/5/form",
    ],
    ["local times without a zone", { zone: undefined }, "/zone"],
    ["a pattern", { after: ["{serial}"] }, "/after/0"],
  ])("is refused with %s", (_, change, pointer) => {
    const value = JSON.parse(JSON.stringify({ ...LIMS.profile, ...change })) as unknown;
    expect(refused(() => parseResultsProfile(value, "p.json"))).toMatchObject({
      code: "profile",
      place: `p.json#${pointer}`,
    });
  });

  it("is known by a name or a file, whose hash changes with every meaning", async () => {
    expect((await resultsProfileNamed("fixtures/results-profiles/lims-example.json")).hash).toBe(LIMS.hash);
    expect((await resultsProfileNamed("lims-example")).hash).toBe(LIMS.hash);
    expect(parseResultsProfile({ ...LIMS.profile, unitInResult: true, about: "x" }, "p").hash).not.toBe(LIMS.hash);
    // A word of the policy may have a digit, and is itself.
    const same = { ...LIMS.profile, ...word({ says: " grade  1+", means: "Grade 1+" }) };
    expect(parseResultsProfile(same, "p").hash).not.toBe(LIMS.hash);
    expect(await refusedAsync(resultsProfileNamed("hoboware"))).toMatchObject({
      code: "profile-missing",
      message: "This profile reads tables.",
    });
    expect(await refusedAsync(profileNamed("lims-example"))).toMatchObject({
      code: "profile-missing",
      message: "This profile reads a laboratory's results.",
    });
    expect(await refusedAsync(resultsProfileNamed("fixtures/profiles/long.json"))).toMatchObject({
      code: expect.stringMatching(/^profile|version/) as string,
    });
  });
});
