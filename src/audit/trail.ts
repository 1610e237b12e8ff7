import { compiled } from "../chain/contracts.ts";
import { CLAIM_CLASS } from "../formats/codes.ts";
import { extendRunningHash } from "../chain/runningHash.ts";
import type { RegisterEvent } from "./events.ts";
import { incomplete } from "./incomplete.ts";
import type { AuditedBatch, PendingCall, PendingItem, PolicyState, RegisterState } from "./state.ts";

/**
 * A batch's running hashes, computed again from what the events say was called. They only come out as the register
 * says if no event of the batch is missing, changed, added or out of order.
 */

/** Notes a proof: the trail comes at the end of its call. */
export function noteItem(state: RegisterState, key: string, item: PendingItem): void {
  pendingOf(state, key).items.push(item);
}

/** Notes a call of `method` that an event told completely. */
export function noteCall(
  state: RegisterState,
  key: string,
  batch: AuditedBatch,
  method: string,
  args: readonly unknown[],
): void {
  batch.trail = extendRunningHash(batch.trail, method, args);
  pendingOf(state, key).computed.push(batch.trail);
  compare(state, key);
}

/** `TrailExtended`: ends a call, or goes before the event that tells it. Errors: `log`. */
export function extendTrail(
  state: RegisterState,
  key: string,
  batch: AuditedBatch,
  policy: PolicyState,
  { args }: RegisterEvent,
): void {
  const pending = pendingOf(state, key);
  const items = pending.items.splice(0);
  for (const item of items) requireBound(key, batch, policy, item);
  pending.told.push(args.text("trail"));
  if (args.text("selector") === attestSelector()) noteCall(state, key, batch, "attest", [key, items]);
  else compare(state, key);
}

/** An exceptionsHash stands in the very event that tells the call. Errors: `log`. */
export function extendExceptions(
  key: string,
  batch: AuditedBatch,
  method: string,
  callArgs: readonly unknown[],
  { args }: RegisterEvent,
): void {
  batch.exceptionsHash = extendRunningHash(batch.exceptionsHash, method, callArgs);
  if (args.text("exceptionsHash") !== batch.exceptionsHash) {
    throw incomplete(`the running hash of the exceptions of batch ${key} does not fit its events`);
  }
}

/** Every call must be complete at the end of a block. Errors: `log`. */
export function requireCallsComplete(state: RegisterState): void {
  const [key] = Object.keys(state.pending);
  if (key !== undefined) throw incomplete(`a call about batch ${key} is told only in part`);
}

function compare(state: RegisterState, key: string): void {
  const { items, told, computed } = pendingOf(state, key);
  while (told.length > 0 && computed.length > 0) {
    if (told.shift() !== computed.shift()) throw incomplete(`the trail of batch ${key} does not fit its events`);
  }
  if (items.length + told.length + computed.length > 0) return;
  state.pending = Object.fromEntries(Object.entries(state.pending).filter(([other]) => other !== key));
}

function pendingOf(state: RegisterState, key: string): PendingCall {
  return (state.pending[key] ??= { items: [], told: [], computed: [] });
}

/** A proof is about the head of its stage, and a custody proof continues the head before. Errors: `log`. */
export function requireBound(key: string, batch: AuditedBatch, policy: PolicyState, item: PendingItem): void {
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

let selector: string | undefined;

function attestSelector(): string {
  return (selector ??= compiled("ComplianceRegistry").interface.getFunction("attest")?.selector ?? "");
}
