import { getBytes } from "ethers";
import type { Refusal } from "./group.ts";
import { startGroupThreads, type GroupThreads } from "./groupThreads.ts";
import type { GroupResult } from "./groupWorker.ts";
import type { LoggedProof } from "./statement.ts";

/** Proofs of one group: more save little, and a bad one among more takes longer to find. */
const GROUP = 128;
/** Groups that wait for each worker, so that it never idles and memory stays bounded. */
const WAITING = 2;

/** Takes a proof that does not verify. */
export type OnRefused = (statement: LoggedProof, refusal: Refusal) => void;

interface Waiting {
  readonly statements: readonly LoggedProof[];
  readonly finish: () => void;
  readonly fail: (reason: Error) => void;
}

/**
 * Verifies proofs as they come, in groups of one circuit, on worker threads, which the first group starts. `add` waits
 * while enough groups are on their way, so memory does not grow with the log. Close it on every path.
 */
export class ProofQueue {
  readonly #onRefused: OnRefused;
  readonly #count: number | undefined;
  #threads: GroupThreads | undefined;
  #failure: Error | undefined;
  readonly #groups = new Map<string, LoggedProof[]>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #jobs = new Set<Promise<void>>();
  #lastJob = 0;

  /** `workers`: threads; all processors if not given. */
  constructor(onRefused: OnRefused, workers?: number) {
    this.#onRefused = onRefused;
    this.#count = workers;
  }

  /** Takes a proof. `key`: its circuit's verifying key, 0x hex. */
  async add(statement: LoggedProof, key: string): Promise<void> {
    const group = this.#groups.get(key) ?? [];
    group.push(statement);
    this.#groups.set(key, group);
    if (group.length < GROUP) return;
    this.#send(key, group);
    while (this.#jobs.size >= WAITING * this.#started().count) await Promise.race(this.#jobs);
  }

  /** Verifies what was taken and waits for all results. */
  async flush(): Promise<void> {
    for (const [key, group] of [...this.#groups]) this.#send(key, group);
    await Promise.all(this.#jobs);
  }

  async close(): Promise<void> {
    await this.#threads?.close();
  }

  #started(): GroupThreads {
    return (this.#threads ??= startGroupThreads(
      (result) => this.#finish(result),
      (error) => this.#fail(error),
      this.#count,
    ));
  }

  #send(key: string, statements: readonly LoggedProof[]): void {
    this.#groups.delete(key);
    const threads = this.#started();
    if (this.#failure !== undefined) throw this.#failure;
    const id = ++this.#lastJob;
    const job = new Promise<void>((finish, fail) => this.#waiting.set(id, { statements, finish, fail }));
    const tracked = job.finally(() => this.#jobs.delete(tracked));
    // A failure is met by whoever waits next; until then it must not end the process.
    tracked.catch(() => undefined);
    this.#jobs.add(tracked);
    const bare = statements.map(({ signals, proof }) => ({ signals, proof }));
    threads.post({ id, key: getBytes(key), statements: bare });
  }

  #finish({ id, refusals }: GroupResult): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.statements.forEach((statement, i) => {
      const refusal = refusals[i];
      if (refusal !== undefined) this.#onRefused(statement, refusal);
    });
    waiting?.finish();
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const { fail } of this.#waiting.values()) fail(error);
    this.#waiting.clear();
  }
}
