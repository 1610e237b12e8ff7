import { basename } from "node:path";
import { stageIndex } from "../src/batch/folder.ts";
import { unlockKey, type UnlockedKey } from "../src/parties/keys.ts";
import { list, text, type Options } from "./command.ts";
import { passphrase } from "./passphrase.ts";
import type { Batch } from "../src/batch/batch.ts";
import { claimNamed, type IndexedClaim } from "../src/policy/document.ts";

/** The claims that --claim and --stage name, in the policy's order; none where neither is given. Errors `claim`, `batch-stage`. */
export function chosenClaims(batch: Batch, options: Options): IndexedClaim[] {
  const named = list(options, "claim").map((id) => claimNamed(batch.policy, id).index);
  const stages = list(options, "stage").map((name) => stageIndex(batch, name));
  return allClaims(batch).filter(({ claim, index }) => named.includes(index) || stages.includes(claim.stage));
}

/** Every claim of the policy, with its index. */
export function allClaims({ policy }: Batch): IndexedClaim[] {
  return policy.claims.map((claim, index) => ({ claim, index }));
}

/** The key of --key, unlocked. Errors: those of `unlockKey`. */
export async function siteKeyOf(options: Options): Promise<UnlockedKey | undefined> {
  const key = text(options, "key");
  return key === undefined ? undefined : await unlockKey(key, await passphrase(basename(key)));
}
