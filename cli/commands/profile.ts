import { CHANNEL, type ChannelName } from "../../src/formats/constants.ts";
import { readBytes, writeNewFile } from "../../src/input/files.ts";
import { counted } from "../../src/input/quantities.ts";
import { formatTime } from "../../src/input/times.ts";
import { inputError, placed } from "../../src/errors.ts";
import { SHIPPED_PROFILES } from "../../src/formats/shippedProfiles.ts";
import { shownPassed, type AnalytesDemand } from "../../src/import/resultsCsv.ts";
import { isNoResult, isResultsProfile, resultsProfileNamed } from "../../src/import/resultsProfile.ts";
import { tryResultsProfile, type ResultsTrial, type TriedLine } from "../../src/import/resultsTrial.ts";
import { readPolicy } from "../../src/kinds/policy.ts";
import { claimedAnalytes, qualityRuleOf } from "../../src/kinds/quality/rule.ts";
import { claimNamed } from "../../src/policy/document.ts";
import { shippedList } from "../../src/import/shippedList.ts";
import { profileNamed } from "../../src/import/table/shipped.ts";
import { tryProfile, type Trial, type TriedTag, type TriedValue } from "../../src/import/table/trial.ts";
import { visibleLines } from "../../src/formats/visible.ts";
import { packageVersion } from "../../src/root.ts";
import { clockOf } from "../clock.ts";
import { required, text, type Options } from "../command.ts";
import { fileExists } from "../fileExists.ts";
import { shown, type Answer } from "../output.ts";

/** `profile list`. */
export function list(): Promise<Answer> {
  const profiles = shippedList();
  return Promise.resolve({
    text: profiles.map(({ name, hash, about }) => `${name}  ${hash}\n  ${about}`).join("\n"),
    json: { profiles },
  });
}

/** `profile test`. */
export async function test([given = "", file = ""]: readonly string[], options: Options): Promise<Answer> {
  refuseUnknown(given);
  return (await isResultsProfile(given))
    ? await testReport(given, file, options)
    : await testTable(given, file, options);
}

/** Error `profile-missing`: a name that is no shipped profile's, of whatever kind. */
function refuseUnknown(given: string): void {
  if (!/^[a-z0-9-]+$/.test(given) || Object.hasOwn(SHIPPED_PROFILES, given)) return;
  throw inputError("There is no profile of this name.", {
    code: "profile-missing",
    place: given,
    remedy: `Name a file, or one of: ${Object.keys(SHIPPED_PROFILES).join(", ")}.`,
  });
}

/** Error `usage`: an option that is about the other kind of profile. */
function refuseOptions(options: Options, names: readonly string[], remedy: string): void {
  const given = names.find((name) => text(options, name) !== undefined);
  if (given === undefined) return;
  throw inputError("This option is not for a profile of this kind.", { place: `--${given}`, code: "usage", remedy });
}

async function testTable(given: string, file: string, options: Options): Promise<Answer> {
  refuseOptions(options, ["policy", "claim"], "Leave it out: it is about a laboratory's results.");
  const profile = await profileNamed(given);
  const tag = text(options, "tag");
  const trial = tryProfile(await readBytes(file), file, profile, {
    ...clockOf(options),
    ...(tag === undefined ? {} : { tag }),
    channel: required(options, "channel") as ChannelName,
  });
  const answer = { ...now(), ...trial };
  return await answered(trialText(answer), answer, options);
}

async function testReport(given: string, file: string, options: Options): Promise<Answer> {
  refuseOptions(options, ["tag"], "Leave it out: it is about a table of readings.");
  const reading = { profile: await resultsProfileNamed(given), ...clockOf(options) };
  const trial = tryResultsProfile(await readBytes(file), file, reading, await demandOf(options));
  const answer = { ...now(), ...trial };
  return await answered(resultsText(answer), answer, options);
}

/** What the claim of --policy and --claim asks of results; undefined where neither is given. */
async function demandOf(options: Options): Promise<AnalytesDemand | undefined> {
  const [file, id] = [text(options, "policy"), text(options, "claim")];
  if (file === undefined && id === undefined) return undefined;
  if (file === undefined || id === undefined) {
    throw inputError("A claim is one of a policy.", {
      place: file === undefined ? "--claim" : "--policy",
      code: "usage",
      remedy: "Give --policy and --claim, or neither.",
    });
  }
  const policy = await readPolicy(file);
  const { index } = placed(file, () => claimNamed(policy, id));
  // A salt hides a rule in a proof, and nothing is proven here.
  return { rule: qualityRuleOf(policy, index, 1n), analytes: claimedAnalytes(policy, index) };
}

/** When, and by what, a profile was tried. */
interface Tried {
  readonly at: string;
  readonly version: string;
  readonly node: string;
}

function now(): Tried {
  return { at: formatTime(Math.floor(Date.now() / 1000)), version: packageVersion(), node: process.version };
}

/** The answer, which is also the protocol where one is asked for. */
async function answered(lines: string, json: object, options: Options): Promise<Answer> {
  const protocol = text(options, "protocol");
  if (protocol !== undefined) await writeNewFile(protocol, visibleLines(lines), fileExists(protocol));
  return { text: lines, json };
}

function headLines({
  at,
  version,
  node,
  ...trial
}: Tried & Pick<Trial, "profile" | "profileHash" | "file" | "bytes" | "fileHash">): string[] {
  return [
    `Profile test at ${at}, by batchproof ${version} on Node.js ${node}`,
    `profile: ${trial.profile}, ${trial.profileHash}`,
    `file: ${shown(trial.file)}, ${trial.bytes} bytes, ${trial.fileHash}`,
  ];
}

function resultsText({ results, ...trial }: ResultsTrial & Tried): string {
  const { clock, linesBefore, linesAfter, says, columns, lots, lines, words } = trial;
  return [
    ...headLines(trial),
    `clock: ${clock}`,
    ...shownPassed({ before: linesBefore, after: linesAfter ?? undefined, says }),
    `columns: ${columns.length}`,
    ...columns.map(({ header, is }, i) => `  ${i + 1}: "${shown(header)}" is ${is}`),
    `lots: ${lots.map((lot) => `"${shown(lot)}"`).join(", ") || "none is named"}`,
    `results: ${lines.length}`,
    ...lines.flatMap(lineTexts),
    `words: ${words.length}`,
    ...words.map(
      ({ word, analyte, means, count }) =>
        `  "${shown(word)}" of ${shown(analyte)} means ${shown(means)}: ${count} times`,
    ),
    ...(results === null
      ? ["Names, words and units were held against no policy: give --policy and --claim."]
      : ["as the claim takes them:", ...results.map((each) => `  ${each}`)]),
    "Nothing was signed. Compare the results with the file; two people approve a profile by approving a policy that names its hash.",
    "",
  ].join("\n");
}

/** A line of a report: what it says, and what that is read as. */
function lineTexts({ line, said, analyte, result, unit, ...test }: TriedLine): string[] {
  const wrote = [said.analyte, said.result, said.unit].map((each) => `"${shown(each)}"`).join(", ");
  const means = isNoResult(result) ? "NO RESULT YET" : shown(result);
  return [
    `  line ${line}: ${wrote}`,
    `    is ${shown(analyte)}: ${means}, unit ${unit === "" ? "none" : shown(unit)}`,
    `    sampled ${test.sampled}, tested ${test.tested}; declared invalid: ${shown(test.invalidated)}, repeated: ${shown(test.repeats)}`,
  ];
}

function trialText({ tags, ...trial }: Trial & Tried): string {
  const { channel, clock, newestFirst, events } = trial;
  const { linesBefore, linesAfter, columns } = trial;
  return [
    ...headLines(trial),
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
