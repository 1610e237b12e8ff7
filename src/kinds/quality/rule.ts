import { QUALITY_RULE_VERSION, type Analyte, type QualityRule } from "../../formats/qualityRule.ts";
import { claimAt, type Policy } from "../../policy/document.ts";
import { requireKind } from "../kind.ts";
import { ruleHead } from "../ruleHead.ts";
import type { QualityClaim, QualityLimits } from "./limits.ts";
import { analytesOf, productOf, slotOf } from "./slots.ts";

/**
 * The rule of a quality claim. Errors: those of `ruleHead`, `slotOf` and `productOf`; more slots or products than the
 * circuit has are refused by the hash.
 */
export function qualityRuleOf(policy: Policy, claimIndex: number, salt: bigint): QualityRule {
  const limits = limitsOfClaim(policy, claimIndex);
  return {
    ...ruleHead(policy, claimIndex, QUALITY_RULE_VERSION, salt),
    resultWithin: BigInt(limits.resultWithin),
    pharmacopoeia: limits.pharmacopoeia === true ? 1n : 0n,
    slots: limits.analytes.map((_, index) => slotOf(limits, index)),
    products: (limits.products ?? []).map((_, index) => productOf(limits, index)),
  };
}

/** What the laboratory measures for a quality claim, in the order of its rule's slots. Error `claim`. */
export function claimedAnalytes(policy: Policy, claimIndex: number): Analyte[] {
  return analytesOf(limitsOfClaim(policy, claimIndex));
}

function limitsOfClaim(policy: Policy, claimIndex: number): QualityLimits {
  const claim: QualityClaim = requireKind(claimAt(policy, claimIndex), "quality");
  return claim.rule;
}
