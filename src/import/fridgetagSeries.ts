import { inputError } from "../errors.ts";
import { formatMicro } from "../input/quantities.ts";
import { formatDuration, formatLocalTime, formatOffset } from "../input/times.ts";
import {
  deviceLimits,
  linesOf,
  readFridgetag,
  type Configuration,
  type FridgetagExport,
  type History,
} from "./fridgetag.ts";
import { shownSpan, type SeriesReader } from "./loggerSeries.ts";
import { applyOffset } from "./series.ts";

/**
 * A reader of Fridge-tag and Q-tag exports whose clock stood `offset` seconds east of UTC; undefined is refused with a
 * hint. The device is the owner of its certificate, its model and its serial. Errors: those of `readFridgetag` and
 * `applyOffset`; `daily-history` (a device that keeps no readings).
 */
export function fridgetagReader(offset: number | undefined): SeriesReader {
  return (bytes, file) => {
    const source = readFridgetag(bytes, file);
    refuseDailyHistory(source, file);
    const { vendor, model, serial } = source.device;
    const { zone } = source.configuration;
    const { entries, zoneChanged } = applyOffset(linesOf(source), offset, zone, file);
    const facts = [...factsOf(source), clockFact(offset ?? zone, zone, zoneChanged)];
    return {
      ...{ channel: "temperature", device: { vendor, model, serial }, entries },
      ...{ zoneChanged, facts, how: { format: "fridgetag", offset: formatOffset(offset ?? zone) } },
    };
  };
}

/** The days of a device that keeps no readings but those of each day that stand out; undefined for any other. */
export function dailyHistory({ configuration, readings, missing, history }: FridgetagExport): History | undefined {
  const logs = configuration.loggingInterval !== undefined || readings.length + missing.length > 0;
  return logs ? undefined : history;
}

/** What such a device can tell, and what it cannot: why no claim can be made from its file. */
export const DAILY_HISTORY =
  "the device keeps a daily history only: of each day the lowest and the highest temperature with their times, an average, and minutes beyond its " +
  "own alarm limits; it cannot tell how warm it was at any other time of the day, how long it was beyond the limits of a claim, or a mean " +
  "kinetic temperature";

function refuseDailyHistory(source: FridgetagExport, file: string): void {
  if (dailyHistory(source) === undefined) return;
  throw inputError(`There is no series of readings: ${DAILY_HISTORY}.`, {
    place: file,
    remedy:
      "Use a device that logs readings, such as a Fridge-tag 2 L or a Q-tag CLm; for this stage raise an exception for the claim.",
    code: "daily-history",
  });
}

function factsOf({ device, configuration, readings, missing, certificate }: FridgetagExport): string[] {
  const interval = configuration.loggingInterval;
  return [
    `read: ${device.model}, serial ${device.serial}, firmware ${device.firmware}; ${limitsFact(configuration)}`,
    signedFact(certificate),
    ...unitFacts(configuration),
    `readings: ${readings.length}${interval === undefined ? "" : `, one every ${formatDuration(interval)}`}, on the ` +
      `device's clock ${shownSpan(readings, (reading) => formatLocalTime(reading.localTime))}` +
      (missing.length === 0 ? "" : `; without a value: ${missing.length}`),
  ];
}

/** As a person writes the unit that a file is in. */
export const UNIT_SYMBOL = { Cel: "°C", "[degF]": "°F" } as const satisfies Record<Configuration["unit"], string>;

/** Of a file in °F: what is known, and what is taken from one line of it. */
export function unitFacts({ unit }: Configuration): string[] {
  return unit === "Cel"
    ? []
    : ["unit: °F by the signed line `Temp unit: F`, taken for every temperature in the file; converted exactly"];
}

/** Who signed an export whose signatures are valid. */
export function signedFact({ lot, issuer }: FridgetagExport["certificate"]): string {
  return (
    `signed: valid, by a key of lot ${lot}; its certificate names ${issuer}, a consistent issuer ` +
    "but not an authenticated one"
  );
}

function clockFact(offset: number, zone: number, zoneChanged: boolean): string {
  const differs = zoneChanged ? "; they differ, which is a deviation (clock)" : "";
  return `clock: offset ${formatOffset(offset)} given, zone ${formatOffset(zone)} signed by the device${differs}`;
}

/** The limits by which the device itself flags readings. */
export function limitsFact({ alarms, unit }: Configuration): string {
  const { low, high } = deviceLimits(alarms);
  const shown = (limit: bigint | undefined): string =>
    limit === undefined ? "none" : `${formatMicro(limit)} ${UNIT_SYMBOL[unit]}`;
  return `its own limits: low ${shown(low)}, high ${shown(high)}`;
}
