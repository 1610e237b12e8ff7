import { ROWS_PER_CHUNK, SAMPLES_PER_CHUNK } from "../../formats/constants.ts";
import { parametersRuleHash } from "../../formats/parametersRule.ts";
import { defineKind } from "../kind.ts";
import seriesDefinitions from "../series/schema.json" with { type: "json" };
import { inMicro } from "../series/facets.ts";
import { unprovenSeries } from "../series/unproven.ts";
import { PARAMETERS_RULES } from "./check.ts";
import type { SeriesLimits } from "../series/limits.ts";
import channelSchema from "./channelSchema.json" with { type: "json" };
import { oneChannelFacets, parametersFacets } from "./facets.ts";
import type { ChannelLimits, OneChannelLimits, ParametersLimits } from "./limits.ts";
import { lintChannel, lintParameters } from "./lint.ts";
import { slotOf } from "../series/rule.ts";
import { channelRuleOf, parametersRuleOf } from "./rule.ts";
import schema from "./schema.json" with { type: "json" };
import { showOneChannel, showParameters } from "./show.ts";

/** What claims of hard limits have in common, however many channels they are about. */
const HARD_LIMITS = {
  rules: PARAMETERS_RULES,
  classes: ["specification", "process"],
  measuresStage: true,
  lintTogether: () => [],
} as const;

const DEFINITIONS = { ...seriesDefinitions, ...schema.definitions };

/** Up to five channels sampled together: hard limits. */
export const parameters = defineKind<"parameters", ParametersLimits>({
  name: "parameters",
  ...HARD_LIMITS,
  tiers: [
    { name: "parameters-280", tier: 4 * SAMPLES_PER_CHUNK },
    { name: "parameters-840", tier: 12 * SAMPLES_PER_CHUNK },
    { name: "parameters-2k", tier: 28 * SAMPLES_PER_CHUNK },
    { name: "parameters-4k", tier: 61 * SAMPLES_PER_CHUNK },
  ],
  instance: (tier) => `Parameters(${tier / SAMPLES_PER_CHUNK}, CHANNELS())`,
  schema: { ...schema, definitions: DEFINITIONS },
  ruleHash: (policy, claimIndex, salt) => parametersRuleHash(parametersRuleOf(policy, claimIndex, salt)),
  lint: (_, { rule }, pointer) => lintParameters(rule, pointer),
  show: showParameters,
  showTier: (tier) => `up to ${tier} readings of each channel`,
  showUnproven: (policy) => unprovenSeries(policy, "parameters"),
  facets: ({ rule }) => parametersFacets(rule),
  twin: { evidence: "One record of the process", judgedBy: (rule) => judgedBy(rule, rule.channels) },
});

/** One channel, a long series: hard limits, and nothing else, so half the size of a temperature claim. */
export const channel = defineKind<"channel", OneChannelLimits>({
  name: "channel",
  ...HARD_LIMITS,
  tiers: [
    { name: "channel-840", tier: 4 * ROWS_PER_CHUNK },
    { name: "channel-2k", tier: 12 * ROWS_PER_CHUNK },
    { name: "channel-6k", tier: 29 * ROWS_PER_CHUNK },
    { name: "channel-12k", tier: 61 * ROWS_PER_CHUNK },
  ],
  instance: (tier) => `Parameters(${tier / ROWS_PER_CHUNK}, 1)`,
  schema: { ...channelSchema, definitions: DEFINITIONS },
  ruleHash: (policy, claimIndex, salt) => parametersRuleHash(channelRuleOf(policy, claimIndex, salt)),
  lint: (_, { rule }, pointer) => lintChannel(rule, pointer),
  show: showOneChannel,
  showTier: (tier) => `up to ${tier} readings`,
  showUnproven: (policy) => unprovenSeries(policy, "channel"),
  facets: ({ rule }) => oneChannelFacets(rule),
  twin: { evidence: "One logger's readings", judgedBy: (rule) => judgedBy(rule, [rule]) },
});

/** Numbers, however they are spelt. Resolution, lead, tail and clock tolerance are left out: one recorder can suit both claims. */
function judgedBy(rule: SeriesLimits, channels: readonly ChannelLimits[]): object {
  const { gap, independent } = rule;
  const ranges = channels.map((each) => [each.channel, ...each.range.map(inMicro)]);
  return { gap, slot: slotOf(rule), independent: independent ?? false, channels: ranges.sort() };
}
