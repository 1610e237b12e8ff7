import type { Signals } from "../../formats/constants.ts";
import { qualityRuleColumns } from "../../formats/qualityRule.ts";
import { resultSetColumns } from "../../formats/results.ts";
import type { QualityEvidence } from "./evidence.ts";
import { bus, pathInput, type CircuitInput } from "../circuitInput.ts";

/** Input of circuit `quality`; `circuits/quality.circom` names every field. Error `quality-size`. */
export function qualityInput(evidence: QualityEvidence, signals: Signals): CircuitInput {
  return {
    ...signals,
    ...bus("ruleFields", qualityRuleColumns(evidence.rule)),
    ...bus("headFields", evidence.head),
    ...bus("results", resultSetColumns(evidence.set)),
    ...bus("labLeaf", evidence.lab.leaf),
    ...bus("labPath", pathInput(evidence.lab.path)),
    ...bus("labSignature", evidence.lab.signature),
  };
}
