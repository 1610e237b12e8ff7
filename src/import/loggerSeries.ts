import type { ChannelName } from "../formats/constants.ts";
import type { HowRead } from "../formats/howRead.ts";
import type { DeviceId } from "../formats/identity.ts";
import type { Entry, Reading, SampleReading, Unusable } from "./series.ts";
import type { ParsedProfile } from "./table/profile.ts";

/** What every format of raw file gives; all that follows is common to all formats. */
export interface LoggerSeries<R extends Entry = Reading> {
  /** The identity under which the device is registered. */
  readonly device: DeviceId;
  readonly entries: readonly (R | Unusable)[];
  /** The offset given at import differs from the zone that the device signed. */
  readonly zoneChanged: boolean;
  /** The profile by which the file was read; none where its form is the device's own. */
  readonly profile?: ParsedProfile;
  /** Of a table: the tag that was read, or the header of the column. */
  readonly tag?: string;
  /** What was told about the file, to read it again. */
  readonly how: HowRead;
  /** What was read and who vouches for it: the lines of the summary that only this format knows. */
  readonly facts: readonly string[];
}

/** What a record says of where it comes from. */
export type Origin = Pick<LoggerSeries, "device" | "profile" | "how">;

/** What was measured at one time: one value a channel. */
export type Measurement = Pick<SampleReading, "time" | "values" | "finer">;

/** The exact readings behind a record, as they were before thinning and coding. */
export interface Measured {
  /** Codes of the channels. */
  readonly channels: readonly number[];
  /** Those of the record. */
  readonly readings: readonly Measurement[];
  /** Those of the whole file from one Unix second to another; entries that are not good are left out. */
  readonly within: (from: number, to: number) => readonly Measurement[];
}

/** A series of one channel. */
export interface ReadingSeries extends LoggerSeries {
  readonly channel: ChannelName;
}

/** Reads and verifies a raw file of one format; `file` goes into errors. */
export type SeriesReader = (bytes: Uint8Array, file: string) => ReadingSeries;

/** A series of several channels, sampled together. */
export interface SampleSeries extends LoggerSeries<SampleReading> {
  /** Codes of the channels, ascending: every sample has a value of each, in this order. */
  readonly channels: readonly bigint[];
}

/** Reads and verifies a raw file of several channels; `file` goes into errors. */
export type SamplesReader = (bytes: Uint8Array, file: string) => SampleSeries;

/** From the first to the last, for a person. */
export function shownSpan<T>(entries: readonly T[], show: (entry: T) => string): string {
  const [first, last] = [entries.at(0), entries.at(-1)];
  return first === undefined || last === undefined ? "(none)" : `${show(first)} to ${show(last)}`;
}
