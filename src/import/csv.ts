import type { ChannelName } from "../formats/constants.ts";
import type { DeviceId } from "../formats/identity.ts";
import { formatTime } from "../input/times.ts";
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
import { shownSpan, type SeriesReader } from "./loggerSeries.ts";

/**
 * A reader of long-form CSV (historianCsv.ts) for the readings of one tag (undefined: the file's only one) of a device
 * that the user names. Every line is judged by its form, those of the tag also by time, unit and value.
 * Errors, with file:line: those of `readHistorian` and `readEntries`, `csv-tag` (not in the file, or not chosen),
 * `time-mixed`.
 */
export function csvReader(
  tag: string | undefined,
  device: DeviceId,
  channel: ChannelName = "temperature",
): SeriesReader {
  return (bytes, file) => {
    let chosen = tag;
    const table = readHistorian(bytes, file, (each) => each === (chosen ??= each));
    refuseOtherTags(table.tags, tag, file);
    const entries = readEntries(table.lines, channel, file);
    refuseMixedTimes(table.lines, file);
    return {
      channel,
      device,
      entries,
      zoneChanged: false,
      facts: [
        `read: tag ${chosen ?? ""} of a CSV file, ${shownDevice(device)}`,
        HISTORIAN_FACTS.signed,
        `entries: ${entries.length}, ${shownSpan(entries, ({ time }) => formatTime(time))}; ${shownRest(entries, table)}`,
        HISTORIAN_FACTS.clock,
      ],
    };
  };
}

function refuseOtherTags(tags: HistorianTable["tags"], wanted: string | undefined, file: string): void {
  if (wanted === undefined ? tags.size === 1 : tags.has(wanted)) return;
  const problem = wanted === undefined ? "The file has not exactly one tag" : "The file has no entry of this tag";
  throw tagError(problem, tags, file);
}
