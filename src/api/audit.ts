import { audit, type AuditOptions, type AuditReport } from "../audit/audit.ts";
import { connectRpc } from "../chain/connect.ts";

/** A register, read and verified again, and what is made of its report. */
export { readCircuitList, type CircuitList } from "../audit/circuits.ts";
export { auditCsv } from "../audit/csv.ts";
export { auditHtml } from "../audit/html.ts";
export { auditLineage, type Lineage } from "../audit/lineage.ts";
export { printedLineage, reportFromJson } from "../audit/reportJson.ts";
export { conflictsOf, newSince, reviewFromJson, type Conflict, type Review } from "../audit/reviewRecord.ts";
export { drawSample, verifySample, type Sample, type Seed } from "../audit/sample.ts";
export { auditText } from "../audit/table.ts";
export { accessReview, qualityReview, type AccessReview, type Period, type QualityReview } from "../audit/trends.ts";
export type { Disclosed } from "../disclosure/disclosed.ts";
export { disclosedIn } from "../packet/attested.ts";
export { audit, type AuditOptions, type AuditReport };

/** As `audit`, through the node at an http or https URL. Errors: those of `connectRpc` and `audit`. */
export async function auditAt(rpc: string, registry: string, options: AuditOptions = {}): Promise<AuditReport> {
  const chain = await connectRpc(rpc);
  try {
    return await audit(chain.provider, registry, { node: new URL(rpc).origin, ...options });
  } finally {
    await chain.close();
  }
}
