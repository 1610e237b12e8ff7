import type { AuditReport } from "../../src/audit/report.ts";
import { t } from "../messages/index.ts";
import { utc } from "./format.ts";

/** What stands in the margins of every page of paper, beside the number of the page. */
export interface Margins {
  readonly topLeft: string;
  readonly topRight: string;
  readonly bottomLeft: string;
}

const sheet = new CSSStyleSheet();

/** Prints on every page of paper which register it is, the block and its hash, and which page of how many. */
export function headPages({ registry, chainId, block, hash, at }: AuditReport): void {
  printMargins({
    topLeft: `${t("page.register")} ${registry} · ${t("ground.chain", { chain: String(chainId) })}`,
    topRight: `${t("print.block")} ${block} · ${utc(at)}`,
    bottomLeft: hash,
  });
}

/** Prints these on every page: a style sheet of the page's margins, because what stands in the page itself is printed once. */
export function printMargins({ topLeft, topRight, bottomLeft }: Margins): void {
  sheet.replaceSync(`@page {
    @top-left { content: ${quoted(topLeft)} }
    @top-right { content: ${quoted(topRight)} }
    @bottom-left { content: ${quoted(bottomLeft)} }
    @bottom-right { content: ${quoted(`${t("print.page")} `)} counter(page) ${quoted(` ${t("print.of")} `)} counter(pages) }
  }`);
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
}

/** Prints nothing in the margins any more: what stood there is no longer on the page. */
export function clearMargins(): void {
  sheet.replaceSync("");
}

/** A text as a string of CSS, in which nothing ends it: whatever is no plain letter, digit or sign is escaped. */
function quoted(text: string): string {
  return `"${text.replace(/[^ \w.:·()-]/gu, (found) => `\\${(found.codePointAt(0) ?? 0).toString(16)} `)}"`;
}
