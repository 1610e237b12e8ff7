import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fieldsOf } from "../formats/vectors.ts";
import { SIGNALS, TAG } from "../../src/formats/constants.ts";
import { BatchproofError } from "../../src/errors.ts";
import {
  analyteId,
  CATEGORIES,
  QUALITY_HEAD_FIELDS,
  QUALITY_PRODUCT_FIELDS,
  QUALITY_PRODUCTS,
  QUALITY_RULE_VERSION,
  QUALITY_SLOT_FIELDS,
  QUALITY_SLOTS,
  qualityRuleColumns,
  qualityRuleHash,
  VALUE_OFFSET,
  type Analyte,
} from "../../src/formats/qualityRule.ts";
import { resultSalts } from "../../src/formats/recordSalts.ts";
import {
  labMessage,
  leavesHash,
  rawFileCommitment,
  RESULT_FIELDS,
  RESULT_KIND,
  RESULT_SET_FIELDS,
  RESULT_SET_HEAD_FIELDS,
  resultLeaf,
  resultLeaves,
  resultSetColumns,
  resultSetHash,
} from "../../src/formats/results.ts";
import { sponge } from "../../src/formats/poseidon.ts";
import { QUALITY_RULES } from "../../src/kinds/quality/check.ts";
import { codeNumber, codeResult, formatResult } from "../../src/formats/resultCoding.ts";
import { refused } from "../input/refused.ts";
import { makeQuality } from "../support/quality.ts";
import { category, coded, number, type Line } from "../support/qualitySpecs.ts";

/** What is defined in TypeScript and mirrored in circom must be the same; one example of every hash; how words become results. */

const source = (path: string): string => readFileSync(path, "utf8");

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof BatchproofError ? error.code : String(error);
  }
  return undefined;
}

describe("circuits/lib", () => {
  // Verifies R-format-constants.
  it("qualityConstants.circom mirrors src/formats", () => {
    const mirrored = [
      ...source("circuits/lib/quality/qualityConstants.circom").matchAll(/function (\w+)\(\) \{ return (\d+); \}/g),
    ];
    expect(Object.fromEntries(mirrored.map((match) => [match[1], BigInt(match[2] ?? "")]))).toEqual({
      TAG_RESULT: BigInt(TAG.RESULT),
      QUALITY_RULE_VERSION: BigInt(QUALITY_RULE_VERSION),
      QUALITY_SLOTS: BigInt(QUALITY_SLOTS),
      QUALITY_PRODUCTS: BigInt(QUALITY_PRODUCTS),
      CATEGORIES: BigInt(CATEGORIES),
      VALUE_OFFSET,
      RESULT_NUMBER: BigInt(RESULT_KIND.number),
      RESULT_CATEGORY: BigInt(RESULT_KIND.category),
      RESULT_LESS: BigInt(RESULT_KIND.less),
      RESULT_AT_MOST: BigInt(RESULT_KIND.atMost),
      RESULT_MORE: BigInt(RESULT_KIND.more),
      RESULT_AT_LEAST: BigInt(RESULT_KIND.atLeast),
    });
  });

  // Verifies R-format-constants.
  it.each([
    ["QualityRule", "qualityRule", [...QUALITY_HEAD_FIELDS, ...QUALITY_SLOT_FIELDS, ...QUALITY_PRODUCT_FIELDS, "salt"]],
    ["ResultSet", "resultSet", [...RESULT_SET_FIELDS, ...RESULT_FIELDS, "resultSalts", "salt"]],
  ] as const)("bus %s has TypeScript's fields in TypeScript's order", (bus, file, fields) => {
    const body =
      new RegExp(`bus ${bus}\\(\\) \\{([^}]*)\\}`).exec(source(`circuits/lib/quality/${file}.circom`))?.[1] ?? "";
    const found = [...body.matchAll(/signal (\w+)(?:\[(\d+)\])?;/g)];
    expect(found.map((match) => match[1])).toEqual(fields);
    const columns = { ...qualityRuleColumns(makeQuality().rule), ...resultSetColumns(makeQuality().set) };
    for (const [, name = "", size] of found) {
      expect([columns[name] ?? []].flat().length, name).toBe(size === undefined ? 1 : Number(size));
    }
  });

  it("has a component for every rule that check knows", () => {
    const text = source("circuits/quality.circom") + source("circuits/lib/quality/judgement.circom");
    const components = [...text.matchAll(/component (\w+) = [A-Z]/g)].map((match) =>
      match[1]?.replace("Opening", "").replace("openingTime", "opened"),
    );
    for (const rule of QUALITY_RULES) expect(components).toContain(rule);
    expect(source("circuits/main/quality.circom")).toContain(`{public [${SIGNALS.join(", ")}]}`);
  });
});

describe("shared vectors (fixtures/vectors/quality.json)", () => {
  const vectors = JSON.parse(source("fixtures/vectors/quality.json")) as {
    analytes: { analyte: Analyte; out: string }[];
    codes: { text: string; resultKind: string; value: string; printed: string }[];
    rule: { columns: Record<string, string | string[]>; out: string };
    results: {
      secret: string;
      rawFileHash: string;
      rawSalt: string;
      columns: Record<string, string | string[]>;
      leaves: string[];
      out: string;
    };
    lab: { batch: string; stage: string; rule: string; record: string; message: string };
  };
  const texts = (columns: Readonly<Record<string, bigint | readonly bigint[]>>): object =>
    Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [
        name,
        typeof values === "bigint" ? String(values) : values.map(String),
      ]),
    );

  // Verifies R-format-quality-rule.
  it("analytes", () => {
    for (const { analyte, out } of vectors.analytes) expect(analyteId(analyte).toString()).toBe(out);
  });
  // Verifies R-format-results.
  it("results, coded and printed", () => {
    const [{ analyte } = {}] = vectors.analytes;
    if (analyte === undefined) throw new Error("an analyte");
    for (const { text, resultKind, value, printed } of vectors.codes) {
      const result = codeResult(text, analyte, false, "");
      expect(result, text).toEqual({ resultKind: BigInt(resultKind), value: BigInt(value) });
      expect(formatResult(result, analyte)).toBe(printed);
    }
  });
  // Verifies R-format-quality-rule.
  it("rule: column after column", () => {
    const { rule } = makeQuality();
    const { columns, out } = vectors.rule;
    expect(Object.entries(texts(qualityRuleColumns(rule)))).toEqual(Object.entries(columns));
    expect(sponge(TAG.RULE, Object.values(columns).flat().map(BigInt)).toString()).toBe(out);
    expect(qualityRuleHash(rule).toString()).toBe(out);
  });
  // Verifies R-format-results-hash.
  it("results: each salted for itself, and their leaves in the record", () => {
    const { set } = makeQuality();
    const { secret, rawFileHash, rawSalt, columns, leaves, out } = vectors.results;
    expect(Object.entries(texts(resultSetColumns(set)))).toEqual(Object.entries(columns));
    const salts = resultSalts(Buffer.from(secret, "hex"), QUALITY_SLOTS);
    expect(texts({ ...salts })).toEqual({ resultSalts: columns["resultSalts"], rawSalt, salt: columns["salt"] });
    const opened = resultLeaves(set);
    expect(set.rawFileHash.toString()).toBe(rawFileHash);
    expect(rawFileCommitment(set).toString()).toBe(columns["rawFileHash"]);
    expect(opened.head.rawFile).toBe(rawFileCommitment(set));
    expect(opened.leaves.map(String)).toEqual(leaves);
    expect(set.resultSalts.map((salt, i) => resultLeaf(set.results[i], salt).toString())).toEqual(leaves);
    expect(Object.keys(opened.head)).toEqual(RESULT_SET_HEAD_FIELDS);
    expect(leavesHash(opened).toString()).toBe(out);
    expect(resultSetHash(set).toString()).toBe(out);
  });
  // Verifies R-format-messages.
  it("laboratory's message", () => {
    const { record, message, ...owner } = vectors.lab;
    expect(labMessage(fieldsOf(["batch", "stage", "rule"], owner), BigInt(record)).toString()).toBe(message);
  });
});

describe("sizes and analytes", () => {
  it("refuses more than the circuit holds", () => {
    const { rule, set } = makeQuality();
    const [slot, result, product] = [rule.slots.slice(0, 1), set.results.slice(0, 1), rule.products.slice(0, 1)];
    const many = <T>(row: readonly T[], count: number): T[] => Array.from({ length: count }, () => row).flat();
    expect(codeOf(() => qualityRuleHash({ ...rule, slots: many(slot, 17) }))).toBe("quality-size");
    expect(codeOf(() => qualityRuleHash({ ...rule, products: many(product, 4) }))).toBe("quality-size");
    expect(codeOf(() => resultSetHash({ ...set, results: many(result, 17) }))).toBe("quality-size");
    expect(codeOf(() => resultSetColumns({ ...set, results: many(result, 17) }))).toBe("quality-size");
    for (const count of [0, 15, 17]) {
      expect(codeOf(() => resultSetHash({ ...set, resultSalts: many([1n], count) }))).toBe("quality-size");
      expect(codeOf(() => leavesHash({ ...resultLeaves(set), leaves: many([1n], count) }))).toBe("quality-size");
    }
  });
  // Verifies R-format-quality-rule.
  it("refuses analytes whose id would bind less than it seems to", () => {
    const share: Analyte = { name: "share", scale: "number", unit: "%", decimals: 1 };
    const words = (...list: string[]): Analyte => ({ name: "colour", scale: "category", words: list });
    for (const bad of [
      { ...share, name: "" },
      { ...share, name: "a|b" },
      { ...share, unit: "" },
      { ...share, decimals: 7 },
      { ...share, decimals: -1 },
      { ...share, decimals: 0.5 },
      words(),
      words("red", "red"),
      words("é", "e\u0301"),
      words("red", ""),
      words(...Array.from({ length: 17 }, (_, i) => `word ${i}`)),
    ]) {
      expect(
        codeOf(() => analyteId(bad)),
        JSON.stringify(bad),
      ).toBe("analyte");
    }
    const ids = [share, { ...share, decimals: 2 }, { ...share, unit: "1" }, words("red"), words("red", "blue")].map(
      analyteId,
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(analyteId(words("é"))).toBe(analyteId(words("e\u0301")));
  });
});

// Verifies R-format-results.
describe("coding of results", () => {
  const code = ({ analyte }: Line, text: string, rounding = false): unknown =>
    codeResult(text, analyte, rounding, "line 3");
  const share = number("share", "%", 1, ["le", "0.5"]);
  const colour = category("colour", ["red", "vert très clair"], ["red"]);

  it("is exact", () => {
    for (const [text, resultKind, value] of [
      ["26.0", 1n, 260],
      ["26", 1n, 260],
      ["26.00", 1n, 260],
      ["-0.5", 1n, -5],
      ["<0.5", 3n, 5],
      ["< 0.5", 3n, 5],
      ["<=0.5", 4n, 5],
      ["<= 0.5", 4n, 5],
      ["≤0.5", 4n, 5],
      ["≦0.5", 4n, 5],
      ["⩽ 0.50", 4n, 5],
      [">35", 5n, 350],
      ["> -35", 5n, -350],
      [">=35", 6n, 350],
      ["≥ 35", 6n, 350],
      ["≧35", 6n, 350],
      ["⩾35", 6n, 350],
    ] as const) {
      expect(code(share, text), text).toEqual({ resultKind, value: coded(value) });
    }
    expect(code(colour, "red")).toEqual({ resultKind: 2n, value: 0n });
    expect(code(colour, "vert tre\u0300s clair")).toEqual({ resultKind: 2n, value: 1n });
  });

  it("never rounds silently, least of all into the limits", () => {
    for (const text of ["0.51", "0.54", "19.96", "<0.54", "<=0.51", ">0.54", "-0.01"]) {
      expect(
        codeOf(() => code(share, text)),
        text,
      ).toBe("result-decimals");
    }
  });

  it("rounds reported numbers where the rule says pharmacopoeia, a 5 away from 0, and bounds never", () => {
    for (const [text, value] of [
      ["0.54", 5],
      ["0.55", 6],
      ["0.549999", 5],
      ["-0.55", -6],
      ["-0.54", -5],
      ["19.95", 200],
      ["19.949999", 199],
    ] as const) {
      expect(code(share, text, true), text).toEqual({ resultKind: 1n, value: coded(value) });
    }
    for (const text of ["<0.54", "<=0.51", ">0.54", ">=0.59"]) {
      expect(
        codeOf(() => code(share, text, true)),
        text,
      ).toBe("result-decimals");
    }
  });

  it("refuses what is no result", () => {
    for (const [text, expected] of [
      ["", "quantity-blank"],
      ["<", "quantity-blank"],
      ["0,5", "quantity-comma"],
      ["1e3", "quantity-exponent"],
      ["--.-", "reading-missing"],
      ["-9999", "reading-sentinel"],
      ["achieved", "quantity-syntax"],
      ["<<0.5", "quantity-syntax"],
      ["=0.5", "quantity-syntax"],
      ["=<0.5", "quantity-syntax"],
      ["<=<0.5", "quantity-syntax"],
      ["< =0.5", "quantity-syntax"],
      ["<  0.5", "quantity-syntax"],
      ["5 %", "quantity-syntax"],
      ["999999999999", "quantity-size"],
    ] as const) {
      expect(
        codeOf(() => code(share, text)),
        text,
      ).toBe(expected);
    }
    for (const text of ["=<0.5", "NMT 0.5", "<"]) {
      expect(refused(() => code(share, text)).remedy).toBe("Write a number, or one of <, <=, ≤, >, >=, ≥ before one.");
    }
    expect(codeOf(() => codeNumber("999999999.999999", 6, false, ""))).toBe("result-size");
    expect(codeNumber("549755.813887", 6, false, "")).toBe(2n ** 40n - 1n);
    expect(codeOf(() => codeNumber("549755.813888", 6, false, ""))).toBe("result-size");
    expect(codeNumber("-549755.813888", 6, false, "")).toBe(0n);
    for (const text of ["Red", " red", "blue", ""]) expect(codeOf(() => code(colour, text))).toBe("result-word");
  });

  it("round trip in words", () => {
    for (const text of ["26.0", "-0.5", "0.0", "<0.5", "<=0.5", ">35.0", ">=35.0"]) {
      expect(formatResult(codeResult(text, share.analyte, false, ""), share.analyte)).toBe(text);
    }
    for (const [text, printed] of [
      ["≤ 0.50", "<=0.5"],
      ["≥35", ">=35.0"],
    ] as const) {
      expect(formatResult(codeResult(text, share.analyte, false, ""), share.analyte)).toBe(printed);
    }
    expect(formatResult({ resultKind: 2n, value: 0n }, colour.analyte)).toBe("red");
    expect(formatResult({ resultKind: 2n, value: 7n }, colour.analyte)).toBe("category 7");
    expect(formatResult({ resultKind: 0n, value: 0n }, share.analyte)).toBe("pending");
  });
});
