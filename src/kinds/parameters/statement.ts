import type { Signals } from "../../formats/constants.ts";
import { deviationNames } from "../../formats/deviations.ts";
import { stageHead } from "../../formats/head.ts";
import { parametersRuleHash } from "../../formats/parametersRule.ts";
import { describeOpening, openedSignal } from "../opened.ts";
import type { Statement } from "../statement.ts";
import { checkParameters, kindOfRule, parametersDeviationBits } from "./check.ts";
import { parametersRecordOf, type ParametersEvidence } from "./evidence.ts";
import { explainParameters } from "./explain.ts";
import { parametersFigures } from "./figures.ts";
import { parametersInput } from "./input.ts";

/** What is judged and proven of the evidence of a claim of kind `parameters` or `channel`. */
export function parametersStatement(evidence: ParametersEvidence): Statement {
  return {
    kind: kindOfRule(evidence.rule),
    capacity: evidence.header.n,
    findings: () => checkParameters(evidence),
    judge: () => ({
      problems: explainParameters(evidence, checkParameters(evidence)),
      deviations: deviationNames(parametersDeviationBits(evidence)),
      series: parametersFigures(evidence),
      remarks: [describeOpening(evidence)],
    }),
    signals: (context) => parametersSignals(evidence, context),
    input: (signals) => parametersInput(evidence, signals),
  };
}

/** The eight public signals of a proof of this evidence. */
export function parametersSignals(evidence: ParametersEvidence, context: bigint): Signals {
  return {
    batch: evidence.batch,
    rule: parametersRuleHash(evidence.rule),
    head: stageHead(evidence.head),
    parties: evidence.parties,
    record: parametersRecordOf(evidence),
    deviations: parametersDeviationBits(evidence),
    context,
    opened: openedSignal(evidence),
  };
}
