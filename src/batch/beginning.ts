import { isDeepStrictEqual } from "node:util";
import { documentHash } from "../policy/document.ts";
import type { Batch } from "./batch.ts";
import { deviceSetOfIds } from "./commitments.ts";

/**
 * Whether a folder was made from what a new one would be made from, whatever was filled in since: lot, identity, policy
 * with its salts, first custodian and devices, or the hand-off that it joined by; and the party list, where one is given.
 */
export function isSameBeginning(found: Batch, wanted: Batch): boolean {
  const closed = wanted.stages.flatMap(({ handoff }, i) => (handoff === undefined ? [] : [{ i, head: handoff.head }]));
  return (
    isDeepStrictEqual(beginningOf(found), beginningOf(wanted)) &&
    closed.every(({ i, head }) => isDeepStrictEqual(found.stages[i]?.handoff?.head, head)) &&
    (wanted.parties === undefined || isDeepStrictEqual(found.parties, wanted.parties))
  );
}

/** What `init` is told and no later command changes; of what it draws only the salts of the policy. */
function beginningOf({ lot, origin, policy, commitments, stages, secrets }: Batch): object {
  const [first] = stages;
  return {
    lot,
    origin,
    policy: documentHash(policy),
    batch: commitments.batch,
    rules: policy.claims.map(({ id }) => secrets.ruleSalt(id)),
    ...("coi" in origin ? { custodian: first?.custodian, devices: deviceSetOfIds(first?.devices ?? []) } : {}),
  };
}
