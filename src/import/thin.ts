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
 * it keeps the first, the minimum, the maximum and the last (of equal values the earliest), and everywhere each reading
 * outside the normal band and its neighbours; all in the order of time. NOT_THINNED keeps all.
 *
 * - No gap is hidden and none is made: two neighbours kept of one bucket are less than a bucket apart, and a bucket is
 *   at most a gap; the last of one bucket and the first of the next are neighbours in the whole series too.
 * - The first and the last reading of the series stay, so `window` is judged as before.
 * - The extremes stay, so `range` is judged as before.
 * - Whatever is outside the normal band stands between the same neighbours as before, so total times outside it and the
 *   longest excursion are the same to the second.
 * - A mean over the stage is another one: where the rule limits one, it permits no thinning.
 *
 * Error `bucket`: not 60 to 3600 whole seconds, or longer than the rule permits.
 * @param longest   longest buckets that the rule permits, seconds
 * @param isOutside whether a reading is outside the normal band
 */
export function thin(
  readings: readonly Reading[],
  bucket: number,
  longest: number,
  isOutside: (reading: Reading) => boolean,
): readonly Reading[] {
  if (bucket === NOT_THINNED) return readings;
  refuseBucket(bucket, longest);
  const outside = readings.map(isOutside);
  const buckets = Map.groupBy(readings, ({ time }) => Math.floor(time / bucket));
  const kept = new Set([...buckets.values()].flatMap(keptOf));
  return readings.filter((reading, i) => {
    return kept.has(reading) || [i - 1, i, i + 1].some((place) => outside[place] === true);
  });
}

/** First, minimum, maximum and last of one bucket. */
function keptOf(readings: readonly Reading[]): readonly (Reading | undefined)[] {
  const lowest = readings.reduce((kept, reading) => (isLess(reading, kept) ? reading : kept));
  const highest = readings.reduce((kept, reading) => (isLess(kept, reading) ? reading : kept));
  return [readings.at(0), lowest, highest, readings.at(-1)];
}

function isLess(one: Reading, other: Reading): boolean {
  return one.value === other.value ? (one.finer ?? 0n) < (other.finer ?? 0n) : one.value < other.value;
}

function refuseBucket(bucket: number, longest: number): void {
  if (!Number.isInteger(bucket) || bucket < MIN_BUCKET || bucket > MAX_BUCKET) {
    throw inputError(`A series is thinned to buckets of ${MIN_BUCKET} to ${MAX_BUCKET} whole seconds.`, {
      code: "bucket",
      place: `--thin ${bucket}`,
      remedy: `Give --thin ${MIN_BUCKET} to ${MAX_BUCKET}, or leave it out.`,
    });
  }
  if (bucket <= longest) return;
  throw inputError(
    longest === NOT_THINNED
      ? "The claim's rule permits no thinning."
      : `Buckets of ${formatDuration(bucket)} are longer than the ${formatDuration(longest)} that the claim's rule permits.`,
    {
      code: "bucket",
      place: `--thin ${bucket}`,
      remedy: `${longest === NOT_THINNED ? "Leave out --thin" : `Thin to --thin ${longest} or less`}; where the readings are too many, let the policy accept a larger circuit.`,
    },
  );
}
