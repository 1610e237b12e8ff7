import { CLAIM_CLASS } from "../formats/codes.ts";
import { known } from "./incomplete.ts";
import type { AuditedBatch, RegisterState } from "./state.ts";
import { openExceptionsOf } from "./status.ts";

/** Two batches of one commitment, as the audit of one of them shows the other. */
export interface Twin {
  /** Key and batch of the other one. */
  readonly key: string;
  readonly batch: AuditedBatch;
}

/**
 * The other batches under each batch's commitment, by key; a batch that is alone with its own is left out. One owner opens
 * a commitment once, so each of them is another owner's.
 */
export function twinsIn({ batches }: RegisterState): ReadonlyMap<string, readonly Twin[]> {
  const groups = new Map<string, Twin[]>();
  for (const [key, batch] of Object.entries(batches)) {
    const group = groups.get(batch.batch);
    if (group === undefined) groups.set(batch.batch, [{ key, batch }]);
    else group.push({ key, batch });
  }
  return new Map(
    [...groups.values()].flatMap((group) =>
      group.length === 1 ? [] : group.map(({ key }) => [key, group.filter((other) => other.key !== key)] as const),
    ),
  );
}

/**
 * Whether the first custodian's proof shows a batch to be the order at its site: whoever copies a commitment from the
 * register has none. One that did not verify counts for nothing.
 */
export function isCustodyProven({ policies }: RegisterState, batch: AuditedBatch): boolean {
  const refused = new Set(batch.unproven.map(({ proof }) => proof));
  return known(policies, batch.policyId, "policy").claims.some(({ stage, class: claimClass }, claim) => {
    const attestation = batch.attested[claim];
    const isFirst = stage === 0 && claimClass === CLAIM_CLASS.custody;
    return isFirst && attestation !== undefined && !refused.has(attestation.proof);
  });
}

/** Whether anything was ever said against a batch: closing an exception does not hide it from a twin. */
export function isSpokenAgainst(state: RegisterState, batch: AuditedBatch): boolean {
  const { exceptions, holds, recalled, ended, supplied } = batch;
  const said = exceptions.length + holds.length + openExceptionsOf(state, batch);
  return said > 0 || [recalled, ended, supplied].some((decision) => decision !== undefined);
}
