import { formatDuration, formatTime } from "../input/times.ts";
import { describeCode } from "../policy/coding.ts";
import type { TemperatureEvidence } from "./evidence.ts";
import type { Finding } from "./temperature.ts";

/** A broken rule in plain words, with reading, time and limit where the rule judges readings. */
export interface Explanation {
  readonly rule: Finding["rule"];
  readonly message: string;
  /** Number of the reading within the stage, from 1. */
  readonly reading?: number;
  /** RFC 3339. */
  readonly time?: string;
  readonly limit?: string;
}

/**
 * Findings in words, one for each rule and side: of many readings over one limit the first is named and the others are
 * counted.
 */
export function explain(evidence: TemperatureEvidence, findings: readonly Finding[]): Explanation[] {
  const groups = new Map<string, Finding[]>();
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
function sideOf({ rule, problem }: Finding): string {
  return rule === "gap" ? "interval" : problem;
}

function explainFirst(
  evidence: TemperatureEvidence,
  times: readonly bigint[],
  { rule, problem, reading }: Finding,
  others: number,
): Explanation {
  if (reading === undefined) return { rule, message: `${problem}.` };
  const time = formatTime(Number(times[reading] ?? 0n));
  const more = others === 0 ? "" : `; ${others} more like it`;
  const place = { reading: reading + 1, time };
  if (rule === "gap") {
    const limit = formatDuration(Number(evidence.rule.gapTicks * evidence.rule.tick));
    const before = formatTime(Number(times[reading - 1] ?? 0n));
    return { rule, ...place, limit, message: `no reading from ${before} to ${time}; the limit is ${limit}${more}.` };
  }
  const { code = 0 } = evidence.rows[reading] ?? {};
  const limit = describeCode(evidence.rule, code < 0 ? 0 : Number(evidence.rule.width));
  const value = describeCode(evidence.rule, code);
  const message = `reading ${reading + 1} at ${time} is ${value}, ${problem} of ${limit}${more}.`;
  return { rule, ...place, limit, message };
}

/** Time of each reading, Unix seconds. */
function readingTimes({ header, rows }: TemperatureEvidence): bigint[] {
  let time = header.t0;
  return rows.map((row) => (time += BigInt(row.dt) * header.tick));
}
