import type { AuditReport } from "../audit/report.ts";
import type { PolicyClaimReport, PolicyReport } from "../audit/policies.ts";
import type { ChainClaim } from "../formats/chainPolicy.ts";
import { CLAIM_CLASS, NEEDED_FOR } from "../formats/codes.ts";
import type { Policy } from "../policy/document.ts";
import type { PolicySalts } from "../policy/salts.ts";
import { discrepancies, isDocumentOf, type Discrepancy } from "../review/registered.ts";

/** The policy of a report whose document this is; undefined: the register has none. Errors: those of `isDocumentOf`. */
export function registeredPolicy(policy: Policy, { policies }: AuditReport): PolicyReport | undefined {
  return policies.find(({ policyId, claims }) => isDocumentOf(policy, policyId, claims.map(chainClaim)));
}

/** Where the register says of its claims otherwise than the document. Errors: those of `discrepancies`. */
export function saidOtherwise(
  policy: Policy,
  { claims }: PolicyReport,
  { circuits }: AuditReport,
  salts: PolicySalts | undefined,
): Discrepancy[] {
  const names = new Map(circuits.map(({ circuitId, known }) => [circuitId, known ?? undefined]));
  return discrepancies(policy, claims.map(chainClaim), {
    ...(salts === undefined ? {} : { salts }),
    circuit: (circuitId) => names.get(circuitId),
  });
}

function chainClaim(claim: PolicyClaimReport): ChainClaim {
  const { circuitIds, rule, stage, severity } = claim;
  return {
    ...{ circuitIds, rule: BigInt(rule), stage, severity },
    ...{ class: codeOf(CLAIM_CLASS, claim.class), neededFor: codeOf(NEEDED_FOR, claim.neededFor) },
  };
}

/** The inverse of how a report names a code: by its name, or as "code 7" where it has none. */
function codeOf(codes: Readonly<Record<string, number>>, named: string): number {
  return codes[named] ?? Number(named.replace("code ", ""));
}
