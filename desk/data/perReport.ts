import type { AuditReport } from "../../src/audit/report.ts";

/** What a reader brought or wrote, one for each report: it outlives the view, which leaves the page when another is opened. */
export function perReport<T extends object>(make: () => T): (report: AuditReport) => T {
  const kept = new WeakMap<AuditReport, T>();
  return (report) => {
    const value = kept.get(report) ?? make();
    kept.set(report, value);
    return value;
  };
}
