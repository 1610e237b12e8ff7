import { CHANNEL } from "../formats/constants.ts";
import { attempt } from "./attempt.ts";
import { channelNamed } from "./channels.ts";
import { channelGridOf, timingOf } from "./coding.ts";
import { error, type Finding } from "./findings.ts";
import { lintTimes } from "./lintTimes.ts";
import type { ChannelLimits, ParametersLimits } from "./policy.ts";

/** What is wrong with the limits of a parameters claim, and what their approvers should know. */
export function lintParameters(rule: ParametersLimits, pointer: string): Finding[] {
  return [
    ...rule.channels.flatMap((limits, index) => [
      ...lintRepeated(rule.channels, limits, index, `${pointer}/channels/${index}`),
      ...attempt(`${pointer}/channels/${index}`, () => channelGridOf(limits)).findings,
    ]),
    ...attempt(pointer, () => timingOf(rule.gap)).findings,
    ...lintTimes(rule, pointer),
  ];
}

function lintRepeated(
  channels: readonly ChannelLimits[],
  { channel }: ChannelLimits,
  index: number,
  pointer: string,
): Finding[] {
  if (channels.findIndex((other) => other.channel === channel) === index) return [];
  const name = channelNamed(channel);
  const message = `Channel ${channel}, ${name} (${CHANNEL[name].unit}), is there twice.`;
  return [
    error("channels", `${pointer}/channel`, message, "A second sensor of the same kind needs a claim of its own."),
  ];
}
