import type { AuditReport, ReportedFinding } from "../../src/audit/report.ts";
import { newSince, reviewFromJson, type Review } from "../../src/audit/reviewRecord.ts";
import { findingIds } from "../../src/audit/rows.ts";
import { BatchproofError } from "../../src/errors.ts";
import type { DeskData, GivenFile } from "./data.ts";
import { remember, remembered } from "./store.ts";

/** What a reader has seen before. */
export interface Seen {
  /** Block of the report in which it was seen. */
  readonly block: number;
  readonly isNew: (finding: ReportedFinding) => boolean;
}

/** Rows whose ids are kept: a browser keeps a few megabytes. */
const MOST_KEPT = 20_000;

/** What was seen last: the newest review record that the reader gave, or what this browser kept; undefined: neither is there. */
export function seenBefore({ lineage: { report }, reviews }: DeskData): Seen | undefined {
  const all = [...reviews.flatMap((file) => signedBy(file, report)), ...markedIn(report)];
  return all.sort((a, b) => b.block - a.block)[0];
}

/** Remembers that the reader has seen all rows of a report. More rows than a browser keeps are new next time. */
export function markSeen(report: AuditReport): void {
  remember(nameOf(report), { block: report.block, rows: findingIds(report).slice(0, MOST_KEPT) });
}

/** What a review record says that was seen. One that does not hold, or is about another register, hides no row. */
function signedBy({ name, text }: GivenFile, report: AuditReport): Seen[] {
  try {
    const review: Review = reviewFromJson(text, name);
    const fresh = new Set(newSince(review, report));
    return [{ block: review.block, isNew: (finding) => fresh.has(finding) }];
  } catch (error) {
    if (error instanceof BatchproofError) return [];
    throw error;
  }
}

function markedIn(report: AuditReport): Seen[] {
  const kept = remembered(nameOf(report)) as { readonly block?: unknown; readonly rows?: unknown } | undefined;
  if (kept === undefined || !Number.isSafeInteger(kept.block) || !Array.isArray(kept.rows)) return [];
  const rows = new Set<unknown>(kept.rows);
  const ids = findingIds(report);
  const fresh = new Set(report.findings.filter((_, i) => !rows.has(ids[i])));
  return [{ block: Number(kept.block), isNew: (finding) => fresh.has(finding) }];
}

function nameOf({ chainId, registry }: AuditReport): string {
  return `seen/${chainId}/${registry}`;
}
