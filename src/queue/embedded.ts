import { BatchproofError } from "../errors.ts";
import { circuitNamed, type Circuit } from "../kinds/circuits.ts";
import type { MakeProof } from "../prover/makeProof.ts";
import { poolSize, withProofPool } from "../prover/proofPool.ts";
import type { Artifacts } from "../setup/artifacts.ts";
import { sleep } from "../sleep.ts";
import type { JobStatus } from "./job.ts";
import type { Dispatcher, JobFailure, Queue } from "./queue.ts";
import type { JobInput, Workbench } from "./workbench.ts";

/** The server itself, as a worker is named. */
const HERE = "server";
/** Rest after a failure: what a machine lacks now it may have later. */
const REST_MS = 1_000;

export interface EmbeddedOptions {
  /** The circuit's artifacts, made on first need. */
  readonly artifactsOf: (circuit: Circuit) => Promise<Pick<Artifacts, "wasm" | "zkey">>;
  /** Proofs at a time. */
  readonly workers?: number;
}

/** Has the jobs of a queue made by processes of this machine: they are started for work, and ended when none is left. */
export function workHere(queue: Queue, workbench: Workbench, options: EmbeddedOptions): Dispatcher {
  return new Embedded(queue, workbench, options);
}

class Embedded implements Dispatcher {
  readonly #queue: Queue;
  readonly #workbench: Workbench;
  readonly #options: EmbeddedOptions;
  readonly #workers: number;
  readonly #unwatch: () => void;
  #isClosed = false;
  #busy: Promise<void> | undefined;
  /** Tells whoever waits for a lane that there may be another job. */
  #stir: () => void = () => undefined;

  constructor(queue: Queue, workbench: Workbench, options: EmbeddedOptions) {
    this.#queue = queue;
    this.#workbench = workbench;
    this.#options = options;
    this.#workers = options.workers ?? poolSize();
    this.#unwatch = queue.watch(() => {
      this.#wake();
    });
    this.#wake();
  }

  isReady(): boolean {
    return !this.#isClosed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unwatch();
    this.#stir();
    await this.#busy;
  }

  #wake(): void {
    this.#stir();
    if (this.#isClosed || this.#busy !== undefined || this.#queue.next() === undefined) return;
    this.#busy = withProofPool(this.#workers, (makeProof) => this.#makeAll(makeProof)).finally(() => {
      this.#busy = undefined;
      this.#wake();
    });
  }

  /** Makes jobs, so many at a time, until none waits. */
  async #makeAll(makeProof: MakeProof): Promise<void> {
    const running = new Map<string, Promise<unknown>>();
    const begin = (): boolean => {
      const job = running.size < this.#workers && !this.#isClosed ? this.#queue.next(running) : undefined;
      if (job === undefined) return false;
      running.set(
        job.id,
        this.#make(job, makeProof).finally(() => running.delete(job.id)),
      );
      return true;
    };
    for (;;) {
      const stirred = new Promise<void>((stir) => (this.#stir = stir));
      while (begin());
      if (running.size === 0) return;
      await Promise.race([...running.values(), stirred]);
    }
  }

  /** What becomes of a job, its file says. */
  async #make({ id }: JobStatus, makeProof: MakeProof): Promise<void> {
    try {
      const given = await this.#workbench.take(id, HERE);
      await this.#prove(id, given, makeProof);
    } catch {
      await sleep(REST_MS);
    }
  }

  async #prove(id: string, { circuit, input }: JobInput, makeProof: MakeProof): Promise<void> {
    try {
      const { wasm, zkey } = await this.#options.artifactsOf(circuitNamed(circuit));
      const { proof } = await makeProof({ input, wasm, zkey });
      await this.#workbench.give(id, HERE, proof);
    } catch (error) {
      // Of what `give` refused the job's end is written already: nobody has it any more, and this changes nothing.
      await this.#workbench.fail(id, HERE, madeNothing(error));
    }
  }
}

/** Why no proof came of an input, without anything that could be of it. */
export function madeNothing(error: unknown): JobFailure {
  const known = error instanceof BatchproofError ? error : undefined;
  const message = known?.message ?? "This is a bug in batchproof.";
  return { code: known?.code ?? "internal", message, retry: true };
}
