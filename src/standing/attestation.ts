import { getBytes } from "ethers";
import type { CircuitList } from "../audit/circuits.ts";
import { proofOfWords } from "../audit/statement.ts";
import type { AtBlock } from "../chain/batchState.ts";
import type { Attestation } from "../chain/claimFacts.ts";
import type { Register } from "../chain/handles.ts";
import { explained } from "../chain/revert.ts";
import { refusal } from "../errors.ts";
import type { KindName } from "../formats/constants.ts";
import { mistakenKind } from "../kinds/circuits.ts";
import { verifyProof } from "../prover/verify.ts";
import { circuitNameOf } from "../setup/artifactLock.ts";
import { assertUsableKey, type SetupKind, type UsableKey } from "../setup/keyGate.ts";
import { decodeVerifyingKey } from "../setup/verifyingKey.ts";

/** What proves an attestation. */
export interface ProvenBy {
  readonly circuitId: string;
  /** Its name where the reader knows the circuit; else nobody here knows what it proves. */
  readonly circuit: string | undefined;
  readonly setup: SetupKind;
  /** Whether the register froze it as unsound. */
  readonly unsound: boolean;
}

/** A circuit of the register with the key that it keeps, which passed the key gate. */
export interface VerifyingCircuit extends ProvenBy {
  readonly verifyingKey: UsableKey["verifyingKey"];
}

/**
 * A circuit with the key that the register keeps for it. Errors: those of the key gate and of `explained`.
 * @param list the circuits whose provenance the reader knows; undefined: those that the lock file pins
 */
export async function verifyingCircuit(
  { circuits }: Pick<Register, "circuits">,
  circuitId: string,
  at: AtBlock,
  list?: CircuitList,
): Promise<VerifyingCircuit> {
  const circuit = list === undefined ? circuitNameOf(circuitId) : list[circuitId]?.name;
  const { unsound } = await explained(() => circuits.circuitOf(circuitId, at));
  const key = await explained(() => circuits.keyOf(circuitId, at));
  const { verifyingKey, setup } = await assertUsableKey({ vkey: decodeVerifyingKey(getBytes(key)), circuitId });
  return { circuitId, circuit, setup, unsound, verifyingKey };
}

/**
 * Verifies the proof of an attestation once more. Errors: `disclosure-circuit` (the circuit is one of another kind), those of
 * `verifyProof`.
 * @param circuit of the attestation
 * @param kind that of the claim, as the register says; undefined: not known to this version, and then nothing is compared
 */
export function verifyUnder(
  { circuit, verifyingKey }: VerifyingCircuit,
  { signals, proof }: Attestation,
  kind: KindName | undefined,
): void {
  const mistaken = kind === undefined ? undefined : mistakenKind(circuit, kind);
  if (mistaken !== undefined) throw refusal(mistaken, { code: "disclosure-circuit" });
  verifyProof(verifyingKey, signals.map(String), proofOfWords(proof));
}

/** Both in one, for one attestation. Errors: those of `verifyingCircuit` and `verifyUnder`. */
export async function verifyAttestation(
  register: Pick<Register, "circuits">,
  attestation: Attestation,
  kind: KindName,
  at: AtBlock,
): Promise<ProvenBy> {
  const { verifyingKey, ...by } = await verifyingCircuit(register, attestation.circuitId, at);
  verifyUnder({ ...by, verifyingKey }, attestation, kind);
  return by;
}
