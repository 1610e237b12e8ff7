import type { SimulatedBatch } from "./batches.ts";
import { DAY } from "./hours.ts";
import type { Proven } from "./proving.ts";

/** Days from the last stage's end to the release that a half, nine tenths and 99 of 100 of the released batches keep. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** One way of reviewing. Every batch is released, rejected, or still waiting when the simulation ends. */
export interface Reviewed {
  readonly recordsRead: number;
  readonly hours: number;
  readonly released: number;
  readonly rejected: number;
  readonly waiting: number;
  /** null: nothing was released. */
  readonly daysToRelease: Percentiles | null;
}

/** Figures of the batches whose last stage ended in a time, whenever they were released. */
export interface Figures {
  readonly batches: number;
  readonly records: number;
  /** Records that broke a rule. */
  readonly exceptions: number;
  /** Records that came after they were due, exceptions among them. */
  readonly overdue: number;
  readonly proofs: number;
  readonly provingHours: number;
  readonly calls: number;
  readonly gas: number;
  readonly full: Reviewed;
  readonly byException: Reviewed;
}

type Sums<K extends PropertyKey> = Record<K, number>;

interface ReviewTally {
  readonly sums: Sums<Exclude<keyof Reviewed, "daysToRelease">>;
  readonly days: number[];
}

/** Figures that are still added to. */
export interface Tally {
  readonly sums: Sums<Exclude<keyof Figures, "full" | "byException">>;
  readonly full: ReviewTally;
  readonly byException: ReviewTally;
}

/** Nothing yet. */
export function emptyTally(): Tally {
  const reviewed = (): ReviewTally => {
    return { sums: { recordsRead: 0, hours: 0, released: 0, rejected: 0, waiting: 0 }, days: [] };
  };
  return {
    sums: {
      ...{ batches: 0, records: 0, exceptions: 0, overdue: 0 },
      ...{ proofs: 0, provingHours: 0, calls: 0, gas: 0 },
    },
    full: reviewed(),
    byException: reviewed(),
  };
}

/** Adds a batch and its proofs. */
export function addAttesting({ sums }: Tally, batch: SimulatedBatch, proven: Proven | undefined): void {
  sums.batches++;
  sums.records += batch.records.length;
  sums.overdue += batch.overdue;
  sums.exceptions += batch.records.filter(({ isException }) => isException).length;
  sums.proofs += proven?.claims ?? 0;
  sums.provingHours += proven?.hours ?? 0;
  sums.calls += proven?.calls ?? 0;
  sums.gas += proven?.gas ?? 0;
}

/** Adds the review of a batch that took `hours` and ended at hour `end`; `until`: the end of the simulation. */
export function addReview(
  { sums, days }: ReviewTally,
  batch: SimulatedBatch,
  isFull: boolean,
  hours: number,
  end: number,
  until: number,
): void {
  sums.recordsRead += isFull ? batch.records.length : batch.read;
  sums.hours += hours;
  if (end > until) sums.waiting++;
  else if (batch.isRejected) sums.rejected++;
  else {
    sums.released++;
    days.push((end - batch.at) / DAY);
  }
}

/** All of them together. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = emptyTally();
  for (const tally of tallies) {
    addAll(sum.sums, tally.sums);
    for (const way of ["full", "byException"] as const) {
      addAll(sum[way].sums, tally[way].sums);
      for (const each of tally[way].days) sum[way].days.push(each);
    }
  }
  return sum;
}

function addAll<K extends string>(sum: Sums<K>, more: Readonly<Sums<K>>): void {
  for (const name of Object.keys(more) as K[]) sum[name] += more[name];
}

/** The figures of a tally. */
export function figuresOf({ sums, full, byException }: Tally): Figures {
  return { ...sums, full: reviewedOf(full), byException: reviewedOf(byException) };
}

function reviewedOf({ sums, days }: ReviewTally): Reviewed {
  return { ...sums, daysToRelease: percentilesOf(days) };
}

function percentilesOf(days: readonly number[]): Percentiles | null {
  if (days.length === 0) return null;
  const sorted = Float64Array.from(days).sort();
  // The nearest rank: the smallest value that so many of 100 are at most.
  const at = (percent: number): number => sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? 0;
  return { p50: at(50), p90: at(90), p99: at(99) };
}
