import { groth16, wtns } from "snarkjs";
import type { Circuit } from "../circuits.ts";
import { environmentError, refusal } from "../errors.ts";
import { SIGNALS } from "../formats/constants.ts";
import { contextOf } from "../chain/context.ts";
import { checkTemperature } from "../rules/temperature.ts";
import { signalsOf, type TemperatureEvidence } from "../rules/evidence.ts";
import type { Artifacts } from "../setup/artifacts.ts";
import { withSnarkjs } from "../setup/snarkjsThreads.ts";
import { readVerifyingKey } from "../setup/verifyingKey.ts";
import { makeEnvelope, type Envelope } from "./envelope.ts";
import { temperatureInput } from "./input.ts";
import { verifyProof } from "./verify.ts";

/** Where and by whom a proof will be sent: it is worth nothing anywhere else. */
export interface Destination {
  readonly submitter: string;
  readonly chainId: bigint;
  readonly registry: string;
}

export interface ProofRequest {
  readonly evidence: TemperatureEvidence;
  readonly circuit: Circuit;
  readonly artifacts: Artifacts;
  readonly destination: Destination;
  readonly policyId: string;
  /** Index of the claim in the policy. */
  readonly claim: number;
}

/**
 * Proves a temperature claim and verifies the proof before it is returned. Refuses what `check` refuses (code: the
 * rule), so the witness calculator never meets a bad record; nothing private is in any error.
 */
export async function proveTemperature(request: ProofRequest): Promise<Envelope> {
  const { evidence, circuit, artifacts, destination, policyId, claim } = request;
  const [broken] = checkTemperature(evidence);
  if (broken !== undefined) {
    throw refusal(`The record does not keep rule \`${broken.rule}\`: ${broken.problem}.`, {
      code: broken.rule,
      remedy: "Run `batchproof check` for the reading, time and limit.",
    });
  }
  const signals = signalsOf(evidence, contextOf(destination.chainId, destination.registry, destination.submitter));
  return await withSnarkjs(async () => {
    const witness = { type: "mem" } as const;
    await wtns.calculate(temperatureInput(evidence, signals), artifacts.wasm, witness);
    const { proof, publicSignals } = await groth16.prove(artifacts.zkey, witness);
    if (publicSignals.join() !== SIGNALS.map((name) => signals[name].toString()).join()) {
      throw environmentError("The circuit's public signals are in another order than the library's.", {
        code: "artifact-stale",
        place: artifacts.wasm,
        remedy: "Remove build/ and try again.",
      });
    }
    await verifyProof(await readVerifyingKey(artifacts.vkey), publicSignals, proof);
    const { circuitId, setup } = artifacts;
    const context = { circuit: circuit.name, tier: circuit.tier, circuitId, setup, policyId, claim, ...destination };
    return makeEnvelope({ ...context, chainId: destination.chainId.toString() }, signals, proof);
  });
}
