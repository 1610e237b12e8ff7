import { html, type TemplateResult } from "lit";
import { failureOf } from "../../src/desk/failure.ts";
import { facts, said, symbol } from "../parts/pieces.ts";
import { t } from "./messages/index.ts";

/** Why something has no answer, a term and its value a line. */
export function failureFacts(error: unknown): TemplateResult {
  const { code, message, place, remedy } = failureOf(error);
  return facts([
    [t("failed.why"), said(message)],
    [t("failed.code"), code === null ? undefined : said(code)],
    [t("failed.place"), place === null ? undefined : said(place)],
    [t("failed.remedy"), remedy === null ? undefined : said(remedy)],
  ]);
}

/** What was refused, and by which check. */
export function refused(error: unknown): TemplateResult {
  return html`<div class="refused" role="alert">
    <p><strong>${symbol("✕")} ${t("refused")}</strong></p>
    ${failureFacts(error)}
  </div>`;
}
