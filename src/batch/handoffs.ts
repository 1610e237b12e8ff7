import { commandOf } from "../commandLine.ts";
import { inputError, refusal } from "../errors.ts";
import { type ConditionName } from "../formats/constants.ts";
import { toHex } from "../formats/field.ts";
import type { HandoffSide } from "../formats/handoff.ts";
import { WORD_OF } from "../formats/handoffSides.ts";
import { stageHead } from "../formats/head.ts";
import { keyHash } from "../formats/identity.ts";
import { verifySignature, type Signature } from "../formats/source.ts";
import type { UnlockedKey } from "../parties/keys.ts";
import { readParties } from "../parties/partyList.ts";
import type { Policy } from "../policy/document.ts";
import { withoutHandoff } from "./batchFile.ts";
import { drawnHead, refuseDeviceCount } from "./commitments.ts";
import { changeBatch, makeBatch, readBatch, readRules, stageIndex, type MadeBatch, type NewBatch } from "./folder.ts";
import { messageOf } from "./handoff.ts";
import {
  handoffContent,
  handoffDocument,
  missingHandoff,
  withClosedStage,
  type ClosedStage,
  type HandoffFile,
} from "./handoffFile.ts";
import { claimsOf } from "../kinds/kind.ts";
import type { Boundary, CustodyLimits } from "../kinds/custody/limits.ts";
import type { Batch, BatchStage, Custodian, Handoff } from "./batch.ts";
import { copyParties, discardOf } from "./hints.ts";
import { refuseUnlisted, type NamedCustodians } from "./listed.ts";

/** Which boundary the policy says a stage ends with. Error `handoff-unclaimed`: it claims no custody of the stage. */
export function boundaryOfStage(policy: Policy, index: number): Boundary {
  const custody = claimsOf<"custody", CustodyLimits>(policy, "custody").find(({ claim }) => claim.stage === index);
  if (custody !== undefined) return custody.claim.rule.boundary;
  const stage = policy.stages[index] ?? index;
  throw inputError(`The policy claims no custody of stage "${stage}", so there is nothing to sign.`, {
    code: "handoff-unclaimed",
  });
}

/** Which side of which hand-off is to be signed. */
export interface SideToSign {
  /** Name of the stage that ends. */
  readonly stage: string;
  readonly side: HandoffSide;
  readonly condition: ConditionName;
}

/** What `signHandoff` is told. */
export interface SignRequest extends SideToSign {
  readonly dir: string;
  readonly key: UnlockedKey;
}

/** What one side of a hand-off is asked to sign. */
export interface AskedSignature {
  readonly index: number;
  readonly side: HandoffSide;
  /** With the signatures that are there. */
  readonly handoff: Pick<Handoff, "head" | "condition"> & Partial<Handoff>;
  /** A field element, which is signed by EdDSA-Poseidon. */
  readonly message: bigint;
  /** `keyHash` of who signs: the head names it. */
  readonly signer: bigint;
}

/**
 * What one side signs at the end of a stage. The releasing custodian goes first: its signature fixes the head, and with it both
 * custodians, all times, the devices and the seal. Nothing is written.
 * Errors: `batch-stage`, `handoff-unclaimed`, `handoff-side` (nobody receives at this boundary), `handoff-missing` (nothing to
 * receive; or the stage before is not closed), `handoff-condition` (the other side signed another condition), `device-count` (the
 * next stage does not name the devices that its claims want), those of `headOf`.
 */
export function askedSignature(batch: Batch, { stage, side, condition }: SideToSign): AskedSignature {
  const index = stageIndex(batch, stage);
  const boundary = boundaryOfStage(batch.policy, index);
  const there = batch.stages[index]?.handoff;
  // The head fixes the next stage's devices: afterwards their number could not be put right.
  if (batch.stages[index + 1] !== undefined) refuseDeviceCount(batch, index + 1);
  const handoff =
    side === "released"
      ? handoffToRelease(batch, index, there, condition)
      : handoffToReceive(batch, index, there, { boundary, condition });
  const { keyHash, nextKeyHash } = handoff.head;
  const signer = side === "released" ? keyHash : nextKeyHash;
  return { index, side, handoff, message: messageOf(handoff, side), signer };
}

function handoffToRelease(
  batch: Batch,
  index: number,
  handoff: Handoff | undefined,
  condition: ConditionName,
): AskedSignature["handoff"] {
  if (handoff !== undefined) refuseCondition(batch, index, handoff, condition);
  if (index > 0 && batch.stages[index - 1]?.handoff === undefined) {
    throw missingHandoff(batch.dir, batch.stages[index - 1]?.name ?? "");
  }
  return { ...handoff, head: handoff?.head ?? drawnHead(batch, index), condition };
}

function handoffToReceive(
  batch: Batch,
  index: number,
  handoff: Handoff | undefined,
  { boundary, condition }: { readonly boundary: Boundary; readonly condition: ConditionName },
): AskedSignature["handoff"] {
  if (boundary !== "handover") {
    throw inputError(`Nobody receives at this boundary: the policy says that it is "${boundary}".`, {
      code: "handoff-side",
      remedy: "The custodian alone signs, as releaser.",
    });
  }
  if (handoff === undefined) throw missingHandoff(batch.dir, batch.stages[index]?.name ?? "");
  refuseCondition(batch, index, handoff, condition);
  return handoff;
}

/**
 * Signs one side of the hand-off that closes a stage. Signing again changes nothing. Errors: `handoff-signer` (not the key that
 * the stage names), those of `askedSignature` and `changeBatch`.
 */
export async function signHandoff({ dir, key, ...request }: SignRequest): Promise<Batch> {
  return changeBatch(dir, (batch) => {
    const asked = askedSignature(batch, request);
    refuseSigner(batch, key, asked);
    return withSignature(batch, asked, key.sign(asked.message));
  });
}

/**
 * Adds a signature that a custodian made elsewhere, with its own key, over what `askedSignature` says of the folder as it is now.
 * Errors: `handoff-signature` (it does not hold for that, or by that key), those of `askedSignature` and `changeBatch`.
 */
export async function addSignature(dir: string, request: SideToSign, signature: Signature): Promise<Batch> {
  return changeBatch(dir, (batch) => {
    const asked = askedSignature(batch, request);
    const custodian = signerOf(batch, asked);
    if (custodian === undefined || !verifySignature(custodian.key, asked.message, signature)) {
      throw inputError("The signature is not the custodian's over this hand-off.", {
        code: "handoff-signature",
        remedy: "Ask again what is to be signed: a stage may have changed since; sign that with the key that it names.",
      });
    }
    return withSignature(batch, asked, signature);
  });
}

/** The custodian who is asked, as the folder names it. */
export function signerOf(
  { stages }: Pick<Batch, "stages">,
  { index, side, signer }: AskedSignature,
): Custodian | undefined {
  const custodian = stages[side === "released" ? index : index + 1]?.custodian;
  return custodian !== undefined && keyHash(custodian.key) === signer ? custodian : undefined;
}

function withSignature(batch: Batch, { index, side, handoff }: AskedSignature, signature: Signature): Batch {
  // Whoever receives is asked after whoever releases has signed.
  const signed = { ...handoff, [side]: signature } as Handoff;
  return withStage(batch, index, (open) => ({ ...open, handoff: signed }));
}

function refuseCondition(batch: Batch, index: number, handoff: Handoff, condition: ConditionName): void {
  if (handoff.condition === condition) return;
  throw inputError(`The hand-off was signed as ${handoff.condition}, not as ${condition}.`, {
    code: "handoff-condition",
    remedy: `Both sides sign one condition: discard the hand-off (\`${discardOf(batch, index)}\`) and have it signed anew.`,
  });
}

function refuseSigner({ dir }: Batch, key: UnlockedKey, { side, signer }: AskedSignature): void {
  if (keyHash(key.description.public) === signer) return;
  const verb = side === "released" ? "releases" : "receives";
  throw refusal(`Key "${key.description.name}" is not the custodian's who ${verb}.`, {
    code: "handoff-signer",
    remedy: `Sign with the key of the custodian whom the stage names: \`${commandOf("handoff", "show", dir)}\` says who it is.`,
  });
}

function withStage(batch: Batch, index: number, change: (stage: BatchStage) => BatchStage): Batch {
  return { ...batch, stages: batch.stages.map((stage, i) => (i === index ? change(stage) : stage)) };
}

/**
 * Takes back a stage's hand-off, for a correction. What was attested on it stands; a corrected hand-off has another head,
 * under another salt.
 * Errors: `handoff-missing`, `handoff-follows` (a later hand-off rests on it), those of `changeBatch`.
 */
export async function discardHandoff(dir: string, stage: string): Promise<Batch> {
  return changeBatch(dir, (batch) => withoutHandoffOf(batch, stage));
}

/** A batch with a stage's hand-off taken back; nothing is written. Errors `batch-stage`, `handoff-missing`, `handoff-follows`. */
export function withoutHandoffOf(batch: Batch, stage: string): Batch {
  const index = stageIndex(batch, stage);
  if (batch.stages[index]?.handoff === undefined) throw missingHandoff(batch.dir, stage);
  const later = batch.stages.findIndex((each, i) => i === index + 1 && each.handoff !== undefined);
  if (later >= 0) {
    throw inputError(`The hand-off of stage "${batch.stages[later]?.name ?? ""}" rests on this one.`, {
      code: "handoff-follows",
      remedy: "Discard the later hand-offs first, the last one before the others.",
    });
  }
  return withStage(batch, index, (open) => ({ ...withoutHandoff(open), discarded: (open.discarded ?? 0) + 1 }));
}

/** The folder's batch after a hand-off was taken over, and the stage that it closes. */
export interface TakenHandoff {
  readonly batch: Batch;
  /** Absent: the file tells of the batch only. */
  readonly stage: string | undefined;
}

/**
 * Takes over a hand-off from a file that another party sent: the opening of a stage's head, with the signatures there are.
 * Errors: those of `takeHandoff` and of reading.
 */
export async function importHandoff(dir: string, path: string): Promise<TakenHandoff> {
  return takeHandoff(dir, await handoffDocument.read(path), path);
}

/**
 * `importHandoff` of a file that was read already; `place` names it in errors. `allow` may refuse it, once it is known to be sound
 * and what the folder says now.
 * Errors: `handoff-batch` (of another batch), `handoff-differs` (the folder has another hand-off of this stage: the chain
 * would fork), `handoff-party` (the folder's party list knows a custodian of the file otherwise), those of
 * `handoffContent`, `changeBatch`, `handoff-chain` among them, and `allow`.
 */
export async function takeHandoff(
  dir: string,
  file: HandoffFile,
  place: string,
  allow: (found: Batch, stage: ClosedStage | undefined) => void = () => undefined,
): Promise<TakenHandoff> {
  let name: string | undefined;
  const { policy } = await readBatch(dir);
  const { commitments, stage } = handoffContent(file, policy, place);
  const batch = await changeBatch(dir, (found) => {
    const { batch: commitment, opening } = found.commitments;
    if (commitments.batch !== commitment || commitments.opening !== opening) {
      throw inputError("The file is about another batch.", {
        code: "handoff-batch",
        place: `${place}#/commitments`,
        remedy: "Import it into the folder of its batch.",
      });
    }
    allow(found, stage);
    if (stage === undefined) return found;
    refuseUnlisted(
      found.parties,
      namedIn(stage, place),
      `Ask the sender which is right; a newer party list is copied in by \`${copyParties(found)}\`.`,
    );
    name = found.stages[stage.index]?.name;
    return { ...found, stages: withClosedStage(found.stages, merged(found, stage, place)) };
  });
  return { batch, stage: name };
}

/** The custodians that a file names. */
function namedIn({ custodian, next }: ClosedStage, path: string): NamedCustodians {
  return { [`${path}#/stage/custodian`]: custodian, [`${path}#/stage/next/custodian`]: next?.custodian };
}

/** The file's stage with the signatures of both the file and the folder. */
function merged(batch: Batch, stage: ClosedStage, path: string): ClosedStage {
  const own = batch.stages[stage.index]?.handoff;
  if (own === undefined) return stage;
  const { handoff } = stage;
  if (stageHead(own.head) !== stageHead(handoff.head) || own.condition !== handoff.condition) {
    throw inputError("The folder has another hand-off of this stage: two of them would fork the chain.", {
      code: "handoff-differs",
      place: `${path}#/stage/handoff`,
      remedy:
        "Ask both custodians which one stands; if it is the file's, discard the folder's: " +
        `\`${discardOf(batch, stage.index)}\`.`,
    });
  }
  return { ...stage, handoff: { ...own, ...handoff } };
}

/** What joining a batch needs besides the file that another party exported. */
export type JoinRequest = Pick<NewBatch, "dir" | "policyPath" | "lot" | "partiesPath">;

/** What `joinBatch` needs. */
export interface JoinBatch extends JoinRequest {
  /** The file that another party exported. */
  readonly handoffPath: string;
}

/** `joinBatchBy` a file. Errors: those of `joinBatchBy` and of reading. */
export async function joinBatch({ handoffPath, ...request }: JoinBatch): Promise<MadeBatch> {
  return joinBatchBy(request, await handoffDocument.read(handoffPath), handoffPath);
}

/**
 * Makes the folder of a party that takes part in a batch that began elsewhere: it knows the batch's commitments and the
 * hand-off in the file, and draws salts of its own for its stages and records. `place` names the file in errors. Errors:
 * `handoff-party`, those of `initBatch` and `handoffContent`.
 */
export async function joinBatchBy(
  { lot, ...request }: JoinRequest,
  file: HandoffFile,
  place: string,
): Promise<MadeBatch> {
  const rules = await readRules(request.policyPath);
  const { commitments, stage } = handoffContent(file, rules.policy, place);
  const { partiesPath } = request;
  if (stage !== undefined && partiesPath !== undefined) {
    const remedy = "Ask the sender which is right; a newer party list is given as --parties.";
    refuseUnlisted(await readParties(partiesPath), namedIn(stage, place), remedy);
  }
  const stages = rules.policy.stages.map((name): BatchStage => ({ name, devices: [] }));
  return await makeBatch(request, rules, {
    lot,
    origin: { joined: commitments },
    commitment: commitments.batch,
    stages: stage === undefined ? stages : withClosedStage(stages, stage),
  });
}

/** What is still to be signed at the end of a stage. */
export interface HandoffStatus {
  readonly stage: string;
  readonly boundary: Boundary;
  readonly missing: readonly HandoffSide[];
  readonly handoff: Handoff | undefined;
}

/** How the hand-offs of a batch stand, stage by stage; of stages whose custody the policy claims. */
export function handoffStatus({ policy, stages }: Pick<Batch, "policy" | "stages">): HandoffStatus[] {
  return stages.flatMap(({ name, handoff }, index): HandoffStatus[] => {
    if (!policy.claims.some(({ kind, stage }) => kind === "custody" && stage === index)) return [];
    const boundary = boundaryOfStage(policy, index);
    const needed: readonly HandoffSide[] = boundary === "handover" ? ["released", "received"] : ["released"];
    return [{ stage: name, boundary, missing: needed.filter((side) => handoff?.[side] === undefined), handoff }];
  });
}

/** A hand-off's status as JSON. */
export interface HandoffStatusJson {
  readonly stage: string;
  readonly boundary: Boundary;
  /** Of the stage, in hex; null while nobody has signed. */
  readonly head: string | null;
  readonly condition: ConditionName | null;
  /** Sides that have not signed. */
  readonly missing: (typeof WORD_OF)[HandoffSide][];
}

export function handoffStatusJson({ stage, boundary, missing, handoff }: HandoffStatus): HandoffStatusJson {
  return {
    ...{ stage, boundary },
    head: handoff === undefined ? null : toHex(stageHead(handoff.head)),
    condition: handoff?.condition ?? null,
    missing: missing.map((side) => WORD_OF[side]),
  };
}
