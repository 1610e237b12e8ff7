import { type Lineage } from "../../src/audit/lineage.ts";
import { DESK_PATHS, type DeskConfig } from "../../src/desk/config.ts";
import type { Failure } from "../../src/desk/failure.ts";

/** Where what the page shows comes from: the audit in the worker, or a report that was written before. */

/** How far the audit has read. */
export interface Progress {
  readonly block: number;
  readonly last: number;
}

/** `Failure` as an error. */
export class AuditFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = "AuditFailure";
    this.failure = failure;
  }
}

/** What the worker is told: the page's own address, and what to audit. */
export interface Start {
  readonly base: string;
  readonly config: DeskConfig;
}

/** What the worker tells. */
export type Told =
  | ({ readonly type: "progress" } & Progress)
  | { readonly type: "report"; readonly lineage: Lineage }
  | { readonly type: "error"; readonly failure: Failure };

/** Whether the page was served by `batchproof desk`; else it was opened from disk. */
export function isServed(): boolean {
  return location.protocol === "http:";
}

/** What the page was served for. Errors: `AuditFailure`, if whoever served it is gone. */
export async function servedConfig(): Promise<DeskConfig> {
  try {
    const response = await fetch(DESK_PATHS.config);
    if (response.ok) return (await response.json()) as DeskConfig;
    throw new Error(`HTTP ${response.status}`);
  } catch (error) {
    throw new AuditFailure({
      kind: "environment",
      code: "unreachable",
      message: `The desk does not answer (${String(error)}).`,
      place: location.origin,
      remedy: "Start `batchproof desk` again.",
    });
  }
}

/** Audits a register in a worker, and all that it follows. Errors: `AuditFailure`. */
export function fromNode(config: DeskConfig, onProgress: (progress: Progress) => void): Promise<Lineage> {
  const worker = new Worker(new URL("worker.js", document.baseURI), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<Lineage>();
  worker.onmessage = ({ data }: MessageEvent<Told>) => {
    if (data.type === "progress") onProgress(data);
    else if (data.type === "report") resolve(data.lineage);
    else reject(new AuditFailure(data.failure));
  };
  worker.onerror = ({ message }) => {
    reject(
      new AuditFailure({
        ...{ kind: "internal", code: "internal", message: "This is a bug in batchproof." },
        ...{ place: null, remedy: `Please report it: ${message}` },
      }),
    );
  };
  worker.postMessage({ base: new URL(".", document.baseURI).href, config } satisfies Start);
  return promise.finally(() => worker.terminate());
}
