import type { Circuit } from "../kinds/circuits.ts";
import { inputError } from "../errors.ts";
import { KIND, NO_CHANNEL, type ChannelName } from "../formats/constants.ts";
import type { ParametersHeader } from "../formats/parametersRecord.ts";
import type { Channel, ParametersRule } from "../formats/parametersRule.ts";
import type { Sample } from "../formats/samples.ts";
import { channelNamed } from "../formats/channels.ts";
import { channelCoding, codeSamples } from "./coding.ts";
import type { SampleSeries } from "./loggerSeries.ts";
import type { ReadFiles } from "./rawFiles.ts";
import { cutToWindow, goodWithin, mergeRepeated, shownRepeated } from "./series.ts";
import {
  capacitiesOf,
  lengthError,
  seriesHeader,
  windowOf,
  type ImportSettings,
  type RecordDemand,
  type UnsignedSeries,
} from "./seriesRecord.ts";
import { summariseSamples } from "./summary.ts";
import { NOT_THINNED } from "./thin.ts";

/** A canonical record of channels with hard limits before a source has numbered and signed it. */
export type UnsignedParametersRecord = UnsignedSeries<ParametersHeader, Sample>;

/**
 * The record of a raw file of several channels for one claim: read, cut to the stage's window, coded exactly, and fitted to
 * the smallest of the circuits that the claim accepts. Readings outside the limits keep codes outside 0..width: such a
 * record is for `check`, it can be neither signed nor proven. Errors: those of `mergeRepeated` and of `cutToWindow`; `bucket`
 * (samples are never thinned: no choice of them keeps the extremes of every channel); `channel-tags` (the series' channels
 * are not the rule's); `series-length` (more samples than any circuit holds).
 */
export function parametersRecord(
  { series, file, rawFileHash }: ReadFiles<SampleSeries>,
  demand: RecordDemand<ParametersRule>,
  settings: ImportSettings,
): UnsignedParametersRecord {
  const { rule, period, circuits } = demand;
  refuseThinning(settings);
  const { entries: read, facts: known, channels, ...origin } = series;
  const used = rule.channels.filter(({ channelId }) => channelId !== BigInt(NO_CHANNEL));
  refuseOtherChannels(used, channels, file);
  const window = windowOf(rule, period);
  const { entries, repeated } = mergeRepeated(read);
  const facts = [...known, ...shownRepeated(repeated)];
  const cut = cutToWindow(entries, window, file);
  const codings = used.map((channel) => ({ name: nameOf(channel.channelId), coding: channelCoding(channel) }));
  const coded = codeSamples(
    cut.readings,
    codings.map(({ coding }) => coding),
    window.tick,
  );
  return {
    header: {
      kind: BigInt(KIND.parameters),
      n: BigInt(samplesCapacity(coded.rows.length, circuits, file)),
      channels: rule.channels,
      ...seriesHeader(rawFileHash, origin, coded, demand, settings),
    },
    rows: coded.rows,
    origin,
    measured: {
      channels: used.map(({ channelId }) => Number(channelId)),
      readings: cut.readings,
      within: (from, to) => goodWithin(entries, from, to),
    },
    summary: summariseSamples({ facts, window, cut, channels: codings }),
  };
}

function nameOf(channelId: bigint): ChannelName {
  return channelNamed(Number(channelId));
}

function refuseThinning({ bucket }: ImportSettings): void {
  if (bucket === NOT_THINNED) return;
  throw inputError("A record of several channels is never thinned.", {
    remedy: "Leave out --thin; let the policy accept a larger circuit where the samples are too many.",
    code: "bucket",
    place: `--thin ${bucket}`,
  });
}

function refuseOtherChannels(used: readonly Channel[], channels: readonly bigint[], file: string): void {
  const wanted = used.map(({ channelId }) => channelId);
  if (wanted.length === channels.length && wanted.every((id, i) => id === channels[i])) return;
  const named = (ids: readonly bigint[]): string => ids.map(nameOf).join(", ");
  throw inputError(`The rule has the channels ${named(wanted)}; tags are given for ${named(channels)}.`, {
    place: file,
    remedy: "Name one tag for each channel of the rule, and no other.",
    code: "channel-tags",
  });
}

/** Capacity of the smallest circuit that holds the samples. Error `series-length`. */
export function samplesCapacity(samples: number, circuits: readonly Circuit[], file: string): number {
  const fitting = capacitiesOf(circuits).find((tier) => tier >= samples);
  if (fitting !== undefined) return fitting;
  throw lengthError(samples, circuits, file, "Let the policy accept a larger circuit, or split the stage.");
}
