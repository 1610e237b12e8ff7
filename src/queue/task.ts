import type { Batch } from "../batch/batch.ts";
import type { SiteKey } from "../batch/evidence.ts";
import { readRegistration } from "../batch/registration.ts";
import { policyIdOfBatch } from "../batch/stageQuestion.ts";
import { proofTask, unknownOpening } from "../claims/proveClaim.ts";
import { refusal, showing } from "../errors.ts";
import type { Signals } from "../formats/constants.ts";
import { toHex } from "../formats/field.ts";
import { claimNamed } from "../policy/document.ts";
import { proofSignals, type ProofClaim } from "../prover/prove.ts";
import { lockedCircuitId } from "../setup/artifactLock.ts";
import type { Job } from "./job.ts";
import type { NewJob } from "./queue.ts";

/** Where a batch's folder is, and what only its site knows. */
export interface JobPlace {
  readonly dir: string;
  /** The first custodian's key, for custody of the first stage. */
  readonly siteKey?: SiteKey | undefined;
}

/** Finds a folder by what a job says of it. Error `not-found`. */
export type PlaceOf = (job: Pick<Job, "site" | "batch">) => Promise<JobPlace>;

/** Runs what is about a batch's folder; an error names the batch, not where its folder is. */
export function aboutBatch<T>(
  { site, batch }: Pick<Job, "site" | "batch">,
  dir: string,
  run: () => Promise<T>,
): Promise<T> {
  return showing([[dir, `${site}/${batch}`]], run);
}

/** What a job is to show, as the folder says it now. */
export interface JobTask extends ProofClaim {
  readonly signals: Signals;
  /** circuitId that the lock file pins. */
  readonly artifact: string;
}

/**
 * What a folder says now of a claim, for the register that it remembers. Refuses what `check` refuses (code: the rule). Errors:
 * `opening-unknown`, `claim`, those of `proofTask`.
 */
export async function jobTask(
  batch: Batch,
  { claim, submitter }: Pick<Job, "claim" | "submitter">,
  siteKey: SiteKey | undefined,
): Promise<JobTask> {
  const registration = await readRegistration(batch.dir);
  if (registration?.opened === undefined) throw unknownOpening(batch);
  const { chainId, registry, opened } = registration;
  const policyId = policyIdOfBatch(batch, lockedCircuitId);
  const task = await proofTask(batch, policyId, claimNamed(batch.policy, claim), { siteKey, opened: BigInt(opened) });
  const { statement, circuit, index } = task;
  const destination = { submitter, chainId: BigInt(chainId), registry };
  const signals = proofSignals({ statement, destination });
  return { statement, circuit, destination, policyId, claim: index, signals, artifact: lockedCircuitId(circuit.name) };
}

/** The job of a claim. A product that is due sooner goes first. Errors: those of `jobTask`. */
export async function newJob(
  batch: Batch,
  asked: Pick<Job, "site" | "batch" | "claim" | "submitter">,
  siteKey: SiteKey | undefined,
): Promise<NewJob> {
  const { signals, artifact } = await jobTask(batch, asked, siteKey);
  return { ...asked, record: toHex(signals.record), artifact, priority: batch.policy.maxDue[0] };
}

/** Refuses a job that is about another record, or other artifacts, than the folder's now. Error `job-stale`. */
export function refuseStale({ record, artifact }: Job, task: JobTask): void {
  const now = toHex(task.signals.record);
  if (record === now && artifact === task.artifact) return;
  throw refusal(
    record === now
      ? "The job is for another circuit than this version's."
      : "The folder has another record of this claim than when the job was made.",
    { code: "job-stale" },
  );
}
