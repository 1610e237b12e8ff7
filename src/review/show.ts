import { CIRCUITS, type Circuit } from "../kinds/circuits.ts";
import { kindOf } from "../kinds/index.ts";
import type { ClaimClassName, NeededForName } from "../formats/codes.ts";
import { shippedByHash } from "../formats/shippedProfiles.ts";
import { documentHash, SEVERITY, type Claim, type Policy } from "../policy/document.ts";
import { quoted, span, time } from "../policy/words.ts";
import { showUnproven } from "./unproven.ts";

/** What happens without a proof; `done` is what the claim is needed for. */
const CONSEQUENCE: Readonly<Record<ClaimClassName, (done: string) => string>> = {
  specification: (done) =>
    `a registered specification. Only a proof counts: a batch without it is never ${done} (EU GMP Annex 16, section 3).`,
  process: (done) =>
    `a process limit. If it is not met, an exception is raised, and the batch is ${done} only if QA and QP accept the documented investigation (EU GMP Annex 16, section 3).`,
  custody: (done) => `custody. Only a proof counts: a batch without it is never ${done}.`,
};

const DONE: Readonly<Record<NeededForName, string>> = { release: "released", completion: "completed" };

/**
 * Every limit of a policy in words, with its units, one a line, for people who approve or review it; also what the limits
 * leave uncovered. What the policy's author wrote is quoted, at the end of its line. Lines end with a line feed. The policy must be free of lint errors (else the errors of `claimRuleHash`).
 * @param circuits the circuits whose capacity is shown
 */
export function showPolicy(policy: Policy, circuits: readonly Pick<Circuit, "name" | "tier">[] = CIRCUITS): string {
  const lines = [
    ...showHead(policy),
    ...policy.stages.flatMap((name, stage) => showStage(policy, name, stage, circuits)),
    ...showNeeds(policy),
    ...showUnproven(policy),
  ];
  return `${lines.join("\n")}\n`;
}

function showHead(policy: Policy): string[] {
  const [release, completion] = policy.maxDue;
  return [
    `Policy, version ${policy.version}, for product ${quoted(policy.product)}`,
    `  Document: ${quoted(policy.document)}`,
    `  Document hash: ${documentHash(policy)}`,
    `  Release: due within ${span(release)} of a batch's opening, at the latest.`,
    `  Completion: due within ${span(completion)} of a batch's opening, at the latest.`,
    ...showProfiles(policy),
  ];
}

/** By which profiles import reads tables and reports: nothing that a proof shows. */
function showProfiles({ profiles }: Policy): string[] {
  const word = "Import sees to it, by the source's word; no proof shows it.";
  return profiles === undefined
    ? [`  Tables: read in the long form of historians only; results in the project's own form only. ${word}`]
    : [
        `  Tables: read by these profiles only; results by them or in the project's own form. ${word}`,
        ...profiles.map(({ name, hash }) => {
          const shipped = shippedByHash(hash);
          return `    Profile ${hash}${shipped === undefined ? "" : ` (shipped: ${shipped})`}: ${quoted(name)}`;
        }),
      ];
}

function showStage(
  policy: Policy,
  name: string,
  stage: number,
  circuits: readonly Pick<Circuit, "name" | "tier">[],
): string[] {
  const claims = policy.claims.filter((claim) => claim.stage === stage);
  const body =
    claims.length === 0
      ? ["  Nothing is proven about this stage."]
      : claims.flatMap((claim) => showClaim(policy, claim, circuits));
  return ["", `Stage ${stage}: ${name}`, ...showConfirmation(policy, name), ...body];
}

function showConfirmation({ confirmedByQp = [] }: Policy, name: string): string[] {
  return confirmedByQp.includes(name)
    ? ["  Confirmation: a QP named for this stage confirms it before the batch is certified (EU GMP Annex 16)."]
    : [];
}

function showClaim(policy: Policy, claim: Claim, circuits: readonly Pick<Circuit, "name" | "tier">[]): string[] {
  return [
    `  Claim ${claim.id}`,
    ...[
      ...kindOf(claim).show(policy, claim),
      showOpening(claim),
      `Class: ${CONSEQUENCE[claim.class](DONE[claim.neededFor])}`,
      `Severity of a breach: ${claim.severity} (${SEVERITY[claim.severity]}; 1 minor, 2 major, 3 critical).`,
      `Needed for: ${claim.neededFor}.`,
      `Proven by: ${claim.circuits.map((circuit) => showCircuit(claim, circuit, circuits)).join(" or ")}.`,
      `Where the numbers come from: ${quoted(claim.rule.source)}`,
    ].map((line) => `    ${line}`),
  ];
}

/** When the batch must be opened, which every claim's proof says. */
function showOpening({ rule: { openedWithin } }: Claim): string {
  if (openedWithin === 0)
    return "Opening: the batch is opened on the register before the stage begins, or at its very start.";
  return openedWithin === undefined
    ? "Opening: no limit. The batch may be opened on the register any time after the stage began, when it is known how it went; a proof shows that, and an audit lists it."
    : `Opening: the batch is opened on the register at most ${time(openedWithin)} after the stage began. A later opening than the start is shown as a deviation.`;
}

function showCircuit(claim: Claim, name: string, circuits: readonly Pick<Circuit, "name" | "tier">[]): string {
  const tier = circuits.find((known) => known.name === name)?.tier;
  const holds = tier === undefined ? undefined : kindOf(claim).showTier(tier);
  return holds === undefined ? name : `${name} (${holds})`;
}

function showNeeds({ claims, confirmedByQp = [] }: Policy): string[] {
  const named = (goal: Claim["neededFor"]): string =>
    claims
      .filter(({ neededFor }) => neededFor === goal)
      .map(({ id }) => id)
      .join(", ");
  const completion = named("completion");
  const confirmed = confirmedByQp.length === 0 ? "" : ` the confirmation of ${confirmedByQp.join(" and ")} by a QP,`;
  return [
    "",
    "What a batch needs",
    `  For release: ${named("release")},${confirmed} no open exception, and the certificate of a Qualified Person.`,
    `  For completion: its release${completion === "" ? "; no further claim" : `, and ${completion}`}.`,
  ];
}
