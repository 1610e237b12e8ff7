import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { loadCurve } from "../setup/curve.ts";
import type { GroupJob, GroupResult } from "./groupWorker.ts";

/** The worker is TypeScript when run from the sources and JavaScript when run from `dist/`. */
const WORKER = new URL(`./groupWorker${extname(import.meta.url)}`, import.meta.url);

/** Threads that verify groups of proofs. Close them on every path. */
export interface GroupThreads {
  readonly count: number;
  /** Starts a job on one of them. */
  post(job: GroupJob): void;
  close(): Promise<void>;
}

/** `count`: threads; all processors if not given. `onResult` and `onError` are told of every job and of a thread that ends. */
export function startGroupThreads(
  onResult: (result: GroupResult) => void,
  onError: (error: Error) => void,
  count = availableParallelism(),
): GroupThreads {
  const { code } = loadCurve();
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(WORKER, { workerData: code });
    worker.on("message", onResult);
    worker.on("error", onError);
    return worker;
  });
  return {
    count,
    post: (job) => workers[job.id % count]?.postMessage(job),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
