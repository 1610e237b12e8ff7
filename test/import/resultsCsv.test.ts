import { describe, expect, it } from "vitest";
import { bytesHash, textHash } from "../../src/formats/identity.ts";
import { RESULT_FIELDS, RESULT_KIND, RESULT_SET_FIELDS } from "../../src/formats/results.ts";
import { resultSet, type ResultsDemand, type UnsignedResultSet } from "../../src/import/resultsCsv.ts";
import { parseTime } from "../../src/input/times.ts";
import { checkQuality } from "../../src/kinds/quality/check.ts";
import { refused } from "../input/refused.ts";
import { makeQuality, resultsOf } from "../support/quality.ts";
import { ARI_BATCHES, ARI_LINES, at, coded } from "../support/qualitySpecs.ts";
import { csvFile } from "./historian.ts";

const HEADER = "analyte,result,unit,sampled,tested,invalidated,repeats";
const SAMPLED = "2022-05-21T16:00:00Z";
const TESTED = "2022-05-23T16:00:00Z";
const REPORTED = parseTime("2022-05-26T16:00:00Z", "test");

interface Cells {
  readonly analyte: string;
  readonly result: string;
  readonly unit: string;
  readonly sampled: string;
  readonly tested: string;
  readonly invalidated: string;
  readonly repeats: string;
}

const published = ARI_BATCHES["ARI0001/01"] ?? [];
const demand: ResultsDemand = {
  rule: makeQuality().rule,
  analytes: ARI_LINES.map(({ analyte }) => analyte),
  lot: "LOT-1",
};

function line(name: string, change: Partial<Cells> = {}): string {
  const { analyte } = ARI_LINES[at(name)] ?? {};
  const unit = analyte?.scale === "number" ? analyte.unit : "";
  const result = published[at(name)] ?? "";
  const cells: Cells = {
    analyte: name,
    result,
    unit,
    sampled: SAMPLED,
    tested: TESTED,
    invalidated: "0",
    repeats: "0",
  };
  return Object.values({ ...cells, ...change }).join(",");
}

const NAMES = ARI_LINES.map(({ analyte }) => analyte.name);
const LINES = NAMES.map((name) => line(name));
/** All lines, the one of an analyte replaced. */
const changed = (name: string, change: Partial<Cells>): Buffer =>
  csvFile(LINES.with(at(name), line(name, change)), HEADER);
const read = (bytes: Uint8Array, change: Partial<ResultsDemand> = {}): UnsignedResultSet =>
  resultSet(bytes, "coa.csv", { ...demand, ...change }, REPORTED);
const refusedChange = (name: string, change: Partial<Cells>): unknown => refused(() => read(changed(name, change)));
/** Line of an analyte in a file of LINES. */
const placeOf = (name: string): string => `coa.csv:${at(name) + 2}`;

describe("a laboratory's results", () => {
  const bytes = csvFile(LINES, HEADER);
  const { set, summary } = read(bytes);

  it("become the set that the rule reads, without its salt", () => {
    expect(set).toEqual({
      kind: 4n,
      sampled: BigInt(parseTime(SAMPLED, "test")),
      reported: BigInt(REPORTED),
      profile: 0n,
      lotHash: textHash("LOT-1"),
      rawFileHash: bytesHash(bytes),
      results: resultsOf(ARI_LINES, published).map((result) => ({
        ...result,
        time: BigInt(parseTime(TESTED, "test")),
      })),
    });
    expect(Object.keys(set)).toEqual([...RESULT_SET_FIELDS, "results"]);
    expect(set.results.map((result) => Object.keys(result).sort())).toEqual(
      set.results.map(() => [...RESULT_FIELDS].sort()),
    );
  });

  it.each(Object.entries(ARI_BATCHES))(
    "of the published batch %s keep every rule of the specification",
    (_, reported) => {
      const lines = NAMES.map((name, i) => line(name, { result: reported[i] ?? "" }));
      const { results } = read(csvFile(lines, HEADER)).set;
      expect(results.map(({ value }) => value)).toEqual(resultsOf(ARI_LINES, reported).map(({ value }) => value));
      const dated = results.map((result, i) => ({ ...result, time: makeQuality().set.results[i]?.time ?? 0n }));
      expect(checkQuality(makeQuality({ set: { results: dated } }))).toEqual([]);
    },
  );

  // Verifies R-import-beyond.
  it("out of specification is read as it is, for `check` to name it", () => {
    const { results } = read(changed("car19_pct", { result: "19.9" })).set;
    expect(results[at("car19_pct")]?.value).toBe(coded(199));
    const dated = results.map((result, i) => ({ ...result, time: makeQuality().set.results[i]?.time ?? 0n }));
    expect(checkQuality(makeQuality({ set: { results: dated } })).map(({ rule, slot }) => [rule, slot])).toEqual([
      ["spec", at("car19_pct")],
    ]);
  });

  it("may come in any order, with columns in any order, quoted, with CRLF and a byte-order mark", () => {
    const shuffled = [...LINES].reverse();
    expect(read(csvFile(shuffled, HEADER)).set.results).toEqual(set.results);
    const columns = (text: string): string =>
      text
        .split(",")
        .reverse()
        .map((cell) => `"${cell}"`)
        .join(",");
    const text = `\uFEFF${[HEADER, ...LINES, ""].map((each) => (each === "" ? "" : columns(each))).join("\r\n")}`;
    expect(read(Buffer.from(text)).set.results).toEqual(set.results);
  });

  it("are sampled when the first of them was, in any zone", () => {
    const early = changed("volume", { sampled: "2022-05-21T17:59:59+02:00" });
    expect(read(early).set.sampled).toBe(set.sampled - 1n);
    expect(read(changed("volume", { sampled: "2022-05-21T18:00:01+02:00" })).set.sampled).toBe(set.sampled);
  });

  it("keep their own dates, even impossible ones, for the rule `date` to judge", () => {
    const { results } = read(changed("vcn", { tested: "2021-01-01T00:00:00Z" })).set;
    expect(results[at("vcn")]?.time).toBe(BigInt(parseTime("2021-01-01T00:00:00Z", "test")));
    const { rule } = demand;
    const late = { ...makeQuality().set, results };
    expect(
      checkQuality(makeQuality({ set: late })).some((found) => found.rule === "date" && found.slot === at("vcn")),
    ).toBe(true);
    expect(rule.resultWithin).toBeGreaterThan(0n);
  });

  // Verifies R-import-results.
  it("keep their counts of tests", () => {
    const { results } = read(changed("vcn", { invalidated: "1", repeats: "65535" })).set;
    expect(results[at("vcn")]).toMatchObject({ invalidated: 1n, repeats: 65_535n });
  });

  it("are shown in words, as they were coded", () => {
    expect(summary.slice(0, 6)).toEqual([
      "read: 15 results of a CSV file; the first sample was taken 2022-05-21T16:00:00Z",
      "signed: NOT the file; the laboratory's signature will vouch for the results as they stand here",
      "reported: 2022-05-26T16:00:00Z",
      "appearance: cloudy liquid solution, tested 2022-05-23T16:00:00Z",
      "car19_cells_total: 1495 10*6{cells}, tested 2022-05-23T16:00:00Z",
      "car19_pct: 26.0 %, tested 2022-05-23T16:00:00Z",
    ]);
    expect(summary[3 + at("endotoxin")]).toContain("endotoxin: <=0.5 [EU]/mL");
    const again = read(changed("vcn", { repeats: "2" })).summary[3 + at("vcn")];
    expect(again).toBe("vcn: 1.45 {copies}/{cell}, tested 2022-05-23T16:00:00Z; declared invalid: 0, repeated: 2");
  });

  it("are rounded only where the rule allows it", () => {
    const fine = changed("car19_pct", { result: "19.95" });
    expect(refused(() => read(fine))).toMatchObject({ code: "result-decimals", place: placeOf("car19_pct") });
    const rule = { ...demand.rule, pharmacopoeia: 1n };
    expect(read(fine, { rule }).set.results[at("car19_pct")]?.value).toBe(coded(200));
  });

  // Verifies R-format-results.
  it.each([
    ["< 20", "less", "<20.0"],
    ["≤ 20", "atMost", "<=20.0"],
    ["> 20.0", "more", ">20.0"],
    [">=20", "atLeast", ">=20.0"],
  ] as const)("that are inequalities keep their kind: %s", (result, kind, printed) => {
    const { set, summary } = read(changed("car19_pct", { result }));
    expect(set.results[at("car19_pct")]).toMatchObject({ resultKind: BigInt(RESULT_KIND[kind]), value: coded(200) });
    expect(summary[3 + at("car19_pct")]).toBe(`car19_pct: ${printed} %, tested ${TESTED}`);
  });

  // Verifies R-quality-undecidable, R-import-beyond.
  it("that leave a limit open are read as they are, for `check` to name them", () => {
    const analyte = "potency_a_surviving_fraction_ET1_1";
    const { results } = read(changed(analyte, { result: "<=70" })).set;
    expect(results[at(analyte)]).toMatchObject({ resultKind: BigInt(RESULT_KIND.atMost), value: coded(700) });
  });
});

// Verifies R-import-results.
describe("the complete set", () => {
  it("misses no analyte", () => {
    const error = refused(() => read(csvFile(LINES.toSpliced(at("vcn"), 1), HEADER)));
    expect(error).toMatchObject({ code: "result-missing", place: "coa.csv" });
    expect(error.message).toContain("vcn");
    expect(error.remedy).toContain("complete");
    expect(refused(() => read(csvFile([], HEADER))).code).toBe("result-missing");
  });

  it("has no analyte twice, however it is spelled", () => {
    const error = refused(() => read(csvFile([...LINES, line("vcn")], HEADER)));
    expect(error).toMatchObject({ code: "result-twice", place: "coa.csv:17" });
    expect(error.message).toContain(`line ${at("vcn") + 2}`);
    expect(error.remedy).toContain("repeats");
  });

  it("has no other analyte", () => {
    const error = refused(() => read(csvFile([...LINES, line("vcn", { analyte: "VCN" })], HEADER)));
    expect(error).toMatchObject({ code: "result-unknown", place: "coa.csv:17" });
    expect(error.remedy).toContain("car19_pct, cd3_pct");
  });

  it("finds a name in either Unicode form", () => {
    const [first] = demand.rule.slots;
    const analyte = { name: "Zellzahl f\u00fcr", scale: "number", unit: "1", decimals: 0 } as const;
    const small = { rule: { ...demand.rule, slots: first === undefined ? [] : [first] }, analytes: [analyte] };
    const text = `Zellzahl fu\u0308r,7,1,${SAMPLED},${TESTED},0,0`;
    expect(read(csvFile([text], HEADER), small).summary[3]).toBe(`Zellzahl f\u00fcr: 7, tested ${TESTED}`);
    expect(refused(() => read(csvFile([text, text.normalize("NFC")], HEADER), small)).code).toBe("result-twice");
  });

  it.each(["", " ", "pending", "Pending", " PENDING "])("has no result '%s'", (result) => {
    const error = refused(() => read(changed("sterility", { result })));
    expect(error).toMatchObject({ code: "result-pending", place: placeOf("sterility"), kind: "input" });
    expect(error.remedy).toContain("claim of its own");
    expect(refused(() => read(changed("vcn", { result })))).toMatchObject({ code: "result-pending" });
  });

  it("needs as many analytes as the rule has slots", () => {
    const bytes = csvFile(LINES, HEADER);
    expect(refused(() => read(bytes, { analytes: demand.analytes.slice(1) })).code).toBe("analyte");
    expect(refused(() => read(bytes, { analytes: [], rule: { ...demand.rule, slots: [] } })).code).toBe("analyte");
  });
});

describe("a result that is refused at its line", () => {
  it.each([
    ["another unit", "car19_pct", { unit: "1" }, "unit"],
    ["no unit", "car19_pct", { unit: "" }, "unit"],
    ["a unit in another spelling", "endotoxin", { unit: "EU/mL" }, "unit"],
    ["a unit with a blank", "car19_pct", { unit: "% " }, "unit"],
    ["a unit of a word", "sterility", { unit: "1" }, "unit"],
    ["a word of no analyte", "sterility", { result: "Sterile" }, "result-word"],
    ["a word of another analyte", "sterility", { result: "absent" }, "result-word"],
    ["a word for a number", "vcn", { result: "absent" }, "quantity-syntax"],
    ["a decimal comma", "vcn", { result: '"1,45"' }, "quantity-comma"],
    ["an exponent", "vcn", { result: "1e0" }, "quantity-exponent"],
    ["more decimals than declared", "vcn", { result: "1.455" }, "result-decimals"],
    ["an inequality with more decimals than declared", "vcn", { result: "<1.455" }, "result-decimals"],
    ["NUL in a result", "vcn", { result: "1.4\u00005" }, "quantity-syntax"],
    ["NUL in an analyte", "vcn", { analyte: "vcn\u0000" }, "result-unknown"],
    ["no zone", "vcn", { tested: "2022-05-23T16:00:00" }, "time-zone"],
    ["a date only", "vcn", { tested: "2022-05-23" }, "time-syntax"],
    ["a sampling without zone", "vcn", { sampled: "2022-05-21T16:00:00" }, "time-zone"],
    ["a day that is none", "vcn", { sampled: "2022-02-30T16:00:00Z" }, "time-impossible"],
    ["no count", "vcn", { repeats: "" }, "result-count"],
    ["a negative count", "vcn", { repeats: "-1" }, "result-count"],
    ["a fraction of a count", "vcn", { invalidated: "1.0" }, "result-count"],
    ["a count with a leading zero", "vcn", { invalidated: "01" }, "result-count"],
    ["a count of more than 16 bits", "vcn", { repeats: "65536" }, "result-count"],
    ["a count of many digits", "vcn", { repeats: "1".repeat(400) }, "result-count"],
  ] as const)("%s", (_, name, change, code) => {
    expect(refusedChange(name, change)).toMatchObject({ code, place: placeOf(name), kind: "input" });
  });

  it.each([
    ["a column less", csvFile(LINES, HEADER.replace(",repeats", "")), "csv-header", "coa.csv:1"],
    ["a column more", csvFile(LINES, `${HEADER},analyst`), "csv-header", "coa.csv:1"],
    ["a column of another name", csvFile(LINES, HEADER.replace("tested", "date")), "csv-header", "coa.csv:1"],
    ["the header of a historian", csvFile(LINES), "csv-header", "coa.csv:1"],
    ["a line with a field less", csvFile([line("vcn").replace(/,0$/, "")], HEADER), "csv-columns", "coa.csv:2"],
    ["a long line", changed("vcn", { result: "1".repeat(1001) }), "csv-syntax", placeOf("vcn")],
    ["a carriage return", changed("vcn", { result: "1.4\r" }), "csv-syntax", placeOf("vcn")],
    ["a stray quote", changed("vcn", { result: '1.4"5' }), "csv-syntax", placeOf("vcn")],
    ["no line end at the end", csvFile(LINES, HEADER).subarray(0, -1), "csv-cut-off", "coa.csv"],
    ["other text than UTF-8", Buffer.from([0xff, 0x0a]), "csv-encoding", "coa.csv"],
  ] as const)("%s", (_, bytes, code, place) => {
    expect(refused(() => read(bytes))).toMatchObject({ code, place, kind: "input" });
  });

  it("foreign text is never shown at length or with control characters", () => {
    const long = refused(() => read(changed("vcn", { analyte: `\u001b[2J${"x".repeat(200)}` })));
    expect(long.message).toBe(`The rule has no analyte "?[2J${"x".repeat(20)}...".`);
  });

  it("a large file of unknown analytes ends at its first line", () => {
    const many = csvFile(new Array<string>(200_000).fill(line("vcn", { analyte: "x" })), HEADER);
    expect(refused(() => read(many))).toMatchObject({ code: "result-unknown", place: "coa.csv:2" });
  });
});
