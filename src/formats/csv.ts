import { visible } from "./visible.ts";

/** A table as CSV (RFC 4180). */
export function tableCsv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** What a spreadsheet takes for the beginning of a formula, the wide forms in East Asia; spaces and quotes may stand before. */
const FORMULA = /(?<before>^|[,;|])(?<between>[\s"']*)(?=[=+\-@|%＝＋－＠])/gu;

/**
 * A quoted cell of one line. Whatever could begin a formula has an apostrophe before it, also where only a program that
 * separates cells by another character than ours would see a beginning.
 */
function cell(text: string): string {
  const inert = visible(text).replace(FORMULA, "$<before>$<between>'");
  return `"${inert.replaceAll('"', '""')}"`;
}
