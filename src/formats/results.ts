import { inputError } from "../errors.ts";
import { TAG, TAG_OUTSIDE } from "./constants.ts";
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
  /** One for each of the QUALITY_SLOTS slots, used or not: whoever is shown one result can guess none beside it. */
  readonly resultSalts: readonly bigint[];
  /** That of `rawFileHash`, without which every guess at the report's text could be tried. */
  readonly rawSalt: bigint;
  readonly salt: bigint;
}

/** A set of results before it has its salts. */
export type UnsaltedSet = Omit<ResultSet, "resultSalts" | "rawSalt" | "salt">;

/** What a set says besides its results, in the order in which the circuit takes it. */
export const RESULT_SET_FIELDS = [
  "kind",
  "sampled",
  "reported",
  "lotHash",
  "rawFileHash",
  "profile",
] as const satisfies readonly (keyof UnsaltedSet)[];

/** The order of what a record hashes before its leaves: the same, with `rawFileCommitment` in place of the report's hash. */
export const RESULT_SET_HEAD_FIELDS = ["kind", "sampled", "reported", "lotHash", "rawFile", "profile"] as const;

/** What whoever is shown any result sees of the set. */
export type ResultSetHead = Readonly<Record<(typeof RESULT_SET_HEAD_FIELDS)[number], bigint>>;

/** What a record holds of the report: its hash, which can be compared with a file only by whoever has the salt. */
export function rawFileCommitment({ rawFileHash, rawSalt }: Pick<ResultSet, "rawFileHash" | "rawSalt">): bigint {
  return poseidon([BigInt(TAG_OUTSIDE.RAW_FILE), rawFileHash, rawSalt]);
}

/** The set as named columns, zero-filled, as the circuit takes it. Error `quality-size` for more results than slots. */
export function resultSetColumns(set: ResultSet): Readonly<Record<string, bigint | readonly bigint[]>> {
  return {
    ...Object.fromEntries(RESULT_SET_FIELDS.map((field) => [field, set[field]])),
    // The circuit absorbs this element and no more, so there the commitment goes by the name of what it commits to.
    rawFileHash: rawFileCommitment(set),
    ...columns(RESULT_FIELDS, set.results, QUALITY_SLOTS),
    resultSalts: set.resultSalts,
    salt: set.salt,
  };
}

/** A set whose results are hashed, each for itself: what its record is made of, and shows of none of them. */
export interface ResultLeaves {
  readonly head: ResultSetHead;
  /** One for each of the QUALITY_SLOTS slots, in their order. */
  readonly leaves: readonly bigint[];
  readonly salt: bigint;
}

/** The leaf of one slot: of its result, or of none, which is all zero. */
export function resultLeaf(result: Result | undefined, salt: bigint): bigint {
  return poseidon([BigInt(TAG.RESULT), ...RESULT_FIELDS.map((field) => result?.[field] ?? 0n), salt]);
}

/** The record of hashed results. Error `quality-size` unless there is a leaf for each slot. */
export function leavesHash({ head, leaves, salt }: ResultLeaves): bigint {
  requireSlots(leaves.length);
  return sponge(TAG.RESULTS, [...RESULT_SET_HEAD_FIELDS.map((field) => head[field]), ...leaves, salt]);
}

/** The leaves of a set. Error `quality-size` for more results than slots, or not one salt for each slot. */
export function resultLeaves(set: ResultSet): ResultLeaves {
  requireSlots(set.results.length > QUALITY_SLOTS ? set.results.length : set.resultSalts.length);
  const { kind, sampled, reported, lotHash, profile } = set;
  const head = { kind, sampled, reported, lotHash, rawFile: rawFileCommitment(set), profile };
  return { head, leaves: set.resultSalts.map((salt, i) => resultLeaf(set.results[i], salt)), salt: set.salt };
}

function requireSlots(count: number): void {
  if (count === QUALITY_SLOTS) return;
  throw inputError(`The quality circuit has ${QUALITY_SLOTS} slots for results, not ${count}.`, {
    code: "quality-size",
  });
}

/** Public signal `record` of a quality claim. Errors: those of `resultLeaves` and `leavesHash`. */
export function resultSetHash(set: ResultSet): bigint {
  return leavesHash(resultLeaves(set));
}

/** What a laboratory signs: this record, coded by this rule, for this batch and stage. */
export function labMessage({ batch, stage, rule }: RecordOwner, record: bigint): bigint {
  return poseidon([BigInt(TAG.LAB), batch, stage, rule, record]);
}
