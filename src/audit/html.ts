import { escapedMarkup } from "../formats/markup.ts";
import { visible } from "../formats/visible.ts";
import type { AuditReport } from "./report.ts";
import { FINDING_COLUMNS, findingRows } from "./rows.ts";
import { summaryLines } from "./table.ts";

const STYLE = `body { font: 14px/1.4 sans-serif; margin: 2em } table { border-collapse: collapse }
td, th { border: 1px solid #999; padding: 2px 6px; text-align: left; vertical-align: top; overflow-wrap: anywhere }
.critical, .major { background: #fbb } .minor { background: #ffc }
@media print { body { font-size: 9px; margin: 0 } thead { display: table-header-group } tr { break-inside: avoid } }
@page { size: landscape; margin: 15mm; @bottom-right { content: "page " counter(page) " of " counter(pages) } }`;

/** A page: lines, then tables with a heading each, then lines. */
export interface Page {
  readonly title: string;
  readonly head: readonly string[];
  readonly tables: readonly PageTable[];
  readonly foot: readonly string[];
}

export interface PageTable {
  /** Empty: it has none. */
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Class of a row. */
  readonly classOf?: (row: readonly string[]) => string;
}

/** The regulator's page as one HTML file that loads and runs nothing: what the text says, and the rows of the CSV. */
export function auditHtml(report: AuditReport): string {
  const { head, foot } = summaryLines(report);
  const classOf = ([severity = ""]: readonly string[]): string => severity;
  const table = { heading: "", columns: FINDING_COLUMNS, rows: findingRows(report), classOf };
  return pageHtml({ title: "batchproof audit", head, tables: [table], foot });
}

/** A page as one HTML file that loads and runs nothing; printed, its tables repeat their heads and its pages are numbered. */
export function pageHtml({ title, head, tables, foot }: Page): string {
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><title>${shown(title)}</title>`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<style>${STYLE}</style></head><body>`,
    ...head.map(paragraph),
    ...tables.flatMap(tableLines),
    ...foot.map(paragraph),
    "</body></html>",
    "",
  ].join("\n");
}

function tableLines({ heading, columns, rows, classOf }: PageTable): string[] {
  const begun = (row: readonly string[]): string =>
    classOf === undefined ? "<tr>" : `<tr class="${escapedMarkup(classOf(row))}">`;
  return [
    ...(heading === "" ? [] : [`<h2>${shown(heading)}</h2>`]),
    `<table><thead><tr>${cells("th", columns)}</tr></thead><tbody>`,
    ...rows.map((row) => `${begun(row)}${cells("td", row)}</tr>`),
    "</tbody></table>",
  ];
}

function paragraph(line: string): string {
  return `<p>${shown(line)}</p>`;
}

function cells(tag: "td" | "th", row: readonly string[]): string {
  return row.map((text) => `<${tag}>${shown(text)}</${tag}>`).join("");
}

/** A text as the page shows it, whole. */
function shown(text: string): string {
  return escapedMarkup(visible(text));
}
