import { inputError } from "../errors.ts";
import { TAG } from "./constants.ts";
import { textHash } from "./identity.ts";
import { sponge } from "./poseidon.ts";

/** Version of the quality rule. */
export const QUALITY_RULE_VERSION = 2;
/** Analytes that one rule can hold. */
export const QUALITY_SLOTS = 16;
/** Products of results that one rule can set. */
export const QUALITY_PRODUCTS = 3;
/** Words that one analyte's vocabulary can have. */
export const CATEGORIES = 16;
/** Offset that makes a result or limit, as a whole number at its declared decimals, non-negative: 40 bits hold all. */
export const VALUE_OFFSET = 1n << 39n;
/** Most decimals that an analyte can declare. */
export const MAX_DECIMALS = 6;

/** What is measured. Its hash is the `analyteId`, so unit, decimals and words are bound wherever the id stands. */
export type Analyte =
  | { readonly name: string; readonly scale: "number"; readonly unit: string; readonly decimals: number }
  | { readonly name: string; readonly scale: "category"; readonly words: readonly string[] };

/**
 * SHA-256 of "name|number|unit|decimals" or "name|category|word 0|word 1|...", cut to 248 bits. A dimensionless number has
 * the unit "1". Error `analyte`: a part that is empty or contains '|', decimals not 0 to 6, not 1 to 16 different words.
 */
export function analyteId(analyte: Analyte): bigint {
  const parts =
    analyte.scale === "number"
      ? [analyte.name, "number", analyte.unit, String(analyte.decimals)]
      : [analyte.name, "category", ...analyte.words.map((word) => word.normalize("NFC"))];
  if (parts.some((part) => part === "" || part.includes("|")) || !isWellFormed(analyte)) {
    throw inputError(
      `An analyte has a name and either a unit and 0 to ${MAX_DECIMALS} decimals or 1 to ${CATEGORIES} different words, none of them empty or with '|'.`,
      { code: "analyte", place: analyte.name },
    );
  }
  return textHash(parts.join("|"));
}

function isWellFormed(analyte: Analyte): boolean {
  if (analyte.scale === "number") {
    return Number.isInteger(analyte.decimals) && analyte.decimals >= 0 && analyte.decimals <= MAX_DECIMALS;
  }
  const words = analyte.words.map((word) => word.normalize("NFC"));
  return words.length >= 1 && words.length <= CATEGORIES && new Set(words).size === words.length;
}

/** What one analyte must be. Numbers are offset by VALUE_OFFSET, at the analyte's decimals; flags are 0 or 1. */
export interface QualitySlot {
  readonly analyteId: bigint;
  /** 1: the slot is used and a result is demanded. */
  readonly demanded: bigint;
  /** 1: the result is a category; 0: a number or an inequality. */
  readonly categorical: bigint;
  readonly hasMin: bigint;
  readonly min: bigint;
  /** 1: a number must be above the minimum, 0: at least it. */
  readonly strictMin: bigint;
  readonly hasMax: bigint;
  readonly max: bigint;
  /** 1: a number must be below the maximum, 0: at most it. */
  readonly strictMax: bigint;
  /** Bit k: category k is permitted. */
  readonly categories: bigint;
  /** 1: in one OR group with the slot before it, of which one passing member is enough. */
  readonly alternative: bigint;
}

/** The order of a slot's fields. */
export const QUALITY_SLOT_FIELDS = [
  "analyteId",
  "demanded",
  "categorical",
  "hasMin",
  "min",
  "strictMin",
  "hasMax",
  "max",
  "strictMax",
  "categories",
  "alternative",
] as const satisfies readonly (keyof QualitySlot)[];

/**
 * leftScale * leftA * leftB <= rightScale * right (>= where `atLeast` is 1; < or > where `strict` is 1): a dose or a limit
 * for each kilogram, without division. Factors are slots counted from 1; 0 stands for the number 1. The factors are the
 * slots' numbers without offset; the scales bring both sides to the same decimals and carry the limit.
 */
export interface QualityProduct {
  readonly leftA: bigint;
  readonly leftB: bigint;
  readonly right: bigint;
  readonly leftScale: bigint;
  readonly rightScale: bigint;
  readonly atLeast: bigint;
  readonly strict: bigint;
}

/** The order of a product's fields. */
export const QUALITY_PRODUCT_FIELDS = [
  "leftA",
  "leftB",
  "right",
  "leftScale",
  "rightScale",
  "atLeast",
  "strict",
] as const satisfies readonly (keyof QualityProduct)[];

/** A quality rule as the circuit reads it. All numbers are non-negative field elements. */
export interface QualityRule {
  readonly version: bigint;
  readonly kind: bigint;
  /** Position of the claim in the policy. */
  readonly claimIndex: bigint;
  readonly stage: bigint;
  readonly productHash: bigint;
  readonly policyVersion: bigint;
  /** Longest time from the stage's start to the batch's opening, seconds; NO_OPENED_WITHIN where the rule sets none. */
  readonly openedWithin: bigint;
  /** Seconds after the stage's end in which the laboratory may report. */
  readonly resultWithin: bigint;
  /** 1: numbers may be rounded to the declared decimals as the pharmacopoeia does. Coding obeys it; the circuit binds it. */
  readonly pharmacopoeia: bigint;
  /** In the order in which the record has its results; up to QUALITY_SLOTS, the rest is unused. */
  readonly slots: readonly QualitySlot[];
  /** Up to QUALITY_PRODUCTS, the rest is unused. */
  readonly products: readonly QualityProduct[];
  readonly salt: bigint;
}

/** The order of the fields before the slots. */
export const QUALITY_HEAD_FIELDS = [
  "version",
  "kind",
  "claimIndex",
  "stage",
  "productHash",
  "policyVersion",
  "openedWithin",
  "resultWithin",
  "pharmacopoeia",
] as const satisfies readonly (keyof QualityRule)[];

/** The rule as named columns, zero-filled: what the hash absorbs, in this order, and what the circuit takes. */
export function qualityRuleColumns(rule: QualityRule): Readonly<Record<string, bigint | readonly bigint[]>> {
  return {
    ...Object.fromEntries(QUALITY_HEAD_FIELDS.map((field) => [field, rule[field]])),
    ...columns(QUALITY_SLOT_FIELDS, rule.slots, QUALITY_SLOTS),
    ...columns(QUALITY_PRODUCT_FIELDS, rule.products, QUALITY_PRODUCTS),
    salt: rule.salt,
  };
}

/**
 * Each field of up to `size` rows as one column of `size` numbers; rows that are not there are 0. Error `quality-size` for
 * more rows.
 */
export function columns<K extends string>(
  fields: readonly K[],
  rows: readonly Readonly<Record<K, bigint>>[],
  size: number,
): Record<K, bigint[]> {
  if (rows.length > size) {
    throw inputError(`The quality circuit holds ${size} of these, not ${rows.length}.`, { code: "quality-size" });
  }
  return Object.fromEntries(
    fields.map((field) => [field, Array.from({ length: size }, (_, i) => rows[i]?.[field] ?? 0n)]),
  ) as Record<K, bigint[]>;
}

/** Public signal `rule`: one number an element, column after column. Error `quality-size` for too many slots or products. */
export function qualityRuleHash(rule: QualityRule): bigint {
  return sponge(TAG.RULE, Object.values(qualityRuleColumns(rule)).flat());
}
