import { basename } from "node:path";
import { stageIndex } from "../src/batch/folder.ts";
import { unlockKey, type UnlockedKey } from "../src/parties/keys.ts";
import { list, text, type Options } from "./command.ts";
import { passphrase } from "./passphrase.ts";
import type { Batch } from "../src/batch/batch.ts";
import { allClaims, claimNamed, type IndexedClaim } from "../src/policy/document.ts";

/** The claims that --claim and --stage name, in the policy's order; none where neither is given. Errors `claim`, `batch-stage`. */
export function chosenClaims(batch: Batch, options: Options): IndexedClaim[] {
  const named = list(options, "claim").map((id) => claimNamed(batch.policy, id).index);
  const stages = list(options, "stage").map((name) => stageIndex(batch, name));
  return allClaims(batch.policy).filter(({ claim, index }) => named.includes(index) || stages.includes(claim.stage));
}

/** The key of --key, unlocked. Errors: those of `unlockKey`. */
export async function siteKeyOf(options: Options): Promise<UnlockedKey | undefined> {
  const key = text(options, "key");
  return key === undefined ? undefined : await unlockKey(key, await passphrase(basename(key)));
}
