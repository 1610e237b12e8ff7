import { html, nothing, type TemplateResult } from "lit";
import { SIGNATURES, type HistoryEntry } from "../../src/audit/history.ts";
import type { AuditReport, BatchReport } from "../../src/audit/report.ts";
import type { DeskData } from "../data/data.ts";
import { DeskElement } from "../parts/element.ts";
import { utc, zone } from "../parts/format.ts";
import { labelsOf } from "../parts/labels.ts";
import { t } from "../messages/index.ts";
import {
  account,
  batchAddress,
  colourMark,
  copyable,
  facts,
  said,
  severityMark,
  symbol,
  whole,
} from "../parts/pieces.ts";
import { bothTimes, nameOf, person, rolesAt } from "../parts/people.ts";
import { isAmendment, meaningOf } from "../parts/rows.ts";
import { cell } from "../parts/table.ts";
import { exceptionCards } from "./exceptions.ts";
import { change, topicOf } from "./rows.ts";
import { aboutOf, timeline } from "./timeline.ts";

/** All that is known of one batch. */
class Batch extends DeskElement {
  static override properties = { data: { attribute: false }, key: { attribute: false } };
  declare data: DeskData;
  declare key: string;

  override render(): TemplateResult {
    const { report } = this.data.lineage;
    const batch = report.batches.find(({ key }) => key === this.key);
    if (batch === undefined) {
      return html`<h1 tabindex="-1">${t("page.batches")}</h1>
        <p class="notice">${symbol("?")} ${said(t("batch.missing", { key: this.key }))}</p>`;
    }
    return html`<header class="batch-head">
        <h1 tabindex="-1">
          ${t("batch.title", { name: `${labelsOf(report).account(batch.owner)} #${batch.serial}` })}
        </h1>
        <p>${said(batch.product)} · ${t(`status.${batch.status}`)} · ${colourMark(batch.colour)}</p>
        ${batch.challenged ? html`<p class="notice">${symbol("?")} ${t("batch.challenged")}</p>` : nothing}
      </header>
      ${section("batch.reasons", findings(report, batch))} ${section("batch.facts", factsOf(report, batch))}
      ${section("batch.timeline", timeline(report, batch))}
      ${section("batch.exceptions", exceptionCards(report, batch))}
      ${section("batch.amendments", amendments(report, batch))}
      ${section("batch.signatures", signatures(report, batch))}
      ${batch.notes.length === 0 ? nothing : section("batch.notes", list(batch.notes))}`;
  }
}

customElements.define("desk-batch", Batch);

type Section =
  | "batch.reasons"
  | "batch.facts"
  | "batch.timeline"
  | "batch.exceptions"
  | "batch.amendments"
  | "batch.signatures"
  | "batch.notes";

function section(title: Section, content: unknown): TemplateResult {
  const id = title.replace(".", "-");
  return html`<section aria-labelledby=${id}>
    <h2 id=${id}>${t(title)}</h2>
    ${content}
  </section>`;
}

function list(texts: readonly string[]): TemplateResult {
  return html`<ul>
    ${texts.map((text) => html`<li>${said(text)}</li>`)}
  </ul>`;
}

function findings(report: AuditReport, { key }: BatchReport): TemplateResult {
  const own = report.findings.filter((finding) => finding.key === key);
  if (own.length === 0) return html`<p>${symbol("✓")} ${t("batch.reasons.none")}</p>`;
  return html`<ul class="findings">
    ${own.map(
      ({ severity, kind, text }) =>
        html`<li>
          ${severityMark(severity)} ${topicOf(t(`finding.${kind}`), text)} ${said(labelsOf(report).text(text))}
        </li>`,
    )}
  </ul>`;
}

function factsOf(report: AuditReport, batch: BatchReport): TemplateResult {
  const { key, owner, serial, policyId, openedBlock, due, claims, twins, deviations } = batch;
  const numbers = (values: readonly number[]): string =>
    values.length === 0 ? t("batch.none") : t("batch.claims.list", { list: values.join(", "), count: claims });
  return facts([
    [t("batch.key"), copyable(key)],
    [t("batch.owner"), html`${person(report, owner)} ${whole(owner)}`],
    [t("batch.serial"), String(serial)],
    [t("batch.policy"), copyable(policyId)],
    [t("batch.opened"), String(openedBlock)],
    [t("batch.due.release"), utc(due[0])],
    [t("batch.due.completion"), utc(due[1])],
    [t("batch.proven"), numbers(batch.proven)],
    [t("batch.settled"), numbers(batch.settled)],
    [t("batch.refused"), numbers(batch.refused)],
    [t("batch.unconfirmed"), batch.unconfirmed.length === 0 ? t("batch.none") : batch.unconfirmed.join(", ")],
    [t("batch.deviations"), deviations.length === 0 ? t("batch.none") : said(deviations.join(", "))],
    [
      t("batch.twins"),
      twins.length === 0
        ? t("batch.none")
        : twins.map((twin) => html`<a href=${batchAddress(twin)}>${whole(twin)}</a> `),
    ],
  ]);
}

function amendments(report: AuditReport, { history }: BatchReport): TemplateResult {
  const changed = history.filter(isAmendment);
  if (changed.length === 0) return html`<p>${t("amendment.none")}</p>`;
  return html`<ol class="amendments">
    ${changed.map(
      (entry) =>
        html`<li>
          <strong>${t(`history.${entry.kind}`)}${aboutOf(entry)}</strong>
          ${change(entry.before, entry.after)}
          <span class="reason"
            >${t("amendment.reason")}: ${entry.reason === null ? t("rows.unsaid") : said(entry.reason)}</span
          >
          ${entry.text === "" ? nothing : said(entry.text)}
          <span class="explain">${t("amendment.by")} ${person(report, entry.by)}, ${utc(entry.at)}</span>
        </li>`,
    )}
  </ol>`;
}

const HEADS = ["meaning", "name", "role", "time", "transaction"] as const;

/** Each signature with the printed name, the time and the meaning: what 21 CFR 11.50 asks for. */
function signatures(report: AuditReport, { history }: BatchReport): TemplateResult {
  const signed = history.filter(({ kind }) => SIGNATURES.has(kind));
  if (signed.length === 0) return html`<p>${t("signature.none")}</p>`;
  return html`<table class="signatures" role="table" aria-labelledby="batch-signatures">
    <thead role="rowgroup">
      <tr role="row">
        ${HEADS.map((head) => html`<th role="columnheader" scope="col">${headText(head)}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${signed.map((entry) => signature(report, entry))}
    </tbody>
  </table>`;
}

function headText(head: (typeof HEADS)[number]): string {
  return head === "time" ? t("signature.time", { zone: zone() }) : t(`signature.${head}`);
}

function signature(report: AuditReport, entry: HistoryEntry): TemplateResult {
  const { kind, by, at, transaction } = entry;
  const meaning = meaningOf(kind);
  const name = by === null ? undefined : nameOf(report, by);
  const roles = by === null ? [] : rolesAt(report, by, at);
  const signer = html`${name === undefined ? t("signature.unnamed") : said(name)}
  ${by === null ? t("rows.unsaid") : html`${account(report, by)} ${whole(by)}`}`;
  return html`<tr role="row">
    ${cell(
      headText("meaning"),
      html`<strong>${t(`history.${kind}`)}${aboutOf(entry)}</strong>
        ${meaning === null ? nothing : html`<span class="meaning">“${t(meaning)}”</span>`}`,
    )}
    ${cell(headText("name"), signer)}
    ${cell(headText("role"), roles.length === 0 ? t("rows.unsaid") : said(labelsOf(report).text(roles.join(", "))))}
    ${cell(headText("time"), bothTimes(at))} ${cell(headText("transaction"), whole(transaction))}
  </tr>`;
}
