import { CIRCUITS, type Circuit } from "../circuits.ts";
import { BatchproofError } from "../errors.ts";
import { formatDuration } from "../input/times.ts";
import { gridOf, timingOf } from "./coding.ts";
import type { Policy, PolicyClaim } from "./policy.ts";

/** Something wrong with a policy, or something its approvers should know. Errors stop `publish`. */
export interface Finding {
  readonly severity: "error" | "warning";
  readonly code: LintCode;
  /** JSON pointer into the policy. */
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string;
}

/** The checks, by the names that `--json` and the tests use. The first seven judge the numbers of one rule. */
export const LINT_CODES = [
  "range",
  "physical-range",
  "grid",
  "gap",
  "lead",
  "tail",
  "clock-tolerance",
  "stage",
  "stage-name",
  "stage-empty",
  "claim-id",
  "same-limits",
  "circuit",
  "class",
  "needed-for",
  "max-due",
  "custody",
] as const;
export type LintCode = (typeof LINT_CODES)[number];

/** From an hour on, a clock error can hide a wrong time zone. */
const ZONE_STEP = 3600;

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
      ...lintRule(claim, `/claims/${index}/rule`),
      ...lintTwins(policy, index),
    ]),
    ...lintWhole(policy),
  ];
  return [...findings.filter(isError), ...findings.filter((finding) => !isError(finding))];
}

function isError({ severity }: Finding): boolean {
  return severity === "error";
}

function error(code: LintCode, pointer: string, message: string, remedy: string): Finding {
  return { severity: "error", code, pointer, message, remedy };
}

function warning(code: LintCode, pointer: string, message: string, remedy: string): Finding {
  return { severity: "warning", code, pointer, message, remedy };
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
  if (claim.class === "custody") {
    const message = "A temperature claim cannot be of class custody.";
    findings.push(error("class", `${pointer}/class`, message, 'Use "specification" or "process".'));
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

function lintRule({ rule }: PolicyClaim, pointer: string): Finding[] {
  const findings = [
    ...refusals(`${pointer}/range`, () => gridOf(rule)),
    ...refusals(`${pointer}/gap`, () => timingOf(rule.gap)),
  ];
  for (const end of ["lead", "tail"] as const) {
    if (rule[end] <= rule.gap) continue;
    const where = end === "lead" ? "start" : "end";
    const message = `At the stage's ${where}, ${formatDuration(rule[end])} may pass without a reading: longer than the gap.`;
    findings.push(warning(end, `${pointer}/${end}`, message, `Shorten the ${end} to the gap, ${rule.gap} s, or less.`));
  }
  if (rule.clockTolerance >= ZONE_STEP) {
    const message = `A clock error of ${formatDuration(rule.clockTolerance)} is tolerated: it can hide a wrong time zone.`;
    const pointerOfTolerance = `${pointer}/clockTolerance`;
    findings.push(warning("clock-tolerance", pointerOfTolerance, message, "Tolerate minutes, not hours."));
  }
  return findings;
}

/** What a derivation refuses, as a finding: the derivation stays the one place that judges its numbers. */
function refusals(pointer: string, derive: () => unknown): Finding[] {
  try {
    derive();
    return [];
  } catch (cause) {
    const code = cause instanceof BatchproofError ? LINT_CODES.find((known) => known === cause.code) : undefined;
    if (code === undefined) throw cause;
    const { message, remedy } = cause as BatchproofError;
    return [error(code, pointer, message, remedy ?? "")];
  }
}

/** Claims of one stage with equal limits differ in their index only: one series of readings proves both. */
function lintTwins({ claims }: Policy, index: number): Finding[] {
  const claim = claims[index];
  const twin = claims.slice(0, index).find((other) => other.stage === claim?.stage && sameLimits(other, claim));
  if (claim === undefined || twin === undefined) return [];
  const message = `One logger's readings can prove both "${twin.id}" and "${claim.id}": they have the same limits.`;
  return [warning("same-limits", `/claims/${index}/rule`, message, "Do not count them as two independent proofs.")];
}

function sameLimits({ rule: a }: PolicyClaim, { rule: b }: PolicyClaim): boolean {
  return (
    a.gap === b.gap &&
    a.range.every((limit, end) => limit === b.range[end]) &&
    (a.independent ?? false) === (b.independent ?? false)
  );
}

function lintWhole({ claims }: Policy): Finding[] {
  const findings: Finding[] = [];
  if (!claims.some((claim) => claim.neededFor === "release")) {
    findings.push(
      error(
        "needed-for",
        "/claims",
        "No claim is needed for release, so every batch would be compliant unproven.",
        'Set "neededFor" of at least one claim to "release".',
      ),
    );
  }
  // No kind of claim but temperature exists yet: custody cannot be claimed, and the reader must know.
  findings.push(
    warning(
      "custody",
      "/claims",
      "Custody is not proven: no claim says who held the batch, nor that hand-overs were signed.",
      "Keep the signed hand-over papers; custody claims come in a later version.",
    ),
  );
  return findings;
}
