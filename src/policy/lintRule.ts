import type { Finding } from "./findings.ts";
import { lintCustody } from "./lintCustody.ts";
import { lintParameters } from "./lintParameters.ts";
import { lintQuality } from "./lintQuality.ts";
import { lintTemperature } from "./lintTemperature.ts";
import type { Policy, PolicyClaim } from "./policy.ts";

/** What is wrong with the limits of one claim of any kind, and what their approvers should know. */
export function lintRule(policy: Policy, claim: PolicyClaim, pointer: string): Finding[] {
  switch (claim.kind) {
    case "temperature":
      return lintTemperature(claim.rule, pointer);
    case "parameters":
      return lintParameters(claim.rule, pointer);
    case "custody":
      return lintCustody(policy, claim, pointer);
    case "quality":
      return lintQuality(claim.rule, pointer);
  }
}
