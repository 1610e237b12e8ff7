import { commandOf } from "../commandLine.ts";
import { inputError, type BatchproofError } from "../errors.ts";
import { keyHash, textHash, type DeviceId } from "../formats/identity.ts";
import { verifySignature } from "../formats/source.ts";
import { formatTime } from "../input/times.ts";
import { defineDocument, DEVICE, HEX_FIELD, object, TEXT } from "../formats/document.ts";
import { checkKey } from "../parties/point.ts";
import { type Policy, documentHash } from "../policy/document.ts";
import {
  COMMITMENTS,
  commitmentsFromJson,
  commitmentsToJson,
  CUSTODIAN,
  custodianFromJson,
  custodianToJson,
  type CommitmentsJson,
  type CustodianJson,
} from "./batchFile.ts";
import { deviceSetOfIds } from "./commitments.ts";
import { HANDOFF, handoffFromJson, handoffToJson, messageOf, type HandoffJson } from "./handoff.ts";
import type { Batch, BatchStage, Custodian, Commitments, Handoff } from "./batch.ts";

/**
 * What one party sends to another: the batch's commitments, which are public, and the hand-off that closes one stage: the
 * opening of that stage's head with the signatures there are. Whoever has the file learns the stage's times, its custodian
 * and who takes over; no record, and no salt but that of this head.
 */
export interface HandoffFile {
  readonly format: "batchproof-handoff/1";
  /** `documentHash` of the policy. */
  readonly policyHash: string;
  readonly commitments: CommitmentsJson;
  /** Absent: the file tells of the batch only, to a party that prepares its folder. */
  readonly stage?: ClosedStageJson;
}

interface ClosedStageJson {
  readonly name: string;
  readonly custodian: CustodianJson;
  readonly seal?: string;
  readonly handoff: HandoffJson;
  /** Who takes over, with which devices. */
  readonly next?: { readonly custodian: CustodianJson; readonly devices: readonly DeviceId[] };
}

export const handoffDocument = defineDocument<HandoffFile>(
  "batchproof-handoff/1",
  "handoff-file",
  {
    policyHash: HEX_FIELD,
    commitments: COMMITMENTS,
    stage: object(
      {
        name: TEXT,
        custodian: CUSTODIAN,
        seal: TEXT,
        handoff: HANDOFF,
        next: object({ custodian: CUSTODIAN, devices: { type: "array", items: DEVICE } }),
      },
      ["seal", "next"],
    ),
  },
  ["stage"],
);

/** The closed stage that a file tells of. */
export interface ClosedStage {
  readonly index: number;
  readonly custodian: Custodian;
  readonly seal: string | undefined;
  readonly handoff: Handoff;
  readonly next: { readonly custodian: Custodian; readonly devices: readonly DeviceId[] } | undefined;
}

/** A hand-off file, read and checked. */
export interface HandoffContent {
  readonly commitments: Commitments;
  readonly stage: ClosedStage | undefined;
}

/** The file of a stage's hand-off, or of the batch alone. Error `handoff-missing`: the stage is not closed. */
export function handoffFile(batch: Batch, index: number | undefined): HandoffFile {
  const file = {
    format: "batchproof-handoff/1",
    policyHash: documentHash(batch.policy),
    commitments: commitmentsToJson(batch.commitments),
  } as const;
  return index === undefined ? file : { ...file, stage: closedStage(batch, index) };
}

function closedStage({ dir, stages }: Batch, index: number): ClosedStageJson {
  const [stage, next] = [stages[index], stages[index + 1]];
  if (stage?.handoff === undefined || stage.custodian === undefined) throw missingHandoff(dir, stage?.name ?? "");
  return {
    name: stage.name,
    custodian: custodianToJson(stage.custodian),
    ...(stage.seal === undefined ? {} : { seal: stage.seal }),
    handoff: handoffToJson(stage.handoff),
    ...(next?.custodian === undefined
      ? {}
      : { next: { custodian: custodianToJson(next.custodian), devices: next.devices } }),
  };
}

/** Error `handoff-missing`. */
export function missingHandoff(dir: string, name: string): BatchproofError {
  return inputError(`Stage "${name}" has no hand-off yet.`, {
    code: "handoff-missing",
    remedy:
      "Its custodian signs it first " +
      `(\`${commandOf("handoff", "sign", dir, "--stage", name, "--as", "releaser", "--key", "KEYFILE")}\`), ` +
      `or import the custodian's file: \`${commandOf("handoff", "import", dir, "FILE")}\`.`,
  });
}

/**
 * What a file says of a batch under this policy. Everything is checked against the head it opens, and every signature
 * is verified; `path` names the file in errors. Errors: `handoff-file` (it says something else than its head), `handoff-policy`,
 * `handoff-signature`, `party-key`, `device-set`.
 */
export function handoffContent(file: HandoffFile, policy: Policy, path: string): HandoffContent {
  if (file.policyHash !== documentHash(policy)) {
    throw inputError("The file is about a batch under another policy, or another version of this one.", {
      code: "handoff-policy",
      place: `${path}#/policyHash`,
      remedy: "Get the policy with its salts from the party that sent the file.",
    });
  }
  const commitments = commitmentsFromJson(file.commitments, path);
  const stage = file.stage === undefined ? undefined : readStage(file.stage, commitments, policy, path);
  return { commitments, stage };
}

function readStage(json: ClosedStageJson, { batch }: Commitments, policy: Policy, path: string): ClosedStage {
  const place = `${path}#/stage`;
  const index = policy.stages.indexOf(json.name);
  const stage: ClosedStage = {
    index,
    custodian: custodianFromJson(json.custodian, `${place}/custodian`),
    seal: json.seal,
    handoff: handoffFromJson(json.handoff, { batch, stage: BigInt(index) }, `${place}/handoff`),
    next:
      json.next === undefined
        ? undefined
        : {
            custodian: custodianFromJson(json.next.custodian, `${place}/next/custodian`),
            devices: json.next.devices,
          },
  };
  refuseContradiction(stage, policy, place);
  refuseBadSignature(stage, place);
  return stage;
}

/** Keys, organisations, devices and seal are told beside the head because the head holds only their hashes. */
function refuseContradiction(
  { index, custodian, seal, handoff, next }: ClosedStage,
  policy: Policy,
  place: string,
): void {
  const { head } = handoff;
  const refuse = (what: string, pointer: string): never => {
    throw inputError(`The file's ${what} is not the one that its head commits to.`, {
      code: "handoff-file",
      place: `${place}/${pointer}`,
      remedy: "Ask for the file again, as it was exported.",
    });
  };
  if (index < 0) refuse("stage", "name");
  if (keyHash(custodian.key) !== head.keyHash || textHash(custodian.org) !== head.org) refuse("custodian", "custodian");
  if ((seal === undefined ? 0n : textHash(seal)) !== head.seal) refuse("seal", "seal");
  checkKey(custodian.key, `${place}/custodian`);
  const isLast = index === policy.stages.length - 1;
  if (next === undefined) {
    if (!isLast || head.nextKeyHash !== 0n || head.nextDeviceSet !== 0n) refuse("next custodian", "next");
    return;
  }
  checkKey(next.custodian.key, `${place}/next/custodian`);
  if (isLast || keyHash(next.custodian.key) !== head.nextKeyHash) refuse("next custodian", "next/custodian");
  if (deviceSetOfIds(next.devices) !== head.nextDeviceSet) refuse("next set of devices", "next/devices");
}

function refuseBadSignature({ custodian, handoff, next }: ClosedStage, place: string): void {
  const { released, received } = handoff;
  const sound =
    verifySignature(custodian.key, messageOf(handoff, "released"), released) &&
    (received === undefined ||
      (next !== undefined && verifySignature(next.custodian.key, messageOf(handoff, "received"), received)));
  if (sound) return;
  throw inputError("A signature in the file does not hold.", {
    code: "handoff-signature",
    place: `${place}/handoff`,
    remedy: "Ask for the file again, as it was exported.",
  });
}

/** The batch's stages with what a file tells of one of them, and of who goes on. */
export function withClosedStage(stages: readonly BatchStage[], closed: ClosedStage): BatchStage[] {
  const { index, custodian, seal, handoff, next } = closed;
  const { start, end, nextStart } = handoff.head;
  return stages.map((stage, i): BatchStage => {
    if (i === index) {
      const { name, devices, discarded } = stage;
      const times = { start: formatTime(Number(start)), end: formatTime(Number(end)) };
      const kept = { name, devices, ...(discarded === undefined ? {} : { discarded }) };
      return { ...kept, ...times, custodian, ...(seal === undefined ? {} : { seal }), handoff };
    }
    if (i !== index + 1 || next === undefined) return stage;
    return { ...stage, start: formatTime(Number(nextStart)), ...next };
  });
}
