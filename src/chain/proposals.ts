import { AbiCoder, keccak256 } from "ethers";
import type { RoleTerms } from "./handles.ts";

/** Ids of what waits for the second of two persons, 0x hex: the hash of exactly what was proposed. A policy's is its policyId. */

export function roleProposal(terms: Readonly<RoleTerms>): string {
  return hashed(["bytes32", "address", "bytes32", "uint64", "uint64"], terms);
}

/** A circuit as it is proposed; `transcript` as 0x hex. */
export type CircuitTerms = readonly [
  circuitId: string,
  kind: number,
  tier: number,
  development: boolean,
  transcript: string,
];

export function circuitProposal(terms: CircuitTerms): string {
  return hashed(["bytes32", "uint8", "uint32", "bool", "bytes32"], terms);
}

export function rootProposal(root: bigint, documentHash: string): string {
  return hashed(["uint256", "bytes32"], [root, documentHash]);
}

export function closingProposal(id: bigint, disposition: number, evidence: string): string {
  return hashed(["uint256", "uint8", "bytes32"], [id, disposition, evidence]);
}

/** `seat`: index of a stage, or `BATCH_SEAT`. */
export function qpProposal(key: string, seat: number, qp: string): string {
  return hashed(["bytes32", "uint8", "address"], [key, seat, qp]);
}

function hashed(types: readonly string[], values: readonly unknown[]): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, values));
}
