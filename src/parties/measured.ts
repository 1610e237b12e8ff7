import { createHmac } from "node:crypto";
import { toHex } from "../formats/field.ts";

/**
 * What a device measured, as a journal remembers it: times in clear, values as digests under a secret of the source. Two
 * series can be compared time by time, and who reads the journal without the source's key learns no value.
 */
export interface Measured {
  /** Unix seconds, in order. */
  readonly times: readonly number[];
  readonly channels: readonly MeasuredChannel[];
}

/** The values of one channel. */
interface MeasuredChannel {
  /** Code of the channel. */
  readonly channel: number;
  /** DIGEST_BYTES for each time. */
  readonly digests: Uint8Array;
}

/** Exact values of all channels at one time. */
export interface Measurement {
  readonly time: number;
  /** One a channel. */
  readonly values: readonly bigint[];
  /** What each value is beyond its millionths; absent: nothing. */
  readonly finer?: readonly bigint[];
}

/** So few, because a journal holds one for each reading; a single changed reading goes unseen once in 2^32. */
export const DIGEST_BYTES = 4;

/** Digests of measurements, which are in the order of time; `channels` are the codes of their values. */
export function remembered(
  secret: Uint8Array,
  device: bigint,
  channels: readonly number[],
  measurements: readonly Measurement[],
): Measured {
  const owner = toHex(device);
  const digest = (channel: number, time: number, value = 0n, finer = 0n): Uint8Array => {
    const exact = finer === 0n ? [value] : [value, finer];
    return createHmac("sha256", secret)
      .update([owner, channel, time, ...exact].join())
      .digest()
      .subarray(0, DIGEST_BYTES);
  };
  return {
    times: measurements.map(({ time }) => time),
    channels: channels.map((channel, i) => ({
      channel,
      digests: Buffer.concat(
        measurements.map(({ time, values, finer }) => digest(channel, time, values[i], finer?.[i])),
      ),
    })),
  };
}

/** So few readings, or more of one value, two devices may honestly have in common. */
const TWIN_READINGS = 3;

/**
 * Whether another device has the very same readings wherever both speak, of the channels that both have, so that one probe
 * may have two names. A digest is of its device; so these are compared as that one's.
 */
export function isTwin(
  { device, measured }: { readonly device: bigint; readonly measured: Measured },
  secret: Uint8Array,
  channels: readonly number[],
  measurements: readonly Measurement[],
): boolean {
  const { from, to } = spanOf(measured);
  const common = measurements.filter(({ time }) => time >= from && time <= to);
  const shared = [...channels.keys()].filter((i) => measured.channels.some(({ channel }) => channel === channels[i]));
  const varies = common.some(({ values }) => shared.some((i) => values[i] !== common[0]?.values[i]));
  if (common.length < TWIN_READINGS || !varies) return false;
  return firstDifference(measured, remembered(secret, device, channels, measurements)) === undefined;
}

/** What a person said at import, and the times of the stage, so that they can be compared and not read; 32 bytes in hex. */
export function settingsDigest(secret: Uint8Array, settings: readonly number[]): string {
  return createHmac("sha256", secret).update(JSON.stringify(settings)).digest("hex");
}

/** From the first time to the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Of a series with at least one time. */
export function spanOf({ times }: Measured): Span {
  return { from: times[0] ?? 0, to: times.at(-1) ?? 0 };
}

/**
 * The first time in the common span of two series at which one has another value, or none; undefined where they say the
 * same, have no common span or no common channel.
 */
export function firstDifference(a: Measured, b: Measured): number | undefined {
  return differenceWithin(a, b, commonSpan(a, b));
}

/** Whether there is such a time outside a span. */
export function differsOutside(span: Span, a: Measured, b: Measured): boolean {
  const { from, to } = commonSpan(a, b);
  const parts = [
    { from, to: Math.min(to, span.from - 1) },
    { from: Math.max(from, span.to + 1), to },
  ];
  return parts.some((part) => differenceWithin(a, b, part) !== undefined);
}

/** Whether two series of one time and channel, or more, say the same wherever both speak. */
export function agree(a: Measured, b: Measured): boolean {
  const { from, to } = commonSpan(a, b);
  return from <= to && firstDifference(a, b) === undefined;
}

/** The time that two series cover both; it ends before it begins where they have none. */
function commonSpan(a: Measured, b: Measured): Span {
  const [one, other] = [spanOf(a), spanOf(b)];
  return { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) };
}

/** Whether a series, of a whole file, has just what an earlier one holds, over all of its span and of the same channels. */
export function holdsAll(whole: Measured, earlier: Measured): boolean {
  const codes = ({ channels }: Measured): string => channels.map(({ channel }) => channel).join();
  return codes(whole) === codes(earlier) && differenceWithin(whole, earlier, spanOf(earlier)) === undefined;
}

function differenceWithin(a: Measured, b: Measured, { from, to }: Span): number | undefined {
  const shared = a.channels.flatMap((mine) => {
    const theirs = b.channels.find(({ channel }) => channel === mine.channel);
    return theirs === undefined ? [] : [[mine.digests, theirs.digests] as const];
  });
  if (shared.length === 0 || from > to) return undefined;
  let [i, j] = [firstFrom(a.times, from), firstFrom(b.times, from)];
  for (; ; i++, j++) {
    const [mine, theirs] = [upTo(a.times[i], to), upTo(b.times[j], to)];
    if (mine === undefined && theirs === undefined) return undefined;
    if (mine !== theirs) return Math.min(mine ?? Infinity, theirs ?? Infinity);
    if (!shared.every(([one, other]) => isSameDigest(one, i, other, j))) return mine;
  }
}

function firstFrom(times: readonly number[], from: number): number {
  const index = times.findIndex((time) => time >= from);
  return index === -1 ? times.length : index;
}

function upTo(time: number | undefined, to: number): number | undefined {
  return time !== undefined && time <= to ? time : undefined;
}

function isSameDigest(one: Uint8Array, i: number, other: Uint8Array, j: number): boolean {
  for (let byte = 0; byte < DIGEST_BYTES; byte++) {
    if (one[i * DIGEST_BYTES + byte] !== other[j * DIGEST_BYTES + byte]) return false;
  }
  return true;
}

/** Times as text: the first one, then "<count>*<seconds>" for each run of equal intervals. */
export function timesText(times: readonly number[]): string {
  const runs: { count: number; step: number }[] = [];
  times.forEach((time, i) => {
    const step = time - (times[i - 1] ?? time);
    const run = runs.at(-1);
    if (i === 0) return;
    if (run?.step === step) run.count++;
    else runs.push({ count: 1, step });
  });
  return [times[0] ?? 0, ...runs.map(({ count, step }) => `${count}*${step}`)].join(" ");
}

/** Of such a text, the times; undefined if they are more than `most`, before anything of that size is made. */
export function timesOf(text: string, most: number): number[] | undefined {
  const [first = "", ...runs] = text.split(" ");
  const steps = runs.map((run) => run.split("*").map(Number));
  if (steps.reduce((sum, [count = 0]) => sum + count, 1) > most) return undefined;
  let time = Number(first);
  return [time, ...steps.flatMap(([count = 0, step = 0]) => Array.from({ length: count }, () => (time += step)))];
}
