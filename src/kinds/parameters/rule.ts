import { PARAMETERS_RULE_VERSION } from "../../formats/constants.ts";
import { channelNamed } from "../../formats/channels.ts";
import { channelsOf, type Channel, type ParametersRule } from "../../formats/parametersRule.ts";
import { claimAt, type Policy } from "../../policy/document.ts";
import { requireKind } from "../kind.ts";
import { ruleHead } from "../ruleHead.ts";
import { gridOf, timingOf, type Grid, type Timing } from "../series/coding.ts";
import type { SeriesLimits } from "../series/limits.ts";
import { seriesRuleOf, type SeriesRule } from "../series/rule.ts";
import type { ChannelClaim, ChannelLimits, ParametersClaim } from "./limits.ts";

/**
 * The rule of a parameters claim, its channels by ascending code. Errors: those of `ruleHead`, `channelGridOf`,
 * `channelsOf`, `timingOf`.
 */
export function parametersRuleOf(policy: Policy, claimIndex: number, salt: bigint): ParametersRule {
  const { rule: limits }: ParametersClaim = requireKind(claimAt(policy, claimIndex), "parameters");
  const head = ruleHead(policy, claimIndex, PARAMETERS_RULE_VERSION, salt);
  return { ...head, channels: channelsOf(limits.channels.map(channelOf)), ...timesOf(limits) };
}

/** The rule of a channel claim. Errors: those of `ruleHead`, `channelGridOf`, `timingOf`. */
export function channelRuleOf(policy: Policy, claimIndex: number, salt: bigint): ParametersRule {
  const { rule: limits }: ChannelClaim = requireKind(claimAt(policy, claimIndex), "channel");
  const head = ruleHead(policy, claimIndex, PARAMETERS_RULE_VERSION, salt);
  return { ...head, channels: [channelOf(limits)], ...timesOf(limits) };
}

function timesOf(limits: SeriesLimits): Timing & SeriesRule {
  return { ...timingOf(limits.gap), ...seriesRuleOf(limits) };
}

function channelOf(limits: ChannelLimits): Channel {
  const { origin, stepNum, stepDen, width } = channelGridOf(limits);
  return { channelId: BigInt(limits.channel), origin, stepNum, stepDen, width };
}

/** The grid of one channel, which has no normal band: the errors of `gridOf` and `channelNamed`. */
export function channelGridOf({ channel, range, resolution }: ChannelLimits): Grid {
  return gridOf({ range, resolution }, channelNamed(channel));
}
