import type { Dataset, RunEvent } from "../../src/exports/openlineage.ts";

/** A raw file, what was recorded of it, and the proof of that: names of datasets as the events have them. */
export interface Path {
  readonly raw: string | undefined;
  readonly evidence: string;
  readonly proof: string | undefined;
}

/** Reads events as a lineage server does, knowing nothing of batchproof: datasets, and runs that lead from one to another. */
export function pathsOf(events: readonly RunEvent[]): Path[] {
  const done = events.filter(({ eventType }) => eventType === "COMPLETE");
  const edges = done.flatMap(({ inputs, outputs }) =>
    inputs.flatMap((from) => outputs.map((to) => ({ from: idOf(from), to: idOf(to) }))),
  );
  const before = (name: string): string[] => edges.filter(({ to }) => to === name).map(({ from }) => from);
  const after = (name: string): string[] => edges.filter(({ from }) => from === name).map(({ to }) => to);
  const all = new Set(done.flatMap(({ inputs, outputs }) => [...inputs, ...outputs].map(idOf)));
  const isEvidence = (name: string): boolean => !/^raw|^proof/.test(name);
  return [...all]
    .filter(isEvidence)
    .flatMap((evidence) =>
      orNone(before(evidence)).flatMap((raw) => orNone(after(evidence)).map((proof) => ({ raw, evidence, proof }))),
    );
}

function idOf({ name }: Dataset): string {
  return name;
}

function orNone<T>(list: readonly T[]): readonly (T | undefined)[] {
  return list.length === 0 ? [undefined] : list;
}
