import type { Job, JobState, JobStatus } from "./job.ts";

/** After so many seconds without a word a worker has lost its job, to server and database alike; pg-boss takes no less than ten. */
export const SILENCE_SECONDS = 15;
/** After so many it has lost it however often it is heard of, to both too: the largest proof takes minutes. */
export const MOST_SECONDS = 3_600;

/** What is asked of a proof: what its folder decides, and for whom it is. */
export type NewJob = Omit<Job, "id" | "created">;

/** Which jobs are asked for. */
export interface JobFilter {
  readonly state?: JobState;
  readonly site?: string;
  readonly batch?: string;
}

/** What is said of a job when it ends otherwise than by a proof. */
export interface JobFailure {
  readonly code: string;
  readonly message: string;
  /** Trying again could help. */
  readonly retry: boolean;
}

/** Jobs as the server's own files hold them (`fileQueue.ts`). Who works on them is told by a dispatcher. */
export interface Queue {
  /**
   * Adds a job, unless one of the same site, batch, claim, record, artifact and submitter waits or is worked on: then that one.
   * Error `queue-full`.
   */
  add(job: NewJob): Promise<JobStatus>;
  get(id: string): JobStatus | undefined;
  /** Oldest first. */
  list(filter?: JobFilter): readonly JobStatus[];
  /** The waiting job that is to be made next; `besides` those that somebody is about to begin. */
  next(besides?: { has(id: string): boolean }): JobStatus | undefined;
  /** A worker has begun. Errors: `job-unknown`, `job-state` (done or dead), `job-attempts` (begun too often: it is dead now). */
  begun(id: string, worker: string): Promise<JobStatus>;
  /** A proof was verified and written. The first one counts; a second one changes nothing. Error `job-unknown`. */
  done(id: string, worker: string): Promise<JobStatus>;
  /** A job that is done stays done. Error `job-unknown`. */
  failed(id: string, worker: string, failure: JobFailure): Promise<JobStatus>;
  /** A person has a dead job tried again. Errors: `job-unknown`, `job-state` (not dead), `queue-full`. */
  retry(id: string): Promise<JobStatus>;
  /** Calls `see` after every change of a job, until the function that is given back is called. */
  watch(see: (job: JobStatus) => void): () => void;
  /** Gives the folder back to whoever opens it next. */
  close(): void;
}

/** What has the jobs of a queue made: this process, or a database that machines ask. */
export interface Dispatcher {
  /** Whether jobs are handed out now. */
  readonly isReady: () => boolean;
  /** Hands out no more, and waits for what is made in this process. */
  readonly close: () => Promise<void>;
}
