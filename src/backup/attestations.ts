import type { Log } from "ethers";
import { lastAttestations, type Attestation } from "../chain/claimFacts.ts";
import type { Register } from "../chain/handles.ts";
import { logsOf } from "../chain/newestLogs.ts";
import { explained } from "../chain/revert.ts";

/** A batch that the register has. */
export interface OpenedBatch {
  readonly key: string;
  readonly owner: string;
  /** Commitment, public signal `batch`. */
  readonly batch: bigint;
}

/** A register at one block. */
export interface RegisterAt {
  readonly register: Register;
  readonly chainId: bigint;
  readonly block: number;
}

/** Every batch that was opened until a block, the newest first. Errors: those of `logsOf`. */
export async function openedBatches({ register: { registry }, block }: RegisterAt): Promise<OpenedBatch[]> {
  const topic = registry.interface.getEvent("BatchOpened")?.topicHash ?? "";
  const found: OpenedBatch[] = [];
  for await (const log of logsOf(registry, [topic], { until: block })) found.push(openingIn(registry, log));
  return found;
}

function openingIn(registry: Register["registry"], log: Log): OpenedBatch {
  const { key, owner, batch } = registry.interface.parseLog(log)?.args.toObject() as unknown as OpenedBatch;
  return { key, owner, batch };
}

/**
 * The attestations of a batch that count, by the index of their claim. Errors: those of `lastAttestations` and of `explained`.
 */
export async function attestationsOf(
  { register: { registry, policies }, chainId, block }: RegisterAt,
  { key, batch }: OpenedBatch,
): Promise<ReadonlyMap<number, Attestation>> {
  const at = { blockTag: block };
  const { policyId, attested } = await explained(() => registry.batchOf(key, at));
  const { claims } = await explained(() => policies.policyOf(policyId, at));
  const wanted = claims.flatMap(({ rule }, i) => (((attested >> BigInt(i)) & 1n) === 1n ? [[i, rule] as const] : []));
  return await lastAttestations(registry, { chainId, key, batch }, new Map(wanted), at);
}
