import { TAG } from "./constants.ts";
import { poseidon, sponge } from "./poseidon.ts";
import { columns, QUALITY_SLOTS } from "./qualityRule.ts";
import type { RecordOwner } from "./recordOwner.ts";

/**
 * What a result says: a number, a category, or one of the four inequalities, <x, <=x, >x and >=x. 0, in an unused slot, says
 * nothing: a pending result cannot be written down.
 */
export const RESULT_KIND = { number: 1, category: 2, less: 3, atMost: 4, more: 5, atLeast: 6 } as const;
export type ResultKindName = keyof typeof RESULT_KIND;

/** One result of the laboratory. */
export interface Result {
  readonly analyteId: bigint;
  /** RESULT_KIND */
  readonly resultKind: bigint;
  /** Number or bound of an inequality at the analyte's decimals plus VALUE_OFFSET, or the index of the category's word. */
  readonly value: bigint;
  /** When the result was obtained, Unix seconds. */
  readonly time: bigint;
  /** Tests of this analyte that were declared invalid. */
  readonly invalidated: bigint;
  /** Tests of this analyte beyond the first, the invalidated ones not counted. */
  readonly repeats: bigint;
}

/** The order of a result's fields. */
export const RESULT_FIELDS = [
  "analyteId",
  "resultKind",
  "value",
  "time",
  "invalidated",
  "repeats",
] as const satisfies readonly (keyof Result)[];

/** The record of a quality claim: the complete set of results of one stage. Times are Unix seconds. */
export interface ResultSet {
  readonly kind: bigint;
  /** When the sample was taken; of several, the earliest. */
  readonly sampled: bigint;
  /** When the laboratory reported; not before any result. */
  readonly reported: bigint;
  readonly lotHash: bigint;
  /** SHA-256 of the laboratory's own report, cut to 248 bits. */
  readonly rawFileHash: bigint;
  /** Hash of the mapping by which that report was read; NO_PROFILE where it has the project's own form. */
  readonly profile: bigint;
  /** In the rule's order; up to QUALITY_SLOTS. */
  readonly results: readonly Result[];
  readonly salt: bigint;
}

/** The order of the fields before the results. */
export const RESULT_SET_HEAD_FIELDS = [
  "kind",
  "sampled",
  "reported",
  "lotHash",
  "rawFileHash",
  "profile",
] as const satisfies readonly (keyof ResultSet)[];

/** The set as named columns, zero-filled: what the hash absorbs, in this order, and what the circuit takes. */
export function resultSetColumns(set: ResultSet): Readonly<Record<string, bigint | readonly bigint[]>> {
  return {
    ...Object.fromEntries(RESULT_SET_HEAD_FIELDS.map((field) => [field, set[field]])),
    ...columns(RESULT_FIELDS, set.results, QUALITY_SLOTS),
    salt: set.salt,
  };
}

/** Public signal `record` of a quality claim. Error `quality-size` for more results than slots. */
export function resultSetHash(set: ResultSet): bigint {
  return sponge(TAG.RESULTS, Object.values(resultSetColumns(set)).flat());
}

/** What a laboratory signs: this record, coded by this rule, for this batch and stage. */
export function labMessage({ batch, stage, rule }: RecordOwner, record: bigint): bigint {
  return poseidon([BigInt(TAG.LAB), batch, stage, rule, record]);
}
