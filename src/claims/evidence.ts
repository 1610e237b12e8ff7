import type { Batch } from "../batch/batchFile.ts";
import { batchCommitments, filled, headOf, identityOf, openingOf } from "../batch/commitments.ts";
import { claimOf } from "../batch/folder.ts";
import { missingHandoff } from "../batch/handoffFile.ts";
import { readRecord, type PreparedRecord, type StoredRecord } from "../batch/record.ts";
import { READINGS_RECORD, SAMPLES_RECORD, type SeriesHeader } from "../batch/recordFormat.ts";
import { readResults } from "../batch/resultsRecord.ts";
import { inputError } from "../errors.ts";
import { CONDITION } from "../formats/constants.ts";
import type { Opening, StageHead } from "../formats/head.ts";
import { deviceHash, deviceSlots, textHash } from "../formats/identity.ts";
import { findDevice, findKey, partyTree, toLeaf, type PartyList, type Period } from "../parties/partyList.ts";
import type { KeyRole, UnlockedKey } from "../parties/keys.ts";
import { custodyRuleOf, parametersRuleOf, qualityRuleOf, temperatureRuleOf } from "../policy/rule.ts";
import type { ClaimEvidence } from "../rules/claimEvidence.ts";
import type { BatchOrigin, CustodyEvidence, ListedParty } from "../rules/custodyEvidence.ts";
import type { TemperatureEvidence } from "../rules/evidence.ts";
import type { QualityEvidence } from "../rules/qualityEvidence.ts";

/** The first custodian's key: its site's secret opens the batch, which custody of stage 0 proves. */
export type SiteKey = Pick<UnlockedKey, "siteSecret">;

/**
 * Everything that a claim is judged and proven from, out of a batch folder. Errors: `record-missing` and
 * `handoff-missing` (no evidence yet), `parties-missing`, `party` (a source, device, laboratory or custodian that is not in
 * the list), `batch-stage`, and those of `readRecord` and `readResults`.
 * @param siteKey without it, custody of stage 0 lacks its `origin` and breaks rule `batch`
 */
export async function gatherEvidence(batch: Batch, claimId: string, siteKey?: SiteKey): Promise<ClaimEvidence> {
  const { claim, index } = claimOf(batch, claimId);
  const salt = batch.secrets.ruleSalt(claimId);
  const rule = [batch.policy, index, salt] as const;
  switch (claim.kind) {
    case "temperature": {
      const stored = await readRecord(READINGS_RECORD, batch, claimId);
      const evidence = { rule: temperatureRuleOf(...rule), ...seriesEvidence(batch, claim.stage, stored) };
      return { kind: claim.kind, evidence };
    }
    case "parameters": {
      const stored = await readRecord(SAMPLES_RECORD, batch, claimId);
      const evidence = { rule: parametersRuleOf(...rule), ...seriesEvidence(batch, claim.stage, stored) };
      return { kind: claim.kind, evidence };
    }
    case "custody": {
      const evidence = { rule: custodyRuleOf(...rule), ...custodyEvidence(batch, claim.stage, siteKey) };
      return { kind: claim.kind, evidence };
    }
    case "quality": {
      const evidence = { rule: qualityRuleOf(...rule), ...(await qualityEvidence(batch, claim.stage, claimId)) };
      return { kind: claim.kind, evidence };
    }
  }
}

function partiesOf({ parties, dir }: Batch): PartyList {
  if (parties !== undefined) return parties;
  throw inputError("The batch folder has no party list.", {
    code: "parties-missing",
    place: dir,
    remedy: "Copy the published list into it: `batchproof init` or `batchproof stage` with --parties.",
  });
}

/** What claims about a series have in common. */
interface Series<H, R> extends Pick<TemperatureEvidence, "batch" | "head" | "parties" | "source" | "device" | "salts"> {
  readonly header: H;
  readonly rows: readonly R[];
}

function seriesEvidence<H extends SeriesHeader, R>(
  batch: Batch,
  stage: number,
  stored: StoredRecord<H, R> & PreparedRecord,
): Series<H, R> {
  const parties = partiesOf(batch);
  const { head } = headOf(batch, stage);
  const period = { start: Number(head.start), end: Number(head.end) };
  const device = toLeaf(findDevice(parties, stored.header.deviceHash, period));
  const tree = partyTree(parties);
  return {
    batch: batchCommitments(batch).batch,
    head,
    parties: tree.root,
    header: stored.header,
    rows: stored.rows,
    salts: stored.salts,
    source: { ...listed(parties, "source", stored.source, period), signature: stored.signature },
    device: {
      leaf: device,
      path: tree.path(device),
      slots: deviceSlots((batch.stages[stage]?.devices ?? []).map(deviceHash)),
    },
  };
}

function listed(parties: PartyList, role: KeyRole, key: Parameters<typeof findKey>[2], period: Period): ListedParty {
  const leaf = toLeaf(findKey(parties, role, key, period));
  return { leaf, path: partyTree(parties).path(leaf) };
}

function custodyEvidence(batch: Batch, index: number, siteKey: SiteKey | undefined): Omit<CustodyEvidence, "rule"> {
  const parties = partiesOf(batch);
  const { custodian, handoff, name } = filled(batch, index, ["custodian"]);
  if (handoff === undefined) throw missingHandoff(name);
  const { head, condition, released, received } = handoff;
  const period = { start: Number(head.start), end: Number(head.end) };
  const takeover = { start: Number(head.nextStart), end: Number(head.nextStart) };
  const next = batch.stages[index + 1]?.custodian;
  const origin = index === 0 ? originOf(batch, siteKey) : undefined;
  return {
    batch: batchCommitments(batch).batch,
    head,
    before: headBeforeStage(batch, index),
    parties: partyTree(parties).root,
    custodian: listed(parties, "custodian", custodian.key, period),
    ...(next === undefined ? {} : { next: listed(parties, "custodian", next.key, takeover) }),
    ...(origin === undefined ? {} : { origin }),
    condition: BigInt(CONDITION[condition]),
    released,
    ...(received === undefined ? {} : { received }),
  };
}

function headBeforeStage(batch: Batch, index: number): StageHead | Opening {
  if (index === 0) return openingOf(batch);
  const before = batch.stages[index - 1];
  if (before?.handoff === undefined) throw missingHandoff(before?.name ?? "");
  return before.handoff.head;
}

function originOf(batch: Batch, siteKey: SiteKey | undefined): BatchOrigin | undefined {
  if (siteKey === undefined) return undefined;
  const { coi, order } = identityOf(batch);
  return { siteSecret: siteKey.siteSecret, coiHash: textHash(coi), orderHash: textHash(order) };
}

async function qualityEvidence(batch: Batch, stage: number, claimId: string): Promise<Omit<QualityEvidence, "rule">> {
  const stored = await readResults(batch, claimId);
  const parties = partiesOf(batch);
  const period = { start: Number(stored.set.sampled), end: Number(stored.set.reported) };
  return {
    batch: batchCommitments(batch).batch,
    head: headOf(batch, stage).head,
    parties: partyTree(parties).root,
    set: stored.set,
    lab: { ...listed(parties, "lab", stored.lab, period), signature: stored.signature },
  };
}
