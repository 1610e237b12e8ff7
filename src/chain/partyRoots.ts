import { environmentError } from "../errors.ts";
import type { Register } from "./handles.ts";
import { newestLogs } from "./newestLogs.ts";
import { explained } from "./revert.ts";

/**
 * The party root that a register approved last, revoked since or not; undefined: it never approved one. Errors: those of
 * `explained`.
 */
export async function lastApprovedRoot({ parties }: Pick<Register, "parties">): Promise<bigint | undefined> {
  const current = await explained(() => parties.current());
  if (current !== 0n) return current;
  const provider = parties.runner?.provider;
  if (provider == null) throw environmentError("The register is not connected to a node.", { code: "chain" });
  const topic = parties.interface.getEvent("PartyRootApproved")?.topicHash ?? null;
  const filter = { address: await parties.getAddress(), topics: [topic] };
  const latest = await explained(() => provider.getBlockNumber());
  for await (const log of newestLogs(provider, filter, 0, latest)) {
    const { root } = (parties.interface.parseLog(log)?.args.toObject() ?? {}) as { root: bigint };
    return root;
  }
  return undefined;
}
