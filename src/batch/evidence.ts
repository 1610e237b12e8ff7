import { access } from "node:fs/promises";
import { join } from "node:path";
import { BatchproofError, inputError } from "../errors.ts";
import { CONDITION, type KindName } from "../formats/constants.ts";
import { documentText } from "../formats/document.ts";
import type { Opening, StageHead } from "../formats/head.ts";
import { deviceHash, deviceSlots, textHash, type PublicKey } from "../formats/identity.ts";
import type { ListedParty } from "../formats/party.ts";
import type { RecordSalts } from "../formats/recordSalts.ts";
import type { Signature } from "../formats/source.ts";
import type { BatchOrigin, CustodyEvidence } from "../kinds/custody/evidence.ts";
import { custodyRuleOf } from "../kinds/custody/rule.ts";
import { custodyStatement } from "../kinds/custody/statement.ts";
import { CHANNEL_RECORD, SAMPLES_RECORD } from "../kinds/parameters/record.ts";
import { channelRuleOf, parametersRuleOf } from "../kinds/parameters/rule.ts";
import type { KnownOpening } from "../kinds/opened.ts";
import { parametersStatement } from "../kinds/parameters/statement.ts";
import { RESULTS_RECORD } from "../kinds/quality/record.ts";
import { claimedAnalytes, qualityRuleOf } from "../kinds/quality/rule.ts";
import { qualityStatement } from "../kinds/quality/statement.ts";
import type { Prepared, RecordForm } from "../kinds/recordForm.ts";
import type { SeriesContext } from "../kinds/series/evidence.ts";
import type { SeriesContent, SeriesHeader } from "../kinds/series/record.ts";
import type { Statement } from "../kinds/statement.ts";
import { READINGS_RECORD } from "../kinds/temperature/record.ts";
import { claimedHeat, temperatureRuleOf } from "../kinds/temperature/rule.ts";
import { temperatureStatement } from "../kinds/temperature/statement.ts";
import type { KeyRole } from "../formats/constants.ts";
import type { UnlockedKey } from "../parties/keys.ts";
import { findDevice, findKey, partyTree, toLeaf, type PartyList, type Period } from "../parties/partyList.ts";
import type { Claim, IndexedClaim } from "../policy/document.ts";
import type { Batch } from "./batch.ts";
import { filled, headOf, identityOf, openingOf } from "./commitments.ts";
import { handoffFile, missingHandoff } from "./handoffFile.ts";
import { claimFile } from "./paths.ts";
import { readRecord, type StoredRecord } from "./recordStore.ts";
import { copyParties } from "./hints.ts";

/** The first custodian's key: its site's secret opens the batch, which custody of stage 0 proves. */
export type SiteKey = Pick<UnlockedKey, "siteSecret">;

/** What is judged besides the folder, as far as it is known. */
export interface Known extends Partial<KnownOpening> {
  readonly siteKey?: SiteKey | undefined;
}

/** What a disclosure of evidence would show line by line. */
export interface Exhibit {
  readonly files: readonly Uint8Array[];
  readonly signatures: readonly Signature[];
  /** 32 bytes, of this evidence only. */
  readonly secret: Uint8Array;
}

/** How the evidence of one kind of claim lies in a batch folder. */
export interface EvidenceStore {
  /** Whether there is any. */
  readonly isThere: (batch: Pick<Batch, "dir" | "stages">, claim: Claim) => Promise<boolean>;
  /**
   * Everything that the claim is judged and proven from. Errors: `record-missing` and `handoff-missing` (no evidence yet),
   * `parties-missing`, `party` (a source, device, laboratory or custodian that is not in the list), `batch-stage`, those of
   * `readRecord`.
   * @param known without `siteKey` custody of stage 0 lacks its `origin` and breaks rule `batch`; without `opened` rule
   * `opened` is not judged, and nothing can be proven
   */
  readonly statement: (batch: Batch, claim: IndexedClaim, known?: Known) => Promise<Statement>;
  /** The raw file, or the exported hand-off, and its signatures. Errors as `statement`. */
  readonly exhibit: (batch: Batch, claim: Claim) => Promise<Exhibit>;
}

/** How the evidence of every kind of claim lies in a batch folder. What it means is said in src/kinds. */
export const EVIDENCE: Readonly<Record<KindName, EvidenceStore>> = {
  temperature: recorded(READINGS_RECORD, (batch, { claim, index }, stored, known) =>
    temperatureStatement(
      {
        rule: temperatureRuleOf(batch.policy, index, batch.secrets.ruleSalt(claim.id)),
        ...seriesEvidence(batch, claim.stage, stored, known),
      },
      claimedHeat(batch.policy, index),
    ),
  ),
  parameters: recorded(SAMPLES_RECORD, (batch, { claim, index }, stored, known) =>
    parametersStatement({
      rule: parametersRuleOf(batch.policy, index, batch.secrets.ruleSalt(claim.id)),
      ...seriesEvidence(batch, claim.stage, stored, known),
    }),
  ),
  channel: recorded(CHANNEL_RECORD, (batch, { claim, index }, stored, known) =>
    parametersStatement({
      rule: channelRuleOf(batch.policy, index, batch.secrets.ruleSalt(claim.id)),
      ...seriesEvidence(batch, claim.stage, stored, known),
    }),
  ),
  quality: recorded(RESULTS_RECORD, (batch, { claim, index }, { set, signer, signature }, known) => {
    const parties = partiesOf(batch);
    const period = { start: Number(set.sampled), end: Number(set.reported) };
    const evidence = {
      batch: batch.commitments.batch,
      rule: qualityRuleOf(batch.policy, index, batch.secrets.ruleSalt(claim.id)),
      head: headOf(batch, claim.stage).head,
      parties: partyTree(parties).root,
      set,
      ...openingOfKnown(known),
      lab: { ...listed(parties, "lab", signer, period), signature },
    };
    return qualityStatement(evidence, claimedAnalytes(batch.policy, index));
  }),
  custody: {
    isThere: async ({ stages }, { stage }) => Promise.resolve(stages[stage]?.handoff !== undefined),
    statement: async (batch, { claim, index }, known = {}) => {
      const rule = custodyRuleOf(batch.policy, index, batch.secrets.ruleSalt(claim.id));
      return Promise.resolve(custodyStatement({ rule, ...custodyEvidence(batch, claim.stage, known) }));
    },
    exhibit: async (batch, { id, stage }) => {
      const bytes = Buffer.from(documentText(handoffFile(batch, stage)), "utf8");
      const handoff = batch.stages[stage]?.handoff;
      const signatures = [handoff?.released, handoff?.received].filter((signature) => signature !== undefined);
      return Promise.resolve({ files: [bytes], signatures, secret: batch.secrets.recordSecret(id, 0) });
    },
  },
};

/** Evidence that is a signed record with its raw file. */
function recorded<C extends object, D extends object, J extends object>(
  form: RecordForm<C, D, J>,
  statement: (batch: Batch, claim: IndexedClaim, stored: StoredRecord<C> & D & Prepared, known: Known) => Statement,
): EvidenceStore {
  return {
    isThere: ({ dir }, { id }) => exists(join(dir, claimFile("records", id))),
    statement: async (batch, claim, known = {}) =>
      statement(batch, claim, await readRecord(form, batch, claim.claim), known),
    exhibit: async (batch, claim) => {
      const { raw, signature, secret } = await readRecord(form, batch, claim);
      return { files: raw.map(({ bytes }) => bytes), signatures: [signature], secret };
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether an error says that a claim has no evidence yet: no record, or no hand-off. */
export function isMissingEvidence(error: unknown): boolean {
  return error instanceof BatchproofError && (error.code === "record-missing" || error.code === "handoff-missing");
}

/** A claim that has no record yet. */
export interface MissingEvidence {
  readonly claim: string;
  readonly kind: KindName;
  readonly stage: string;
}

/** The claims whose record is still missing, for custody the hand-off, in the policy's order. */
export async function missingEvidence(batch: Pick<Batch, "dir" | "policy" | "stages">): Promise<MissingEvidence[]> {
  const missing: MissingEvidence[] = [];
  for (const claim of batch.policy.claims) {
    const { id, kind, stage } = claim;
    if (await EVIDENCE[kind].isThere(batch, claim)) continue;
    missing.push({ claim: id, kind, stage: batch.policy.stages[stage] ?? "" });
  }
  return missing;
}

function partiesOf(batch: Batch): PartyList {
  if (batch.parties !== undefined) return batch.parties;
  throw inputError("The batch folder has no party list.", {
    code: "parties-missing",
    place: batch.dir,
    remedy: `Copy the published list into it: \`${copyParties(batch)}\`.`,
  });
}

function listed(parties: PartyList, role: KeyRole, key: PublicKey, period: Period): ListedParty {
  const leaf = toLeaf(findKey(parties, role, key, period));
  return { leaf, path: partyTree(parties).path(leaf) };
}

/** What claims about a series are judged and proven from, apart from their rule. */
function seriesEvidence<H extends SeriesHeader, R>(
  batch: Batch,
  stage: number,
  { header, rows, salts, signer, signature }: StoredRecord<SeriesContent<H, R>> & { readonly salts: RecordSalts },
  known: Known,
): SeriesContext & SeriesContent<H, R> {
  const parties = partiesOf(batch);
  const { head } = headOf(batch, stage);
  const period = { start: Number(head.start), end: Number(head.end) };
  const device = toLeaf(findDevice(parties, header.deviceHash, period));
  const tree = partyTree(parties);
  return {
    batch: batch.commitments.batch,
    head,
    parties: tree.root,
    header,
    rows,
    salts,
    ...openingOfKnown(known),
    source: { ...listed(parties, "source", signer, period), signature },
    device: {
      leaf: device,
      path: tree.path(device),
      slots: deviceSlots((batch.stages[stage]?.devices ?? []).map(deviceHash)),
    },
  };
}

function openingOfKnown({ opened, unopenedAt }: Known): KnownOpening {
  return { opened, unopenedAt };
}

function custodyEvidence(batch: Batch, index: number, known: Known): Omit<CustodyEvidence, "rule"> {
  const parties = partiesOf(batch);
  const handoff = batch.stages[index]?.handoff;
  if (handoff === undefined) throw missingHandoff(batch.dir, batch.policy.stages[index] ?? "");
  const { custodian } = filled(batch, index, ["custodian"]);
  const { head, condition, released, received } = handoff;
  const period = { start: Number(head.start), end: Number(head.end) };
  const takeover = { start: Number(head.nextStart), end: Number(head.nextStart) };
  const next = batch.stages[index + 1]?.custodian;
  const origin = index === 0 ? originOf(batch, known.siteKey) : undefined;
  return {
    batch: batch.commitments.batch,
    head,
    before: headBeforeStage(batch, index),
    parties: partyTree(parties).root,
    custodian: listed(parties, "custodian", custodian.key, period),
    ...(next === undefined ? {} : { next: listed(parties, "custodian", next.key, takeover) }),
    ...(origin === undefined ? {} : { origin }),
    condition: BigInt(CONDITION[condition]),
    released,
    ...openingOfKnown(known),
    ...(received === undefined ? {} : { received }),
  };
}

function headBeforeStage(batch: Batch, index: number): StageHead | Opening {
  if (index === 0) return openingOf(batch);
  const before = batch.stages[index - 1];
  if (before?.handoff === undefined) throw missingHandoff(batch.dir, before?.name ?? "");
  return before.handoff.head;
}

function originOf(batch: Batch, siteKey: SiteKey | undefined): BatchOrigin | undefined {
  if (siteKey === undefined) return undefined;
  const { coi, order } = identityOf(batch);
  return { siteSecret: siteKey.siteSecret, coiHash: textHash(coi), orderHash: textHash(order) };
}
