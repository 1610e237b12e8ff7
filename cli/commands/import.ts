import { basename, join } from "node:path";
import {
  importReadings,
  importResults,
  type Imported,
  type ReadingsImport,
  type Target,
} from "../../src/claims/importClaim.ts";
import type { Batch } from "../../src/batch/batch.ts";
import { importTable as importTableOf } from "../../src/claims/importTable.ts";
import { importMesRecord, type ImportedMesRecord } from "../../src/claims/mesRecord.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { claimFile } from "../../src/batch/paths.ts";
import { inputError, placed } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { changedFact, eventsFacts, shownText } from "../../src/import/batchml.ts";
import { fridgetagReader } from "../../src/import/fridgetagSeries.ts";
import { resultsProfileNamed } from "../../src/import/resultsProfile.ts";
import { resultsReading } from "../../src/import/resultsTable.ts";
import type { ParsedProfile } from "../../src/import/table/profile.ts";
import { LONG_FORM, profileNamed, shippedProfile } from "../../src/import/table/shipped.ts";
import { MAX_CLOCK_ERROR } from "../../src/import/seriesRecord.ts";
import { MAX_BUCKET, MIN_BUCKET, NOT_THINNED } from "../../src/import/thin.ts";
import { parseOffset, parseTime } from "../../src/input/times.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { clockOf } from "../clock.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import { deviceOf } from "../device.ts";
import { shown, type Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";
import { claimNamed, type IndexedClaim } from "../../src/policy/document.ts";

/** `import csv`: `import table` by the long form of historians. */
export async function importCsv(args: readonly string[], options: Options): Promise<Answer> {
  return await importBy(shippedProfile(LONG_FORM), args, options);
}

/** `import table`. */
export async function importTable(args: readonly string[], options: Options): Promise<Answer> {
  return await importBy(await profileNamed(required(options, "profile")), args, options);
}

/** Imports a table by a profile. */
async function importBy(profile: ParsedProfile, files: readonly string[], options: Options): Promise<Answer> {
  const told = { device: deviceOf(required(options, "device")), ...clockOf(options) };
  const tags = list(options, "tag");
  const targets = await claimsToFill(options);
  const request = { ...(await seriesOf(files, options)), profile, told, tags, tagsPlace: "--tag" };
  return imported(options, importedAnswers(options, targets, await importTableOf(targets, request)));
}

async function seriesOf(files: readonly string[], options: Options): Promise<Omit<ReadingsImport, "read">> {
  const bucket = text(options, "thin");
  const settings = {
    clockError: secondsOf(required(options, "clockError"), "--clock-error", -MAX_CLOCK_ERROR, MAX_CLOCK_ERROR),
    bucket: bucket === undefined ? NOT_THINNED : secondsOf(bucket, "--thin", MIN_BUCKET, MAX_BUCKET),
  };
  const keyPath = required(options, "source");
  return {
    files,
    settings,
    sourceKey: await unlockKey(keyPath, await passphrase(basename(keyPath))),
    journalPath: text(options, "journal") ?? `${keyPath}.journal`,
    reason: required(options, "reason"),
    dryRun: flag(options, "dryRun"),
    now: Math.floor(Date.now() / 1000),
  };
}

/** A batch folder, read once, and its claim that --claim names. */
async function claimToFill(dir: string, options: Options): Promise<Target> {
  const batch = await readBatch(dir);
  return { batch, claim: claimIn(batch, required(options, "claim")) };
}

/** Error `claim`, which names the folder. */
function claimIn({ dir, policy }: Batch, id: string): IndexedClaim {
  return placed(dir, () => claimNamed(policy, id));
}

/** Every claim that --claim names, of each folder that --into names; commander has seen to it that there is one of each. */
async function claimsToFill(options: Options): Promise<Target[]> {
  const targets: Target[] = [];
  for (const dir of list(options, "into")) {
    const batch = await readBatch(dir);
    for (const id of list(options, "claim")) targets.push({ batch, claim: claimIn(batch, id) });
  }
  return targets;
}

/** The answer, which says so if nothing came of it. */
function imported(options: Options, { text, json }: { readonly text: string; readonly json: object }): Answer {
  if (!flag(options, "dryRun")) return { text, json };
  return { text: `dry run: nothing was signed, journaled or written\n${text}`, json: { dryRun: true, ...json } };
}

/** Of one claim, the answer is its own; of several, each stands under its folder and claim. */
function importedAnswers(options: Options, targets: readonly Target[], records: readonly Imported[]) {
  const answers = records.map((each, i) => {
    const { batch, claim } = targets[i] ?? {};
    const [into, id] = [batch?.dir ?? "", claim?.claim.id ?? ""];
    return { into, claim: id, ...importedAnswer(options, into, id, each) };
  });
  const [only, another] = answers;
  if (only !== undefined && another === undefined) return { text: only.text, json: only.json };
  return {
    text: answers.map(({ into, claim, text }) => `${shown(into)} ${claim}\n${text.replace(/^/gm, "  ")}`).join("\n"),
    json: { records: answers.map(({ into, claim, json }) => ({ into, claim, ...json })) },
  };
}

function importedAnswer(options: Options, dir: string, claim: string, { attempt, record, summary }: Imported) {
  const last = attempt === 0 ? [] : [`attempt: ${attempt}; other or contradictory readings are a deviation (attempt)`];
  const written = flag(options, "dryRun") ? [] : [`written: ${shown(join(dir, claimFile("records", claim)))}`];
  return { text: [...summary, ...last, ...written].join("\n"), json: { attempt, record: toHex(record), summary } };
}

function secondsOf(given: string, option: string, least: number, most: number): number {
  if (/^-?[0-9]{1,7}$/.test(given) && Number(given) >= least && Number(given) <= most) return Number(given);
  throw inputError(`These are whole seconds, ${least} to ${most}.`, { place: option, code: "usage" });
}

/** What was read of an MES's record; its exceptions first, those that block release before the others. */
function mesText({ record, exceptions }: ImportedMesRecord): string {
  const open = exceptions.filter(({ state }) => state === "open").length;
  const phases = record.executed.filter(({ level }) => level === "Phase");
  const blank = record.executed.reduce((sum, element) => sum + element.blank, 0);
  const performers = new Set(phases.flatMap((phase) => phase.performers));
  const description = new Map(record.exceptions.map(({ id, description }) => [id, description]));
  return [
    `record ${record.id} of batch ${record.batchId.text}, ${changedFact(record)}`,
    ...eventsFacts(record),
    `exceptions: ${exceptions.length}, of which ${open} open; an open one blocks release`,
    ...exceptions.flatMap(({ id, state, category, severity, mes, missing, element }) => [
      `  ${id} ${state}: ${category}, severity ${severity} (${mes.category}, risk ${mes.risk}, status ${mes.status})`,
      `    at ${element}`,
      `    says: ${shownText(description.get(id) ?? "")}`,
      ...missing.map((what) => `    missing: ${what}`),
    ]),
    `comments: ${record.comments.length}`,
    ...record.comments.map(
      ({ id, target, person, text, risk, status }) =>
        `  ${id}: on exception ${target} by ${person}, proposes risk ${risk?.text ?? "-"}, status ${status?.text ?? "-"}: ${shownText(text)}`,
    ),
    `signatures: ${record.signatures.length}`,
    ...record.signatures.map(
      ({ id, target, person, meaning, description, time }) =>
        `  ${id}: ${target.kind} ${target.id} ${meaning} by ${person} at ${time.text} (${description})`,
    ),
    `performers: ${[...performers].join(", ")}`,
    ...(blank === 0 ? [] : [`blank performers and pieces of equipment of executed elements, passed over: ${blank}`]),
    `phases: ${phases.length}`,
    ...phases.map(
      ({ name, start, end, performers, equipment }) =>
        `  ${name}: ${[
          ...(start === undefined ? [] : [`started ${start.text}`]),
          end === undefined ? "NOT completed" : `completed ${end.text}`,
          ...performers.map((performer) => `by ${performer}`),
          ...equipment.map((each) => `on ${each}`),
        ].join(", ")}`,
    ),
  ].join("\n");
}

/** `import fridgetag`. */
export async function importFridgetag(files: readonly string[], options: Options): Promise<Answer> {
  const offset = text(options, "offset");
  const read = fridgetagReader(offset === undefined ? undefined : parseOffset(offset, "--offset"));
  const targets = await claimsToFill(options);
  const request = await seriesOf(files, options);
  return imported(options, importedAnswers(options, targets, await importReadings(targets, { ...request, read })));
}

/** `import results`. */
export async function importLabResults([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const labKey = required(options, "lab");
  const profile = text(options, "profile");
  const given = profile === undefined ? undefined : await resultsProfileNamed(profile);
  const reading = resultsReading(given, clockOf(options), file);
  const results = await importResults({
    ...(await claimToFill(required(options, "into"), options)),
    file,
    labKey: await unlockKey(labKey, await passphrase(basename(labKey))),
    reported: parseTime(required(options, "reported"), "--reported"),
    dryRun: flag(options, "dryRun"),
    ...(reading === undefined ? {} : { reading }),
  });
  return imported(options, importedAnswer(options, required(options, "into"), required(options, "claim"), results));
}

/** `import batchml`. */
export async function importBatchml([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const batchId = text(options, "batchId");
  const batch = await readBatch(required(options, "into"));
  const request = { batch, file, dryRun: flag(options, "dryRun"), ...(batchId === undefined ? {} : { batchId }) };
  const found = await importMesRecord(request);
  return imported(options, { text: mesText(found), json: found });
}
