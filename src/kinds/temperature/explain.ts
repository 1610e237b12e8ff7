import { formatDuration, formatTime } from "../../input/times.ts";
import { canLeave, SIDES, type Side } from "./budgets.ts";
import { describeCode } from "../series/coding.ts";
import { NO_BUDGET, NO_SINGLE } from "../../formats/temperatureRule.ts";
import type { TemperatureEvidence } from "./evidence.ts";
import { excursionsOf, timeOutside } from "./excursions.ts";
import { meanKineticTemperature } from "./meanKineticTemperature.ts";
import { halfTicksText, readingTimes, ticksText } from "../series/words.ts";
import type { TemperatureFinding } from "./check.ts";
import type { Explanation } from "../statement.ts";

/** Evidence with what its rule holds only in coefficients: the heat of activation, 1e-6 kJ/mol. */
interface ExplainedEvidence extends TemperatureEvidence {
  readonly heat: bigint;
}

/**
 * Findings in words, one for each rule and side: of many readings over one limit the first is named and the others are
 * counted.
 */
export function explainTemperature(
  evidence: ExplainedEvidence,
  findings: readonly TemperatureFinding[],
): Explanation[] {
  const groups = new Map<string, TemperatureFinding[]>();
  for (const finding of findings) {
    const key = `${finding.rule} ${finding.reading === undefined ? finding.problem : sideOf(finding)}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const times = readingTimes(evidence);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [explainFirst(evidence, times, first, others.length)],
  );
}

/** A gap says its own length; all gaps belong together. */
function sideOf({ rule, problem }: TemperatureFinding): string {
  return rule === "gap" ? "interval" : problem;
}

function explainFirst(
  evidence: ExplainedEvidence,
  times: readonly bigint[],
  finding: TemperatureFinding,
  others: number,
): Explanation {
  const { rule, reading } = finding;
  if (reading === undefined) return { rule, ...explainRecord(evidence, finding) };
  const timeOf = (index: number): string => formatTime(Number(times[index] ?? evidence.header.t0));
  const { message, ...limit } = explainReading(evidence, finding, reading, timeOf);
  const more = others === 0 ? "" : `; ${others} more like it`;
  return { rule, reading: reading + 1, time: timeOf(reading), ...limit, message: `${message}${more}.` };
}

/** A finding on one reading; its message without the full stop. */
function explainReading(
  { rule: limits, rows }: TemperatureEvidence,
  { rule, problem }: TemperatureFinding,
  reading: number,
  timeOf: (reading: number) => string,
): Pick<Explanation, "limit" | "message"> {
  const here = `reading ${reading + 1} at ${timeOf(reading)}`;
  switch (rule) {
    case "gap": {
      const limit = ticksText(limits, limits.gapTicks);
      return { limit, message: `no reading from ${timeOf(reading - 1)} to ${timeOf(reading)}; the limit is ${limit}` };
    }
    case "cumulative": {
      const side = problem.startsWith("above") ? "above" : "below";
      const { edge, spent, budget } = spendingOf({ rule: limits, rows }, side);
      const limit = halfTicksText(limits, budget);
      const message = `${halfTicksText(limits, spent)} ${side} ${edge} in all; the limit of ${limit} was passed by ${here}`;
      return { limit, message };
    }
    case "single": {
      const limit = ticksText(limits, limits.single);
      const excursion = excursionsOf(limits, rows).find(({ last }) => last === reading);
      const length = ticksText(limits, BigInt(excursion?.ticks ?? 0));
      const band = `${describeCode(limits, Number(limits.normalLow))} to ${describeCode(limits, Number(limits.normalHigh))}`;
      return { limit, message: `${length} outside ${band} at a stretch, up to ${here}; the limit is ${limit}` };
    }
    case "range": {
      const { code = 0 } = rows[reading] ?? {};
      const limit = describeCode(limits, code < 0 ? 0 : Number(limits.width));
      return { limit, message: `${here} is ${describeCode(limits, code)}, ${problem} of ${limit}` };
    }
    // These judge the record as a whole.
    case "rule":
    case "head":
    case "record":
    case "window":
    case "thinning":
    case "clock":
    case "source":
    case "device":
    case "mkt":
    case "opened":
      return { message: `${here}: ${problem}` };
  }
}

/** A finding on the record as a whole. */
function explainRecord(
  evidence: ExplainedEvidence,
  { rule, problem }: TemperatureFinding,
): Pick<Explanation, "limit" | "message"> {
  if (rule !== "mkt") return { message: `${problem}.` };
  if (problem.startsWith("the stage")) {
    const length = formatDuration(Number(evidence.head.end - evidence.head.start));
    const limit = formatDuration(Number(evidence.rule.mktSpan));
    return { limit, message: `${problem}: ${length}; the limit is ${limit}.` };
  }
  const mkt = mktOf(evidence);
  return mkt === undefined ? { message: `${problem}.` } : { limit: mkt.limit, message: `${problem}: ${mkt.text}.` };
}

/** Time spent on one side of the normal band and the budget of it, in half-ticks, and where that side begins. */
function spendingOf(
  { rule, rows }: Pick<TemperatureEvidence, "rule" | "rows">,
  side: Side,
): { edge: string; spent: bigint; budget: bigint } {
  const [code, budget] = side === "above" ? [rule.normalHigh, rule.budgetAbove] : [rule.normalLow, rule.budgetBelow];
  const spent = timeOutside(rule, rows).at(-1)?.[side] ?? 0n;
  return { edge: describeCode(rule, Number(code)), spent, budget };
}

/** Undefined as in `meanKineticTemperature`. */
function mktOf({ rule, heat, header, rows }: ExplainedEvidence): { text: string; limit: string } | undefined {
  const mkt = meanKineticTemperature({ rule, heat, n: Number(header.n) }, rows);
  if (mkt === undefined) return undefined;
  const decimals = decimalsApart(mkt.proven, mkt.limit);
  const [logged = "", proven = "", limit = ""] = [mkt.logged, mkt.proven, mkt.limit].map(
    (celsius) => `${celsius.toFixed(decimals)} °C`,
  );
  const text = `${logged} as a logger shows it, ${proven} as proven, limit ${limit}`;
  return { text, limit };
}

/** Two, or as many as show that two temperatures differ: "10.50 is over 10.50" explains nothing. */
function decimalsApart(a: number, b: number): number {
  return [2, 3, 4].find((decimals) => a.toFixed(decimals) !== b.toFixed(decimals)) ?? 2;
}

/**
 * What the record uses of its rule's budgets, one line each; nothing where the rule has no normal band and no mean
 * kinetic temperature.
 */
export function describeBudgets(evidence: ExplainedEvidence): string[] {
  const sides = SIDES.filter((side) => canLeave(evidence.rule, side));
  const mkt = mktOf(evidence);
  return [
    ...sides.map((side) => sideLine(evidence, side)),
    ...(sides.length === 0 ? [] : [longestLine(evidence)]),
    ...(mkt === undefined ? [] : [`mean kinetic temperature: ${mkt.text}`]),
  ];
}

function sideLine(evidence: TemperatureEvidence, side: Side): string {
  const { edge, spent, budget } = spendingOf(evidence, side);
  const limit = budget === NO_BUDGET ? undefined : halfTicksText(evidence.rule, budget);
  return `${side} ${edge}: ${ofLimit(halfTicksText(evidence.rule, spent), limit)}`;
}

function longestLine({ rule, rows }: TemperatureEvidence): string {
  const longest = Math.max(0, ...excursionsOf(rule, rows).map(({ ticks }) => ticks));
  const limit = rule.single === NO_SINGLE ? undefined : ticksText(rule, rule.single);
  return `longest excursion: ${ofLimit(ticksText(rule, BigInt(longest)), limit)}`;
}

function ofLimit(used: string, limit: string | undefined): string {
  return limit === undefined ? `${used}, no limit` : `${used} of ${limit} permitted`;
}
