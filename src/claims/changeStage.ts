import type { Batch } from "../batch/batch.ts";
import { readBatch, setParties, setStage, withStageChanges, type StageChanges } from "../batch/folder.ts";
import { discardHandoff, withoutHandoffOf } from "../batch/handoffs.ts";
import { readParties } from "../parties/partyList.ts";
import { discardProofs, proofsBrokenBy, refuseProven } from "./proofFits.ts";

/** A batch after one of its stages was changed. */
export interface ChangedStage {
  readonly batch: Batch;
  /** Ids of claims whose proofs fitted no more, and were removed. */
  readonly discarded: readonly string[];
}

/** What `changeStage` is told besides folder and stage. */
export interface StageChange {
  /** What changes, from the folder with the party list that it is to have. */
  readonly changesOf: (folder: Pick<Batch, "dir" | "policy" | "parties">) => StageChanges;
  /** A party list to copy in. */
  readonly partiesPath?: string | undefined;
  /** Whether proofs that fit no more may be removed. */
  readonly discardsProofs: boolean;
}

/**
 * Changes a stage, and removes the proofs that fit no more if that is allowed. Errors: `stage-proven` (it is not), those of
 * `setStage`, `setParties` and `changesOf`.
 */
export async function changeStage(
  dir: string,
  name: string,
  { changesOf, partiesPath, discardsProofs }: StageChange,
): Promise<ChangedStage> {
  const before = await readBatch(dir);
  const parties = partiesPath === undefined ? before.parties : await readParties(partiesPath);
  const changes = changesOf({ ...before, parties });
  const discarded = await proofsBrokenBy(before, withStageChanges(before, name, changes));
  if (!discardsProofs) refuseProven(discarded, name);
  // The list last: it is known to be good, and a change that is refused must leave the old one.
  const changed = await setStage(dir, name, changes);
  const batch = partiesPath === undefined ? changed : await setParties(dir, partiesPath);
  await discardProofs(batch, discarded);
  return { batch, discarded };
}

/** Takes back a stage's hand-off, as `changeStage` changes a stage. Errors: `stage-proven`, those of `discardHandoff`. */
export async function takeBackHandoff(dir: string, stage: string, discardsProofs: boolean): Promise<ChangedStage> {
  const before = await readBatch(dir);
  const discarded = await proofsBrokenBy(before, withoutHandoffOf(before, stage));
  if (!discardsProofs) refuseProven(discarded, stage);
  const batch = await discardHandoff(dir, stage);
  await discardProofs(batch, discarded);
  return { batch, discarded };
}
