import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { inputError } from "../errors.ts";
import type { ClaimClassName, NeededForName } from "../formats/codes.ts";
import type { KindName } from "../formats/constants.ts";
import { canonicalJson } from "../input/json.ts";

/** Severity of a breach, graded as inspectorates grade deficiencies (critical, major, other): higher is worse. */
export const SEVERITY = { 1: "minor", 2: "major", 3: "critical" } as const;
export type Severity = keyof typeof SEVERITY;

/** The register takes any number as a severity. */
export function isSeverity(value: number): value is Severity {
  return value in SEVERITY;
}

/** The limits of a claim, as people write them: each kind has its own; all say where their numbers come from. */
export interface Limits {
  /**
   * Longest time from the stage's start to the batch's opening on the register, seconds; 0: the batch is opened before the
   * stage begins. Absent: no limit.
   */
  readonly openedWithin?: number;
  readonly source: string;
}

/** "This rule holds for this stage of a batch." Its index is its place in the policy. */
export interface Claim<K extends KindName = KindName, L extends Limits = Limits> {
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
  readonly rule: L;
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
  /** Names of the stages that a QP named for each confirms before a batch is certified; absent: none. */
  readonly confirmedByQp?: readonly string[];
  /** The profiles by which tables may be read; absent: the long form of historians only. */
  readonly profiles?: readonly AcceptedProfile[];
  readonly claims: readonly Claim[];
}

/** A profile that a policy accepts. */
export interface AcceptedProfile {
  /** What people call it; the hash decides. */
  readonly name: string;
  /** 0x and 64 hex digits, as a record's header names it. */
  readonly hash: string;
}

/** SHA-256 of the policy in canonical JSON (RFC 8785), as 0x hex: what people approve. */
export function documentHash(policy: Policy): string {
  return `0x${bytesToHex(sha256(utf8ToBytes(canonicalJson(policy))))}`;
}

/** A claim with its index in the policy. */
export interface IndexedClaim {
  readonly claim: Claim;
  readonly index: number;
}

/** The claim of an index. Error `claim`. */
export function claimAt({ claims }: Policy, index: number): Claim {
  const claim = claims[index];
  if (claim === undefined) throw inputError(`The policy has no claim ${index}.`, { code: "claim" });
  return claim;
}

/** Every claim of a policy, with its index. */
export function allClaims({ claims }: Policy): IndexedClaim[] {
  return claims.map((claim, index) => ({ claim, index }));
}

/** The claim of an id and its index. Error `claim`. */
export function claimNamed({ claims }: Policy, id: string): IndexedClaim {
  const index = claims.findIndex((each) => each.id === id);
  const claim = claims[index];
  if (claim !== undefined) return { claim, index };
  throw inputError(`The policy has no claim "${id}".`, {
    code: "claim",
    remedy: `Name one of: ${claims.map((each) => each.id).join(", ")}.`,
  });
}
