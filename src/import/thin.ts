import { inputError } from "../errors.ts";
import { formatDuration } from "../input/times.ts";
import type { Reading } from "./series.ts";

/** Shortest and longest bucket, in seconds. */
export const MIN_BUCKET = 60;
export const MAX_BUCKET = 3600;

/** The bucket of a series that is not thinned, as the record's header states it. */
export const NOT_THINNED = 0;

/**
 * Thins a series that is cut to its stage and without gaps: of the readings of each bucket, floor(Unix time / bucket),
 * it keeps the first, the minimum, the maximum and the last (of equal values the earliest), each once and in the order
 * of time. NOT_THINNED keeps all.
 *
 * - No gap is hidden and none is made: two neighbours kept of one bucket are less than a bucket apart, and a bucket is
 *   at most a gap; the last of one bucket and the first of the next are neighbours in the whole series too.
 * - The first and the last reading of the series stay, so `window` is judged as before.
 * - Every reading outside a limit leaves one outside that limit in its bucket, so `range` is judged as before, and an
 *   excursion above or below the band can be neither lost nor made.
 * - Time outside the normal band can change, because a reading stands for half the interval before and after it. Above
 *   the band it changes, either way, by less than one bucket for each bucket that has readings above and readings not
 *   above it, and not at all in the other buckets: those keep the one kind only, and the time between two buckets is
 *   shared as before. The same holds below. Counted in ticks it is less than a bucket and a tick.
 * - The longest excursion (time since the last reading within the band) is shortened by less than one bucket.
 *
 * Error `bucket`: not 60 to 3600 whole seconds, or longer than the rule's gap.
 * @param gapSeconds longest legal interval between readings
 */
export function thin(readings: readonly Reading[], bucket: number, gapSeconds: number): readonly Reading[] {
  if (bucket === NOT_THINNED) return readings;
  refuseBucket(bucket, gapSeconds);
  const buckets = Map.groupBy(readings, ({ time }) => Math.floor(time / bucket));
  return [...buckets.values()].flatMap(keptOf);
}

/** First, minimum, maximum and last of one bucket, as they come. */
function keptOf(readings: readonly Reading[]): readonly Reading[] {
  const lowest = readings.reduce((kept, reading) => (reading.value < kept.value ? reading : kept));
  const highest = readings.reduce((kept, reading) => (reading.value > kept.value ? reading : kept));
  const kept = new Set([readings.at(0), lowest, highest, readings.at(-1)]);
  return readings.filter((reading) => kept.has(reading));
}

function refuseBucket(bucket: number, gapSeconds: number): void {
  if (!Number.isInteger(bucket) || bucket < MIN_BUCKET || bucket > MAX_BUCKET) {
    throw inputError(`A series is thinned to buckets of ${MIN_BUCKET} to ${MAX_BUCKET} whole seconds.`, {
      code: "bucket",
    });
  }
  if (bucket <= gapSeconds) return;
  throw inputError(
    `Buckets of ${formatDuration(bucket)} are longer than the gap of ${formatDuration(gapSeconds)} that the rule allows.`,
    { remedy: "Thin to shorter buckets: only then can thinning neither hide nor make a gap.", code: "bucket" },
  );
}
