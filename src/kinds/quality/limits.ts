import type { Claim, Limits } from "../../policy/document.ts";

/** What a measured analyte must be, at its declared decimals. Without a limit it is reported only. */
export interface NumberSpec {
  readonly analyte: string;
  /** UCUM; "1" for a number without one. */
  readonly unit: string;
  readonly decimals: number;
  /** At most one of these two: the limit itself is permitted, or not. */
  readonly atLeast?: string;
  readonly above?: string;
  /** At most one of these two. */
  readonly atMost?: string;
  readonly below?: string;
  /** true: one passing member of the group, which begins at the analyte before, is enough. */
  readonly orBefore?: boolean;
}

/** What an analyte with words as results must be. */
export interface CategorySpec {
  readonly analyte: string;
  /** All words that the laboratory uses. */
  readonly words: readonly string[];
  readonly permitted: readonly string[];
  readonly orBefore?: boolean;
}

export type AnalyteSpec = NumberSpec | CategorySpec;

/** A limit on a product of results, for each unit of another one: analyte (times analyte) / per. */
export interface ProductSpec {
  readonly name: string;
  /** Names of one or two measured analytes that are multiplied. */
  readonly of: readonly [string] | readonly [string, string];
  /** Name of the measured analyte that divides; absent: nothing does. */
  readonly per?: string;
  /** Exactly one of these four. */
  readonly atLeast?: string;
  readonly above?: string;
  readonly atMost?: string;
  readonly below?: string;
}

/** The limits of a quality claim: the complete specification of one set of results. */
export interface QualityLimits extends Limits {
  /** In the order of the record; up to 16. */
  readonly analytes: readonly AnalyteSpec[];
  /** Up to 3. */
  readonly products?: readonly ProductSpec[];
  /** Seconds after the stage's end within which the laboratory reports. */
  readonly resultWithin: number;
  /** true: reported numbers are rounded to the declared decimals as the pharmacopoeia does. */
  readonly pharmacopoeia?: boolean;
}

export type QualityClaim = Claim<"quality", QualityLimits>;
