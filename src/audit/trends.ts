import { formatTime } from "../input/times.ts";
import type { AccessRow } from "./access.ts";
import type { AuditReport, BatchReport } from "./report.ts";

export type { AccessRow } from "./access.ts";

/** Of which part of a register's batches: all of one owner, or all; opened from `from` (Unix seconds) until before `to`. */
export interface Period {
  readonly from: number;
  readonly to: number;
  readonly owner: string | null;
}

/** One line of a product quality review: batches of one policy's claim, owner and month. */
export interface TrendRow {
  readonly owner: string;
  /** Product and version, in quotes; the claim's index, its stage and its kind in words. */
  readonly product: string;
  readonly policyId: string;
  readonly claim: number;
  /** Calendar month of the opening, UTC: "2022-05". */
  readonly month: string;
  readonly batches: number;
  readonly exceptions: number;
  /** Exceptions per 100 batches, one decimal. */
  readonly perHundred: string;
  /** Exceptions that were not the first of their rule and owner. */
  readonly repeats: number;
  /** Of the closed ones, median days from raising to closing, one decimal; null: none is closed. */
  readonly daysToClose: string | null;
  /** Of the batches, those whose claim people settled in place of a proof. */
  readonly settled: number;
}

/** `report pqr`: how exceptions develop. */
export interface QualityReview {
  readonly period: Period;
  readonly batches: number;
  readonly exceptions: number;
  readonly settled: number;
  readonly proven: number;
  readonly rows: readonly TrendRow[];
}

/** What one account did, counted by what it did. */
export interface ActivityRow {
  readonly account: string;
  readonly kind: string;
  readonly count: number;
  /** Unix seconds. */
  readonly first: number;
  readonly last: number;
}

/** `report access`: who could do what, and who did. */
export interface AccessReview {
  readonly period: Period;
  readonly roles: readonly AccessRow[];
  readonly activity: readonly ActivityRow[];
}

const DAY = 86_400;

/** How exceptions develop, of the batches of a period: a row for each claim of a policy, owner and month of opening. */
export function qualityReview(report: AuditReport, period: Period): QualityReview {
  const batches = report.batches.filter((batch) => isOf(batch, period));
  const groups = Map.groupBy(batches, ({ owner, policyId, history }) =>
    JSON.stringify([monthOf(history[0]?.at ?? 0), owner, policyId]),
  );
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  const withColour = (colour: BatchReport["colour"]): number =>
    batches.filter((batch) => batch.colour === colour).length;
  return {
    ...{ period, batches: batches.length, settled: withColour("settled"), proven: withColour("proven") },
    exceptions: batches.reduce((sum, { exceptions }) => sum + exceptions.length, 0),
    rows: sorted.flatMap(([, group]) => rowsOf(report, group)),
  };
}

function isOf({ owner, history }: BatchReport, period: Period): boolean {
  const opened = history[0]?.at ?? 0;
  return period.from <= opened && opened < period.to && (period.owner === null || period.owner === owner);
}

/** A row for each claim, of batches of one owner, policy and month. */
function rowsOf({ policies }: AuditReport, batches: readonly BatchReport[]): TrendRow[] {
  const [first] = batches;
  if (first === undefined) return [];
  const { owner, policyId, product, claims, history } = first;
  const policy = policies.find((each) => each.policyId === policyId);
  return Array.from({ length: claims }, (_, claim) => {
    const exceptions = batches.flatMap((batch) => batch.exceptions.filter((each) => each.claim === claim));
    const said = policy?.claims[claim];
    const what = said === undefined ? "" : `, stage ${said.stage}, ${said.kinds.join(" or ")}`;
    return {
      ...{ owner, policyId, product: `${product}; claim ${claim}${what}`, claim, month: monthOf(history[0]?.at ?? 0) },
      ...{ batches: batches.length, exceptions: exceptions.length },
      perHundred: ((100 * exceptions.length) / batches.length).toFixed(1),
      repeats: exceptions.filter(({ repeats }) => repeats > 1).length,
      daysToClose: medianDays(exceptions.flatMap(({ raised, closed }) => (closed ? [closed.at - raised.at] : []))),
      settled: batches.filter(({ settled }) => settled.includes(claim)).length,
    };
  });
}

function medianDays(seconds: readonly number[]): string | null {
  if (seconds.length === 0) return null;
  const sorted = [...seconds].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? 0, sorted[sorted.length >> 1] ?? 0];
  return ((low + high) / 2 / DAY).toFixed(1);
}

/** Of Unix seconds, UTC; a block's time is beyond no calendar. */
function monthOf(time: number): string {
  return formatTime(time).slice(0, 7);
}

/**
 * Who held which role in a period, and what accounts did in it about batches, by what it was. With an owner: his own roles, those of his
 * QA, those of whoever did something about his batches, and only that.
 */
export function accessReview(report: AuditReport, period: Period): AccessReview {
  const { owner } = period;
  const activity = activityOf(report, period);
  const acted = new Set(activity.map(({ account }) => account));
  const concerns = ({ account, role }: AccessRow): boolean =>
    owner === null || account === owner || role === `QA of ${owner}` || acted.has(account);
  return { period, roles: report.roles.filter((row) => isHeld(row, period) && concerns(row)), activity };
}

/** Whether a role was held at any time of a period. */
function isHeld({ from, to, grantedAt, revokedAt }: AccessRow, period: Period): boolean {
  const begins = BigInt(from) > BigInt(grantedAt) ? BigInt(from) : BigInt(grantedAt);
  const ends = revokedAt !== null && BigInt(revokedAt) < BigInt(to) ? BigInt(revokedAt) : BigInt(to);
  return begins < BigInt(period.to) && ends > BigInt(period.from);
}

function activityOf({ batches }: AuditReport, { from, to, owner }: Period): ActivityRow[] {
  const rows = new Map<string, ActivityRow>();
  for (const batch of batches) {
    if (owner !== null && batch.owner !== owner) continue;
    for (const { by, at, kind } of batch.history) {
      if (by === null || at < from || at >= to) continue;
      const { count, first, last } = rows.get(`${by}/${kind}`) ?? { count: 0, first: at, last: at };
      const seen = { count: count + 1, first: Math.min(first, at), last: Math.max(last, at) };
      rows.set(`${by}/${kind}`, { account: by, kind, ...seen });
    }
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
