import type { ClaimClassName, NeededForName } from "../chain/codes.ts";
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

/** "This rule holds for this stage of a batch." Its index is its place in the policy. */
export interface PolicyClaim {
  /** stage-name/claim-name. */
  readonly id: string;
  readonly kind: "temperature";
  /** Index of the stage, from 0. */
  readonly stage: number;
  readonly class: ClaimClassName;
  readonly neededFor: NeededForName;
  readonly severity: Severity;
  /** Names of every circuit (tier) that may prove the claim. */
  readonly circuits: readonly string[];
  readonly rule: TemperatureLimits;
}

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
 * Errors: `claim-kind` (only temperature so far), `unit` (°C only), `policy-schema` (everything else).
 */
export function parsePolicy(value: unknown, place: string): Policy {
  return validatePolicy(value, place);
}

/** Reads a policy file: the errors of `readJson` and of `parsePolicy`. */
export async function readPolicy(path: string): Promise<Policy> {
  return parsePolicy(await readJson(path), path);
}
