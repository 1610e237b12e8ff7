import { HEX_FIELD, object } from "../../formats/document.ts";
import { fromHex, toHex } from "../../formats/field.ts";
import { QUALITY_SLOTS } from "../../formats/qualityRule.ts";
import { resultSalts } from "../../formats/recordSalts.ts";
import {
  labMessage,
  RESULT_FIELDS,
  RESULT_SET_FIELDS,
  resultSetHash,
  type Result,
  type ResultSet,
  type UnsaltedSet,
} from "../../formats/results.ts";
import type { RecordForm } from "../recordForm.ts";

/** What a laboratory's record says. */
export interface ResultsContent {
  readonly unsalted: UnsaltedSet;
}

interface ResultsJson {
  readonly head: Readonly<Record<(typeof RESULT_SET_FIELDS)[number], string>>;
  readonly results: readonly Readonly<Record<(typeof RESULT_FIELDS)[number], string>>[];
}

const hexFields = (fields: readonly string[]): object =>
  object(Object.fromEntries(fields.map((field) => [field, HEX_FIELD])));

function toJson({ unsalted }: ResultsContent): ResultsJson {
  const hex = <K extends string>(fields: readonly K[], values: Readonly<Record<K, bigint>>): Record<K, string> =>
    Object.fromEntries(fields.map((field) => [field, toHex(values[field])])) as Record<K, string>;
  return {
    head: hex(RESULT_SET_FIELDS, unsalted),
    results: unsalted.results.map((result) => hex(RESULT_FIELDS, result)),
  };
}

function fromJson({ head, results }: ResultsJson, place: string): ResultsContent {
  const values = <K extends string>(fields: readonly K[], texts: Readonly<Record<K, string>>, at: string) =>
    Object.fromEntries(fields.map((field) => [field, fromHex(texts[field], `${at}/${field}`)])) as Record<K, bigint>;
  return {
    unsalted: {
      ...values(RESULT_SET_FIELDS, head, `${place}#/head`),
      results: results.map((result, i): Result => values(RESULT_FIELDS, result, `${place}#/results/${i}`)),
    },
  };
}

/** A laboratory's complete set of results: what a quality claim is proven from. Error `quality-size` of its derivation. */
export const RESULTS_RECORD: RecordForm<ResultsContent, { readonly set: ResultSet }, ResultsJson> = {
  kind: "quality",
  format: "batchproof-results/3",
  code: "results-file",
  noun: "set of results is",
  signer: "lab",
  misfit: "The laboratory's signature does not fit these results, rule, batch and stage.",
  properties: {
    head: hexFields(RESULT_SET_FIELDS),
    results: { type: "array", items: hexFields(RESULT_FIELDS) },
  },
  toJson,
  fromJson,
  contentText: (content) => JSON.stringify(toJson(content)),
  attempt: () => 0,
  hashes: ({ unsalted }) => unsalted,
  check: () => undefined,
  derive: ({ unsalted }, owner, secret) => {
    const set: ResultSet = { ...unsalted, ...resultSalts(secret, QUALITY_SLOTS) };
    const record = resultSetHash(set);
    return { set, record, message: labMessage(owner, record) };
  },
  isSignable: () => true,
};
