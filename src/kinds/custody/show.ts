import { NO_DURATION_LIMIT } from "../../formats/custodyRule.ts";
import type { Boundary, CustodyClaim, CustodyLimits } from "./limits.ts";
import { boundaryOf, durationOf, sealOf } from "./rule.ts";
import type { Policy } from "../../policy/document.ts";
import { time } from "../../policy/words.ts";

const SIGNERS: Readonly<Record<Boundary, string>> = {
  handover:
    "End of the stage: a hand-over. The custodian signs that it released the material and the next custodian, with another key, that it received it; both say that its condition is conforming.",
  internal:
    "End of the stage: an internal boundary. The same organisation keeps the material; the stage's custodian alone signs, and says that its condition is conforming.",
  last: "End of the stage: the end of the batch's way. Nobody takes over; the custodian signs that it is the end and that the material's condition is conforming.",
};

/** Every limit of a custody claim in words. The policy must be free of lint errors, else the errors of the derivation. */
export function showCustody(policy: Policy, claim: CustodyClaim): string[] {
  // Words for limits that cannot be proven would mislead.
  boundaryOf(policy, claim);
  const { rule, stage } = claim;
  return [
    `Custodian: registered with its organisation and valid over the whole stage. ${stage === 0 ? "It and its devices were named when the batch was opened, and its site can open this order only once." : "It, the stage's start and its devices are those that the hand-off before named."}`,
    SIGNERS[rule.boundary],
    ...(rule.boundary === "last" ? [] : [showNext(rule)]),
    ...showDuration(rule),
    `Seal: ${sealOf(claim) === 1n ? "the stage ends under the seal with which the stage before ended." : "not demanded."}`,
    "Not proven: that those who signed told the truth; a signature says who answers for it.",
  ];
}

function showNext({ hold }: CustodyLimits): string {
  const registered = "The next custodian is registered and valid when it takes over";
  if (hold === 0) return `Hold: none. The next stage starts when this one ends. ${registered}.`;
  return hold === undefined
    ? `Hold: no limit. ${registered}, however long after the stage's end.`
    : `Hold: at most ${time(hold)} from the stage's end to the next one's start. ${registered}.`;
}

function showDuration(rule: CustodyLimits): string[] {
  const { durationMin, durationMax } = durationOf(rule);
  const limits = [
    ...(durationMin === 0n ? [] : [`at least ${time(Number(durationMin))}`]),
    ...(durationMax === NO_DURATION_LIMIT ? [] : [`at most ${time(Number(durationMax))}`]),
  ];
  return (limits.length === 0 ? ["no limit"] : limits).map((limit) => `Duration of the stage: ${limit}.`);
}
