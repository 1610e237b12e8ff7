import { getBytes } from "ethers";
import { proofOfWords } from "../src/audit/statement.ts";
import { refusal } from "../src/errors.ts";
import type { KindName } from "../src/formats/constants.ts";
import { circuitNamed } from "../src/kinds/circuits.ts";
import type { Attestation } from "../src/chain/claimFacts.ts";
import type { Register } from "../src/chain/handles.ts";
import { explained } from "../src/chain/revert.ts";
import { verifyProof } from "../src/prover/verify.ts";
import { circuitNameOf } from "../src/setup/artifactLock.ts";
import { assertUsableKey, type SetupKind } from "../src/setup/keyGate.ts";
import { decodeVerifyingKey } from "../src/setup/verifyingKey.ts";

/** What proves an attestation. */
export interface ProvenBy {
  readonly circuitId: string;
  /** Its name where artifacts.lock.json pins it; else nobody here knows what it proves. */
  readonly circuit: string | undefined;
  readonly setup: SetupKind;
  /** Whether the register froze it as unsound. */
  readonly unsound: boolean;
}

/**
 * Verifies the proof of an attestation once more, under the key that the register keeps for its circuit. Two persons of the
 * register say of which kind a circuit is; of one that the lock file pins, its name says it. Errors: `disclosure-circuit` (the two
 * differ), those of `verifyProof`, of the key gate, and of `explained`.
 * @param kind that of the claim, as the register says
 */
export async function verifyAttestation(
  { circuits }: Pick<Register, "circuits">,
  { circuitId, signals, proof }: Attestation,
  kind: KindName,
): Promise<ProvenBy> {
  const circuit = circuitNameOf(circuitId);
  if (circuit !== undefined && circuitNamed(circuit).kind !== kind) {
    throw refusal(`The register takes ${circuit} for a circuit of kind ${kind}.`, { code: "disclosure-circuit" });
  }
  const { unsound } = await explained(() => circuits.circuitOf(circuitId));
  const key = await explained(() => circuits.keyOf(circuitId));
  const { verifyingKey, setup } = await assertUsableKey({ vkey: decodeVerifyingKey(getBytes(key)), circuitId });
  verifyProof(verifyingKey, signals.map(String), proofOfWords(proof));
  return { circuitId, circuit, setup, unsound };
}
