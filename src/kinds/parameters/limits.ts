import type { Claim } from "../../policy/document.ts";
import type { SeriesLimits } from "../series/limits.ts";

/** One channel of a parameters claim. Quantities are decimal strings in the channel's unit. */
export interface ChannelLimits {
  /** Code of the channel, as in `CHANNEL`. */
  readonly channel: number;
  /** The channel's own unit, so that no reader has to guess it. */
  readonly unit: string;
  /** Smallest step of the sensor's readings. */
  readonly resolution: string;
  /** Lowest and highest permitted reading, both permitted. */
  readonly range: readonly [low: string, high: string];
}

/** The limits of a parameters claim: up to five channels sampled together, hard limits only. */
export interface ParametersLimits extends SeriesLimits {
  readonly channels: readonly ChannelLimits[];
}

export type ParametersClaim = Claim<"parameters", ParametersLimits>;

/** The limits of a channel claim: one channel, hard limits only. */
export interface OneChannelLimits extends SeriesLimits, ChannelLimits {}

export type ChannelClaim = Claim<"channel", OneChannelLimits>;
