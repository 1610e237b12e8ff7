import { formatTime } from "../input/times.ts";
import { certificateLines, type CertificateLine } from "../formats/certificateLines.ts";
import { MEANING_CERTIFIED, NEEDED_FOR, type NeededForName, type StatusName } from "../formats/codes.ts";
import { isSeverity, type Severity } from "../policy/document.ts";
import type { FindingKind } from "./findings.ts";
import type { ExceptionCard, RequestReport, Signed, StageReport } from "./history.ts";
import type { PolicyReport } from "./policies.ts";
import type { AuditReport, BatchReport, ReportedFinding } from "./report.ts";
import { quoted } from "./words.ts";

/** What a Qualified Person has to look at: his batches, each with what is missing, open and due. Plain JSON. */
export interface Queue {
  readonly format: "batchproof-queue/1";
  /** Decimal. */
  readonly chainId: string;
  readonly registry: string;
  readonly block: number;
  readonly hash: string;
  /** Of that block, RFC 3339. */
  readonly time: string;
  readonly account: string;
  /** Whether the account has the role QP at that block; without it nothing in the queue waits for it. */
  readonly hasRole: boolean;
  /** What speaks against the register as a whole, the worst first. */
  readonly warnings: readonly string[];
  /** The most urgent first. */
  readonly rows: readonly QueueRow[];
  /** Further batches of the account, about which nothing waits. */
  readonly quiet: number;
}

/** One batch about which something waits. */
export interface QueueRow {
  readonly key: string;
  readonly owner: string;
  readonly serial: number;
  readonly product: string;
  readonly status: StatusName;
  /** For what the account is named: certifying the batch, and confirming these stages. */
  readonly certifies: boolean;
  readonly confirms: readonly number[];
  /** Proven, confirmed and opposed by nothing: the account may certify it. */
  readonly ready: boolean;
  readonly overdue: boolean;
  /** What is due first, RFC 3339; null: nothing is due. */
  readonly due: string | null;
  /** The worst first. */
  readonly items: readonly QueueItem[];
  /** Of those that a QP is named for or has confirmed. */
  readonly stages: readonly QueueStage[];
  /** What a certificate would say, field by field; null: it cannot be certified now. */
  readonly certificate: readonly CertificateLine[] | null;
}

export const QUEUE_KINDS = [
  ...[
    "doubt",
    "overdue",
    "exception",
    "inherited",
    "challenge",
    "consent",
    "hold",
    "notification",
    "request",
    "closing",
  ],
  ...["claims", "stage", "certify"],
] as const;
export type QueueKind = (typeof QUEUE_KINDS)[number];

/** One thing that waits. */
export interface QueueItem {
  readonly kind: QueueKind;
  readonly severity: Severity;
  /** Whether it waits for this account. */
  readonly own: boolean;
  /** RFC 3339; null: it has no date. */
  readonly due: string | null;
  readonly text: string;
}

/** What the QPs of a stage said of it. */
export interface QueueStage {
  readonly stage: number;
  readonly qps: readonly string[];
  /** The last confirmation; `holds`: it was not voided since. */
  readonly confirmed: { readonly by: string; readonly at: string; readonly holds: boolean } | null;
  /** When a confirmation was taken back after which there was none; null: it was not. */
  readonly withdrawn: { readonly by: string; readonly at: string } | null;
}

/** An item while it is ordered: `at` in Unix seconds, whatever anybody made due. */
interface Waiting extends Omit<QueueItem, "due"> {
  readonly at: bigint | null;
}

/** What rows are made from. */
interface Reading {
  readonly report: AuditReport;
  readonly account: string;
  readonly hasRole: boolean;
  readonly policies: ReadonlyMap<string, PolicyReport>;
  readonly findings: ReadonlyMap<string | null, readonly ReportedFinding[]>;
  /** Whom the register takes an account for. */
  readonly persons: ReadonlyMap<string, string>;
}

/** Everything that waits about the batches for which an account is named as QP. `account`: address, in any spelling. */
export function queueOf(report: AuditReport, account: string): Queue {
  const { chainId, registry, block, hash, at } = report;
  const reading: Reading = {
    ...{ report, account, hasRole: hasRole(report, account) },
    policies: new Map(report.policies.map((policy) => [policy.policyId, policy])),
    findings: Map.groupBy(report.findings, ({ key }) => key),
    persons: new Map(report.roles.map((role) => [role.account.toLowerCase(), role.person])),
  };
  const own = report.batches.filter((batch) => isNamed(batch, account));
  const rows = own.map((batch) => rowOf(reading, batch)).filter(({ row }) => row.items.length > 0);
  return {
    format: "batchproof-queue/1",
    ...{ chainId: chainId.toString(), registry, block, hash, time: formatTime(at), account, hasRole: reading.hasRole },
    warnings: warningsOf(report, reading),
    rows: rows.sort(byUrgency).map(({ row }) => row),
    quiet: own.length - rows.length,
  };
}

function warningsOf({ codes }: AuditReport, { findings }: Reading): string[] {
  const ofRegister = (findings.get(null) ?? []).filter(({ standing, severity }) => standing && severity > 1);
  // A code that nobody knows is among the findings of every audit; a report of others need not have them.
  const foreign = codes
    .filter(({ known }) => !known)
    .map(({ contract }) => `${contract} is of a code that is not known`);
  return [...new Set([...ofRegister.map(({ text }) => text), ...foreign])];
}

function hasRole({ roles, at }: AuditReport, account: string): boolean {
  return roles.some(
    (row) =>
      isSame(row.account, account) &&
      row.role === "QP" &&
      row.revokedAt === null &&
      BigInt(row.from) <= BigInt(at) &&
      BigInt(at) < BigInt(row.to),
  );
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function isAmong(accounts: readonly string[], account: string): boolean {
  return accounts.some((each) => isSame(each, account));
}

function isNamed({ certifying, stages }: BatchReport, account: string): boolean {
  return isAmong(certifying.qps, account) || stages.some(({ qps }) => isAmong(qps, account));
}

interface OrderedRow {
  readonly row: QueueRow;
  readonly worst: Waiting | undefined;
  readonly first: bigint | undefined;
}

function rowOf(reading: Reading, batch: BatchReport): OrderedRow {
  const { key, owner, serial, product, status, stages, certifying } = batch;
  const certifies = isAmong(certifying.qps, reading.account);
  const found = itemsOf(reading, batch).sort((a, b) => b.severity - a.severity || Number(b.own) - Number(a.own));
  const dues = found.flatMap(({ at }) => (at === null ? [] : [at]));
  const first = [...dues, ...openDue(batch)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[0];
  const ready = found.some(({ kind, own }) => kind === "certify" && own);
  const row = {
    ...{ key, owner, serial, product, status, certifies, ready },
    confirms: stages.filter(({ qps }) => isAmong(qps, reading.account)).map(({ stage }) => stage),
    overdue: first !== undefined && first < BigInt(reading.report.at),
    due: first === undefined ? null : formatTime(first),
    items: found.map(({ at, ...item }) => ({ ...item, due: at === null ? null : formatTime(at) })),
    stages: stages
      .filter(({ qps, confirmed }) => qps.length > 0 || confirmed !== null)
      .map((each) => stageOf(batch, each)),
    certificate: ready ? certificateOf(reading, batch) : null,
  };
  return { row, worst: found[0], first };
}

/** What is overdue first, then what waits for the account, then the worst, then what is due first. */
function byUrgency(a: OrderedRow, b: OrderedRow): number {
  const own = ({ row }: OrderedRow): number => Number(row.items.some((item) => item.own));
  return (
    Number(b.row.overdue) - Number(a.row.overdue) ||
    own(b) - own(a) ||
    (b.worst?.severity ?? 0) - (a.worst?.severity ?? 0) ||
    compared(a.first, b.first) ||
    (a.row.key < b.row.key ? -1 : 1)
  );
}

/** The earlier first, and what has no date last. */
function compared(a: bigint | undefined, b: bigint | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a < b ? -1 : a > b ? 1 : 0;
}

function itemsOf(reading: Reading, batch: BatchReport): Waiting[] {
  const found = [
    ...doubtItems(reading, batch),
    ...batch.exceptions.flatMap((card) => exceptionItems(reading, batch, card)),
    ...findingItems(reading, batch),
    ...batch.requests.flatMap((request) => requestItems(reading, request)),
    ...(isEnded(batch) ? [] : workItems(reading, batch)),
  ];
  return [...found, ...certifyItems(reading, batch, found)];
}

/** Nothing is proven of it or certified any more. */
function isEnded({ status }: BatchReport): boolean {
  return ["Rejected", "Aborted", "ExceptionalSupply", "Recalled"].includes(status);
}

/** What does not hold, or whose worth nobody knows: nobody should certify upon it. */
const DOUBTS: readonly FindingKind[] = ["proof", "certificate", "root", "unentitled", "twin", "circuit"];

function doubtItems({ findings }: Reading, { key }: BatchReport): Waiting[] {
  return standingOf(findings.get(key), DOUBTS).map(({ severity, text }) => item("doubt", severity, text));
}

function standingOf(findings: readonly ReportedFinding[] = [], kinds: readonly FindingKind[]): ReportedFinding[] {
  return findings.filter(({ kind, standing }) => standing && kinds.includes(kind));
}

/** What the audit found of a batch that its QP, or who did it, can end. */
function findingItems(reading: Reading, batch: BatchReport): Waiting[] {
  const { findings, account, hasRole: has } = reading;
  const { key, certifying, notificationDue, challenged } = batch;
  const qp = maySign(reading, certifying.qps);
  const found = findings.get(key);
  const items = (kind: QueueKind, of: FindingKind, own: (finding: ReportedFinding) => boolean): Waiting[] =>
    standingOf(found, [of]).map((each) => item(kind, each.severity, each.text, null, own(each)));
  return [
    // One on which a QP decided stands among the findings, and waits for nobody.
    ...(challenged ? items("challenge", "challenge", () => qp && !isEnded(batch)) : []),
    ...items("consent", "consent", () => qp && !isEnded(batch)),
    ...items("hold", "hold", ({ by = "" }) => has && isSame(by, account)),
    ...items("notification", "notification", () => qp).map((each) => ({
      ...each,
      at: notificationDue === null ? null : BigInt(notificationDue),
    })),
    ...items("closing", "closed", () => false),
  ];
}

function exceptionItems(reading: Reading, { certifying }: BatchReport, card: ExceptionCard): Waiting[] {
  if (card.closed !== null) return [];
  const { id, claim, category, severity, policySeverity, reference, proposed } = card;
  const worst = Math.max(severity, policySeverity);
  const waits =
    proposed === null
      ? "QA proposes how it is closed"
      : `closing as ${proposed.disposition} proposed: a QP, another person, confirms it`;
  const own = proposed !== null && maySign(reading, certifying.qps) && !isSamePerson(reading, proposed);
  const about = `exception ${id}: ${category}, claim ${claim}, severity ${severity} (${policySeverity} by the policy)`;
  // The reference is the end of the text, whatever it says.
  const text = `${about}; ${waits}; reference ${quoted(reference)}`;
  return [item("exception", isSeverity(worst) ? worst : 3, text, null, own)];
}

function maySign({ account, hasRole: has }: Reading, qps: readonly string[]): boolean {
  return has && isAmong(qps, account);
}

/** Who proposed it does not confirm it, under whatever account. */
function isSamePerson({ account, persons }: Reading, { by }: Signed): boolean {
  const [own, other] = [persons.get(account.toLowerCase()), persons.get(by.toLowerCase())];
  return isSame(by, account) || (own !== undefined && own === other);
}

function requestItems({ report }: Reading, request: RequestReport): Waiting[] {
  const { id, claim, dueBy, answers, reopened, accepted, withdrawn } = request;
  if (accepted !== null || withdrawn !== null) return [];
  const isAnswered = answers.length > reopened.length;
  const late = !isAnswered && BigInt(dueBy) < BigInt(report.at);
  const waits = isAnswered ? "answered: the authority accepts it, or asks again" : "the owner answers it";
  const text = `request ${id} of an authority about claim ${claim}: ${waits}`;
  return [item("request", late ? 2 : 1, text, isAnswered ? null : BigInt(dueBy))];
}

/** What is missing until the batch can be certified or, of one that is, completed. */
function workItems(reading: Reading, batch: BatchReport): Waiting[] {
  const goal = goalOf(batch);
  const missing = missingOf(reading, batch, goal);
  const [due] = openDue(batch);
  const late = due !== undefined && due < BigInt(reading.report.at) && (goal === "release" || missing.length > 0);
  return [
    ...(late ? [item("overdue", 2, `${goal} was due`, due)] : []),
    ...(missing.length === 0 ? [] : [item("claims", 1, `${listed("claim", missing)} missing for ${goal}`)]),
    ...(goal === "release" ? batch.stages.flatMap((stage) => stageItems(reading, batch, stage)) : []),
    ...inheritedItems(batch, reading),
  ];
}

function item(kind: QueueKind, severity: Severity, text: string, at: bigint | null = null, own = false): Waiting {
  return { kind, severity, own, at, text };
}

function goalOf({ certifying }: BatchReport): NeededForName {
  return certifying.stands ? "completion" : "release";
}

/** When the batch is to be certified or, if it is, completed. */
function openDue(batch: BatchReport): bigint[] {
  if (isEnded(batch) || batch.status === "Completed") return [];
  return [batch.due[goalOf(batch) === "release" ? 0 : 1]];
}

/** Claims that count for nothing now. Of a policy that is not told every claim is missing. */
function missingOf(
  { policies }: Reading,
  { policyId, proven, settled, refused, claims }: BatchReport,
  goal: NeededForName,
): number[] {
  const policy = policies.get(policyId);
  return Array.from({ length: claims }, (_, i) => i).filter(
    (i) =>
      (policy?.claims[i]?.neededFor ?? goal) === goal &&
      (refused.includes(i) || (!proven.includes(i) && !settled.includes(i))),
  );
}

function listed(what: string, numbers: readonly number[]): string {
  return `${numbers.length === 1 ? what : `${what}s`} ${numbers.join(", ")}`;
}

/** A stage that a QP has to confirm: when nothing of it is missing, those who are named for it can. */
function stageItems(reading: Reading, batch: BatchReport, { stage, qps, unconfirmed }: StageReport): Waiting[] {
  if (!unconfirmed) return [];
  const claims = reading.policies.get(batch.policyId)?.claims ?? [];
  const missing = missingOf(reading, batch, "release").filter((i) => claims[i]?.stage === stage);
  const own = isAmong(qps, reading.account);
  const who = own ? "you confirm it" : qps.length === 0 ? "nobody is named for it" : "another QP confirms it";
  const first = missing.length === 0 ? "" : `, after ${listed("claim", missing)}`;
  return [
    item(
      "stage",
      1,
      `stage ${stage} is not confirmed: ${who}${first}`,
      null,
      reading.hasRole && own && missing.length === 0,
    ),
  ];
}

/** Exceptions of a batch that this one supersedes stand on the cards of that one. */
function inheritedItems({ status, exceptions, key }: BatchReport, { findings }: Reading): Waiting[] {
  if (status !== "Exception" || exceptions.some(({ closed }) => closed === null)) return [];
  if (standingOf(findings.get(key), ["consent"]).length > 0) return [];
  return [
    item("inherited", 2, "a batch that it supersedes has open exceptions, or a revoked consent on which no QP decided"),
  ];
}

/** A batch that is ready waits for its QP; one that is not says why, also where the reason is none of its own. */
function certifyItems(reading: Reading, batch: BatchReport, found: readonly Waiting[]): Waiting[] {
  if (goalOf(batch) === "completion" || isEnded(batch)) return [];
  const [paused] = standingOf(reading.findings.get(null), ["paused"]);
  if (batch.certifying.ready && paused === undefined) {
    const own = maySign(reading, batch.certifying.qps);
    return [item("certify", 1, own ? "ready: you certify it" : "ready: a QP of the batch certifies it", null, own)];
  }
  if (found.some(({ kind }) => !HARMLESS.includes(kind))) return [];
  return [
    item(
      "doubt",
      2,
      paused?.text ?? "this audit calls it neither proven nor settled: see what it says of it and of the register",
    ),
  ];
}

/** What keeps nobody from certifying. */
const HARMLESS: readonly QueueKind[] = ["overdue", "request"];

/** What the account would sign now. */
function certificateOf({ report }: Reading, batch: BatchReport): readonly CertificateLine[] {
  const { key, policyId, product, certifying, proven, settled } = batch;
  const { trail, exceptionsHash, nonce } = certifying;
  const draft = {
    ...{ batch: key, policyId, neededFor: NEEDED_FOR.release, trail, exceptionsHash, nonce: BigInt(nonce) },
    ...{ certificate: null, meaning: MEANING_CERTIFIED, signedAt: null, deadline: null },
  };
  const { chainId, registry } = report;
  const counts = { proven: proven.length, settled: settled.length };
  return certificateLines(draft, { chainId: chainId.toString(), registry, product, ...counts });
}

/** What the QPs of a stage said last. A confirmation from before an amendment is there, and holds no more. */
function stageOf({ history }: BatchReport, { stage, qps, confirmed, unconfirmed }: StageReport): QueueStage {
  const last = history.findLast((each) => each.kind === "confirmationWithdrawn" && each.stage === stage);
  return {
    ...{ stage, qps },
    confirmed: confirmed === null ? null : { by: confirmed.by, at: formatTime(confirmed.at), holds: !unconfirmed },
    withdrawn: confirmed !== null || last === undefined ? null : { by: last.by ?? "", at: formatTime(last.at) },
  };
}
