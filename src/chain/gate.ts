import { STATUS } from "../formats/codes.ts";
import type { Register } from "./handles.ts";
import { acceptedCircuits, unknownKindsText } from "./acceptedCircuits.ts";
import { explained } from "./revert.ts";

/** The answer of the dock check, with every reason against. */
export interface GateAnswer {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** What the receiving site knows of the stage before. */
export interface GateQuestion {
  /** Key of the batch in the register. */
  readonly key: string;
  /** Index of the stage that is about to begin. */
  readonly stage: number;
  /** Names of the policy's stages. */
  readonly stages: readonly string[];
  /** Number of the block that is asked about, so that all answers are of one moment; the latest one unless told. */
  readonly block?: number;
  /** Head of the stage before, as its hand-off says it here; undefined where this folder has none. */
  readonly head: bigint | undefined;
}

/**
 * The receiving site's dock check, after receipt and before the material is used: whether the register says that the chain
 * up to this stage is proven and nothing speaks against the batch, and whether it is the chain that this site signed.
 * Errors: those of `explained`, for example for a batch that is not in the register.
 */
export async function askGate(register: Register, question: GateQuestion): Promise<GateAnswer> {
  const { registry, gate } = register;
  const { key, stage, stages, head } = question;
  const at = { blockTag: question.block ?? "latest" };
  const [status, { openExceptions }, ready] = await explained(() =>
    Promise.all([gate.statusOf(key, at), registry.batchOf(key, at), gate.isStageReady(key, stage, at)]),
  );
  const reasons: string[] = [];
  if (openExceptions > 0n) reasons.push(`open exceptions of the batch: ${openExceptions}`);
  const { unknownKinds } = await acceptedCircuits(register, key);
  if (unknownKinds.length > 0) reasons.push(unknownKindsText(unknownKinds));
  if (stage > 0) {
    const before = stages[stage - 1] ?? `stage ${stage - 1}`;
    const known = await explained(() => registry.headOf(key, stage - 1, at));
    if (known === 0n) reasons.push(`the custody of stage "${before}" is not attested`);
    else if (head === undefined) reasons.push(`this folder has no hand-off of stage "${before}" to compare`);
    else if (known !== head) {
      reasons.push(
        `the register knows another end of stage "${before}" than the hand-off in this folder: the chain forks`,
      );
    }
  }
  if (!ready && reasons.length === 0) {
    const name = STATUS[Number(status)] ?? "unknown";
    reasons.push(`the register does not let stage "${stages[stage] ?? stage}" begin; the batch is ${name}`);
  }
  return { ready: ready && reasons.length === 0, reasons };
}
