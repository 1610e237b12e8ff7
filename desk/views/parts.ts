import "./views.css";
import { html, type TemplateResult } from "lit";
import { BatchproofError } from "../../src/errors.ts";
import type { GivenFile } from "../data/data.ts";
import { givenFile } from "../data/files.ts";
import { t } from "../messages/index.ts";
import { facts, said, symbol } from "../parts/pieces.ts";
import { cell } from "../parts/table.ts";

/** A label with a control to pick files by; each is given on as soon as it is read, or else why it could not be. */
export function picker(
  label: string,
  take: (file: GivenFile) => void | Promise<void>,
  refuse: (error: unknown) => void,
): TemplateResult {
  const pick = async ({ target }: Event): Promise<void> => {
    const input = target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    // So that the same file can be picked again after it was changed.
    input.value = "";
    for (const file of files) {
      try {
        await take(await givenFile(file));
      } catch (error) {
        refuse(error);
      }
    }
  };
  return html`<label class="noprint"
    >${label} <input type="file" multiple @change=${(event: Event) => void pick(event)}
  /></label>`;
}

/** What was refused and by which check, as every error of the page stands there. */
export function refused(error: unknown): TemplateResult {
  const { code, place, remedy } =
    error instanceof BatchproofError ? error : { code: undefined, place: undefined, remedy: undefined };
  const message = error instanceof Error ? error.message : String(error);
  const lines = [
    [t("failed.why"), said(message)],
    [t("failed.place"), place === undefined ? undefined : said(place)],
    [t("failed.code"), code === undefined ? undefined : html`<code>${code}</code>`],
    [t("failed.remedy"), remedy === undefined ? undefined : said(remedy)],
  ] as const;
  return html`<div class="refused" role="alert">
    <p><strong>${symbol("✕")} ${t("views.refused")}</strong></p>
    ${facts(lines)}
  </div>`;
}

/** The head of a column; `name` is its class: "number" aligns to the right. */
export type Head = readonly [label: string, name?: string];

/** A table that is read and not sorted. A cell says the name of its column where the window is too narrow for one. */
export function plainTable(
  caption: string,
  heads: readonly Head[],
  lines: readonly (readonly unknown[])[],
): TemplateResult {
  return html`<table class="rows plain" role="table">
    <caption>
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${heads.map(([label, name = ""]) => html`<th scope="col" role="columnheader" class=${name}>${label}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${lines.map(
        (line) =>
          html`<tr role="row">
            ${heads.map(([label, name = ""], i) => cell(label, line[i], name))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
