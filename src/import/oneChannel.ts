import type { ChannelName } from "../formats/constants.ts";
import { channelNamed } from "../formats/channels.ts";
import { inputError } from "../errors.ts";
import type { Row } from "../formats/series.ts";
import type { TemperatureRule } from "../formats/temperatureRule.ts";
import { codeReading, codeSeries, type CodedSeries, type ReadingGrid } from "./coding.ts";
import type { Measured, Measurement, Origin, ReadingSeries } from "./loggerSeries.ts";
import type { ReadFiles } from "./rawFiles.ts";
import { cutToWindow, goodWithin, mergeRepeated, shownRepeated, type Cut, type Reading } from "./series.ts";
import { windowOf, type ImportSettings, type RecordDemand } from "./seriesRecord.ts";
import { summariseImport } from "./summary.ts";
import { thin } from "./thin.ts";

/** What a rule says of the one channel that its readings are of. */
type OneChannelRule = Pick<TemperatureRule, "channelId" | "tick" | "gapTicks" | "lead" | "tail" | "bucket">;

/** The readings of a raw file that a record of one channel needs, cut, thinned and coded. */
export interface OneChannel {
  /** What the file says of itself. */
  readonly origin: Origin & Pick<ReadingSeries, "zoneChanged">;
  readonly cut: Cut;
  readonly coded: CodedSeries<Row>;
  readonly measured: Measured;
  readonly summary: readonly string[];
}

/**
 * Merges, cuts to the stage's window, thins as the user says and codes exactly. Errors: those of
 * `mergeRepeated`, of `cutToWindow` and of `thin`; `channel-tags` (the file is of another channel than the rule).
 */
export function oneChannelOf(
  { series, file }: ReadFiles<ReadingSeries>,
  { rule, period }: Pick<RecordDemand<OneChannelRule>, "rule" | "period">,
  coding: ReadingGrid,
  { bucket }: ImportSettings,
): OneChannel {
  const { entries, facts: known, channel, device, profile, how, zoneChanged } = series;
  const origin = { device, how, zoneChanged, ...(profile === undefined ? {} : { profile }) };
  refuseOtherChannel(channelNamed(Number(rule.channelId)), channel, file);
  const merged = mergeRepeated(entries);
  const facts = [...known, ...shownRepeated(merged.repeated)];
  const window = windowOf(rule, period);
  const cut = cutToWindow(merged.entries, window, file);
  const readings = thin(cut.readings, bucket, Number(rule.bucket), ({ value, finer }) => {
    const code = codeReading(value, coding, finer);
    return code < coding.normalLow || code > coding.normalHigh;
  });
  return {
    origin,
    cut,
    coded: codeSeries(readings, coding, window.tick),
    measured: {
      channels: [Number(rule.channelId)],
      readings: cut.readings.map(oneValue),
      within: (from, to) => goodWithin(merged.entries, from, to).map(oneValue),
    },
    summary: summariseImport({ facts, window, cut, bucket, readings, coding, channel }),
  };
}

function oneValue({ time, value, finer }: Reading): Measurement {
  return { time, values: [value], ...(finer === undefined ? {} : { finer: [finer] }) };
}

function refuseOtherChannel(wanted: ChannelName, channel: ChannelName, file: string): void {
  if (wanted === channel) return;
  throw inputError(`The rule is about ${wanted}; the file is read as ${channel}.`, {
    place: file,
    remedy: "Import it for the claim that it is evidence for.",
    code: "channel-tags",
  });
}
