import { HEX_FIELD, object } from "../formats/document.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { kindOf } from "../kinds/index.ts";
import { parsePolicy } from "../kinds/policy.ts";
import { claimAt, type Claim, type Policy } from "../policy/document.ts";
import { isSalt } from "../policy/salts.ts";
import type { Attested } from "./attested.ts";
import { misfit } from "./errors.ts";

/** The rule of one claim: what a policy says of it alone, and the salt that hides it. */
export interface RuleJson {
  readonly product: string;
  readonly version: number;
  readonly stages: readonly string[];
  /** As the policy has it. */
  readonly claim: Claim;
  readonly salt: string;
}

/** JSON Schema of it; the policy's own judges what the claim says. */
export const RULE = object({
  product: { type: "string" },
  version: { type: "integer" },
  stages: { type: "array" },
  claim: { type: "object" },
  salt: HEX_FIELD,
});

/** A rule whose hash is the policy's. */
export interface OpenedRule {
  /** A policy with this claim only, at every index up to its own. */
  readonly policy: Policy;
  readonly claim: Claim;
  readonly index: number;
  readonly salt: bigint;
  /** Every limit in words. */
  readonly words: readonly string[];
}

/** The rule of a claim as a disclosure holds it. Error `claim`. */
export function ruleToJson(policy: Policy, claimIndex: number, salt: bigint): RuleJson {
  const { product, version, stages } = policy;
  return { product, version, stages, claim: claimAt(policy, claimIndex), salt: toHex(salt) };
}

/** The rule that was disclosed. Errors: `disclosure-rule` (another one than the policy's), those of `parsePolicy`, `field`. */
export function openRule({ claim: given, salt: hex, ...head }: RuleJson, attested: Attested): OpenedRule {
  // What a policy needs besides says nothing about a rule.
  const whole = { ...head, document: "-", maxDue: [1, 1], claims: [given] };
  const alone = parsePolicy(whole, "#/rule");
  const claim = claimAt(alone, 0);
  const policy = { ...alone, claims: new Array<Claim>(attested.claim + 1).fill(claim) };
  const salt = fromHex(hex, "#/rule/salt");
  const fits = claim.kind === attested.kind && claim.stage === attested.stage && isSalt(salt);
  if (!fits || kindOf(claim).ruleHash(policy, attested.claim, salt) !== attested.rule) {
    throw misfit("disclosure-rule", "This rule does not have the hash that the policy fixed.", "rule");
  }
  return { policy, claim, index: attested.claim, salt, words: kindOf(claim).show({ ...alone, claims: [] }, claim) };
}
