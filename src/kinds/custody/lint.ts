import { derived } from "../../policy/derived.ts";
import { claimsOf } from "../kind.ts";
import type { CustodyClaim, CustodyLimits } from "./limits.ts";
import { boundaryOf, durationOf, sealOf } from "./rule.ts";
import { error, warning, type LintFinding } from "../../policy/lintFinding.ts";
import type { Policy } from "../../policy/document.ts";

/** What is wrong with the limits of a custody claim, and what their approvers should know. */
export function lintCustody(policy: Policy, claim: CustodyClaim, pointer: string): LintFinding[] {
  return [
    ...derived(pointer, () => boundaryOf(policy, claim)).findings,
    ...derived(pointer, () => durationOf(claim.rule)).findings,
    ...derived(pointer, () => sealOf(claim)).findings,
    ...lintHold(claim, pointer),
  ];
}

function lintHold({ rule: { boundary, hold } }: CustodyClaim, pointer: string): LintFinding[] {
  if (boundary === "last") {
    if (hold === undefined) return [];
    const message = "Nobody takes over after the last stage, so there is no hold to limit.";
    return [warning("useless", `${pointer}/hold`, message, 'Remove "hold".')];
  }
  if (hold !== undefined) return [];
  const message = "Any time may pass between this stage's end and the next one's start, and no claim watches it.";
  return [warning("hold", pointer, message, 'Add "hold", the longest permitted time in seconds; 0 if there is none.')];
}

/** What the contract refuses too (contracts/libraries/PolicyRules.sol): a chain of custody has no holes. */
export function lintChain(policy: Policy): LintFinding[] {
  const { stages } = policy;
  const custody = claimsOf<"custody", CustodyLimits>(policy, "custody");
  if (custody.length === 0) {
    const message = "Custody is not proven: no claim says who held the batch, nor that hand-overs were signed.";
    const remedy = "Add a custody claim to every stage, or keep the signed hand-over papers.";
    return [warning("custody", "/claims", message, remedy)];
  }
  const first = (stage: number): CustodyClaim | undefined => custody.find(({ claim }) => claim.stage === stage)?.claim;
  return [
    ...stages.flatMap((name, stage) => (first(stage) === undefined ? [missing(name, stage)] : [])),
    ...custody.flatMap(({ claim, index }) => {
      const before = first(claim.stage - 1);
      return [
        ...(first(claim.stage) === claim ? [] : [repeated(index)]),
        ...(before?.neededFor === "completion" && claim.neededFor === "release" ? [outOfOrder(before, index)] : []),
      ];
    }),
  ];
}

function missing(name: string, stage: number): LintFinding {
  const message = `Custody of stage "${name}" is not claimed, but that of other stages is: the chain has a hole.`;
  return error("custody-missing", `/stages/${stage}`, message, "Claim custody of every stage, or of none.");
}

function repeated(index: number): LintFinding {
  const message = "Custody of this stage is claimed twice.";
  return error("custody-repeated", `/claims/${index}/stage`, message, "Keep one custody claim for each stage.");
}

function outOfOrder(before: CustodyClaim, index: number): LintFinding {
  const message = `Custody is needed for release here, but only for completion in "${before.id}": a batch would be released on a chain of custody with a hole.`;
  const remedy = 'Set "neededFor" to "completion" from the first such stage on, or of the earlier one to "release".';
  return error("custody-order", `/claims/${index}/neededFor`, message, remedy);
}
