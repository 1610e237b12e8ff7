import { toHex } from "../formats/field.ts";
import { stageHead } from "../formats/head.ts";
import { policyId } from "../kinds/policyId.ts";
import type { Batch } from "./batch.ts";

/** What a folder asks a register before a stage begins: whether the chain that its site signed is the register's. */
export interface FolderQuestion {
  /** Index of the stage that is about to begin. */
  readonly stage: number;
  /** Names of the policy's stages. */
  readonly stages: readonly string[];
  /** Head of the stage before, as its hand-off says it here, 0x hex; undefined where this folder has none. */
  readonly head: string | undefined;
  /** Id of the policy that this folder's batch is under. */
  readonly policyId: string;
}

/**
 * What this folder asks of one of its stages.
 * @param circuitIdOf the circuitId (0x hex) of a circuit's name
 */
export function folderQuestion(batch: Batch, stage: number, circuitIdOf: (name: string) => string): FolderQuestion {
  const before = batch.stages[stage - 1]?.handoff;
  return {
    ...{ stage, stages: batch.policy.stages, policyId: policyIdOfBatch(batch, circuitIdOf) },
    head: before === undefined ? undefined : toHex(stageHead(before.head)),
  };
}

/**
 * The id under which the register has a folder's policy.
 * @param circuitIdOf the circuitId (0x hex) of a circuit's name
 */
export function policyIdOfBatch({ policy, secrets }: Batch, circuitIdOf: (name: string) => string): string {
  const salts = new Map(policy.claims.map(({ id }) => [id, secrets.ruleSalt(id)]));
  return policyId(policy, salts, circuitIdOf);
}
