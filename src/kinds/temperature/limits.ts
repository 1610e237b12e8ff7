import type { Claim } from "../../policy/document.ts";
import type { SeriesLimits } from "../series/limits.ts";

/** A limit of the mean kinetic temperature (MKT) of a stage. */
export interface MktLimits {
  /** Highest permitted MKT, °C. */
  readonly limit: string;
  /** Heat of activation, kJ/mol; absent: `DEFAULT_HEAT`. */
  readonly dH?: string;
  /** Longest stage over which the mean may be taken, seconds: over a longer one, cool days hide a hot one. */
  readonly span: number;
}

/** The limits of a temperature claim, rule version 1, as people write them. Quantities are decimal strings. */
export interface TemperatureLimits extends SeriesLimits {
  readonly channel: 1;
  readonly unit: "Cel";
  /** Smallest step of the sensor's readings, °C. */
  readonly resolution: string;
  /** Lowest and highest permitted reading, °C, both permitted. */
  readonly range: readonly [low: string, high: string];
  /** Lowest and highest temperature of the normal band, °C, both inside. Absent: no permitted reading is an excursion. */
  readonly normal?: readonly [low: string, high: string];
  /** Longest total time of a stage above and below the normal band, seconds. A side that is absent has no budget. */
  readonly cumulative?: { readonly above?: number; readonly below?: number };
  /** Longest uninterrupted excursion out of the normal band, to either side, seconds. */
  readonly single?: number;
  readonly mkt?: MktLimits;
}

export type TemperatureClaim = Claim<"temperature", TemperatureLimits>;
