import type { Circuit } from "../kinds/circuits.ts";
import { inputError } from "../errors.ts";
import { CELSIUS_OFFSET, KIND } from "../formats/constants.ts";
import { checkReadings } from "../kinds/temperature/check.ts";
import { exactBreaches, type ExactBreach } from "../kinds/temperature/exactTimes.ts";
import { distinctLengths, excursionsOf, excursionTableSize } from "../kinds/temperature/excursions.ts";
import type { TemperatureHeader } from "../formats/temperatureRecord.ts";
import type { TemperatureRule } from "../formats/temperatureRule.ts";
import type { Row } from "../formats/series.ts";
import { formatDuration } from "../input/times.ts";
import { codeReading, type ReadingGrid } from "./coding.ts";
import type { ReadingSeries } from "./loggerSeries.ts";
import { oneChannelOf } from "./oneChannel.ts";
import type { ReadFiles } from "./rawFiles.ts";
import { microsBetween, type Reading } from "./series.ts";
import {
  capacitiesOf,
  lengthError,
  seriesHeader,
  type ImportSettings,
  type RecordDemand,
  type UnsignedSeries,
} from "./seriesRecord.ts";
import { NOT_THINNED } from "./thin.ts";

/** A canonical record before a source has numbered and signed it. */
export type UnsignedRecord = UnsignedSeries<TemperatureHeader, Row>;

/**
 * The record of a raw file for one claim: read by its format's reader, cut to the stage's window, thinned if the user
 * says so, coded exactly, and fitted to the smallest of the circuits that the claim accepts. Readings outside the limits
 * keep codes outside 0..width: such a record is for `check`, it can be neither signed nor proven. Errors: those of
 * `oneChannelOf`; `dense`; `series-length` (more readings than any circuit holds); `exact-limit` (the readings break a limit
 * that the record would keep).
 */
export function temperatureRecord(
  raw: ReadFiles<ReadingSeries>,
  demand: RecordDemand<TemperatureRule>,
  settings: ImportSettings,
): UnsignedRecord {
  const { file } = raw;
  const { rule, circuits } = demand;
  const { origin, cut, coded, measured, summary } = oneChannelOf(raw, demand, codingOf(rule), settings);
  const { rows } = coded;
  refuseDense(rows, rule, file);
  const n = BigInt(capacityFor(rows, rule, circuits, file));
  // A record that fails in ticks, too, is imported: `check` names the reading.
  if (checkReadings({ rule, header: { n }, rows }).length === 0) {
    refuseHiddenBreach(cut.readings, rule, settings.bucket, file);
  }
  return {
    header: {
      kind: BigInt(KIND.temperature),
      n,
      origin: rule.origin,
      stepNum: rule.stepNum,
      stepDen: rule.stepDen,
      width: rule.width,
      channelId: rule.channelId,
      ...seriesHeader(raw.rawFileHash, origin, coded, demand, settings),
    },
    rows,
    origin,
    measured,
    summary,
  };
}

/** Exact times are told in so many parts of a second. */
const MICROS = 1_000_000;

/** One reading in this many may stand for no time at all. */
const WEIGHTLESS_SHARE = 10;

/**
 * Error `dense`: many readings share a tick with both of their neighbours. Such a reading stands for no time, so what
 * happens inside a tick would count neither as time outside the band nor in the mean kinetic temperature.
 */
function refuseDense(rows: readonly Row[], { tick, bucket }: TemperatureRule, file: string): void {
  const weightless = rows.filter(({ dt }, i) => i > 0 && dt === 0 && rows[i + 1]?.dt === 0).length;
  if (weightless * WEIGHTLESS_SHARE <= rows.length) return;
  throw inputError(
    `${weightless} of ${rows.length} readings share a tick of ${tick} s with both of their neighbours.`,
    {
      place: file,
      remedy:
        bucket > BigInt(NOT_THINNED)
          ? `Thin the series with --thin, to buckets of up to ${bucket} s.`
          : "Have a rule approved that permits thinning or a shorter gap, or export the readings less often.",
      code: "dense",
    },
  );
}

/**
 * Error `exact-limit`: every reading of the file's stage, before thinning and by its exact time, says that a limit is
 * broken, and the record in ticks would be proven all the same.
 */
function refuseHiddenBreach(readings: readonly Reading[], rule: TemperatureRule, bucket: number, file: string): void {
  const coding = codingOf(rule);
  const timed = readings.map((reading) => ({
    time: microsBetween({ time: 0 }, reading),
    code: Number(codeReading(reading.value, coding, reading.finer)),
  }));
  const [breach] = exactBreaches(rule, timed, MICROS);
  if (breach === undefined) return;
  const counted = bucket === NOT_THINNED ? "whole ticks" : "whole ticks, of the thinned series,";
  throw inputError(`${shownBreach(breach)}; counted in ${counted} the limit would seem to hold.`, {
    place: file,
    remedy: "Nothing is signed that would prove what the readings do not say: raise an exception for this claim.",
    code: "exact-limit",
  });
}

function shownBreach(breach: ExactBreach): string {
  if (breach.rule === "mkt") return "The mean kinetic temperature of the readings is over its limit";
  const shown = (halves: bigint): string => formatDuration(Number(halves) / 2 / MICROS);
  const times = `for ${shown(breach.halves)}, over the limit of ${shown(breach.limit)}`;
  return breach.rule === "cumulative"
    ? `The readings are ${breach.side} the normal band ${times}`
    : `The readings are outside the normal band without interruption ${times}`;
}

/** The rule's grid on the zero of the readings: plain micro-degrees. */
function codingOf({ origin, stepNum, stepDen, width, normalLow, normalHigh }: TemperatureRule): ReadingGrid {
  return { origin: origin - CELSIUS_OFFSET, stepNum, stepDen, width, normalLow, normalHigh };
}

/**
 * Capacity of the smallest circuit that holds the readings and has room for their different lengths of excursions. Where
 * none has, the largest takes the record all the same, for `check` to name it.
 */
function capacityFor(rows: readonly Row[], rule: TemperatureRule, circuits: readonly Circuit[], file: string): number {
  const lengths = distinctLengths(excursionsOf(rule, rows)).length;
  const holding = capacitiesOf(circuits).filter((tier) => tier >= rows.length);
  const fitting = holding.find((tier) => lengths <= excursionTableSize(tier)) ?? holding.at(-1);
  if (fitting !== undefined) return fitting;
  throw lengthError(
    rows.length,
    circuits,
    file,
    "Thin the series with --thin, let the policy accept a larger circuit, or split the stage.",
  );
}
