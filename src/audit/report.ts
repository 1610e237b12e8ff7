import { BATCH_SEAT, CLAIM_CLASS, kindNamed, type StatusName } from "../formats/codes.ts";
import { accessIn, type AccessRow } from "./access.ts";
import { challengeOf } from "./challenge.ts";
import type { NodeChecks } from "./checks.ts";
import { circuitReports, doubtOf, type CircuitList, type CircuitReport } from "./circuits.ts";
import type { ReadBlock } from "./compare.ts";
import {
  claimsThatSay,
  codeFinding,
  deviationsIn,
  doubtFindings,
  findingsOf,
  headFinding,
  isUnacknowledged,
  registerFindings,
  type AuditFinding,
  type Circumstances,
  type Doubts,
} from "./findings.ts";
import { isStale } from "./head.ts";
import {
  exceptionCards,
  historyOf,
  requestReports,
  stageReports,
  type ExceptionCard,
  type HistoryEntry,
  type RequestReport,
  type StageReport,
} from "./history.ts";
import { known } from "./incomplete.ts";
import type { Names } from "./names.ts";
import { policiesIn, type PolicyReport } from "./policies.ts";
import { whyIn, type Texts } from "./reasons.ts";
import type { AuditedBatch, ExceptionState, PolicyState, ProposalState, RegisterState } from "./state.ts";
import {
  chainOf,
  isHeld,
  missingClaims,
  notificationDue,
  openExceptionsOf,
  settledClaims,
  statusOf,
  unconfirmedStages,
} from "./status.ts";
import { twinsIn } from "./twins.ts";
import { quoted, wordText } from "./words.ts";

/**
 * What a reader is told, in three colours: green is proven or, where people accepted a claim in place of its proof,
 * settled; red declared not compliant; yellow nothing known. Silence is never green, and what people settled is not proven.
 */
export const COLOURS = ["proven", "settled", "declared", "unknown"] as const;
export type Colour = (typeof COLOURS)[number];

/** What a regulator is told about one batch. */
export interface BatchReport {
  readonly key: string;
  readonly owner: string;
  readonly serial: number;
  /** Its name, which people chose, in quotes, and the policy's version. */
  readonly product: string;
  readonly policyId: string;
  /** Its commitment, signal `batch` of its proofs, 0x hex. */
  readonly commitment: string;
  readonly status: StatusName;
  readonly colour: Colour;
  /** Number of the policy's claims, and the indexes of those that are proven. */
  readonly claims: number;
  readonly proven: readonly number[];
  /** Claims for which an accepted exception stands in place of a proof; none of them was attested. */
  readonly settled: readonly number[];
  /** Claims that an exception refused: missing, whatever was proven or settled before. */
  readonly refused: readonly number[];
  /** Stages that a QP named for them has yet to confirm. */
  readonly unconfirmed: readonly number[];
  /** Whether something puts it into doubt from outside on which no QP decided. */
  readonly challenged: boolean;
  readonly openedBlock: number;
  /** For release and completion, Unix seconds; the register takes any. */
  readonly due: readonly [bigint, bigint];
  readonly deviations: readonly string[];
  /** What its proofs say that count now. */
  readonly attestations: readonly AttestationReport[];
  readonly stages: readonly StageReport[];
  readonly certifying: CertifyingReport;
  /** Until when the authority is to be told of an exceptional supply, Unix seconds, decimal; null: nobody has to tell it. */
  readonly notificationDue: string | null;
  readonly exceptions: readonly ExceptionCard[];
  readonly requests: readonly RequestReport[];
  readonly amendments: number;
  /** Everything that happened to it, the oldest first. */
  readonly history: readonly HistoryEntry[];
  /** Keys of the other batches under its commitment: another owner opened the same one. */
  readonly twins: readonly string[];
  /** Why a person should look at it; empty: no reading needed. */
  readonly reasons: readonly string[];
  /** Limits of what the proofs say, not reasons to look: custody, development keys. */
  readonly notes: readonly string[];
}

/** Who may certify it, and what a certificate would be signed over now. */
export interface CertifyingReport {
  /** Accounts of the QPs who are named for the batch, whatever roles they have. */
  readonly qps: readonly string[];
  /** Running hashes of what was attested and of what was said about exceptions, 0x hex. */
  readonly trail: string;
  readonly exceptionsHash: string;
  /** How often it was certified before. */
  readonly nonce: number;
  /** Whether the last certificate still stands. */
  readonly stands: boolean;
  /** Nothing that it needs is missing or opposed, and the audit doubts nothing that it would be signed upon. */
  readonly ready: boolean;
}

/** Public signals of a proof, 0x hex, which a disclosure is held against; by whom and when: in the history. */
export interface AttestationReport {
  readonly claim: number;
  readonly circuitId: string;
  readonly head: string;
  /** Root of the party list. */
  readonly parties: string;
  readonly record: string;
  readonly verified: boolean;
}

/** How the log was read. */
export interface LogReading {
  /** First block that was read now: that of the register's deployment, or where the last audit ended. */
  readonly from: number;
  /** Set if earlier blocks were read by an earlier audit: from which node; null: it was not named. */
  readonly before?: string | null;
  /** Set if an earlier audit's state did not fit, and all was read once more: up to which block and from whom it was. */
  readonly discarded?: { readonly block: number; readonly node: string | null; readonly problem: string };
}

/** A finding with its time and the batch it is about; `key` is null where it concerns the register as a whole. */
export interface ReportedFinding extends Omit<AuditFinding, "time"> {
  readonly key: string | null;
  /** Unix seconds. */
  readonly at: number;
}

/** Every opened batch stands in exactly one of these. */
export interface Reconciliation {
  readonly opened: number;
  readonly certified: number;
  readonly exception: number;
  readonly overdue: number;
  readonly open: number;
  readonly rejected: number;
  readonly aborted: number;
  readonly suppliedExceptionally: number;
  readonly recalled: number;
}

export interface AuditReport extends NodeChecks {
  readonly chainId: bigint;
  readonly registry: string;
  /** Everything was read at this block. */
  readonly block: number;
  readonly hash: string;
  /** Its time, Unix seconds: the audit's "now". */
  readonly at: number;
  /** Seconds from then to the end of the reading, by this machine's clock; negative: that block is from its future. */
  readonly age: number;
  /** What the node is called; null: it was not named. */
  readonly node: string | null;
  readonly reading: LogReading;
  readonly reconciliation: Reconciliation;
  /** Batches that were certified once and do not stand in the part of the certified ones. */
  readonly certifiedBefore: number;
  readonly colours: Readonly<Record<Colour, number>>;
  readonly owners: number;
  /** Proofs verified again from the events, amended ones included, and how many of them did not verify. */
  readonly proofsVerified: number;
  readonly proofsRefused: number;
  readonly circuits: readonly CircuitReport[];
  readonly policies: readonly PolicyReport[];
  /** Every role that was ever given, in the order of the giving. */
  readonly roles: readonly AccessRow[];
  /** Names of accounts, by address, as whoever audits knows them; the register has none. */
  readonly names: Readonly<Record<string, string>>;
  /** What needs eyes: the worst first, of equal ones the oldest first. */
  readonly findings: readonly ReportedFinding[];
  readonly batches: readonly BatchReport[];
  readonly reviewed: number;
  readonly total: number;
}

/** How is reported; the members are those of `AuditOptions`. */
export interface ReportOptions {
  readonly from?: number;
  readonly maxAge?: number;
  readonly clock?: () => number;
  readonly node?: string;
  readonly texts?: Texts;
  readonly names?: Names;
  readonly circuits?: CircuitList;
  readonly checks: NodeChecks;
}

/** Unix seconds by this machine's clock. */
export function machineClock(): number {
  return Math.floor(Date.now() / 1000);
}

/** Writes up what the events told. */
export function reportOf(
  state: RegisterState,
  block: ReadBlock,
  reading: LogReading,
  {
    from = 0,
    maxAge,
    clock = machineClock,
    node,
    texts = new Map(),
    names = new Map(),
    circuits: list,
    checks,
  }: ReportOptions,
): AuditReport {
  const age = clock() - block.now;
  const circuits = circuitReports(state, list);
  const doubts = doubtsOf(circuits);
  const foreign = checks.codes.filter(({ known }) => !known);
  const isShown = ({ standing, block: at }: AuditFinding): boolean => standing || at >= from;
  const twinsOf = twinsIn(state);
  const why = whyIn(state, texts);
  const withdrawnOf = withdrawnIn(state);
  const named = deviationsNamed(state);
  const perBatch = Object.entries(state.batches).map(([key, batch]) => {
    const twins = twinsOf.get(key) ?? [];
    const circumstances = { now: block.now, why, twins, withdrawn: withdrawnOf.get(key) ?? [], named };
    const findings = [...findingsOf(state, batch, circumstances), ...doubtFindings(batch, doubts)].filter(isShown);
    const isDoubted = foreign.length > 0 || isVerifiedBy(batch, doubts);
    return {
      findings: findings.map((finding) => ({ ...finding, key })),
      report: {
        ...batchReport(state, key, batch, circumstances, findings, isDoubted),
        twins: twins.map((twin) => twin.key),
      },
    };
  });
  const stale = isStale(age, BigInt(state.chainId), maxAge) ? [headFinding(block, age)] : [];
  const codes = foreign.map((code) => codeFinding(code, block));
  const ofRegister = [...codes, ...stale, ...registerFindings(state, circuits)].filter(isShown);
  const findings = sorted([
    ...ofRegister.map((finding) => ({ ...finding, key: null })),
    ...perBatch.flatMap((each) => each.findings),
  ]);
  const batches = perBatch.map(({ report }) => report);
  const withColour = (colour: Colour): number => batches.filter((batch) => batch.colour === colour).length;
  return {
    chainId: BigInt(state.chainId),
    registry: state.registry,
    block: block.number,
    hash: block.hash,
    at: block.now,
    age,
    node: node ?? null,
    ...checks,
    reading,
    reconciliation: reconcile(batches),
    certifiedBefore: batches.filter(({ key, status }) => wasCertified(state, key) && PART[status] !== "certified")
      .length,
    colours: {
      proven: withColour("proven"),
      settled: withColour("settled"),
      declared: withColour("declared"),
      unknown: withColour("unknown"),
    },
    owners: Object.keys(state.serials).length,
    proofsVerified: state.verified,
    proofsRefused: Object.values(state.batches).reduce((sum, { unproven }) => sum + unproven.length, 0),
    circuits,
    policies: policiesIn(state, why),
    roles: accessIn(state),
    names: Object.fromEntries(names),
    findings,
    batches,
    reviewed: batches.filter(({ reasons }) => reasons.length > 0).length,
    total: batches.length,
  };
}

/** The circuits of whose proofs it is not known what they prove, and why. */
function doubtsOf(circuits: readonly CircuitReport[]): Doubts {
  return new Map(
    circuits.flatMap((circuit) => {
      const doubt = doubtOf(circuit);
      return doubt === undefined ? [] : [[circuit.circuitId, doubt] as const];
    }),
  );
}

function isVerifiedBy({ attested }: AuditedBatch, doubts: Doubts): boolean {
  return Object.values(attested).some(({ circuitId }) => doubts.has(circuitId));
}

/** In which part of the reconciliation a batch of each status is counted. */
const PART: Readonly<Record<StatusName, keyof Reconciliation>> = {
  Open: "open",
  Compliant: "open",
  Released: "certified",
  Completed: "certified",
  Exception: "exception",
  Overdue: "overdue",
  Rejected: "rejected",
  Aborted: "aborted",
  ExceptionalSupply: "suppliedExceptionally",
  Recalled: "recalled",
};

function wasCertified({ batches }: RegisterState, key: string): boolean {
  return (batches[key]?.certified.length ?? 0) > 0;
}

function reconcile(batches: readonly BatchReport[]): Reconciliation {
  const counted = (part: keyof Reconciliation): number => batches.filter(({ status }) => PART[status] === part).length;
  return {
    opened: batches.length,
    certified: counted("certified"),
    exception: counted("exception"),
    overdue: counted("overdue"),
    open: counted("open"),
    rejected: counted("rejected"),
    aborted: counted("aborted"),
    suppliedExceptionally: counted("suppliedExceptionally"),
    recalled: counted("recalled"),
  };
}

function batchReport(
  state: RegisterState,
  key: string,
  batch: AuditedBatch,
  { now, why, withdrawn }: Circumstances,
  findings: readonly AuditFinding[],
  isDoubted: boolean,
): Omit<BatchReport, "twins"> {
  const policy = known(state.policies, batch.policyId, "policy");
  const attested = Object.entries(batch.attested).map(([claim, attestation]) => ({
    claim: Number(claim),
    ...attestation,
  }));
  const failed = new Set(batch.unproven.map(({ proof }) => proof));
  const status = statusOf(state, batch, now);
  return {
    key,
    owner: batch.owner,
    serial: batch.serial,
    product: `${quoted(policy.product)} v${policy.version}`,
    policyId: batch.policyId,
    commitment: wordText(batch.batch),
    status,
    colour: isDoubted ? "unknown" : colourOf(state, batch, status),
    claims: policy.claims.length,
    proven: attested
      .filter(({ proof, claim }) => !failed.has(proof) && !batch.refused.includes(claim))
      .map(({ claim }) => claim),
    settled: settledClaims(batch),
    refused: batch.refused,
    unconfirmed: unconfirmedStages(state, batch),
    challenged: isChallenged(state, batch),
    openedBlock: batch.opened.block,
    due: [BigInt(batch.due[0]), BigInt(batch.due[1])],
    deviations: [...new Set(attested.flatMap(({ deviations }) => deviationsIn(deviations)))],
    attestations: attested.map(({ claim, proof, circuitId, head, parties, record }) => ({
      ...{ claim, circuitId, verified: !failed.has(proof) },
      ...{ head: wordText(head), parties: wordText(parties), record: wordText(record) },
    })),
    stages: stageReports(state, batch),
    certifying: {
      ...{ qps: batch.seats[BATCH_SEAT] ?? [], trail: batch.trail, exceptionsHash: batch.exceptionsHash },
      ...{ nonce: batch.certified.length, stands: batch.status === "Released" || batch.status === "Completed" },
      ready: !isDoubted && mayBeCertified(state, batch),
    },
    notificationDue: waitingNotification(batch),
    exceptions: exceptionCards(state, batch),
    requests: requestReports(batch),
    amendments: batch.amendments.length,
    history: historyOf(batch, why, withdrawn),
    reasons: findings.map(({ text }) => text),
    notes: notesOf(state, batch, policy),
  };
}

/** Whether a certificate is all that it lacks to be green. When it was due does not matter: late is not wrong. */
function mayBeCertified(state: RegisterState, batch: AuditedBatch): boolean {
  if (batch.status !== "Open" || batch.recalled !== undefined) return false;
  if (missingClaims(state, batch, "release").length > 0) return false;
  return ["proven", "settled"].includes(colourOf(state, batch, "Compliant"));
}

function waitingNotification({ supplied }: AuditedBatch): string | null {
  return supplied === undefined || supplied.notified !== undefined ? null : notificationDue(supplied).toString();
}

const OPENED_LATE =
  "opened after a stage began, within the time that its rule permits: what happened in that time could be known when it was opened";

function notesOf(state: RegisterState, batch: AuditedBatch, { claims }: PolicyState): string[] {
  const { attested } = batch;
  const unbounded = claimsThatSay(batch, "openingUnbounded");
  const late = claimsThatSay(batch, "openedLate").filter((claim) => !unbounded.includes(claim));
  const developed = Object.values(attested).some(({ circuitId }) => state.circuits[circuitId]?.development);
  return [
    ...(claims.some((claim) => claim.class === CLAIM_CLASS.custody) ? [] : ["custody not proven"]),
    ...(late.length === 0 ? [] : [OPENED_LATE]),
    ...(hasUnknownKind(state, batch)
      ? ["claims of a kind that is not known to this version: what they prove is unknown"]
      : []),
    ...(developed ? ["development keys: proves nothing to a third party"] : []),
  ];
}

/** Whether a claim of the batch's policy may be proven by a circuit of a kind that this version does not know. */
function hasUnknownKind({ circuits, policies }: RegisterState, { policyId }: AuditedBatch): boolean {
  const { claims } = known(policies, policyId, "policy");
  return claims.some(({ circuitIds }) => circuitIds.some((id) => kindNamed(circuits[id]?.kind ?? 0) === undefined));
}

function colourOf(state: RegisterState, batch: AuditedBatch, status: StatusName): Colour {
  // Whatever the register says: a proof or a signature that does not hold says nothing, nor who had no role to speak.
  if (batch.unproven.length > 0 || batch.certified.some(({ problem }) => problem !== undefined)) return "unknown";
  if (state.unentitled.length + batch.unentitled.length > 0) return "unknown";
  if (hasUnknownKind(state, batch)) return "unknown";
  if (usesUnapproved(state, batch)) return "unknown";
  if (status === "Open" || status === "Overdue") return "unknown";
  const isUnanswered = chainOf(state, batch).some(({ batch: each }) => each.exceptions.some(isUnacknowledged));
  const opposed = openExceptionsOf(state, batch) > 0 || isUnanswered;
  if (opposed || isHeld(state, batch) || batch.refused.length > 0) return "declared";
  if (PART[status] !== "certified" && status !== "Compliant") return "declared";
  if (isChallenged(state, batch)) return "unknown";
  // Of a batch that is certified the certificate says it.
  if (status === "Compliant" && unconfirmedStages(state, batch).length > 0) return "unknown";
  return settledClaims(batch).length > 0 ? "settled" : "proven";
}

/** Whether it rests on a policy or a party list that nobody approved. */
function usesUnapproved({ policies, roots }: RegisterState, { policyId, usedRoots }: AuditedBatch): boolean {
  const isApproved = ({ root }: AuditedBatch["usedRoots"][number]): boolean => roots[root]?.approved !== undefined;
  return known(policies, policyId, "policy").approved === undefined || !usedRoots.every(isApproved);
}

function isChallenged(state: RegisterState, batch: AuditedBatch): boolean {
  const challenge = challengeOf(state, batch);
  return challenge !== undefined && challenge.decided === undefined;
}

/** Proposals about batches that were taken back, by key. */
function withdrawnIn({ proposals }: RegisterState): ReadonlyMap<string, readonly ProposalState[]> {
  const found = new Map<string, ProposalState[]>();
  for (const proposal of Object.values(proposals)) {
    const { batch, withdrawn } = proposal;
    if (batch === null || withdrawn.length === 0) continue;
    const ofBatch = found.get(batch);
    if (ofBatch === undefined) found.set(batch, [proposal]);
    else ofBatch.push(proposal);
  }
  return found;
}

/** How many batches were named by the call that raised an exception, under its reference: one deviation may hit many. */
function deviationsNamed({ batches }: RegisterState): (exception: ExceptionState) => number {
  const idOf = ({ transaction, qmsRef }: ExceptionState): string => `${transaction}/${qmsRef}`;
  const counts = new Map<string, number>();
  for (const { exceptions } of Object.values(batches)) {
    for (const id of new Set(exceptions.map(idOf))) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return (exception) => counts.get(idOf(exception)) ?? 1;
}

/** The worst first, of equal ones the oldest first. */
function sorted(findings: readonly (AuditFinding & { readonly key: string | null })[]): ReportedFinding[] {
  return findings
    .map(({ time, ...finding }) => ({ ...finding, at: time }))
    .sort((a, b) => b.severity - a.severity || a.at - b.at);
}
