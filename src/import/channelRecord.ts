import { KIND } from "../formats/constants.ts";
import type { Channel, ParametersRule } from "../formats/parametersRule.ts";
import { channelCoding } from "./coding.ts";
import type { ReadingSeries } from "./loggerSeries.ts";
import { oneChannelOf } from "./oneChannel.ts";
import type { ReadFiles } from "./rawFiles.ts";
import { samplesCapacity, type UnsignedParametersRecord } from "./parametersRecord.ts";
import { seriesHeader, type ImportSettings, type RecordDemand } from "./seriesRecord.ts";

/**
 * The record of a raw file for one channel claim, fitted to the smallest of the circuits that the claim accepts. Readings
 * outside the limits keep codes outside 0..width: such a record is for `check`, it can be neither signed nor proven. Errors:
 * those of `oneChannelOf`, and `series-length`.
 */
export function channelRecord(
  raw: ReadFiles<ReadingSeries>,
  { rule, ...demand }: RecordDemand<ParametersRule>,
  settings: ImportSettings,
): UnsignedParametersRecord {
  const channel = channelOf(rule);
  const coding = channelCoding(channel);
  const demanded = { ...demand, rule: { ...rule, channelId: channel.channelId } };
  const { origin, coded, measured, summary } = oneChannelOf(raw, demanded, coding, settings);
  return {
    header: {
      kind: BigInt(KIND.channel),
      n: BigInt(samplesCapacity(coded.rows.length, demand.circuits, raw.file)),
      channels: rule.channels,
      ...seriesHeader(raw.rawFileHash, origin, coded, demanded, settings),
    },
    rows: coded.rows.map(({ dt, code }) => ({ dt, codes: [code] })),
    origin,
    measured,
    summary,
  };
}

function channelOf({ channels: [channel] }: ParametersRule): Channel {
  if (channel === undefined) throw new Error("a channel rule has a channel");
  return channel;
}
