import { html, nothing, type TemplateResult } from "lit";
import { count } from "./format.ts";
import { t } from "../messages/index.ts";
import { symbol } from "./pieces.ts";

/** Lines of a table that stand on the page at once: more would make a browser slow. Print shows them all. */
export const LINES_A_PAGE = 100;

/** Which lines of a table are shown. */
export interface Shown {
  readonly page: number;
  /** While the page is printed: all of them. */
  readonly all: boolean;
}

/** The lines that are shown. */
export function shownOf<T>(lines: readonly T[], { page, all }: Shown): readonly T[] {
  return all ? lines : lines.slice(page * LINES_A_PAGE, (page + 1) * LINES_A_PAGE);
}

/** The head of a column that sorts when it is pressed. */
export function sortHead(
  label: string,
  sorted: "ascending" | "descending" | "none",
  onSort: () => void,
): TemplateResult {
  const arrow = { ascending: "↑", descending: "↓", none: "" }[sorted];
  return html`<th scope="col" role="columnheader" aria-sort=${sorted}>
    <button type="button" class="sort" @click=${onSort}>${label} ${symbol(arrow)}</button>
  </th>`;
}

/** A cell, which says the name of its column where the table is too narrow to be one. */
export function cell(label: string, content: unknown, name = ""): TemplateResult {
  return html`<td role="cell" class=${name} data-label=${label}><div>${content}</div></td>`;
}

/** Steps through the pages of a table. */
export function pager(total: number, page: number, onPage: (page: number) => void): TemplateResult | typeof nothing {
  if (total <= LINES_A_PAGE) return nothing;
  const last = Math.ceil(total / LINES_A_PAGE) - 1;
  const from = page * LINES_A_PAGE + 1;
  const to = Math.min(total, from + LINES_A_PAGE - 1);
  return html`<nav class="pager" aria-label=${t("rows.pages")}>
    <button type="button" ?disabled=${page === 0} @click=${() => onPage(page - 1)}>← ${t("rows.previous")}</button>
    <span>${t("rows.page", { from: count(from), to: count(to), total: count(total) })}</span>
    <button type="button" ?disabled=${page === last} @click=${() => onPage(page + 1)}>${t("rows.next")} →</button>
  </nav>`;
}
