import { TAG } from "./constants.ts";
import { poseidon } from "./poseidon.ts";

/** What `openBatch` fixes before data exist: the first custodian and its devices. */
export interface Opening {
  readonly batch: bigint;
  readonly key: bigint;
  readonly deviceSet: bigint;
  readonly salt: bigint;
}

/** head_{-1}, the `opening` of a batch. */
export function openingHead(opening: Opening): bigint {
  return poseidon([BigInt(TAG.OPEN), opening.batch, opening.key, opening.deviceSet, opening.salt]);
}

/** The opening of one stage's head. Times are Unix seconds; `next*` are 0 where the stage is the last one. */
export interface StageHead {
  readonly batch: bigint;
  readonly previous: bigint;
  readonly stage: bigint;
  readonly start: bigint;
  readonly end: bigint;
  readonly keyHash: bigint;
  readonly org: bigint;
  readonly nextKeyHash: bigint;
  readonly nextStart: bigint;
  readonly deviceSet: bigint;
  readonly nextDeviceSet: bigint;
  readonly seal: bigint;
  readonly salt: bigint;
}

/** The order in which a head absorbs its fields. */
export const STAGE_HEAD_FIELDS = [
  "batch",
  "previous",
  "stage",
  "start",
  "end",
  "keyHash",
  "org",
  "nextKeyHash",
  "nextStart",
  "deviceSet",
  "nextDeviceSet",
  "seal",
  "salt",
] as const satisfies readonly (keyof StageHead)[];

/** Public signal `head`. */
export function stageHead(head: StageHead): bigint {
  return poseidon([BigInt(TAG.STAGE), ...STAGE_HEAD_FIELDS.map((field) => head[field])]);
}
