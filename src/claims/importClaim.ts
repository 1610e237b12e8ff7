import { basename } from "node:path";
import { claimOf, readBatch, type Batch } from "../batch/folder.ts";
import { batchCommitments, stagePeriod } from "../batch/commitments.ts";
import { keepEvidence, NO_RECORD, prepareRecord, UNSIGNED, writeRecord, type PreparedRecord } from "../batch/record.ts";
import { circuitNamed } from "../circuits.ts";
import { inputError } from "../errors.ts";
import { CHANNEL } from "../formats/constants.ts";
import type { RecordHeader } from "../formats/record.ts";
import { readBytes } from "../input/files.ts";
import { formatTime } from "../input/times.ts";
import type { SeriesReader } from "../import/loggerSeries.ts";
import { temperatureRecord, type ImportSettings, type UnsignedRecord } from "../import/temperatureRecord.ts";
import { openJournal, type Journal, type JournalKey } from "../parties/journal.ts";
import type { UnlockedKey } from "../parties/keys.ts";
import { deriveRule } from "../policy/rule.ts";

export interface ImportRequest {
  readonly dir: string;
  readonly claimId: string;
  readonly file: string;
  /** Reads the file's format: `fridgetagReader`, `csvReader`. */
  readonly read: SeriesReader;
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

export interface Imported {
  readonly attempt: number;
  /** Public signal `record`; NO_RECORD where a reading lies so far outside the limits that no record can hold it. */
  readonly record: bigint;
  readonly summary: readonly string[];
}

/**
 * Imports a raw file for one claim: reads and verifies it, makes the record, journals it, signs it, and keeps the
 * untouched file in `evidence/`. Nothing is written before everything is known to be good. A reading outside the limits
 * is imported too, so that `check` can name it. Importing the same file again in the same way is no new attempt. Errors:
 * `key-role`, `batch-stage` (the stage has no times yet), those of `temperatureRecord`, of the journal and of the batch
 * folder.
 */
export async function importFile(request: ImportRequest): Promise<Imported> {
  const { dir, claimId, file, sourceKey } = request;
  if (sourceKey.description.role !== "source") {
    throw inputError("Records are signed by a source, and this key is not a source's.", {
      code: "key-role",
      remedy: "Use a key with the role source.",
    });
  }
  const batch = await readBatch(dir);
  const { claim, index } = claimOf(batch, claimId);
  const rule = deriveRule(batch.policy, index, batch.secrets.ruleSalt(claim.id));
  const bytes = await readBytes(file);
  const demand = {
    rule,
    period: stagePeriod(batch, claim.stage),
    lot: batch.lot,
    circuits: claim.circuits.map((name) => circuitNamed(name)),
  };
  const unsigned = temperatureRecord(bytes, file, request.read, demand, request.settings);

  const key: JournalKey = {
    batch: batchCommitments(batch).batch,
    stage: claim.stage,
    channel: CHANNEL.temperature.code,
    device: unsigned.header.deviceHash,
  };
  const journal = await openJournal(request.journalPath);
  try {
    const { header, record, message } = await journalRecord(journal, key, batch, claimId, unsigned, request);
    const rawFile = basename(file);
    await keepEvidence(batch, rawFile, bytes);
    await writeRecord(batch, {
      claim: claimId,
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

interface NumberedRecord extends PreparedRecord {
  readonly header: RecordHeader;
}

/** Finds the record in the journal, or appends it as the next attempt, before anything is signed. */
async function journalRecord(
  journal: Journal,
  key: JournalKey,
  batch: Batch,
  claimId: string,
  unsigned: UnsignedRecord,
  { reason, now }: ImportRequest,
): Promise<NumberedRecord> {
  const attempt = journal.nextAttempt(key);
  if (attempt > 0) {
    const earlier = numbered(batch, claimId, unsigned, attempt - 1);
    if (earlier.record !== NO_RECORD && journal.find(earlier.record) !== undefined) return earlier;
  }
  const next = numbered(batch, claimId, unsigned, attempt);
  await journal.append({ ...key, record: next.record, attempt, reason, at: formatTime(now) });
  return next;
}

function numbered(batch: Batch, claimId: string, unsigned: UnsignedRecord, attempt: number): NumberedRecord {
  const header = { ...unsigned.header, attempt: BigInt(attempt) };
  return { header, ...prepareRecord(batch, claimId, { header, rows: unsigned.rows }) };
}
