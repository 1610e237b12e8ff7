import { keccak256, toUtf8Bytes } from "ethers";
import { canonicalJson } from "../input/json.ts";
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

/**
 * An id of each row, in the order of the report: the hash of what it is about, when, and what it says, so that it is the same in a
 * later audit. Of rows that are equal in all of this each has its number.
 */
export function findingIds({ findings }: Pick<AuditReport, "findings">): readonly string[] {
  const counts = new Map<string, number>();
  return findings.map(({ kind, key, block, transaction, text }) => {
    const said = canonicalJson([kind, key, block, transaction, text]);
    const count = (counts.get(said) ?? 0) + 1;
    counts.set(said, count);
    return keccak256(toUtf8Bytes(canonicalJson([said, count])));
  });
}
