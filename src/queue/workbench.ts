import { changeFolder, readBatch } from "../batch/folder.ts";
import { writeProof } from "../claims/proveClaim.ts";
import { BatchproofError, environmentError, inputError, refusal } from "../errors.ts";
import { SIGNALS, type Signals } from "../formats/constants.ts";
import type { CircuitInput } from "../kinds/circuitInput.ts";
import type { Envelope } from "../prover/envelope.ts";
import { sealProof } from "../prover/prove.ts";
import { lockedKey } from "../setup/artifactLock.ts";
import { assertUsableVerifyingKey } from "../setup/keyGate.ts";
import { developmentAllowed } from "../setup/lockedArtifacts.ts";
import type { Job, JobStatus } from "./job.ts";
import { MOST_SECONDS, SILENCE_SECONDS, type JobFailure, type Queue } from "./queue.ts";
import { aboutBatch, jobTask, refuseStale, type JobTask, type PlaceOf } from "./task.ts";

const LEASE_MS = SILENCE_SECONDS * 1000;
/** Wrong proofs after which a worker gets no more input: it is broken, or hostile. */
const MOST_WRONG = 3;
/** Failures one after the other after which a worker rests, and for how long: what it lacks others may have. */
const MOST_FAILED = 3;
const REST_MS = 30_000;

/** What a worker makes a proof from. The input is private: it is in memory only, and in no message. */
export interface JobInput {
  readonly job: Job;
  /** The circuit's name. */
  readonly circuit: string;
  readonly input: CircuitInput;
}

/** Who has a job, and what the proof is to say. */
interface Lease {
  readonly worker: string;
  readonly until: number;
  /** When it is over, whatever the worker says. */
  readonly end: number;
  readonly signals: string;
}

export interface WorkbenchOptions {
  readonly queue: Queue;
  readonly placeOf: PlaceOf;
  /** Whether proofs of development keys are taken for a chain that is not local. */
  readonly allowDevelopment?: boolean;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Gives inputs to workers and takes their proofs, wherever they are. A proof counts that shows what the folder says when it comes:
 * who made it, and whether it comes late, does not matter. Leases are in memory: after a restart any worker may begin a job anew,
 * and what the one before still makes is taken too.
 */
export class Workbench {
  readonly #queue: Queue;
  readonly #placeOf: PlaceOf;
  readonly #allowDevelopment: boolean;
  readonly #now: () => number;
  readonly #leases = new Map<string, Lease>();
  readonly #wrong = new Map<string, number>();
  /** Failures of each worker since its last proof, and until when it rests. */
  readonly #failed = new Map<string, { readonly count: number; readonly until: number }>();
  /** What is done to each job goes one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor({ queue, placeOf, allowDevelopment = false, now = Date.now }: WorkbenchOptions) {
    this.#queue = queue;
    this.#placeOf = placeOf;
    this.#allowDevelopment = allowDevelopment;
    this.#now = now;
  }

  /** Where a batch's folder is. Error `not-found`. */
  get placeOf(): PlaceOf {
    return this.#placeOf;
  }

  /** Wrong proofs of each worker since the start. */
  get wrong(): ReadonlyMap<string, number> {
    return this.#wrong;
  }

  /**
   * The input of a job, for the worker that has it from now on. A record that is stale or breaks a rule ends the job (its code).
   * Errors: `job-unknown`, `job-state`, `job-taken` (another worker has it), `worker-barred`, `worker-rests`, `job-stale`, those of
   * `jobTask`.
   */
  take(id: string, worker: string): Promise<JobInput> {
    return this.#inTurn(id, async () => {
      this.#refuseBarred(worker);
      this.#refuseResting(worker);
      const lease = this.#leases.get(id);
      if (lease !== undefined && lease.worker !== worker && lease.until > this.#now()) {
        throw inputError("Another worker has this job.", { code: "job-taken" });
      }
      const job = await this.#queue.begun(id, worker);
      try {
        const { dir, siteKey } = await this.#placeOf(job);
        const task = await aboutBatch(job, dir, async () => jobTask(await readBatch(dir), job, siteKey));
        refuseStale(job, task);
        const now = this.#now();
        const end = now + MOST_SECONDS * 1000;
        this.#leases.set(id, { worker, until: now + LEASE_MS, end, signals: textOf(task.signals) });
        return { job, circuit: task.circuit.name, input: task.statement.input(task.signals) };
      } catch (error) {
        await this.#end(id, worker, failureOf(error));
        throw error;
      }
    });
  }

  /** A worker is still at it. Errors: `job-unknown`, `job-state` (it has the job no longer). */
  renew(id: string, worker: string): Promise<void> {
    return this.#inTurn(id, () => {
      const lease = this.#ownLease(id, worker);
      this.#leases.set(id, { ...lease, until: Math.min(this.#now() + LEASE_MS, lease.end) });
      return Promise.resolve();
    });
  }

  /**
   * Takes a proof (as snarkjs writes it), verifies it against what the folder says now and writes it there. Of a job that is done
   * nothing is judged. Errors: those of `verifyProof` (the proof is wrong; the worker is counted), `job-stale`, `job-state` (no proof
   * of what the folder says, by a worker that has the job no longer), `job-unknown`, those of `jobTask` and `changeFolder`.
   */
  give(id: string, worker: string, proof: unknown): Promise<JobStatus> {
    return this.#inTurn(id, async () => {
      const job = this.#known(id);
      if (job.state === "done") return job;
      const { dir, siteKey } = await this.#placeOf(job);
      try {
        // Under the folder's lock: what is written fits what the folder says at that moment.
        await aboutBatch(job, dir, () =>
          changeFolder(dir, async (batch) => {
            const task = await jobTask(batch, job, siteKey);
            refuseStale(job, task);
            await writeProof(batch, job.claim, await this.#sealed(id, worker, task, proof));
          }),
        );
      } catch (error) {
        // A folder that is locked for a moment says nothing of the job: the same proof may come again.
        const isOver = error instanceof BatchproofError && error.kind !== "environment";
        if (isOver && this.#leases.get(id)?.worker === worker) await this.#end(id, worker, failureOf(error));
        throw error;
      }
      this.#leases.delete(id);
      this.#failed.delete(worker);
      return await this.#queue.done(id, worker);
    });
  }

  /**
   * A worker could not make a proof: the job waits again, as often as is tried. One that makes none rests between its tries, so that
   * it does not use up those of every job. Errors: `job-unknown`, `job-state`.
   */
  fail(id: string, worker: string, failure: JobFailure): Promise<JobStatus> {
    return this.#inTurn(id, async () => {
      this.#ownLease(id, worker);
      const count = (this.#failed.get(worker)?.count ?? 0) + 1;
      this.#failed.set(worker, { count, until: count < MOST_FAILED ? 0 : this.#now() + REST_MS });
      return await this.#end(id, worker, failure);
    });
  }

  async #sealed(id: string, worker: string, task: JobTask, proof: unknown): Promise<Envelope> {
    const key = await lockedKey(task.circuit.name);
    const allowDevelopment = developmentAllowed(task.destination.chainId, this.#allowDevelopment);
    assertUsableVerifyingKey(key.verifyingKey, { circuitId: task.artifact, allowDevelopment });
    try {
      return sealProof(task, key, task.signals, proof);
    } catch (error) {
      const { signals } = this.#ownLease(id, worker);
      const isMoved = signals !== textOf(task.signals);
      if (!isMoved) this.#wrong.set(worker, (this.#wrong.get(worker) ?? 0) + 1);
      await this.#end(id, worker, { ...failureOf(error), retry: true });
      if (!isMoved) throw error;
      throw refusal("The folder was changed while the proof was made: the job waits again.", { code: "job-stale" });
    }
  }

  async #end(id: string, worker: string, failure: JobFailure): Promise<JobStatus> {
    this.#leases.delete(id);
    return await this.#queue.failed(id, worker, failure);
  }

  #known(id: string): JobStatus {
    const job = this.#queue.get(id);
    if (job === undefined) throw inputError("There is no such job.", { code: "job-unknown" });
    return job;
  }

  /** What this worker was given, if nobody else was given it since. */
  #ownLease(id: string, worker: string): Lease {
    const { state } = this.#known(id);
    const lease = this.#leases.get(id);
    if (lease?.worker === worker) return lease;
    throw inputError(`The job is ${state}, and this worker does not have it.`, { code: "job-state" });
  }

  #refuseBarred(worker: string): void {
    if ((this.#wrong.get(worker) ?? 0) < MOST_WRONG) return;
    throw refusal(`${MOST_WRONG} proofs of this worker were wrong.`, { code: "worker-barred" });
  }

  #refuseResting(worker: string): void {
    if ((this.#failed.get(worker)?.until ?? 0) <= this.#now()) return;
    throw environmentError("This worker failed several times and rests for a moment.", { code: "worker-rests" });
  }

  async #inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(act);
    const settled = turn.catch(() => undefined);
    this.#turns.set(id, settled);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(id) === settled) this.#turns.delete(id);
    }
  }
}

function textOf(signals: Signals): string {
  return SIGNALS.map((name) => signals[name].toString()).join();
}

/** What a job keeps of an error; one that is not ours is a bug, and its message may be private. */
function failureOf(error: unknown): JobFailure {
  if (!(error instanceof BatchproofError))
    return { code: "internal", message: "This is a bug in batchproof.", retry: true };
  const { code = "internal", message, kind } = error;
  return { code, message, retry: kind === "environment" };
}
