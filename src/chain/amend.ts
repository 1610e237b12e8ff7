import type { Signer } from "ethers";
import { reasonArgs, type Reason } from "../formats/reasons.ts";
import { itemOf, requireChainSignals, type NamedProof } from "./attest.ts";
import { mined } from "./deploy.ts";
import { handle, type Item, type Register } from "./handles.ts";
import { eventOf } from "./receipts.ts";
import { explained } from "./revert.ts";

export interface Amended {
  /** Claims that lose their attestation and must be attested anew: bit i stands for claim i. */
  readonly reopened: bigint;
  /** Hash of the transaction; absent in a dry run. */
  readonly transaction?: string;
  readonly block?: number;
  readonly gasUsed: bigint;
}

/**
 * Replaces an attestation found wrong by a new proof, as QA of the batch's owner; the old one stays in the log. With
 * `dryRun` asks the chain only, and sends nothing. `key`: key of the batch, `reason`: public, but for its words. Errors: `batch`, `rule`,
 * `context` (the proof names another submitter), `envelope`, and what `explained` says.
 */
export async function amend(
  qa: Signer,
  register: Register,
  key: string,
  envelope: NamedProof,
  reason: Reason,
  options: { readonly dryRun?: boolean } = {},
): Promise<Amended> {
  const registry = handle("ComplianceRegistry", await register.registry.getAddress(), qa);
  const item = itemOf(envelope);
  await requireChainSignals(qa, register, key, [envelope]);
  if (options.dryRun === true) {
    const gasUsed = await explained(() => registry.amend.estimateGas(key, item, ...reasonArgs(reason)));
    return { reopened: await reopenedBy(register, key, item), gasUsed };
  }
  const receipt = await mined(() => registry.amend(key, item, ...reasonArgs(reason)));
  const { reopened } = eventOf(receipt, registry, "ClaimAmended");
  return {
    reopened: reopened as bigint,
    transaction: receipt.hash,
    block: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
  };
}

/** The claims that an amendment would reopen, as the register decides it: all others from a stage on whose head changes. */
async function reopenedBy({ registry, policies }: Register, key: string, item: Item): Promise<bigint> {
  const { policyId, attested, settled } = await explained(() => registry.batchOf(key));
  const { claims } = await explained(() => policies.policyOf(policyId));
  const stages = claims.map(({ stage }) => BigInt(stage));
  const first = stages[item.claim] ?? 0n;
  if ((await explained(() => registry.headOf(key, Number(first)))) === item.head) return 0n;
  const later = stages.map((stage, i) => (stage >= first && i !== item.claim ? 1n << BigInt(i) : 0n));
  return (attested | settled) & later.reduce((all, bit) => all | bit, 0n);
}
