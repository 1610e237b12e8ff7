import { claimOf, type Batch } from "../batch/folder.ts";
import { batchCommitments, headOf } from "../batch/commitments.ts";
import { readRecord } from "../batch/record.ts";
import { inputError } from "../errors.ts";
import { deviceHash, deviceSlots } from "../formats/identity.ts";
import { findDevice, findKey, partyTree, toLeaf } from "../parties/partyList.ts";
import { deriveRule } from "../policy/rule.ts";
import type { TemperatureEvidence } from "../rules/evidence.ts";

/**
 * Everything that a claim is judged and proven from, out of a batch folder. Errors: `record-missing`, `parties-missing`,
 * `party` (source or device not in the list), `batch-stage`, and those of `readRecord`.
 */
export async function gatherEvidence(batch: Batch, claimId: string): Promise<TemperatureEvidence> {
  const { claim, index } = claimOf(batch, claimId);
  const stored = await readRecord(batch, claimId);
  const { parties } = batch;
  if (parties === undefined) {
    throw inputError("The batch folder has no party list.", {
      code: "parties-missing",
      place: batch.dir,
      remedy: "Copy the published list into it: `batchproof init` or `batchproof stage` with --parties.",
    });
  }
  const { head } = headOf(batch, claim.stage);
  const period = { start: Number(head.start), end: Number(head.end) };
  const source = toLeaf(findKey(parties, "source", stored.source, period));
  const device = toLeaf(findDevice(parties, stored.header.deviceHash, period));
  const tree = partyTree(parties);
  return {
    batch: batchCommitments(batch).batch,
    rule: deriveRule(batch.policy, index, batch.secrets.ruleSalt(claimId)),
    head,
    parties: tree.root,
    header: stored.header,
    rows: stored.rows,
    salts: stored.salts,
    source: { leaf: source, path: tree.path(source), signature: stored.signature },
    device: {
      leaf: device,
      path: tree.path(device),
      slots: deviceSlots((batch.stages[claim.stage]?.devices ?? []).map(deviceHash)),
    },
  };
}
