import { AbiCoder, keccak256 } from "ethers";

/**
 * Public signal `context`: uint256(keccak256(abi.encode(chainId, registry, submitter))) >> 8. It ties a proof to one
 * chain, one compliance registry and the account that sends it. Addresses as 0x hex; throws ethers' INVALID_ARGUMENT
 * for anything else.
 */
export function contextOf(chainId: bigint, registry: string, submitter: string): bigint {
  const encoded = AbiCoder.defaultAbiCoder().encode(["uint256", "address", "address"], [chainId, registry, submitter]);
  return BigInt(keccak256(encoded)) >> 8n;
}

/** Key of a batch on chain: keccak256(abi.encode(owner, batch)). `batch`: public signal `batch`. */
export function batchKey(owner: string, batch: bigint): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [owner, batch]));
}
