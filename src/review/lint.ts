import { CIRCUITS, type Circuit } from "../kinds/circuits.ts";
import { kindOf, KINDS } from "../kinds/index.ts";
import { lintDevices } from "../kinds/series/stageDevices.ts";
import { SHIPPED_PROFILES, shippedByName } from "../formats/shippedProfiles.ts";
import { canonicalJson } from "../input/json.ts";
import { formatDuration } from "../input/times.ts";
import type { Claim, Policy } from "../policy/document.ts";
import { error, isError, warning, type LintFinding } from "../policy/lintFinding.ts";
import { mixedWord } from "../policy/texts.ts";

/**
 * Everything that is wrong with a policy whose shape is right: errors first, each in the order of the document.
 * @param circuits the circuits that claims may name
 */
export function lintPolicy(
  policy: Policy,
  circuits: readonly Pick<Circuit, "name" | "kind">[] = CIRCUITS,
): LintFinding[] {
  const findings = [
    ...lintStages(policy),
    ...lintConfirmed(policy),
    ...lintDue(policy),
    ...lintProfiles(policy),
    ...lintWords(policy.product, "/product"),
    ...lintWords(policy.document, "/document"),
    ...policy.claims.flatMap((claim, index) => [
      ...lintClaim(policy, claim, `/claims/${index}`),
      ...lintCircuits(claim, circuits, `/claims/${index}`),
      ...kindOf(claim).lint(policy, claim, `/claims/${index}/rule`),
      ...lintTwins(policy, index),
      ...lintWords(claim.rule, `/claims/${index}/rule`),
    ]),
    ...lintGoals(policy),
    ...lintDevices(policy),
    ...Object.values(KINDS).flatMap((kind) => kind.lintTogether(policy)),
  ];
  return [...findings.filter(isError), ...findings.filter((finding) => !isError(finding))];
}

function lintStages({ stages, claims }: Policy): LintFinding[] {
  return stages.flatMap((name, index) => {
    const pointer = `/stages/${index}`;
    const findings: LintFinding[] = [];
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

function lintConfirmed({ stages, claims, confirmedByQp = [] }: Policy): LintFinding[] {
  return confirmedByQp.flatMap((name, index) => {
    const pointer = `/confirmedByQp/${index}`;
    if (!stages.includes(name)) {
      const remedy = `Name one of: ${stages.join(", ")}.`;
      return [error("stage-confirmed", pointer, `The policy has no stage "${name}" to be confirmed.`, remedy)];
    }
    if (!claims.some(({ stage, neededFor }) => stages[stage] === name && neededFor === "release")) {
      const message = `Stage "${name}" is to be confirmed before a batch is certified, and nothing in it is needed for release.`;
      return [error("stage-confirmed", pointer, message, "Add a claim for release, or do not have it confirmed.")];
    }
    if (confirmedByQp.indexOf(name) === index) return [];
    return [error("stage-confirmed", pointer, `Stage "${name}" is named twice.`, "Name each stage once.")];
  });
}

function lintDue({ maxDue: [release, completion] }: Policy): LintFinding[] {
  if (release <= completion) return [];
  const message = `Release may be due ${formatDuration(release - completion)} after completion.`;
  return [error("max-due", "/maxDue", message, "Write the release first; a batch is completed after its release.")];
}

function lintProfiles({ profiles = [] }: Policy): LintFinding[] {
  return profiles.flatMap(({ name, hash }, index) => {
    const pointer = `/profiles/${index}`;
    const twice = profiles.findIndex((each) => each.hash === hash || each.name === name) < index;
    return [
      ...lintWords(name, `${pointer}/name`),
      ...lintShippedName(name, hash, `${pointer}/name`),
      ...(twice
        ? [
            error(
              "profile-twice",
              pointer,
              "A profile before it has this hash or this name.",
              "Name each profile once.",
            ),
          ]
        : []),
    ];
  });
}

/** A name that people know means the profile that they know. */
function lintShippedName(name: string, hash: string, pointer: string): LintFinding[] {
  const known = shippedByName(name);
  if (known === undefined || SHIPPED_PROFILES[known] === hash) return [];
  const message = `"${name}" is called like the shipped profile ${known}, and has another hash.`;
  const remedy = "Give it a name of its own, or the hash that `batchproof profile list` shows.";
  return [error("profile-name", pointer, message, remedy)];
}

/** Every text within: a word of two scripts is mistyped, or made to look like another one. */
function lintWords(value: unknown, pointer: string): LintFinding[] {
  if (typeof value === "string") {
    const word = mixedWord(value);
    if (word === undefined) return [];
    const message = `"${word}" has letters of two scripts; another word may look the same.`;
    return [warning("mixed-scripts", pointer, message, "Type it anew in one script, or join its parts by a hyphen.")];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => lintWords(each, `${pointer}/${key}`));
}

function lintClaim({ stages, claims }: Policy, claim: Claim, pointer: string): LintFinding[] {
  const findings: LintFinding[] = [];
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
  const { classes } = kindOf(claim);
  if (!classes.includes(claim.class)) {
    const message = `A ${claim.kind} claim cannot be of class ${claim.class}.`;
    const remedy = `Use ${classes.map((name) => `"${name}"`).join(" or ")}.`;
    findings.push(error("class", `${pointer}/class`, message, remedy));
  }
  return findings;
}

function lintCircuits(
  claim: Claim,
  circuits: readonly Pick<Circuit, "name" | "kind">[],
  pointer: string,
): LintFinding[] {
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

/** Claims of one stage with equal limits differ in their index only: one record proves both. */
function lintTwins({ claims }: Policy, index: number): LintFinding[] {
  const claim = claims[index];
  const twin = claim && kindOf(claim).twin;
  if (claim === undefined || twin === undefined) return [];
  const judging = canonicalJson(twin.judgedBy(claim));
  const other = claims
    .slice(0, index)
    .filter(({ kind, stage }) => kind === claim.kind && stage === claim.stage)
    .find((earlier) => canonicalJson(twin.judgedBy(earlier)) === judging);
  if (other === undefined) return [];
  const message = `${twin.evidence} can prove both "${other.id}" and "${claim.id}": they have the same limits.`;
  return [warning("same-limits", `/claims/${index}/rule`, message, "Do not count them as two independent proofs.")];
}

function lintGoals({ claims }: Policy): LintFinding[] {
  if (claims.some((claim) => claim.neededFor === "release")) return [];
  const message = "No claim is needed for release, so every batch would be compliant unproven.";
  return [error("needed-for", "/claims", message, 'Set "neededFor" of at least one claim to "release".')];
}
