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
import type { ToldClock } from "../../src/import/table/table.ts";
import { parseTime } from "../../src/input/times.ts";
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

// Verifies R-profile-results.
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
    expect(summary).toContain("endotoxin: <0.1 [EU]/mL, tested 2022-05-23T16:00:00Z");
    expect(summary).toContain("potency_b_difference_ET4_1: >=90.9 %, tested 2022-05-23T16:00:00Z");
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

// Verifies R-profile-results.
describe("a profile of results", () => {
  const { columns, words = [] } = LIMS.profile;
  const word = (change: object): object => ({ words: [{ ...words[0], ...change }] });
  it.each([
    ["a word for a number", word({ means: "5" }), "/words/0/means"],
    ["another meaning of a number", word({ says: "<0.5", means: "<0.1" }), "/words/0/says"],
    ["another meaning of a number with its unit", word({ says: "5 %", means: "<0.1" }), "/words/0/says"],
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
    // A word may begin with a digit, and mean one that does.
    const { unitInResult, ...plain } = LIMS.profile;
    expect(unitInResult).toBe(true);
    expect(parseResultsProfile({ ...plain, ...word({ says: "1+", means: "1 of 4" }) }, "p").hash).not.toBe(LIMS.hash);
    expect(await refusedAsync(resultsProfileNamed("hoboware"))).toMatchObject({ code: "profile-missing" });
    expect(await refusedAsync(resultsProfileNamed("fixtures/profiles/long.json"))).toMatchObject({
      code: expect.stringMatching(/^profile|version/) as string,
    });
  });
});
