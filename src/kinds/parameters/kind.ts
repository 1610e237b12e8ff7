import { SAMPLES_PER_CHUNK } from "../../formats/constants.ts";
import { parametersRuleHash } from "../../formats/parametersRule.ts";
import { defineKind } from "../kind.ts";
import seriesDefinitions from "../series/schema.json" with { type: "json" };
import { inMicro } from "../series/facets.ts";
import { unprovenSeries } from "../series/unproven.ts";
import { PARAMETERS_RULES } from "./check.ts";
import { parametersFacets } from "./facets.ts";
import type { ParametersLimits } from "./limits.ts";
import { lintParameters } from "./lint.ts";
import { parametersRuleOf } from "./rule.ts";
import schema from "./schema.json" with { type: "json" };
import { showParameters } from "./show.ts";

/** Up to five channels sampled together: hard limits. */
export const parameters = defineKind<"parameters", ParametersLimits>({
  name: "parameters",
  rules: PARAMETERS_RULES,
  tiers: [
    { name: "parameters-210", tier: 3 * SAMPLES_PER_CHUNK },
    { name: "parameters-770", tier: 11 * SAMPLES_PER_CHUNK },
    { name: "parameters-2k", tier: 28 * SAMPLES_PER_CHUNK },
    { name: "parameters-4k", tier: 60 * SAMPLES_PER_CHUNK },
  ],
  instance: (tier) => `Parameters(${tier / SAMPLES_PER_CHUNK})`,
  classes: ["specification", "process"],
  measuresStage: true,
  schema: { ...schema, definitions: { ...seriesDefinitions, ...schema.definitions } },
  ruleHash: (policy, claimIndex, salt) => parametersRuleHash(parametersRuleOf(policy, claimIndex, salt)),
  lint: (_, { rule }, pointer) => lintParameters(rule, pointer),
  lintTogether: () => [],
  show: (_, { rule }) => showParameters(rule),
  showTier: (tier) => `up to ${tier} readings of each channel`,
  showUnproven: (policy) => unprovenSeries(policy, "parameters"),
  facets: ({ rule }) => parametersFacets(rule),
  twin: { evidence: "One record of the process", judgedBy },
});

/** Numbers, however they are spelt. Resolution, lead, tail and clock tolerance are left out: one recorder can suit both claims. */
function judgedBy({ gap, independent, channels }: ParametersLimits): object {
  const ranges = channels.map(({ channel, range }) => [channel, ...range.map(inMicro)]);
  return { gap, independent: independent ?? false, channels: ranges.sort() };
}
