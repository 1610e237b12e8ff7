import { CHANNEL, type ChannelName } from "../formats/constants.ts";
import { formatMicro } from "../input/quantities.ts";
import { formatDuration, formatTime } from "../input/times.ts";
import { CHANNEL_WORDS } from "../formats/channels.ts";
import { codeReading, type ReadingGrid } from "./coding.ts";
import { shownSpan } from "./loggerSeries.ts";
import type { Cut, Entry, Reading, SampleReading, Window } from "./series.ts";
import { NOT_THINNED } from "./thin.ts";

export interface ImportFacts {
  /** The lines of the file's own format. */
  readonly facts: readonly string[];
  readonly window: Window;
  readonly cut: Cut;
  /** Seconds of a bucket, or NOT_THINNED. */
  readonly bucket: number;
  /** The readings of the record. */
  readonly readings: readonly Reading[];
  readonly coding: ReadingGrid;
  readonly channel: ChannelName;
}

/** What was read, cut, thinned and coded, one line each for the person who imports. No reading's value is shown. */
export function summariseImport({ facts, window, cut, bucket, readings, coding, channel }: ImportFacts): string[] {
  return [
    ...facts,
    `cut: ${shownCut(cut, "readings", window)}${shownFlags(cut)}`,
    ...(bucket === NOT_THINNED ? [] : [shownThinning(cut, bucket, readings)]),
    `coded: ${shownCoding(coding, channel)}; one tick is ${formatDuration(window.tick)}`,
    ...shownBeyond(readings, "readings", ({ value, finer }) => isBeyond(codeReading(value, coding, finer), coding)),
  ];
}

function isBeyond(code: bigint, { width }: ReadingGrid): boolean {
  return code < 0n || code > width;
}

/** Nothing where all is within. A wrong tag or column is noticed here, before anything is signed. */
function shownBeyond<R>(entries: readonly R[], what: string, isOutside: (entry: R) => boolean): string[] {
  const beyond = entries.filter(isOutside).length;
  if (beyond === 0) return [];
  return [`limits: ${beyond} of ${entries.length} ${what} are outside the hard limits: no such record is ever proven`];
}

/** The same of several channels, which are never thinned. */
export interface SamplesFacts {
  readonly facts: readonly string[];
  readonly window: Window;
  readonly cut: Cut<SampleReading>;
  readonly channels: readonly { readonly name: ChannelName; readonly coding: ReadingGrid }[];
}

/** What was read, cut and coded, for the person who imports: a line for each channel. No value is shown. */
export function summariseSamples({ facts, window, cut, channels }: SamplesFacts): string[] {
  return [
    ...facts,
    `cut: ${shownCut(cut, "samples", window)}`,
    ...channels.map(({ name, coding }) => `coded: ${CHANNEL_WORDS[name]}, ${shownCoding(coding, name)}`),
    `timed: one tick is ${formatDuration(window.tick)}`,
    ...shownBeyond(cut.readings, "samples", ({ values, finer }) =>
      channels.some(({ coding }, i) => isBeyond(codeReading(values[i] ?? 0n, coding, finer?.[i]), coding)),
    ),
  ];
}

function shownCut<R extends Entry>(
  { readings, before, after, skipped }: Cut<R>,
  what: string,
  { start, end }: Window,
): string {
  return (
    `${readings.length} ${what} kept, ${shownSpan(readings, ({ time }) => formatTime(time))}, for the stage ` +
    `${formatTime(start)} to ${formatTime(end)}; ${before} before and ${after} after left out` +
    (skipped === 0 ? "" : `; without a usable value outside the stage, passed over: ${skipped}`)
  );
}

function shownCoding(coding: ReadingGrid, channel: ChannelName): string {
  const { symbol } = CHANNEL[channel];
  return (
    `one step is ${shownStep(coding)} ${symbol}, codes 0 to ${coding.width.toString()} from ` +
    `${formatMicro(coding.origin)} ${symbol}`
  );
}

function shownFlags({ readings }: Cut): string {
  if (readings.every(({ flagged }) => flagged === undefined)) return "";
  const flagged = readings.filter((reading) => reading.flagged === true).length;
  return `; ${flagged} of the kept ones flagged by the device`;
}

function shownThinning(cut: Cut, bucket: number, readings: readonly Reading[]): string {
  return (
    `thinned: from ${cut.readings.length} to ${readings.length} readings, the first, minimum, maximum and last of ` +
    `each ${formatDuration(bucket)}, and all that are outside the normal band or next to such a one`
  );
}

/** A step as a decimal where it is one, else as a fraction. */
function shownStep({ stepNum, stepDen }: ReadingGrid): string {
  return stepNum % stepDen === 0n ? formatMicro(stepNum / stepDen) : `${formatMicro(stepNum)}/${stepDen.toString()}`;
}
