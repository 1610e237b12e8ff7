import { HOLD, STATUS, type StatusName } from "../formats/codes.ts";
import type { Register } from "./handles.ts";
import { explained } from "./revert.ts";

export type HolderName = keyof typeof HOLD;

/** How a batch stands on the register now. */
export interface BatchState {
  readonly status: StatusName;
  /** Who holds it; a hold is not a status of its own. */
  readonly heldBy: readonly HolderName[];
}

/** How a batch stands. `key`: key of the batch. Errors: those of `explained`, such as `BatchUnknown`. */
export async function batchState({ registry }: Register, key: string): Promise<BatchState> {
  const [status, { holds }] = await explained(() => Promise.all([registry.statusOf(key), registry.batchOf(key)]));
  const holders = Object.keys(HOLD) as HolderName[];
  return {
    // The compiled contract and STATUS name the same states: a test compares them.
    status: STATUS[Number(status)] as StatusName,
    heldBy: holders.filter((holder) => (holds & BigInt(HOLD[holder])) !== 0n),
  };
}
