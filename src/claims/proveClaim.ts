import { join } from "node:path";
import { claimOf, readBatch, type Batch } from "../batch/folder.ts";
import { claimFile } from "../batch/paths.ts";
import { circuitNamed, type Circuit } from "../circuits.ts";
import { environmentError } from "../errors.ts";
import { writeFileAtomically } from "../input/files.ts";
import { documentText } from "../parties/document.ts";
import { policyId } from "../policy/onChain.ts";
import type { Envelope } from "../prover/envelope.ts";
import { proveTemperature, type Destination } from "../prover/prove.ts";
import type { Artifacts } from "../setup/artifacts.ts";
import { gatherEvidence } from "./evidence.ts";

export interface ProveOptions {
  readonly destination: Destination;
  /** The circuit's artifacts, made on first need. */
  readonly artifactsOf: (circuit: Circuit) => Promise<Artifacts>;
  /** circuitId of a circuit's name: decides the policyId. */
  readonly circuitIdOf: (name: string) => string;
}

/**
 * Proves one claim and writes `proofs/<claim>.json`. Refuses what `check` refuses (code: the rule). Errors: those of
 * `gatherEvidence` and `proveTemperature`.
 */
export async function proveClaim(dir: string, claimId: string, options: ProveOptions): Promise<Envelope> {
  const batch = await readBatch(dir);
  const { claim, index } = claimOf(batch, claimId);
  const evidence = await gatherEvidence(batch, claimId);
  const circuit = claim.circuits
    .map((name) => circuitNamed(name))
    .find(({ tier }) => BigInt(tier) === evidence.header.n);
  if (circuit === undefined) {
    throw environmentError(`No circuit of claim ${claimId} holds exactly ${evidence.header.n} readings.`, {
      code: "circuit",
      remedy: "Import the file again with this version of batchproof.",
    });
  }
  const envelope = await proveTemperature({
    evidence,
    circuit,
    artifacts: await options.artifactsOf(circuit),
    destination: options.destination,
    policyId: policyIdOfBatch(batch, options.circuitIdOf),
    claim: index,
  });
  await writeFileAtomically(join(dir, claimFile("proofs", claimId)), documentText(envelope), { within: dir });
  return envelope;
}

/** policyId of a batch's policy, from the rule salts that the batch keeps. */
export function policyIdOfBatch({ policy, secrets }: Batch, circuitIdOf: (name: string) => string): string {
  const salts = new Map(policy.claims.map(({ id }) => [id, secrets.ruleSalt(id)]));
  return policyId(policy, salts, circuitIdOf);
}
