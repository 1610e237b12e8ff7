import { join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import { EVIDENCE, type SiteKey } from "../batch/evidence.ts";
import { policyIdOfBatch } from "../batch/stageQuestion.ts";
import { claimFile } from "../batch/paths.ts";
import { environmentError, inputError } from "../errors.ts";
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
  const jobs: Job[] = [];
  for (const claim of claims) jobs.push(await jobOf(batch, policy, claim, options));
  const size = Math.min(workers, jobs.length);
  // snarkjs' threads are started once for all proofs: starting them takes as long as a small proof.
  return await withSnarkjs(() =>
    size <= 1
      ? proveAll(batch, jobs, options)
      : withProofPool(size, (makeProof) => proveAll(batch, jobs, options, makeProof)),
  );
}

/** What one proof is made from. */
interface Job extends IndexedClaim {
  readonly policyId: string;
  readonly statement: Statement;
  readonly circuit: Circuit;
  readonly artifacts: Artifacts;
}

async function jobOf(
  batch: Batch,
  policy: string,
  indexed: IndexedClaim,
  { artifactsOf, siteKey, opened }: ProveOptions,
): Promise<Job> {
  const { claim } = indexed;
  const statement = await EVIDENCE[claim.kind].statement(batch, indexed, { siteKey, opened });
  refuseBroken(statement, { dir: batch.dir, claim: claim.id });
  if (opened === undefined) throw unknownOpening(batch);
  const circuit = circuitOf(claim, statement);
  return { ...indexed, policyId: policy, statement, circuit, artifacts: await artifactsOf(circuit) };
}

function unknownOpening({ dir }: Batch): Error {
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

/** Proves jobs as fast as `makeProof` takes them; without it one after the other, with all cores each. */
async function proveAll(
  batch: Batch,
  jobs: readonly Job[],
  options: ProveOptions,
  makeProof?: MakeProof,
): Promise<ProvenClaim[]> {
  const proven: ProvenClaim[] = [];
  const proveOne = async (job: Job): Promise<void> => {
    proven.push({ claim: job.claim.id, envelope: await proveJob(batch, job, options, makeProof) });
  };
  if (makeProof === undefined) for (const job of jobs) await proveOne(job);
  else await settled(jobs.map(proveOne));
  return proven.sort((a, b) => a.envelope.claim - b.envelope.claim);
}

/** Waits for all, so that no proof is cut off half-written, then throws the first error there was. */
async function settled(tasks: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function proveJob(
  batch: Batch,
  { claim, index, policyId: policy, statement, circuit, artifacts }: Job,
  { destination, onProven }: ProveOptions,
  makeProof?: MakeProof,
): Promise<Envelope> {
  const envelope = await prove({
    statement,
    circuit,
    artifacts,
    destination,
    policyId: policy,
    claim: index,
    ...(makeProof === undefined ? {} : { makeProof }),
  });
  const file = join(batch.dir, claimFile("proofs", claim.id));
  await writeFileAtomically(file, documentText(envelope), { within: batch.dir });
  onProven?.(claim.id);
  return envelope;
}
