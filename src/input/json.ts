import { parse, type ValueNode } from "@humanwhocodes/momoa";
import canonicalize from "canonicalize";
import type { ErrorCode } from "../errorCodes.ts";
import { inputError, type BatchproofError } from "../errors.ts";
import { readBytes, type ReadOptions } from "./files.ts";

/** What a JSON file can hold here: numbers are whole and at most 2^53 - 1; quantities are decimal strings. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** Largest JSON file that is read. */
export const MAX_JSON_BYTES = 4 * 2 ** 20;
/** Largest report of an audit, some 20,000 batches. */
const MAX_LARGE_JSON_BYTES = 256 * 2 ** 20;
const MAX_DEPTH = 64;
/** A short file can hold millions of empty values, each a node in memory. The longest record has under 100,000. */
const MAX_VALUES = 200_000;

/** Values, so many at most, and of them objects and arrays. */
interface Most {
  readonly values: number;
  readonly holders: number;
}

/** Keys that reach into an object's prototype in careless code. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** JSON of another system as the texts that it holds: a number is the text that was written, whatever its size. */
export type JsonTexts = null | boolean | string | JsonTexts[] | { [key: string]: JsonTexts };

/** Enough for a million rows of four members; an empty object takes as much memory as several numbers. */
const MOST_TEXTS: Most = { values: 5_000_000, holders: 1_200_000 };

/** Reads and parses a JSON file of at most MAX_JSON_BYTES: the errors of `readBytes` and of `parseJson`. */
export async function readJson(path: string, options: ReadOptions = {}): Promise<JsonValue> {
  const ifEmpty = "Restore it from a backup.";
  return parseJson(await readBytes(path, { limit: MAX_JSON_BYTES, ifEmpty, ...options }), path);
}

/**
 * Strict JSON (RFC 8259, UTF-8). Everything two readers could understand in two ways is refused, each with its own
 * code and `file:line:column`: `json-encoding` (not UTF-8, or half of a surrogate pair), `json-bom`, `json-nul`,
 * `json-control`, `json-depth` (over 64), `json-size` (over 200,000 values), `json-trailing` (text after the value),
 * `json-duplicate-key`, `json-forbidden-key` (`__proto__`, ...), `json-nan` (also Infinity), `json-exponent`,
 * `json-fraction`, `json-negative-zero`, `json-number` (beyond 2^53 - 1), `json-syntax`.
 */
export function parseJson(bytes: Uint8Array, file: string): JsonValue {
  const text = decodeUtf8(bytes, file);
  refuseMark(text, file);
  scan(text, file);
  return toValue(parseTree(text, file), text, file);
}

/**
 * JSON of another system (RFC 8259, UTF-8, with a byte-order mark or without one). Numbers are taken as they are written.
 * Errors, with file:line:column where it is known: `json-encoding`, `json-bom` (in a later line, or a second one), `json-nul`,
 * `json-control`, `json-depth` (over 64), `json-size` (over 5,000,000 values, or 1,200,000 objects and arrays),
 * `json-duplicate-key`, `json-syntax`.
 * @param line of the file that the text is; absent: it is the whole file
 */
export function parseJsonTexts(bytes: Uint8Array, file: string, line?: number): JsonTexts {
  const whole = decodeUtf8(bytes, file);
  // Only a file begins with a mark, not a later line of it.
  const text = (line ?? 1) === 1 ? whole.replace(/^\uFEFF/, "") : whole;
  if (text.startsWith("\uFEFF")) {
    throw jsonError("A byte-order mark stands here.", "json-bom", file, positionOf(text, 0, line));
  }
  const members = scan(text, file, MOST_TEXTS, line);
  let kept = -1;
  const keep = function (this: unknown, _: string, value: unknown, told?: { readonly source?: string }): unknown {
    if (!Array.isArray(this)) kept++;
    return typeof value === "number" ? told?.source : value;
  };
  let value: JsonTexts;
  try {
    value = JSON.parse(text, keep) as JsonTexts;
  } catch (cause) {
    const [, offset] = /at position (\d+)/.exec(String(cause)) ?? [];
    const at = positionOf(text, offset === undefined ? text.length : Number(offset), line);
    throw jsonError("This is not valid JSON.", "json-syntax", file, at);
  }
  // Of a key that comes twice the parser keeps one: then fewer members are left than there are colons.
  if (kept === members) return value;
  const place = line === undefined ? file : `${file}:${line}`;
  throw inputError("A key appears twice in one object.", { place, code: "json-duplicate-key" });
}

/**
 * Our own JSON where it is too large for `parseJson`, as text: an audit's report. Errors: `json-bom`, `json-nul`, `json-control`,
 * `json-depth` (over 64), `json-size` (over 5,000,000 values, or 1,200,000 objects and arrays), `json-duplicate-key`,
 * `json-syntax`. What a number is, whoever reads the value looks at.
 */
export function parseLargeJson(text: string, file: string): unknown {
  refuseMark(text, file);
  const members = scan(text, file, MOST_TEXTS);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const [, offset] = /at position (\d+)/.exec(String(cause)) ?? [];
    const at = positionOf(text, offset === undefined ? text.length : Number(offset));
    throw jsonError("This is not valid JSON.", "json-syntax", file, at);
  }
  // Of a key that comes twice the parser keeps one: then fewer members are left than there are colons.
  if (membersIn(value) === members) return value;
  throw inputError("A key appears twice in one object.", { place: file, code: "json-duplicate-key" });
}

/** The text of a JSON file for `parseLargeJson`. Errors: those of `readBytes`, `json-encoding`. */
export async function readJsonText(path: string, options: ReadOptions = {}): Promise<string> {
  return decodeUtf8(await readBytes(path, { limit: MAX_LARGE_JSON_BYTES, ...options }), path);
}

function membersIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner = Object.values(value);
  return inner.reduce<number>((sum, each) => sum + membersIn(each), Array.isArray(value) ? 0 : inner.length);
}

/** The canonical form that is hashed: RFC 8785 (JCS). Error `json-value` for what JSON cannot hold. */
export function canonicalJson(value: unknown): string {
  try {
    const text = canonicalize(value);
    if (text !== undefined) return text;
  } catch (cause) {
    throw inputError("The value cannot be written as JSON.", { code: "json-value", cause });
  }
  throw inputError("The value cannot be written as JSON.", { code: "json-value" });
}

interface Position {
  readonly line: number;
  readonly column: number;
}

function jsonError(message: string, code: ErrorCode, file: string, at: Position): BatchproofError {
  return inputError(message, { place: `${file}:${at.line}:${at.column}`, code });
}

function positionOf(text: string, offset: number, line = 1): Position {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length + line - 1, column: (before.at(-1) ?? "").length + 1 };
}

/** The bytes of a file as text. Error `json-encoding`: they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw inputError("The file is not UTF-8 text.", { place: file, code: "json-encoding", cause });
  }
}

function refuseMark(text: string, file: string): void {
  if (text.startsWith("\uFEFF")) {
    throw inputError("The file starts with a byte-order mark.", {
      place: `${file}:1:1`,
      remedy: "Save it as UTF-8 without a byte-order mark.",
      code: "json-bom",
    });
  }
}

/**
 * Bounds depth and number of values before the recursive parser sees them, and refuses control characters. Gives the number
 * of members: of colons outside of texts.
 */
function scan(text: string, file: string, most: Most = { values: MAX_VALUES, holders: MAX_VALUES }, line = 1): number {
  let depth = 0;
  let values = 0;
  let holders = 0;
  let members = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char < " " && (inString || !"\t\n\r".includes(char))) {
      const at = positionOf(text, i, line);
      if (char === "\0") throw jsonError("A NUL character stands here.", "json-nul", file, at);
      throw jsonError("A control character stands here.", "json-control", file, at);
    }
    if (inString) {
      if (char === "\\") i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "[" || char === "{") {
      if (++depth > MAX_DEPTH) {
        throw jsonError(`Nested deeper than ${MAX_DEPTH} levels.`, "json-depth", file, positionOf(text, i, line));
      }
      values++;
      holders++;
    } else if (char === "]" || char === "}") depth--;
    else if (char === ",") values++;
    else if (char === ":") members++;
    if (values > most.values || holders > most.holders) {
      const what = values > most.values ? `${most.values} values` : `${most.holders} objects and arrays`;
      throw jsonError(`More than ${what}.`, "json-size", file, positionOf(text, i, line));
    }
  }
  return members;
}

function parseTree(text: string, file: string): ValueNode {
  try {
    return parse(text, { mode: "json", ranges: true }).body;
  } catch (error) {
    if (!isLocated(error)) throw error;
    if (/^-?(NaN|Infinity)/.test(text.slice(error.offset, error.offset + 9))) {
      throw jsonError("NaN and Infinity are not numbers.", "json-nan", file, error);
    }
    if (isJson(text.slice(0, error.offset))) {
      throw jsonError("Text follows the end of the JSON value.", "json-trailing", file, error);
    }
    // Of a text that was cut off the parser names the beginning.
    const isCutOff = error.offset === 0 && /end of input/.test(error.message) && text.trim() !== "";
    throw jsonError("This is not valid JSON.", "json-syntax", file, isCutOff ? positionOf(text, text.length) : error);
  }
}

function isLocated(error: unknown): error is Error & Position & { readonly offset: number } {
  return error instanceof Error && "line" in error && "column" in error && "offset" in error;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function toValue(node: ValueNode, text: string, file: string): JsonValue {
  switch (node.type) {
    case "Null":
      return null;
    case "Boolean":
      return node.value;
    case "String":
      return checkedString(node.value, file, node.loc.start);
    case "Number":
      return checkedNumber(text.slice(node.loc.start.offset, node.loc.end.offset), file, node.loc.start);
    case "Array":
      return node.elements.map((element) => toValue(element.value, text, file));
    case "Object":
      return toObject(node, text, file);
    case "NaN":
    case "Infinity":
      throw jsonError("This is not valid JSON.", "json-syntax", file, node.loc.start);
  }
}

function toObject(node: ValueNode & { type: "Object" }, text: string, file: string): JsonValue {
  const object: { [key: string]: JsonValue } = {};
  for (const { name, value } of node.members) {
    const key = checkedString(name.type === "String" ? name.value : name.name, file, name.loc.start);
    if (FORBIDDEN_KEYS.has(key)) {
      throw jsonError(`The key "${key}" is not allowed.`, "json-forbidden-key", file, name.loc.start);
    }
    if (Object.hasOwn(object, key)) {
      throw jsonError("This key appears twice in one object.", "json-duplicate-key", file, name.loc.start);
    }
    object[key] = toValue(value, text, file);
  }
  return object;
}

function checkedString(value: string, file: string, at: Position): string {
  if (value.includes("\0")) throw jsonError("The text holds a NUL character.", "json-nul", file, at);
  if (!value.isWellFormed()) throw jsonError("The text holds half a character.", "json-encoding", file, at);
  return value;
}

/** Why a JSON number is refused, first match first. Quantities with decimals are written as strings. */
const REFUSED_NUMBERS: readonly (readonly [code: ErrorCode, pattern: RegExp, message: string])[] = [
  ["json-exponent", /[eE]/, "A number with an exponent; write it out."],
  ["json-fraction", /\./, 'A number with decimals; quantities are strings, such as "2.0".'],
  ["json-negative-zero", /^-0+$/, "Negative zero is not a number here."],
];

function checkedNumber(literal: string, file: string, at: Position): number {
  for (const [code, pattern, message] of REFUSED_NUMBERS) {
    if (pattern.test(literal)) throw jsonError(message, code, file, at);
  }
  const value = Number(literal);
  if (!Number.isSafeInteger(value)) {
    throw jsonError("A number beyond 2^53 loses digits; write it as a string.", "json-number", file, at);
  }
  return value;
}
