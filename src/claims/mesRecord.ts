import { join } from "node:path";
import {
  mesExceptionsText,
  readMesExceptions,
  writeMesExceptions,
  type BatchException,
  type KeptMesExceptions,
  type MesExceptions,
} from "../batch/mesExceptions.ts";
import { LOCK_FILE } from "../batch/paths.ts";
import { isKept, keepEvidence, rawToKeep } from "../batch/evidenceFiles.ts";
import type { ExceptionCategoryName } from "../formats/codes.ts";
import { inputError } from "../errors.ts";
import { toHex } from "../formats/field.ts";
import { bytesHash } from "../formats/identity.ts";
import {
  oneOf,
  readBatchml,
  shownText,
  type MesComment,
  type MesException,
  type MesSignature,
  type MesTime,
  type ProductionRecord,
} from "../import/batchml.ts";
import { MAX_XML_BYTES } from "../import/xml.ts";
import { readBytes } from "../input/files.ts";
import { withLock } from "../input/lock.ts";
import type { Batch } from "../batch/batch.ts";

/** Severity of the MES's risks: 1 minor, 2 major, 3 critical. */
const SEVERITY = { None: 1, Low: 1, Medium: 2, High: 3 } as const;
const RISKS = ["None", "Low", "Medium", "High"] as const;
/** Only the last one is an end: what is to be closed is not closed. */
const STATUSES = ["Open", "To be closed", "Closed"] as const;
const CLOSED = "Closed";
/** A control limit of a phase was violated; or a person recorded the exception, about anything. */
const CATEGORY = { "Out of spec": "parameter", Manual: "other" } as const satisfies Record<
  string,
  ExceptionCategoryName
>;
const CATEGORIES = ["Out of spec", "Manual"] as const;

type Risk = (typeof RISKS)[number];
type Status = (typeof STATUSES)[number];

/** Whether something carries both signatures. */
interface Standing {
  /** When the second of them was made; absent while it is not accepted. */
  readonly accepted?: MesTime;
  /** What is missing, if it is not accepted. */
  readonly missing?: string;
}

/** A comment's proposal, in known words. */
interface Proposal extends Standing {
  readonly id: string;
  readonly time: MesTime;
  readonly risk?: Risk;
  readonly status?: Status;
}

/**
 * The exceptions of a production record as exceptions of the batch. Risk and status are those the exception was recorded
 * with, changed by each comment that proposes others and carries both signatures: entered by its author, and then
 * accepted by another person. An exception is closed only if it carries both signatures itself, such a proposal has
 * closed it, and no later proposal waits; a status "Closed" that no signed proposal led to closes nothing. Error
 * `mes-word`: a risk, status or category that is not known.
 */
export function judgeExceptions({ exceptions, comments, signatures }: ProductionRecord): BatchException[] {
  return exceptions.map((exception) => {
    const on = (kind: MesSignature["target"]["kind"], id: string): MesSignature[] =>
      signatures.filter(({ target }) => target.kind === kind && target.id === id);
    const proposals = comments
      .filter(({ target }) => target === exception.id)
      .map((comment) => proposalOf(comment, on("comment", comment.id)));
    return judge(exception, standingOf(exception.persons, on("exception", exception.id)), proposals);
  });
}

function judge(exception: MesException, own: Standing, proposals: readonly Proposal[]): BatchException {
  const accepted = proposals
    .flatMap((proposal) => (proposal.accepted === undefined ? [] : [{ ...proposal, at: proposal.accepted.ms }]))
    .sort((a, b) => a.at - b.at);
  const waiting = proposals.filter((proposal) => proposal.accepted === undefined && proposes(proposal));
  const recordedRisk = oneOf(exception.risk, RISKS, "risk");
  const recordedStatus = oneOf(exception.status, STATUSES, "status");
  const risk = accepted.findLast((proposal) => proposal.risk !== undefined)?.risk ?? recordedRisk;
  const deciding = accepted.findLast((proposal) => proposal.status !== undefined);
  const status = deciding?.status ?? recordedStatus;
  const closing = deciding?.status === CLOSED ? deciding : undefined;
  const undecided = waiting.filter(({ time }) => closing === undefined || time.ms >= closing.time.ms);
  const missing = [
    ...(own.missing === undefined ? [] : [`the exception itself: ${own.missing}`]),
    ...(closing === undefined ? [notClosed(status)] : []),
    ...undecided.map(
      (proposal) => `comment ${proposal.id}, which proposes ${wordsOf(proposal)}: ${proposal.missing ?? ""}`,
    ),
  ];
  const category = oneOf(exception.category, CATEGORIES, "category");
  return {
    id: exception.id,
    category: CATEGORY[category],
    severity: SEVERITY[risk],
    state: missing.length === 0 ? "closed" : "open",
    missing,
    mes: { category, risk, status },
    element: exception.element,
  };
}

function notClosed(status: Status): string {
  return status === CLOSED
    ? "its status is Closed, but no accepted proposal closed it"
    : `its status is ${status}; an accepted proposal to close it is missing`;
}

function proposalOf(comment: MesComment, signatures: readonly MesSignature[]): Proposal {
  const { id, time, risk, status } = comment;
  return {
    id,
    time,
    ...(risk === undefined ? {} : { risk: oneOf(risk, RISKS, "risk") }),
    ...(status === undefined ? {} : { status: oneOf(status, STATUSES, "status") }),
    ...standingOf([comment.person], signatures),
  };
}

function proposes({ risk, status }: Proposal): boolean {
  return risk !== undefined || status !== undefined;
}

function wordsOf({ risk, status }: Proposal): string {
  const words = [risk === undefined ? [] : [`risk ${risk}`], status === undefined ? [] : [`status ${status}`]];
  return words.flat().join(", ");
}

/**
 * Judges the signatures under an exception or a comment: entered by one of the persons it names, and accepted, not
 * before that, by a person who has not entered it.
 */
function standingOf(persons: readonly string[], signatures: readonly MesSignature[]): Standing {
  const authors = new Set(persons.map(sameName));
  const entered = signatures.filter(({ meaning, person }) => meaning === "entered" && authors.has(sameName(person)));
  const [first] = entered.map(({ time }) => time.ms).sort((a, b) => a - b);
  if (first === undefined) return { missing: "the signature of who entered it is missing" };
  const approvals = signatures.filter(({ meaning }) => meaning === "accepted");
  if (approvals.length === 0) return { missing: "the approval signature of a second person is missing" };
  const enterers = new Set(
    signatures.filter(({ meaning }) => meaning === "entered").map(({ person }) => sameName(person)),
  );
  const second = approvals.filter(({ person }) => !enterers.has(sameName(person)));
  if (second.length === 0) return { missing: "its approval signature is by the person who entered it" };
  const [accepted] = second.filter(({ time }) => time.ms >= first).sort((a, b) => a.time.ms - b.time.ms);
  return accepted === undefined
    ? { missing: "its approval signature was made before it was entered" }
    : { accepted: accepted.time };
}

/** Two spellings of one name are one person: a wrong "same" leaves an exception open, a wrong "other" would close it. */
function sameName(person: string): string {
  return person.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, " ").trim();
}

export interface MesImport {
  readonly batch: Batch;
  readonly file: string;
  /** The MES's own number of the batch, where it is not the lot number; the record's id, where it names no batch. */
  readonly batchId?: string;
  /** Everything is done but writing. */
  readonly dryRun?: boolean;
}

/** What an import has read; exceptions that block release come first. */
export interface ImportedMesRecord {
  readonly record: ProductionRecord;
  readonly exceptions: readonly BatchException[];
}

/**
 * Imports an MES's production record: reads it whole, maps its exceptions, keeps the untouched file in `evidence/` and
 * the exceptions in `mes-exceptions.json`. Nothing is written before everything is known to be good. A later export of
 * the same record replaces an earlier one, but can lose no exception.
 * Errors: `record-lot` (of another batch), `mes-record` (another record than the one imported before), `mes-older` (or it is not
 * known which is the later), `mes-lost` (an exception of the earlier export is not in this one), those of `readBatchml`, `judgeExceptions`,
 * and `keepEvidence`.
 */
export async function importMesRecord({ batch, file, batchId, dryRun = false }: MesImport): Promise<ImportedMesRecord> {
  const bytes = await readBytes(file, { limit: MAX_XML_BYTES });
  const record = readBatchml(bytes, file);
  if (record.batchId.text !== (batchId ?? batch.lot)) {
    throw inputError(`The record is of another batch: "${shownText(record.batchId.text)}".`, {
      place: record.batchId.place,
      remedy:
        "Import this batch's record; where the MES has its own number for the lot, or names no batch but the record alone, " +
        "name that with --batch-id.",
      code: "record-lot",
    });
  }
  const kept = rawToKeep({ file, bytes });
  const made = fileOf(record, kept.name, bytes);
  mesExceptionsText(made); // what could not be read back is refused before anything is written
  const refuse = async (): Promise<void> => {
    const earlier = await readMesExceptions(batch);
    if (earlier !== undefined && earlier.file.rawFileHash !== made.rawFileHash) {
      refuseStepBack(earlier, record, made, file);
    }
  };
  const imported = { record, exceptions: blockingFirst(made.exceptions) };
  if (dryRun) {
    await refuse();
    await isKept(batch, kept);
    return imported;
  }
  return withLock(join(batch.dir, LOCK_FILE), async () => {
    await refuse();
    await keepEvidence(batch, kept);
    await writeMesExceptions(batch, made);
    return imported;
  });
}

function fileOf(record: ProductionRecord, rawFile: string, bytes: Uint8Array): MesExceptions {
  return {
    format: "batchproof-mes-exceptions/1",
    record: record.id,
    batchId: record.batchId.text,
    ...(record.changed === undefined ? {} : { changed: record.changed.text }),
    rawFile,
    rawFileHash: toHex(bytesHash(bytes)),
    exceptions: judgeExceptions(record),
  };
}

/** What the folder's list must say, from the raw file beside it. */
export function judgedAnew({ file: { rawFile }, raw }: KeptMesExceptions): MesExceptions {
  return fileOf(readBatchml(raw, `evidence/${rawFile}`), rawFile, raw);
}

/** A second import must not make an exception disappear. */
function refuseStepBack(earlier: KeptMesExceptions, record: ProductionRecord, made: MesExceptions, file: string): void {
  const before = readBatchml(earlier.raw, `evidence/${earlier.file.rawFile}`);
  if (made.record !== before.id) {
    throw inputError("Another production record was imported for this batch.", {
      place: file,
      remedy: "A batch has one production record: export that one again.",
      code: "mes-record",
    });
  }
  if (record.changed === undefined || before.changed === undefined) {
    throw inputError(
      "Which of two exports of this record is the later is not known: one does not say when it was changed.",
      {
        place: file,
        remedy: "Export the record again, with its last change (LastChangedDate).",
        code: "mes-older",
      },
    );
  }
  if (record.changed.ms < before.changed.ms) {
    throw inputError("A later export of this record was imported already.", {
      place: file,
      remedy: "Export the record again.",
      code: "mes-older",
    });
  }
  const lost = before.exceptions.find(({ id }) => !made.exceptions.some((exception) => exception.id === id));
  if (lost !== undefined) {
    throw inputError(`Exception ${lost.id} of the earlier export is not in this one.`, {
      place: file,
      remedy: "An exception is closed, never removed: export the whole record.",
      code: "mes-lost",
    });
  }
}

/** Open exceptions before closed ones. */
export function blockingFirst(exceptions: readonly BatchException[]): BatchException[] {
  return [...exceptions].sort((a, b) => Number(a.state === "closed") - Number(b.state === "closed"));
}
