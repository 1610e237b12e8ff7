import type { Register } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import { explained } from "./revert.ts";

/**
 * The party root that a register approved last, revoked since or not; undefined: it never approved one. Errors: those of
 * `explained`.
 */
export async function lastApprovedRoot({ parties }: Pick<Register, "parties">): Promise<bigint | undefined> {
  const current = await explained(() => parties.current());
  if (current !== 0n) return current;
  const topic = parties.interface.getEvent("PartyRootApproved")?.topicHash ?? null;
  for await (const log of logsOf(parties, [topic])) {
    const { root } = (parties.interface.parseLog(log)?.args.toObject() ?? {}) as { root: bigint };
    return root;
  }
  return undefined;
}
