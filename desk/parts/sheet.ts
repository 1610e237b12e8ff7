import type { AuditReport } from "../../src/audit/report.ts";
import { t } from "../messages/index.ts";
import { utc } from "./format.ts";

const sheet = new CSSStyleSheet();

/**
 * Prints on every page of paper which register it is, the block and its hash, and which page of how many: a style sheet of the
 * page's margins, because what stands in the page itself is printed once.
 */
export function headPages({ registry, chainId, block, hash, at }: AuditReport): void {
  const register = `${t("page.register")} ${registry} · ${t("ground.chain", { chain: String(chainId) })}`;
  sheet.replaceSync(`@page {
    @top-left { content: ${quoted(register)} }
    @top-right { content: ${quoted(`${t("print.block")} ${block} · ${utc(at)}`)} }
    @bottom-left { content: ${quoted(hash)} }
    @bottom-right { content: ${quoted(`${t("print.page")} `)} counter(page) ${quoted(` ${t("print.of")} `)} counter(pages) }
  }`);
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
}

/** A text as a string of CSS, in which nothing ends it: whatever is no plain letter, digit or sign is escaped. */
function quoted(text: string): string {
  return `"${text.replace(/[^ \w.:·()-]/gu, (found) => `\\${(found.codePointAt(0) ?? 0).toString(16)} `)}"`;
}
