import { channelNamed } from "../../formats/channels.ts";
import { NO_CHANNEL } from "../../formats/constants.ts";
import { figuresOf, type SeriesFigures } from "../series/figures.ts";
import { readingTimes } from "../series/words.ts";
import type { ParametersEvidence } from "./evidence.ts";

/** The figures of each channel that the rule uses, in its order. */
export function parametersFigures({
  rule,
  header,
  rows,
}: Pick<ParametersEvidence, "rule" | "header" | "rows">): SeriesFigures[] {
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
