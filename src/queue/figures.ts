import { circuitNameOf } from "../setup/artifactLock.ts";
import { isOpen } from "./fileQueue.ts";
import type { JobState, JobStatus } from "./job.ts";

/** How long the proofs of a circuit took that were made in the last hour. */
export interface CircuitFigures {
  readonly circuit: string;
  readonly proofs: number;
  /** From beginning a job to its verified proof. */
  readonly meanSeconds: number;
  readonly longestSeconds: number;
}

/** How a queue stands. */
export interface QueueFigures {
  readonly jobs: Readonly<Record<JobState, number>>;
  /** Seconds since the oldest job was made that waits or is worked on; null: there is none. */
  readonly oldestSeconds: number | null;
  /** Proofs of the last hour. */
  readonly lastHour: number;
  readonly circuits: readonly CircuitFigures[];
}

const HOUR_MS = 3_600_000;

/** Counts jobs. @param now milliseconds since 1970 */
export function queueFigures(jobs: readonly JobStatus[], now: number): QueueFigures {
  const count = { waiting: 0, working: 0, done: 0, dead: 0 };
  for (const { state } of jobs) count[state]++;
  const oldest = Math.min(...jobs.filter(isOpen).map(({ created }) => Date.parse(created)));
  const recent = jobs.filter(({ state, updated }) => state === "done" && Date.parse(updated) > now - HOUR_MS);
  return {
    jobs: count,
    oldestSeconds: Number.isFinite(oldest) ? Math.max(0, (now - oldest) / 1000) : null,
    lastHour: recent.length,
    circuits: circuitFigures(recent),
  };
}

function circuitFigures(done: readonly JobStatus[]): CircuitFigures[] {
  const seconds = new Map<string, number[]>();
  for (const { artifact, begun, updated } of done) {
    if (begun === undefined) continue;
    const taken = (Date.parse(updated) - Date.parse(begun)) / 1000;
    seconds.set(artifact, [...(seconds.get(artifact) ?? []), taken]);
  }
  return [...seconds].map(([artifact, each]) => ({
    circuit: circuitNameOf(artifact) ?? artifact,
    proofs: each.length,
    meanSeconds: each.reduce((sum, one) => sum + one, 0) / each.length,
    longestSeconds: Math.max(...each),
  }));
}

/**
 * Seconds until all that waits is done, if proofs take as long as in the last hour and as many are made at a time as now; undefined:
 * in the last hour none was made. @param now milliseconds since 1970
 */
export function secondsOfWork(jobs: readonly JobStatus[], now: number): number | undefined {
  const figures = queueFigures(jobs, now);
  const made = figures.circuits.reduce((sum, { proofs }) => sum + proofs, 0);
  if (made === 0) return undefined;
  const usual = figures.circuits.reduce((sum, { proofs, meanSeconds }) => sum + proofs * meanSeconds, 0) / made;
  const means = new Map(figures.circuits.map(({ circuit, meanSeconds }) => [circuit, meanSeconds]));
  const secondsOf = ({ artifact }: JobStatus): number => means.get(circuitNameOf(artifact) ?? artifact) ?? usual;
  const left = jobs.filter(isOpen).reduce((sum, job) => sum + secondsOf(job), 0);
  return left / Math.max(1, figures.jobs.working);
}
