import { CHANNEL } from "../../formats/constants.ts";
import { formatMicro, parseMicro } from "../../input/quantities.ts";
import { formatDuration } from "../../input/times.ts";
import { budgetOf, canLeave, describeHalfTicks, halfTicks, SIDES, singleOf, wholeTicks } from "./budgets.ts";
import { derived } from "../../policy/derived.ts";
import { gridOf, timingOf, type Coding } from "../series/coding.ts";
import type { Limits, Policy } from "../../policy/document.ts";
import { error, warning, type LintFinding } from "../../policy/lintFinding.ts";
import { lintThinning, lintTimes } from "../series/lint.ts";
import { heatOf, isCoded, mktOf } from "./mkt.ts";
import { claimsOf, type Tier } from "../kind.ts";
import type { MktLimits, TemperatureClaim, TemperatureLimits } from "./limits.ts";

/** What a custody claim says of its stage that matters here: a kind's room imports no other's. */
interface StageLimits extends Limits {
  readonly duration?: { readonly max?: number };
}

/** Usual heats of activation of drug products, 1e-6 kJ/mol: 60 to 100 kJ/mol. */
const USUAL_HEAT = [60_000_000n, 100_000_000n] as const;

/** What is wrong with the limits of a temperature claim, and what their approvers should know. */
export function lintTemperature(rule: TemperatureLimits, pointer: string): LintFinding[] {
  const grid = derived(pointer, () => gridOf(rule));
  const timing = derived(pointer, () => timingOf(rule.gap));
  // The other numbers mean something only on a sound grid and tick.
  const coding = grid.value && timing.value && { ...grid.value, ...timing.value };
  return [
    ...grid.findings,
    ...timing.findings,
    ...(coding === undefined ? [] : [...lintExcursions(rule, coding, pointer), ...lintMkt(rule, coding, pointer)]),
    ...lintTimes(rule, pointer),
    ...lintThinning(rule, rule.mkt !== undefined, pointer),
  ];
}

/** The longest that a stage can take and still be proven, in seconds, and why. */
interface Longest {
  readonly seconds: number;
  readonly why: string;
}

/** A budget that no provable stage can use up: it looks like a limit and is none. */
export function lintBudgets(
  policy: Policy,
  claim: TemperatureClaim,
  tiers: readonly Tier[],
  pointer: string,
): LintFinding[] {
  const { cumulative, single } = claim.rule;
  const [longest] = longestStages(policy, claim, tiers).sort((a, b) => a.seconds - b.seconds);
  const budgets = [
    ...SIDES.map((side) => ({ field: `cumulative/${side}`, seconds: cumulative?.[side] })),
    { field: "single", seconds: single },
  ];
  return budgets.flatMap(({ field, seconds }) => {
    if (longest === undefined || seconds === undefined || seconds < longest.seconds) return [];
    const message = `${formatDuration(seconds)} out of the normal band can never be used up: ${longest.why}.`;
    const remedy = `Give less than ${longest.seconds} s: what the product's stability supports.`;
    return [error("budget", `${pointer}/${field}`, message, remedy)];
  });
}

function longestStages(policy: Policy, { stage, circuits, rule }: TemperatureClaim, tiers: readonly Tier[]): Longest[] {
  const { gap, mkt } = rule;
  const capacities = tiers.filter(({ name }) => circuits.includes(name)).map(({ tier }) => tier);
  const capacity = Math.max(...capacities);
  const durations = claimsOf<"custody", StageLimits>(policy, "custody").flatMap(({ claim }) =>
    claim.stage === stage && claim.rule.duration?.max !== undefined ? [claim.rule.duration.max] : [],
  );
  const words = (seconds: number): string => `at most ${formatDuration(seconds)}`;
  return [
    ...durations.map((seconds) => ({ seconds, why: `custody permits a stage of ${words(seconds)}` })),
    ...(mkt === undefined ? [] : [{ seconds: mkt.span, why: `the mean is taken over ${words(mkt.span)}` }]),
    ...(capacities.length === 0
      ? []
      : [{ seconds: capacity * gap, why: `${capacity} readings, a gap apart, last ${words(capacity * gap)}` }]),
  ];
}

function lintExcursions(rule: TemperatureLimits, coding: Coding, pointer: string): LintFinding[] {
  return [
    ...SIDES.flatMap((side) => derived(pointer, () => budgetOf(rule, coding, side)).findings),
    ...derived(pointer, () => singleOf(rule, coding)).findings,
    ...lintRounding(rule, coding, pointer),
    ...lintSingle(rule, coding, pointer),
  ];
}

/** Budgets are proven in half-ticks and the longest excursion in ticks, rounded down. */
function lintRounding({ cumulative, single }: TemperatureLimits, { tick }: Coding, pointer: string): LintFinding[] {
  const lintOne = (
    field: string,
    seconds: number | undefined,
    inHalfTicks: (seconds: number) => bigint,
  ): LintFinding[] => {
    if (seconds === undefined) return [];
    const proven = describeHalfTicks(inHalfTicks(seconds), tick);
    if (proven === `${seconds} s`) return [];
    const message = `${seconds} s are no whole number of ticks of ${tick} s: ${proven} are permitted.`;
    return [warning("rounded", `${pointer}/${field}`, message, "Write a whole number of ticks.")];
  };
  return [
    ...SIDES.flatMap((side) =>
      lintOne(`cumulative/${side}`, cumulative?.[side], (seconds) => halfTicks(seconds, tick)),
    ),
    ...lintOne("single", single, (seconds) => 2n * wholeTicks(seconds, tick)),
  ];
}

/** A longest excursion that the budgets forbid anyway. */
function lintSingle({ single, cumulative }: TemperatureLimits, coding: Coding, pointer: string): LintFinding[] {
  const sides = SIDES.filter((side) => canLeave(coding, side));
  if (single === undefined || sides.length === 0 || !sides.every((side) => single > (cumulative?.[side] ?? Infinity))) {
    return [];
  }
  const message = `An excursion of ${formatDuration(single)} is over the budgets of all excursions together.`;
  return [warning("useless", `${pointer}/single`, message, 'Remove "single", or make it shorter than a budget.')];
}

function lintMkt(rule: TemperatureLimits, coding: Coding, pointer: string): LintFinding[] {
  const { mkt } = rule;
  if (mkt === undefined) return [];
  const { findings } = derived(pointer, () => mktOf(rule, coding));
  return findings.length > 0 ? findings : lintSoundMkt(mkt, rule, coding, pointer);
}

function lintSoundMkt(mkt: MktLimits, { range }: TemperatureLimits, coding: Coding, pointer: string): LintFinding[] {
  const findings: LintFinding[] = [];
  const { symbol } = CHANNEL.temperature;
  if (parseMicro(mkt.limit, "mkt/limit") === parseMicro(range[1], "range")) {
    const message = `No readings up to ${range[1]} ${symbol} have a mean kinetic temperature above ${mkt.limit} ${symbol}.`;
    findings.push(
      warning(
        "useless",
        `${pointer}/mkt/limit`,
        message,
        'Lower the limit below the range\'s upper one, or remove "mkt".',
      ),
    );
  }
  if (!isCoded(mkt, coding)) {
    const message = `No code stands for ${mkt.limit} ${symbol}, so readings that stay just there count as warmer.`;
    findings.push(
      warning(
        "mkt-grid",
        `${pointer}/mkt/limit`,
        message,
        "Give a limit that is a whole number of steps of the sensor.",
      ),
    );
  }
  const heat = heatOf(mkt);
  if (heat < USUAL_HEAT[0] || heat > USUAL_HEAT[1]) {
    const message = `A heat of activation of ${formatMicro(heat)} kJ/mol is unusual: 60 to 100 kJ/mol are usual.`;
    findings.push(
      warning(
        "mkt-heat",
        `${pointer}/mkt/dH`,
        message,
        'Check the unit, kJ/mol, and say in "source" where it was measured.',
      ),
    );
  }
  return findings;
}
