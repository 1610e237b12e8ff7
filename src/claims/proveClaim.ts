import { join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import { EVIDENCE, type SiteKey } from "../batch/evidence.ts";
import { policyIdOfBatch } from "../batch/stageQuestion.ts";
import { claimFile } from "../batch/paths.ts";
import { type BatchproofError, environmentError, inputError } from "../errors.ts";
import { documentText } from "../formats/document.ts";
import { writeFileAtomically } from "../input/files.ts";
import { circuitNamed, type Circuit } from "../kinds/circuits.ts";
import type { Statement } from "../kinds/statement.ts";
import type { Claim, IndexedClaim } from "../policy/document.ts";
import type { Envelope } from "../prover/envelope.ts";
import type { MakeProof } from "../prover/makeProof.ts";
import { poolSize, withProofPool } from "../prover/proofPool.ts";
import { prove, refuseBroken, type Destination } from "../prover/prove.ts";
import type { Artifacts } from "../setup/artifacts.ts";
import { withSnarkjs } from "../setup/snarkjsThreads.ts";

export interface ProveOptions {
  readonly destination: Destination;
  /** The circuit's artifacts, made on first need. */
  readonly artifactsOf: (circuit: Circuit) => Promise<Artifacts>;
  /** circuitId of a circuit's name: decides the policyId. */
  readonly circuitIdOf: (name: string) => string;
  /** The first custodian's key; needed for custody of stage 0. */
  readonly siteKey?: SiteKey | undefined;
  /** When the batch was opened, or its opening last replaced, Unix seconds: what the register says. Nothing is proven without. */
  readonly opened: bigint | undefined;
  /** Called when a claim is proven. */
  readonly onProven?: (claim: string) => void;
}

/** A claim and its proof. */
export interface ProvenClaim {
  readonly claim: string;
  readonly envelope: Envelope;
}

/**
 * Proves claims of a batch, several side by side, and writes `proofs/<claim>.json` of each. Refuses what `check`
 * refuses (code: the rule), before the first proof is made. Errors: `opening-unknown`,
 * those of `EvidenceStore.statement` and `prove`.
 * @param workers proofs at a time
 */
export async function proveClaims(
  batch: Batch,
  claims: readonly IndexedClaim[],
  options: ProveOptions,
  workers = poolSize(),
): Promise<ProvenClaim[]> {
  const policy = policyIdOfBatch(batch, options.circuitIdOf);
  const tasks: ReadyTask[] = [];
  for (const claim of claims) tasks.push(await readyTask(batch, policy, claim, options));
  const size = Math.min(workers, tasks.length);
  // snarkjs' threads are started once for all proofs: starting them takes as long as a small proof.
  return await withSnarkjs(() =>
    size <= 1
      ? proveAll(batch, tasks, options)
      : withProofPool(size, (makeProof) => proveAll(batch, tasks, options, makeProof)),
  );
}

/** What one proof is to show. */
export interface ProofTask extends IndexedClaim {
  readonly policyId: string;
  readonly statement: Statement;
  readonly circuit: Circuit;
}

/**
 * What the folder says now of a claim, as a proof would show it. Refuses what `check` refuses (code: the rule). Errors:
 * `opening-unknown`, `circuit`, those of `EvidenceStore.statement`.
 * @param policyId that of `policyIdOfBatch`
 */
export async function proofTask(
  batch: Batch,
  policyId: string,
  indexed: IndexedClaim,
  { siteKey, opened }: Pick<ProveOptions, "siteKey" | "opened">,
): Promise<ProofTask> {
  const { claim } = indexed;
  const statement = await EVIDENCE[claim.kind].statement(batch, indexed, { siteKey, opened });
  refuseBroken(statement, { dir: batch.dir, claim: claim.id });
  if (opened === undefined) throw unknownOpening(batch);
  return { ...indexed, policyId, statement, circuit: circuitOf(claim, statement) };
}

/** Writes the proof of a claim into the folder. Errors: those of `writeFileAtomically`. */
export async function writeProof({ dir }: Pick<Batch, "dir">, claim: string, envelope: Envelope): Promise<void> {
  await writeFileAtomically(join(dir, claimFile("proofs", claim)), documentText(envelope), { within: dir });
}

/** A task, and the artifacts that it takes. */
interface ReadyTask extends ProofTask {
  readonly artifacts: Artifacts;
}

async function readyTask(
  batch: Batch,
  policy: string,
  indexed: IndexedClaim,
  options: ProveOptions,
): Promise<ReadyTask> {
  const task = await proofTask(batch, policy, indexed, options);
  return { ...task, artifacts: await options.artifactsOf(task.circuit) };
}

/** Refuses to prove of a batch of which nobody knows when it was opened: code `opening-unknown`. */
export function unknownOpening({ dir }: Pick<Batch, "dir">): BatchproofError {
  return inputError("Every proof says when the batch was opened, and neither folder nor register was asked.", {
    code: "opening-unknown",
    place: dir,
    remedy:
      "Open the batch first; where another folder did, name a node and the account that opened it (--rpc, --owner).",
  });
}

function circuitOf({ id, circuits }: Claim, { capacity }: Statement): Circuit {
  const circuit = circuits
    .map((name) => circuitNamed(name))
    .find(({ tier }) => capacity === undefined || BigInt(tier) === capacity);
  if (circuit !== undefined) return circuit;
  throw environmentError(`No circuit of claim ${id} holds exactly ${capacity ?? 0n} readings.`, {
    code: "circuit",
    remedy: "Import the file again with this version of batchproof.",
  });
}

/** Proves tasks as fast as `makeProof` takes them; without it one after the other, with all cores each. */
async function proveAll(
  batch: Batch,
  tasks: readonly ReadyTask[],
  options: ProveOptions,
  makeProof?: MakeProof,
): Promise<ProvenClaim[]> {
  const proven: ProvenClaim[] = [];
  const proveOne = async (task: ReadyTask): Promise<void> => {
    proven.push({ claim: task.claim.id, envelope: await proveTask(batch, task, options, makeProof) });
  };
  if (makeProof === undefined) for (const task of tasks) await proveOne(task);
  else await settled(tasks.map(proveOne));
  return proven.sort((a, b) => a.envelope.claim - b.envelope.claim);
}

/** Waits for all, so that no proof is cut off half-written, then throws the first error there was. */
async function settled(tasks: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function proveTask(
  batch: Batch,
  { claim, index, policyId, statement, circuit, artifacts }: ReadyTask,
  { destination, onProven }: ProveOptions,
  makeProof?: MakeProof,
): Promise<Envelope> {
  const envelope = await prove({
    statement,
    circuit,
    artifacts,
    destination,
    policyId,
    claim: index,
    ...(makeProof === undefined ? {} : { makeProof }),
  });
  await writeProof(batch, claim.id, envelope);
  onProven?.(claim.id);
  return envelope;
}
