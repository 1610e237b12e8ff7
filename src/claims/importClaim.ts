import { basename, join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import { stagePeriod } from "../batch/commitments.ts";
import { keepEvidence } from "../batch/evidenceFiles.ts";
import { LOCK_FILE } from "../batch/paths.ts";
import { prepareRecord, writeRecord } from "../batch/recordStore.ts";
import { commandOf } from "../commandLine.ts";
import { inputError } from "../errors.ts";
import { CHANNEL, NO_CHANNEL, type KindName } from "../formats/constants.ts";
import { deviceHash, type DeviceId } from "../formats/identity.ts";
import type { SamplesReader, SeriesReader } from "../import/loggerSeries.ts";
import { parametersRecord } from "../import/parametersRecord.ts";
import { resultSet } from "../import/resultsCsv.ts";
import type { ImportSettings } from "../import/seriesRecord.ts";
import { temperatureRecord } from "../import/temperatureRecord.ts";
import { readBytes } from "../input/files.ts";
import { withLock } from "../input/lock.ts";
import { formatTime } from "../input/times.ts";
import { circuitNamed } from "../kinds/circuits.ts";
import { SAMPLES_RECORD } from "../kinds/parameters/record.ts";
import { parametersRuleOf } from "../kinds/parameters/rule.ts";
import { RESULTS_RECORD } from "../kinds/quality/record.ts";
import { claimedAnalytes, qualityRuleOf } from "../kinds/quality/rule.ts";
import type { Prepared } from "../kinds/recordForm.ts";
import { NO_RECORD, UNSIGNED, type SeriesForm, type SeriesHeader } from "../kinds/series/record.ts";
import { READINGS_RECORD } from "../kinds/temperature/record.ts";
import { temperatureRuleOf } from "../kinds/temperature/rule.ts";
import { openJournal, type Journal, type JournalKey } from "../parties/journal.ts";
import type { KeyRole } from "../formats/constants.ts";
import type { UnlockedKey } from "../parties/keys.ts";
import type { Claim, IndexedClaim } from "../policy/document.ts";

/** What every import is told. */
interface Import {
  readonly batch: Batch;
  /** The claim that the file is evidence for. */
  readonly claim: IndexedClaim;
  readonly file: string;
}

/** The import of a series: who signs it, and where its attempts are counted. */
interface SeriesImport extends Import {
  readonly settings: ImportSettings;
  /** The site's source key, which signs the record. */
  readonly sourceKey: UnlockedKey;
  /** The source's append-only journal. */
  readonly journalPath: string;
  /** Why a further record is made; needed from the second attempt on. */
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
 * Imports a raw file of readings for a temperature claim: reads and verifies it, makes the record, journals it, signs it,
 * and keeps the untouched file in `evidence/`. Nothing is written before everything is known to be good. A reading outside
 * the limits is imported too, so that `check` can name it. Importing the same file again in the same way is no new attempt.
 * Errors: `key-role`, `claim-kind`, `batch-stage` (the stage has no times yet), `device` (not named by the stage, or not in
 * the party list), those of `temperatureRecord`, of the
 * journal and of the batch folder.
 */
export async function importReadings(request: ReadingsImport): Promise<Imported> {
  requireRole(request.sourceKey, "source");
  refuseOtherKind(request, "temperature");
  const { batch, claim, file, read, settings } = request;
  const bytes = await readBytes(file);
  const demand = { rule: temperatureRuleOf(...ruleArguments(request)), ...demandOf(batch, claim.claim) };
  const unsigned = temperatureRecord(bytes, file, read, demand, settings);
  return await signSeries(READINGS_RECORD, request, bytes, unsigned, CHANNEL.temperature.code);
}

/** As `importReadings`, of samples of several channels for a parameters claim. Errors: also those of `parametersRecord`. */
export async function importSamples(request: SamplesImport): Promise<Imported> {
  requireRole(request.sourceKey, "source");
  refuseOtherKind(request, "parameters");
  const { batch, claim, file, read, settings } = request;
  const bytes = await readBytes(file);
  const demand = { rule: parametersRuleOf(...ruleArguments(request)), ...demandOf(batch, claim.claim) };
  const unsigned = parametersRecord(bytes, file, read, demand, settings);
  return await signSeries(SAMPLES_RECORD, request, bytes, unsigned, NO_CHANNEL);
}

/**
 * Imports a laboratory's results for a quality claim, signs the complete set and keeps the untouched file. Results out of
 * specification are imported too, so that `check` can name them. Errors: `key-role`, `claim-kind`, those of `resultSet` and
 * of the batch folder.
 */
export async function importResults(request: ResultsImport): Promise<Imported> {
  const { batch, claim, file, labKey, reported } = request;
  requireRole(labKey, "lab");
  refuseOtherKind(request, "quality");
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

function ruleArguments({ batch, claim: { claim, index } }: Import): Parameters<typeof temperatureRuleOf> {
  return [batch.policy, index, batch.secrets.ruleSalt(claim.id)];
}

function requireRole({ description }: UnlockedKey, role: KeyRole): void {
  if (description.role === role) return;
  throw inputError(`This is signed by a ${role}, and this key is a ${description.role}'s.`, {
    code: "key-role",
    remedy: `Use a key with the role ${role}.`,
  });
}

function refuseOtherKind({ claim: { claim }, file }: Import, kind: KindName): void {
  if (claim.kind === kind) return;
  throw inputError(`Claim ${claim.id} is about ${claim.kind}; this file is evidence for ${kind}.`, {
    code: "claim-kind",
    place: file,
    remedy: "Name the claim that the file is evidence for.",
  });
}

function demandOf(batch: Batch, claim: Claim) {
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
  readonly summary: readonly string[];
}

async function signSeries<H extends SeriesHeader, R>(
  form: SeriesForm<H, R>,
  request: SeriesImport,
  bytes: Uint8Array,
  unsigned: Unsigned<H, R>,
  channel: number,
): Promise<Imported> {
  const { batch, sourceKey, file } = request;
  const { claim } = request.claim;
  refuseOtherDevice(batch, claim.stage, unsigned.device, file);
  const key: JournalKey = {
    batch: batch.commitments.batch,
    stage: claim.stage,
    channel,
    device: (unsigned.header as H).deviceHash,
  };
  const number = (attempt: number): NumberedRecord<H> => {
    const header = { ...unsigned.header, attempt: BigInt(attempt) } as H;
    return { header, ...prepareRecord(form, batch, claim, { header, rows: unsigned.rows }) };
  };
  const journal = await openJournal(request.journalPath);
  try {
    const { header, record, message } = await journalRecord(journal, key, number, request);
    const rawFile = basename(file);
    await keepEvidence(batch, rawFile, bytes);
    await writeRecord(form, batch, claim, {
      claim: claim.id,
      header,
      rows: unsigned.rows,
      rawFile,
      signer: sourceKey.description.public,
      signature: record === NO_RECORD ? UNSIGNED : sourceKey.sign(message),
    });
    return { attempt: Number(header.attempt), record, summary: unsigned.summary };
  } finally {
    journal.close();
  }
}

interface NumberedRecord<H> extends Prepared {
  readonly header: H;
}

/** Finds the record in the journal, or appends it as the next attempt, before anything is signed. */
async function journalRecord<H>(
  journal: Journal,
  key: JournalKey,
  number: (attempt: number) => NumberedRecord<H>,
  { reason, now }: SeriesImport,
): Promise<NumberedRecord<H>> {
  const attempt = journal.nextAttempt(key);
  if (attempt > 0) {
    const earlier = number(attempt - 1);
    if (earlier.record !== NO_RECORD && journal.find(earlier.record) !== undefined) return earlier;
  }
  const next = number(attempt);
  await journal.append({ ...key, record: next.record, attempt, reason, at: formatTime(now) });
  return next;
}
