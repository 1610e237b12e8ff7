import type { Entry } from "../series.ts";

/** What is odd about the times of a series, at one place of it. Lengths are in seconds. */
export interface TimelineEvent {
  /**
   * `gap`: nothing for more than one and a half intervals. `clock`: the time runs backward, or the readings leave their raster, as
   * when a clock is corrected or a device restarted. `tail`: the device went on after the last entry.
   */
  readonly kind: "gap" | "clock" | "tail";
  /** How long the gap or the missing tail is; by how much the clock went another way than the interval. */
  readonly seconds: number;
  /** By how much the raster of readings is another one after a gap; 0: it is the same. */
  readonly shift: number;
  readonly before: Entry;
  /** The entry after it; of a tail, the line of the last entry with the time at which the device ended. */
  readonly after: Entry;
}

/** The most frequent time between two entries, seconds; undefined of fewer than two. */
export function intervalOf(entries: readonly Entry[]): number | undefined {
  const counts = new Map<number, number>();
  for (const step of stepsOf(entries)) if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
  let found: readonly [step: number, count: number] | undefined;
  for (const each of counts) if (found === undefined || each[1] > found[1]) found = each;
  return found?.[0];
}

/** The raster is one where so large a part of the entries keeps it. */
const REGULAR = 0.9;

/**
 * The odd places of a series, in its order. `interval`: as the device declares it, or `intervalOf`; `end`: when the device ended,
 * where the file says so.
 */
export function eventsOf(
  entries: readonly Entry[],
  interval: number | undefined,
  end: number | undefined,
): TimelineEvent[] {
  if (interval === undefined) return [];
  const steps = stepsOf(entries);
  const isRegular = steps.filter((step) => step === interval).length >= REGULAR * steps.length;
  // Less than a tenth of the interval is how a system's clock beats, not how one is corrected.
  const isOff = (shift: number): boolean => isRegular && Math.abs(shift) * 10 >= interval;
  const events = steps.flatMap((step, i): TimelineEvent[] => {
    const [before, after] = [entries[i], entries[i + 1]];
    if (before === undefined || after === undefined || step === 0) return [];
    if (2 * step > 3 * interval) {
      const shift = step - Math.round(step / interval) * interval;
      return [{ kind: "gap", seconds: step, shift: isOff(shift) ? shift : 0, before, after }];
    }
    const shift = step - interval;
    return step < 0 || isOff(shift) ? [{ kind: "clock", seconds: shift, shift, before, after }] : [];
  });
  return [...events, ...tailOf(entries.at(-1), interval, end)];
}

function tailOf(last: Entry | undefined, interval: number, end: number | undefined): TimelineEvent[] {
  if (last === undefined || end === undefined || 2 * (end - last.time) <= 3 * interval) return [];
  return [{ kind: "tail", seconds: end - last.time, shift: 0, before: last, after: { line: last.line, time: end } }];
}

function stepsOf(entries: readonly Entry[]): number[] {
  return entries.slice(1).map(({ time }, i) => time - (entries[i]?.time ?? time));
}
