import type { Circuit } from "../circuits.ts";
import { inputError } from "../errors.ts";
import { CHANNEL, CLOCK_ERROR_OFFSET, CELSIUS_OFFSET, KIND } from "../formats/constants.ts";
import { bytesHash, deviceHash, textHash } from "../formats/identity.ts";
import type { RecordHeader } from "../formats/record.ts";
import type { TemperatureRule } from "../formats/rule.ts";
import type { Row } from "../formats/series.ts";
import { codeSeries, type Coding } from "./coding.ts";
import { readFridgetag, type FridgetagExport } from "./fridgetag.ts";
import { applyOffset, cutToWindow, type Cut, type Window } from "./series.ts";
import { summariseImport } from "./summary.ts";

/** What a person says at import, besides the file. */
export interface ImportSettings {
  /** Seconds east of UTC of the device's clock; undefined is refused with a hint. */
  readonly offset: number | undefined;
  /** Seconds, reference minus device: how wrong the device's clock was when it was compared. */
  readonly clockError: number;
}

/** A canonical record before a source has numbered and signed it. */
export interface UnsignedRecord {
  readonly header: Omit<RecordHeader, "attempt">;
  readonly rows: readonly Row[];
  /** What was read, cut and coded, for the person who imports. */
  readonly summary: readonly string[];
}

/** The stage a record is for, Unix seconds. */
export interface StagePeriod {
  readonly start: number;
  readonly end: number;
}

/**
 * The record of a Fridge-tag or Q-tag export for one claim: device signature verified, cut to the stage's window, coded
 * exactly, and fitted to the smallest of the circuits that the claim accepts. Readings outside the limits keep codes
 * outside 0..width: such a record is for `check`, it can be neither signed nor proven. Errors: those of
 * `readFridgetag`, `applyOffset` and `cutToWindow`; `unit`; `series-length` (more readings than any circuit holds).
 */
export function temperatureRecord(
  bytes: Uint8Array,
  file: string,
  rule: TemperatureRule,
  period: StagePeriod,
  lot: string,
  circuits: readonly Circuit[],
  settings: ImportSettings,
): UnsignedRecord {
  const source = readFridgetag(bytes, file);
  const { zone } = source.configuration;
  const { readings, zoneChanged } = applyOffset(source.readings, settings.offset, zone, file);
  const window = windowOf(rule, period);
  const cut = cutToWindow(readings, window, file);
  const coding = codingOf(rule);
  const { t0, rows } = codeSeries(cut.readings, coding, window.tick);
  const offset = settings.offset ?? zone;
  return {
    header: {
      kind: BigInt(KIND.temperature),
      n: BigInt(capacityFor(rows.length, circuits, file)),
      t0: BigInt(t0),
      tick: rule.tick,
      origin: rule.origin,
      stepNum: rule.stepNum,
      stepDen: rule.stepDen,
      width: rule.width,
      channelId: rule.channelId,
      rowCount: BigInt(rows.length),
      deviceHash: deviceHash(deviceOf(source)),
      rawFileHash: bytesHash(bytes),
      zoneChanged: zoneChanged ? 1n : 0n,
      clockError: BigInt(CLOCK_ERROR_OFFSET + settings.clockError),
      lotHash: textHash(lot),
    },
    rows,
    summary: summaryOf(source, offset, zoneChanged, window, cut, coding),
  };
}

/** The identity under which a logger is registered: the owner of its certificate, its model and its serial. */
export function deviceOf({ device }: FridgetagExport): { vendor: string; model: string; serial: string } {
  return { vendor: device.vendor, model: device.model, serial: device.serial };
}

function windowOf(rule: TemperatureRule, { start, end }: StagePeriod): Window {
  return {
    start,
    end,
    lead: Number(rule.lead),
    tail: Number(rule.tail),
    gapSeconds: Number(rule.gapTicks * rule.tick),
    tick: Number(rule.tick),
  };
}

/** The rule's grid on the zero of the readings: plain micro-degrees. */
function codingOf({ origin, stepNum, stepDen, width }: TemperatureRule): Coding {
  return { origin: origin - CELSIUS_OFFSET, stepNum, stepDen, width };
}

/** Capacity of the smallest circuit that holds this many readings. */
function capacityFor(count: number, circuits: readonly Circuit[], file: string): number {
  const capacities = circuits.map(({ tier }) => tier).sort((a, b) => a - b);
  const fitting = capacities.find((tier) => tier >= count);
  if (fitting !== undefined) return fitting;
  throw inputError(`The stage has ${count} readings; the claim's largest circuit holds ${capacities.at(-1) ?? 0}.`, {
    place: file,
    remedy: "Let the policy accept a larger circuit, or split the stage.",
    code: "series-length",
  });
}

function summaryOf(
  source: FridgetagExport,
  offset: number,
  zoneChanged: boolean,
  window: Window,
  cut: Cut,
  coding: Coding,
): string[] {
  return summariseImport({ source, offset, zoneChanged, window, cut, coding, unit: CHANNEL.temperature.symbol });
}
