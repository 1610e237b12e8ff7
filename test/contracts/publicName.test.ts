import { describe, expect, it } from "vitest";
import { publicName } from "../../src/chain/publicName.ts";
import { refused } from "../input/refused.ts";

// Verifies R-cli-private.
describe("a reference that goes on chain", () => {
  it("is a name without spaces at its ends", () => {
    expect(publicName("  DEV-1: device ", "--reference")).toBe("DEV-1: device");
    expect(publicName("x".repeat(31), "--reference")).toBe("x".repeat(31));
  });

  it.each([
    ["nothing", " "],
    ["over 31 characters", "x".repeat(32)],
    ["two lines", "a\nb"],
    ["a letter outside ASCII", "Ger\u00e4t"],
    ["a character that turns the text around", "a\u202eb"],
  ])("is not %s", (_what, text) => {
    expect(refused(() => publicName(text, "--reference"))).toMatchObject({ code: "name", place: "--reference" });
  });

  // Verifies F7.
  it.each([
    ["in its own letters", "for COI-0815 only"],
    ["in other letters", "for coi-0815 only"],
  ])("does not name what is hidden, %s", (_what, text) => {
    expect(refused(() => publicName(text, "--reference", ["COI-0815"])).code).toBe("private");
  });

  // Verifies F7, V125.
  it.each([
    ["of four characters, one of them a separator", "A-17", "of a-17"],
    ["separated otherwise", "COI-0815", "C.O.I 08/15"],
    ["not separated", "COI-0815", "xcoi0815x"],
    ["with letters for digits", "COI-0815", "CO1-O8l5"],
    ["in digits that are read as others", "LOT-52B0", "lot s28o"],
    ["hidden in wide letters", "ＣＯＩ－０８１５", "COI-0815"],
    ["hidden in Cyrillic letters", "СОІ-0815", "coi 0815"],
    ["hidden in Greek letters", "ΚΑΤΕ-7", "kate7"],
    ["hidden with accents", "Prüflos-Ä7", "pruflos a7"],
    ["hidden with spaces that nobody sees", "CO\u200bI\u00ad-\u00a00815", "COI-0815"],
    ["hidden in a ligature", "ﬁve-9", "FIVE9"],
  ])("does not name what is hidden, %s", (_what, secret, text) => {
    expect(refused(() => publicName(text, "--reference", [secret])).code).toBe("private");
  });

  it("may hold another identifier, and ordinary words", () => {
    for (const text of ["DEV-0816", "deviation of 2026", "CAPA 17/4 coil"]) {
      expect(publicName(text, "--reference", ["COI-0815", "LOT-52B0", "x-1"])).toBe(text);
    }
  });

  it("may hold words that only look like a very short identifier", () => {
    expect(publicName("the product", "--reference", ["pro"])).toBe("the product");
  });
});
