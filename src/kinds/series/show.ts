import { timingOf } from "./coding.ts";
import { time } from "../../policy/words.ts";
import { ANY_DEVICE, type KindName } from "../../formats/constants.ts";
import type { Claim, Policy } from "../../policy/document.ts";
import { claimsOf } from "../kind.ts";
import type { SeriesLimits } from "./limits.ts";
import { devicesOf, slotOf } from "./rule.ts";

/** The stage and the limits of a claim about a series. */
type SeriesClaim = Pick<Claim<KindName, SeriesLimits>, "rule" | "stage">;

/**
 * What a series of readings must be, apart from its values.
 * @param device what recorded it
 * @param stays  readings that thinning leaves alone
 */
export function showSeries(policy: Policy, { rule, stage }: SeriesClaim, device: string, stays: string): string[] {
  return [
    ...showTimes(rule, device),
    showThinning(rule, stays),
    ...showEvidence(rule, device),
    `Device: ${judgedDevice(rule, device)}; ${whenNamed(policy, stage)}.`,
  ];
}

function showTimes(rule: SeriesLimits, device: string): string[] {
  const { tick } = timingOf(rule.gap);
  const proven = rule.gap + Number(tick) - 1;
  return [
    `Gap: at most ${time(rule.gap)} between two readings. Import refuses a longer one before the record is signed; the proof alone, in ticks of ${tick} s, shows that no gap is longer than ${time(proven)}.`,
    `Start of the stage: ${uncovered(rule.lead, "the first reading comes at the latest", "after the start")}`,
    `End of the stage: ${uncovered(rule.tail, "the last reading comes at the earliest", "before the end")}`,
    "Coverage: whatever these allow, the readings overlap at least half of the stage.",
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
  return [`Record: signed by ${signer}, for this rule and no other; the ${device} is registered and in calibration.`];
}

function showThinning({ bucket, gap }: SeriesLimits, stays: string): string {
  const export_ = `Against an export that was coarser from the start only the gap of ${time(gap)} protects.`;
  return bucket === undefined
    ? `Thinning: none; the source signs every reading of its file. ${export_}`
    : `Thinning: the source may keep, of each ${time(bucket)}, the first, lowest, highest and last reading only${stays}. ${export_}`;
}

/** Which device's readings are judged. */
function judgedDevice(rule: SeriesLimits, device: string): string {
  const [devices, slot] = [devicesOf(rule), slotOf(rule)];
  if (devices === 1) return `the one ${device} that the stage names`;
  return slot !== ANY_DEVICE
    ? `the device in slot ${slot} of the ${devices} that the stage names, and no other`
    : `any one of the ${devices} devices that the stage names: the others' readings are not judged by this claim`;
}

/**
 * Only the register knows a device before there are data: the opening fixes those of stage 0, which custody is compared with. Of a
 * policy without claims, that of a rule that is shown alone, nobody knows whether custody is claimed.
 */
function whenNamed(policy: Policy, stage: number): string {
  if (policy.claims.length === 0) {
    return stage === 0 ? "named when the batch was opened" : "named before the stage by the custodians' word";
  }
  const isCompared = claimsOf(policy, "custody").some(({ claim }) => claim.stage === stage);
  if (stage !== 0) {
    const named = "named before the stage by the custodians' word";
    return isCompared
      ? named
      : `${named}, because no claim about custody compares them with those for which the hand-over was signed`;
  }
  return isCompared
    ? "named beforehand, when the batch was opened"
    : "named when the batch was opened by the custodian's word, because no claim about custody compares the two";
}
