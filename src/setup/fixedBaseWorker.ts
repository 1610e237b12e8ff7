import { parentPort, workerData } from "node:worker_threads";
import { AFFINE_BYTES, CurveArena, type CurveCode, type Group, SCALAR_BYTES } from "./curveArena.ts";
import { BATCH, FixedBase } from "./fixedBase.ts";

/** What a worker is started with. */
export interface WorkerSetup {
  readonly code: CurveCode;
  readonly window: Readonly<Record<Group, number>>;
}

/** Multiples to compute; every worker gets every job and takes the batches that no other worker has taken. */
export interface Job {
  readonly id: number;
  readonly group: Group;
  /** Plain little-endian scalars in, affine points in Montgomery form out; shared by all workers. */
  readonly scalars: Uint8Array;
  readonly points: Uint8Array;
  /** Index of the next scalar that nobody has taken. */
  readonly next: Int32Array;
}

/** Posted after each batch. */
export interface BatchDone {
  readonly job: number;
  readonly count: number;
}

if (parentPort !== null) serve(parentPort, workerData as WorkerSetup);

function serve(port: NonNullable<typeof parentPort>, setup: WorkerSetup): void {
  const arena = new CurveArena(setup.code);
  const bases = new Map<Group, FixedBase>();
  const baseOf = (group: Group): FixedBase => {
    const base = bases.get(group) ?? new FixedBase(arena, group, setup.window[group]);
    bases.set(group, base);
    return base;
  };
  port.on("message", (job: Job) => {
    const total = job.scalars.length / SCALAR_BYTES;
    const affine = AFFINE_BYTES[job.group];
    const base = baseOf(job.group);
    for (;;) {
      const start = Atomics.add(job.next, 0, BATCH);
      if (start >= total) return;
      const end = Math.min(start + BATCH, total);
      base.multiply(
        job.scalars.subarray(start * SCALAR_BYTES, end * SCALAR_BYTES),
        job.points.subarray(start * affine, end * affine),
      );
      port.postMessage({ job: job.id, count: end - start } satisfies BatchDone);
    }
  });
}
