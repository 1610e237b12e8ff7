import { channelNamed } from "../formats/channels.ts";
import { CHANNEL, CLOCK_ERROR_OFFSET, KIND, NO_CHANNEL, NO_PROFILE } from "../formats/constants.ts";
import { toHex } from "../formats/field.ts";
import { deviceHash, deviceText, textHash } from "../formats/identity.ts";
import type { Channel } from "../formats/parametersRule.ts";
import { formatTime } from "../input/times.ts";
import { parametersFigures } from "../kinds/parameters/figures.ts";
import { channelRuleOf, parametersRuleOf } from "../kinds/parameters/rule.ts";
import type { Grid } from "../kinds/series/coding.ts";
import { valueText, type SeriesFigures } from "../kinds/series/figures.ts";
import { sideOf } from "../kinds/temperature/excursions.ts";
import { temperatureFigures } from "../kinds/temperature/figures.ts";
import { heatOf } from "../kinds/temperature/mkt.ts";
import { claimedHeat, temperatureRuleOf } from "../kinds/temperature/rule.ts";
import type { DisclosedChannel, DisclosedSeries, Window } from "./disclosed.ts";
import { misfit } from "./errors.ts";
import type { OpenedRule } from "./rule.ts";
import type { OpenedReading, OpenedSeries, SeriesJson } from "./series.ts";

/** What a rule says beyond the header, as far as it is disclosed. */
interface Limits {
  /** Ends of the normal band of a temperature claim, codes. */
  readonly band: Pick<Grid, "normalLow" | "normalHigh"> | undefined;
  /** Longest interval between readings, seconds. */
  readonly gap: number | undefined;
  /** dH of the mean kinetic temperature, 1e-6 kJ/mol. */
  readonly heat: bigint;
}

/** A series that is known to be the record's, as it is shown: what lies in the window, and what can be computed of it. */
export function shownSeries(series: OpenedSeries, window: Window, rule: OpenedRule | undefined): DisclosedSeries {
  const limits = limitsOf(rule);
  const used = series.channels.flatMap((channel, place) =>
    channel.channelId === BigInt(NO_CHANNEL) ? [] : [{ channel, place }],
  );
  const isAsked = ({ at }: OpenedReading): boolean => at >= window.from && at <= window.to;
  return {
    form: "series",
    channels: used.map(({ channel, place }) => shownChannel(channel, place, series, window, limits)),
    readings: series.readings.map((reading) => ({
      at: reading.at,
      values: used.map(({ channel, place }) => valueText(channel, BigInt(reading.codes[place] ?? 0))),
      asked: isAsked(reading),
    })),
    gaps: limits.gap === undefined ? [] : gapsOf(series.readings, limits.gap),
    figures: figuresOf({ ...series, readings: series.readings.filter(isAsked) }, limits),
  };
}

function limitsOf(rule: OpenedRule | undefined): Limits {
  if (rule === undefined) return { band: undefined, gap: undefined, heat: heatOf({}) };
  const { policy, index, salt, claim } = rule;
  if (claim.kind === "temperature") {
    const made = temperatureRuleOf(policy, index, salt);
    const { normalLow, normalHigh, width } = made;
    const hasBand = normalLow > 0n || normalHigh < width;
    const band = hasBand ? { normalLow, normalHigh } : undefined;
    return { band, gap: Number(made.tick * made.gapTicks), heat: claimedHeat(policy, index) };
  }
  const made = (claim.kind === "channel" ? channelRuleOf : parametersRuleOf)(policy, index, salt);
  return { band: undefined, gap: Number(made.tick * made.gapTicks), heat: heatOf({}) };
}

function shownChannel(
  channel: Channel,
  place: number,
  { readings }: OpenedSeries,
  window: Window,
  { band }: Limits,
): DisclosedChannel {
  const name = channelNamed(Number(channel.channelId));
  return {
    channel: name,
    unit: CHANNEL[name].unit,
    limits: [valueText(channel, 0n), valueText(channel, channel.width)],
    band: band === undefined ? null : [valueText(channel, band.normalLow), valueText(channel, band.normalHigh)],
    outside: band === undefined ? null : outsideOf(readings, place, band, window),
  };
}

/**
 * Seconds of the window outside the band. As in the proof each reading stands for half of the time to its neighbours. The
 * chunks that are shown reach beyond the window or to an end of the series, so no neighbour is missing that would count.
 */
function outsideOf(
  readings: readonly OpenedReading[],
  place: number,
  band: Pick<Grid, "normalLow" | "normalHigh">,
  { from, to }: Window,
): { readonly above: number; readonly below: number } {
  const outside = { above: 0, below: 0 };
  readings.forEach(({ at, codes }, i) => {
    const side = sideOf(band, codes[place] ?? 0);
    if (side === undefined) return;
    const begin = Math.max(from, ((readings[i - 1]?.at ?? at) + at) / 2);
    const end = Math.min(to, (at + (readings[i + 1]?.at ?? at)) / 2);
    outside[side] += Math.max(0, end - begin);
  });
  return outside;
}

function gapsOf(readings: readonly OpenedReading[], gap: number): Window[] {
  return readings.flatMap(({ at }, i) => {
    const before = readings[i - 1]?.at ?? at;
    return at - before > gap ? [{ from: before, to: at }] : [];
  });
}

/** The figures of the readings of the window; none where it has none. */
function figuresOf({ header, channels, readings }: OpenedSeries, { band, heat }: Limits): SeriesFigures[] {
  const [first] = readings;
  if (first === undefined) return [];
  const times = { t0: BigInt(first.at), tick: header.tick };
  const timed = readings.map(({ at, codes }, i) => {
    return { dt: (at - (readings[i - 1]?.at ?? at)) / Number(header.tick), codes };
  });
  const [only] = channels;
  if (only !== undefined && header.kind === BigInt(KIND.temperature)) {
    const rule = { ...only, ...(band ?? { normalLow: 0n, normalHigh: only.width }) };
    const rows = timed.map(({ dt, codes: [code = 0] }) => ({ dt, code }));
    return [temperatureFigures({ rule, header: times, rows }, heat)];
  }
  return parametersFigures({ rule: { channels }, header: times, rows: timed });
}

/** What the header says, in words. Error `disclosure-name`: a text that was told is not the header's. */
export function headerWords({ header }: OpenedSeries, { lot, device }: SeriesJson): string[] {
  if (lot !== undefined && textHash(lot) !== header.lotHash) throw misnamed("lot");
  if (device !== undefined && deviceHash(device) !== header.deviceHash) throw misnamed("device");
  const clock = header.clockError - BigInt(CLOCK_ERROR_OFFSET);
  return [
    `Lot: ${lot ?? `not told, hash ${toHex(header.lotHash)}`}`,
    `Device: ${device === undefined ? `not told, hash ${toHex(header.deviceHash)}` : deviceText(device)}`,
    `Raw file: hash ${toHex(header.rawFileHash)}, read ${header.profile === NO_PROFILE ? "in the device's own form" : `by profile ${toHex(header.profile)}`}`,
    `Series: ${header.rowCount} readings, by the source's count, from ${formatTime(header.t0)} on, of the stage from ${formatTime(header.start)} to ${formatTime(header.end)}`,
    header.bucket === 0n ? "Thinned: no" : `Thinned: to buckets of ${header.bucket} s; readings were left out`,
    `Clock: ${clock === 0n ? "no error" : `corrected by ${clock} s`}${header.zoneChanged === 0n ? "" : ", in another zone than the device signed"}`,
    `Attempt: ${header.attempt === 0n ? "the first record" : `record number ${header.attempt + 1n} of this source, batch, stage, channel and device`}`,
  ];
}

function misnamed(member: string): Error {
  return misfit("disclosure-name", "This is not the text whose hash the header holds.", `content/${member}`);
}
