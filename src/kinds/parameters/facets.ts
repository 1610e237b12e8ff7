import { CHANNEL_WORDS, channelNamed } from "../../formats/channels.ts";
import { CHANNEL } from "../../formats/constants.ts";
import { fact, type Facet } from "../../policy/facets.ts";
import { rangeFacets, resolutionFacet, seriesFacets } from "../series/facets.ts";
import type { ChannelLimits, OneChannelLimits, ParametersLimits } from "./limits.ts";

/** Everything that a parameters rule says. */
export function parametersFacets(rule: ParametersLimits): Facet[] {
  return [
    ...rule.channels.flatMap(channelFacets),
    fact("order of the channels", rule.channels.map(({ channel }) => CHANNEL_WORDS[channelNamed(channel)]).join(", ")),
    ...seriesFacets(rule),
  ];
}

/** Everything that a channel rule says. */
export function oneChannelFacets(rule: OneChannelLimits): Facet[] {
  return [...channelFacets(rule), fact("channel", CHANNEL_WORDS[channelNamed(rule.channel)]), ...seriesFacets(rule)];
}

function channelFacets({ channel, range, resolution }: ChannelLimits): Facet[] {
  const name = channelNamed(channel);
  const words = CHANNEL_WORDS[name];
  const { symbol } = CHANNEL[name];
  return [
    ...rangeFacets(`reading of ${words}`, range, symbol),
    resolutionFacet(`sensor's steps of ${words}`, resolution, symbol),
  ];
}
