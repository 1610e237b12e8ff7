import { inputError, type BatchproofError } from "../errors.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { parseTime } from "../input/times.ts";
import {
  COUNT,
  defineDocument,
  DEVICE,
  documentText,
  HEX_FIELD,
  object,
  pointFromJson,
  pointToJson,
  TEXT,
  TIME,
  type PointJson,
} from "../formats/document.ts";
import { checkKey } from "../parties/point.ts";
import { documentHash } from "../policy/document.ts";
import { deviceSetOfIds } from "./commitments.ts";
import { checkHandoff, HANDOFF, handoffFromJson, handoffToJson, type HandoffJson } from "./handoff.ts";
import { POLICY_FILE } from "./paths.ts";
import type { Batch, BatchStage, Commitments, Custodian, Origin } from "./batch.ts";

interface StageJson extends Omit<BatchStage, "custodian" | "handoff"> {
  readonly custodian?: CustodianJson;
  readonly handoff?: HandoffJson;
}

export type CustodianJson = PointJson & { readonly org: string };

export interface BatchFile {
  readonly format: "batchproof-batch/1";
  readonly lot: string;
  /** Both in the folder of the first custodian, neither in one that joined. */
  readonly coi?: string;
  readonly order?: string;
  readonly policy: typeof POLICY_FILE;
  /** `documentHash` of the policy. */
  readonly policyHash: string;
  /** In the first custodian's folder compared with what the rest gives: finds a damaged or mixed-up folder. */
  readonly commitments: CommitmentsJson;
  readonly stages: readonly StageJson[];
}

export interface CommitmentsJson {
  readonly batch: string;
  readonly opening: string;
}

/** Commitments and custodians as JSON. */
export const COMMITMENTS = object({ batch: HEX_FIELD, opening: HEX_FIELD });
export const CUSTODIAN = object({ x: HEX_FIELD, y: HEX_FIELD, org: TEXT });

/** batch.json. */
export const batchDocument = defineDocument<BatchFile>(
  "batchproof-batch/1",
  "batch-file",
  {
    lot: TEXT,
    coi: TEXT,
    order: TEXT,
    policy: { const: POLICY_FILE },
    policyHash: HEX_FIELD,
    commitments: COMMITMENTS,
    stages: {
      type: "array",
      items: object(
        {
          name: TEXT,
          start: TIME,
          end: TIME,
          custodian: CUSTODIAN,
          devices: { type: "array", items: DEVICE },
          seal: TEXT,
          handoff: HANDOFF,
          discarded: { ...COUNT, minimum: 1 },
        },
        ["start", "end", "custodian", "seal", "handoff", "discarded"],
      ),
    },
  },
  ["coi", "order"],
);

/** The text of batch.json. Errors: those of `checkStages` and `checkHandoffs`, `batch-file`. */
export function batchText(batch: Batch, place: string): string {
  checkStages(batch, place);
  checkHandoffs(batch, place);
  const { origin } = batch;
  const file: BatchFile = {
    format: "batchproof-batch/1",
    lot: batch.lot,
    ...("coi" in origin ? { coi: origin.coi, order: origin.order } : {}),
    policy: POLICY_FILE,
    policyHash: documentHash(batch.policy),
    commitments: commitmentsToJson(batch.commitments),
    stages: batch.stages.map(stageToJson),
  };
  return documentText(batchDocument.check(file, place));
}

/** What batch.json says of the batch's origin. Error `batch-file`: a COI without an order, or the reverse. */
export function originFromJson({ coi, order, commitments }: BatchFile, place: string): Origin {
  if (coi !== undefined && order !== undefined) return { coi, order };
  if (coi === undefined && order === undefined) return { joined: commitmentsFromJson(commitments, place) };
  throw inputError("A batch has a chain of identity and an order, or is joined and has neither.", {
    code: "batch-file",
    place,
  });
}

export function commitmentsToJson({ batch, opening }: Commitments): CommitmentsJson {
  return { batch: toHex(batch), opening: toHex(opening) };
}

/** Throws `field`; `place` is the file's. */
export function commitmentsFromJson({ batch, opening }: CommitmentsJson, place: string): Commitments {
  return {
    batch: fromHex(batch, `${place}#/commitments/batch`),
    opening: fromHex(opening, `${place}#/commitments/opening`),
  };
}

function stageToJson({ custodian, handoff, ...stage }: BatchStage): StageJson {
  return {
    ...stage,
    ...(custodian === undefined ? {} : { custodian: custodianToJson(custodian) }),
    ...(handoff === undefined ? {} : { handoff: handoffToJson(handoff) }),
  };
}

/** A stage that is open again. */
export function withoutHandoff(stage: BatchStage): BatchStage {
  const open: { -readonly [K in keyof BatchStage]: BatchStage[K] } = { ...stage };
  delete open.handoff;
  return open;
}

/** Throws `field`; `place` is the stages'. */
export function stagesFromJson({ stages }: BatchFile, batch: bigint, place: string): BatchStage[] {
  return stages.map(({ custodian, handoff, ...stage }, i) => ({
    ...stage,
    ...(custodian === undefined ? {} : { custodian: custodianFromJson(custodian, `${place}/${i}/custodian`) }),
    ...(handoff === undefined
      ? {}
      : { handoff: handoffFromJson(handoff, { batch, stage: BigInt(i) }, `${place}/${i}/handoff`) }),
  }));
}

export function custodianToJson({ key, org }: Custodian): CustodianJson {
  return { ...pointToJson(key), org };
}

/** Throws `field`; `place` is the custodian's. */
export function custodianFromJson(custodian: CustodianJson, place: string): Custodian {
  return { key: pointFromJson(custodian, place), org: custodian.org };
}

/**
 * Errors, with `place`#/pointer: `batch-stages` (not the policy's stages in the policy's order, or no first custodian in
 * the folder where the batch begins), `batch-time` (a time not after 1970, or not after the one before it), `party-key`,
 * `device-set`, `device-id`.
 */
export function checkStages(
  { stages, policy, origin }: Pick<Batch, "stages" | "policy" | "origin">,
  place: string,
): void {
  if (stages.length !== policy.stages.length || stages.some(({ name }, i) => name !== policy.stages[i])) {
    throw inputError("The stages are not those of the policy, in its order.", {
      code: "batch-stages",
      place: `${place}#/stages`,
    });
  }
  if ("coi" in origin && stages[0]?.custodian === undefined) {
    throw inputError("The first stage has no custodian.", { code: "batch-stages", place: `${place}#/stages/0` });
  }
  let latest = 0;
  stages.forEach((stage, i) => {
    const here = `${place}#/stages/${i}`;
    if (stage.custodian !== undefined) checkKey(stage.custodian.key, `${here}/custodian`);
    deviceSetOfIds(stage.devices);
    const start = stage.start === undefined ? undefined : parseTime(stage.start, `${here}/start`);
    const end = stage.end === undefined ? undefined : parseTime(stage.end, `${here}/end`);
    if (start !== undefined && (start === 0 || start < latest)) {
      throw timeError(`${here}/start`, start === 0 ? "A stage starts after 1970." : "The stage before has not ended.");
    }
    if (end !== undefined && (start === undefined ? end < latest : end <= start)) {
      throw timeError(`${here}/end`, "The stage ends before it starts.");
    }
    latest = end ?? start ?? latest;
  });
}

/** Checks each stage's hand-off against the folder's own entries: the errors of `checkHandoff`. */
export function checkHandoffs(batch: Batch, place: string): void {
  batch.stages.forEach((_, i) => checkHandoff(batch, i, `${place}#/stages/${i}/handoff`));
}

function timeError(place: string, message: string): BatchproofError {
  return inputError(message, { code: "batch-time", place, remedy: "Correct the stage's times." });
}
