import { basename } from "node:path";
import type { Batch } from "../batch/batchFile.ts";
import { claimOf, readBatch } from "../batch/folder.ts";
import { batchCommitments, stagePeriod } from "../batch/commitments.ts";
import { keepEvidence } from "../batch/evidenceFiles.ts";
import { NO_RECORD, prepareRecord, UNSIGNED, writeRecord, type PreparedRecord } from "../batch/record.ts";
import { READINGS_RECORD, SAMPLES_RECORD, type RecordFormat, type SeriesHeader } from "../batch/recordFormat.ts";
import { prepareSet, writeResults } from "../batch/resultsRecord.ts";
import { circuitNamed } from "../circuits.ts";
import { inputError } from "../errors.ts";
import { CHANNEL, NO_CHANNEL, type KindName } from "../formats/constants.ts";
import { readBytes } from "../input/files.ts";
import { formatTime } from "../input/times.ts";
import type { SamplesReader, SeriesReader } from "../import/loggerSeries.ts";
import { parametersRecord } from "../import/parametersRecord.ts";
import { resultSet } from "../import/resultsCsv.ts";
import type { ImportSettings } from "../import/seriesRecord.ts";
import { temperatureRecord } from "../import/temperatureRecord.ts";
import { openJournal, type Journal, type JournalKey } from "../parties/journal.ts";
import type { KeyRole, UnlockedKey } from "../parties/keys.ts";
import type { PolicyClaim } from "../policy/policy.ts";
import { analytesOf } from "../policy/quality.ts";
import { parametersRuleOf, qualityRuleOf, temperatureRuleOf } from "../policy/rule.ts";

/** What every import is told. */
interface Import {
  readonly dir: string;
  readonly claimId: string;
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
 * Errors: `key-role`, `claim-kind`, `batch-stage` (the stage has no times yet), those of `temperatureRecord`, of the
 * journal and of the batch folder.
 */
export async function importReadings(request: ReadingsImport): Promise<Imported> {
  requireRole(request.sourceKey, "source");
  const { batch, claim, index } = await claimOfKind(request, "temperature");
  const bytes = await readBytes(request.file);
  const demand = {
    rule: temperatureRuleOf(batch.policy, index, batch.secrets.ruleSalt(claim.id)),
    ...demandOf(batch, claim),
  };
  const unsigned = temperatureRecord(bytes, request.file, request.read, demand, request.settings);
  return await signSeries(READINGS_RECORD, batch, claim, request, bytes, unsigned, CHANNEL.temperature.code);
}

/** As `importReadings`, of samples of several channels for a parameters claim. Errors: also those of `parametersRecord`. */
export async function importSamples(request: SamplesImport): Promise<Imported> {
  requireRole(request.sourceKey, "source");
  const { batch, claim, index } = await claimOfKind(request, "parameters");
  const bytes = await readBytes(request.file);
  const demand = {
    rule: parametersRuleOf(batch.policy, index, batch.secrets.ruleSalt(claim.id)),
    ...demandOf(batch, claim),
  };
  const unsigned = parametersRecord(bytes, request.file, request.read, demand, request.settings);
  return await signSeries(SAMPLES_RECORD, batch, claim, request, bytes, unsigned, NO_CHANNEL);
}

/**
 * Imports a laboratory's results for a quality claim, signs the complete set and keeps the untouched file. Results out of
 * specification are imported too, so that `check` can name them. Errors: `key-role`, `claim-kind`, those of `resultSet` and
 * of the batch folder.
 */
export async function importResults(request: ResultsImport): Promise<Imported> {
  const { claimId, file, labKey, reported } = request;
  requireRole(labKey, "lab");
  const { batch, claim, index } = await claimOfKind(request, "quality");
  const bytes = await readBytes(file);
  const demand = {
    rule: qualityRuleOf(batch.policy, index, batch.secrets.ruleSalt(claimId)),
    analytes: analytesOf(claim.rule),
    lot: batch.lot,
  };
  const { set, summary } = resultSet(bytes, file, demand, reported);
  const { record, message } = prepareSet(batch, claimId, set);
  const rawFile = basename(file);
  await keepEvidence(batch, rawFile, bytes);
  const signed = { lab: labKey.description.public, signature: labKey.sign(message) };
  await writeResults(batch, { claim: claimId, set, rawFile, ...signed });
  return { attempt: 0, record, summary };
}

function requireRole({ description }: UnlockedKey, role: KeyRole): void {
  if (description.role === role) return;
  throw inputError(`This is signed by a ${role}, and this key is a ${description.role}'s.`, {
    code: "key-role",
    remedy: `Use a key with the role ${role}.`,
  });
}

async function claimOfKind<K extends KindName>(
  { dir, claimId, file }: Import,
  kind: K,
): Promise<{ batch: Batch; claim: Extract<PolicyClaim, { readonly kind: K }>; index: number }> {
  const batch = await readBatch(dir);
  const { claim, index } = claimOf(batch, claimId);
  if (isKind(claim, kind)) return { batch, claim, index };
  throw inputError(`Claim ${claimId} is about ${claim.kind}; this file is evidence for ${kind}.`, {
    code: "claim-kind",
    place: file,
    remedy: "Name the claim that the file is evidence for.",
  });
}

function isKind<K extends KindName>(claim: PolicyClaim, kind: K): claim is Extract<PolicyClaim, { readonly kind: K }> {
  return claim.kind === kind;
}

function demandOf(batch: Batch, claim: PolicyClaim) {
  return {
    period: stagePeriod(batch, claim.stage),
    lot: batch.lot,
    circuits: claim.circuits.map((name) => circuitNamed(name)),
  };
}

/** A canonical record before a source has numbered and signed it. */
interface Unsigned<H, R> {
  readonly header: Omit<H, "attempt">;
  readonly rows: readonly R[];
  readonly summary: readonly string[];
}

async function signSeries<H extends SeriesHeader, R extends { readonly dt: number }>(
  format: RecordFormat<H, R>,
  batch: Batch,
  claim: PolicyClaim,
  request: SeriesImport,
  bytes: Uint8Array,
  unsigned: Unsigned<H, R>,
  channel: number,
): Promise<Imported> {
  const { sourceKey, file } = request;
  const key: JournalKey = {
    batch: batchCommitments(batch).batch,
    stage: claim.stage,
    channel,
    device: (unsigned.header as H).deviceHash,
  };
  const number = (attempt: number): NumberedRecord<H> => {
    const header = { ...unsigned.header, attempt: BigInt(attempt) } as H;
    return { header, ...prepareRecord(format, batch, claim.id, { header, rows: unsigned.rows }) };
  };
  const journal = await openJournal(request.journalPath);
  try {
    const { header, record, message } = await journalRecord(journal, key, number, request);
    const rawFile = basename(file);
    await keepEvidence(batch, rawFile, bytes);
    await writeRecord(format, batch, {
      claim: claim.id,
      header,
      rows: unsigned.rows,
      rawFile,
      source: sourceKey.description.public,
      signature: record === NO_RECORD ? UNSIGNED : sourceKey.sign(message),
    });
    return { attempt: Number(header.attempt), record, summary: unsigned.summary };
  } finally {
    journal.close();
  }
}

interface NumberedRecord<H> extends PreparedRecord {
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
