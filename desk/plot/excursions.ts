import type { DisclosedChannel, DisclosedReading, DisclosedSeries } from "../../src/disclosure/disclosed.ts";
import { parseMicro } from "../../src/input/quantities.ts";

/** What an excursion leaves: the normal band, or the hard limits, which no proven record leaves. */
export type Bound = "band" | "limits";
export type Side = "above" | "below";

/** Consecutive readings of one channel beyond a bound on one side. */
export interface Excursion {
  readonly side: Side;
  /** The widest bound that one of its readings leaves. */
  readonly beyond: Bound;
  /** Times of its first and its last reading, Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** The reading furthest out, decimal text. */
  readonly extreme: string;
  readonly count: number;
}

/** Bounds of one channel in millionths, the narrowest first. */
type Bounds = readonly (readonly [beyond: Bound, low: bigint, high: bigint])[];

/**
 * The excursions of one channel in order of time. Values are compared as exact texts: on a bound is within it. A gap ends no
 * excursion: nothing says that the value came back.
 */
export function excursionsIn({ channels, readings }: DisclosedSeries, index: number): Excursion[] {
  const channel = channels[index];
  if (channel === undefined) return [];
  const bounds = boundsOf(channel);
  const found: Excursion[] = [];
  let last: Excursion | undefined;
  for (const reading of readings) {
    const next = beyond(reading, index, bounds);
    if (next === undefined) last = undefined;
    else if (last?.side === next.side) found[found.length - 1] = last = joined(last, next);
    else found.push((last = next));
  }
  return found;
}

function boundsOf({ limits, band }: DisclosedChannel): Bounds {
  const read = ([low, high]: readonly [string, string]): [bigint, bigint] => [
    parseMicro(low, "limits"),
    parseMicro(high, "limits"),
  ];
  return [...(band === null ? [] : ([["band", ...read(band)]] as const)), ["limits", ...read(limits)]];
}

/** A reading that leaves a bound, as an excursion of its own. */
function beyond({ at, values }: DisclosedReading, index: number, bounds: Bounds): Excursion | undefined {
  const extreme = values[index] ?? "";
  const micro = parseMicro(extreme, "readings");
  const left = bounds.filter(([, low, high]) => micro < low || micro > high).at(-1);
  if (left === undefined) return undefined;
  return { side: micro > left[2] ? "above" : "below", beyond: left[0], from: at, to: at, extreme, count: 1 };
}

function joined(before: Excursion, next: Excursion): Excursion {
  const [was, is] = [before, next].map(({ extreme }) => parseMicro(extreme, "readings")) as [bigint, bigint];
  const isFurther = before.side === "above" ? is > was : is < was;
  return {
    ...before,
    beyond: before.beyond === "limits" ? "limits" : next.beyond,
    to: next.to,
    extreme: isFurther ? next.extreme : before.extreme,
    count: before.count + next.count,
  };
}
