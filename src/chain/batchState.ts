import { HOLD, STATUS, type StatusName } from "../formats/codes.ts";
import { BatchproofError } from "../errors.ts";
import type { Register, StoredBatch } from "./handles.ts";
import { explained } from "./revert.ts";

export type HolderName = keyof typeof HOLD;

/** How a batch stands on the register now. */
export interface BatchState {
  readonly status: StatusName;
  /** Who holds it; a hold is not a status of its own. */
  readonly heldBy: readonly HolderName[];
}

/** How a batch stands. `key`: key of the batch. Errors: those of `explained`, such as `BatchUnknown`. */
export async function batchState({ registry, gate }: Register, key: string): Promise<BatchState> {
  const [status, stored] = await explained(() => Promise.all([gate.statusOf(key), registry.batchOf(key)]));
  return stateOf(status, stored);
}

function stateOf(status: bigint, { holds }: StoredBatch): BatchState {
  const holders = Object.keys(HOLD) as HolderName[];
  return {
    // The compiled contract and STATUS name the same states: a test compares them.
    status: STATUS[Number(status)] as StatusName,
    heldBy: holders.filter((holder) => (holds & BigInt(HOLD[holder])) !== 0n),
  };
}

/** What the register says of a batch, for a comparison with its folder; all of one block. */
export interface RegisteredBatch extends BatchState {
  readonly stored: StoredBatch;
  /** Head of each stage; 0: not set. */
  readonly heads: readonly bigint[];
}

/**
 * What the register says of a batch at a block; undefined where it has none of this key. Errors: those of `explained`.
 * @param stages number of its stages
 */
export async function registeredBatch(
  { registry, gate }: Pick<Register, "registry" | "gate">,
  key: string,
  stages: number,
  block: number,
): Promise<RegisteredBatch | undefined> {
  const at = { blockTag: block };
  try {
    const [status, stored, heads] = await explained(() =>
      Promise.all([
        gate.statusOf(key, at),
        registry.batchOf(key, at),
        Promise.all(Array.from({ length: stages }, (_, stage) => registry.headOf(key, stage, at))),
      ]),
    );
    return { ...stateOf(status, stored), stored, heads };
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "BatchUnknown") return undefined;
    throw error;
  }
}
