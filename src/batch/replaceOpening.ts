import { join } from "node:path";
import { inputError } from "../errors.ts";
import { writeFileAtomically } from "../input/files.ts";
import { batchText } from "./batchFile.ts";
import { openingOf, refuseDeviceCount } from "./commitments.ts";
import { openingHead } from "../formats/head.ts";
import { changeFolder } from "./folder.ts";
import { BATCH_FILE } from "./paths.ts";
import type { Batch, BatchStage } from "./batch.ts";
import { discardOf } from "./hints.ts";

/** What the opening fixes of the first stage. */
export type FirstStage = Partial<Pick<BatchStage, "custodian" | "devices">>;

/**
 * Corrects the first stage's custodian or devices, which the opening fixed. `publish` puts the new opening on the register;
 * the folder is written only after it succeeded, so that a refusal leaves both as they were. (Killed in between, the same
 * command again mends it.)
 * Errors: `opening-same` (nothing changes), `handoff-made` (the stage was signed for), `batch-joined` (only the first
 * custodian's folder opens the opening), `device-count`, those of `batchText`, `readBatch` and `publish`.
 */
export async function replaceOpening<T>(
  dir: string,
  changes: FirstStage,
  publish: (batch: Batch, opening: bigint) => Promise<T>,
): Promise<T> {
  return changeFolder(dir, async (batch) => {
    const path = join(dir, BATCH_FILE);
    const changed = withFirstStage(batch, changes, path);
    const text = batchText(changed, path);
    const published = await publish(changed, changed.commitments.opening);
    await writeFileAtomically(path, text, { mode: 0o600, within: dir });
    return published;
  });
}

function withFirstStage(batch: Batch, changes: FirstStage, place: string): Batch {
  const [first, ...later] = batch.stages;
  if (first?.handoff !== undefined) {
    throw inputError("The first stage was signed for: its hand-off names custodian and devices.", {
      code: "handoff-made",
      place: `${place}#/stages/0`,
      remedy: `Discard the hand-off first (\`${discardOf(batch, 0)}\`); both sides sign anew.`,
    });
  }
  const stages = first === undefined ? [] : [{ ...first, ...changes }, ...later];
  refuseDeviceCount({ ...batch, stages }, 0);
  const opening = openingHead(openingOf({ ...batch, stages }));
  const changed = { ...batch, stages, commitments: { ...batch.commitments, opening } };
  if (changed.commitments.opening !== batch.commitments.opening) return changed;
  throw inputError("This is the opening that the batch has.", { code: "opening-same", place: `${place}#/stages/0` });
}
