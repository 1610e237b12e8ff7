import { unknownKindsText } from "../chain/acceptedCircuits.ts";
import { challengedText, suppliedText } from "../chain/stateWords.ts";
import type { ChallengeName, ReleaseName, StatusName } from "../formats/codes.ts";
import { visible } from "../formats/visible.ts";
import { because, type Light, type Reason } from "./answer.ts";
import type { Standing } from "./standing.ts";

/** What a standing answers to a question. */
export interface Judgement {
  /** Yes, and nothing speaks against it. */
  readonly ready: boolean;
  readonly light: Light;
  /** Whether and how the register lets the product go. */
  readonly release: ReleaseName;
  /**
   * Out of specification and supplied at a physician's request, which nobody stopped since, and it is the batch that was asked
   * about: neither yes nor a plain no, but for people to compare with what the physician was told.
   */
  readonly isExceptionalSupply: boolean;
  /** Everything that speaks against it. */
  readonly reasons: readonly Reason[];
  /** What must be known besides, and turns no answer. */
  readonly notes: readonly Reason[];
}

/** What the receiving site knows of the stage before. */
export interface StageQuestion {
  /** Index of the stage that is about to begin. */
  readonly stage: number;
  /** Names of the policy's stages. */
  readonly stages: readonly string[];
  /** Head of the stage before, as its hand-off says it here; undefined where this folder has none. */
  readonly head: string | undefined;
  /** Id of the policy that this folder's batch is under; undefined where nobody has agreed on one. */
  readonly policyId: string | undefined;
}

/**
 * Whether a stage may begin: that the register lets it, that nothing speaks against the batch, and that it is the chain which
 * this site signed. What the parts of a standing say apart from each other counts each: one no is a no.
 */
export function judgeStage(standing: Standing, question: StageQuestion): Judgement {
  const { stage, stages, policyId } = question;
  const otherChain = otherChainThan(standing, question);
  const isOtherPolicy = policyId !== undefined && policyId !== standing.policy.policyId;
  const isLet = standing.stages[stage]?.ready === true && !ENDED.includes(standing.status);
  const reasons = [...againstAnyUse(standing), ...otherChain, ...(isOtherPolicy ? [OTHER_POLICY] : [])];
  // Where proofs are in doubt, and no QP certified or decided, the register itself lets nothing begin.
  const { challenge } = standing;
  const isInDoubt = !isLet && challenge?.decided === false && challenge.kinds.some((kind) => DOUBTFUL.includes(kind));
  const challenged = challengedIn(standing);
  if (isInDoubt) reasons.push(...challenged);
  if (!isLet && reasons.length === 0) {
    const text = `the register does not let stage "${stages[stage] ?? stage}" begin; the batch is ${standing.status}`;
    reasons.push(because(ENDED.includes(standing.status) ? "ended" : "not-ready", text));
  }
  return judged(standing, reasons, {
    isAsked: otherChain.length === 0 && !isOtherPolicy,
    notes: [...(isInDoubt ? [] : challenged), ...unknownCircuitsIn(standing)],
  });
}

/**
 * Whether the register says that the product may be used: certified, and nothing speaks against it or makes its proofs doubtful.
 * Where all that is missing is somebody who knows what its circuits prove, nothing can be concluded.
 */
export function judgeUse(standing: Standing): Judgement {
  const { release, status } = standing;
  const isUndecided = standing.challenge?.decided !== true;
  const challenged = challengedIn(standing);
  const unknown = unknownCircuitsIn(standing);
  const reasons = [...againstAnyUse(standing), ...(isUndecided ? challenged : [])];
  // No register releases what has ended otherwise than by completion: of two words that do not fit the worse one counts.
  const isEnded = ENDED.includes(status) && status !== "Completed";
  if ((release === "No" || (release === "Released" && isEnded)) && reasons.length === 0) {
    reasons.push(
      because(isEnded ? "ended" : "not-released", `the register does not release the batch; it is ${status}`),
    );
  }
  const judgement = judged(standing, [...reasons, ...unknown], {
    isAsked: true,
    notes: isUndecided ? [] : challenged,
  });
  const isOnlyUnknown = judgement.light === "red" && reasons.length === 0;
  return isOnlyUnknown ? { ...judgement, light: "unknown" } : judgement;
}

/** Statuses in which no stage begins any more. */
const ENDED: readonly StatusName[] = ["Completed", "Rejected", "Aborted", "ExceptionalSupply", "Recalled"];

/** Challenges by which a proof may prove nothing. */
const DOUBTFUL: readonly ChallengeName[] = ["circuit", "root"];

const OTHER_POLICY = because(
  "other-policy",
  "the register knows the batch under another policy than this folder: other claims are met",
);

function judged(
  standing: Standing,
  reasons: readonly Reason[],
  { isAsked, notes }: { readonly isAsked: boolean; readonly notes: readonly Reason[] },
): Judgement {
  const { release, recalled, holds } = standing;
  const isStopped = recalled || holds.length > 0;
  const isExceptionalSupply = release === "ExceptionalSupply" && !isStopped && isAsked;
  const ready = reasons.length === 0 && release !== "ExceptionalSupply";
  return {
    ...{ ready, light: ready ? "green" : isExceptionalSupply ? "exceptional" : "red", release, isExceptionalSupply },
    reasons,
    notes: [...suppliedIn(standing), ...notes, ...developmentKeysIn(standing)],
  };
}

/** What speaks against a batch, whatever it is to be used for. */
function againstAnyUse(standing: Standing): Reason[] {
  const { openExceptions, holds, recalled, claims } = standing;
  const { own, inherited } = openExceptions;
  const unknownKinds = claims.flatMap(({ kind, index }) => (kind === null ? [index] : []));
  return [
    ...(own > 0 ? [because("exceptions", `open exceptions of the batch: ${own}`)] : []),
    ...(inherited > 0
      ? [
          because(
            "inherited-exceptions",
            `a revoked consent, or open exceptions of batches that it supersedes: ${inherited}`,
          ),
        ]
      : []),
    ...(recalled ? [because("recalled", "the batch was recalled")] : []),
    ...(holds.length > 0 ? [because("held", `held by ${holds.map(holdText).join(" and ")}`)] : []),
    ...(unknownKinds.length > 0 ? [because("unknown-kinds", unknownKindsText(unknownKinds))] : []),
    ...unsoundIn(standing),
  ];
}

function holdText({ side, order }: Standing["holds"][number]): string {
  return `${side.toUpperCase()}${order === null ? "" : ` (order ${visible(order)})`}`;
}

/** Why the stage before is not, in the register, the one that this folder signed. */
function otherChainThan(standing: Standing, { stage, stages, head }: StageQuestion): Reason[] {
  if (stage === 0) return [];
  const before = stages[stage - 1] ?? `stage ${stage - 1}`;
  const known = standing.stages[stage - 1]?.head ?? null;
  if (known === null) return [because("custody-not-attested", `the custody of stage "${before}" is not attested`)];
  if (head === undefined) {
    return [because("no-handoff", `this folder has no hand-off of stage "${before}" to compare`)];
  }
  if (known === head) return [];
  return [
    because(
      "other-chain",
      `the register knows another end of stage "${before}" than the hand-off in this folder: the chain forks`,
    ),
  ];
}

function challengedIn({ challenge }: Standing): Reason[] {
  const text = challengedText(challenge ?? undefined);
  return text === undefined ? [] : [because("challenged", text)];
}

function suppliedIn({ supply }: Standing): Reason[] {
  if (supply === null) return [];
  return [because("supplied", suppliedText(supply.administration, supply.notificationDue, supply.notified))];
}

/** The register challenges a batch with a proof of such a circuit; a standing that has the one and not the other is wrong. */
function unsoundIn({ claims, challenge }: Standing): Reason[] {
  const found = claims.filter(({ proof }) => proof?.unsound).map(({ index }) => index);
  if (found.length === 0 || challenge?.kinds.includes("circuit") === true) return [];
  const text = `proofs of claims ${found.join(", ")} are of a circuit that was frozen as unsound: they prove nothing`;
  return [because("unsound", text)];
}

function unknownCircuitsIn({ claims }: Standing): Reason[] {
  const found = claims.filter(({ proof }) => proof !== null && proof.circuit === null).map(({ index }) => index);
  if (found.length === 0) return [];
  return [
    because("unknown-circuits", `what the circuits prove that proved claims ${found.join(", ")} is not known here`),
  ];
}

function developmentKeysIn({ developmentKeys }: Standing): Reason[] {
  if (!developmentKeys) return [];
  return [
    because("development-keys", "a circuit of its policy has development keys, with which anybody forges proofs"),
  ];
}
