import { BatchproofError } from "../errors.ts";
import { NO_OPENED_WITHIN } from "../formats/constants.ts";
import type { StageHead } from "../formats/head.ts";
import { formatDuration, formatTime } from "../input/times.ts";
import { findings, fits, type RuleFinding, type Verdict } from "./findings.ts";

/** Rule `opened`, which every kind has: template OpeningTime in plain integers. */

/** What the rule reads of a claim's evidence, whatever its kind. */
export interface OpenedEvidence {
  readonly rule: { readonly openedWithin: bigint };
  readonly head: Pick<StageHead, "start">;
  /**
   * Public signal `opened`: when the batch was opened, or its opening last replaced, Unix seconds, as the register says;
   * undefined where it was not asked.
   */
  readonly opened: bigint | undefined;
  /** The time now, Unix seconds, where the batch is not opened yet. */
  readonly unopenedAt?: bigint | undefined;
}

/** What evidence of every kind says of the opening. */
export type KnownOpening = Pick<OpenedEvidence, "opened" | "unopenedAt">;

/** What rule `rule` asks of the bound. */
export function openedWithinLimit({ openedWithin }: OpenedEvidence["rule"]): Verdict {
  return [fits(openedWithin, 32), "the time until the opening is not a 32-bit number of seconds"];
}

/** Rule `opened`: where the rule bounds it, the batch was opened soon enough, or still can be. Not judged where that is not known. */
export function checkOpened(evidence: OpenedEvidence): RuleFinding<"opened">[] {
  const { rule, head, opened } = evidence;
  if (opened === undefined) {
    return isTooLate(evidence)
      ? findings("opened", [[false, `the batch is not opened, and had to be by ${boundOf(evidence)}`]])
      : [];
  }
  const late = opened - head.start;
  const limit = formatDuration(Number(rule.openedWithin));
  return findings("opened", [
    [fits(opened, 40), "the time of the opening is not Unix seconds"],
    [
      isUnbounded(rule) || late <= rule.openedWithin,
      `the batch was opened ${formatDuration(Number(late))} after the stage began, and the limit is ${limit}`,
    ],
  ]);
}

/** Whether the stage began before the batch was opened, and whether it did so under a rule that sets no bound. */
export function openedDeviations({ rule, head, opened }: OpenedEvidence): [late: boolean, unbounded: boolean] {
  const late = opened !== undefined && head.start < opened;
  return [late, late && isUnbounded(rule)];
}

function isUnbounded({ openedWithin }: OpenedEvidence["rule"]): boolean {
  return openedWithin === BigInt(NO_OPENED_WITHIN);
}

/** Until when the batch is opened, RFC 3339. */
function boundOf({ rule, head }: Pick<OpenedEvidence, "rule" | "head">): string {
  return formatTime(Number(head.start + rule.openedWithin));
}

/** Whether the batch is not opened yet, and cannot be in time any more. */
function isTooLate({ rule, head, unopenedAt }: OpenedEvidence): boolean {
  return unopenedAt !== undefined && !isUnbounded(rule) && unopenedAt > head.start + rule.openedWithin;
}

/** When the batch was opened, or has to be, as a remark on a claim. */
export function describeOpening(evidence: OpenedEvidence): string {
  const { rule, head, opened, unopenedAt } = evidence;
  if (opened === undefined) {
    if (unopenedAt === undefined || isUnbounded(rule)) return "opening time not compared: the register was not asked";
    return isTooLate(evidence)
      ? `not opened yet, and rule opened can no longer be kept: the bound was ${boundOf(evidence)}`
      : `not opened yet; open it before ${boundOf(evidence)}`;
  }
  const late = opened - head.start;
  const [time, length] = [formatTime(Number(opened)), formatDuration(Number(late < 0n ? -late : late))];
  return `opened ${time}, ${length} ${late > 0n ? "after" : "before"} the stage began`;
}

/** Public signal `opened`. Internal error `opened`: the time is not known, so nothing can be proven yet. */
export function openedSignal({ opened }: OpenedEvidence): bigint {
  if (opened !== undefined) return opened;
  throw new BatchproofError("internal", "A proof needs the time at which the batch was opened.", { code: "opened" });
}
