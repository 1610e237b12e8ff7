import { formatTime } from "../input/times.ts";
import { SEVERITY } from "../policy/document.ts";
import type { AuditReport } from "./report.ts";

/** The columns of `findingRows`. */
export const FINDING_COLUMNS = [
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

/** What needs eyes, one finding a row, in the order of the report; not yet safe to show. */
export function findingRows({ findings, batches }: AuditReport): readonly (readonly string[])[] {
  const batchOf = new Map(batches.map((batch) => [batch.key, batch]));
  return findings.map(({ severity, at, block, key, kind, text, by = "", transaction }) => {
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
}
