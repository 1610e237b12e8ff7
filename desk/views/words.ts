import { CHANNEL, type ChannelName } from "../../src/formats/constants.ts";
import { t } from "../messages/index.ts";

/** What a channel's readings are called in the reader's language. */
export function channelWord(channel: ChannelName): string {
  return t(`channel.${channel}`);
}

/** Two bounds of a channel in words, with its unit. */
export function range([low, high]: readonly [string, string], { channel }: { readonly channel: ChannelName }): string {
  return t("curve.range", { low, high, unit: CHANNEL[channel].symbol });
}
