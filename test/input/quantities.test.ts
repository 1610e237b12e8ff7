import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMicro, parseMicro } from "../../src/input/quantities.ts";
import { refused } from "./refused.ts";

describe("parseMicro", () => {
  it.each([
    ["\u22120.5", "\u22120.5"],
    ["≤\u00a00.5", "≤U+00A00.5"],
    ["0.5\u202e\n", "0.5U+202EU+000A"],
    ["\u{1f321}".repeat(25), `${"\u{1f321}".repeat(24)}...`],
  ])("quotes %j, and names by its code point what cannot be seen", (text, quoted) => {
    expect(refused(() => parseMicro(text, "f:7")).message).toBe(`This is not a decimal number: "${quoted}".`);
  });

  it.each([
    ["2.0", 2_000_000n],
    ["-0.5", -500_000n],
    ["+8.0", 8_000_000n],
    ["0", 0n],
    ["-0.0", 0n],
    ["0.000001", 1n],
    ["-0.000001", -1n],
    ["999999999.999999", 999_999_999_999_999n],
    ["83.144", 83_144_000n],
    ["-9998", -9_998_000_000n],
    ["-9999.1", -9_999_100_000n],
    ["9999", 9_999_000_000n],
  ])("reads %s exactly", (text, micro) => {
    expect(parseMicro(text, "f:1")).toBe(micro);
  });

  it.each([
    ["quantity-blank", ["", " ", "\t"]],
    ["quantity-comma", ["2,0", "-0,5", "1,234.5", "1.234,5"]],
    ["quantity-exponent", ["1e5", "2.0E-3", "-1e+2"]],
    ["quantity-nan", ["NaN", "nan", "Infinity", "-inf"]],
    ["reading-missing", ["--.-", "-", "---", "-.-", "--.--"]],
    ["reading-sentinel", ["-9999", "-9999.0", "-09999.00"]],
    ["quantity-precision", ["2.0000000", "0.0000001"]],
    ["quantity-size", ["1000000000", "12345678901234567890"]],
    [
      "quantity-syntax",
      [" 2.0", "2.0 ", "2.", ".5", "02.0", "+-2", "\u22122", "\u0662", "0x10", "2.0 C", "1_000", "2.0.0", "abc"],
    ],
  ])("refuses as %s", (code, texts) => {
    for (const text of texts) {
      expect(refused(() => parseMicro(text, "f:7"))).toMatchObject({ code, place: "f:7", kind: "input" });
    }
  });

  it("quotes foreign text on one short line", () => {
    const { message } = refused(() => parseMicro(`\u001b[31m\n${"y".repeat(1000)}`, "f"));
    expect(message).toMatch(/^[\x20-\x7e]{1,80}$/);
  });
});

describe("formatMicro", () => {
  it("writes at least the decimals asked for and no spare zeros", () => {
    expect([2_000_000n, -500_000n, 1n, -1n, 0n, 12_340_000n].map((micro) => formatMicro(micro))).toEqual([
      "2.0",
      "-0.5",
      "0.000001",
      "-0.000001",
      "0.0",
      "12.34",
    ]);
    expect(formatMicro(2_000_000n, 0)).toBe("2");
    expect(formatMicro(2_500_000n, 3)).toBe("2.500");
  });

  it("is the inverse of parseMicro", () => {
    fc.assert(
      fc.property(fc.bigInt(-999_999_999_999_999n, 999_999_999_999_999n), (micro) => {
        // -9999 is a mark for a missing value, the one number that cannot be read back.
        fc.pre(micro !== -9_999_000_000n);
        expect(parseMicro(formatMicro(micro), "f")).toBe(micro);
      }),
    );
  });
});
