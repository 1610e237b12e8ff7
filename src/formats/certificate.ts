import { TypedDataEncoder, type TypedDataDomain } from "ethers";

/** What a QP signs; `IComplianceRegistry.Certificate`. Hashes as 0x hex, times in Unix seconds. */
export interface Certificate {
  /** Key of the batch. */
  readonly batch: string;
  readonly policyId: string;
  readonly neededFor: number;
  readonly trail: string;
  readonly exceptionsHash: string;
  /** sha256 of the certificate document. */
  readonly certificate: string;
  readonly meaning: number;
  /** Not in the chain's future: take it from the latest block. */
  readonly signedAt: bigint;
  /** How often the batch was certified before. */
  readonly nonce: bigint;
  readonly deadline: bigint;
}

/** EIP-712 types of `Certificate`, in the order of the contract. */
export const CERTIFICATE_TYPES: Record<string, { name: string; type: string }[]> = {
  Certificate: [
    { name: "batch", type: "bytes32" },
    { name: "policyId", type: "bytes32" },
    { name: "neededFor", type: "uint8" },
    { name: "trail", type: "bytes32" },
    { name: "exceptionsHash", type: "bytes32" },
    { name: "certificate", type: "bytes32" },
    { name: "meaning", type: "uint8" },
    { name: "signedAt", type: "uint64" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint64" },
  ],
};

/** EIP-712 domain of a compliance registry. */
export function certificateDomain(chainId: bigint, registry: string): TypedDataDomain {
  return { name: "batchproof", version: "1", chainId, verifyingContract: registry };
}

/** The hash that is signed, 0x hex. */
export function certificateHash(chainId: bigint, registry: string, certificate: Certificate): string {
  return TypedDataEncoder.hash(certificateDomain(chainId, registry), CERTIFICATE_TYPES, certificate);
}

/**
 * The same for a wallet, as `eth_signTypedData_v4` takes it. It names the type of the domain: a wallet that is not told of it signs
 * for no chain and no register.
 */
export function certificateTypedData(
  chainId: bigint,
  registry: string,
  certificate: Certificate,
): Readonly<Record<string, unknown>> {
  const domain = certificateDomain(chainId, registry);
  return TypedDataEncoder.getPayload(domain, CERTIFICATE_TYPES, certificate) as Readonly<Record<string, unknown>>;
}
