import { policyIdOf, type ChainClaim } from "../formats/chainPolicy.ts";
import { CLAIM_CLASS, NEEDED_FOR } from "../formats/codes.ts";
import { claimRuleHash } from "../kinds/index.ts";
import { chainPolicyHead } from "../kinds/policyId.ts";
import type { Claim, Policy } from "../policy/document.ts";
import { saltOf, type PolicySalts } from "../policy/salts.ts";

/** What a register says of a claim otherwise than its policy's document. */
export type Otherwise = "count" | "stage" | "class" | "neededFor" | "severity" | "circuits" | "rule";

/** How one claim of a registered policy is not what its document says; `claim` is its index there. */
export interface Discrepancy {
  readonly claim: number;
  readonly what: Otherwise;
}

/** What can be known besides: without salts nothing is said of rules, without names nothing of circuits. */
export interface Opened {
  readonly salts?: PolicySalts;
  /** Name of a circuit by its circuitId; undefined: not known. */
  readonly circuit?: (circuitId: string) => string | undefined;
}

/**
 * Whether a policy is the document of a registered one: its id is the hash of the document's hash and of what the register
 * has of the claims. That those claims are what the document says, is asked of `discrepancies`: the register believes whoever
 * proposes a policy. Errors: those of `chainPolicyHead`.
 */
export function isDocumentOf(policy: Policy, policyId: string, claims: readonly ChainClaim[]): boolean {
  return policyIdOf({ ...chainPolicyHead(policy), claims }) === policyId;
}

/** Where a register has other claims than the policy's document. Errors: those of `saltOf` and of `claimRuleHash`. */
export function discrepancies(policy: Policy, claims: readonly ChainClaim[], opened: Opened = {}): Discrepancy[] {
  if (claims.length !== policy.claims.length) return [{ claim: claims.length, what: "count" }];
  return policy.claims.flatMap((claim, index) => {
    const registered = claims[index];
    if (registered === undefined) return [];
    const isOther = { ...codesApart(claim, registered), ...openedApart(policy, index, registered, opened) };
    return (Object.keys(isOther) as (keyof typeof isOther)[])
      .filter((what) => isOther[what])
      .map((what) => ({ claim: index, what }));
  });
}

function codesApart(
  claim: Claim,
  registered: ChainClaim,
): Readonly<Record<"stage" | "class" | "neededFor" | "severity", boolean>> {
  return {
    stage: registered.stage !== claim.stage,
    class: registered.class !== CLAIM_CLASS[claim.class],
    neededFor: registered.neededFor !== NEEDED_FOR[claim.neededFor],
    severity: registered.severity !== claim.severity,
  };
}

function openedApart(
  policy: Policy,
  index: number,
  { circuitIds, rule }: ChainClaim,
  { salts, circuit = () => undefined }: Opened,
): Readonly<Record<"circuits" | "rule", boolean>> {
  const { id, circuits } = policy.claims[index] ?? { id: "", circuits: [] };
  const names = circuitIds.map(circuit);
  return {
    circuits:
      circuitIds.length !== circuits.length || names.some((name, i) => name !== undefined && name !== circuits[i]),
    rule: salts !== undefined && claimRuleHash(policy, index, saltOf(salts, id)) !== rule,
  };
}
