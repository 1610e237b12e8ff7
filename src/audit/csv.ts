import { tableCsv } from "../formats/csv.ts";
import type { AuditReport } from "./report.ts";
import { FINDING_COLUMNS, findingIds, findingRows } from "./rows.ts";

/** What needs eyes as CSV (RFC 4180), one finding a row with its id, in the order of the report; every text is whole. */
export function auditCsv(report: AuditReport): string {
  const ids = findingIds(report);
  const rows = findingRows(report).map((row, i) => [...row, ids[i] ?? ""]);
  return tableCsv([...FINDING_COLUMNS, "row"], rows);
}
