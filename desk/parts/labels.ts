import { labelsIn, type Labels } from "../../src/audit/labels.ts";
import type { AuditReport } from "../../src/audit/report.ts";

const made = new WeakMap<AuditReport, Labels>();

/** The labels of a report: the same in every view, so that an account is called alike on all of them. */
export function labelsOf(report: AuditReport): Labels {
  const labels = made.get(report) ?? numbered(report);
  made.set(report, labels);
  return labels;
}

/** Numbers every account that a view may name, before there is a view: the legend is whole, whichever one is opened. */
function numbered(report: AuditReport): Labels {
  const labels = labelsIn(report);
  const number = (account: string | null | undefined): void => {
    if (account !== undefined && account !== null && account !== "") labels.account(account);
  };
  for (const { owner } of report.batches) number(owner);
  for (const { by, text } of report.findings) {
    number(by);
    labels.text(text);
  }
  for (const { history, exceptions } of report.batches) {
    for (const { by } of history) number(by);
    for (const { closed } of exceptions) number(closed?.proposer);
  }
  return labels;
}
