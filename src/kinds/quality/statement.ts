import type { Signals } from "../../formats/constants.ts";
import { deviationNames } from "../../formats/deviations.ts";
import { stageHead } from "../../formats/head.ts";
import { qualityRuleHash, type Analyte } from "../../formats/qualityRule.ts";
import { resultSetHash } from "../../formats/results.ts";
import { describeOpening, openedSignal } from "../opened.ts";
import type { Statement } from "../statement.ts";
import { checkQuality, qualityDeviationBits } from "./check.ts";
import type { QualityEvidence } from "./evidence.ts";
import { describeResults, explainQuality } from "./explain.ts";
import { qualityInput } from "./input.ts";

/**
 * What is judged and proven of the evidence of a quality claim.
 * @param analytes those of the rule's slots, in their order
 */
export function qualityStatement(evidence: QualityEvidence, analytes: readonly Analyte[]): Statement {
  return {
    kind: "quality",
    capacity: undefined,
    findings: () => checkQuality(evidence),
    judge: () => ({
      problems: explainQuality(evidence, analytes, checkQuality(evidence)),
      deviations: deviationNames(qualityDeviationBits(evidence)),
      series: [],
      remarks: [...describeResults(evidence, analytes), describeOpening(evidence)],
    }),
    signals: (context) => qualitySignals(evidence, context),
    input: (signals) => qualityInput(evidence, signals),
  };
}

/** The eight public signals of a proof of this evidence. Error `quality-size`. */
export function qualitySignals(evidence: QualityEvidence, context: bigint): Signals {
  return {
    batch: evidence.batch,
    rule: qualityRuleHash(evidence.rule),
    head: stageHead(evidence.head),
    parties: evidence.parties,
    record: resultSetHash(evidence.set),
    deviations: qualityDeviationBits(evidence),
    context,
    opened: openedSignal(evidence),
  };
}
