import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { MAX_JSON_BYTES, canonicalJson, parseJson, readJson } from "../../src/input/json.ts";
import { refused, refusedAsync } from "./refused.ts";

const parse = (text: string): unknown => parseJson(Buffer.from(text), "f.json");
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

// Verifies R-files-json.
describe("parseJson", () => {
  it("reads what JSON can hold", () => {
    const text = '{"a":[1,-2,0,true,false,null,"\\u00e9\\n\\"",{}],"b":{"":9007199254740991}}';
    expect(parse(text)).toEqual(JSON.parse(text));
    const brackets = JSON.stringify([`"\\${"[".repeat(100)}`]);
    expect(parse(brackets)).toEqual(JSON.parse(brackets));
    expect(parse(` \t\r\n${nested(64)} `)).toEqual(JSON.parse(nested(64)));
  });

  const cases: readonly (readonly [name: string, text: string, code: string, place: string])[] = [
    ["a duplicate key", '{"a":1,\n "b":2,\n "a":3}', "json-duplicate-key", "3:2"],
    ["a duplicate key spelt otherwise", '{"a":1,"\\u0061":3}', "json-duplicate-key", "1:8"],
    ["__proto__", '[{"__proto__":{}}]', "json-forbidden-key", "1:3"],
    ["__proto__ spelt otherwise", '{"\\u005f_proto__":1}', "json-forbidden-key", "1:2"],
    ["constructor", '{"x":{"constructor":1}}', "json-forbidden-key", "1:7"],
    ["prototype", '{"prototype":1}', "json-forbidden-key", "1:2"],
    ["2^53", "[9007199254740992]", "json-number", "1:2"],
    ["-2^53", "[-9007199254740992]", "json-number", "1:2"],
    ["20 digits", '{"v":12345678901234567890}', "json-number", "1:6"],
    ["NaN", '{"v": NaN}', "json-nan", "1:7"],
    ["Infinity", "[Infinity]", "json-nan", "1:2"],
    ["-Infinity", "[-Infinity]", "json-nan", "1:2"],
    ["an exponent", '{"v":1e5}', "json-exponent", "1:6"],
    ["an exponent with decimals", "[1.5E+3]", "json-exponent", "1:2"],
    ["negative zero", "[1,-0]", "json-negative-zero", "1:4"],
    ["a fraction", '{"t":2.0}', "json-fraction", "1:6"],
    ["65 levels", nested(65), "json-depth", "1:65"],
    ["a million open brackets", "[".repeat(1_000_000), "json-depth", "1:65"],
    ["brackets in objects", '{"a":'.repeat(65), "json-depth", "1:321"],
    ["a raw NUL", '{"a":\0}', "json-nul", "1:6"],
    ["a NUL in a text", '["a\0b"]', "json-nul", "1:4"],
    ["an escaped NUL", '["a\\u0000b"]', "json-nul", "1:2"],
    ["an escaped NUL in a key", '{"\\u0000":1}', "json-nul", "1:2"],
    ["a raw line end in a text", '["a\nb"]', "json-control", "1:4"],
    ["a form feed between values", "[1,\f2]", "json-control", "1:4"],
    ["a byte-order mark", "\uFEFF{}", "json-bom", "1:1"],
    ["text after the value", '{"a":1} x', "json-trailing", "1:9"],
    ["a second value", '{}\n{"b":1}', "json-trailing", "2:1"],
    ["a closing bracket too much", "[1]]", "json-trailing", "1:4"],
    ["half a surrogate pair", '["\\ud800"]', "json-encoding", "1:2"],
    ["a missing bracket", "[1,\n2", "json-syntax", "2:1"],
    ["a text that was cut off", '{"a":\n[', "json-syntax", "2:2"],
    ["a trailing comma", "[1,]", "json-syntax", "1:4"],
    ["a comment", "[1, // one\n2]", "json-syntax", "1:5"],
    ["single quotes", "{'a':1}", "json-syntax", "1:2"],
    ["a bare key", "{a:1}", "json-syntax", "1:2"],
    ["a leading zero", "[01]", "json-syntax", "1:2"],
    ["a plus sign", "[+1]", "json-syntax", "1:2"],
    ["a no-break space", "[\u00a01]", "json-syntax", "1:2"],
    ["nothing but blanks", "  \n ", "json-syntax", "1:1"],
  ];
  it.each(cases)("refuses %s", (_, text, code, place) => {
    const error = refused(() => parse(text));
    expect(error).toMatchObject({ code, kind: "input" });
    expect(error.place).toBe(`f.json:${place}`);
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(refused(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), "f")).code).toBe("json-encoding");
    expect(refused(() => parseJson(Buffer.from('{"a":1}', "utf16le"), "f")).code).toBe("json-nul");
  });

  it("bounds the number of values, not only the bytes", () => {
    expect(parse(`[${"0,".repeat(199_000)}0]`)).toHaveLength(199_001);
    expect(refused(() => parse(`[${"0,".repeat(300_000)}0]`)).code).toBe("json-size");
  });

  it("is as strict as the platform's parser, and agrees with it on every text it accepts", () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"b"',
      '"',
      "\\",
      "1",
      "-",
      "0",
      ".5",
      "e1",
      "true",
      "null",
      " ",
      "/",
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 9 }).map((parts) => parts.join(""));
    const json = fc.json({ maxDepth: 3 });
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(text, json), (sample) => {
        let value: unknown;
        try {
          value = parse(sample);
        } catch (error) {
          expect(error).toBeInstanceOf(BatchproofError);
          return;
        }
        accepted++;
        expect(value).toEqual(JSON.parse(sample));
      }),
      { numRuns: 3000, seed: 1 },
    );
    expect(accepted).toBeGreaterThan(300);
  });
});

// Verifies R-files-json.
describe("readJson", () => {
  it("names the file, and reads no more than its limit", async () => {
    const dir = await mkdtemp(join(tmpdir(), "batchproof-json-"));
    try {
      const path = join(dir, "policy.json");
      await writeFile(path, '{"a":\n1e5}');
      expect((await refusedAsync(readJson(path))).place).toBe(`${path}:2:1`);
      await writeFile(path, `"${"a".repeat(MAX_JSON_BYTES)}"`);
      expect((await refusedAsync(readJson(path))).code).toBe("file-size");
      await writeFile(path, '{"a": [1]}');
      expect(await readJson(path, { within: dir })).toEqual({ a: [1] });
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

// Verifies R-format-json.
describe("canonicalJson", () => {
  it("is RFC 8785: sorted by UTF-16 units, no blanks, shortest escapes", () => {
    // The sorting example of RFC 8785, section 3.2.3.
    const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 };
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}');
  });

  it("refuses what JSON cannot hold", () => {
    for (const value of [undefined, NaN, 1n, "\ud800", { a: Infinity }]) {
      expect(refused(() => canonicalJson(value)).code).toBe("json-value");
    }
  });

  it("survives a round trip", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.oneof(fc.integer(), fc.boolean())), (value) => {
        expect(canonicalJson(parse(canonicalJson(value)))).toBe(canonicalJson(value));
      }),
    );
  });
});
