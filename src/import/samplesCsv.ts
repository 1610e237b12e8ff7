import { inputError } from "../errors.ts";
import type { ChannelName } from "../formats/constants.ts";
import type { DeviceId } from "../formats/identity.ts";
import { formatTime } from "../input/times.ts";
import { CHANNEL_WORDS, channelNamed } from "../formats/channels.ts";
import {
  HISTORIAN_FACTS,
  readEntries,
  readHistorian,
  refuseMixedTimes,
  shownDevice,
  shownRest,
  tagError,
  type HistorianTable,
} from "./historianCsv.ts";
import { shownSpan, type SamplesReader } from "./loggerSeries.ts";
import {
  isUnusable,
  mergeRepeated,
  refuseBackward,
  shownRepeated,
  type Reading,
  type SampleReading,
  type Unusable,
} from "./series.ts";

/**
 * A reader of long-form CSV (historianCsv.ts) for several tags of a device that the user names, one tag for each channel,
 * sampled together: every time of a mapped tag is a time of all of them. The lines may be ordered by time or by tag.
 * A sample with an entry that is not good is unusable; `cutToWindow` refuses it where the stage needs it.
 * @param tags tag of each channel, by the channel's code
 * Errors: `channels` (no such channel), `channel-tags` (no tag, or one for two channels); with file:line those of
 * `readHistorian` and `readEntries`, `csv-tag` (not in the file), `time-mixed`, `time-backward` (within a tag),
 * `time-twice` (two entries of a tag at one time that differ), `sample-incomplete` (a tag has no entry at this time).
 */
export function samplesCsvReader(tags: ReadonlyMap<number, string>, device: DeviceId): SamplesReader {
  const mapped = [...tags]
    .sort(([a], [b]) => a - b)
    .map(([code, tag]): MappedTag => ({ code, channel: channelNamed(code), tag }));
  refuseSharedTags(mapped);
  return (bytes, file) => {
    const wanted = new Set(tags.values());
    const table = readHistorian(bytes, file, (tag) => wanted.has(tag));
    refuseMissingTags(mapped, table.tags, file);
    const series = mapped.map(({ tag, channel }): TagSeries => {
      const lines = table.lines.filter((line) => line.tag === tag);
      return { tag, entries: readEntries(lines, channel, file) };
    });
    refuseMixedTimes(table.lines, file);
    const { entries, repeated } = sampledTogether(series, file);
    return {
      device,
      channels: mapped.map(({ code }) => BigInt(code)),
      entries,
      zoneChanged: false,
      facts: [
        `read: of a CSV file, ${shownDevice(device)}: ${mapped.map(shownTag).join(", ")}`,
        HISTORIAN_FACTS.signed,
        `samples: ${entries.length}, ${shownSpan(entries, ({ time }) => formatTime(time))}; ${shownRest(entries, table)}`,
        HISTORIAN_FACTS.clock,
        ...shownRepeated(repeated),
      ],
    };
  };
}

interface MappedTag {
  readonly code: number;
  readonly channel: ChannelName;
  readonly tag: string;
}

interface TagSeries {
  readonly tag: string;
  readonly entries: readonly (Reading | Unusable)[];
}

function shownTag({ channel, tag }: MappedTag): string {
  return `${CHANNEL_WORDS[channel]} from tag ${tag}`;
}

function refuseSharedTags(mapped: readonly MappedTag[]): void {
  if (mapped.length > 0 && new Set(mapped.map(({ tag }) => tag)).size === mapped.length) return;
  throw inputError("Every channel needs a tag of its own.", {
    remedy: "Name one tag of the file for each channel of the rule.",
    code: "channel-tags",
  });
}

function refuseMissingTags(mapped: readonly MappedTag[], tags: HistorianTable["tags"], file: string): void {
  const missing = mapped.find(({ tag }) => !tags.has(tag));
  if (missing === undefined) return;
  throw tagError(`The file has no entry of the tag for ${CHANNEL_WORDS[missing.channel]}`, tags, file);
}

/** The samples in the order of time: each tag's times ascend, and all tags have the same ones. */
function sampledTogether(
  found: readonly TagSeries[],
  file: string,
): { readonly entries: (SampleReading | Unusable)[]; readonly repeated: number } {
  let repeated = 0;
  const series = found.map(({ tag, entries }): TagSeries => {
    refuseBackward(entries, ({ time }) => time, file);
    const merged = mergeRepeated(entries, file);
    repeated += merged.repeated;
    return { tag, entries: merged.entries };
  });
  const samples = Map.groupBy(
    series.flatMap(({ entries }) => entries),
    ({ time }) => time,
  );
  const together = [...samples].map(([time, entries]): SampleReading | Unusable => {
    const line = entries[0]?.line ?? 0;
    if (entries.length !== series.length) throw incompleteError(series, time, `${file}:${line}`);
    const unusable = entries.find(isUnusable);
    return unusable ?? { line, time, values: entries.flatMap((entry) => (isUnusable(entry) ? [] : [entry.value])) };
  });
  return { entries: together, repeated };
}

function incompleteError(series: readonly TagSeries[], time: number, place: string): Error {
  const missing = series.filter(({ entries }) => entries.every((entry) => entry.time !== time)).map(({ tag }) => tag);
  return inputError(`At ${formatTime(time)} there is no entry of ${missing.join(", ")}.`, {
    place,
    remedy: "Export all tags on one common raster of times, without lines that only some of the tags have.",
    code: "sample-incomplete",
  });
}
