import type { DisclosedReading, DisclosedSeries } from "../../src/disclosure/disclosed.ts";
import { excursionsIn, type Side } from "./excursions.ts";

/** A reading as a row of a table: what the curve shows, to those who do not see it. */
export interface ReadingRow {
  readonly reading: DisclosedReading;
  /** On which side it leaves the narrowest bound that is known, a channel each; undefined: it does not. */
  readonly sides: readonly (Side | undefined)[];
  /** Whether a gap lies before it. */
  readonly afterGap: boolean;
}

/** The readings of a series with what is to be said of each. */
export function readingRows(series: DisclosedSeries): ReadingRow[] {
  const { channels, readings, gaps } = series;
  const ends = new Set(gaps.map(({ to }) => to));
  const sides = channels.map((_, index) => sidesOf(series, index));
  return readings.map((reading, place) => ({
    reading,
    sides: sides.map((each) => each[place]),
    afterGap: ends.has(reading.at),
  }));
}

/** Side of each reading's excursion: excursions are in order, each of consecutive readings. */
function sidesOf(series: DisclosedSeries, index: number): (Side | undefined)[] {
  const excursions = excursionsIn(series, index);
  let next = 0;
  return series.readings.map(({ at }) => {
    while ((excursions[next]?.to ?? Infinity) < at) next++;
    const excursion = excursions[next];
    return excursion !== undefined && excursion.from <= at ? excursion.side : undefined;
  });
}
