import { LOCAL_CHAINS } from "../formats/constants.ts";
import { BatchproofError, refusal } from "../errors.ts";
import { formatTime } from "../input/times.ts";
import type { Register } from "./handles.ts";
import { isRefusal } from "./refusal.ts";
import { explained } from "./revert.ts";

type Registry = Pick<Register, "registry">;

/**
 * When a batch was opened, or its opening last replaced, Unix seconds: signal `opened` of its proofs. `key`: key of the batch, on a chain
 * of this id.
 * Errors: `opening-not-final` (the chain may still take the block back, and with it the proofs), those of `explained`.
 */
export async function openingTime({ registry }: Registry, key: string, chainId: bigint): Promise<bigint> {
  const { opened } = await explained(() => registry.batchOf(key));
  // Local nodes take nothing back, and call blocks final late or never.
  if (LOCAL_CHAINS.includes(chainId) || (await finalOpening({ registry }, key, opened)) === opened) return opened;
  throw refusal(`The opening of ${formatTime(opened)} is in a block that is not final yet.`, {
    code: "opening-not-final",
    place: key,
    remedy: "Wait some minutes and try again: proofs hold the time of that very block.",
  });
}

/** What the last final block says; where the node knows none the latest one is all there is. */
async function finalOpening({ registry }: Registry, key: string, latest: bigint): Promise<bigint | undefined> {
  try {
    return (await explained(() => registry.batchOf(key, { blockTag: "finalized" }))).opened;
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "BatchUnknown") return undefined;
    if (isRefusal(error) || (error instanceof Error && isRefusal(error.cause))) return latest;
    throw error;
  }
}
