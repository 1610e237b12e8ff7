import { PHYSICAL_RANGE } from "../formats/channels.ts";
import { CHANNEL, type ChannelName } from "../formats/constants.ts";
import { missingCode, parseMicro } from "../input/quantities.ts";
import { shown } from "./csvTable.ts";
import type { Unusable } from "./series.ts";

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

/**
 * What an entry has for a value: a number of millionths, or what stands there in place of one (a blank, `--.-`, -9999, NaN, a
 * number that no sensor of the channel shows). Errors, for a text that is neither: those of `parseMicro`.
 */
export function readValue(
  text: string,
  { low, high }: Quantity,
  place: string,
): { readonly value: bigint } | Pick<Unusable, "quality" | "code"> {
  const code = missingCode(text);
  if (code !== undefined) return { quality: shown(text), code };
  const value = parseMicro(text, place);
  return value >= low && value <= high ? { value } : { quality: shown(text), code: "physical-range" };
}
