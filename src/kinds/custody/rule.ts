import { inputError } from "../../errors.ts";
import { CUSTODY_RULE_VERSION, NO_DURATION_LIMIT, NO_HOLD_LIMIT, type CustodyRule } from "../../formats/custodyRule.ts";
import { claimAt, type Policy } from "../../policy/document.ts";
import { requireKind } from "../kind.ts";
import { ruleHead } from "../ruleHead.ts";
import type { CustodyClaim, CustodyLimits } from "./limits.ts";

/** The rule of a custody claim. Errors: those of `ruleHead`, `boundaryOf`, `durationOf` and `sealOf`. */
export function custodyRuleOf(policy: Policy, claimIndex: number, salt: bigint): CustodyRule {
  const claim: CustodyClaim = requireKind(claimAt(policy, claimIndex), "custody");
  return {
    ...ruleHead(policy, claimIndex, CUSTODY_RULE_VERSION, salt),
    holdLimit: holdOf(claim.rule),
    ...durationOf(claim.rule),
    ...boundaryOf(policy, claim),
    sealed: sealOf(claim),
  };
}

/** The claim that is judged, within its policy. */
type StageOf = Pick<CustodyClaim, "stage" | "rule">;

/**
 * Who signs at the end of the stage. Error `boundary`, place `boundary`: the last stage is not `last`, or another one is.
 */
export function boundaryOf(
  { stages }: Pick<Policy, "stages">,
  { stage, rule }: StageOf,
): Pick<CustodyRule, "internal" | "last"> {
  const isLast = stage === stages.length - 1;
  if (isLast !== (rule.boundary === "last")) {
    const name = stages[stage] ?? String(stage);
    throw inputError(
      isLast
        ? `After stage "${name}" nobody takes over: it is the policy's last one.`
        : `After stage "${name}" somebody takes over: it is not the policy's last one.`,
      {
        place: "boundary",
        remedy: isLast
          ? 'Write "last".'
          : 'Write "handover", or "internal" if the same organisation keeps the material.',
        code: "boundary",
      },
    );
  }
  return { internal: flag(rule.boundary === "internal"), last: flag(isLast) };
}

/** Longest time from the stage's end to the next one's start, seconds; NO_HOLD_LIMIT without such a limit. */
export function holdOf({ hold }: CustodyLimits): bigint {
  return hold === undefined ? NO_HOLD_LIMIT : BigInt(hold);
}

/**
 * Shortest and longest stage, seconds; 0 and NO_DURATION_LIMIT without such a limit. Error `duration`, place `duration`:
 * the shortest is longer than the longest.
 */
export function durationOf({ duration = {} }: CustodyLimits): Pick<CustodyRule, "durationMin" | "durationMax"> {
  const { min = 0, max } = duration;
  if (max !== undefined && min > max) {
    throw inputError(`No stage takes at least ${min} s and at most ${max} s.`, {
      place: "duration",
      remedy: "Write the shorter one as min.",
      code: "duration",
    });
  }
  return { durationMin: BigInt(min), durationMax: max === undefined ? NO_DURATION_LIMIT : BigInt(max) };
}

/** Whether the seal must be unbroken. Error `sealed`, place `sealed`: no stage before stage 0 could have sealed anything. */
export function sealOf({ stage, rule }: StageOf): bigint {
  if (rule.sealed === true && stage === 0) {
    throw inputError("Before the first stage nothing was sealed.", {
      place: "sealed",
      remedy: 'Remove "sealed" here; the first stage\'s own seal can be demanded from the second stage on.',
      code: "sealed",
    });
  }
  return flag(rule.sealed === true);
}

function flag(value: boolean): bigint {
  return value ? 1n : 0n;
}
