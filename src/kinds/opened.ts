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
}

/** What rule `rule` asks of the bound. */
export function openedWithinLimit({ openedWithin }: OpenedEvidence["rule"]): Verdict {
  return [fits(openedWithin, 32), "the time until the opening is not a 32-bit number of seconds"];
}

/** Rule `opened`: where the rule bounds it, the batch was opened soon enough. Not judged where the time is not known. */
export function checkOpened({ rule, head, opened }: OpenedEvidence): RuleFinding<"opened">[] {
  if (opened === undefined) return [];
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

/** When the batch was opened, as a remark on a claim. */
export function describeOpening({ head, opened }: OpenedEvidence): string {
  if (opened === undefined) return "opening time not compared: the register was not asked";
  const late = opened - head.start;
  const [time, length] = [formatTime(Number(opened)), formatDuration(Number(late < 0n ? -late : late))];
  return `opened ${time}, ${length} ${late > 0n ? "after" : "before"} the stage began`;
}

/** Public signal `opened`. Internal error `opened`: the time is not known, so nothing can be proven yet. */
export function openedSignal({ opened }: OpenedEvidence): bigint {
  if (opened !== undefined) return opened;
  throw new BatchproofError("internal", "A proof needs the time at which the batch was opened.", { code: "opened" });
}
