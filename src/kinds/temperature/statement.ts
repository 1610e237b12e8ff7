import type { Signals } from "../../formats/constants.ts";
import { deviationNames } from "../../formats/deviations.ts";
import { stageHead } from "../../formats/head.ts";
import { temperatureRuleHash } from "../../formats/temperatureRule.ts";
import { describeOpening, openedSignal } from "../opened.ts";
import type { Statement } from "../statement.ts";
import { checkTemperature, temperatureDeviationBits } from "./check.ts";
import { temperatureRecordOf, type TemperatureEvidence } from "./evidence.ts";
import { describeBudgets, explainTemperature } from "./explain.ts";
import { temperatureFigures } from "./figures.ts";
import { temperatureInput } from "./input.ts";

/**
 * What is judged and proven of the evidence of a temperature claim.
 * @param heat dH by which its mean kinetic temperature is shown, 1e-6 kJ/mol
 */
export function temperatureStatement(evidence: TemperatureEvidence, heat: bigint): Statement {
  return {
    kind: "temperature",
    capacity: evidence.header.n,
    findings: () => checkTemperature(evidence),
    judge: () => ({
      problems: explainTemperature({ ...evidence, heat }, checkTemperature(evidence)),
      deviations: deviationNames(temperatureDeviationBits(evidence)),
      series: [temperatureFigures(evidence, heat)],
      remarks: [...describeBudgets({ ...evidence, heat }), describeOpening(evidence)],
    }),
    signals: (context) => temperatureSignals(evidence, context),
    input: (signals) => temperatureInput(evidence, signals),
  };
}

/** The eight public signals of a proof of this evidence. */
export function temperatureSignals(evidence: TemperatureEvidence, context: bigint): Signals {
  return {
    batch: evidence.batch,
    rule: temperatureRuleHash(evidence.rule),
    head: stageHead(evidence.head),
    parties: evidence.parties,
    record: temperatureRecordOf(evidence),
    deviations: temperatureDeviationBits(evidence),
    context,
    opened: openedSignal(evidence),
  };
}
