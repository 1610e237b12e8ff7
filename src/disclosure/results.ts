import { MAX_DECIMALS, CATEGORIES, analyteId, QUALITY_SLOTS, type Analyte } from "../formats/qualityRule.ts";
import { defineCheck, HEX_FIELD, object, TEXT } from "../formats/document.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { textHash } from "../formats/identity.ts";
import { formatResult } from "../formats/resultCoding.ts";
import {
  leavesHash,
  RESULT_FIELDS,
  RESULT_SET_HEAD_FIELDS,
  resultLeaf,
  resultLeaves,
  resultSetHash,
  type Result,
  type ResultLeaves,
  type ResultSet,
} from "../formats/results.ts";
import { formatTime } from "../input/times.ts";
import { requireKind } from "../kinds/kind.ts";
import type { QualityLimits } from "../kinds/quality/limits.ts";
import { showAnalyte } from "../kinds/quality/show.ts";
import type { DisclosedResults } from "./disclosed.ts";
import { misfit } from "./errors.ts";
import type { OpenedRule } from "./rule.ts";

type HexOf<Fields extends readonly string[]> = Readonly<Record<Fields[number], string>>;

/** Single results of a laboratory's set; of the others there are only their leaves, which their salts hide. */
export interface ResultsJson {
  readonly form: "results";
  /** Text whose hash the head holds, where it is told. */
  readonly lot?: string;
  readonly head: HexOf<typeof RESULT_SET_HEAD_FIELDS>;
  /** Of all slots, in their order. */
  readonly leaves: readonly string[];
  readonly salt: string;
  readonly record: string;
  readonly results: readonly ResultJson[];
}

interface ResultJson {
  /** Index of its leaf. */
  readonly slot: number;
  readonly result: HexOf<typeof RESULT_FIELDS>;
  readonly salt: string;
  /** What was measured: the text behind `analyteId`. */
  readonly analyte: Analyte;
}

const hexFields = (fields: readonly string[]): object =>
  object(Object.fromEntries(fields.map((field) => [field, HEX_FIELD])));

const ANALYTE = {
  oneOf: [
    object({
      scale: { const: "number" },
      name: TEXT,
      unit: TEXT,
      decimals: { type: "integer", minimum: 0, maximum: MAX_DECIMALS },
    }),
    object({
      scale: { const: "category" },
      name: TEXT,
      words: { type: "array", minItems: 1, maxItems: CATEGORIES, items: TEXT },
    }),
  ],
};

/** Whether parsed JSON has the shape. Error `disclosure-file`. */
export const checkResults = defineCheck<ResultsJson>(
  object(
    {
      form: { const: "results" },
      lot: TEXT,
      head: hexFields(RESULT_SET_HEAD_FIELDS),
      leaves: { type: "array", minItems: QUALITY_SLOTS, maxItems: QUALITY_SLOTS, items: HEX_FIELD },
      salt: HEX_FIELD,
      record: HEX_FIELD,
      results: {
        type: "array",
        minItems: 1,
        maxItems: QUALITY_SLOTS,
        items: object({
          slot: { type: "integer", minimum: 0, maximum: QUALITY_SLOTS - 1 },
          result: hexFields(RESULT_FIELDS),
          salt: HEX_FIELD,
          analyte: ANALYTE,
        }),
      },
    },
    ["lot"],
  ),
  "disclosure of results",
  "disclosure-file",
);

/** The disclosure of the results in some slots. `analytes`: of all slots that are used. */
export function discloseResults(set: ResultSet, analytes: readonly Analyte[], slots: readonly number[]): ResultsJson {
  const hex = <K extends string>(fields: readonly K[], values: Readonly<Record<K, bigint>>): Record<K, string> =>
    Object.fromEntries(fields.map((field) => [field, toHex(values[field])])) as Record<K, string>;
  const { head, leaves, salt } = resultLeaves(set);
  return {
    form: "results",
    head: hex(RESULT_SET_HEAD_FIELDS, head),
    leaves: leaves.map(toHex),
    salt: toHex(salt),
    record: toHex(resultSetHash(set)),
    results: slots.flatMap((slot) => {
      const [result, analyte] = [set.results[slot], analytes[slot]];
      if (result === undefined || analyte === undefined) return [];
      return [{ slot, result: hex(RESULT_FIELDS, result), salt: toHex(set.resultSalts[slot] ?? 0n), analyte }];
    }),
  };
}

/** What a disclosure of results shows. */
export interface OpenedResults {
  readonly head: ResultLeaves["head"];
  readonly content: DisclosedResults;
}

/**
 * The results that are shown. Errors: `disclosure-header` (head, leaves or salt), `disclosure-result` (a result, its salt, one of
 * another slot, or one twice), `disclosure-name` (another analyte), `field`.
 */
export function openResults(json: ResultsJson, rule: OpenedRule | undefined): OpenedResults {
  const head = fieldsOf(RESULT_SET_HEAD_FIELDS, json.head, "head");
  const leaves = json.leaves.map((leaf, i) => fromHex(leaf, `#/content/leaves/${i}`));
  const salt = fromHex(json.salt, "#/content/salt");
  if (leavesHash({ head, leaves, salt }) !== fromHex(json.record, "#/content/record")) {
    throw misfit("disclosure-header", "Head, leaves and salt do not give the hash of the record.", "content/head");
  }
  if (json.results.some(({ slot }, i) => slot <= (json.results[i - 1]?.slot ?? -1))) {
    throw misfit("disclosure-result", "A result is shown twice, or out of its order.", "content/results");
  }
  const results = json.results.map((each, i) => shownResult(each, openResult(each, leaves, i), rule));
  return { head, content: { form: "results", results } };
}

function fieldsOf<K extends string>(
  fields: readonly K[],
  texts: Readonly<Record<K, string>>,
  member: string,
): Record<K, bigint> {
  const value = (field: K): bigint => fromHex(texts[field], `#/content/${member}/${field}`);
  return Object.fromEntries(fields.map((field) => [field, value(field)])) as Record<K, bigint>;
}

function openResult({ slot, result: texts, salt, analyte }: ResultJson, leaves: readonly bigint[], i: number): Result {
  const result = fieldsOf(RESULT_FIELDS, texts, `results/${i}/result`);
  if (resultLeaf(result, fromHex(salt, `#/content/results/${i}/salt`)) !== leaves[slot]) {
    throw misfit("disclosure-result", "Result and salt do not give the leaf of their slot.", `content/results/${i}`);
  }
  if (analyteId(analyte) !== result.analyteId) {
    throw misfit("disclosure-name", "The result is of another analyte.", `content/results/${i}/analyte`);
  }
  return result;
}

function shownResult(
  { slot, analyte }: ResultJson,
  result: Result,
  rule: OpenedRule | undefined,
): DisclosedResults["results"][number] {
  return {
    analyte: analyte.name,
    result: resultText(result, analyte),
    at: Number(result.time),
    repeats: Number(result.repeats),
    invalidated: Number(result.invalidated),
    specification: rule === undefined ? null : specificationOf(rule, slot),
  };
}

/** With its unit: a number alone could be taken for one of another. */
function resultText(result: Result, analyte: Analyte): string {
  const text = formatResult(result, analyte);
  return analyte.scale === "number" && analyte.unit !== "1" ? `${text} ${analyte.unit}` : text;
}

/** In words, without the analyte's name, which stands beside it. */
function specificationOf({ claim }: OpenedRule, slot: number): string {
  const { rule: limits } = requireKind<"quality", QualityLimits>(claim, "quality");
  return showAnalyte(limits, slot)
    .slice(1)
    .map((line) => line.trim())
    .join("; ");
}

/** What the head of a set says, in words. Error `disclosure-name`: a text that was told is not the head's. */
export function resultsWords({ head }: OpenedResults, { lot }: ResultsJson): string[] {
  if (lot !== undefined && textHash(lot) !== head.lotHash) {
    throw misfit("disclosure-name", "This is not the text whose hash the head holds.", "content/lot");
  }
  return [
    `Lot: ${lot ?? `not told, hash ${toHex(head.lotHash)}`}`,
    `Report: not shown, of ${formatTime(head.reported)}`,
    `Sample: taken ${formatTime(head.sampled)}`,
  ];
}
