import { CHANNELS } from "./constants.ts";
import { SeriesFormat } from "./series.ts";

/** One sample of all channels as the circuit sees it: ticks since the sample before (0 for the first), and their codes. */
export interface Sample {
  readonly dt: number;
  /** One a channel, in the order of the rule; 0 for an unused one. */
  readonly codes: readonly number[];
}

/** Five channels: 6 bytes a row, 5 rows an element, 70 a chunk. */
export const SAMPLES = new SeriesFormat<Sample>(CHANNELS, (sample) => sample.codes);
/** One channel, packed as the readings of a temperature record are. */
const ONE_CHANNEL = new SeriesFormat<Sample>(1, (sample) => sample.codes);

/** The format of records with so many places for channels: 1 or CHANNELS. */
export function samplesOf({ length }: { readonly length: number }): SeriesFormat<Sample> {
  return length === 1 ? ONE_CHANNEL : SAMPLES;
}
