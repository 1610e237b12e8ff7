import { NO_CHANNEL } from "../../formats/constants.ts";
import { formatTime } from "../../input/times.ts";
import { channelNamed, CHANNEL_WORDS } from "../../formats/channels.ts";
import { describeCode } from "../series/coding.ts";
import type { ParametersFinding } from "./check.ts";
import type { ParametersEvidence } from "./evidence.ts";
import { readingTimes, ticksText } from "../series/words.ts";
import type { Explanation } from "../statement.ts";

/**
 * Findings in words, one for each rule, channel and side: of many samples over one limit the first is named and the others
 * are counted.
 */
export function explainParameters(evidence: ParametersEvidence, findings: readonly ParametersFinding[]): Explanation[] {
  const groups = new Map<string, ParametersFinding[]>();
  for (const finding of findings) {
    const what = finding.rule === "gap" && finding.reading !== undefined ? "interval" : finding.problem;
    const key = `${finding.rule} ${finding.channel ?? ""} ${what}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const times = readingTimes(evidence);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [explainFirst(evidence, times, first, others.length)],
  );
}

function explainFirst(
  { rule: limits, rows, header }: ParametersEvidence,
  times: readonly bigint[],
  { rule, reading, channel, problem }: ParametersFinding,
  others: number,
): Explanation {
  const place = channel === undefined ? undefined : limits.channels[channel];
  const name =
    place === undefined || place.channelId === BigInt(NO_CHANNEL) ? undefined : channelNamed(Number(place.channelId));
  if (reading === undefined) {
    return { rule, message: name === undefined ? `${problem}.` : `${CHANNEL_WORDS[name]}: ${problem}.` };
  }
  const timeOf = (index: number): string => formatTime(Number(times[index] ?? header.t0));
  const more = others === 0 ? "" : `; ${others} more like it`;
  const found = { rule, reading: reading + 1, time: timeOf(reading) };
  if (rule === "gap") {
    const limit = ticksText(limits, limits.gapTicks);
    const message = `no sample from ${timeOf(reading - 1)} to ${timeOf(reading)}; the limit is ${limit}${more}.`;
    return { ...found, limit, message };
  }
  const here = `sample ${reading + 1} at ${timeOf(reading)}`;
  const code = rows[reading]?.codes[channel ?? 0] ?? 0;
  if (name === undefined || place === undefined) return { ...found, message: `${here}: ${problem}${more}.` };
  const limit = describeCode(place, code < 0 ? 0 : Number(place.width), name);
  const value = `${CHANNEL_WORDS[name]} is ${describeCode(place, code, name)}`;
  return { ...found, limit, message: `${here}: ${value}, ${problem} of ${limit}${more}.` };
}
