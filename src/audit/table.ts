import Table from "cli-table3";
import { formatTime } from "../input/times.ts";
import type { AuditReport, BatchReport } from "./audit.ts";

const COLOUR_WORDS: Readonly<Record<BatchReport["colour"], string>> = {
  proven: "proven",
  declared: "DECLARED",
  unknown: "NOTHING KNOWN",
};

/**
 * The regulator's page: the reconciliation first, then the batches that need eyes, or all of them. `names` replaces a
 * batch's key by a name the reader knows it by.
 */
export function auditText(
  report: AuditReport,
  options: { readonly all?: boolean; readonly names?: ReadonlyMap<string, string> } = {},
): string {
  const { opened, certified, exception, overdue, open } = report.reconciliation;
  const shown = report.batches.filter(({ reasons }) => options.all === true || reasons.length > 0);
  return [
    `Register ${report.registry}, chain ${report.chainId}, block ${report.block}, ${formatTime(report.at)}`,
    `Reconciliation: ${opened} opened = ${certified} certified + ${exception} with open exceptions + ${overdue} overdue + ` +
      `${open} open; ${report.owners} owner(s), serials without gap, counters agree with the log`,
    `Proofs: ${report.proofsVerified} verified again from the events`,
    ...(shown.length === 0 ? [] : [batchTable(shown, options.names)]),
    `${report.total - report.reviewed} of ${report.total} batches needed no reading; ${report.reviewed} to review`,
    ...noteLines(report),
  ].join("\n");
}

function batchTable(batches: readonly BatchReport[], names: ReadonlyMap<string, string> | undefined): string {
  const table = new Table({
    head: ["batch", "product", "status", "for the reader", "claims proven", "what to look at"],
    style: { head: [], border: [] },
    colWidths: [20, 18, 12, 15, 15, 52],
    wordWrap: true,
  });
  for (const batch of batches) {
    table.push([
      names?.get(batch.key) ?? `${batch.key.slice(0, 10)}… #${batch.serial}`,
      batch.product,
      batch.status,
      COLOUR_WORDS[batch.colour],
      `${batch.proven.length} of ${batch.claims}`,
      batch.reasons.length === 0 ? "nothing" : batch.reasons.join("\n"),
    ]);
  }
  return table.toString();
}

/** What the proofs do not say, once for the whole page, with the number of batches it concerns. */
function noteLines({ batches, total }: AuditReport): string[] {
  const notes = [...new Set(batches.flatMap((batch) => batch.notes))];
  return notes.map((note) => {
    const count = batches.filter((batch) => batch.notes.includes(note)).length;
    return `Note: ${note} (${count} of ${total} batches)`;
  });
}
