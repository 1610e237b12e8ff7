import type { Analyte, QualitySlot } from "../../formats/qualityRule.ts";
import { RESULT_KIND, type Result } from "../../formats/results.ts";
import { formatDuration, formatTime } from "../../input/times.ts";
import { judgeSpec, type QualityFinding } from "./check.ts";
import type { QualityEvidence } from "./evidence.ts";
import { formatResult } from "../../formats/resultCoding.ts";
import type { Explanation } from "../statement.ts";

/**
 * Findings in words.
 * @param analytes those of the rule's slots, in their order
 */
export function explainQuality(
  evidence: QualityEvidence,
  analytes: readonly Analyte[],
  findings: readonly QualityFinding[],
): Explanation[] {
  return findings.map((finding) => explainOne(evidence, analytes, finding));
}

function explainOne(
  { rule: limits, set, head }: QualityEvidence,
  analytes: readonly Analyte[],
  { rule, problem, slot, product }: QualityFinding,
): Explanation {
  if (rule === "date" && slot === undefined) {
    const latest = formatTime(Number(head.end + limits.resultWithin));
    const when = `sampled ${formatTime(Number(set.sampled))}, reported ${formatTime(Number(set.reported))}`;
    return { rule, message: `${problem}: ${when}; the stage ended ${formatTime(Number(head.end))}.`, limit: latest };
  }
  if (product !== undefined) return { rule, message: `product ${product + 1}: ${problem}.` };
  const [analyte, entry, result] = [analytes[slot ?? -1], limits.slots[slot ?? -1], set.results[slot ?? -1]];
  if (slot === undefined || analyte === undefined || entry === undefined || result === undefined) {
    return { rule, message: `${problem}.` };
  }
  if (rule === "spec") {
    const limit = limitText(entry, analyte);
    return {
      rule,
      limit,
      message: `${analyte.name} is ${valueText(result, analyte)}, ${problem}: it must be ${limit}.`,
    };
  }
  if (rule === "group")
    return { rule, message: `${problem}: ${groupText(limits.slots, set.results, analytes, slot)}.` };
  return { rule, message: `${analyte.name}: ${problem}.` };
}

function valueText(result: Result, analyte: Analyte): string {
  const unit = analyte.scale === "number" && analyte.unit !== "1" ? ` ${analyte.unit}` : "";
  return `${formatResult(result, analyte)}${unit}`;
}

/** All members of the group that begins at a slot. */
function groupText(
  slots: readonly QualitySlot[],
  results: readonly Result[],
  analytes: readonly Analyte[],
  first: number,
): string {
  const end = slots.findIndex((slot, i) => i > first && slot.alternative === 0n);
  return slots
    .slice(first, end < 0 ? undefined : end)
    .flatMap((slot, i) => {
      const [analyte, result] = [analytes[first + i], results[first + i]];
      if (analyte === undefined || result === undefined || judgeSpec(slot, result) === "met") return [];
      return [`${analyte.name} is ${valueText(result, analyte)} and must be ${limitText(slot, analyte)}`];
    })
    .join("; ");
}

/** "at least 20.0 %", "sterile". */
function limitText(slot: QualitySlot, analyte: Analyte): string {
  if (analyte.scale === "category") {
    return analyte.words.filter((_, i) => ((slot.categories >> BigInt(i)) & 1n) === 1n).join(" or ");
  }
  const shown = (value: bigint): string => valueText({ ...NUMBER, value }, analyte);
  const lower = slot.hasMin === 1n ? [`${slot.strictMin === 1n ? "above" : "at least"} ${shown(slot.min)}`] : [];
  const upper = slot.hasMax === 1n ? [`${slot.strictMax === 1n ? "below" : "at most"} ${shown(slot.max)}`] : [];
  return [...lower, ...upper].join(" and ");
}

/** A limit is shown as a plain number is. */
const NUMBER: Result = {
  analyteId: 0n,
  resultKind: BigInt(RESULT_KIND.number),
  value: 0n,
  time: 0n,
  invalidated: 0n,
  repeats: 0n,
};

/** What the record says besides its verdict: how late the laboratory reported, and every repeated test. */
export function describeResults({ head, set }: QualityEvidence, analytes: readonly Analyte[]): string[] {
  const late = Number(set.reported - head.end);
  const when = late >= 0 ? `${formatDuration(late)} after the stage's end` : "before the stage's end";
  const again = set.results.flatMap(({ invalidated, repeats }, i) =>
    invalidated === 0n && repeats === 0n
      ? []
      : [`${analytes[i]?.name ?? ""}: ${invalidated} tests declared invalid, ${repeats} repeated`],
  );
  return [`reported ${when}`, ...again];
}
