import { formatDuration } from "../../input/times.ts";
import { error, warning, type LintFinding } from "../../policy/lintFinding.ts";
import type { SeriesLimits } from "./limits.ts";

/** From an hour on, a clock error can hide a wrong time zone. */
const ZONE_STEP = 3600;

/** What approvers of a series should know of its times. */
export function lintTimes(rule: SeriesLimits, pointer: string): LintFinding[] {
  const findings: LintFinding[] = [];
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

/** What is wrong with the thinning that a rule permits; `isMeanLimited`: it limits a mean over the stage. */
export function lintThinning({ bucket, gap }: SeriesLimits, isMeanLimited: boolean, pointer: string): LintFinding[] {
  if (bucket === undefined) return [];
  const where = `${pointer}/bucket`;
  if (isMeanLimited) {
    const message = "The mean of a thinned series is another one: 7.5 °C can become 5.3 °C.";
    return [error("bucket", where, message, 'Remove "bucket", or the limit of the mean kinetic temperature.')];
  }
  if (bucket <= gap) return [];
  const message = `Buckets of ${formatDuration(bucket)} are longer than the gap of ${formatDuration(gap)}: they could hide one.`;
  return [error("bucket", where, message, `Permit buckets of at most ${gap} s, or none.`)];
}
