import { describe, expect, it } from "vitest";
import type { DisclosedResults } from "../../src/disclosure/disclosed.ts";
import { discloseResults, type ResultsJson } from "../../src/disclosure/results.ts";
import { verifyDisclosure } from "../../src/disclosure/verify.ts";
import { KIND } from "../../src/formats/constants.ts";
import { fromHex, toHex } from "../../src/formats/field.ts";
import { textHash } from "../../src/formats/identity.ts";
import { analyteId, QUALITY_SLOTS, VALUE_OFFSET, type Analyte } from "../../src/formats/qualityRule.ts";
import { RESULT_FIELDS, RESULT_KIND, resultSetHash, type Result, type ResultSet } from "../../src/formats/results.ts";
import { refused } from "../input/refused.ts";
import { START } from "../support/evidence.ts";
import { attestedOf, fileOf } from "./support.ts";

const ANALYTES: readonly Analyte[] = [
  { name: "Viability", scale: "number", unit: "%", decimals: 1 },
  { name: "Sterility", scale: "category", words: ["no growth", "growth"] },
  { name: "Endotoxin", scale: "number", unit: "[EU]/mL", decimals: 2 },
];

function resultOf(slot: number, kind: keyof typeof RESULT_KIND, value: bigint): Result {
  const [analyte] = ANALYTES.slice(slot);
  const analyteHash = analyte === undefined ? 0n : analyteId(analyte);
  const tests = { invalidated: 1n, repeats: BigInt(slot) };
  return { analyteId: analyteHash, resultKind: BigInt(RESULT_KIND[kind]), value, time: START, ...tests };
}

const SET: ResultSet = {
  kind: BigInt(KIND.quality),
  sampled: START,
  reported: START + 60n,
  lotHash: textHash("LOT"),
  rawFileHash: textHash("report"),
  profile: 0n,
  results: [
    resultOf(0, "number", VALUE_OFFSET + 853n),
    resultOf(1, "category", 0n),
    resultOf(2, "less", VALUE_OFFSET + 50n),
  ],
  resultSalts: Array.from({ length: QUALITY_SLOTS }, (_, i) => BigInt(i + 100)),
  rawSalt: 98n,
  salt: 99n,
};
const ATTESTED = attestedOf("quality", { proven: { head: 1n, record: resultSetHash(SET), doubts: [] } });

function shown(json: object): DisclosedResults {
  const { content } = verifyDisclosure(fileOf("quality", json as ResultsJson), ATTESTED, "d.json");
  if (content.form !== "results") throw new Error("no results");
  return content;
}

const refusal = (json: object): string | undefined => refused(() => shown(json)).code;

// Verifies R-disclosure-results.
describe("single results that are shown", () => {
  const json = discloseResults(SET, ANALYTES, [0, 2]);
  const [first, second] = json.results;
  const other = (hex: string): string => toHex(fromHex(hex) + 1n);

  it("V224: are those that were asked for, as they are printed, with their units, and nothing of the others", () => {
    expect(shown(json).results).toEqual([
      { analyte: "Viability", result: "85.3 %", at: Number(START), repeats: 0, invalidated: 1, specification: null },
      {
        analyte: "Endotoxin",
        result: "<0.50 [EU]/mL",
        at: Number(START),
        repeats: 2,
        invalidated: 1,
        specification: null,
      },
    ]);
    expect(JSON.stringify(json)).not.toContain(toHex(SET.resultSalts[1] ?? 0n));
    expect(JSON.stringify(json)).not.toContain("growth");
  });

  it("V204: do not come with the hash of the report, nor with the salt under which the record has it", () => {
    for (const hidden of [SET.rawFileHash, SET.rawSalt]) expect(JSON.stringify(json)).not.toContain(toHex(hidden));
    expect(verifyDisclosure(fileOf("quality", json), ATTESTED, "d.json").rawFileHash).toBeNull();
  });

  it("V224: are refused with a result twice, as if there were two", () => {
    expect(refusal({ ...json, results: [first, first] })).toBe("disclosure-result");
  });

  it("V224: have no unit where it is 1", () => {
    const plain: Analyte = { name: "pH", scale: "number", unit: "1", decimals: 1 };
    const set = { ...SET, results: [{ ...resultOf(0, "number", VALUE_OFFSET + 853n), analyteId: analyteId(plain) }] };
    const file = fileOf("quality", discloseResults(set, [plain], [0]));
    const attested = attestedOf("quality", { proven: { head: 1n, record: resultSetHash(set), doubts: [] } });
    expect(verifyDisclosure(file, attested, "d.json").content).toMatchObject({ results: [{ result: "85.3" }] });
  });

  it.each(RESULT_FIELDS)("V217: are refused with another %s", (field) => {
    const result = { ...first?.result, [field]: other(first?.result[field] ?? "") };
    expect(refusal({ ...json, results: [{ ...first, result }] })).toBe("disclosure-result");
  });

  it.each([
    ["another salt", { results: [{ ...first, salt: second?.salt }] }, "disclosure-result"],
    ["the slot of another result", { results: [{ ...first, slot: 2 }] }, "disclosure-result"],
    ["another analyte's name", { results: [{ ...first, analyte: ANALYTES[2] }] }, "disclosure-name"],
    ["a leaf that is not the record's", { leaves: json.leaves.with(5, json.salt) }, "disclosure-header"],
    ["another salt of the set", { salt: other(json.salt) }, "disclosure-header"],
    ["another record", { record: other(json.record) }, "disclosure-record"],
    ["another lot", { lot: "LOT 2" }, "disclosure-name"],
    ["a leaf less", { leaves: json.leaves.slice(1) }, "disclosure-file"],
    ["a slot that no circuit has", { results: [{ ...first, slot: QUALITY_SLOTS }] }, "disclosure-file"],
  ])("V217: are refused with %s", (_, change, code) => {
    expect(refusal({ ...json, ...change })).toBe(code);
  });

  it("V217: are refused with any other field of the head", () => {
    for (const [field, value] of Object.entries(json.head)) {
      const head = { ...json.head, [field]: other(value) };
      expect([field, refusal({ ...json, head })]).toEqual([field, "disclosure-header"]);
    }
  });
});
