import { describe, expect, it } from "vitest";
import { publicText } from "../../src/chain/publicText.ts";
import { refused } from "../input/refused.ts";

// Verifies R-cli-private.
describe("a public text", () => {
  it("is one line in NFC without spaces at its ends", () => {
    expect(publicText("  DEV-1: Gera\u0308t ", "--reason")).toBe("DEV-1: Gerät");
  });

  it.each([
    ["nothing", " "],
    ["over 500 characters", "x".repeat(501)],
    ["two lines", "a\nb"],
    ["a character that turns the text around", "a\u202eb"],
  ])("is not %s", (_what, text) => {
    expect(refused(() => publicText(text, "--reason"))).toMatchObject({ code: "public-text", place: "--reason" });
  });

  // Verifies F7.
  it.each([
    ["in its own letters", "for COI-0815 only"],
    ["in other letters", "for coi-0815 only"],
    ["with a decomposed letter", "for Patientin Mu\u0308ller"],
  ])("does not name what is hidden, %s", (_what, text) => {
    expect(refused(() => publicText(text, "--reason", ["COI-0815", "müller"])).code).toBe("private");
  });

  it("may hold words that only look like a very short identifier", () => {
    expect(publicText("the product", "--reason", ["pro"])).toBe("the product");
  });
});
