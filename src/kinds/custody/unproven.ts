import type { Policy } from "../../policy/document.ts";
import { time } from "../../policy/words.ts";
import { claimsOf } from "../kind.ts";
import type { CustodyClaim, CustodyLimits } from "./limits.ts";

/** What custody claims, or their absence, leave open. */
export function unprovenCustody(policy: Policy): string[] {
  const custody = claimsOf<"custody", CustodyLimits>(policy, "custody").map(({ claim }) => claim);
  return [
    ...showBetween(policy, custody),
    custody.length === 0
      ? "Custody: who held the batch, and that both sides signed each hand-over. No claim of this policy says so."
      : "Custody: that those who signed the hand-overs told the truth. Proven is that registered custodians signed.",
  ];
}

/** What is known of the time from one stage's end to the next one's start. */
function showBetween({ stages }: Policy, custody: readonly CustodyClaim[]): string[] {
  const between = "Between stages, from one stage's end to the next one's start:";
  if (stages.length === 1) return ["Before and after the one stage: nothing."];
  if (custody.length === 0) return [`${between} nothing. No claim limits hand-over and hold times.`];
  const holds = stages.slice(0, -1).map((name, stage) => ({
    name,
    hold: custody.find((claim) => claim.stage === stage)?.rule.hold,
  }));
  const limited = holds.flatMap(({ name, hold }) => (hold === undefined ? [] : [`${time(hold)} after ${name}`]));
  const unlimited = holds.flatMap(({ name, hold }) => (hold === undefined ? [name] : []));
  return [
    `${between} nothing is measured.`,
    ...(limited.length === 0 ? [] : [`  How long that may take is proven: at most ${limited.join(", ")}.`]),
    ...(unlimited.length === 0 ? [] : [`  It may take any time after ${unlimited.join(", ")}.`]),
  ];
}
