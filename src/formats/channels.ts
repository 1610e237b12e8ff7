import { inputError } from "../errors.ts";
import { CHANNEL, type ChannelName } from "./constants.ts";

/**
 * Lowest and highest limit that makes sense in a channel, in its unit; a limit beyond is a slip of the pen. None is below
 * -300, so that no `origin` of a rule is negative.
 */
export const PHYSICAL_RANGE: Readonly<Record<ChannelName, readonly [low: string, high: string]>> = {
  // From absolute zero to above dry-heat depyrogenation.
  temperature: ["-273.15", "500"],
  carbonDioxide: ["0", "100"],
  acidity: ["0", "14"],
  // Of air saturation: oxygen-enriched gas goes beyond 100.
  dissolvedOxygen: ["0", "200"],
  agitation: ["0", "10000"],
  tilt: ["-180", "180"],
  // As a gauge shows it: from a vacuum to above any autoclave.
  pressure: ["-101.325", "1000"],
  relativeHumidity: ["0", "100"],
  // Up to more than the sun in the tropics.
  illuminance: ["0", "200000"],
  // The size of a blow, whatever its direction.
  shock: ["0", "1000"],
  carbonDioxidePpm: ["0", "1000000"],
  // Of the gas's volume.
  oxygen: ["0", "100"],
  // Between two rooms, or before and behind a filter.
  differentialPressure: ["-300", "10000"],
  // North and east of the equator and of Greenwich.
  latitude: ["-90", "90"],
  longitude: ["-180", "180"],
};

/** What a channel's readings are called in front of people. */
export const CHANNEL_WORDS: Readonly<Record<ChannelName, string>> = {
  temperature: "Temperature",
  carbonDioxide: "Carbon dioxide",
  acidity: "Acidity (pH)",
  dissolvedOxygen: "Dissolved oxygen",
  agitation: "Agitation",
  tilt: "Tilt",
  pressure: "Pressure",
  relativeHumidity: "Relative humidity",
  illuminance: "Illuminance",
  shock: "Shock (peak)",
  carbonDioxidePpm: "Carbon dioxide (ppm)",
  oxygen: "Oxygen",
  differentialPressure: "Differential pressure",
  latitude: "Latitude",
  longitude: "Longitude",
};

/** The channel of a code. Error `channels` if there is none. */
export function channelNamed(code: number): ChannelName {
  const names = Object.keys(CHANNEL) as ChannelName[];
  const name = names.find((each) => CHANNEL[each].code === code);
  if (name !== undefined) return name;
  throw inputError(`There is no channel ${code}.`, {
    place: "channel",
    remedy: `Channels: ${names.map((each) => `${CHANNEL[each].code} ${each} (${CHANNEL[each].unit})`).join(", ")}.`,
    code: "channels",
  });
}
