import { ZeroHash } from "ethers";
import { NEEDED_FOR, type NeededForName, type StatusName } from "../formats/codes.ts";
import { incomplete, known } from "./incomplete.ts";
import type { AuditedBatch, RegisterState } from "./state.ts";

/** Batches that one batch may supersede, one through the other, as the register sees to it. */
const MOST_SUPERSEDED = 16;

/** The state to show at a time (Unix seconds), as `statusOf` of the contract says, from the events alone. */
export function statusOf(state: RegisterState, batch: AuditedBatch, now: number): StatusName {
  if (batch.recalled !== undefined) return "Recalled";
  if (isEnded(batch)) return batch.status;
  if (batch.status === "Open" && openExceptionsOf(state, batch) > 0) return "Exception";
  if (isOverdue(state, batch, now)) return "Overdue";
  if (batch.status !== "Open") return batch.status;
  return missingClaims(state, batch, "release").length === 0 ? "Compliant" : "Open";
}

/** Ended without release. */
function isEnded({ status }: AuditedBatch): boolean {
  return status === "Rejected" || status === "Aborted" || status === "ExceptionalSupply";
}

/** Exceptions that block a batch: its own, those of the batches it supersedes, a revoked consent without decision. */
export function openExceptionsOf(state: RegisterState, batch: AuditedBatch): number {
  let open = isRevocationUndecided(state, batch) ? 1 : 0;
  let depth = 0;
  for (let each: AuditedBatch | undefined = batch; each !== undefined; each = state.batches[each.supersedes]) {
    if (depth++ > MOST_SUPERSEDED) throw incomplete(`batch ${batch.batch} supersedes more batches than one may`);
    open += each.exceptions.filter(({ closed }) => closed === undefined).length;
  }
  return open;
}

/** Whether the consent of a batch was revoked and no QP decided on it. */
export function isRevocationUndecided({ consents }: RegisterState, batch: AuditedBatch): boolean {
  return (
    batch.consent !== ZeroHash &&
    batch.revocationDecided === undefined &&
    consents[batch.consent]?.revoked !== undefined
  );
}

/** Claims needed for something that are neither attested nor settled. */
export function missingClaims({ policies }: RegisterState, batch: AuditedBatch, goal: NeededForName): number[] {
  return known(policies, batch.policyId, "policy").claims.flatMap(({ neededFor }, claim) =>
    neededFor === NEEDED_FOR[goal] && batch.attested[claim] === undefined && !batch.settled.includes(claim)
      ? [claim]
      : [],
  );
}

/** Claims for which an accepted exception stands in place of a proof: where there is a proof, it stands in no place. */
export function settledClaims({ attested, settled }: AuditedBatch): readonly number[] {
  return settled.filter((claim) => attested[claim] === undefined);
}

function isOverdue(state: RegisterState, batch: AuditedBatch, now: number): boolean {
  const [release, completion] = batch.due;
  if (batch.requests.some(({ answered, dueBy }) => answered === undefined && isPast(dueBy, now))) return true;
  if (batch.status === "Open") return isPast(release, now);
  return batch.status === "Released" && isPast(completion, now) && missingClaims(state, batch, "completion").length > 0;
}

/** Whether a time, decimal, is over at another one; both in Unix seconds. */
export function isPast(time: string, now: number): boolean {
  return BigInt(now) > BigInt(time);
}
