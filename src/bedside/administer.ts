import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Batch, BatchStage } from "../batch/batch.ts";
import { changeFolder, readBatch, setStageAfter, type StageChanges } from "../batch/folder.ts";
import { ADMINISTRATION_FILE, BATCH_FILE } from "../batch/paths.ts";
import { batchKey } from "../formats/context.ts";
import { documentText } from "../formats/document.ts";
import { textHash } from "../formats/identity.ts";
import { inputError, refusal } from "../errors.ts";
import { writeNewFile } from "../input/files.ts";
import { readJsonText } from "../input/json.ts";
import { parseTime } from "../input/times.ts";
import type { Answered } from "../standing/answer.ts";
import { lastStage, matchBag, type BatchOnRegister, type Match } from "./match.ts";
import {
  administrationFromJson,
  basisOf,
  CLOCK_TOLERANCE,
  disorder,
  isSameAdministration,
  type AdministrationRecord,
} from "./record.ts";

/** What is asked again: the wristband stands in no record. */
export interface Asked extends Omit<Match, "question" | "block" | "isRecorded"> {
  readonly wristband: string;
}

/** What became of a record. */
export interface Recorded {
  /** What was answered when it was matched again; undefined where it was recorded before. */
  readonly answer: Answered | undefined;
  /** False: what is answered now does not permit what was signed, and nothing was written. */
  readonly recorded: boolean;
  readonly already: boolean;
}

/** The administration that a folder records; undefined: none. Errors: those of `administrationFromJson` and `readJsonText`. */
export async function readAdministration(dir: string): Promise<AdministrationRecord | undefined> {
  const path = join(dir, ADMINISTRATION_FILE);
  return existsSync(path) ? administrationFromJson(await readJsonText(path, { within: dir }), path) : undefined;
}

/**
 * Records that a batch was given to its patient: the record into the folder, once and for ever, and the end of the infusion as the
 * end of the last stage. Wristband, bag and batch are matched again, at the block that the record names and now: whoever made the
 * record is not believed. A command that was killed half-way is completed by the same one.
 * Errors: those of `administrationFromJson` and `matchBag`; `administration-batch` (of another register, batch or stage),
 * `administration-custodian` (the last stage is not of the site that began the batch), `administration-end` (the stage is closed,
 * or has another end), `administration-time`, `administration-standing` (what it says was answered is not answered at that block),
 * `administration-exists` (the folder records another one), those of `changeFolder`.
 * @param text the record
 */
export async function recordAdministration(dir: string, text: string, asked: Asked): Promise<Recorded> {
  const record = administrationFromJson(text, "administration");
  const batch = await readBatch(dir);
  requireOfBatch(batch, record, asked.where);
  requireTimes(batch, record, asked.now);
  const already = (await recordedBefore(dir, record)) !== undefined;
  // What is recorded nobody is asked about again; that it is this patient's bag the folder knows by itself.
  const answer = await (already
    ? matchBag(batch, { ...matchOf(record, asked), source: null, isRecorded: true })
    : matchedAgain(batch, record, asked));
  if (answer.light !== (already ? "unknown" : record.standing.light))
    return { answer, recorded: false, already: false };
  await write(dir, record);
  return { answer: already ? undefined : answer, recorded: true, already };
}

function matchOf({ label, carrier }: AdministrationRecord, { wristband, ...asked }: Asked): Match {
  return { ...asked, question: { label, wristband, carrier: carrier ?? "" } };
}

/**
 * What is answered now to whoever made a record. Error `administration-standing`: that permits it, but what the record says was
 * answered is not what was.
 */
async function matchedAgain(batch: Batch, record: AdministrationRecord, asked: Asked): Promise<Answered> {
  const match = matchOf(record, asked);
  const now = await matchBag(batch, match);
  const { block, light } = record.standing;
  if (now.light !== light) return now;
  const isOfNow = now.record?.block === block || now.record?.from !== "node";
  const then = isOfNow ? now : await matchBag(batch, { ...match, block });
  if (then.light === light && isDeepStrictEqual(basisOf(then).standing, record.standing)) return now;
  throw refusal("The register does not say of that block what the record says was answered.", {
    code: "administration-standing",
    place: "administration#/standing",
  });
}

/** The record that the folder has, if it says the same. Error `administration-exists`. */
async function recordedBefore(dir: string, record: AdministrationRecord): Promise<AdministrationRecord | undefined> {
  const found = await readAdministration(dir);
  if (found === undefined || isSameAdministration(found, record)) return found;
  throw inputError("The folder records another administration of this batch.", {
    code: "administration-exists",
    place: join(dir, ADMINISTRATION_FILE),
  });
}

/** The record first: whoever finds it completes the stage. */
async function write(dir: string, record: AdministrationRecord): Promise<void> {
  await changeFolder(dir, async (batch) => {
    const found = await recordedBefore(dir, record);
    requireOpenEnd(batch, record, found !== undefined);
    const name = batch.policy.stages[record.stage] ?? "";
    await setStageAfter(batch, name, changesOf(batch.stages[record.stage], record), async () => {
      if (found !== undefined) return;
      const path = join(dir, ADMINISTRATION_FILE);
      const taken = inputError("There is a record already.", { code: "administration-exists", place: path });
      await writeNewFile(path, documentText(record), taken);
    });
  });
}

/** A stage begins with its receipt, which the hand-off before has fixed; where there is none, with the thawing. */
function changesOf(stage: BatchStage | undefined, { thawed, infusionEnd }: AdministrationRecord): StageChanges {
  return {
    ...(stage?.start === undefined ? { start: thawed } : {}),
    ...(stage?.end === undefined ? { end: infusionEnd } : {}),
  };
}

function requireOfBatch(batch: Batch, record: AdministrationRecord, where: BatchOnRegister): void {
  const isOfBatch =
    record.register.toLowerCase() === where.registry.toLowerCase() &&
    record.chainId === where.chainId &&
    record.batch === batchKey(where.owner, batch.commitments.batch) &&
    record.stage === lastStage(batch);
  if (!isOfBatch) {
    throw refusal("The record is about another batch, register or stage than this folder.", {
      code: "administration-batch",
    });
  }
  // Only the first custodian's folder knows whom the batch is for, so the ward is that site's.
  const [first, last] = [batch.stages[0]?.custodian, batch.stages[record.stage]?.custodian];
  if (first !== undefined && last !== undefined && textHash(first.org) === textHash(last.org)) return;
  throw refusal("The last stage is not in the custody of the organisation whose folder this is.", {
    code: "administration-custodian",
    place: `${join(batch.dir, BATCH_FILE)}#/stages/${record.stage}/custodian`,
  });
}

/** A batch is thawed after its receipt, and nothing is recorded that is still to come. */
function requireTimes({ dir, stages }: Batch, record: AdministrationRecord, now: number): void {
  const { thawed, infusionEnd, people } = record;
  const start = stages[record.stage]?.start;
  if (start !== undefined && parseTime(thawed, "thawed") < parseTime(start, `${join(dir, BATCH_FILE)}#/stages`)) {
    throw disorder("administration#/thawed");
  }
  const latest = Math.max(
    ...[infusionEnd, ...people.map(({ signedAt }) => signedAt)].map((time) => parseTime(time, "time")),
  );
  if (latest > now + CLOCK_TOLERANCE) throw disorder("administration#/infusionEnd");
}

/** Error `administration-end`. `isRecorded`: by this record, so that the stage may be closed since. */
function requireOpenEnd(
  { dir, stages }: Batch,
  { stage, infusionEnd }: AdministrationRecord,
  isRecorded: boolean,
): void {
  const { end, handoff } = stages[stage] ?? {};
  const place = `${join(dir, BATCH_FILE)}#/stages/${stage}`;
  const isOpen = end === undefined || parseTime(end, `${place}/end`) === parseTime(infusionEnd, "infusionEnd");
  if (isOpen && (handoff === undefined || isRecorded)) return;
  throw refusal("The last stage is closed, or has another end already.", { code: "administration-end", place });
}
