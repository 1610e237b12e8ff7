import { expect, test } from "vitest";
import { de } from "../../desk/messages/de.ts";
import { en } from "../../desk/messages/en.ts";
import type { MessageKey } from "../../desk/messages/index.ts";
import { SIGNATURES } from "../../src/audit/history.ts";

function namesIn(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).sort();
}

test("every text has the same values to fill in in both languages", () => {
  for (const [key, text] of Object.entries(en) as [MessageKey, string][]) {
    expect(namesIn(de[key]), key).toEqual(namesIn(text));
    expect(de[key].trim(), key).not.toBe("");
  }
});

test("every kind of signature has a meaning in words", () => {
  for (const kind of SIGNATURES) expect(Object.keys(en)).toContain(`meaning.${kind}`);
});
