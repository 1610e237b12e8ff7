import { CIRCUITS, type Circuit } from "../circuits.ts";
import type { KindName } from "../formats/constants.ts";
import { canonicalJson } from "../input/json.ts";
import { formatDuration } from "../input/times.ts";
import { error, isError, warning, type Finding } from "./findings.ts";
import { lintChain } from "./lintCustody.ts";
import { lintRule } from "./lintRule.ts";
import { heatOf } from "./mkt.ts";
import type { Policy, PolicyClaim, TemperatureLimits } from "./policy.ts";

/**
 * Everything that is wrong with a policy whose shape is right: errors first, each in the order of the document.
 * @param circuits the circuits that claims may name
 */
export function lintPolicy(policy: Policy, circuits: readonly Pick<Circuit, "name" | "kind">[] = CIRCUITS): Finding[] {
  const findings = [
    ...lintStages(policy),
    ...lintDue(policy),
    ...policy.claims.flatMap((claim, index) => [
      ...lintClaim(policy, claim, `/claims/${index}`),
      ...lintCircuits(claim, circuits, `/claims/${index}`),
      ...lintRule(policy, claim, `/claims/${index}/rule`),
      ...lintTwins(policy, index),
    ]),
    ...lintGoals(policy),
    ...lintChain(policy),
  ];
  return [...findings.filter(isError), ...findings.filter((finding) => !isError(finding))];
}

function lintStages({ stages, claims }: Policy): Finding[] {
  return stages.flatMap((name, index) => {
    const pointer = `/stages/${index}`;
    const findings: Finding[] = [];
    if (stages.indexOf(name) < index) {
      findings.push(
        error("stage-name", pointer, `Two stages are called "${name}".`, "Give every stage a name of its own."),
      );
    }
    if (!claims.some((claim) => claim.stage === index)) {
      findings.push(
        warning(
          "stage-empty",
          pointer,
          `Nothing is proven about stage "${name}".`,
          "Add a claim, or say why none is needed.",
        ),
      );
    }
    return findings;
  });
}

function lintDue({ maxDue: [release, completion] }: Policy): Finding[] {
  if (release <= completion) return [];
  const message = `Release may be due ${formatDuration(release - completion)} after completion.`;
  return [error("max-due", "/maxDue", message, "Write the release first; a batch is completed after its release.")];
}

function lintClaim({ stages, claims }: Policy, claim: PolicyClaim, pointer: string): Finding[] {
  const findings: Finding[] = [];
  const stage = stages[claim.stage];
  if (stage === undefined) {
    const remedy = `Stages are numbered from 0 to ${stages.length - 1}.`;
    findings.push(error("stage", `${pointer}/stage`, `The policy has no stage ${claim.stage}.`, remedy));
  } else if (!claim.id.startsWith(`${stage}/`)) {
    const message = `The claim "${claim.id}" is about stage "${stage}".`;
    findings.push(error("claim-id", `${pointer}/id`, message, `Begin its id with "${stage}/", or correct its stage.`));
  }
  if (claims.find(({ id }) => id === claim.id) !== claim) {
    const message = `Two claims are called "${claim.id}".`;
    findings.push(error("claim-id", `${pointer}/id`, message, "Give every claim a name of its own."));
  }
  if ((claim.class === "custody") !== (claim.kind === "custody")) {
    const message = `A ${claim.kind} claim cannot be of class ${claim.class}.`;
    const remedy = claim.kind === "custody" ? 'Use "custody".' : 'Use "specification" or "process".';
    findings.push(error("class", `${pointer}/class`, message, remedy));
  }
  return findings;
}

function lintCircuits(
  claim: PolicyClaim,
  circuits: readonly Pick<Circuit, "name" | "kind">[],
  pointer: string,
): Finding[] {
  const fitting = circuits.filter(({ kind }) => kind === claim.kind).map(({ name }) => name);
  return claim.circuits.flatMap((name, index) => {
    if (claim.circuits.indexOf(name) < index) {
      const message = `Circuit "${name}" is named twice.`;
      return [error("circuit", `${pointer}/circuits/${index}`, message, "Remove the second one.")];
    }
    if (fitting.includes(name)) return [];
    const known = circuits.find((circuit) => circuit.name === name);
    const message =
      known === undefined
        ? `There is no circuit "${name}".`
        : `Circuit "${name}" proves claims of kind "${known.kind}", not "${claim.kind}".`;
    return [
      error("circuit", `${pointer}/circuits/${index}`, message, `Circuits for this claim: ${fitting.join(", ")}.`),
    ];
  });
}

/** What one record could prove twice. Custody has one claim for each stage anyway. */
const TWIN_EVIDENCE: Readonly<Record<Exclude<KindName, "custody">, string>> = {
  temperature: "One logger's readings",
  parameters: "One record of the process",
  quality: "One set of results",
};

/** Claims of one stage with equal limits differ in their index only: one record proves both. */
function lintTwins({ claims }: Policy, index: number): Finding[] {
  const claim = claims[index];
  if (claim === undefined || claim.kind === "custody") return [];
  const judging = canonicalJson(judged(claim));
  const twin = claims
    .slice(0, index)
    .find((other) => other.stage === claim.stage && canonicalJson(judged(other)) === judging);
  if (twin === undefined) return [];
  const message = `${TWIN_EVIDENCE[claim.kind]} can prove both "${twin.id}" and "${claim.id}": they have the same limits.`;
  return [warning("same-limits", `/claims/${index}/rule`, message, "Do not count them as two independent proofs.")];
}

/** What evidence is judged by. Resolution, lead, tail and clock tolerance are left out: one device can suit both claims. */
function judged({ kind, rule }: PolicyClaim): unknown {
  switch (kind) {
    case "temperature":
      return { kind, ...judgedReadings(rule) };
    case "parameters": {
      const channels = rule.channels.map(({ channel, range }) => [channel, ...range]);
      return { kind, gap: rule.gap, independent: rule.independent ?? false, channels: channels.sort() };
    }
    case "custody":
      return { kind };
    case "quality":
      return { kind, ...rule, products: rule.products ?? [], pharmacopoeia: rule.pharmacopoeia ?? false, source: "" };
  }
}

function judgedReadings({ gap, range, independent, normal, cumulative, single, mkt }: TemperatureLimits): object {
  return {
    gap,
    range,
    independent: independent ?? false,
    normal: normal ?? range,
    above: cumulative?.above ?? null,
    below: cumulative?.below ?? null,
    single: single ?? null,
    mkt: mkt === undefined ? null : [mkt.limit, heatOf(mkt).toString(), mkt.span],
  };
}

function lintGoals({ claims }: Policy): Finding[] {
  if (claims.some((claim) => claim.neededFor === "release")) return [];
  const message = "No claim is needed for release, so every batch would be compliant unproven.";
  return [error("needed-for", "/claims", message, 'Set "neededFor" of at least one claim to "release".')];
}
