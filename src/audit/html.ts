import { escapedMarkup } from "../formats/markup.ts";
import { visible } from "../formats/visible.ts";
import type { AuditReport } from "./report.ts";
import { FINDING_COLUMNS, findingRows } from "./rows.ts";
import { summaryLines } from "./table.ts";

const STYLE = `body { font: 14px/1.4 sans-serif; margin: 2em } table { border-collapse: collapse }
td, th { border: 1px solid #999; padding: 2px 6px; text-align: left; vertical-align: top }
.critical, .major { background: #fbb } .minor { background: #ffc }`;

/** The regulator's page as one HTML file that loads and runs nothing: what the text says, and the rows of the CSV. */
export function auditHtml(report: AuditReport): string {
  const { head, foot } = summaryLines(report);
  const rows = findingRows(report).map((row) => `<tr class="${escapedMarkup(row[0] ?? "")}">${cells("td", row)}</tr>`);
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><title>batchproof audit</title>',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<style>${STYLE}</style></head><body>`,
    ...head.map(paragraph),
    `<table><tr>${cells("th", FINDING_COLUMNS)}</tr>`,
    ...rows,
    "</table>",
    ...foot.map(paragraph),
    "</body></html>",
    "",
  ].join("\n");
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
