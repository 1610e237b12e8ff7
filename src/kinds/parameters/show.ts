import { CHANNEL } from "../../formats/constants.ts";
import { CHANNEL_WORDS, channelNamed } from "../../formats/channels.ts";
import { describeCode, describeStep } from "../series/coding.ts";
import { showSeries } from "../series/show.ts";
import type { Claim, Policy } from "../../policy/document.ts";
import type { ChannelLimits, OneChannelLimits, ParametersLimits } from "./limits.ts";
import { channelGridOf } from "./rule.ts";

/** Every limit of a parameters claim in words. */
export function showParameters(policy: Policy, claim: Claim<"parameters", ParametersLimits>): string[] {
  const { rule } = claim;
  return [
    `Channels: ${rule.channels.length}, read together. A single reading of any of them beyond its range breaks the rule; there are no budgets.`,
    ...rule.channels.flatMap(showChannel),
    "Codes are rounded away from the lower end of each range, so that a reading beyond a limit by any amount is coded beyond it.",
    ...showSeries(policy, claim, "recorder", ""),
  ];
}

/** Every limit of a channel claim in words. */
export function showOneChannel(policy: Policy, claim: Claim<"channel", OneChannelLimits>): string[] {
  return [
    ...showChannel(claim.rule),
    "A single reading beyond its range breaks the rule; there are no budgets. Codes are rounded away from the lower end of the range, so that a reading beyond a limit by any amount is coded beyond it.",
    ...showSeries(policy, claim, "logger", ""),
  ];
}

function showChannel(limits: ChannelLimits): string[] {
  const name = channelNamed(limits.channel);
  const grid = channelGridOf(limits);
  const [low, high] = [0, Number(grid.width)].map((code) => describeCode(grid, code, name));
  return [
    `${CHANNEL_WORDS[name]}: every reading from ${low} to ${high}, both permitted.`,
    `  Sensor: it shows steps of ${limits.resolution} ${CHANNEL[name].symbol}; coded in ${describeStep(grid, name)} steps, codes 0 to ${grid.width}.`,
  ];
}
