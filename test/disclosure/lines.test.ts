import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { disclosureText } from "../../src/disclosure/document.ts";
import { evidenceLeaf, evidenceRoot } from "../../src/disclosure/evidenceTree.ts";
import { discloseLines, leavesOf, type LinesJson, type SaltedLine } from "../../src/disclosure/lines.ts";
import { verifyDisclosure } from "../../src/disclosure/verify.ts";
import { BatchproofError } from "../../src/errors.ts";
import { refused } from "../input/refused.ts";
import { agreementRuns } from "../support/runs.ts";
import { attestedOf, fileOf } from "./support.ts";

const EXCEPTION = 7;
const SALT = new Uint8Array(32);

function linesOf(count: number): SaltedLine[] {
  return Array.from({ length: count }, (_, i) => ({
    salt: sha256(Uint8Array.of(i)),
    bytes: new TextEncoder().encode(`line ${i + 1}\r\n`),
  }));
}

const hash = (lines: readonly SaltedLine[]): string => `0x${bytesToHex(evidenceRoot(leavesOf(lines)))}`;

function shownUnder(json: LinesJson, evidence: string): unknown {
  const attested = attestedOf("temperature", { exceptions: new Map([[EXCEPTION, evidence]]) });
  return verifyDisclosure(fileOf("temperature", json), attested, "d.json").content;
}

const shown = (json: LinesJson, lines: readonly SaltedLine[]): unknown => shownUnder(json, hash(lines));
const refusal = (json: object, lines: readonly SaltedLine[]): string | undefined =>
  refused(() => shown(json as LinesJson, lines)).code;

/** Code of the error; undefined: none. */
function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof BatchproofError ? error.code : "another error";
  }
}

// Verifies R-disclosure-lines, R-format-evidence.
describe("lines under an exception", () => {
  it("are shown by their numbers, whatever part of whatever file", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), (count, a, b) => {
        const [first, last] = [1 + Math.min(a % count, b % count), 1 + Math.max(a % count, b % count)];
        const lines = linesOf(count);
        const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
        expect(shown(discloseLines(lines, EXCEPTION, first, last), lines)).toEqual({
          form: "lines",
          exception: EXCEPTION,
          lines: numbers.map((number) => ({ number, text: `line ${number}` })),
        });
      }),
      { numRuns: agreementRuns(60) },
    );
  });

  const lines = linesOf(11);
  const json = discloseLines(lines, EXCEPTION, 4, 7);
  const [line, ...others] = json.lines;
  const other = (hex: string): string => hex.replace(/.$/, (last) => (last === "0" ? "1" : "0"));

  it.each([
    ["a byte of a line", { lines: [{ ...line, bytes: other(line?.bytes ?? "") }, ...others] }],
    ["a salt", { lines: [{ ...line, salt: other(line?.salt ?? "") }, ...others] }],
    ["a line less", { lines: others }],
    ["two lines in another order", { lines: [others[0], line, ...others.slice(1)] }],
    ["another number", { first: 3 }],
    ["another number, in step with the tree", { first: 8 }],
    ["a count with another way up", { count: 5 }],
    ["a count of thousands of millions", { count: 2 ** 32 }],
    ["a sibling", { siblings: json.siblings.with(0, other(json.siblings[0] ?? "")) }],
    ["a sibling less", { siblings: json.siblings.slice(1) }],
    ["a sibling too many", { siblings: [...json.siblings, json.siblings[0]] }],
  ])("V214: are refused after a change of %s", (_, change) => {
    expect(refusal({ ...json, ...change }, lines)).toBe("disclosure-lines");
  });

  it("V214: are refused under another number that an odd node's way up would give them", () => {
    const three = linesOf(3);
    const [a, b] = leavesOf(three);
    if (a === undefined || b === undefined) throw new Error("three leaves");
    const pair = sha256(concatBytes(Uint8Array.of(1), a, b));
    const third = discloseLines(three, EXCEPTION, 3, 3);
    // The same way to the root: the third line of three, and the second of two.
    expect(third.siblings).toEqual([bytesToHex(pair)]);
    expect(refusal({ ...third, count: 2, first: 2 }, three)).toBe("disclosure-lines");
  });

  it("V221: are not two under one number, however the tree was made that the evidence is of", () => {
    const leaf = (number: number, text: string): Uint8Array =>
      evidenceLeaf(number, SALT, new TextEncoder().encode(text));
    const node = (left: Uint8Array, right: Uint8Array): Uint8Array =>
      sha256(concatBytes(Uint8Array.of(1), left, right));
    const [begin, after] = [node(leaf(0, "a"), leaf(1, "b")), leaf(3, "d")];
    const left = node(begin, node(leaf(2, "8.9"), after));
    const top = node(left, leaf(2, "4.5"));
    const opened = (text: string, count: number, ...siblings: readonly Uint8Array[]): LinesJson => ({
      form: "lines",
      ...{ exception: EXCEPTION, count, first: 3, siblings: siblings.map((each) => bytesToHex(each)) },
      lines: [{ salt: bytesToHex(SALT), bytes: bytesToHex(new TextEncoder().encode(text)) }],
    });
    // The third line of three, and of five.
    const ways = [opened("4.5", 3, left), opened("8.9", 5, after, begin, leaf(2, "4.5"))];
    const sized = (count: number): Uint8Array => sha256(concatBytes(hexToBytes(`02${"0".repeat(15)}${count}`), top));
    for (const [evidence, codes] of [
      [top, ["disclosure-lines", "disclosure-lines"]],
      [sized(3), [undefined, "disclosure-lines"]],
      [sized(5), ["disclosure-lines", undefined]],
    ] as const) {
      const verified = ways.map((json) => codeOf(() => shownUnder(json, `0x${bytesToHex(evidence)}`)));
      expect(verified).toEqual(codes);
    }
  });

  it("V221: are refused beyond the last one", () => {
    const leaf = evidenceLeaf(4, SALT, new Uint8Array());
    const evidence = `0x${bytesToHex(sha256(concatBytes(hexToBytes(`02${"0".repeat(15)}1`), leaf)))}`;
    const json = { ...discloseLines([{ salt: SALT, bytes: new Uint8Array() }], EXCEPTION, 1, 1), first: 5 };
    expect(codeOf(() => shownUnder(json, evidence))).toBe("disclosure-lines");
  });

  it("V221: are refused where one of them holds several, which would be shown with numbers of their own", () => {
    const crafted = [{ salt: SALT, bytes: new TextEncoder().encode("4.5\n2: 4.6\n") }];
    expect(refusal(discloseLines(crafted, EXCEPTION, 1, 1), crafted)).toBe("disclosure-lines");
  });

  it("V221: show a mark at their beginning, which most programs hide", () => {
    const marked = [{ salt: SALT, bytes: Uint8Array.of(0xef, 0xbb, 0xbf, 0x37) }];
    expect(shown(discloseLines(marked, EXCEPTION, 1, 1), marked)).toMatchObject({ lines: [{ text: "\ufeff7" }] });
  });

  it("are refused under an exception that the claim does not have", () => {
    expect(refusal({ ...json, exception: 8 }, lines)).toBe("disclosure-exception");
  });

  it("have leaves that hold number, salt and bytes in this order", () => {
    const leaf = sha256(concatBytes(hexToBytes(`00${"0".repeat(15)}5`), Uint8Array.of(9), Uint8Array.of(8)));
    expect(evidenceLeaf(5, Uint8Array.of(9), Uint8Array.of(8))).toEqual(leaf);
  });
});

it("lines that nobody could read back are not disclosed", () => {
  const of = (length: number): string => {
    const line = { salt: SALT, bytes: new Uint8Array(length) };
    return disclosureText(fileOf("temperature", discloseLines([line], EXCEPTION, 1, 1)));
  };
  expect(of(2 ** 21 - 2 ** 10).length).toBeLessThan(2 ** 22);
  expect(refused(() => of(2 ** 21)).code).toBe("disclosure-size");
});
