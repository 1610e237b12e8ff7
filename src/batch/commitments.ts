import { commandOf } from "../commandLine.ts";
import { inputError } from "../errors.ts";
import { openingHead, stageHead, type Opening, type StageHead } from "../formats/head.ts";
import { batchCommitment, deviceHash, deviceSet, keyHash, textHash, type DeviceId } from "../formats/identity.ts";
import { parseTime } from "../input/times.ts";
import type { Period } from "../parties/partyList.ts";
import { devicesOfStage } from "../kinds/series/stageDevices.ts";
import { BATCH_FILE } from "./paths.ts";
import type { Batch, BatchStage, Commitments } from "./batch.ts";

/** A batch before its commitments are derived. */
type Begun = Pick<Batch, "origin" | "stages" | "secrets">;

/** The commitments of a batch: of one that begins here, from its identity, its first stage and its salts. */
export function deriveCommitments(batch: Begun): Commitments {
  if ("joined" in batch.origin) return batch.origin.joined;
  const opening = openingOf(batch);
  return { batch: opening.batch, opening: openingHead(opening) };
}

/** What opens the opening. Error `batch-joined` in a folder that joined the batch: only the first custodian knows it. */
export function openingOf(batch: Begun): Opening {
  const { coi, order } = identityOf(batch);
  const { custodian, devices } = filled(batch, 0, ["custodian"]);
  return {
    batch: batchCommitment(textHash(coi), textHash(order), batch.secrets.batchSalt),
    key: keyHash(custodian.key),
    deviceSet: deviceSetOfIds(devices),
    salt: batch.secrets.openingSalt,
  };
}

/** The chain of identity and the order. Error `batch-joined` in a folder that joined the batch. */
export function identityOf({ origin }: Pick<Batch, "origin">): { readonly coi: string; readonly order: string } {
  if ("coi" in origin) return origin;
  throw inputError("Only the first custodian's folder knows the batch's identity.", {
    code: "batch-joined",
    remedy: "Do this in the folder of the first custodian.",
  });
}

/** A stage's head: what opens it, and its hash, the public signal `head`. */
export interface OpenedHead {
  readonly head: StageHead;
  readonly hash: bigint;
}

/**
 * The head of a stage. Once its hand-off is made it is the one that was signed; until then it is what the folder says,
 * chained to the opening through every earlier stage. It names the next stage's custodian, start and devices, so these
 * must be known.
 * Error `batch-stage` if this or an earlier stage lacks its times or custodian, or the next one its start or custodian;
 * `batch-joined` for a stage before those that the folder knows.
 */
export function headOf(batch: Batch, index: number): OpenedHead {
  const head = batch.stages[index]?.handoff?.head ?? drawnHead(batch, index);
  return { head, hash: stageHead(head) };
}

/** The head that the folder's own entries give, whatever was signed. Errors as `headOf`. */
export function drawnHead(batch: Batch, index: number): StageHead {
  const stage = filled(batch, index, ["start", "end", "custodian"]);
  const next = index + 1 < batch.stages.length ? filled(batch, index + 1, ["start", "custodian"]) : undefined;
  const { start, end } = stagePeriod(batch, index);
  return {
    batch: batch.commitments.batch,
    previous: headBefore(batch, index),
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
    salt: batch.secrets.stageSalt(index, stage.discarded),
  };
}

/** The head that a stage follows. */
export function headBefore(batch: Batch, index: number): bigint {
  return index === 0 ? batch.commitments.opening : headOf(batch, index - 1).hash;
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

/**
 * Refuses a stage that does not name exactly the devices that the policy's claims want of it: its record could never be
 * proven. Error `device-count`.
 */
export function refuseDeviceCount(
  { policy, stages }: Pick<Batch, "policy" | "stages">,
  index: number,
  remedy = "Give --device once for each, in the order of the slots that the claims judge.",
): void {
  const problem = deviceCountProblem({ policy, stages }, index);
  if (problem === undefined) return;
  throw inputError(`Stage "${stages[index]?.name ?? ""}" ${problem}.`, {
    code: "device-count",
    place: place(index, "devices"),
    remedy,
  });
}

/** What is wrong with the number of devices that a stage names, in words; undefined: nothing, or no claim wants any. */
export function deviceCountProblem(
  { policy, stages }: Pick<Batch, "policy" | "stages">,
  index: number,
): string | undefined {
  const wanted = devicesOfStage(policy, index);
  const named = stages[index]?.devices.length ?? 0;
  if (wanted === undefined || named === wanted) return undefined;
  return `names ${counted(named)}; the policy's claims want ${counted(wanted)}`;
}

function counted(devices: number): string {
  return devices === 1 ? "1 device" : `${devices} devices`;
}

/** What a head cannot do without, and the option of `stage` that sets it. */
const OPTION = { start: ["--start", "TIME"], end: ["--end", "TIME"], custodian: ["--custodian", "NAME"] } as const;

type Filled<K extends keyof BatchStage> = BatchStage & { readonly [P in K]-?: NonNullable<BatchStage[P]> };

/** The stage, once these of its members are set; error `batch-stage`. */
export function filled<K extends keyof typeof OPTION>(
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
    remedy: `Set it first (\`${commandOf("stage", "DIR", stage.name, ...OPTION[missing])}\`): the heads of this stage and of the one before commit to it.`,
  });
}

function place(index: number, member: string): string {
  return `${BATCH_FILE}#/stages/${index}/${member}`;
}
