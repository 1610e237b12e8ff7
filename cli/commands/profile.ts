import { CHANNEL, type ChannelName } from "../../src/formats/constants.ts";
import { toHex } from "../../src/formats/field.ts";
import { readBytes, writeNewFile } from "../../src/input/files.ts";
import { counted } from "../../src/input/quantities.ts";
import { formatTime } from "../../src/input/times.ts";
import { shippedResultsProfile, shippedResultsProfiles } from "../../src/import/resultsProfile.ts";
import { profileNamed, shippedNames, shippedProfile } from "../../src/import/table/shipped.ts";
import { tryProfile, type Trial, type TriedTag, type TriedValue } from "../../src/import/table/trial.ts";
import { packageVersion } from "../../src/root.ts";
import { clockOf } from "../clock.ts";
import { required, text, type Options } from "../command.ts";
import { fileExists } from "../fileExists.ts";
import { shown, shownLines, type Answer } from "../output.ts";

/** `profile list`. */
export function list(): Promise<Answer> {
  const all = [...shippedNames().map(shippedProfile), ...shippedResultsProfiles().map(shippedResultsProfile)];
  const profiles = all.map(({ hash, profile: { format, name, about } }) => ({
    name,
    hash: toHex(hash),
    about,
    format,
  }));
  return Promise.resolve({
    text: profiles.map(({ name, hash, about }) => `${name}  ${hash}\n  ${about}`).join("\n"),
    json: { profiles },
  });
}

/** `profile test`. */
export async function test([given = "", file = ""]: readonly string[], options: Options): Promise<Answer> {
  const profile = await profileNamed(given);
  const tag = text(options, "tag");
  const trial = tryProfile(await readBytes(file), file, profile, {
    ...clockOf(options),
    ...(tag === undefined ? {} : { tag }),
    channel: required(options, "channel") as ChannelName,
  });
  const at = formatTime(Math.floor(Date.now() / 1000));
  const answer = { at, version: packageVersion(), node: process.version, ...trial };
  const lines = trialText(answer);
  const protocol = text(options, "protocol");
  if (protocol !== undefined) await writeNewFile(protocol, shownLines(lines), fileExists(protocol));
  return { text: lines, json: answer };
}

function trialText({
  at,
  version,
  node,
  tags,
  ...trial
}: Trial & { readonly at: string; readonly version: string; readonly node: string }): string {
  const { profile, profileHash, file, bytes, fileHash, channel, clock, newestFirst, events } = trial;
  const { linesBefore, linesAfter, columns } = trial;
  return [
    `Profile test at ${at}, by batchproof ${version} on Node.js ${node}`,
    `profile: ${profile}, ${profileHash}`,
    `file: ${shown(file)}, ${bytes} bytes, ${fileHash}`,
    `read as: ${channel}, in ${CHANNEL[channel].symbol}`,
    `clock: ${clock}`,
    `order: ${newestFirst ? "newest first, read backwards" : "oldest first"}`,
    `lines before the table: ${linesBefore}`,
    `lines after the table, passed over: ${linesAfter === null ? 0 : `${linesAfter.count}, from line ${linesAfter.from}`}`,
    `columns: ${columns.length}`,
    ...columns.map(
      ({ header, is, template }, i) =>
        `  ${i + 1}: "${shown(header)}" is ${is}${template === header ? "" : `, as "${shown(template)}"`}`,
    ),
    `rows that are events of the device, without a value, left out: ${events}`,
    ...tags.flatMap(tagLines),
    "Nothing was signed. Compare the rows with the file; two people approve a profile by approving a policy that names its hash.",
    "",
  ].join("\n");
}

/** Words that are shown of a tag: of more, a profile takes values for none. */
const SHOWN_WORDS = 20;

function tagLines({ tag, serial, readings, unusable, span, unit, words, shown: rows, ...tried }: TriedTag): string[] {
  const { lowest, highest } = tried;
  const more = words.length - SHOWN_WORDS;
  return [
    `tag ${shown(tag)}${serial === null ? "" : `, serial ${shown(serial)}`}: ${counted(readings, "reading")}, ${span}`,
    `  unit: ${unit ?? "none was met"}`,
    `  not good, or without a value: ${unusable}; lowest ${valueText(lowest)}, highest ${valueText(highest)}`,
    ...words.slice(0, SHOWN_WORDS).map(({ word, means, count }) => `  "${shown(word)}" is ${means}: ${count} times`),
    ...(more > 0 ? [`  and ${more} more words that are no values`] : []),
    ...rows.map((row) => `  ${shown(row)}`),
  ];
}

function valueText(tried: TriedValue | null): string {
  return tried === null ? "none" : `${tried.value} (line ${tried.line}: "${shown(tried.cell)}")`;
}
