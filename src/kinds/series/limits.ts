import type { Limits } from "../../policy/document.ts";

/** What the limits of every series of readings say, apart from its values. */
export interface SeriesLimits extends Limits {
  /** Longest permitted time between two readings, seconds. */
  readonly gap: number;
  /** Seconds after the stage's start within which the first reading must lie. */
  readonly lead: number;
  /** Seconds before the stage's end within which the last reading must lie. */
  readonly tail: number;
  /** Largest permitted clock error of the device, seconds. */
  readonly clockTolerance: number;
  /** true: another organisation than the custodian must sign the record; absent or false: the custodian's own. */
  readonly independent?: boolean;
  /** Longest buckets, in seconds, to which the source may thin the series; absent: not at all. */
  readonly bucket?: number;
  /** How many devices the stage names; absent: one. */
  readonly devices?: number;
  /** The slot, from 1, of the device that this claim judges; absent or 0: any one of the stage's devices, or the only one. */
  readonly slot?: number;
}

/** The values of one channel that are permitted, and how finely its sensor shows them. Decimal strings in its unit. */
export interface RangeLimits {
  /** Smallest step of the sensor's readings. */
  readonly resolution: string;
  /** Lowest and highest permitted reading, both permitted. */
  readonly range: readonly [low: string, high: string];
  /** Lowest and highest value of the normal band, both inside. Absent: no permitted reading is an excursion. */
  readonly normal?: readonly [low: string, high: string];
}
