import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isName, nameText, nameWord } from "../../src/formats/names.ts";
import { refused } from "../input/refused.ts";

// Verifies R-register-texts, V52.
describe("a name on chain", () => {
  it("is read as it was written, but for a backslash, which is doubled", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{1,31}$/), (name) => {
        expect(nameText(nameWord(name))).toBe(name.replaceAll("\\", "\\\\"));
      }),
    );
  });

  it.each(["", "x".repeat(32), "Ger\u00e4t", "a\u0000", "a\n", "\u202e"])("is not %j", (text) => {
    expect(isName(text)).toBe(false);
    expect(refused(() => nameWord(text)).code).toBe("name");
  });

  it("is readable whatever stands in the word, and no two words read alike but for zeros at the end", () => {
    const word = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => `0x${Buffer.from(bytes).toString("hex")}`);
    fc.assert(
      fc.property(word, word, (one, other) => {
        expect(nameText(one)).toMatch(/^[ -~]*$/);
        expect(nameText(one) === nameText(other)).toBe(one === other);
      }),
    );
    expect(nameText(`0x${"ff".repeat(32)}`)).toBe("\\xff".repeat(32));
    expect(nameText(`0x${"0".repeat(64)}`)).toBe("");
    expect(nameText(`0x41${"0".repeat(60)}0a`)).toContain("\\x0a");
  });
});
