import { CIRCUITS, type Circuit } from "../circuits.ts";
import type { ClaimClassName } from "../chain/codes.ts";
import { CHANNEL } from "../formats/constants.ts";
import { formatDuration } from "../input/times.ts";
import { codingOf, describeCode, describeStep } from "./coding.ts";
import { documentHash } from "./hash.ts";
import { SEVERITY, type Policy, type PolicyClaim } from "./policy.ts";

const DAY = 86_400;

const CONSEQUENCE: Readonly<Record<ClaimClassName, string>> = {
  specification:
    "a registered specification. Only a proof counts: a batch without it is never released (EU GMP Annex 16, section 3).",
  process:
    "a process limit. If it is not met, an exception is raised, and the batch is released only if QA and QP accept the documented investigation (EU GMP Annex 16, section 3).",
  custody: "custody. Only a proof counts: a batch without it is never released.",
};

/**
 * Every limit of a policy in words, with its units, for people who approve or review it; also what the limits leave
 * uncovered. Lines end with a line feed. The policy must be free of lint errors (else the errors of `codingOf`).
 * @param circuits the circuits whose capacity is shown
 */
export function showPolicy(policy: Policy, circuits: readonly Pick<Circuit, "name" | "tier">[] = CIRCUITS): string {
  const lines = [
    ...showHead(policy),
    ...policy.stages.flatMap((name, stage) => showStage(policy, name, stage, circuits)),
    ...showNeeds(policy),
    ...NOT_PROVEN,
  ];
  return `${lines.join("\n")}\n`;
}

function showHead(policy: Policy): string[] {
  const [release, completion] = policy.maxDue;
  return [
    `Policy for product ${policy.product}, version ${policy.version}`,
    `  Document: ${policy.document}`,
    `  Document hash: ${documentHash(policy)}`,
    `  Due: released within ${span(release)} and completed within ${span(completion)} of a batch's opening, at the latest.`,
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
      : claims.flatMap((claim) => showClaim(claim, circuits));
  return ["", `Stage ${stage}: ${name}`, ...body];
}

function showClaim(claim: PolicyClaim, circuits: readonly Pick<Circuit, "name" | "tier">[]): string[] {
  return [
    `  Claim ${claim.id}`,
    ...[
      ...showRange(claim),
      ...showTimes(claim),
      ...showEvidence(claim),
      "Not judged: rule version 0 knows hard limits only. No normal band, no time budget for excursions, no longest single excursion and no mean kinetic temperature (MKT).",
      `Class: ${CONSEQUENCE[claim.class]}`,
      `Severity of a breach: ${claim.severity} (${SEVERITY[claim.severity]}; 1 minor, 2 major, 3 critical).`,
      `Needed for: ${claim.neededFor}.`,
      `Proven by: ${claim.circuits.map((circuit) => showCircuit(circuit, circuits)).join(" or ")}.`,
      `Where the numbers come from: ${claim.rule.source}`,
    ].map((line) => `    ${line}`),
  ];
}

function showRange({ rule }: PolicyClaim): string[] {
  const { symbol } = CHANNEL.temperature;
  const coding = codingOf(rule);
  const low = describeCode(coding, 0);
  const high = describeCode(coding, Number(coding.width));
  return [
    `Temperature: every reading from ${low} to ${high}, both permitted. The sensor shows steps of ${rule.resolution} ${symbol}.`,
    `Coded in ${describeStep(coding)} steps, rounded outward from the middle of the range: ${low} is code 0, ${high} is code ${coding.width}, and a reading beyond a limit by any amount is coded beyond it.`,
  ];
}

function showTimes({ rule }: PolicyClaim): string[] {
  const { tick } = codingOf(rule);
  const proven = rule.gap + Number(tick) - 1;
  return [
    `Gap: at most ${time(rule.gap)} between two readings. Import refuses a longer one before the record is signed; the proof alone, in ticks of ${tick} s, shows that no gap is longer than ${time(proven)}.`,
    `Start of the stage: ${uncovered(rule.lead, "the first reading comes at the latest", "after the start")}`,
    `End of the stage: ${uncovered(rule.tail, "the last reading comes at the earliest", "before the end")}`,
    `Readings up to one gap before the start and after the end may be included; they are judged like all others.`,
    `Clock: the logger's clock may be wrong by up to ${time(rule.clockTolerance)}. Any correction is shown as a deviation.`,
  ];
}

function uncovered(seconds: number, when: string, side: string): string {
  return seconds === 0
    ? `${when} at that moment; nothing is uncovered.`
    : `${when} ${time(seconds)} ${side}; up to that long nothing is proven.`;
}

function showEvidence({ rule }: PolicyClaim): string[] {
  const signer =
    rule.independent === true
      ? "a registered source of another organisation than the stage's custodian"
      : "a registered source of the stage's custodian's own organisation";
  return [`Record: signed by ${signer}; the logger is registered, in calibration, and named for the stage beforehand.`];
}

function showCircuit(name: string, circuits: readonly Pick<Circuit, "name" | "tier">[]): string {
  const circuit = circuits.find((known) => known.name === name);
  return circuit === undefined ? name : `${name} (up to ${circuit.tier} readings)`;
}

function showNeeds({ claims }: Policy): string[] {
  const named = (goal: PolicyClaim["neededFor"]): string =>
    claims
      .filter(({ neededFor }) => neededFor === goal)
      .map(({ id }) => id)
      .join(", ");
  const completion = named("completion");
  return [
    "",
    "What a batch needs",
    `  For release: ${named("release")}, no open exception, and the certificate of a Qualified Person.`,
    `  For completion: its release${completion === "" ? "; no further claim" : `, and ${completion}`}.`,
  ];
}

const NOT_PROVEN = [
  "",
  "What this policy does not prove",
  "  Between stages, from one stage's end to the next one's start: nothing. Hand-over and hold times are not judged in this version.",
  "  Custody: who held the batch, and that both sides signed each hand-over. Custody claims come in a later version.",
  "  That the sensor told the truth: a proof is about records that a registered source signed.",
];

/** Seconds for people and, where that loses the number as it stands in the file, the seconds too. */
function time(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${formatDuration(seconds)} (${seconds} s)`;
}

function span(seconds: number): string {
  return seconds % DAY === 0 ? `${seconds / DAY} days` : time(seconds);
}
