import { AbiCoder, keccak256 } from "ethers";

/** A claim as `PolicyRegistry` stores it. Hashes as 0x hex; codes of `codes.ts`. */
export interface ChainClaim {
  readonly circuitIds: readonly string[];
  /** Public signal `rule`. */
  readonly rule: bigint;
  readonly stage: number;
  readonly class: number;
  readonly neededFor: number;
  /** 1 minor, 2 major, 3 critical. */
  readonly severity: number;
}

/** A policy as `PolicyRegistry` stores it. */
export interface ChainPolicy {
  /** sha256 of the canonical JSON (RFC 8785), 0x hex. */
  readonly documentHash: string;
  /** The word of a name, 0x hex. */
  readonly product: string;
  readonly version: number;
  /** Number of stages. */
  readonly stages: number;
  /** Latest due dates for release and completion, seconds from the opening of a batch. */
  readonly maxDue: readonly [bigint, bigint];
  /** Bit i: a QP named for stage i confirms it before a batch is certified. */
  readonly confirmedStages: bigint;
  readonly claims: readonly ChainClaim[];
}

const TYPES = [
  "bytes32",
  "bytes32",
  "uint32",
  "uint8",
  "uint64[2]",
  "uint256",
  "tuple(bytes32[] circuitIds,uint256 rule,uint8 stage,uint8 class,uint8 neededFor,uint8 severity)[]",
];

/** policyId = keccak256(abi.encode(documentHash, product, version, stages, maxDue, confirmedStages, claims)), 0x hex. */
export function policyIdOf(policy: ChainPolicy): string {
  const { documentHash, product, version, stages, maxDue, confirmedStages, claims } = policy;
  const values = [documentHash, product, version, stages, maxDue, confirmedStages, claims];
  return keccak256(AbiCoder.defaultAbiCoder().encode(TYPES, values));
}
