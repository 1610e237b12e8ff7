import type { CustodyClaim, Policy, PolicyClaim } from "./policy.ts";
import { time } from "./words.ts";

/** What proofs of a policy's claims leave open, for its readers. */
export function showUnproven(policy: Policy): string[] {
  const custody = policy.claims.filter((claim) => claim.kind === "custody");
  return [
    "",
    "What this policy does not prove",
    ...[
      ...showBetween(policy, custody),
      ...showUnmeasured(policy),
      ...(custody.length === 0
        ? ["Custody: who held the batch, and that both sides signed each hand-over. No claim of this policy says so."]
        : [
            "Custody: that those who signed the hand-overs told the truth. Proven is that registered custodians signed.",
          ]),
      ...(has(policy, "temperature") || has(policy, "parameters")
        ? ["That the sensor told the truth: a proof is about records that a registered source signed."]
        : []),
      ...(has(policy, "quality")
        ? ["That the laboratory told the truth: a proof is about results that a registered laboratory signed."]
        : []),
    ].map((line) => `  ${line}`),
  ];
}

function has({ claims }: Policy, kind: PolicyClaim["kind"]): boolean {
  return claims.some((claim) => claim.kind === kind);
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

/** Stages without a series of readings. */
function showUnmeasured({ stages, claims }: Policy): string[] {
  const measured = claims.filter(({ kind }) => kind === "temperature" || kind === "parameters");
  const unmeasured = stages.filter((_, stage) => !measured.some((claim) => claim.stage === stage));
  if (unmeasured.length === 0) return [];
  return [`How the batch was kept in ${unmeasured.join(", ")}: no readings of these stages are claimed.`];
}
