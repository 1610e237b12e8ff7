import { commandOf } from "../commandLine.ts";
import type { Batch } from "./batch.ts";

/** Commands about a batch folder that more than one remedy names. */

/** Copies a party list into the folder. */
export function copyParties({ dir, policy }: Pick<Batch, "dir" | "policy">): string {
  return commandOf("stage", dir, policy.stages[0] ?? "STAGE", "--parties", "FILE");
}

/** Takes a stage's hand-off back. */
export function discardOf({ dir, policy }: Pick<Batch, "dir" | "policy">, stage: number): string {
  return commandOf("handoff", "discard", dir, "--stage", policy.stages[stage] ?? "STAGE");
}
