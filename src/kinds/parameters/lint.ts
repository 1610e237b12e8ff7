import { CHANNEL } from "../../formats/constants.ts";
import { derived } from "../../policy/derived.ts";
import { channelNamed } from "../../formats/channels.ts";
import { timingOf } from "../series/coding.ts";
import { error, type LintFinding } from "../../policy/lintFinding.ts";
import { lintThinning, lintTimes } from "../series/lint.ts";
import type { ChannelLimits, OneChannelLimits, ParametersLimits } from "./limits.ts";
import { channelGridOf } from "./rule.ts";

/** What is wrong with the limits of a parameters claim, and what their approvers should know. */
export function lintParameters(rule: ParametersLimits, pointer: string): LintFinding[] {
  return [
    ...rule.channels.flatMap((limits, index) => [
      ...lintRepeated(rule.channels, limits, index, `${pointer}/channels/${index}`),
      ...derived(`${pointer}/channels/${index}`, () => channelGridOf(limits)).findings,
    ]),
    ...derived(pointer, () => timingOf(rule.gap)).findings,
    ...lintTimes(rule, pointer),
  ];
}

/** The same of a channel claim. */
export function lintChannel(rule: OneChannelLimits, pointer: string): LintFinding[] {
  return [
    ...derived(pointer, () => channelGridOf(rule)).findings,
    ...derived(pointer, () => timingOf(rule.gap)).findings,
    ...lintTimes(rule, pointer),
    ...lintThinning(rule, false, pointer),
  ];
}

function lintRepeated(
  channels: readonly ChannelLimits[],
  { channel }: ChannelLimits,
  index: number,
  pointer: string,
): LintFinding[] {
  if (channels.findIndex((other) => other.channel === channel) === index) return [];
  const name = channelNamed(channel);
  const message = `Channel ${channel}, ${name} (${CHANNEL[name].unit}), is there twice.`;
  return [
    error("channels", `${pointer}/channel`, message, "A second sensor of the same kind needs a claim of its own."),
  ];
}
