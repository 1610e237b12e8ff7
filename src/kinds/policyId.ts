import { CLAIM_CLASS, NEEDED_FOR } from "../formats/codes.ts";
import { nameWord } from "../formats/names.ts";
import { policyIdOf, type ChainPolicy } from "../formats/chainPolicy.ts";
import { type Policy, documentHash } from "../policy/document.ts";
import { claimRuleHash } from "./index.ts";
import { saltOf, type PolicySalts } from "../policy/salts.ts";

/**
 * The policy as `PolicyRegistry` stores it.
 * @param salts salt of each claim's rule
 * @param circuitId the circuitId (0x hex) of a circuit's name
 * Errors: those of `claimRuleHash` and of `saltOf`.
 */
export function chainPolicy(policy: Policy, salts: PolicySalts, circuitId: (name: string) => string): ChainPolicy {
  return {
    ...chainPolicyHead(policy),
    claims: policy.claims.map((claim, index) => ({
      circuitIds: claim.circuits.map((name) => circuitId(name)),
      rule: claimRuleHash(policy, index, saltOf(salts, claim.id)),
      stage: claim.stage,
      class: CLAIM_CLASS[claim.class],
      neededFor: NEEDED_FOR[claim.neededFor],
      severity: claim.severity,
    })),
  };
}

/** What `PolicyRegistry` stores of a policy besides its claims: neither salts nor circuits are needed for it. */
export function chainPolicyHead(policy: Policy): Omit<ChainPolicy, "claims"> {
  return {
    documentHash: documentHash(policy),
    product: nameWord(policy.product),
    version: policy.version,
    stages: policy.stages.length,
    maxDue: [BigInt(policy.maxDue[0]), BigInt(policy.maxDue[1])],
    confirmedStages: confirmedStages(policy),
  };
}

/** Bit i: stage i is confirmed. A name of none, which lint refuses, is an error without a code. */
function confirmedStages({ stages, confirmedByQp = [] }: Policy): bigint {
  return confirmedByQp.reduce((bits, name) => {
    const stage = stages.indexOf(name);
    if (stage < 0) throw new Error(`no stage ${name}`);
    return bits | (1n << BigInt(stage));
  }, 0n);
}

/** policyId of a policy, 0x hex: parameters and errors of `chainPolicy`, formula of `policyIdOf`. */
export function policyId(policy: Policy, salts: PolicySalts, circuitId: (name: string) => string): string {
  return policyIdOf(chainPolicy(policy, salts, circuitId));
}
