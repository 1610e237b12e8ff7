import type { PgBoss } from "pg-boss";
import { codeOf, environmentError } from "../errors.ts";
import { isOpen } from "./fileQueue.ts";
import type { Job, JobStatus } from "./job.ts";
import { sleep } from "../sleep.ts";
import { MOST_SECONDS, SILENCE_SECONDS, type Dispatcher, type Queue } from "./queue.ts";

/** The queue's name in the database. */
export const QUEUE_NAME = "proofs";
/** How often the database is compared with the files. */
const COMPARE_MS = 5_000;
/** How long jobs are gathered for one message. */
const GATHER_MS = 100;

/** What the database is told of a job, and nothing else: names and hashes. */
export type HandedJob = Readonly<Pick<Job, "id" | "site" | "batch" | "claim" | "record" | "artifact">>;

export interface HandOutOptions {
  /** postgres://... */
  readonly url: string;
  readonly compareMs?: number;
  /** Called with why the database does not answer. */
  readonly onSilence?: (error: unknown) => void;
}

/**
 * Connects to the database of a queue. `isServer`: makes the tables, and looks after them. Errors of the connection come by
 * `onError`, and the first by the promise: code `queue-database`.
 */
export async function connectQueue(url: string, isServer: boolean, onError: (error: unknown) => void): Promise<PgBoss> {
  const { PgBoss: Connection } = await import("pg-boss");
  const boss = new Connection({
    ...{ connectionString: url, application_name: "batchproof", connectionTimeoutMillis: 5_000, max: 4 },
    ...{ schedule: false, supervise: isServer, migrate: isServer, createSchema: isServer },
    ...{ superviseIntervalSeconds: 5, monitorIntervalSeconds: 5, queueCacheIntervalSeconds: 5 },
    openTelemetry: { enabled: false },
  });
  boss.on("error", onError);
  try {
    await boss.start();
    if (isServer) await prepareQueue(boss);
    return boss;
  } catch (cause) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    // The address holds a password: no word of it. The schema that a server makes is missing where the error has no code.
    const why = codeOf(cause);
    if (why === "" && !isServer) {
      throw environmentError("No server has used this database for its queue yet.", {
        code: "queue-database",
        remedy: "Start the server with the same --queue first.",
        cause,
      });
    }
    throw environmentError(`The database of the queue does not answer${why}.`, { code: "queue-database", cause });
  }
}

/** One job of a key waits or is worked on, whoever sends it how often: so the server may send all of them again. */
async function prepareQueue(boss: PgBoss): Promise<void> {
  const options = {
    ...{ expireInSeconds: MOST_SECONDS, heartbeatSeconds: SILENCE_SECONDS, retryLimit: 20, retryDelay: 2 },
    ...{ deleteAfterSeconds: 3_600, retentionSeconds: 30 * 86_400 },
  };
  if ((await boss.getQueue(QUEUE_NAME)) === null)
    await boss.createQueue(QUEUE_NAME, { policy: "exclusive", ...options });
  else await boss.updateQueue(QUEUE_NAME, options);
}

/**
 * Has the jobs of a queue made by machines that ask PostgreSQL for them. The files are the truth: what is still to be made is sent
 * again and again, so that a database that was restarted, lost or slow loses nothing, and it is in the database once.
 */
export function handOut(queue: Queue, options: HandOutOptions): Dispatcher {
  return new HandedOut(queue, options);
}

class HandedOut implements Dispatcher {
  readonly #queue: Queue;
  readonly #options: HandOutOptions;
  readonly #unwatch: () => void;
  readonly #sending: Promise<void>;
  #boss: PgBoss | undefined;
  #isReady = false;
  #isClosed = false;
  /** Whether there is more to send than when the last message was begun. */
  #isMore = false;
  /** Ends the rest between two messages. */
  #stir: () => void = () => undefined;

  constructor(queue: Queue, options: HandOutOptions) {
    this.#queue = queue;
    this.#options = options;
    this.#unwatch = queue.watch(({ state }) => {
      if (state !== "waiting") return;
      this.#isMore = true;
      this.#stir();
    });
    this.#sending = this.#sendOnAndOn();
  }

  isReady(): boolean {
    return this.#isReady;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isReady = false;
    this.#unwatch();
    this.#stir();
    await this.#sending;
    await this.#boss?.stop({ graceful: false });
  }

  async #sendOnAndOn(): Promise<void> {
    while (!this.#isClosed) {
      this.#isMore = false;
      await this.#send();
      await this.#rest();
      // A thousand jobs that come at once are no thousand messages.
      await sleep(GATHER_MS);
    }
  }

  /** Until there is more to send, or it is time to compare. */
  async #rest(): Promise<void> {
    if (this.#isMore || this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#stir = () => {
      resolve(undefined);
    };
    const timer = setTimeout(this.#stir, this.#options.compareMs ?? COMPARE_MS);
    await promise;
    clearTimeout(timer);
  }

  async #send(): Promise<void> {
    try {
      this.#boss ??= await connectQueue(this.#options.url, true, (error) => this.#silent(error));
      const open = this.#queue.list().filter(isOpen);
      if (open.length > 0) await this.#boss.insert(QUEUE_NAME, open.map(handed));
      this.#isReady = !this.#isClosed;
    } catch (error) {
      this.#silent(error);
      // Whoever comes back may have lost everything: the tables are looked at anew.
      await this.#boss?.stop({ graceful: false }).catch(() => undefined);
      this.#boss = undefined;
    }
  }

  #silent(error: unknown): void {
    this.#isReady = false;
    this.#options.onSilence?.(error);
  }
}

function handed(job: JobStatus): { data: HandedJob; priority: number; singletonKey: string } {
  const { id, site, batch, claim, record, artifact, priority } = job;
  // To pg-boss what is larger is sooner.
  return { data: { id, site, batch, claim, record, artifact }, priority: -priority, singletonKey: id };
}
