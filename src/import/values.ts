import { PHYSICAL_RANGE } from "../formats/channels.ts";
import { CHANNEL, type ChannelName } from "../formats/constants.ts";
import { parseMicro } from "../input/quantities.ts";

/** A channel as its values are read. */
export interface Quantity {
  readonly symbol: string;
  /** What a sensor can show, in millionths of the unit. */
  readonly low: bigint;
  readonly high: bigint;
}

/** The quantity of a channel. */
export function quantityOf(channel: ChannelName): Quantity {
  const [low, high] = PHYSICAL_RANGE[channel];
  return { symbol: CHANNEL[channel].symbol, low: parseMicro(low, channel), high: parseMicro(high, channel) };
}
