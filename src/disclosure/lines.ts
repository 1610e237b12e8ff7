import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { COUNT, defineCheck, hexBytes, object } from "../formats/document.ts";
import type { Attested } from "./attested.ts";
import type { DisclosedLines } from "./disclosed.ts";
import { misfit } from "./errors.ts";
import { evidenceLeaf, evidenceRange, rootOfRange } from "./evidenceTree.ts";

/** Lines under the evidence of an exception, and the way from them to its hash. */
export interface LinesJson {
  readonly form: "lines";
  /** Number of the exception. */
  readonly exception: number;
  /** How many lines there are, signatures included: the way up follows from it, and the root holds it. */
  readonly count: number;
  /** Number of the first that is shown, from 1: its leaf holds it. */
  readonly first: number;
  readonly lines: readonly LineJson[];
  readonly siblings: readonly string[];
}

interface LineJson {
  readonly salt: string;
  /** With its line end, hex. */
  readonly bytes: string;
}

/** Most lines of one disclosure, and of an evidence. */
export const MOST_LINES = 10_000;
const MOST_COUNT = 2 ** 32;
/** Two on each level. */
const MOST_SIBLINGS = 64;
const HASH = hexBytes(32);
const LINE_END = 0x0a;

/** Whether parsed JSON has the shape. Error `disclosure-file`. */
export const checkLines = defineCheck<LinesJson>(
  object({
    form: { const: "lines" },
    exception: { ...COUNT, minimum: 1 },
    count: { ...COUNT, minimum: 1, maximum: MOST_COUNT },
    first: { ...COUNT, minimum: 1, maximum: MOST_COUNT },
    lines: {
      type: "array",
      minItems: 1,
      maxItems: MOST_LINES,
      items: object({ salt: HASH, bytes: { type: "string", pattern: "^([0-9a-f]{2})*$" } }),
    },
    siblings: { type: "array", maxItems: MOST_SIBLINGS, items: HASH },
  }),
  "disclosure of lines",
  "disclosure-file",
);

/** A line of the evidence as it is committed to. */
export interface SaltedLine {
  readonly salt: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The leaves of an evidence, in the order of its lines. */
export function leavesOf(lines: readonly SaltedLine[]): Uint8Array[] {
  return lines.map(({ salt, bytes }, i) => evidenceLeaf(i, salt, bytes));
}

/** The disclosure of lines `first` to `last`, which are there, counted from 1. */
export function discloseLines(all: readonly SaltedLine[], exception: number, first: number, last: number): LinesJson {
  const shown = all.slice(first - 1, last);
  const { count, siblings } = evidenceRange(leavesOf(all), first - 1, shown.length);
  return {
    form: "lines",
    ...{ exception, count, first },
    lines: shown.map(({ salt, bytes }) => ({ salt: bytesToHex(salt), bytes: bytesToHex(bytes) })),
    siblings: siblings.map((each) => bytesToHex(each)),
  };
}

/**
 * The lines that are shown. Errors: `disclosure-exception` (the claim has no such exception), `disclosure-lines` (they do not give its
 * evidence: a line, a salt, a number or the way up is another one; or one holds several).
 */
export function openLines({ exception, count, first, lines, siblings }: LinesJson, attested: Attested): DisclosedLines {
  const evidence = attested.exceptions.get(exception);
  if (evidence === undefined) {
    throw misfit("disclosure-exception", `The claim has no exception ${exception}.`, "content/exception");
  }
  const given = lines.map(({ salt, bytes }) => ({ salt: hexToBytes(salt), bytes: hexToBytes(bytes) }));
  const leaves = given.map(({ salt, bytes }, i) => evidenceLeaf(first - 1 + i, salt, bytes));
  const range = { count, first: first - 1, siblings: siblings.map((each) => hexToBytes(each)) };
  const root = rootOfRange(leaves, range);
  if (root === undefined || `0x${bytesToHex(root)}` !== evidence) {
    throw misfit("disclosure-lines", "The lines do not give the hash that the exception published.", "content/lines");
  }
  // Whoever raised the exception chose the leaves: one of several lines would be shown as lines with numbers of their own.
  if (given.some(({ bytes }) => bytes.subarray(0, -1).includes(LINE_END))) {
    throw misfit("disclosure-lines", "One of the lines holds several.", "content/lines");
  }
  const text = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    form: "lines",
    exception,
    lines: given.map(({ bytes }, i) => ({ number: first + i, text: text.decode(bytes).replace(/\r?\n$/, "") })),
  };
}
