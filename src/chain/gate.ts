import type { ChallengeName, ReleaseName } from "../formats/codes.ts";
import type { Register } from "./handles.ts";
import { acceptedCircuits, unknownKindsText } from "./acceptedCircuits.ts";
import { batchState, type AtBlock } from "./batchState.ts";
import { explained } from "./revert.ts";
import { challengedText, heldByText, supplyText } from "./stateWords.ts";

/** The answer of the dock check, with every reason against. */
export interface GateAnswer {
  readonly ready: boolean;
  /** Whether and how the register lets the product go. */
  readonly release: ReleaseName;
  /**
   * Out of specification and supplied at a physician's request, which nobody stopped since, and it is the batch of this folder:
   * neither yes nor a plain no, but for people to compare with what the physician was told.
   */
  readonly isExceptionalSupply: boolean;
  readonly reasons: readonly string[];
  /** What must be known besides, and closes no gate. */
  readonly notes: readonly string[];
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
  /** Id of the policy that this folder's batch is under; undefined where nobody has agreed on one. */
  readonly policyId: string | undefined;
}

/**
 * The receiving site's dock check, after receipt and before the material is used: whether the register says that the chain
 * up to this stage is proven and nothing speaks against the batch, and whether it is the chain that this site signed.
 * Errors: those of `explained`, for example for a batch that is not in the register.
 */
export async function askGate(register: Register, question: GateQuestion): Promise<GateAnswer> {
  const { gate } = register;
  const { key, stage, stages } = question;
  const at = { blockTag: question.block ?? ("latest" as const) };
  const state = await batchState(register, key, at);
  const { status, release, heldBy, challenge, stored } = state;
  const [open, ready] = await explained(() =>
    Promise.all([gate.openExceptionsOf(key, at), gate.isStageReady(key, stage, at)]),
  );
  const own = stored.openExceptions;
  const otherChain = await otherChainThan(register, question, at);
  const isOtherPolicy = question.policyId !== undefined && question.policyId !== stored.policyId;
  const { unknownKinds } = await acceptedCircuits(register, key);
  const reasons = [
    ...(own > 0n ? [`open exceptions of the batch: ${own}`] : []),
    ...(open > own ? [`a revoked consent, or open exceptions of batches that it supersedes: ${open - own}`] : []),
    ...(heldBy.length > 0 ? [heldByText(key, heldBy)] : []),
    ...(unknownKinds.length > 0 ? [unknownKindsText(unknownKinds)] : []),
    ...(otherChain === undefined ? [] : [otherChain]),
    ...(isOtherPolicy
      ? ["the register knows the batch under another policy than this folder: other claims are met"]
      : []),
  ];
  const challenged = challengedText(challenge);
  // Where proofs are in doubt, and no QP certified or decided, the register itself lets nothing begin.
  const isInDoubt = !ready && challenge?.decided === false && challenge.kinds.some((kind) => DOUBTFUL.includes(kind));
  if (isInDoubt && challenged !== undefined) reasons.push(challenged);
  if (!ready && reasons.length === 0) {
    reasons.push(`the register does not let stage "${stages[stage] ?? stage}" begin; the batch is ${status}`);
  }
  return {
    ready: ready && reasons.length === 0,
    release,
    isExceptionalSupply: release === "ExceptionalSupply" && otherChain === undefined && !isOtherPolicy,
    reasons,
    notes: [supplyText(state.supply), isInDoubt ? undefined : challenged].filter((note) => note !== undefined),
  };
}

/** Challenges by which a proof may prove nothing. */
const DOUBTFUL: readonly ChallengeName[] = ["circuit", "root"];

/** Why the stage before is not, in the register, the one that this folder signed. */
async function otherChainThan(
  { registry }: Register,
  { key, stage, stages, head }: GateQuestion,
  at: AtBlock,
): Promise<string | undefined> {
  if (stage === 0) return undefined;
  const before = stages[stage - 1] ?? `stage ${stage - 1}`;
  const known = await explained(() => registry.headOf(key, stage - 1, at));
  if (known === 0n) return `the custody of stage "${before}" is not attested`;
  if (head === undefined) return `this folder has no hand-off of stage "${before}" to compare`;
  if (known === head) return undefined;
  return `the register knows another end of stage "${before}" than the hand-off in this folder: the chain forks`;
}
