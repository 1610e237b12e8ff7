import { basename, join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import { stagePeriod } from "../batch/commitments.ts";
import { isKept, keepEvidence, writeEvidence } from "../batch/evidenceFiles.ts";
import { LOCK_FILE } from "../batch/paths.ts";
import { prepareRecord, writeRecord } from "../batch/recordStore.ts";
import { commandOf } from "../commandLine.ts";
import { inputError } from "../errors.ts";
import { CHANNEL, NO_CHANNEL, type KindName } from "../formats/constants.ts";
import { deviceHash, type DeviceId } from "../formats/identity.ts";
import type { Measured, SamplesReader, SeriesReader } from "../import/loggerSeries.ts";
import { parametersRecord } from "../import/parametersRecord.ts";
import { resultSet } from "../import/resultsCsv.ts";
import type { ImportSettings } from "../import/seriesRecord.ts";
import { temperatureRecord } from "../import/temperatureRecord.ts";
import { readBytes } from "../input/files.ts";
import { withLock, withLocks } from "../input/lock.ts";
import { formatTime } from "../input/times.ts";
import { circuitNamed } from "../kinds/circuits.ts";
import { SAMPLES_RECORD } from "../kinds/parameters/record.ts";
import { parametersRuleOf } from "../kinds/parameters/rule.ts";
import { RESULTS_RECORD } from "../kinds/quality/record.ts";
import { claimedAnalytes, qualityRuleOf } from "../kinds/quality/rule.ts";
import { NO_RECORD, UNSIGNED, type SeriesContent, type SeriesForm, type SeriesHeader } from "../kinds/series/record.ts";
import { READINGS_RECORD } from "../kinds/temperature/record.ts";
import { temperatureRuleOf } from "../kinds/temperature/rule.ts";
import {
  openJournal,
  shownContradiction,
  type Journal,
  type JournalEntry,
  type JournalKey,
} from "../parties/journal.ts";
import { remembered, settingsDigest, type Measured as Remembered } from "../parties/measured.ts";
import type { KeyRole } from "../formats/constants.ts";
import type { UnlockedKey } from "../parties/keys.ts";
import type { IndexedClaim } from "../policy/document.ts";

/** A claim of a batch that a file is evidence for. */
export interface Target {
  readonly batch: Batch;
  readonly claim: IndexedClaim;
}

/** What every import is told. */
interface Import extends Target {
  readonly file: string;
}

/** The import of a series: who signs it, and where its attempts are counted. */
interface SeriesImport {
  readonly file: string;
  readonly settings: ImportSettings;
  /** The site's source key, which signs the record. */
  readonly sourceKey: UnlockedKey;
  /** The source's append-only journal. */
  readonly journalPath: string;
  /** Why a further record is made; needed from the second attempt on, and where it contradicts another record. */
  readonly reason: string;
  /** Unix seconds, for the journal. */
  readonly now: number;
}

export interface ReadingsImport extends SeriesImport {
  /** Reads the file's format: `fridgetagReader`, `csvReader`. */
  readonly read: SeriesReader;
}

export interface SamplesImport extends SeriesImport {
  /** `samplesCsvReader`. */
  readonly read: SamplesReader;
}

export interface ResultsImport extends Import {
  /** The laboratory's key, which signs the results. */
  readonly labKey: UnlockedKey;
  /** When the laboratory reported, Unix seconds. */
  readonly reported: number;
}

export interface Imported {
  /** 0 for the first record of this stage and device; always 0 of a laboratory's results. */
  readonly attempt: number;
  /** Public signal `record`; NO_RECORD where a reading lies so far outside the limits that no record can hold it. */
  readonly record: bigint;
  readonly summary: readonly string[];
}

/**
 * Imports a raw file of readings for a temperature claim of each of these batches: reads and verifies it, makes the record, journals it, signs it,
 * and keeps the untouched file in `evidence/`. Nothing is written before everything is known to be good. A reading outside
 * the limits is imported too, so that `check` can name it. The same evidence, imported again or for another rule, is no new
 * attempt. What is refused for one batch is written for none.
 * Errors: `key-role`, `claim-kind`, `batch-stage` (the stage has no times yet), `device` (not named by the stage, or not in
 * the party list), `batch-twice` (two folders of one batch), those of `temperatureRecord`, of the journal and of the batch
 * folder.
 */
export async function importReadings(targets: readonly Target[], request: ReadingsImport): Promise<Imported[]> {
  const { file, read, settings } = request;
  const bytes = await bytesFor(targets, request, "temperature");
  const unsigned = targets.map((target) => {
    const demand = { rule: temperatureRuleOf(...ruleArguments(target)), ...demandOf(target) };
    return temperatureRecord(bytes, file, read, demand, settings);
  });
  return await signSeries(READINGS_RECORD, targets, request, bytes, unsigned, CHANNEL.temperature.code);
}

/** As `importReadings`, of samples of several channels for a parameters claim. Errors: also those of `parametersRecord`. */
export async function importSamples(targets: readonly Target[], request: SamplesImport): Promise<Imported[]> {
  const { file, read, settings } = request;
  const bytes = await bytesFor(targets, request, "parameters");
  const unsigned = targets.map((target) => {
    const demand = { rule: parametersRuleOf(...ruleArguments(target)), ...demandOf(target) };
    return parametersRecord(bytes, file, read, demand, settings);
  });
  return await signSeries(SAMPLES_RECORD, targets, request, bytes, unsigned, NO_CHANNEL);
}

/** The raw file of a series for claims of this kind. */
async function bytesFor(
  targets: readonly Target[],
  { sourceKey, file }: SeriesImport,
  kind: KindName,
): Promise<Uint8Array> {
  requireRole(sourceKey, "source");
  for (const { claim } of targets) refuseOtherKind(claim, file, kind);
  return await readBytes(file);
}

/**
 * Imports a laboratory's results for a quality claim, signs the complete set and keeps the untouched file. Results out of
 * specification are imported too, so that `check` can name them. Errors: `key-role`, `claim-kind`, those of `resultSet` and
 * of the batch folder.
 */
export async function importResults(request: ResultsImport): Promise<Imported> {
  const { batch, claim, file, labKey, reported } = request;
  requireRole(labKey, "lab");
  refuseOtherKind(claim, file, "quality");
  const bytes = await readBytes(file);
  const demand = {
    rule: qualityRuleOf(...ruleArguments(request)),
    analytes: claimedAnalytes(batch.policy, claim.index),
    lot: batch.lot,
  };
  const { set: unsalted, summary } = resultSet(bytes, file, demand, reported);
  const { record, message } = prepareRecord(RESULTS_RECORD, batch, claim.claim, { unsalted });
  const rawFile = basename(file);
  // Two imports at once would keep the raw file of one and the record of the other; a series has its journal's lock.
  return await withLock(join(batch.dir, LOCK_FILE), async () => {
    await keepEvidence(batch, rawFile, bytes);
    await writeRecord(RESULTS_RECORD, batch, claim.claim, {
      claim: claim.claim.id,
      unsalted,
      rawFile,
      signer: labKey.description.public,
      signature: labKey.sign(message),
    });
    return { attempt: 0, record, summary };
  });
}

function ruleArguments({ batch, claim: { claim, index } }: Target): Parameters<typeof temperatureRuleOf> {
  return [batch.policy, index, batch.secrets.ruleSalt(claim.id)];
}

function requireRole({ description }: UnlockedKey, role: KeyRole): void {
  if (description.role === role) return;
  throw inputError(`This is signed by a ${role}, and this key is a ${description.role}'s.`, {
    code: "key-role",
    remedy: `Use a key with the role ${role}.`,
  });
}

function refuseOtherKind({ claim }: IndexedClaim, file: string, kind: KindName): void {
  if (claim.kind === kind) return;
  throw inputError(`Claim ${claim.id} is about ${claim.kind}; this file is evidence for ${kind}.`, {
    code: "claim-kind",
    place: file,
    remedy: "Name the claim that the file is evidence for.",
  });
}

function demandOf({ batch, claim: { claim } }: Target) {
  return {
    period: stagePeriod(batch, claim.stage),
    lot: batch.lot,
    circuits: claim.circuits.map((name) => circuitNamed(name)),
  };
}

/**
 * A record of a device that its stage does not name, or that is not registered, could never be proven. Error `device`; a
 * folder without a party list has nothing to compare.
 */
function refuseOtherDevice({ dir, stages, parties }: Batch, index: number, device: DeviceId, file: string): void {
  const hash = deviceHash(device);
  const { name, devices } = stages[index] ?? { name: "", devices: [] };
  const others = devices.map(deviceText);
  const named = deviceText(device);
  const refuse = (problem: string, remedy: string): never => {
    const { vendor, model, serial } = device;
    throw inputError(`The file is of ${vendor}, ${model}, serial ${serial}: ${problem}.`, {
      code: "device",
      place: file,
      remedy,
    });
  };
  if (!devices.some((each) => deviceHash(each) === hash)) {
    refuse(
      `stage ${name} names ${others.length === 0 ? "no device" : `${others.map((each) => `"${each}"`).join(", ")} and not this one`}`,
      index === 0
        ? "Import the file of a device that the stage names; the opening fixed them, and the owner alone replaces it: " +
            `\`${commandOf("replace-opening", dir, "--device", named, "--reason", "TEXT")}\`.`
        : "Import the file of a device that the stage names, or name all its devices: " +
            `\`${commandOf("stage", dir, name, ...[...others, named].flatMap((each) => ["--device", each]))}\`.`,
    );
  }
  const isListed = parties?.some((party) => party.role === "device" && deviceHash(party.device) === hash);
  if (isListed === false) {
    refuse(
      "the party list does not hold it",
      "Have it added to the list and published: " +
        `\`${commandOf("party", "add", "PARTIES", "--device", named, "--org", "ORG", "--name", "NAME", "--from", "TIME", "--to", "TIME")}\`.`,
    );
  }
}

/** A device as --device takes it. */
function deviceText({ vendor, model, serial }: DeviceId): string {
  return `${vendor}|${model}|${serial}`;
}

/** A canonical record before a source has numbered and signed it. */
interface Unsigned<H, R> {
  readonly header: Omit<H, "attempt">;
  readonly rows: readonly R[];
  readonly device: DeviceId;
  readonly measured: Measured;
  readonly summary: readonly string[];
}

/** A record that is numbered, and the entry under which it is journaled. */
interface Numbered<H, R> extends Target {
  readonly content: SeriesContent<H, R>;
  readonly message: bigint;
  readonly entry: JournalEntry;
  readonly isKnown: boolean;
  readonly summary: readonly string[];
}

/** Signs one record for each target: all are known to be good, and numbered, before anything is journaled or written. */
async function signSeries<H extends SeriesHeader, R>(
  form: SeriesForm<H, R>,
  targets: readonly Target[],
  request: SeriesImport,
  bytes: Uint8Array,
  unsigned: readonly Unsigned<H, R>[],
  channel: number,
): Promise<Imported[]> {
  const rawFile = basename(request.file);
  refuseRepeated(targets);
  for (const [i, { batch, claim }] of targets.entries()) {
    const device = unsigned[i]?.device;
    if (device !== undefined) refuseOtherDevice(batch, claim.claim.stage, device, request.file);
  }
  const journal = await openJournal(request.journalPath, request.sourceKey.description.public);
  try {
    return await withLocks(
      targets.map(({ batch }) => join(batch.dir, LOCK_FILE)),
      async () => {
        const missing = new Set<Batch>();
        for (const { batch } of targets) if (!(await isKept(batch, rawFile, bytes))) missing.add(batch);
        const numbered = targets.flatMap((target, i) => {
          const record = unsigned[i];
          return record === undefined ? [] : [number(form, journal, target, record, request, channel)];
        });
        for (const { entry } of numbered) journal.refuse(entry);
        for (const { entry, isKnown } of numbered) if (!isKnown) await journal.append(entry);
        const imported: Imported[] = [];
        for (const each of numbered) {
          if (missing.has(each.batch)) await writeEvidence(each.batch, rawFile, bytes);
          imported.push(await writeSeries(form, each, request.sourceKey, rawFile));
        }
        return imported;
      },
    );
  } finally {
    journal.close();
  }
}

function refuseRepeated(targets: readonly Target[]): void {
  const batches = targets.map(({ batch }) => batch.commitments.batch);
  const twice = targets.find((_, i) => batches.indexOf(batches[i] ?? 0n) !== i);
  if (twice === undefined) return;
  throw inputError("Two of the folders are of one batch.", {
    code: "batch-twice",
    place: twice.batch.dir,
    remedy: "Name one folder of each batch.",
  });
}

function number<H extends SeriesHeader, R>(
  form: SeriesForm<H, R>,
  journal: Journal,
  target: Target,
  { header: unnumbered, rows, measured, summary }: Unsigned<H, R>,
  { settings, sourceKey, reason, now }: SeriesImport,
  channel: number,
): Numbered<H, R> {
  const { batch, claim } = target;
  const { stage } = claim.claim;
  const { start, end } = stagePeriod(batch, stage);
  const key: JournalKey = { batch: batch.commitments.batch, stage, channel, slot: ANY_DEVICE };
  const { deviceHash: device, zoneChanged } = unnumbered as H;
  const secret = sourceKey.journalSecret;
  const digested = (readings: Measured["readings"]): Remembered =>
    remembered(secret, device, measured.channels, readings);
  const evidence = {
    device,
    settings: settingsDigest(secret, [settings.clockError, settings.bucket, Number(zoneChanged), start, end]),
    measured: digested(measured.readings),
  };
  const { attempt, contradiction } = journal.attemptOf(key, {
    ...evidence,
    within: ({ from, to }) => digested(measured.whole.filter(({ time }) => time >= from && time <= to)),
  });
  const content = { header: { ...unnumbered, attempt: BigInt(attempt) } as H, rows };
  const { record, message } = prepareRecord(form, batch, claim.claim, content);
  const contradicts = contradiction === undefined ? {} : { contradicts: contradiction.index };
  return {
    ...target,
    content,
    message,
    entry: { ...key, ...evidence, record, attempt, ...contradicts, reason, at: formatTime(now) },
    isKnown: journal.has({ ...key, record, attempt }),
    summary: [...summary, ...(contradiction === undefined ? [] : [shownContradiction(contradiction)])],
  };
}

/** A claim does not say which of its stage's devices it is about. */
const ANY_DEVICE = 0;

async function writeSeries<H extends SeriesHeader, R>(
  form: SeriesForm<H, R>,
  { batch, claim: { claim }, content, entry: { record, attempt }, message, summary }: Numbered<H, R>,
  sourceKey: UnlockedKey,
  rawFile: string,
): Promise<Imported> {
  await writeRecord(form, batch, claim, {
    claim: claim.id,
    ...content,
    rawFile,
    signer: sourceKey.description.public,
    signature: record === NO_RECORD ? UNSIGNED : sourceKey.sign(message),
  });
  return { attempt, record, summary };
}
