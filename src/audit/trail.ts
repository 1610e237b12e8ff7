import { CLAIM_CLASS } from "../formats/codes.ts";
import { extendRunningHash } from "../chain/runningHash.ts";
import { incomplete } from "./incomplete.ts";
import type { AuditedBatch, PolicyState } from "./state.ts";

/**
 * A batch's running hashes, computed again from what the events say was called. A QP signs both, so a certificate only holds
 * over exactly these events.
 */

/** A call about what was attested. `args`: those of its digest. */
export function extendTrail(batch: AuditedBatch, method: string, args: readonly unknown[]): void {
  batch.trail = extendRunningHash(batch.trail, method, args);
}

/** A call about an exception, a revoked consent or a challenge. `args`: those of its digest. */
export function extendExceptions(batch: AuditedBatch, method: string, args: readonly unknown[]): void {
  batch.exceptionsHash = extendRunningHash(batch.exceptionsHash, method, args);
}

/** One proof as its event tells it; numbers as decimal text. */
export interface LoggedItem {
  readonly claim: number;
  readonly circuitId: string;
  readonly head: string;
  readonly parties: string;
  readonly record: string;
  readonly deviations: string;
  readonly proof: readonly string[];
}

/** A proof is about the head of its stage, and a custody proof continues the head before. Errors: `log`. */
export function requireBound(key: string, batch: AuditedBatch, policy: PolicyState, item: LoggedItem): void {
  const { stage, class: claimClass } = claimOf(policy, item.claim);
  const before = stage === 0 ? batch.opening : batch.heads[stage - 1];
  if (batch.heads[stage] === item.head && (claimClass !== CLAIM_CLASS.custody || before === item.record)) return;
  throw incomplete(`the proof of claim ${item.claim} of batch ${key} is not about the head that its events tell`);
}

function claimOf(policy: PolicyState, claim: number): PolicyState["claims"][number] {
  const found = policy.claims[claim];
  if (found === undefined) throw incomplete(`an event is about claim ${claim} of a policy without such a claim`);
  return found;
}
