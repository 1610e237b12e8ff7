import { visible } from "../formats/visible.ts";
import type { AuditReport } from "./report.ts";
import { FINDING_COLUMNS, findingIds, findingRows } from "./rows.ts";

/** What needs eyes as CSV (RFC 4180), one finding a row with its id, in the order of the report; every text is whole. */
export function auditCsv(report: AuditReport): string {
  const ids = findingIds(report);
  const rows = findingRows(report).map((row, i) => [...row, ids[i] ?? ""]);
  return tableCsv([...FINDING_COLUMNS, "row"], rows);
}

/** A table as CSV (RFC 4180). */
export function tableCsv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** What a spreadsheet takes for the beginning of a formula, the wide forms in East Asia; spaces and quotes may stand before. */
const FORMULA = /(?<before>^|[,;|])(?<between>[\s"']*)(?=[=+\-@|%＝＋－＠])/gu;

/**
 * A quoted cell of one line. Whatever could begin a formula has an apostrophe before it, also where only a program that
 * separates cells by another character than ours would see a beginning.
 */
function cell(text: string): string {
  const inert = visible(text).replace(FORMULA, "$<before>$<between>'");
  return `"${inert.replaceAll('"', '""')}"`;
}
