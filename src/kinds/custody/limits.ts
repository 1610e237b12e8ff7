import type { Claim, Limits } from "../../policy/document.ts";

/** Who signs where a stage ends: both custodians, the one that keeps the material, or the last one. */
export const BOUNDARIES = ["handover", "internal", "last"] as const;
export type Boundary = (typeof BOUNDARIES)[number];

/** The limits of a custody claim. */
export interface CustodyLimits extends Limits {
  readonly boundary: Boundary;
  /** Longest time from this stage's end to the next one's start, seconds. Absent: no limit. */
  readonly hold?: number;
  /** Shortest and longest stage, seconds. A side that is absent has no limit. */
  readonly duration?: { readonly min?: number; readonly max?: number };
  /** true: the stage ends under the seal with which the stage before ended. */
  readonly sealed?: boolean;
}

export type CustodyClaim = Claim<"custody", CustodyLimits>;
