import type { ChannelName } from "../formats/constants.ts";
import type { DeviceId } from "../formats/identity.ts";
import type { SamplesReader, SeriesReader } from "./loggerSeries.ts";
import { samplesTableReader, tableReader } from "./table/readings.ts";
import { LONG_FORM, shippedProfile } from "./table/shipped.ts";

/** A `tableReader` of the long form of historians. */
export function csvReader(
  tag: string | undefined,
  device: DeviceId,
  channel: ChannelName = "temperature",
): SeriesReader {
  return tableReader(shippedProfile(LONG_FORM), tag, channel, { device });
}

/** A `samplesTableReader` of the long form of historians. */
export function samplesCsvReader(tags: ReadonlyMap<number, string>, device: DeviceId): SamplesReader {
  return samplesTableReader(shippedProfile(LONG_FORM), tags, { device });
}
