import { ZeroHash } from "ethers";
import { NEEDED_FOR, type NeededForName, type StatusName } from "../formats/codes.ts";
import { LIMIT } from "../formats/limits.ts";
import { incomplete, known } from "./incomplete.ts";
import type { AuditedBatch, RegisterState, RequestState } from "./state.ts";

/** The state to show at a time (Unix seconds), as `statusOf` of the contract says, from the events alone. */
export function statusOf(state: RegisterState, batch: AuditedBatch, now: number): StatusName {
  if (batch.recalled !== undefined) return "Recalled";
  if (isEnded(batch)) return batch.status;
  if (batch.status === "Open" && openExceptionsOf(state, batch) > 0) return "Exception";
  if (overdueOf(state, batch, now).length > 0) return "Overdue";
  if (batch.status !== "Open") return batch.status;
  return missingClaims(state, batch, "release").length === 0 ? "Compliant" : "Open";
}

/** Ended without release. */
function isEnded({ status }: AuditedBatch): boolean {
  return status === "Rejected" || status === "Aborted" || status === "ExceptionalSupply";
}

/** A batch, those it supersedes, one through the other, and their keys; its own key is not said. */
export function chainOf(
  { batches }: RegisterState,
  batch: AuditedBatch,
): readonly { readonly key: string | undefined; readonly batch: AuditedBatch }[] {
  const chain: { readonly key: string | undefined; readonly batch: AuditedBatch }[] = [{ key: undefined, batch }];
  for (let key = batch.supersedes; key !== ZeroHash;) {
    if (chain.length > LIMIT.superseded) throw incomplete(`batch ${batch.batch} supersedes more batches than one may`);
    const before = known(batches, key, "batch");
    chain.push({ key, batch: before });
    key = before.supersedes;
  }
  return chain;
}

/** Exceptions that block a batch: its own, those of the batches it supersedes, a revoked consent of these without decision. */
export function openExceptionsOf(state: RegisterState, batch: AuditedBatch): number {
  return chainOf(state, batch).reduce((sum, { batch: each }) => {
    const own = each.exceptions.filter(({ closed }) => closed === undefined).length;
    return sum + own + (isRevocationUndecided(state, each) ? 1 : 0);
  }, 0);
}

/** Whether somebody holds a batch, or one that it supersedes. */
export function isHeld(state: RegisterState, batch: AuditedBatch): boolean {
  return chainOf(state, batch).some(({ batch: { holds } }) => holds.some(({ lifted }) => lifted === undefined));
}

/** Whether the consent of a batch was revoked and no QP decided on it. */
export function isRevocationUndecided({ consents }: RegisterState, batch: AuditedBatch): boolean {
  return (
    batch.consent !== ZeroHash &&
    batch.revocationDecided === undefined &&
    consents[batch.consent]?.revoked !== undefined
  );
}

/** Claims needed for something that are neither attested nor settled, or refused. */
export function missingClaims({ policies }: RegisterState, batch: AuditedBatch, goal: NeededForName): number[] {
  const { attested, settled, refused } = batch;
  const isThere = (claim: number): boolean => attested[claim] !== undefined || settled.includes(claim);
  return known(policies, batch.policyId, "policy").claims.flatMap(({ neededFor }, claim) =>
    neededFor === NEEDED_FOR[goal] && (!isThere(claim) || refused.includes(claim)) ? [claim] : [],
  );
}

/** Claims for which an accepted exception stands in place of a proof: where there is a proof, it stands in no place. */
export function settledClaims({ attested, settled }: AuditedBatch): readonly number[] {
  return settled.filter((claim) => attested[claim] === undefined);
}

/** Stages that a QP named for them must confirm, and has not since the batch was last amended or a claim refused. */
export function unconfirmedStages(
  { policies }: RegisterState,
  { policyId, confirmations, revision }: AuditedBatch,
): number[] {
  return known(policies, policyId, "policy").confirmedStages.filter((stage) => {
    const last = confirmations.findLast((each) => each.stage === stage);
    return last?.revision !== revision || isTakenBack(last);
  });
}

/** A QP who says so of no document takes back what was confirmed. */
export function isTakenBack({ document }: AuditedBatch["confirmations"][number]): boolean {
  return document === ZeroHash;
}

/** Until when the authority is to be told of an exceptional supply, Unix seconds. */
export function notificationDue({ administration }: NonNullable<AuditedBatch["supplied"]>): bigint {
  return BigInt(administration) + BigInt(LIMIT.notificationAfter);
}

/** Whether an authority waits for an answer. */
export function isUnanswered({ answered, withdrawn }: RequestState): boolean {
  return answered === undefined && withdrawn === undefined;
}

/** What was due, and when: decimal, Unix seconds. */
export interface Overdue {
  readonly what: NeededForName | `request-${number}`;
  readonly due: string;
}

/** What of a batch is over at a time (Unix seconds) and was not done; of one that was recalled or ended nothing is due. */
export function overdueOf(state: RegisterState, batch: AuditedBatch, now: number): readonly Overdue[] {
  if (batch.recalled !== undefined || isEnded(batch)) return [];
  const requests = batch.requests
    .filter((request) => isUnanswered(request) && isPast(request.dueBy, now))
    .map(({ id, dueBy }) => ({ what: `request-${id}` as const, due: dueBy }));
  return [...overdueGoal(state, batch, now), ...requests];
}

function overdueGoal(state: RegisterState, batch: AuditedBatch, now: number): readonly Overdue[] {
  const [release, completion] = batch.due;
  if (batch.status === "Open") return isPast(release, now) ? [{ what: "release", due: release }] : [];
  const isLate = batch.status === "Released" && isPast(completion, now);
  return isLate && missingClaims(state, batch, "completion").length > 0
    ? [{ what: "completion", due: completion }]
    : [];
}

/** Whether a time, decimal, is over at another one; both in Unix seconds. */
export function isPast(time: string | bigint, now: number): boolean {
  return BigInt(now) > BigInt(time);
}
