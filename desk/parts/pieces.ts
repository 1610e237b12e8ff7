import { html, type TemplateResult } from "lit";
import type { AuditReport, Colour } from "../../src/audit/report.ts";
import { visible } from "../../src/formats/visible.ts";
import type { Severity } from "../../src/policy/document.ts";
import { labelsOf } from "./labels.ts";
import { t } from "../messages/index.ts";

/** A text that is not the page's own: nothing in it acts, and its direction is its own affair. */
export function said(text: string): TemplateResult {
  return html`<bdi class="said" lang="en">${visible(text)}</bdi>`;
}

/** A hash or an address, whole: it breaks where the line ends, and is copied in one piece. */
export function whole(hash: string): TemplateResult {
  return html`<code class="hash">${visible(hash)}</code>`;
}

/** A hash with a button that copies it. */
export function copyable(hash: string): TemplateResult {
  return html`${whole(hash)} <desk-copy .text=${hash}></desk-copy>`;
}

/** An account by its number on the page, which the legend spells out. */
export function account(report: AuditReport, address: string): TemplateResult {
  return html`<abbr class="account" title=${visible(address)}>${labelsOf(report).account(address)}</abbr>`;
}

/** Where a batch has its page. */
export function batchAddress(key: string): string {
  return `#/batch/${encodeURIComponent(key)}`;
}

/** A symbol beside each word that has a colour: whoever sees none reads the same. */
export const COLOUR_SYMBOL: Readonly<Record<Colour, string>> = {
  proven: "✓",
  settled: "≈",
  declared: "✕",
  unknown: "?",
};
const SEVERITY_SYMBOL: Readonly<Record<Severity, string>> = { 3: "▲▲", 2: "▲", 1: "△" };

/** What a reader is told of a batch, in a word, a symbol and a colour. */
export function colourMark(colour: Colour): TemplateResult {
  return html`<span class="mark ${colour}">${symbol(COLOUR_SYMBOL[colour])} ${t(`colour.${colour}`)}</span>`;
}

export function severityMark(severity: Severity): TemplateResult {
  return html`<span class="mark severity-${severity}"
    >${symbol(SEVERITY_SYMBOL[severity])} ${t(`severity.${severity}`)}</span
  >`;
}

/** A symbol for eyes only: the word beside it says the same. */
export function symbol(text: string): TemplateResult {
  return html`<span class="symbol" aria-hidden="true">${text}</span>`;
}

/** What is known of one thing, a term and its value a line; a value that is undefined has no line. */
export function facts(lines: readonly (readonly [term: string, value: unknown])[]): TemplateResult {
  return html`<dl class="facts">
    ${lines
      .filter(([, value]) => value !== undefined)
      .map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
  </dl>`;
}
