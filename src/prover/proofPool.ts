import { fork, type ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { environmentError } from "../errors.ts";
import type { MakeProof, ProofJob, RawProof } from "./makeProof.ts";

/** The worker is TypeScript when run from the sources and JavaScript when run from `dist/`. */
const WORKER = new URL(`./proofWorker${extname(import.meta.url)}`, import.meta.url);

/** Most proofs at a time, however many cores there are: each of the largest ones takes more than a gigabyte. */
const MOST_WORKERS = 4;

/** How many proofs a pool makes at a time if it is not told. */
export function poolSize(): number {
  return Math.min(availableParallelism(), MOST_WORKERS);
}

/** What a worker answers. An error's message may hold private values: only its name is passed on. */
export type ProofAnswer = { readonly raw: RawProof } | { readonly error: string };

interface Waiting {
  readonly job: ProofJob;
  readonly done: (raw: RawProof) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Runs `task` with a prover that makes up to `size` proofs side by side, each in a process of its own (snarkjs does not
 * run in worker threads); jobs beyond that wait. The workers are ended on every path. Errors `prover`: a proof failed or
 * its process ended; the other jobs go on.
 */
export async function withProofPool<T>(size: number, task: (makeProof: MakeProof) => Promise<T>): Promise<T> {
  const pool = new ProofPool(size);
  try {
    return await task((job) => pool.prove(job));
  } finally {
    await pool.close();
  }
}

class ProofPool {
  readonly #size: number;
  readonly #idle: ChildProcess[] = [];
  readonly #all = new Set<ChildProcess>();
  readonly #waiting: Waiting[] = [];

  constructor(size: number) {
    this.#size = Math.max(1, size);
  }

  prove(job: ProofJob): Promise<RawProof> {
    return new Promise((done, failed) => {
      this.#waiting.push({ job, done, failed });
      this.#next();
    });
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#all].map(
        (worker) =>
          new Promise<void>((ended) => {
            if (worker.exitCode !== null || worker.signalCode !== null) {
              ended();
              return;
            }
            worker.removeAllListeners();
            worker.once("exit", () => ended());
            worker.kill("SIGKILL");
          }),
      ),
    );
  }

  #next(): void {
    if (this.#waiting.length === 0) return;
    const worker = this.#rested() ?? (this.#all.size < this.#size ? this.#start() : undefined);
    if (worker === undefined) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) this.#run(worker, waiting);
  }

  /** An idle worker; those that died meanwhile are forgotten. */
  #rested(): ChildProcess | undefined {
    const worker = this.#idle.pop();
    if (worker === undefined || worker.connected) return worker;
    this.#all.delete(worker);
    return this.#rested();
  }

  #start(): ChildProcess {
    // Structured cloning carries the witness' numbers as they are; nothing is written to a file.
    const worker = fork(WORKER, { serialization: "advanced" });
    this.#all.add(worker);
    return worker;
  }

  #run(worker: ChildProcess, { job, done, failed }: Waiting): void {
    const finish = (settle: () => void, healthy: boolean): void => {
      worker.removeAllListeners();
      if (healthy) this.#idle.push(worker);
      else this.#all.delete(worker);
      settle();
      this.#next();
    };
    const broken = (what: string): Error =>
      environmentError(`A proof could not be made: ${what}.`, {
        code: "prover",
        remedy: "Check the free memory, or make fewer proofs at a time (--workers).",
      });
    worker.once("message", (answer: ProofAnswer) => {
      finish(() => {
        if ("raw" in answer) done(answer.raw);
        else failed(broken(answer.error));
      }, true);
    });
    worker.once("exit", (code, signal) => {
      finish(() => failed(broken(`its process ended (${signal ?? code ?? "unknown"})`)), false);
    });
    worker.once("error", (error) => finish(() => failed(broken(error.name)), false));
    worker.send(job);
  }
}
