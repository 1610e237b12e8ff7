import { formatMicro } from "../input/quantities.ts";
import { formatDuration, formatLocalTime, formatOffset, formatTime } from "../input/times.ts";
import type { Coding } from "./coding.ts";
import { deviceLimits, type FridgetagExport } from "./fridgetag.ts";
import type { Cut, Window } from "./series.ts";

export interface ImportFacts {
  readonly source: FridgetagExport;
  /** Seconds east of UTC given at import. */
  readonly offset: number;
  readonly zoneChanged: boolean;
  readonly window: Window;
  readonly cut: Cut;
  readonly coding: Coding;
  /** Symbol of the channel's unit. */
  readonly unit: string;
}

/** What was read, cut and coded, one line each for the person who imports. No reading's value is shown. */
export function summariseImport({ source, offset, zoneChanged, window, cut, coding, unit }: ImportFacts): string[] {
  const { device, configuration, readings, certificate } = source;
  const interval = configuration.loggingInterval;
  const flagged = cut.readings.filter((reading) => reading.flagged).length;
  return [
    `read: ${device.model}, serial ${device.serial}, firmware ${device.firmware}; ${shownLimits(source, unit)}`,
    `signed: valid, by a key of lot ${certificate.lot}; its certificate names ${certificate.issuer}, a consistent issuer ` +
      "but not an authenticated one",
    `readings: ${readings.length}${interval === undefined ? "" : `, one every ${formatDuration(interval)}`}, on the ` +
      `device's clock ${shownSpan(readings, (reading) => formatLocalTime(reading.localTime))}`,
    `clock: offset ${formatOffset(offset)} given, zone ${formatOffset(configuration.zone)} signed by the device` +
      (zoneChanged ? "; they differ, which is a deviation (clock)" : ""),
    `cut: ${cut.readings.length} readings kept, ${shownSpan(cut.readings, (reading) => formatTime(reading.time))}, for ` +
      `the stage ${formatTime(window.start)} to ${formatTime(window.end)}; ${cut.before} before and ${cut.after} after ` +
      `left out; ${flagged} of the kept ones flagged by the device`,
    `coded: one step is ${shownStep(coding)} ${unit}, codes 0 to ${coding.width.toString()} from ` +
      `${formatMicro(coding.origin)} ${unit}; one tick is ${formatDuration(window.tick)}`,
  ];
}

function shownLimits({ configuration }: FridgetagExport, unit: string): string {
  const { low, high } = deviceLimits(configuration.alarms);
  const shown = (limit: bigint | undefined): string => (limit === undefined ? "none" : `${formatMicro(limit)} ${unit}`);
  return `its own limits: low ${shown(low)}, high ${shown(high)}`;
}

function shownSpan<T>(readings: readonly T[], show: (reading: T) => string): string {
  const [first, last] = [readings.at(0), readings.at(-1)];
  return first === undefined || last === undefined ? "(none)" : `${show(first)} to ${show(last)}`;
}

/** A step as a decimal where it is one, else as a fraction. */
function shownStep({ stepNum, stepDen }: Coding): string {
  return stepNum % stepDen === 0n ? formatMicro(stepNum / stepDen) : `${formatMicro(stepNum)}/${stepDen.toString()}`;
}
