import { inputError } from "../errors.ts";
import { openingHead, stageHead, type StageHead } from "../formats/head.ts";
import { batchCommitment, deviceHash, deviceSet, keyHash, textHash, type DeviceId } from "../formats/identity.ts";
import { parseTime } from "../input/times.ts";
import type { Period } from "../parties/partyList.ts";
import type { Batch, BatchStage } from "./folder.ts";
import { BATCH_FILE } from "./paths.ts";

/** What `openBatch` puts on chain. */
export interface Commitments {
  /** Public signal `batch`. */
  readonly batch: bigint;
  /** head_{-1}: fixes the first custodian and its devices before data exist. */
  readonly opening: bigint;
}

/** The commitments of a batch, from its identity, its first stage and its salts. */
export function batchCommitments(batch: Pick<Batch, "coi" | "order" | "stages" | "secrets">): Commitments {
  const commitment = batchCommitment(textHash(batch.coi), textHash(batch.order), batch.secrets.batchSalt);
  const { custodian, devices } = filled(batch, 0, ["custodian"]);
  const opening = openingHead({
    batch: commitment,
    key: keyHash(custodian.key),
    deviceSet: deviceSetOfIds(devices),
    salt: batch.secrets.openingSalt,
  });
  return { batch: commitment, opening };
}

/** A stage's head: what opens it, and its hash, the public signal `head`. */
export interface OpenedHead {
  readonly head: StageHead;
  readonly hash: bigint;
}

/**
 * The head of a stage, chained to the opening through every earlier stage. It names the next stage's custodian, start
 * and devices, so these must be known: a head that changed when they are filled in would void earlier proofs. In this
 * version nothing proves the hand-off that a head stands for.
 * Error `batch-stage` if this or an earlier stage lacks its times or custodian, or the next one its start or custodian.
 */
export function headOf(batch: Batch, index: number): OpenedHead {
  const previous = index === 0 ? batchCommitments(batch).opening : headOf(batch, index - 1).hash;
  const stage = filled(batch, index, ["start", "end", "custodian"]);
  const next = index + 1 < batch.stages.length ? filled(batch, index + 1, ["start", "custodian"]) : undefined;
  const { start, end } = stagePeriod(batch, index);
  const head: StageHead = {
    batch: batchCommitments(batch).batch,
    previous,
    stage: BigInt(index),
    start: BigInt(start),
    end: BigInt(end),
    keyHash: keyHash(stage.custodian.key),
    org: textHash(stage.custodian.org),
    nextKeyHash: next === undefined ? 0n : keyHash(next.custodian.key),
    nextStart: next === undefined ? 0n : BigInt(parseTime(next.start, place(index + 1, "start"))),
    deviceSet: deviceSetOfIds(stage.devices),
    nextDeviceSet: next === undefined ? 0n : deviceSetOfIds(next.devices),
    seal: stage.seal === undefined ? 0n : textHash(stage.seal),
    salt: batch.secrets.stageSalt(index),
  };
  return { head, hash: stageHead(head) };
}

/** Start and end of a stage, Unix seconds. Error `batch-stage` if one is not set. */
export function stagePeriod(batch: Pick<Batch, "stages">, index: number): Period {
  const { start, end } = filled(batch, index, ["start", "end"]);
  return { start: parseTime(start, place(index, "start")), end: parseTime(end, place(index, "end")) };
}

/** `deviceSet` of a stage that names these devices. Errors `device-set`, `device-id`. */
export function deviceSetOfIds(devices: readonly DeviceId[]): bigint {
  return deviceSet(devices.map(deviceHash));
}

type Filled<K extends keyof BatchStage> = BatchStage & { readonly [P in K]-?: NonNullable<BatchStage[P]> };

/** The stage, once these of its members are set; error `batch-stage`. */
function filled<K extends keyof BatchStage>(
  { stages }: Pick<Batch, "stages">,
  index: number,
  members: readonly K[],
): Filled<K> {
  const stage = stages[index];
  if (stage === undefined) throw inputError(`The batch has no stage ${index}.`, { code: "batch-stage" });
  const missing = members.find((member) => stage[member] === undefined);
  if (missing === undefined) return stage as Filled<K>;
  throw inputError(`The ${missing} of stage "${stage.name}" is not set.`, {
    code: "batch-stage",
    place: place(index, missing),
    remedy: "Set it first: the heads of this stage and of the one before commit to it.",
  });
}

function place(index: number, member: string): string {
  return `${BATCH_FILE}#/stages/${index}/${member}`;
}
