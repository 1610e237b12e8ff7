import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import { headOf } from "../batch/commitments.ts";
import { EVIDENCE, type Known } from "../batch/evidence.ts";
import { claimFile } from "../batch/paths.ts";
import { readRecord } from "../batch/recordStore.ts";
import { isClosedElsewhere } from "../claims/batchStatus.ts";
import { checkBatch, type ClaimVerdict } from "../claims/checkBatch.ts";
import { requireFitting } from "../claims/proofFits.ts";
import type { KindName } from "../formats/constants.ts";
import { toHex } from "../formats/field.ts";
import { refusal } from "../errors.ts";
import { readBytes, type RawFile } from "../input/files.ts";
import { parseJson } from "../input/json.ts";
import { CHANNEL_RECORD, SAMPLES_RECORD } from "../kinds/parameters/record.ts";
import { claimRuleHash } from "../kinds/index.ts";
import { RESULTS_RECORD } from "../kinds/quality/record.ts";
import { NO_RECORD } from "../kinds/series/record.ts";
import { READINGS_RECORD } from "../kinds/temperature/record.ts";
import type { JournalEntry } from "../parties/journal.ts";
import { allClaims, type Claim, type IndexedClaim } from "../policy/document.ts";
import { ENVELOPE_FILE } from "../prover/envelope.ts";
import { verifyEnvelope, type VerifiedProof } from "../prover/verifyEnvelope.ts";
import { uuidOf } from "./uuid.ts";

/** From which files the claims of a batch folder were recorded, judged and proven. */
export interface Lineage {
  /** Public signal `batch`, 0x hex. */
  readonly batch: string;
  readonly claims: readonly ClaimLineage[];
}

/** What is evidence: a record by its hash, or for custody the hand-off by that of its head. */
export interface EvidenceName {
  readonly form: "record" | "unsigned-record" | "handoff";
  readonly hash: string;
}

export interface ClaimLineage {
  readonly claim: string;
  /** Undefined: its evidence lies elsewhere, with whoever closed the stage. */
  readonly evidence: EvidenceName | undefined;
  /** Empty for custody: nothing is imported. */
  readonly raw: readonly LineageFile[];
  /** When its source journaled the record, RFC 3339; undefined: nobody here knows. */
  readonly journaled: string | undefined;
  /** As the rules judge it now; undefined without evidence. */
  readonly verdict: Pick<ClaimVerdict, "outcome" | "problems" | "deviations"> | undefined;
  readonly proof: LineageProof | undefined;
}

/** A raw file by its content. */
export interface LineageFile {
  /** Of its bytes, hex. */
  readonly sha256: string;
  /** As the folder keeps it: may name anybody. */
  readonly name: string;
}

/** A proof that was verified here, and what it was made from. */
export interface LineageProof {
  readonly circuitId: string;
  /** Of the file, hex. */
  readonly sha256: string;
  readonly from: EvidenceName;
}

/** What is known besides the folder. */
export interface LineageSources {
  readonly known: Known;
  /** Of the source's journal. */
  readonly journal: readonly JournalEntry[];
}

/**
 * What led from raw files to proofs. Everything is read, judged and verified again: what does not hold is no lineage.
 * @param claims those to follow; all of the policy's if none is named
 * Errors: those of `readRecord`, `checkBatch`, `requireFitting` and `verifyEnvelope`.
 */
export async function lineageOf(
  batch: Batch,
  claims: readonly IndexedClaim[],
  sources: LineageSources,
): Promise<Lineage> {
  const followed: ClaimLineage[] = [];
  for (const claim of claims.length > 0 ? claims : allClaims(batch.policy))
    followed.push(await claimLineage(batch, claim, sources));
  return { batch: toHex(batch.commitments.batch), claims: followed };
}

async function claimLineage(
  batch: Batch,
  indexed: IndexedClaim,
  { known, journal }: LineageSources,
): Promise<ClaimLineage> {
  const { claim } = indexed;
  const isElsewhere = isClosedElsewhere(batch, claim.stage);
  const isHere = (await EVIDENCE[claim.kind].isThere(batch, claim)) && !(isElsewhere && claim.kind === "custody");
  const { record, raw } = isHere ? await sourceOf(batch, claim) : { record: undefined, raw: [] };
  const [verdict] = isHere ? await checkBatch(batch, [indexed], known) : [];
  return {
    claim: claim.id,
    evidence: isHere ? evidenceName(batch, claim, record, raw) : undefined,
    raw,
    journaled: journal.find((entry) => entry.record === record)?.at,
    verdict,
    proof: await proofOf(batch, indexed, isElsewhere),
  };
}

/** Of every kind that has records: how one is read. */
const RECORDS: Readonly<
  Record<
    Exclude<KindName, "custody">,
    (
      batch: Batch,
      claim: Claim,
    ) => Promise<{ readonly record: bigint; readonly rawFiles: readonly string[]; readonly raw: readonly RawFile[] }>
  >
> = {
  temperature: (batch, claim) => readRecord(READINGS_RECORD, batch, claim),
  channel: (batch, claim) => readRecord(CHANNEL_RECORD, batch, claim),
  parameters: (batch, claim) => readRecord(SAMPLES_RECORD, batch, claim),
  quality: (batch, claim) => readRecord(RESULTS_RECORD, batch, claim),
};

async function sourceOf(
  batch: Batch,
  claim: Claim,
): Promise<{ readonly record: bigint | undefined; readonly raw: LineageFile[] }> {
  if (claim.kind === "custody") return { record: undefined, raw: [] };
  const { record, rawFiles, raw } = await RECORDS[claim.kind](batch, claim);
  return { record, raw: raw.map(({ bytes }, i) => ({ sha256: sha256(bytes), name: rawFiles[i] ?? "" })) };
}

function evidenceName(
  batch: Batch,
  claim: Claim,
  record: bigint | undefined,
  raw: readonly LineageFile[],
): EvidenceName {
  if (record === undefined) return { form: "handoff", hash: toHex(headOf(batch, claim.stage).hash) };
  if (record !== NO_RECORD) return { form: "record", hash: toHex(record) };
  // Results that no record can hold have no hash: the claim and its files say which they are.
  const names = [toHex(batch.commitments.batch), claim.id, ...raw.map((file) => file.sha256)];
  return { form: "unsigned-record", hash: uuidOf(...names) };
}

/** The proof of a claim, if the folder has one: it is of this claim, fits the folder's evidence, and proves what it says. */
async function proofOf(
  batch: Batch,
  { claim, index }: IndexedClaim,
  isSent: boolean,
): Promise<LineageProof | undefined> {
  const file = join(batch.dir, claimFile("proofs", claim.id));
  if (!existsSync(file)) return undefined;
  const bytes = await readBytes(file, { within: batch.dir });
  const envelope = ENVELOPE_FILE.check(parseJson(bytes, file), file);
  const { circuitId, bound } = await verifyEnvelope(envelope, file);
  requireOf(batch, index, bound.signals, file);
  await requireFitting(batch, { ...envelope, claim: index }, isSent);
  const { head, record } = bound.signals;
  const from: EvidenceName =
    claim.kind === "custody" ? { form: "handoff", hash: head } : { form: "record", hash: record };
  return { circuitId, sha256: sha256(bytes), from };
}

/** Of which batch and claim a proof is, its signals say, and not the name of its file. Errors `batch`, `rule`. */
function requireOf(batch: Batch, index: number, signals: VerifiedProof["bound"]["signals"], place: string): void {
  const id = batch.policy.claims[index]?.id ?? "";
  const own = { batch: batch.commitments.batch, rule: claimRuleHash(batch.policy, index, batch.secrets.ruleSalt(id)) };
  for (const name of ["batch", "rule"] as const)
    if (signals[name] !== toHex(own[name]))
      throw refusal(`The proof is about another ${name} than its folder and its file's name say.`, {
        code: name,
        place,
      });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
