import type { TemperatureRule } from "../../src/formats/temperatureRule.ts";
import { onlyClaim, withClaims } from "../policy/support.ts";
import type { TemperatureLimits } from "../../src/kinds/temperature/limits.ts";
import { temperatureRuleOf } from "../../src/kinds/temperature/rule.ts";

/** Readings every 30 minutes at least; nothing but a range is limited yet. */
const PLAIN = {
  channel: 1,
  unit: "Cel",
  resolution: "0.1",
  gap: 1800,
  lead: 0,
  tail: 0,
  clockTolerance: 0,
  source: "a test",
} as const;

/** The rule that a policy with these limits, and no others, derives. */
export function ruleOf(limits: Pick<TemperatureLimits, "range"> & Partial<TemperatureLimits>): TemperatureRule {
  return temperatureRuleOf(withClaims({ ...onlyClaim(), rule: { ...PLAIN, ...limits } }), 0, 1n);
}
