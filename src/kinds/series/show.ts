import { timingOf } from "./coding.ts";
import { time } from "../../policy/words.ts";
import type { SeriesLimits } from "./limits.ts";

/**
 * What a series of readings must be, apart from its values.
 * @param device what recorded it
 */
export function showSeries(rule: SeriesLimits, device: string): string[] {
  return [...showTimes(rule, device), ...showEvidence(rule, device)];
}

function showTimes(rule: SeriesLimits, device: string): string[] {
  const { tick } = timingOf(rule.gap);
  const proven = rule.gap + Number(tick) - 1;
  return [
    `Gap: at most ${time(rule.gap)} between two readings. Import refuses a longer one before the record is signed; the proof alone, in ticks of ${tick} s, shows that no gap is longer than ${time(proven)}.`,
    `Start of the stage: ${uncovered(rule.lead, "the first reading comes at the latest", "after the start")}`,
    `End of the stage: ${uncovered(rule.tail, "the last reading comes at the earliest", "before the end")}`,
    `Readings up to one gap before the start and after the end may be included; they are judged like all others.`,
    `Clock: the ${device}'s clock may be wrong by up to ${time(rule.clockTolerance)}. Any correction is shown as a deviation.`,
  ];
}

function uncovered(seconds: number, when: string, side: string): string {
  return seconds === 0
    ? `${when} at that moment; nothing is uncovered.`
    : `${when} ${time(seconds)} ${side}; up to that long nothing is proven.`;
}

function showEvidence(rule: SeriesLimits, device: string): string[] {
  const signer =
    rule.independent === true
      ? "a registered source of another organisation than the stage's custodian"
      : "a registered source of the stage's custodian's own organisation";
  return [
    `Record: signed by ${signer}; the ${device} is registered, in calibration, and named for the stage beforehand.`,
  ];
}
