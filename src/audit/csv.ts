import type { AuditReport } from "./report.ts";
import { FINDING_COLUMNS, findingRows } from "./rows.ts";
import { plain } from "./words.ts";

/** What needs eyes as CSV (RFC 4180), one finding a row, in the order of the report. */
export function auditCsv(report: AuditReport): string {
  return [FINDING_COLUMNS, ...findingRows(report)].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** A quoted cell. What a spreadsheet could take for a formula begins with an apostrophe. */
function cell(text: string): string {
  const safe = plain(text);
  const inert = /^[\s]*[=+\-@|%]/.test(safe) ? `'${safe}` : safe;
  return `"${inert.replaceAll('"', '""')}"`;
}
