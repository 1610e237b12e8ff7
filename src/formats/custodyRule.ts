import { TAG } from "./constants.ts";
import { sponge } from "./poseidon.ts";

/** Version of the custody rule. */
export const CUSTODY_RULE_VERSION = 2;

/** A custody rule as the circuit reads it. All numbers are non-negative field elements, times are seconds. */
export interface CustodyRule {
  readonly version: bigint;
  readonly kind: bigint;
  /** Position of the claim in the policy. */
  readonly claimIndex: bigint;
  readonly stage: bigint;
  readonly productHash: bigint;
  readonly policyVersion: bigint;
  /** Longest time from the stage's start to the batch's opening; NO_OPENED_WITHIN where the rule sets none. */
  readonly openedWithin: bigint;
  /** Longest time between the end of the stage and the start of the next one; NO_HOLD_LIMIT where the rule sets none. */
  readonly holdLimit: bigint;
  /** Shortest and longest legal stage; 0 and NO_DURATION_LIMIT where the rule sets none. */
  readonly durationMin: bigint;
  readonly durationMax: bigint;
  /** 1: the material stays with the organisation, whose custodian alone signs; never together with `last`. */
  readonly internal: bigint;
  /** 1: nobody takes over; the custodian signs that it is the end. */
  readonly last: bigint;
  /** 1: the stage must end under the seal with which the stage before ended; never at stage 0. */
  readonly sealed: bigint;
  readonly salt: bigint;
}

/** The order in which a rule is absorbed, one number an element, never packed. */
export const CUSTODY_RULE_FIELDS = [
  "version",
  "kind",
  "claimIndex",
  "stage",
  "productHash",
  "policyVersion",
  "openedWithin",
  "holdLimit",
  "durationMin",
  "durationMax",
  "internal",
  "last",
  "sealed",
  "salt",
] as const satisfies readonly (keyof CustodyRule)[];

/** Values of a rule's fields that set no limit anybody could reach: 136 years, the most that the circuit can hold. */
export const NO_HOLD_LIMIT = (1n << 32n) - 1n;
export const NO_DURATION_LIMIT = (1n << 32n) - 1n;

/** Public signal `rule`. */
export function custodyRuleHash(rule: CustodyRule): bigint {
  return sponge(
    TAG.RULE,
    CUSTODY_RULE_FIELDS.map((field) => rule[field]),
  );
}

/** Whether two custodians sign the hand-off: somebody takes over, and the boundary is not internal. */
export function isHandover(rule: Pick<CustodyRule, "internal" | "last">): boolean {
  return rule.internal === 0n && rule.last === 0n;
}
