import { Gauge, type Registry } from "prom-client";
import { queueFigures } from "./figures.ts";
import { JOB_STATES } from "./job.ts";
import type { Queue } from "./queue.ts";
import type { Workbench } from "./workbench.ts";

/** Adds what is measured of a queue to a registry; all of it is counted when somebody asks. */
export function addQueueMetrics(registry: Registry, queue: Queue, workbench: Workbench): void {
  const registers = [registry];
  new Gauge({
    name: "batchproof_jobs",
    help: "Proofs to be made, by how they stand.",
    labelNames: ["state"],
    registers,
    collect() {
      const { jobs } = queueFigures(queue.list(), Date.now());
      for (const state of JOB_STATES) this.set({ state }, jobs[state]);
    },
  });
  new Gauge({
    name: "batchproof_oldest_job_seconds",
    help: "Age of the oldest proof that is still to be made; 0: there is none.",
    registers,
    collect() {
      this.set(queueFigures(queue.list(), Date.now()).oldestSeconds ?? 0);
    },
  });
  new Gauge({
    name: "batchproof_proofs_last_hour",
    help: "Proofs that were made in the last hour.",
    labelNames: ["circuit"],
    registers,
    collect() {
      this.reset();
      for (const { circuit, proofs } of queueFigures(queue.list(), Date.now()).circuits) this.set({ circuit }, proofs);
    },
  });
  new Gauge({
    name: "batchproof_proof_seconds",
    help: "Mean seconds of a proof of the last hour, from beginning to verified.",
    labelNames: ["circuit"],
    registers,
    collect() {
      this.reset();
      for (const each of queueFigures(queue.list(), Date.now()).circuits) {
        this.set({ circuit: each.circuit }, each.meanSeconds);
      }
    },
  });
  new Gauge({
    name: "batchproof_wrong_proofs",
    help: "Wrong proofs since the start, by who sent them.",
    labelNames: ["worker"],
    registers,
    collect() {
      for (const [worker, wrong] of workbench.wrong) this.set({ worker }, wrong);
    },
  });
}
