import type { Circuit } from "../kinds/circuits.ts";
import { commandOf } from "../commandLine.ts";
import { environmentError, refusal } from "../errors.ts";
import { SIGNALS, type Signals } from "../formats/constants.ts";
import { contextOf } from "../formats/context.ts";
import type { SnarkjsProof } from "../formats/snarkjs.ts";
import type { Artifacts } from "../setup/artifacts.ts";
import type { UsableKey } from "../setup/keyGate.ts";
import { withSnarkjs } from "../setup/snarkjsThreads.ts";
import { readVerifyingKey } from "../setup/verifyingKey.ts";
import { makeEnvelope, type Envelope } from "./envelope.ts";
import { makeProof, type MakeProof } from "./makeProof.ts";
import type { Statement } from "../kinds/statement.ts";
import { verifyProof } from "./verify.ts";

/** Where and by whom a proof will be sent: it is worth nothing anywhere else. */
export interface Destination {
  readonly submitter: string;
  readonly chainId: bigint;
  readonly registry: string;
}

/** What a proof is to show, and where. */
export interface ProofClaim {
  readonly statement: Statement;
  readonly circuit: Circuit;
  readonly destination: Destination;
  readonly policyId: string;
  /** Index of the claim in the policy. */
  readonly claim: number;
}

export interface ProofRequest extends ProofClaim {
  readonly artifacts: Artifacts;
  /** How the proof is made: in this thread, or by a pool (`withProofPool`). */
  readonly makeProof?: MakeProof;
}

/**
 * Proves a statement and verifies the proof before it is returned. Refuses what `check` refuses (code: the rule), so the
 * witness calculator never meets a bad record; nothing private is in any error.
 */
export async function prove(request: ProofRequest): Promise<Envelope> {
  const { statement, artifacts } = request;
  const signals = proofSignals(request);
  return await withSnarkjs(async () => {
    const { wasm, zkey, vkey, circuitId, setup } = artifacts;
    const { proof, publicSignals } = await (request.makeProof ?? makeProof)({
      input: statement.input(signals),
      wasm,
      zkey,
    });
    if (publicSignals.join() !== SIGNALS.map((name) => signals[name].toString()).join()) {
      throw environmentError("The circuit's public signals are in another order than the library's.", {
        code: "artifact-stale",
        place: wasm,
        remedy: "Remove build/ and try again.",
      });
    }
    return sealProof(request, { verifyingKey: await readVerifyingKey(vkey), circuitId, setup }, signals, proof);
  });
}

/** What a proof of this will say. Refuses what `check` refuses (code: the rule). */
export function proofSignals({ statement, destination }: Pick<ProofClaim, "statement" | "destination">): Signals {
  refuseBroken(statement);
  return statement.signals(contextOf(destination.chainId, destination.registry, destination.submitter));
}

/**
 * Verifies a proof, whoever made it, against what it is to say, and makes its envelope. Errors: those of `verifyProof`.
 * @param key one that passed the key gate
 * @param signals those of `proofSignals`
 */
export function sealProof(claim: ProofClaim, key: UsableKey, signals: Signals, proof: unknown): Envelope {
  const listed = SIGNALS.map((name) => signals[name].toString());
  verifyProof(key.verifyingKey, listed, proof);
  const { circuitId, setup } = key;
  const { circuit, policyId, destination } = claim;
  const context = { circuit: circuit.name, tier: circuit.tier, circuitId, setup, policyId, claim: claim.claim };
  const where = { ...destination, chainId: destination.chainId.toString() };
  return makeEnvelope({ ...context, ...where }, signals, proof as SnarkjsProof);
}

/** Refuses a statement that does not hold (code: the first broken rule). `of`: the batch folder and the claim's id. */
export function refuseBroken(statement: Statement, of?: { readonly dir: string; readonly claim: string }): void {
  const [broken] = statement.findings();
  if (broken === undefined) return;
  throw refusal(`The record does not keep rule \`${broken.rule}\`: ${broken.problem}.`, {
    code: broken.rule,
    ...(of === undefined ? {} : { place: of.claim }),
    remedy: `See reading, time and limit: \`${commandOf("check", of?.dir ?? "DIR", "--claim", of?.claim ?? "CLAIM")}\`.`,
  });
}
