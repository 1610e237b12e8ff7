import { basename } from "node:path";
import type { Command } from "commander";
import {
  importReadings,
  importResults,
  importSamples,
  type Imported,
  type ReadingsImport,
} from "../../src/claims/importClaim.ts";
import { importMesRecord, type ImportedMesRecord } from "../../src/claims/mesRecord.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { inputError } from "../../src/errors.ts";
import { CHANNEL, type ChannelName } from "../../src/formats/constants.ts";
import { toHex } from "../../src/formats/field.ts";
import { shownText } from "../../src/import/batchml.ts";
import { csvReader } from "../../src/import/csv.ts";
import { fridgetagReader } from "../../src/import/fridgetagSeries.ts";
import { samplesCsvReader } from "../../src/import/samplesCsv.ts";
import { MAX_BUCKET, MIN_BUCKET, NOT_THINNED } from "../../src/import/thin.ts";
import { parseOffset, parseTime } from "../../src/input/times.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { answers, collect, list, required, text, type Options, type AddCommands } from "../command.ts";
import { deviceOf } from "../device.ts";
import type { Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";
import { claimNamed } from "../../src/policy/document.ts";

/** `import`: a raw file into a batch folder, as signed evidence for one of its claims. */
export const addImportCommands: AddCommands = (program, give) => {
  const importing = program.command("import").description("bring a raw file into a batch folder as signed evidence");
  answers(
    withSeries(
      importing
        .command("fridgetag <file>")
        .description("Berlinger Fridge-tag or Q-tag text export; the device's signature is verified")
        .option("--offset <+hh:mm>", "true offset of the device's clock from UTC"),
    ),
    give,
    async ([file = ""], options) => {
      const offset = text(options, "offset");
      const read = fridgetagReader(offset === undefined ? undefined : parseOffset(offset, "--offset"));
      return importedAnswer(await importReadings({ ...(await seriesOf(file, options)), read }));
    },
  );
  answers(
    withSeries(
      importing
        .command("csv <file>")
        .description(
          "CSV with the columns timestamp (RFC 3339 with zone), tag, value, quality, unit, for a temperature or a " +
            "parameters claim; no device signature: the source alone vouches for it",
        )
        .requiredOption("--device <vendor|model|serial>", "device that measured, as it is registered")
        .option(
          "--tag <name>",
          "tag to import, needed where the file has several; for a parameters claim channel=tag, once for each channel " +
            `(channels: ${Object.keys(CHANNEL).join(", ")})`,
          collect,
        ),
    ),
    give,
    importCsv,
  );
  answers(
    importing
      .command("results <file>")
      .description(
        "a laboratory's results: CSV with the columns analyte, result, unit, sampled, tested, invalidated, repeats; signed " +
          "with the laboratory's key",
      )
      .requiredOption("--into <dir>", "batch folder")
      .requiredOption("--claim <stage/claim>", "claim that the file is evidence for")
      .requiredOption("--lab <keyfile>", "the laboratory's key, which signs the complete set")
      .requiredOption("--reported <time>", "when the laboratory reported, RFC 3339"),
    give,
    async ([file = ""], options) => {
      const labKey = required(options, "lab");
      return importedAnswer(
        await importResults({
          ...(await claimToFill(options)),
          file,
          labKey: await unlockKey(labKey, await passphrase(basename(labKey))),
          reported: parseTime(required(options, "reported"), "--reported"),
        }),
      );
    },
  );
  answers(
    importing
      .command("batchml <file>")
      .description("production record of an MES (BatchML, B2MML V0401): its exceptions, open ones block release")
      .requiredOption("--into <dir>", "batch folder")
      .option("--batch-id <text>", "the MES's number of the batch, where it is not the lot number"),
    give,
    async ([file = ""], options) => {
      const batchId = text(options, "batchId");
      const batch = await readBatch(required(options, "into"));
      const imported = await importMesRecord({ batch, file, ...(batchId === undefined ? {} : { batchId }) });
      return { text: mesText(imported), json: imported };
    },
  );
};

/** One CSV format for both kinds of series: the claim says which one it is. */
async function importCsv([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const device = deviceOf(required(options, "device"));
  const tags = list(options, "tag");
  const request = await seriesOf(file, options);
  const { id, kind } = request.claim.claim;
  switch (kind) {
    case "parameters":
      return importedAnswer(await importSamples({ ...request, read: samplesCsvReader(channelTags(tags), device) }));
    case "temperature": {
      const [tag, second] = tags;
      if (second === undefined)
        return importedAnswer(await importReadings({ ...request, read: csvReader(tag, device) }));
      const remedy = "Give --tag once.";
      throw inputError("A temperature claim has one tag.", { place: "--tag", code: "usage", remedy });
    }
    case "custody":
    case "quality":
      throw inputError(`Claim ${id} is about ${kind}; a series of readings is no evidence for it.`, {
        place: "--claim",
        code: "claim-kind",
        remedy: "Name the claim that the file is evidence for.",
      });
  }
}

/** "channel=tag" of each channel. Errors `channel-tags`. */
function channelTags(tags: readonly string[]): ReadonlyMap<number, string> {
  const named = tags.map((given): [number, string] => {
    const [, channel = "", tag = ""] = /^([a-zA-Z]+)=(.+)$/.exec(given) ?? [];
    if (channel in CHANNEL) return [CHANNEL[channel as ChannelName].code, tag];
    throw inputError("A tag of a parameters claim is given with its channel.", {
      place: `--tag ${given}`,
      remedy: `Write channel=tag; channels: ${Object.keys(CHANNEL).join(", ")}.`,
      code: "channel-tags",
    });
  });
  const twice = tags.find((_, i) => named.findIndex(([channel]) => channel === named[i]?.[0]) !== i);
  if (twice === undefined) return new Map(named);
  throw inputError("This channel has a tag already.", { place: `--tag ${twice}`, code: "channel-tags" });
}

/** Options that every import of a series has. */
function withSeries(command: Command): Command {
  return command
    .requiredOption("--into <dir>", "batch folder")
    .requiredOption("--claim <stage/claim>", "claim that the file is evidence for")
    .requiredOption("--source <keyfile>", "the site's source key, which signs the record")
    .option("--thin <seconds>", "keep the first, minimum, maximum and last reading of each so many seconds, 60 to 3600")
    .option("--clock-error <seconds>", "reference minus device, when the clock was compared", "0")
    .option("--journal <file>", "the source's journal; default: beside its key")
    .option("--reason <text>", "why a further record is made for the same stage and device", "");
}

async function seriesOf(file: string, options: Options): Promise<Omit<ReadingsImport, "read">> {
  const bucket = text(options, "thin");
  const settings = {
    clockError: secondsOf(required(options, "clockError"), "--clock-error", -MAX_CLOCK_ERROR, MAX_CLOCK_ERROR),
    bucket: bucket === undefined ? NOT_THINNED : secondsOf(bucket, "--thin", MIN_BUCKET, MAX_BUCKET),
  };
  const keyPath = required(options, "source");
  return {
    ...(await claimToFill(options)),
    file,
    settings,
    sourceKey: await unlockKey(keyPath, await passphrase(basename(keyPath))),
    journalPath: text(options, "journal") ?? `${keyPath}.journal`,
    reason: required(options, "reason"),
    now: Math.floor(Date.now() / 1000),
  };
}

/** The batch folder that --into names, read once, and its claim that --claim names. */
async function claimToFill(options: Options): Promise<Pick<ReadingsImport, "batch" | "claim">> {
  const batch = await readBatch(required(options, "into"));
  return { batch, claim: claimNamed(batch.policy, required(options, "claim")) };
}

function importedAnswer({ attempt, record, summary }: Imported): Answer {
  const last = attempt === 0 ? [] : [`attempt: ${attempt + 1}; a repeated import is a deviation (attempt)`];
  return { text: [...summary, ...last].join("\n"), json: { attempt, record: toHex(record), summary } };
}

/** Seconds, either way: eleven days. */
const MAX_CLOCK_ERROR = 1_000_000;

function secondsOf(given: string, option: string, least: number, most: number): number {
  if (/^-?[0-9]{1,7}$/.test(given) && Number(given) >= least && Number(given) <= most) return Number(given);
  throw inputError(`These are whole seconds, ${least} to ${most}.`, { place: option, code: "usage" });
}

/** What was read of an MES's record; its exceptions first, those that block release before the others. */
function mesText({ record, exceptions }: ImportedMesRecord): string {
  const open = exceptions.filter(({ state }) => state === "open").length;
  const phases = record.executed.filter(({ level }) => level === "Phase");
  const performers = new Set(phases.flatMap((phase) => phase.performers));
  const description = new Map(record.exceptions.map(({ id, description }) => [id, description]));
  return [
    `record ${record.id} of batch ${record.batchId.text}, last changed ${record.changed.text}`,
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
