import type { PolicyClaim } from "../policy/policy.ts";
import { analytesOf } from "../policy/quality.ts";
import type { ClaimEvidence } from "../rules/claimEvidence.ts";
import { checkCustody } from "../rules/custody.ts";
import { describeBudgets, explain, type Explanation } from "../rules/explain.ts";
import { describeCustody, explainCustody } from "../rules/explainCustody.ts";
import { explainParameters } from "../rules/explainParameters.ts";
import { describeResults, explainQuality } from "../rules/explainQuality.ts";
import { checkParameters, parametersDeviationBits } from "../rules/parameters.ts";
import { checkQuality, qualityDeviationBits } from "../rules/quality.ts";
import { checkTemperature, deviationBits, deviationNames } from "../rules/temperature.ts";

/** What is said of a claim's evidence, to those who may see it. */
export interface Judgement {
  /** Broken rules in words; none: the claim holds. */
  readonly problems: readonly Explanation[];
  /** Names of the deviations that the public will see. */
  readonly deviations: readonly string[];
  /** What the record uses of its limits. */
  readonly remarks: readonly string[];
}

/** Judges a claim's evidence by the rules of its circuit, in plain TypeScript. */
export function judge(claim: PolicyClaim, { kind, evidence }: ClaimEvidence): Judgement {
  switch (kind) {
    case "temperature":
      return {
        problems: explain(evidence, checkTemperature(evidence)),
        deviations: deviationNames(deviationBits(evidence)),
        remarks: describeBudgets(evidence),
      };
    case "parameters":
      return {
        problems: explainParameters(evidence, checkParameters(evidence)),
        deviations: deviationNames(parametersDeviationBits(evidence)),
        remarks: [],
      };
    case "custody":
      return {
        problems: explainCustody(evidence, checkCustody(evidence)),
        deviations: [],
        remarks: describeCustody(evidence),
      };
    case "quality": {
      const analytes = claim.kind === "quality" ? analytesOf(claim.rule) : [];
      return {
        problems: explainQuality(evidence, analytes, checkQuality(evidence)),
        deviations: deviationNames(qualityDeviationBits(evidence.set)),
        remarks: describeResults(evidence, analytes),
      };
    }
  }
}
