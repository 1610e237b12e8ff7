import { MEANING, TAG } from "./constants.ts";
import { poseidon } from "./poseidon.ts";

/** The two sides of a hand-off, by what their signature means. */
export type HandoffSide = "released" | "received";

/**
 * What a custodian signs at the hand-off that closes a stage.
 * @param head the stage's head: times, both custodians, both sets of devices, seal, and everything before
 * @param condition code of the state in which the material changes hands (CONDITION)
 * @param signer keyHash of the one who signs, so that no signature passes for the other side's
 */
export function handoffMessage(head: bigint, condition: bigint, signer: bigint, side: HandoffSide): bigint {
  return poseidon([BigInt(TAG.HANDOFF), head, condition, signer, BigInt(MEANING[side])]);
}
