import type { TemperatureRule } from "../../src/formats/rule.ts";
import type { TemperatureLimits } from "../../src/policy/policy.ts";
import { temperatureRuleOf } from "../../src/policy/rule.ts";
import { onlyClaim, withClaims } from "../policy/support.ts";

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
