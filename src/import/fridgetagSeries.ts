import { formatMicro } from "../input/quantities.ts";
import { formatDuration, formatLocalTime, formatOffset } from "../input/times.ts";
import { deviceLimits, linesOf, readFridgetag, type Configuration, type FridgetagExport } from "./fridgetag.ts";
import { shownSpan, type SeriesReader } from "./loggerSeries.ts";
import { applyOffset } from "./series.ts";

/**
 * A reader of Fridge-tag and Q-tag exports whose clock stood `offset` seconds east of UTC; undefined is refused with a
 * hint. The device is the owner of its certificate, its model and its serial. Errors: those of `readFridgetag` and
 * `applyOffset`.
 */
export function fridgetagReader(offset: number | undefined): SeriesReader {
  return (bytes, file) => {
    const source = readFridgetag(bytes, file);
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
