import { commandOf, fileWord } from "../../src/commandLine.ts";
import { CHANNEL_WORDS } from "../../src/formats/channels.ts";
import { inspectFile } from "../../src/import/inspect/inspect.ts";
import {
  type InspectedEvent,
  type InspectedSeries,
  type Inspection,
  type NamedProfile,
} from "../../src/import/inspect/inspection.ts";
import { readBytes } from "../../src/input/files.ts";
import { counted } from "../../src/input/quantities.ts";
import { formatDuration } from "../../src/input/times.ts";
import { clockOf } from "../clock.ts";
import { list, text, type Options } from "../command.ts";
import { shown, type Answer } from "../output.ts";

/** `inspect`. */
export async function inspect([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const tag = text(options, "tag");
  const profiles = await profilesNamed(list(options, "profile"));
  const found = await inspectFile(await readBytes(file), file, {
    ...clockOf(options),
    ...(tag === undefined ? {} : { tag }),
    profiles,
  });
  return {
    text: inspectionText(file, found),
    json: { file, ...found },
    exitCode: found.commands.some((command) => command.startsWith("batchproof import ")) ? 0 : 1,
  };
}

/** What reads profiles is loaded where there are any. */
async function profilesNamed(names: readonly string[]): Promise<NamedProfile[]> {
  if (names.length === 0) return [];
  const { profileNamed } = await import("../../src/import/table/shipped.ts");
  return await Promise.all(names.map(async (given) => ({ given, profile: await profileNamed(given) })));
}

/** So many series are shown in full, and of each so many odd places, words and entries. */
const FULL_SERIES = 6;
const SHOWN_EVENTS = 20;

function inspectionText(
  file: string,
  { form, device, facts, series, unfit = [], skeleton, commands }: Inspection,
): string {
  const full = series.length <= FULL_SERIES;
  return [
    `${shown(file)}: ${shown(form)}`,
    ...(device === undefined ? [] : [`device: ${shown(`${device.vendor}|${device.model}|${device.serial}`)}`]),
    ...facts.map(shown),
    ...series.flatMap((each) => (full ? seriesLines(each) : [headLine(each)])),
    ...(full ? [] : ["look at one of them with --tag; it prints the command that imports it"]),
    ...unfit.flatMap(({ profile, refused }) => [
      `profile ${shown(profile)} does not fit: ${shown(refused.message)}`,
      `    at ${shown(refused.place)}`,
      `    ${shown(refused.remedy)}`,
    ]),
    ...(skeleton === undefined ? [] : skeletonLines(file, skeleton)),
    ...(commands.length === 0 ? [] : ["to paste, with the words in capitals filled in:"]),
    ...(full ? commands : commands.slice(0, 1)).map((command) => `  ${command}`),
  ].join("\n");
}

/** How a profile is begun. */
function skeletonLines(file: string, skeleton: object): string[] {
  return [
    "a profile to start from (docs/spec/profiles.md); all of it is guessed, compare it with the file, and fill in the capitals:",
    ...JSON.stringify(skeleton, null, 2)
      .split("\n")
      .map((line) => `  ${shown(line)}`),
    "a laboratory's report has a profile of results instead (docs/spec/profiles.md); then see what it reads:",
    `  ${commandOf("inspect", fileWord(file), "--profile", "my-profile.json")}`,
  ];
}

function headLine({ name, unit, channels, entries, first, last, interval, refused }: InspectedSeries): string {
  const words = channels.map((channel) => CHANNEL_WORDS[channel]).join(" or ");
  const span = first === undefined || last === undefined ? "" : `, ${first} to ${last}`;
  return (
    `${name === "" ? "" : `tag ${shown(name)}: `}${words === "" ? "no channel" : words}, in "${unit}": ` +
    `${entries} ${entries === 1 ? "entry" : "entries"}${span}` +
    (interval === undefined ? "" : `, one every ${minutes(interval)}`) +
    (refused === undefined ? "" : "; `import` REFUSES it")
  );
}

function seriesLines(series: InspectedSeries): string[] {
  const { symbol, qualities, skipped, events, rows, minimum, maximum, curve, refused } = series;
  return [
    headLine(series),
    ...(refused === undefined
      ? []
      : [`  refused: ${shown(refused.message)}`, `    at ${shown(refused.place)}`, `    ${shown(refused.remedy)}`]),
    ...(qualities.length === 0
      ? []
      : [
          `  quality: ${qualities
            .slice(0, SHOWN_EVENTS)
            .map(({ word, entries }) => `"${shown(word)}" ${counted(entries, "time")}`)
            .join(", ")}`,
        ]),
    ...(skipped.length === 0
      ? ["  passed over outside a stage, refused inside: none"]
      : [
          "  passed over outside a stage, refused inside:",
          ...skipped
            .slice(0, SHOWN_EVENTS)
            .map(
              ({ what, code, entries, line }) =>
                `    "${shown(what)}" (${code}) ${counted(entries, "time")}, first on line ${line}`,
            ),
          ...more(skipped.length),
        ]),
    ...events.slice(0, SHOWN_EVENTS).map((event) => `  ${eventText(event)}`),
    ...more(events.length),
    ...rows.map(
      ({ line, time, value, quality }) =>
        `  line ${line}: ${time}  ${value === undefined ? `no reading ("${shown(quality ?? "")}")` : `${value} ${symbol}`}`,
    ),
    ...(minimum === undefined || maximum === undefined
      ? []
      : [`  minimum ${minimum} ${symbol}, maximum ${maximum} ${symbol}: ${curve}`]),
  ];
}

function more(count: number): string[] {
  return count > SHOWN_EVENTS ? [`    and ${count - SHOWN_EVENTS} more (all of them with --json)`] : [];
}

function eventText({ kind, seconds, shift, from, to, lines }: InspectedEvent): string {
  const [before, after] = lines;
  if (kind === "tail")
    return `missing tail of ${minutes(seconds)}: the last entry is of ${from} (line ${before}), the file of ${to}`;
  const where = `from ${from} to ${to} (lines ${before} and ${after})`;
  if (kind === "gap") {
    const shifted =
      shift === 0 ? "" : `; after it readings come ${direction(shift)}: restarted, battery changed or clock corrected`;
    return `gap of ${minutes(seconds)}: no entry ${where}${shifted}`;
  }
  return `clock corrected, or device restarted: ${where} readings come ${direction(seconds)}`;
}

function direction(seconds: number): string {
  return `${minutes(Math.abs(seconds))} ${seconds < 0 ? "early" : "late"}`;
}

/** In minutes, where they are whole. */
function minutes(seconds: number): string {
  return seconds % 60 === 0 ? counted(seconds / 60, "minute") : formatDuration(seconds);
}
