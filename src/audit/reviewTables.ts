import { formatTime } from "../input/times.ts";
import type { PageTable } from "./html.ts";
import type { AuditReport } from "./report.ts";
import type { AccessReview, AccessRow, ActivityRow, Period, QualityReview, TrendRow } from "./trends.ts";

/** Reviews of a period as tables: of the page, the CSV and the terminal alike. Not yet safe to show. */

/** What stands above them: of which register, read at which block, and of which period. */
export function periodLines(title: string, report: AuditReport, { from, to, owner }: Period): string[] {
  const { registry, chainId, block, hash, at } = report;
  return [
    `${title} of the register ${registry}, chain ${chainId}`,
    `Read at block ${block}, ${hash}, ${formatTime(at)}`,
    `Period: from ${formatTime(from)} until before ${formatTime(to)}, ${owner === null ? "all owners" : `owner ${owner}`}`,
  ];
}

/** A row for each claim, owner and month; the last one is the sum. */
export function qualityTable({ rows, batches, exceptions, settled, proven }: QualityReview): PageTable {
  const sum = `${proven} proven, ${settled} settled by people`;
  return {
    heading: "",
    columns: [
      ...["month", "owner", "what", "batches", "exceptions", "per 100", "repeats"],
      ...["median days to close", "settled by people"],
    ],
    rows: [...rows.map(trendCells), ["all", "", sum, String(batches), String(exceptions), "", "", "", String(settled)]],
  };
}

function trendCells(row: TrendRow): string[] {
  const { month, owner, product, batches, exceptions, perHundred, repeats, daysToClose, settled } = row;
  const numbers = [batches, exceptions, perHundred, repeats, daysToClose ?? "none closed", settled];
  return [month, owner, product, ...numbers.map(String)];
}

/** Roles first, then what accounts did. */
export function accessTable({ roles, activity }: AccessReview): PageTable {
  return {
    heading: "",
    columns: ["about", "account", "what", "count", "from", "to", "proposed by", "given by", "ended by", "ended"],
    rows: [...roles.map(roleCells), ...activity.map(activityCells)],
  };
}

function roleCells(row: AccessRow): string[] {
  const { account, role, from, to, proposedBy, grantedBy, revokedBy, revokedAt } = row;
  const ended = revokedAt === null ? "" : formatTime(revokedAt);
  const times = [from, to].map((time) => formatTime(BigInt(time)));
  return ["role", account, role, "", ...times, proposedBy ?? "", grantedBy ?? "", revokedBy ?? "", ended];
}

function activityCells({ account, kind, count, first, last }: ActivityRow): string[] {
  return ["activity", account, kind, String(count), formatTime(first), formatTime(last), "", "", "", ""];
}
