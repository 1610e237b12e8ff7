import { describe, expect, it } from "vitest";
import table from "../../src/policy/confusables.json" with { type: "json" };
import { mixedWord, normalFault, skeleton, textFault } from "../../src/policy/texts.ts";
import schema from "../../src/policy/schema.json" with { type: "json" };
import quality from "../../src/kinds/quality/schema.json" with { type: "json" };
import { parsePolicy } from "../../src/kinds/policy.ts";
import { lintPolicy } from "../../src/review/lint.ts";
import { errorOf, fixture, withRule } from "./support.ts";

const ari = fixture("ari-0001");

function named(analyte: string): unknown {
  const analytes = [{ analyte, unit: "%", decimals: 0, atMost: "5" }];
  return withRule(ari, "expansion/release-tests", "quality", { analytes, products: undefined });
}

function documented(document: string): unknown {
  return { ...fixture(), document };
}

const FINE = [
  "IFN-\u03b3",
  "Ringer's",
  "Ringer\u2019s",
  "\u00b5g/mL, 4 \u00b0C",
  "\u0391\u03b2\u03b3",
  "K\u00e4se \u2013 \u03b2",
  "1:10",
  "10*6{cells}",
];

const HOSTILE: readonly (readonly [string, string, string])[] = [
  ["a double quote", 'none"', "U+0022"],
  ["a typographic quote", "none\u201d, limit", "U+201D"],
  ["two apostrophes", "none'' limit", "U+0027 U+0027"],
  ["a double prime", "none\u2033", "U+2033"],
  ["a no-break space", "a\u00a0b", "U+00A0"],
  ["a thin space", "a\u2009b", "U+2009"],
  ["a line separator", "a\u2028b", "U+2028"],
  ["a combining grapheme joiner", "a\u034fb", "U+034F"],
  ["a Hangul filler", "a\u3164b", "U+3164"],
  ["a variation selector", "a\ufe0fb", "U+FE0F"],
  ["a Braille blank", "a\u2800b", "U+2800"],
  ["a leading combining mark", "\u0338a", "U+0338"],
  ["a combining mark after a space", "a \u030eb", "U+030E"],
  ["a text that is not in NFC", "cafe\u0301", "NFC"],
];

const STATEMENTS: readonly (readonly [string, string])[] = [
  ['a"; "detected" would fail', "U+0022"],
  ["Endotoxin: at most 0.5 [EU]/mL. Measuring range", "U+003A U+0020"],
  ["none; detected", "U+003B"],
  ["none\uff1b detected", "U+FF1B"],
  ["Limit\ua789 9", "U+A789 U+0020"],
];

// Verifies R-policy-texts, F40.
describe("texts of a policy", () => {
  it.each(FINE)("may be %s, as a name and as prose", (text) => {
    expect(() => parsePolicy(named(text), "p.json")).not.toThrow();
    expect(() => parsePolicy(documented(text), "p.json")).not.toThrow();
    expect([textFault(text, true), normalFault(text), mixedWord(text)]).toEqual([undefined, undefined, undefined]);
  });

  it.each(HOSTILE)("never hold %s", async (_, text, code) => {
    for (const [policy, pointer] of [
      [named(text), "/claims/7/rule/analytes/0/analyte"],
      [documented(text), "/document"],
    ] as const) {
      const error = await errorOf(() => parsePolicy(policy, "p.json"));
      expect(error).toMatchObject({ code: "policy-text", kind: "input", place: `p.json#${pointer}` });
      expect(error.message).toContain(code);
      expect(error.remedy).toMatch(/\.$/);
    }
  });

  it.each(STATEMENTS)("are no statements where they are names: %s", async (text, code) => {
    const error = await errorOf(() => parsePolicy(named(text), "p.json"));
    expect(error).toMatchObject({ code: "policy-text", place: "p.json#/claims/7/rule/analytes/0/analyte" });
    expect(error.message).toContain(code);
  });

  it("may be prose with colons and semicolons where they stand alone in their line", () => {
    expect(() => parsePolicy(documented("Specification S-1: chapter 2; chapter 3"), "p.json")).not.toThrow();
  });

  it("hold nothing that UTS 39 takes for a double quote, an apostrophe twice, or a colon before a space", () => {
    const looks = table.lookAlikes as Readonly<Record<string, string>>;
    for (const quote of ["''", "'''", "''''"].flatMap((each) => Array.from(looks[each] ?? ""))) {
      expect(textFault(`a${quote.normalize("NFC")}b`, false), quote).toBeDefined();
    }
    for (const apostrophe of looks["'"] ?? "") {
      expect(textFault(`a${(apostrophe + apostrophe).normalize("NFC")}b`, false), apostrophe).toBeDefined();
    }
    for (const colon of looks[":"] ?? "") {
      expect(textFault(`a${colon.normalize("NFC")} b`, true), colon).toBeDefined();
    }
  });

  it("are refused for one character by the schema's pattern and in words alike", () => {
    const patterns = [
      [schema.$defs.name.pattern, true],
      [schema.$defs.text.pattern, false],
      [quality.definitions.word.pattern, true],
    ] as const;
    for (const [pattern, isName] of patterns) {
      const form = new RegExp(pattern, "u");
      const differing: string[] = [];
      for (let code = 0; code < 0x20000; code++) {
        const character = String.fromCodePoint(code);
        // Control characters have the schema's own words; "|" only a word does without.
        if (/\p{C}|\|/u.test(character)) continue;
        for (const text of [`a${character}b`, `a${character}${character}b`, `a${character} b`, `${character}b`]) {
          // A space at an end is the schema's own matter too.
          if (text.startsWith(" ")) continue;
          if (form.test(text) !== (textFault(text, isName) === undefined)) differing.push(JSON.stringify(text));
        }
      }
      expect(differing).toEqual([]);
    }
  });

  it("show which of two that look the same is which, as warnings", () => {
    expect(skeleton("\u0435ndotoxin")).toBe(skeleton("endotoxin"));
    expect(skeleton("\u0421\u041e\u0421")).toBe(skeleton("COC"));
    expect(skeleton("endotoxin")).not.toBe(skeleton("endotoxins"));
    expect(mixedWord("of \u0435ndotoxin")).toBe("\u0435ndotoxin");
    const analytes = ["COC", "\u0421\u041e\u0421"].map((analyte) => ({ analyte, unit: "%", decimals: 0, atMost: "5" }));
    const policy = withRule(ari, "expansion/release-tests", "quality", { analytes, products: undefined });
    expect(lintPolicy(policy).map(({ severity, code }) => `${severity} ${code}`)).toEqual(["warning look-alike"]);
  });
});
