import { BatchproofError, inputError } from "../errors.ts";
import {
  CHANNEL,
  KIND,
  PARAMETERS_RULE_VERSION,
  TEMPERATURE_RULE_VERSION,
  type KindName,
} from "../formats/constants.ts";
import { CUSTODY_RULE_VERSION, custodyRuleHash, type CustodyRule } from "../formats/custodyRule.ts";
import { textHash } from "../formats/identity.ts";
import { channelsOf, parametersRuleHash, type Channel, type ParametersRule } from "../formats/parametersRule.ts";
import { QUALITY_RULE_VERSION, qualityRuleHash, type QualityRule } from "../formats/qualityRule.ts";
import { ruleHash, type TemperatureRule } from "../formats/rule.ts";
import { budgetOf, singleOf } from "./budgets.ts";
import { channelGridOf, codingOf, timingOf } from "./coding.ts";
import { boundaryOf, durationOf, holdOf, sealOf } from "./custody.ts";
import { mktOf } from "./mkt.ts";
import type { ChannelLimits, ParametersLimits, Policy, PolicyClaim, TemperatureLimits } from "./policy.ts";
import { productOf, slotOf } from "./quality.ts";
import { isSalt } from "./salts.ts";

/**
 * The rules of claims as the circuits read them. Every derivation has the errors `claim` (no claim of this index), `salt`
 * (not 1 to 2^248 - 1) and the internal `claim-kind` (the claim is of another kind: the caller's mistake).
 */

/** The public signal `rule` of a claim of any kind: the errors of its kind's derivation. */
export function claimRuleHash(policy: Policy, claimIndex: number, salt: bigint): bigint {
  switch (claimAt(policy, claimIndex).kind) {
    case "temperature":
      return ruleHash(temperatureRuleOf(policy, claimIndex, salt));
    case "parameters":
      return parametersRuleHash(parametersRuleOf(policy, claimIndex, salt));
    case "custody":
      return custodyRuleHash(custodyRuleOf(policy, claimIndex, salt));
    case "quality":
      return qualityRuleHash(qualityRuleOf(policy, claimIndex, salt));
  }
}

/** The rule of a temperature claim. Errors: those of `codingOf`, `budgetOf`, `singleOf` and `mktOf`. */
export function temperatureRuleOf(policy: Policy, claimIndex: number, salt: bigint): TemperatureRule {
  const { rule: limits } = claimOfKind(policy, claimIndex, "temperature");
  const coding = codingOf(limits);
  return {
    ...headOf(policy, claimIndex, TEMPERATURE_RULE_VERSION, salt),
    channelId: BigInt(CHANNEL.temperature.code),
    ...coding,
    ...windowOf(limits),
    budgetAbove: budgetOf(limits, coding, "above"),
    budgetBelow: budgetOf(limits, coding, "below"),
    single: singleOf(limits, coding),
    ...mktOf(limits, coding),
  };
}

/** The rule of a parameters claim, its channels by ascending code. Errors: those of `channelGridOf`, `channelsOf`, `timingOf`. */
export function parametersRuleOf(policy: Policy, claimIndex: number, salt: bigint): ParametersRule {
  const { rule: limits } = claimOfKind(policy, claimIndex, "parameters");
  return {
    ...headOf(policy, claimIndex, PARAMETERS_RULE_VERSION, salt),
    channels: channelsOf(limits.channels.map(channelOf)),
    ...timingOf(limits.gap),
    ...windowOf(limits),
  };
}

function channelOf(limits: ChannelLimits): Channel {
  const { origin, stepNum, stepDen, width } = channelGridOf(limits);
  return { channelId: BigInt(limits.channel), origin, stepNum, stepDen, width };
}

/** The rule of a custody claim. Errors: those of `boundaryOf`, `durationOf` and `sealOf`. */
export function custodyRuleOf(policy: Policy, claimIndex: number, salt: bigint): CustodyRule {
  const claim = claimOfKind(policy, claimIndex, "custody");
  return {
    ...headOf(policy, claimIndex, CUSTODY_RULE_VERSION, salt),
    holdLimit: holdOf(claim.rule),
    ...durationOf(claim.rule),
    ...boundaryOf(policy, claim),
    sealed: sealOf(claim),
  };
}

/**
 * The rule of a quality claim. Errors: those of `slotOf` and `productOf`; more slots or products than the circuit has are
 * refused by the hash.
 */
export function qualityRuleOf(policy: Policy, claimIndex: number, salt: bigint): QualityRule {
  const { rule: limits } = claimOfKind(policy, claimIndex, "quality");
  return {
    ...headOf(policy, claimIndex, QUALITY_RULE_VERSION, salt),
    resultWithin: BigInt(limits.resultWithin),
    pharmacopoeia: limits.pharmacopoeia === true ? 1n : 0n,
    slots: limits.analytes.map((_, index) => slotOf(limits, index)),
    products: (limits.products ?? []).map((_, index) => productOf(limits, index)),
  };
}

function claimAt(policy: Policy, claimIndex: number): PolicyClaim {
  const claim = policy.claims[claimIndex];
  if (claim === undefined) throw inputError(`The policy has no claim ${claimIndex}.`, { code: "claim" });
  return claim;
}

function claimOfKind<K extends KindName>(
  policy: Policy,
  claimIndex: number,
  kind: K,
): Extract<PolicyClaim, { readonly kind: K }> {
  const claim = claimAt(policy, claimIndex);
  if (isOfKind(claim, kind)) return claim;
  const message = `A ${kind} rule was asked for, and claim ${claim.id} is of kind "${claim.kind}".`;
  throw new BatchproofError("internal", message, { code: "claim-kind" });
}

function isOfKind<K extends KindName>(
  claim: PolicyClaim,
  kind: K,
): claim is Extract<PolicyClaim, { readonly kind: K }> {
  return claim.kind === kind;
}

/** What all rules begin and end with. */
type RuleHead = Pick<
  TemperatureRule,
  "version" | "kind" | "claimIndex" | "stage" | "productHash" | "policyVersion" | "salt"
>;

function headOf(policy: Policy, claimIndex: number, version: number, salt: bigint): RuleHead {
  if (!isSalt(salt)) throw inputError("A rule's salt has 1 to 248 bits and is not 0.", { code: "salt" });
  const { kind, stage } = claimAt(policy, claimIndex);
  return {
    version: BigInt(version),
    kind: BigInt(KIND[kind]),
    claimIndex: BigInt(claimIndex),
    stage: BigInt(stage),
    productHash: textHash(policy.product),
    policyVersion: BigInt(policy.version),
    salt,
  };
}

/** What the rules of a series say about its times and its source. */
function windowOf(
  limits: TemperatureLimits | ParametersLimits,
): Pick<TemperatureRule, "lead" | "tail" | "clockTolerance" | "independent"> {
  return {
    lead: BigInt(limits.lead),
    tail: BigInt(limits.tail),
    clockTolerance: BigInt(limits.clockTolerance),
    independent: limits.independent === true ? 1n : 0n,
  };
}
