import { expect, test } from "vitest";
import { de as dashboardDe } from "../../desk/dashboard/messages/de.ts";
import { en as dashboardEn } from "../../desk/dashboard/messages/en.ts";
import { de } from "../../desk/messages/de.ts";
import { en } from "../../desk/messages/en.ts";
import { de as siteDe } from "../../desk/site/messages/de.ts";
import { en as siteEn } from "../../desk/site/messages/en.ts";
import { SIGNATURES } from "../../src/audit/history.ts";

function namesIn(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).sort();
}

test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
  ["the desk", en, de],
  ["a site", siteEn, siteDe],
  ["the queue", dashboardEn, dashboardDe],
])("every text of the page of %s has the same values to fill in in both languages", (_, english, german) => {
  for (const [key, text] of Object.entries(english)) {
    expect(namesIn(german[key] ?? ""), key).toEqual(namesIn(text));
    expect(german[key]?.trim(), key).not.toBe("");
  }
});

test("every kind of signature has a meaning in words", () => {
  for (const kind of SIGNATURES) expect(Object.keys(en)).toContain(`meaning.${kind}`);
});
