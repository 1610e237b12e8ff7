import { Type, type Static } from "typebox";
import type { Batch, Custodian } from "../../batch/batch.ts";
import { custodianToJson } from "../../batch/batchFile.ts";
import { deviceSetOfIds } from "../../batch/commitments.ts";
import { stageIndex } from "../../batch/folder.ts";
import { handoffDocument, handoffFile, type ClosedStage } from "../../batch/handoffFile.ts";
import {
  addSignature,
  askedSignature,
  handoffStatus,
  handoffStatusJson,
  signerOf,
  takeHandoff,
} from "../../batch/handoffs.ts";
import { takeBackHandoff } from "../../claims/changeStage.ts";
import { placed } from "../../errors.ts";
import { CONDITION, type ConditionName } from "../../formats/constants.ts";
import { signatureFromJson } from "../../formats/document.ts";
import { toHex } from "../../formats/field.ts";
import { SIDES } from "../../formats/handoffSides.ts";
import { STAGE_HEAD_FIELDS, stageHead } from "../../formats/head.ts";
import { keyHash } from "../../formats/identity.ts";
import { parseTime } from "../../input/times.ts";
import { seesOnly } from "../caller.ts";
import {
  existingPlace,
  readFor,
  requireSeen,
  seesHandoff,
  showing,
  shownFolder,
  sightOf,
  type SeenBatch,
} from "../folders.ts";
import { route, type Route } from "../route.ts";
import { BATCH_PARAMS, BATCH_PATH, CLOSED, CUSTODIAN, HEX, STAGE_NAME } from "../shapes.ts";
import { STAGE_PARAMS } from "./stages.ts";

const TAG = "hand-offs";

export const HANDOFF_STATUS = Type.Object(
  {
    stage: Type.String(),
    boundary: Type.String(),
    head: Type.Union([HEX, Type.Null()]),
    condition: Type.Union([Type.String(), Type.Null()]),
    /** Sides that have not signed: releaser, receiver. */
    missing: Type.Array(Type.String()),
  },
  CLOSED,
);

const HANDOFFS = Type.Object({ handoffs: Type.Array(HANDOFF_STATUS) }, CLOSED);

/** A document of docs/spec/formats.md, which its reader checks strictly. */
const HANDOFF_FILE = Type.Object({ format: Type.Literal("batchproof-handoff/1") });

/** How the hand-offs stand that the caller sees. */
function shownHandoffs(batch: Batch, seen: Pick<SeenBatch, "stages">): Static<typeof HANDOFFS> {
  const all = handoffStatus(batch).filter(({ stage }) => seesHandoff(seen, batch.policy.stages.indexOf(stage)));
  return { handoffs: all.map(handoffStatusJson) };
}

const listHandoffs = route({
  operation: "listHandoffs",
  method: "GET",
  path: `${BATCH_PATH}/handoffs`,
  permission: "handoff:exchange",
  tag: TAG,
  summary: "How each hand-off stands, and which signatures are missing.",
  schemas: { params: BATCH_PARAMS, reply: HANDOFFS },
  run: async (call) => {
    const seen = await readFor(call, "handoff:exchange");
    return { body: shownHandoffs(seen.batch, seen) };
  },
});

const downloadHandoff = route({
  operation: "downloadHandoff",
  method: "GET",
  path: `${BATCH_PATH}/handoff-file`,
  permission: "handoff:exchange",
  tag: TAG,
  summary: "The hand-off file of a stage for its other party, or of the batch alone.",
  description:
    "Who has the file learns the stage's times, its custodian and who takes over, and the salt of this head.",
  schemas: {
    params: BATCH_PARAMS,
    query: Type.Object({ stage: Type.Optional(STAGE_NAME) }, CLOSED),
    reply: HANDOFF_FILE,
  },
  run: async (call) => {
    const seen = await readFor(call, "handoff:exchange");
    const { stage } = call.query;
    const index = stage === undefined ? undefined : signedStage(seen, stage);
    return { body: await showing(shownFolder(seen.place), () => Promise.resolve(handoffFile(seen.batch, index))) };
  },
});

/** The index of a stage whose hand-off the caller signs. Errors `batch-stage`, `not-allowed`. */
function signedStage(seen: SeenBatch, stage: string): number {
  const index = placed("stage", () => stageIndex(seen.batch, stage));
  requireSeen(seesHandoff(seen, index));
  return index;
}

const uploadHandoff = route({
  operation: "uploadHandoff",
  method: "POST",
  path: `${BATCH_PATH}/handoffs`,
  permission: "handoff:exchange",
  tag: TAG,
  summary: "Takes over a hand-off from the file of another party.",
  description: "A party's file names no other custodians than the folder does, and is about a hand-off that it signs.",
  schemas: {
    params: BATCH_PARAMS,
    body: HANDOFF_FILE,
    reply: Type.Object({ ...HANDOFFS.properties, stage: Type.Union([Type.String(), Type.Null()]) }, CLOSED),
  },
  run: async (call) => {
    const seen = await readFor(call, "handoff:exchange");
    const custodians = seesOnly(call.caller, "handoff:exchange", call.params);
    const file = handoffDocument.check(call.body, "body");
    const { batch, stage } = await showing(shownFolder(seen.place), () =>
      takeHandoff(seen.place.dir, file, "body", (found, closed) => {
        if (closed !== undefined && custodians !== undefined) requireOwn(found, closed, custodians);
      }),
    );
    return { body: { stage: stage ?? null, ...shownHandoffs(batch, sightOf(batch, custodians)) } };
  },
});

/**
 * A party that names custodians could name itself, and so see a stage of somebody else; nor does it say when that stage begins and
 * by which devices, where the folder says it. Error `not-allowed`.
 */
function requireOwn(
  found: Batch,
  { index, custodian, handoff, next }: ClosedStage,
  custodians: ReadonlySet<string>,
): void {
  const [here, there] = [found.stages[index], found.stages[index + 1]];
  const isSame = (a: Custodian | undefined, b: Custodian | undefined): boolean =>
    a === undefined || b === undefined ? a === b : keyHash(a.key) === keyHash(b.key) && a.org === b.org;
  const isBegun = there?.start === undefined || BigInt(parseTime(there.start, "start")) === handoff.head.nextStart;
  const isEquipped =
    there === undefined || there.devices.length === 0 || deviceSetOfIds(there.devices) === handoff.head.nextDeviceSet;
  requireSeen(
    seesHandoff(sightOf(found, custodians), index) &&
      isSame(custodian, here?.custodian) &&
      isSame(next?.custodian, there?.custodian) &&
      isBegun &&
      isEquipped,
  );
}

const SIDE = {
  side: Type.Enum(["releaser", "receiver"]),
  condition: Type.Enum(Object.keys(CONDITION) as ConditionName[]),
};

const askSignature = route({
  operation: "askHandoffSignature",
  method: "GET",
  path: `${BATCH_PATH}/handoffs/:stage/message`,
  permission: "handoff:exchange",
  tag: TAG,
  summary: "What one side of a hand-off signs, with its own key, elsewhere.",
  description: "`message` is made of `head` and condition (docs/spec/formats.md), and signed by EdDSA-Poseidon.",
  schemas: {
    params: STAGE_PARAMS,
    query: Type.Object(SIDE, CLOSED),
    reply: Type.Object(
      {
        ...SIDE,
        stage: Type.String(),
        signer: CUSTODIAN,
        /** Every field of the head, in hex. */
        head: Type.Record(Type.String(), HEX),
        headHash: HEX,
        message: HEX,
      },
      CLOSED,
    ),
  },
  run: async (call) => {
    const { stage } = call.params;
    const seen = await readFor(call, "handoff:exchange");
    requireSide(seen, stage, call.query.side);
    const { side, condition } = call.query;
    return await showing(shownFolder(seen.place), async () => {
      const asked = askedSignature(seen.batch, { stage, side: SIDES[side], condition });
      const signer = signerOf(seen.batch, asked);
      if (signer === undefined) throw new Error("a head names the custodians of the stages");
      const { head } = asked.handoff;
      return Promise.resolve({
        body: {
          ...{ stage, side, condition, signer: custodianToJson(signer) },
          head: Object.fromEntries(STAGE_HEAD_FIELDS.map((field) => [field, toHex(head[field])])),
          ...{ headHash: toHex(stageHead(head)), message: toHex(asked.message) },
        },
      });
    });
  },
});

/** Refuses a side that another party signs. Errors `batch-stage`, `not-allowed`. */
function requireSide({ batch, stages, seesAll }: SeenBatch, stage: string, side: keyof typeof SIDES): void {
  const index = placed("stage", () => stageIndex(batch, stage));
  requireSeen(seesAll || stages.has(side === "releaser" ? index : index + 1));
}

const signHandoff = route({
  operation: "addHandoffSignature",
  method: "POST",
  path: `${BATCH_PATH}/handoffs/:stage/signatures`,
  permission: "handoff:exchange",
  tag: TAG,
  summary: "Adds the signature of one side, which its custodian made elsewhere.",
  description:
    "It is verified over what the folder says at this moment, by the key that the stage names, before it is written.",
  schemas: {
    params: STAGE_PARAMS,
    body: Type.Object({ ...SIDE, signature: Type.Object({ r8x: HEX, r8y: HEX, s: HEX }, CLOSED) }, CLOSED),
    reply: HANDOFFS,
  },
  run: async (call) => {
    const { stage } = call.params;
    const seen = await readFor(call, "handoff:exchange");
    const { side, condition, signature } = call.body;
    requireSide(seen, stage, side);
    const signed = signatureFromJson(signature, "body#/signature");
    const batch = await showing(shownFolder(seen.place), () =>
      addSignature(seen.place.dir, { stage, side: SIDES[side], condition }, signed),
    );
    return { body: shownHandoffs(batch, seen) };
  },
});

const discardHandoff = route({
  operation: "discardHandoff",
  method: "POST",
  path: `${BATCH_PATH}/handoffs/:stage/discard`,
  permission: "batch:write",
  tag: TAG,
  summary: "Takes a hand-off back, for a correction.",
  description: "Proofs that fit no more are refused, unless `discardProofs` lets them be removed.",
  schemas: {
    params: STAGE_PARAMS,
    body: Type.Object({ discardProofs: Type.Optional(Type.Boolean()) }, CLOSED),
    reply: Type.Object({ ...HANDOFFS.properties, discarded: Type.Array(Type.String()) }, CLOSED),
  },
  run: async ({ params, body, service }) => {
    const place = await existingPlace(service, params);
    const { batch, discarded } = await showing(shownFolder(place), () =>
      takeBackHandoff(place.dir, params.stage, body.discardProofs ?? false),
    );
    return { body: { ...shownHandoffs(batch, sightOf(batch, undefined)), discarded: [...discarded] } };
  },
});

export const HANDOFF_ROUTES: readonly Route[] = [
  ...[listHandoffs, downloadHandoff, uploadHandoff],
  ...[askSignature, signHandoff, discardHandoff],
];
