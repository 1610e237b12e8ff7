import { inputError } from "../errors.ts";
import { CONDITION, type ConditionName } from "../formats/constants.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { handoffMessage, type HandoffSide } from "../formats/handoff.ts";
import { STAGE_HEAD_FIELDS, stageHead, type StageHead } from "../formats/head.ts";
import { keyHash, textHash } from "../formats/identity.ts";
import { parseTime } from "../input/times.ts";
import {
  HEX_FIELD,
  object,
  SIGNATURE,
  signatureFromJson,
  signatureToJson,
  type SignatureJson,
} from "../formats/document.ts";
import { deviceSetOfIds, drawnHead, headBefore } from "./commitments.ts";
import type { Batch, Custodian, Handoff } from "./batch.ts";
import { discardOf } from "./hints.ts";

/** What a head's opening says besides batch and stage, which its place says. */
const FIELDS = STAGE_HEAD_FIELDS.filter((field) => field !== "batch" && field !== "stage");
type HeadField = Exclude<keyof StageHead, "batch" | "stage">;

/** A hand-off as JSON; all of a head's fields in hex. */
export interface HandoffJson {
  readonly head: Readonly<Record<HeadField, string>>;
  readonly condition: ConditionName;
  readonly released: SignatureJson;
  readonly received?: SignatureJson;
}

export const HANDOFF = object(
  {
    head: object(Object.fromEntries(FIELDS.map((field) => [field, HEX_FIELD]))),
    condition: { enum: Object.keys(CONDITION) },
    released: SIGNATURE,
    received: SIGNATURE,
  },
  ["received"],
);

export function handoffToJson({ head, condition, released, received }: Handoff): HandoffJson {
  return {
    head: Object.fromEntries(FIELDS.map((field) => [field, toHex(head[field])])) as HandoffJson["head"],
    condition,
    released: signatureToJson(released),
    ...(received === undefined ? {} : { received: signatureToJson(received) }),
  };
}

/** The hand-off of a stage of a batch. Throws `field`; `place` is the hand-off's. */
export function handoffFromJson(
  { head, condition, released, received }: HandoffJson,
  owner: Pick<StageHead, "batch" | "stage">,
  place: string,
): Handoff {
  const fields = FIELDS.map((field) => [field, fromHex(head[field], `${place}/head/${field}`)]);
  return {
    head: { ...owner, ...(Object.fromEntries(fields) as Record<HeadField, bigint>) },
    condition,
    released: signatureFromJson(released, `${place}/released`),
    ...(received === undefined ? {} : { received: signatureFromJson(received, `${place}/received`) }),
  };
}

/** What one side of a hand-off signs. */
export function messageOf({ head, condition }: Pick<Handoff, "head" | "condition">, side: HandoffSide): bigint {
  const signer = side === "released" ? head.keyHash : head.nextKeyHash;
  return handoffMessage(stageHead(head), BigInt(CONDITION[condition]), signer, side);
}

/**
 * Whether a stage's hand-off, where there is one, is the one that the folder's own entries describe. Whether it keeps its
 * rules and whether its signatures hold is judged by `check`.
 * Errors: `handoff-chain` (it follows another head than the one before), `handoff-stage` (other times, custodians,
 * devices or seal than the stages say).
 */
export function checkHandoff(batch: Batch, index: number, place: string): void {
  const stage = batch.stages[index];
  if (stage?.handoff === undefined) return;
  const { head } = stage.handoff;
  if (knowsBefore(batch, index) && head.previous !== headBefore(batch, index)) {
    throw inputError("The hand-off follows another head than that of the stage before.", {
      code: "handoff-chain",
      place: `${place}/head/previous`,
      remedy: "Ask both custodians which hand-off of the stage before they signed; discard the wrong one.",
    });
  }
  const next = batch.stages[index + 1];
  const isOwn = head.salt === batch.secrets.stageSalt(index, stage.discarded);
  const agrees =
    isSame(stage.start, head.start, place) &&
    isSame(stage.end, head.end, place) &&
    names(stage.custodian, head.keyHash) &&
    stage.custodian !== undefined &&
    textHash(stage.custodian.org) === head.org &&
    (stage.seal === undefined ? 0n : textHash(stage.seal)) === head.seal &&
    (next === undefined
      ? head.nextKeyHash === 0n && head.nextStart === 0n && head.nextDeviceSet === 0n
      : isSame(next.start, head.nextStart, place) &&
        names(next.custodian, head.nextKeyHash) &&
        deviceSetOfIds(next.devices) === head.nextDeviceSet);
  // Of another party's stage the folder need not know the devices.
  if (agrees && (!isOwn || stageHead(drawnHead(batch, index)) === stageHead(head))) return;
  throw inputError("The hand-off is not of the times, custodians, devices and seal that the folder says.", {
    code: "handoff-stage",
    place,
    remedy: `Restore the folder from a backup, or discard the hand-off (\`${discardOf(batch, index)}\`) and sign it anew.`,
  });
}

function knowsBefore({ stages }: Batch, index: number): boolean {
  return index === 0 || stages[index - 1]?.handoff !== undefined;
}

function isSame(time: string | undefined, seconds: bigint, place: string): boolean {
  return time !== undefined && BigInt(parseTime(time, place)) === seconds;
}

function names(custodian: Custodian | undefined, hash: bigint): boolean {
  return custodian !== undefined && keyHash(custodian.key) === hash;
}
