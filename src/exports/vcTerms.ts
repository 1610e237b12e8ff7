import { getAddress, isAddress } from "ethers";
import type { Standing } from "../standing/standing.ts";

/** Names that a credential of a batch is written and read by. */

/**
 * Contexts of every credential of ours. The second one is W3C's own for terms that nobody else defines. Terms of ours in a
 * context object would be refused by readers that compare the proof's contexts with the document's as texts.
 */
export const CONTEXTS: readonly string[] = [
  "https://www.w3.org/ns/credentials/v2",
  "https://www.w3.org/ns/credentials/undefined-terms/v2",
];
export const CREDENTIAL_TYPE = "VerifiableCredential";
export const BATCH_TYPE = "BatchComplianceCredential";
export const LIST_TYPE = "BitstringStatusListCredential";
export const ENTRY_TYPE = "BitstringStatusListEntry";

/** What a status list can say of a credential. */
export const PURPOSES = ["revocation", "suspension"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** A batch of a register. */
export interface BatchName {
  readonly chainId: bigint;
  /** Address of the compliance registry. */
  readonly registry: string;
  /** Key of the batch. */
  readonly batch: string;
}

/** How a credential names the batch that it is about. */
export function batchUrn({ chainId, registry, batch }: Pick<Standing, "chainId" | "registry" | "batch">): string {
  return `urn:batchproof:${chainId}:${registry.toLowerCase()}:${batch}`;
}

/** The inverse of `batchUrn`; undefined for what it does not write. */
export function batchIn(urn: string): BatchName | undefined {
  const pattern = /^urn:batchproof:([1-9][0-9]{0,17}):(0x[0-9a-f]{40}):(0x[0-9a-f]{64})$/;
  const [, chainId, registry, batch] = pattern.exec(urn) ?? [];
  if (chainId === undefined || registry === undefined || batch === undefined || !isAddress(registry)) return undefined;
  return { chainId: BigInt(chainId), registry: getAddress(registry), batch };
}

/** A contract as an account of its chain: did:pkh with a CAIP-10 id. It names, and cannot make a proof of Ed25519. */
export function accountDid({ chainId, registry }: Pick<Standing, "chainId" | "registry">): string {
  return `did:pkh:eip155:${chainId}:${registry.toLowerCase()}`;
}
