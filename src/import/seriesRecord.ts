import type { Circuit } from "../kinds/circuits.ts";
import { inputError, type BatchproofError } from "../errors.ts";
import { CLOCK_ERROR_OFFSET, NO_PROFILE } from "../formats/constants.ts";
import { deviceHash, textHash } from "../formats/identity.ts";
import type { TemperatureHeader } from "../formats/temperatureRecord.ts";
import type { TemperatureRule } from "../formats/temperatureRule.ts";
import type { CodedSeries } from "./coding.ts";
import type { LoggerSeries, Measured, Origin } from "./loggerSeries.ts";
import type { Window } from "./series.ts";

/* What records of one channel and of several have in common. */

/** Largest clock error that is taken, in seconds, either way: eleven days. */
export const MAX_CLOCK_ERROR = 1_000_000;

/** What a person says at import, besides the file, whatever its format. */
export interface ImportSettings {
  /** Seconds, reference minus device: how wrong the device's clock was when it was compared. */
  readonly clockError: number;
  /** Seconds of the buckets to which the series is thinned, or NOT_THINNED. */
  readonly bucket: number;
}

/** The stage a record is for, Unix seconds. */
export interface StagePeriod {
  readonly start: number;
  readonly end: number;
}

type Timing = Pick<TemperatureRule, "tick" | "gapTicks" | "lead" | "tail">;

/** What the batch asks of the record of one of its claims. */
export interface RecordDemand<R extends Timing> {
  readonly rule: R;
  readonly period: StagePeriod;
  readonly lot: string;
  /** The circuits that the claim accepts. */
  readonly circuits: readonly Circuit[];
}

/** A canonical record before a source has numbered and signed it. */
export interface UnsignedSeries<H, R> {
  readonly header: Omit<H, "attempt">;
  readonly rows: readonly R[];
  /** What measured, and how its file was read. */
  readonly origin: Origin;
  readonly measured: Measured;
  /** What was read, cut, thinned and coded, for the person who imports. */
  readonly summary: readonly string[];
}

/** The window that a rule demands of the record of a stage. */
export function windowOf({ tick, gapTicks, lead, tail }: Timing, { start, end }: StagePeriod): Window {
  return {
    start,
    end,
    lead: Number(lead),
    tail: Number(tail),
    gapSeconds: Number(gapTicks * tick),
    tick: Number(tick),
  };
}

/** What a header says that is not about channels and not about the circuit. */
type SeriesHeader = Omit<
  TemperatureHeader,
  "kind" | "n" | "attempt" | "channelId" | "origin" | "stepNum" | "stepDen" | "width"
>;

/** The header's facts on file, device, clock, lot and series. Error `device-id`. */
export function seriesHeader(
  rawFileHash: bigint,
  { device, zoneChanged, profile }: Pick<LoggerSeries, "device" | "zoneChanged" | "profile">,
  { t0, rows }: CodedSeries<unknown>,
  { rule, period, lot }: RecordDemand<Timing>,
  { clockError, bucket }: ImportSettings,
): SeriesHeader {
  return {
    t0: BigInt(t0),
    start: BigInt(period.start),
    end: BigInt(period.end),
    tick: rule.tick,
    rowCount: BigInt(rows.length),
    bucket: BigInt(bucket),
    deviceHash: deviceHash(device),
    rawFileHash,
    profile: profile?.hash ?? NO_PROFILE,
    zoneChanged: zoneChanged ? 1n : 0n,
    clockError: BigInt(CLOCK_ERROR_OFFSET + clockError),
    lotHash: textHash(lot),
  };
}

/** Capacities of circuits, the smallest first. */
export function capacitiesOf(circuits: readonly Circuit[]): number[] {
  return circuits.map(({ tier }) => tier).sort((a, b) => a - b);
}

/** Error `series-length`: the stage has more readings, or samples, than any of the circuits holds. */
export function lengthError(
  count: number,
  circuits: readonly Circuit[],
  file: string,
  remedy: string,
): BatchproofError {
  const largest = capacitiesOf(circuits).at(-1) ?? 0;
  return inputError(`The stage has ${count} readings; the claim's largest circuit holds ${largest}.`, {
    place: file,
    remedy,
    code: "series-length",
  });
}
