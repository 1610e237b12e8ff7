import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { environmentError, inputError } from "../errors.ts";
import { documentText } from "../formats/document.ts";
import { visible } from "../formats/visible.ts";
import { writeFileAtomically } from "../input/files.ts";
import { acquireLock, type Lock } from "../input/lock.ts";
import { JOB_FILE, jobDocument, jobOf, type JobStatus } from "./job.ts";
import type { JobFailure, JobFilter, NewJob, Queue } from "./queue.ts";

/** How often a job is begun before a person has to look at it. */
const MOST_ATTEMPTS = 5;
/** Jobs that may wait. */
const MOST_WAITING = 2_000;
/** Jobs that are done and still told of; of older ones the folder's proof is what is left. */
const MOST_DONE = 10_000;
/** Characters that are kept of why a job failed. */
const LONGEST_WORDS = 500;
const FILE = /^[0-9a-f]{32}\.json$/;

export interface FileQueueOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly mostWaiting?: number;
}

/**
 * Opens the jobs of a folder, for this process alone. What was worked on when the process before ended waits again. Errors:
 * `locked` (another process has it), `job-file`, those of `readJson` and `writeFileAtomically`.
 */
export async function openQueue(folder: string, options: FileQueueOptions = {}): Promise<Queue> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(join(folder, "jobs.lock"));
  try {
    const queue = new FileQueue(folder, lock, options);
    await queue.load();
    return queue;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A file for each job, written before anybody is told. */
class FileQueue implements Queue {
  readonly #folder: string;
  readonly #lock: Lock;
  readonly #now: () => number;
  readonly #mostWaiting: number;
  readonly #jobs = new Map<string, JobStatus>();
  readonly #watching = new Set<(job: JobStatus) => void>();
  /** The end of the change that was begun last: they are made one after the other. */
  #changed: Promise<unknown> = Promise.resolve();

  constructor(folder: string, lock: Lock, { now = Date.now, mostWaiting = MOST_WAITING }: FileQueueOptions) {
    this.#folder = folder;
    this.#lock = lock;
    this.#now = now;
    this.#mostWaiting = mostWaiting;
  }

  async load(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => FILE.test(name));
    const jobs: JobStatus[] = [];
    for (const name of names) {
      const job = jobOf(await JOB_FILE.read(join(this.#folder, name), { within: this.#folder }));
      if (`${job.id}.json` !== name)
        throw inputError("A job lies in the file of another.", { code: "job-file", place: name });
      jobs.push(job);
    }
    for (const job of jobs.sort(byAge)) this.#jobs.set(job.id, job);
    // That the server ended says nothing of a job: it is no attempt.
    for (const job of jobs) {
      if (job.state === "working") await this.#write({ ...job, state: "waiting", attempts: job.attempts - 1 });
    }
    await this.#forgetOldest();
  }

  add(job: NewJob): Promise<JobStatus> {
    return this.#inTurn(async () => {
      const same = this.list(job).find((each) => isOpen(each) && isSame(each, job));
      if (same !== undefined) return same;
      this.#requireRoom();
      const created = this.#time();
      const id = randomBytes(16).toString("hex");
      return await this.#write({ ...job, id, created, updated: created, state: "waiting", attempts: 0 });
    });
  }

  get(id: string): JobStatus | undefined {
    return this.#jobs.get(id);
  }

  list({ state, site, batch }: JobFilter = {}): readonly JobStatus[] {
    const fits = (asked: string | undefined, is: string): boolean => asked === undefined || asked === is;
    return [...this.#jobs.values()].filter(
      (job) => fits(state, job.state) && fits(site, job.site) && fits(batch, job.batch),
    );
  }

  next(besides?: { has(id: string): boolean }): JobStatus | undefined {
    const waiting = this.list({ state: "waiting" }).filter(({ id }) => besides?.has(id) !== true);
    return waiting.reduce<JobStatus | undefined>(
      (first, job) => (first === undefined || job.priority < first.priority ? job : first),
      undefined,
    );
  }

  begun(id: string, worker: string): Promise<JobStatus> {
    return this.#inTurn(async () => {
      const job = this.#known(id);
      if (!isOpen(job)) throw wrongState(job);
      if (job.attempts >= MOST_ATTEMPTS) {
        const error = inputError(`It was begun ${MOST_ATTEMPTS} times, and nothing came of it.`, {
          code: "job-attempts",
        });
        await this.#write({ ...job, state: "dead", failure: { code: "job-attempts", message: error.message } });
        throw error;
      }
      return await this.#write({ ...job, state: "working", attempts: job.attempts + 1, worker, begun: this.#time() });
    });
  }

  done(id: string, worker: string): Promise<JobStatus> {
    return this.#inTurn(async () => {
      const job = this.#known(id);
      if (job.state === "done") return job;
      const done = await this.#write({ ...job, state: "done", worker });
      await this.#forgetOldest();
      return done;
    });
  }

  failed(id: string, worker: string, { code, message, retry }: JobFailure): Promise<JobStatus> {
    return this.#inTurn(async () => {
      const job = this.#known(id);
      if (!isOpen(job)) return job;
      const state = retry && job.attempts < MOST_ATTEMPTS ? "waiting" : "dead";
      // Cut within a character, a text could not be read again.
      const words = visible(message).slice(0, LONGEST_WORDS).toWellFormed();
      return await this.#write({ ...job, state, worker, failure: { code, message: words } });
    });
  }

  retry(id: string): Promise<JobStatus> {
    return this.#inTurn(async () => {
      const job = this.#known(id);
      if (job.state !== "dead") throw wrongState(job);
      this.#requireRoom();
      return await this.#write({ ...job, state: "waiting", attempts: 0 });
    });
  }

  watch(see: (job: JobStatus) => void): () => void {
    this.#watching.add(see);
    return () => this.#watching.delete(see);
  }

  close(): void {
    this.#lock.release();
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#changed.then(change);
    // Whoever asked for the change hears of its error; the next one begins all the same.
    this.#changed = turn.catch(() => undefined);
    return turn;
  }

  #known(id: string): JobStatus {
    const job = this.#jobs.get(id);
    if (job === undefined) throw inputError("There is no such job.", { code: "job-unknown" });
    return job;
  }

  #requireRoom(): void {
    if (this.list({ state: "waiting" }).length < this.#mostWaiting) return;
    throw environmentError(`${this.#mostWaiting} jobs wait already.`, { code: "queue-full" });
  }

  async #write(job: JobStatus): Promise<JobStatus> {
    const written = { ...job, updated: this.#time() };
    await writeFileAtomically(this.#fileOf(job), documentText(jobDocument(written)), { mode: 0o600 });
    this.#jobs.set(job.id, written);
    for (const see of this.#watching) see(written);
    return written;
  }

  async #forgetOldest(): Promise<void> {
    const done = this.list({ state: "done" });
    for (const job of done.slice(0, Math.max(0, done.length - MOST_DONE))) {
      await rm(this.#fileOf(job), { force: true });
      this.#jobs.delete(job.id);
    }
  }

  #fileOf({ id }: JobStatus): string {
    return join(this.#folder, `${id}.json`);
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }
}

/** Whether something is still to be made of it. */
export function isOpen({ state }: JobStatus): boolean {
  return state === "waiting" || state === "working";
}

function isSame(job: JobStatus, { claim, record, artifact, submitter }: NewJob): boolean {
  return job.claim === claim && job.record === record && job.artifact === artifact && job.submitter === submitter;
}

function byAge(a: JobStatus, b: JobStatus): number {
  return a.created < b.created || (a.created === b.created && a.id < b.id) ? -1 : 1;
}

function wrongState({ state }: JobStatus): Error {
  return inputError(`The job is ${state}.`, { code: "job-state" });
}
