import { formatTime } from "../input/times.ts";
import { SEVERITY } from "../policy/policy.ts";
import type { AuditReport } from "./report.ts";
import { plain } from "./words.ts";

const HEAD = [
  "severity",
  "since",
  "block",
  "owner",
  "serial",
  "batch",
  "product",
  "status",
  "kind",
  "what",
  "by",
  "transaction",
];

/** What needs eyes as CSV (RFC 4180), one finding a row, in the order of the report. */
export function auditCsv({ findings, batches }: AuditReport): string {
  const batchOf = new Map(batches.map((batch) => [batch.key, batch]));
  const rows = findings.map(({ severity, at, block, key, kind, text, by = "", transaction }) => {
    const batch = batchOf.get(key ?? "");
    return [
      SEVERITY[severity],
      formatTime(at),
      String(block),
      batch?.owner ?? "",
      String(batch?.serial ?? ""),
      key ?? "",
      batch?.product ?? "",
      batch?.status ?? "",
      kind,
      text,
      by,
      transaction,
    ];
  });
  return [HEAD, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** A quoted cell. What a spreadsheet could take for a formula begins with an apostrophe. */
function cell(text: string): string {
  const safe = plain(text);
  const inert = /^[\s]*[=+\-@|%]/.test(safe) ? `'${safe}` : safe;
  return `"${inert.replaceAll('"', '""')}"`;
}
