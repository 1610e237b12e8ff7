import { CLAIM_CLASS, kindNamed, NEEDED_FOR } from "../formats/codes.ts";
import { signed, type Signed } from "./history.ts";
import type { Why } from "./reasons.ts";
import type { PolicyClaimState, PolicyState, RegisterState } from "./state.ts";
import { wordText } from "./words.ts";

/** What a reader is told about a policy of the register: the limits themselves are not there, only their hashes. */
export interface PolicyReport {
  readonly policyId: string;
  readonly product: string;
  readonly version: number;
  readonly stages: number;
  /** Stages that a QP named for them confirms. */
  readonly confirmedStages: readonly number[];
  readonly claims: readonly PolicyClaimReport[];
  readonly proposed: Signed;
  /** `authorisation`: the marketing authorisation that it names. `effectiveFrom`: Unix seconds, decimal. Null: nobody approved it. */
  readonly approved: (Signed & { readonly authorisation: string; readonly effectiveFrom: string }) | null;
  /** By authorities. */
  readonly endorsed: readonly Signed[];
  readonly retired: (Signed & { readonly reason: string }) | null;
}

export interface PolicyClaimReport {
  readonly circuitIds: readonly string[];
  /** Kinds of these circuits, as the register says, in words. */
  readonly kinds: readonly string[];
  /** Hash of the rule. */
  readonly rule: string;
  readonly stage: number;
  /** By its name, or the code that has none. */
  readonly class: string;
  readonly neededFor: string;
  /** 3 critical, 2 major, 1 minor. */
  readonly severity: number;
}

/** Every policy that was ever proposed, the oldest first. */
export function policiesIn(state: RegisterState, why: Why): PolicyReport[] {
  return Object.entries(state.policies).map(([policyId, policy]) => {
    const { product, version, stages, confirmedStages, claims, proposed, endorsed } = policy;
    return {
      ...{ policyId, product, version, stages, confirmedStages },
      claims: claims.map((claim) => claimReport(state, claim)),
      proposed: signed(proposed),
      approved: approvalOf(policy),
      endorsed: endorsed.map(signed),
      retired: policy.retired === undefined ? null : { ...signed(policy.retired), reason: why(policy.retired) },
    };
  });
}

function approvalOf({ approved }: PolicyState): PolicyReport["approved"] {
  if (approved === undefined) return null;
  const { authorisation, effectiveFrom } = approved;
  return { ...signed(approved), authorisation, effectiveFrom };
}

function claimReport({ circuits }: RegisterState, claim: PolicyClaimState): PolicyClaimReport {
  const { circuitIds, rule, stage, severity } = claim;
  const kinds = circuitIds.map((id) => kindNamed(circuits[id]?.kind ?? 0) ?? "not known to this version");
  return {
    ...{ circuitIds, kinds: [...new Set(kinds)], rule: wordText(rule), stage, severity },
    ...{ class: nameOf(CLAIM_CLASS, claim.class), neededFor: nameOf(NEEDED_FOR, claim.neededFor) },
  };
}

function nameOf(codes: Readonly<Record<string, number>>, code: number): string {
  return Object.keys(codes).find((name) => codes[name] === code) ?? `code ${code}`;
}
