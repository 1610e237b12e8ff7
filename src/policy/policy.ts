import type { ClaimClassName, NeededForName } from "../chain/codes.ts";
import type { KindName } from "../formats/constants.ts";
import { readJson } from "../input/json.ts";
import { validatePolicy } from "./schema.ts";

/** Severity of a breach, graded as inspectorates grade deficiencies (critical, major, other): higher is worse. */
export const SEVERITY = { 1: "minor", 2: "major", 3: "critical" } as const;
export type Severity = keyof typeof SEVERITY;

/** A limit of the mean kinetic temperature (MKT) of a stage. */
export interface MktLimits {
  /** Highest permitted MKT, °C. */
  readonly limit: string;
  /** Heat of activation, kJ/mol; absent: `DEFAULT_HEAT`. */
  readonly dH?: string;
  /** Longest stage over which the mean may be taken, seconds: over a longer one, cool days hide a hot one. */
  readonly span: number;
}

/** The limits of a temperature claim, rule version 1, as people write them. Quantities are decimal strings. */
export interface TemperatureLimits {
  readonly channel: 1;
  readonly unit: "Cel";
  /** Smallest step of the sensor's readings, °C. */
  readonly resolution: string;
  /** Lowest and highest permitted reading, °C, both permitted. */
  readonly range: readonly [low: string, high: string];
  /** Lowest and highest temperature of the normal band, °C, both inside. Absent: no permitted reading is an excursion. */
  readonly normal?: readonly [low: string, high: string];
  /** Longest total time of a stage above and below the normal band, seconds. A side that is absent has no budget. */
  readonly cumulative?: { readonly above?: number; readonly below?: number };
  /** Longest uninterrupted excursion out of the normal band, to either side, seconds. */
  readonly single?: number;
  readonly mkt?: MktLimits;
  /** Longest permitted time between two readings, seconds. */
  readonly gap: number;
  /** Seconds after the stage's start within which the first reading must lie. */
  readonly lead: number;
  /** Seconds before the stage's end within which the last reading must lie. */
  readonly tail: number;
  /** Largest permitted clock error of the logger, seconds. */
  readonly clockTolerance: number;
  /** true: another organisation than the custodian must sign the record; absent or false: the custodian's own. */
  readonly independent?: boolean;
  /** Where the numbers come from. */
  readonly source: string;
}

/** One channel of a parameters claim. Quantities are decimal strings in the channel's unit. */
export interface ChannelLimits {
  /** Code of the channel, as in `CHANNEL`. */
  readonly channel: number;
  /** The channel's own unit, so that no reader has to guess it. */
  readonly unit: string;
  /** Smallest step of the sensor's readings. */
  readonly resolution: string;
  /** Lowest and highest permitted reading, both permitted. */
  readonly range: readonly [low: string, high: string];
}

/** The limits of a parameters claim: up to five channels sampled together, hard limits only. */
export interface ParametersLimits {
  readonly channels: readonly ChannelLimits[];
  /** As in `TemperatureLimits`. */
  readonly gap: number;
  readonly lead: number;
  readonly tail: number;
  readonly clockTolerance: number;
  readonly independent?: boolean;
  readonly source: string;
}

/** Who signs where a stage ends: both custodians, the one that keeps the material, or the last one. */
export const BOUNDARIES = ["handover", "internal", "last"] as const;
export type Boundary = (typeof BOUNDARIES)[number];

/** The limits of a custody claim. */
export interface CustodyLimits {
  readonly boundary: Boundary;
  /** Longest time from this stage's end to the next one's start, seconds. Absent: no limit. */
  readonly hold?: number;
  /** Shortest and longest stage, seconds. A side that is absent has no limit. */
  readonly duration?: { readonly min?: number; readonly max?: number };
  /** true: the stage ends under the seal with which the stage before ended. */
  readonly sealed?: boolean;
  readonly source: string;
}

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
export interface QualityLimits {
  /** In the order of the record; up to 16. */
  readonly analytes: readonly AnalyteSpec[];
  /** Up to 3. */
  readonly products?: readonly ProductSpec[];
  /** Seconds after the stage's end within which the laboratory reports. */
  readonly resultWithin: number;
  /** true: reported numbers are rounded to the declared decimals as the pharmacopoeia does. */
  readonly pharmacopoeia?: boolean;
  readonly source: string;
}

interface ClaimOf<K extends KindName, Limits> {
  /** stage-name/claim-name. */
  readonly id: string;
  readonly kind: K;
  /** Index of the stage, from 0. */
  readonly stage: number;
  readonly class: ClaimClassName;
  readonly neededFor: NeededForName;
  readonly severity: Severity;
  /** Names of every circuit (tier) that may prove the claim. */
  readonly circuits: readonly string[];
  readonly rule: Limits;
}

export type TemperatureClaim = ClaimOf<"temperature", TemperatureLimits>;
export type ParametersClaim = ClaimOf<"parameters", ParametersLimits>;
export type CustodyClaim = ClaimOf<"custody", CustodyLimits>;
export type QualityClaim = ClaimOf<"quality", QualityLimits>;

/** "This rule holds for this stage of a batch." Its index is its place in the policy. */
export type PolicyClaim = TemperatureClaim | ParametersClaim | CustodyClaim | QualityClaim;

/**
 * What a compliant batch is: policy.json, exactly as written. Nothing is filled in, because the document's hash is
 * taken over this object.
 */
export interface Policy {
  readonly product: string;
  readonly version: number;
  /** Reference of the approved specification. */
  readonly document: string;
  readonly stages: readonly string[];
  /** Latest release and completion, seconds from a batch's opening. */
  readonly maxDue: readonly [release: number, completion: number];
  readonly claims: readonly PolicyClaim[];
}

/**
 * A policy from parsed JSON; `place` (a file) goes into errors as place#/json/pointer. Only shape and sizes are judged
 * here: `lintPolicy` judges sense.
 * Errors: `claim-kind` (no such kind), `unit` (not the channel's), `policy-schema` (everything else).
 */
export function parsePolicy(value: unknown, place: string): Policy {
  return validatePolicy(value, place);
}

/** Reads a policy file: the errors of `readJson` and of `parsePolicy`. */
export async function readPolicy(path: string): Promise<Policy> {
  return parsePolicy(await readJson(path), path);
}
