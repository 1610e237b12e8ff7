import { html, nothing, type TemplateResult } from "lit";
import type { ExceptionCard } from "../../src/audit/history.ts";
import type { AuditReport, BatchReport } from "../../src/audit/report.ts";
import type { Severity } from "../../src/policy/document.ts";
import { count, days, utc } from "../parts/format.ts";
import { t } from "../messages/index.ts";
import { copyable, facts, said, severityMark, symbol } from "../parts/pieces.ts";
import { person, signedBy } from "../parts/people.ts";

/** Everything that was said about each exception of a batch, a card each. */
export function exceptionCards(report: AuditReport, batch: BatchReport): TemplateResult {
  if (batch.exceptions.length === 0) return html`<p>${t("exception.none")}</p>`;
  return html`<div class="cards">${batch.exceptions.map((card) => cardOf(report, batch, card))}</div>`;
}

function cardOf(report: AuditReport, batch: BatchReport, card: ExceptionCard): TemplateResult {
  const { id, category, claim, reference, evidence, repeats, byAuthority, raised, closed } = card;
  const heading = `exception-${id}`;
  return html`<article class="card ${closed === null ? "open" : "closed"}" aria-labelledby=${heading}>
    <h3 id=${heading}>
      ${t("exception.title", { id })}
      <span class="mark ${closed === null ? "declared" : "plain"}"
        >${symbol(closed === null ? "✕" : "■")} ${t(closed === null ? "exception.open" : "exception.closed")}</span
      >
    </h3>
    ${facts([
      [t("exception.category"), t(`category.${category}`)],
      [t("exception.claim"), String(claim)],
      [t("exception.severity"), graded(card.severity)],
      [t("exception.policySeverity"), html`${graded(card.policySeverity)} ${compared(card)}`],
      [t("exception.reference"), said(reference)],
      [t("exception.evidence"), copyable(evidence)],
      [t("exception.repeats"), String(repeats)],
      [t(byAuthority ? "exception.byAuthority" : "exception.raised"), signedBy(report, raised)],
      ...closing(report, card),
      [t("exception.blocked"), blocked(batch, card)],
    ])}
  </article>`;
}

/** A grade by its word: on chain it is a number, and any number may stand there. */
function graded(severity: number): TemplateResult {
  return isSeverity(severity) ? severityMark(severity) : html`${severity}`;
}

function isSeverity(severity: number): severity is Severity {
  return severity === 1 || severity === 2 || severity === 3;
}

function compared({ severity, policySeverity }: ExceptionCard): string {
  if (severity === policySeverity) return "";
  return t(severity > policySeverity ? "exception.higher" : "exception.lower");
}

type Line = readonly [term: string, value: unknown];

function closing(report: AuditReport, { closed, proposed, byAuthority, acknowledged }: ExceptionCard): readonly Line[] {
  if (closed === null) {
    return proposed === null
      ? []
      : [
          [t("exception.disposition.proposed"), dispositionText(proposed.disposition)],
          [t("exception.proposed"), signedBy(report, proposed)],
        ];
  }
  const { disposition, settled, proposer, evidence } = closed;
  const unanswered = byAuthority ? t("exception.unacknowledged") : undefined;
  return [
    [
      t("exception.disposition"),
      html`${dispositionText(disposition)}${settled ? html`. ${t("exception.settles")}` : nothing}`,
    ],
    [t("exception.proposed"), person(report, proposer)],
    [t("exception.confirmed"), signedBy(report, closed)],
    [t("exception.closingEvidence"), copyable(evidence)],
    [t("exception.acknowledged"), acknowledged === null ? unanswered : signedBy(report, acknowledged)],
  ];
}

const DISPOSITIONS = ["accepted", "rejected", "unfounded"] as const;

function dispositionText(disposition: string): string | TemplateResult {
  const known = DISPOSITIONS.find((each) => each === disposition);
  return known === undefined ? said(disposition) : t(`exception.disposition.${known}`);
}

/** What nobody could do while it was open, and what it left behind. */
function blocked({ refused }: BatchReport, { claim, raised, closed, blocked: what }: ExceptionCard): TemplateResult {
  if (closed === null) return html`${t(`exception.blocked.${what}`)}`;
  const span = { from: utc(raised.at), to: utc(closed.at), days: count(days(closed.at - raised.at)) };
  return html`${t(`exception.blocked.${what}.closed`, span)}
  ${closed.disposition === "rejected" && refused.includes(claim) ? t("exception.blocked.refused", { claim }) : nothing}`;
}
