import { CIRCUITS, type Circuit } from "../circuits.ts";
import type { ClaimClassName } from "../chain/codes.ts";
import { CHANNEL } from "../formats/constants.ts";
import { formatMicro } from "../input/quantities.ts";
import { formatDuration } from "../input/times.ts";
import { excursionTableSize } from "../rules/excursions.ts";
import { budgetOf, canLeave, describeHalfTicks, SIDES, singleOf, type Side } from "./budgets.ts";
import { codingOf, describeCode, describeStep, type Coding } from "./coding.ts";
import { documentHash } from "./hash.ts";
import { heatOf } from "./mkt.ts";
import { SEVERITY, type Policy, type PolicyClaim, type TemperatureLimits } from "./policy.ts";

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
 * uncovered. Lines end with a line feed. The policy must be free of lint errors (else the errors of `deriveRule`).
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
      ...showExcursions(claim),
      ...showMkt(claim),
      ...showTimes(claim),
      ...showEvidence(claim),
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
    `Coded in ${describeStep(coding)} steps, rounded outward from the middle of the ${middle(rule)}: ${low} is code 0, ${high} is code ${coding.width}, and a reading beyond a limit by any amount is coded beyond it.`,
  ];
}

function showExcursions({ rule }: PolicyClaim): string[] {
  if (rule.normal === undefined) {
    return ["Normal band: none. Every permitted reading is a normal one, and its time is not limited."];
  }
  const coding = codingOf(rule);
  const [low, high] = [coding.normalLow, coding.normalHigh].map((code) => describeCode(coding, Number(code)));
  return [
    `Normal band: from ${low} (code ${coding.normalLow}) to ${high} (code ${coding.normalHigh}), both inside. A reading beyond it is an excursion; that there was one above or below it is public as a deviation, how long is not.`,
    "How excursions count: a reading stands for half of the interval before it and half of the one after it. An excursion over a stage boundary is judged in each stage for its part only.",
    ...SIDES.map((side) => showBudget(rule, coding, side)),
    showSingle(rule, coding),
  ];
}

function showBudget(rule: TemperatureLimits, coding: Coding, side: Side): string {
  const label = `Time ${side} the band`;
  const seconds = rule.cumulative?.[side];
  if (!canLeave(coding, side)) return `${label}: none; the band ends where the range ends.`;
  if (seconds === undefined) return `${label}: no budget for the stage; only the other limits bound it.`;
  const halfTicks = budgetOf(rule, coding, side);
  return `${label}: at most ${time(seconds)} in total over the stage; proven as ${halfTicks} half-ticks, ${describeHalfTicks(halfTicks, coding.tick)}.`;
}

function showSingle(rule: TemperatureLimits, coding: Coding): string {
  if (rule.single === undefined) return "Longest excursion: no limit of its own.";
  const ticks = singleOf(rule, coding);
  const proven = Number((ticks + 1n) * coding.tick) - 1;
  return (
    `Longest excursion: at most ${time(rule.single)} without interruption, to either side, from the last reading inside the band to the last one outside. ` +
    `The proof alone, ${ticks} ticks of ${coding.tick} s, shows that none is longer than ${time(proven)}.`
  );
}

function showMkt({ rule }: PolicyClaim): string[] {
  const { mkt } = rule;
  if (mkt === undefined) return ["Mean kinetic temperature (MKT): no limit."];
  const { symbol } = CHANNEL.temperature;
  return [
    `Mean kinetic temperature (MKT): at most ${mkt.limit} ${symbol} over the stage, with a heat of activation of ${formatMicro(heatOf(mkt))} kJ/mol and R = 8.3144 J/(mol K). A reading below the middle of the ${middle(rule)} counts up to one code warmer than it was.`,
    `Longest stage over which that mean may be taken: ${time(mkt.span)}. A longer stage cannot be proven at all, because its cool hours would hide its hot ones.`,
  ];
}

/** What readings are rounded away from the middle of. */
function middle({ normal }: TemperatureLimits): string {
  return normal === undefined ? "range" : "normal band";
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
  return circuit === undefined
    ? name
    : `${name} (up to ${circuit.tier} readings, with excursions of up to ${excursionTableSize(circuit.tier)} different lengths)`;
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
