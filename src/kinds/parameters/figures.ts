import { channelNamed } from "../../formats/channels.ts";
import { NO_CHANNEL } from "../../formats/constants.ts";
import { figuresOf, type SeriesFigures } from "../series/figures.ts";
import { readingTimes } from "../series/words.ts";
import type { ParametersEvidence } from "./evidence.ts";

/** Samples of a record, all or some, and the channels of their codes. */
interface Samples extends Pick<ParametersEvidence, "rows"> {
  readonly rule: Pick<ParametersEvidence["rule"], "channels">;
  readonly header: Pick<ParametersEvidence["header"], "t0" | "tick">;
}

/** The figures of each channel that the rule uses, in its order. */
export function parametersFigures({ rule, header, rows }: Samples): SeriesFigures[] {
  const times = readingTimes({ header, rows });
  return rule.channels.flatMap((channel, place) => {
    if (channel.channelId === BigInt(NO_CHANNEL)) return [];
    return figuresOf(channelNamed(Number(channel.channelId)), {
      grid: { ...channel, normalLow: 0n, normalHigh: channel.width },
      times,
      codes: rows.map(({ codes }) => codes[place] ?? 0),
    });
  });
}
