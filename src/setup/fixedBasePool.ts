import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { AFFINE_BYTES, type CurveCode, type Group, SCALAR_BYTES } from "./curveArena.ts";
import { bestWindow } from "./fixedBase.ts";
import { type BatchDone, type Job, type WorkerSetup } from "./fixedBaseWorker.ts";

/** The worker is TypeScript when run from the sources and JavaScript when run from `dist/`. */
const WORKER = new URL(`./fixedBaseWorker${extname(import.meta.url)}`, import.meta.url);

interface Pending {
  remaining: number;
  readonly finish: () => void;
  readonly fail: (reason: Error) => void;
}

/** Worker threads that multiply the generators of G1 and G2. Close it on every path. */
export class FixedBasePool {
  readonly #workers: readonly Worker[];
  readonly #pending = new Map<number, Pending>();
  readonly #onBatch: (count: number) => void;
  #failure: Error | undefined;
  #lastJob = 0;

  /**
   * `expected`: how many multiples will be asked for, to size the tables. `onBatch` is called with the number of
   * points each time some are done. The number of workers changes the time, never the result.
   */
  constructor(
    code: CurveCode,
    expected: Readonly<Record<Group, number>>,
    { workers = availableParallelism(), onBatch = (): void => undefined }: PoolOptions = {},
  ) {
    this.#onBatch = onBatch;
    const window = { g1: bestWindow(expected.g1 / workers), g2: bestWindow(expected.g2 / workers) };
    this.#workers = Array.from({ length: workers }, () => this.#start({ code, window }));
  }

  #start(setup: WorkerSetup): Worker {
    const worker = new Worker(WORKER, { workerData: setup });
    worker.on("message", (done: BatchDone) => this.#count(done));
    worker.on("error", (error: Error) => this.#fail(error));
    return worker;
  }

  #count({ job, count }: BatchDone): void {
    this.#onBatch(count);
    const pending = this.#pending.get(job);
    if (pending === undefined) return;
    pending.remaining -= count;
    if (pending.remaining === 0) {
      this.#pending.delete(job);
      pending.finish();
    }
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const pending of this.#pending.values()) pending.fail(error);
    this.#pending.clear();
  }

  /**
   * generator * scalar for each scalar.
   * @param scalars plain little-endian scalars below the group order, 32 bytes each
   * @returns affine points in Montgomery form, 64 (G1) or 128 (G2) bytes each; the zero point is all zero bytes
   */
  async multiply(group: Group, scalars: Uint8Array): Promise<Uint8Array> {
    if (this.#failure !== undefined) throw this.#failure;
    const count = scalars.length / SCALAR_BYTES;
    const points = new Uint8Array(new SharedArrayBuffer(count * AFFINE_BYTES[group]));
    if (count === 0) return points;
    const shared = new Uint8Array(new SharedArrayBuffer(scalars.length));
    shared.set(scalars);
    const next = new Int32Array(new SharedArrayBuffer(4));
    const id = ++this.#lastJob;
    await new Promise<void>((finish, fail) => {
      this.#pending.set(id, { remaining: count, finish, fail });
      for (const worker of this.#workers)
        worker.postMessage({ id, group, scalars: shared, points, next } satisfies Job);
    });
    return points;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

export interface PoolOptions {
  readonly workers?: number;
  readonly onBatch?: (count: number) => void;
}
