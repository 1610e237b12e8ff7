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

  it("may hold words that only look like a very short identifier", () => {
    expect(publicName("the product", "--reference", ["pro"])).toBe("the product");
  });
});
