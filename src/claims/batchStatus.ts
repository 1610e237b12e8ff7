import type { Batch, BatchStage } from "../batch/batch.ts";
import { deviceCountProblem } from "../batch/commitments.ts";
import { EVIDENCE } from "../batch/evidence.ts";
import { handoffStatus, type HandoffStatus } from "../batch/handoffs.ts";
import { BatchproofError } from "../errors.ts";
import type { KindName } from "../formats/constants.ts";
import type { SeriesLimits } from "../kinds/series/limits.ts";
import type { KnownOpening } from "../kinds/opened.ts";
import type { Explanation } from "../kinds/statement.ts";
import type { Envelope } from "../prover/envelope.ts";
import type { Claim, IndexedClaim } from "../policy/document.ts";
import { checkBatch, type ClaimVerdict } from "./checkBatch.ts";
import { mesExceptionsOf } from "./mesExceptions.ts";
import { readProofs, requireFitting } from "./proofFits.ts";

/** How a claim stands in one party's folder, without a register. */
export interface ClaimStatus {
  readonly claim: string;
  readonly kind: KindName;
  readonly stage: string;
  /**
   * As `check` judges it. `missing`: no evidence yet, or a hand-off that not all have signed. `elsewhere`: the stage was
   * closed in another party's folder, where its evidence is. `unjudged`: its evidence is there, but something else is not.
   */
  readonly outcome: ClaimVerdict["outcome"] | "elsewhere" | "unjudged";
  /** What a claim fails or deviates by, or why it cannot be judged. */
  readonly reason?: string;
  /** Its record is not of the stage as it is set now: another time was set after the import, which takes no such file. */
  readonly isOfOtherTimes?: true;
  /** Its stage names more or fewer devices than the claims want: to be put right rather than declared. */
  readonly isMiscounted?: true;
  /** Its proof in the folder; `stale`: the folder says something else by now. */
  readonly proof: "none" | "fits" | "stale";
  /** Whose turn it is: to bring what is missing, to declare what fails, to prove, or to attest what is proven. */
  readonly whose?: string;
}

/** The claims of a folder in the policy's order, and what the MES leaves open. */
export interface FolderStatus {
  readonly claims: readonly ClaimStatus[];
  /** Open exceptions of the MES's production record. */
  readonly mesExceptions: readonly string[];
}

/**
 * How a batch stands in its folder. Errors: those of `readProofs` and `mesExceptionsOf`.
 * @param opening what the folder knows of it (`openingKnownTo`)
 */
export async function folderStatus(batch: Batch, opening: KnownOpening): Promise<FolderStatus> {
  const claims: ClaimStatus[] = [];
  const proofs = await readProofs(batch);
  for (const [index, claim] of batch.policy.claims.entries()) {
    const proof = await proofStatus(
      batch,
      proofs.find((each) => each.claim === index),
    );
    const stage = batch.policy.stages[claim.stage] ?? "";
    claims.push({
      claim: claim.id,
      kind: claim.kind,
      stage,
      proof,
      ...(await outcomeOf(batch, { claim, index }, proof, opening)),
    });
  }
  const open = ((await mesExceptionsOf(batch)) ?? []).filter(({ state }) => state === "open");
  return { claims, mesExceptions: open.map(({ id }) => id) };
}

async function outcomeOf(
  batch: Batch,
  indexed: IndexedClaim,
  proof: ClaimStatus["proof"],
  opening: KnownOpening,
): Promise<Pick<ClaimStatus, "outcome" | "reason" | "isOfOtherTimes" | "isMiscounted" | "whose">> {
  const { claim } = indexed;
  const handoff = handoffStatus(batch).find(({ stage }) => stage === batch.policy.stages[claim.stage]);
  const isThere = await EVIDENCE[claim.kind].isThere(batch, claim);
  const isElsewhere = isClosedElsewhere(batch, claim.stage);
  const isUnsigned = claim.kind === "custody" && isThere && (handoff?.missing.length ?? 0) > 0;
  if (isUnsigned || (!isThere && !isElsewhere)) return { outcome: "missing", whose: bringerOf(batch, claim, handoff) };
  // Custody is proven by whoever closed the stage, from what this folder may not know.
  if (isElsewhere && (!isThere || claim.kind === "custody")) return { outcome: "elsewhere" };
  try {
    const [verdict] = await checkBatch(batch, [indexed], opening);
    if (verdict?.outcome !== "fail") {
      const { outcome = "missing", deviations = [] } = verdict ?? {};
      const whose = proof === "fits" ? "the batch's owner" : custodianOf(batch.stages[claim.stage]);
      return { outcome, ...(deviations.length === 0 ? {} : { reason: deviations.join(", ") }), whose };
    }
    const reason = verdict.problems.map(({ rule, message }) => `rule ${rule}: ${message}`).join(" ");
    if (rests(verdict, "device") && deviceCountProblem(batch, claim.stage) !== undefined) {
      return { outcome: "fail", reason, isMiscounted: true, whose: custodianOf(batch.stages[claim.stage]) };
    }
    // Under a proof it was the folder that changed, not the evidence.
    return proof !== "stale" && rests(verdict, "window")
      ? { outcome: "fail", reason, isOfOtherTimes: true, whose: custodianOf(batch.stages[claim.stage]) }
      : { outcome: "fail", reason, whose: "QA" };
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.kind === "internal") throw error;
    return { outcome: "unjudged", reason: error.message, whose: custodianOf(batch.stages[claim.stage]) };
  }
}

function rests({ problems }: ClaimVerdict, on: Explanation["rule"]): boolean {
  return problems.some(({ rule }) => rule === on);
}

async function proofStatus(batch: Batch, envelope: Envelope | undefined): Promise<ClaimStatus["proof"]> {
  if (envelope === undefined) return "none";
  try {
    await requireFitting(batch, envelope, false);
    return "fits";
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "proof-stale") return "stale";
    throw error;
  }
}

/**
 * Whether a stage was closed in another party's folder: each draws the salts of its own heads. So were the stages before it, of
 * which a folder that joined knows nothing.
 */
export function isClosedElsewhere({ stages, secrets }: Pick<Batch, "stages" | "secrets">, index: number): boolean {
  const isForeign = ({ handoff, discarded }: BatchStage, i: number): boolean =>
    handoff !== undefined && handoff.head.salt !== secrets.stageSalt(i, discarded);
  const stage = stages[index];
  if (stage?.handoff !== undefined) return isForeign(stage, index);
  return stages.some((later, i) => i > index && isForeign(later, i));
}

/** Who has what is missing. */
function bringerOf(batch: Batch, claim: Claim, handoff: HandoffStatus | undefined): string {
  const holder = batch.stages[claim.stage];
  switch (claim.kind) {
    case "custody":
      return custodianOf(handoff?.missing[0] === "received" ? batch.stages[claim.stage + 1] : holder);
    case "quality":
      return "the laboratory";
    case "temperature":
    case "parameters":
    case "channel":
      return (claim.rule as SeriesLimits).independent === true
        ? `a source of another organisation than the ${custodianOf(holder)}`
        : `the source of the ${custodianOf(holder)}`;
  }
}

function custodianOf(stage: BatchStage | undefined): string {
  const org = stage?.custodian?.org;
  return `custodian of ${stage?.name ?? ""}${org === undefined ? "" : `, ${org}`}`;
}
