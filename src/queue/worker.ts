import { BatchproofError, environmentError } from "../errors.ts";
import type { SnarkjsProof } from "../formats/snarkjs.ts";
import { circuitNamed, type Circuit } from "../kinds/circuits.ts";
import type { MakeProof } from "../prover/makeProof.ts";
import { withProofPool } from "../prover/proofPool.ts";
import { lockedCircuitId } from "../setup/artifactLock.ts";
import type { Artifacts } from "../setup/artifacts.ts";
import { sleep } from "../sleep.ts";
import { madeNothing } from "./embedded.ts";
import { connectQueue, QUEUE_NAME, type HandedJob } from "./postgres.ts";
import type { JobFailure } from "./queue.ts";
import type { Remote } from "./remote.ts";

/** How often a worker says that it is at work; the server and the database wait longer. */
const RENEW_SECONDS = 5;
/** How often a finished proof is sent to a server that does not answer, and how long between. */
const SEND_TIMES = 30;
const SEND_REST_MS = 2_000;
/** How long between two questions whether it may work. */
const GREET_REST_MS = 2_000;
/** Longest time that a worker which is to stop has for what it is at. */
const DRAIN_MS = 3_600_000;
const ID = /^[0-9a-f]{32}$/;

export interface WorkerOptions {
  /** Of the database: postgres://... */
  readonly queue: string;
  readonly server: Remote;
  /** This machine's own artifacts. */
  readonly artifactsOf: (circuit: Circuit) => Promise<Pick<Artifacts, "wasm" | "zkey">>;
  /** Proofs at a time. */
  readonly workers: number;
  /** Called with what happens, a line each; nothing private is in it. */
  readonly say?: (line: string) => void;
}

/**
 * Makes proofs of jobs that a database hands out, until `stopped` is settled; then ends what it is at. Inputs are in memory only.
 * Error `queue-database`: the database does not answer at the start, or no server has used it yet; later silence is waited out. Error
 * `server-refused`: the server does not take this worker.
 */
export async function work(options: WorkerOptions, stopped: Promise<unknown>): Promise<void> {
  const { queue, server, workers, say = (): void => undefined } = options;
  const boss = await connectQueue(queue, false, () => say("The database does not answer; waiting."));
  try {
    await greeted(server, stopped, say);
    await withProofPool(workers, async (makeProof) => {
      await boss.work<Partial<HandedJob> | null>(
        QUEUE_NAME,
        { localConcurrency: workers, pollingIntervalSeconds: 1, heartbeatRefreshSeconds: RENEW_SECONDS },
        async (jobs) => {
          for (const { data } of jobs) await make(data?.id, makeProof, { ...options, say });
        },
      );
      await stopped;
      await boss.stop({ graceful: true, timeout: DRAIN_MS });
    });
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    if (error instanceof BatchproofError) throw error;
    throw environmentError("The database of the queue has no queue yet.", {
      code: "queue-database",
      remedy: "Start the server with the same --queue first.",
      cause: error,
    });
  }
}

/** Waits until the server lets this worker work: jobs that it took before would be kept from others. Error `server-refused`. */
async function greeted(server: Remote, stopped: Promise<unknown>, say: (line: string) => void): Promise<void> {
  const over = stopped.then(() => true);
  for (let said = ""; ;) {
    try {
      await server.greet();
      return;
    } catch (error) {
      if (!(error instanceof BatchproofError) || error.code !== "server-silent") throw error;
      if (error.message !== said) say(`${error.message} Waiting.`);
      said = error.message;
    }
    if (await Promise.race([over, sleep(GREET_REST_MS).then(() => false)])) return;
  }
}

type Making = WorkerOptions & { readonly say: (line: string) => void };

/** One job. What throws here comes again, by the database; what the server refused is over. */
async function make(id: unknown, makeProof: MakeProof, options: Making): Promise<void> {
  const { server, say } = options;
  // A database may hold anything; an id stands in an address.
  if (typeof id !== "string" || !ID.test(id)) return;
  try {
    const given = await server.take(id);
    const renewing = setInterval(() => void server.renew(id).catch(() => undefined), RENEW_SECONDS * 1000);
    try {
      const failure = await proveAndGive(id, given, makeProof, options);
      say(`${id}: ${failure === undefined ? "proven." : `not proven: ${failure.message}`}`);
    } finally {
      clearInterval(renewing);
    }
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    say(`${id}: ${error.message}`);
    if (error.code !== "server-refused") throw error;
  }
}

/** Why it made no proof, which the server was told. */
async function proveAndGive(
  id: string,
  { circuit, artifact, input }: Awaited<ReturnType<Remote["take"]>>,
  makeProof: MakeProof,
  { server, artifactsOf }: Making,
): Promise<JobFailure | undefined> {
  let proof: SnarkjsProof;
  try {
    if (lockedCircuitId(circuit) !== artifact) {
      throw environmentError(`Circuit ${circuit} is another one here than the server's.`, { code: "circuit" });
    }
    const { wasm, zkey } = await artifactsOf(circuitNamed(circuit));
    proof = (await makeProof({ input, wasm, zkey })).proof;
  } catch (error) {
    const failure = madeNothing(error);
    await server.fail(id, failure);
    return failure;
  }
  for (let times = 1; ; times++) {
    try {
      await server.give(id, proof);
      return undefined;
    } catch (error) {
      const isSilent = error instanceof BatchproofError && error.code === "server-silent";
      if (!isSilent || times === SEND_TIMES) throw error;
      await sleep(SEND_REST_MS);
    }
  }
}
