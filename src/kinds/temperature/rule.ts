import { CHANNEL, TEMPERATURE_RULE_VERSION } from "../../formats/constants.ts";
import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import { claimAt, type Policy } from "../../policy/document.ts";
import { requireKind } from "../kind.ts";
import { ruleHead } from "../ruleHead.ts";
import { codingOf } from "../series/coding.ts";
import { seriesRuleOf } from "../series/rule.ts";
import { budgetOf, singleOf } from "./budgets.ts";
import type { TemperatureClaim, TemperatureLimits } from "./limits.ts";
import { heatOf, mktOf } from "./mkt.ts";

/** The rule of a temperature claim. Errors: those of `ruleHead`, `codingOf`, `budgetOf`, `singleOf` and `mktOf`. */
export function temperatureRuleOf(policy: Policy, claimIndex: number, salt: bigint): TemperatureRule {
  const limits = limitsOfClaim(policy, claimIndex);
  const coding = codingOf(limits);
  return {
    ...ruleHead(policy, claimIndex, TEMPERATURE_RULE_VERSION, salt),
    channelId: BigInt(CHANNEL.temperature.code),
    ...coding,
    ...seriesRuleOf(limits),
    budgetAbove: budgetOf(limits, coding, "above"),
    budgetBelow: budgetOf(limits, coding, "below"),
    single: singleOf(limits, coding),
    ...mktOf(limits, coding),
  };
}

/** dH by which a claim's mean kinetic temperature is shown, limited or not, 1e-6 kJ/mol. Error `claim`. */
export function claimedHeat(policy: Policy, claimIndex: number): bigint {
  return heatOf(limitsOfClaim(policy, claimIndex).mkt ?? {});
}

function limitsOfClaim(policy: Policy, claimIndex: number): TemperatureLimits {
  const claim: TemperatureClaim = requireKind(claimAt(policy, claimIndex), "temperature");
  return claim.rule;
}
