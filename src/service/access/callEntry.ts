import { createHash } from "node:crypto";
import { defineCheck } from "../../formats/document.ts";
import { inputError } from "../../errors.ts";
import { canonicalJson, decodeUtf8, parseJson, type JsonValue } from "../../input/json.ts";

/** One line of the log of calls: canonical JSON, and the sha256 of the line before. docs/spec/service-security.md, Log of calls. */

/** What stands before the first line. */
export const NO_LINE = "0".repeat(64);

/** Longest line in bytes. */
export const LONGEST_LINE = 8192;

/** A call and what became of it; null: not known, or not so. */
export interface CallOutcome {
  readonly kind: "call";
  /** `Caller.id`; null: nobody could say who it was. */
  readonly caller: string | null;
  readonly address: string | null;
  readonly request: string;
  /** Operation of the API; null: the address is none of it. */
  readonly operation: string | null;
  readonly site: string | null;
  readonly batch: string | null;
  /** sha256 of the bytes of the body as it came; null: none, or not read to its end. */
  readonly body: string | null;
  readonly status: number;
  readonly code: string | null;
}

/** The end of a file that a kill left unfinished: it is no line, and stays where it is. */
export interface TornEnd {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The log was opened or closed; opened after a kill it says what was left unfinished. */
export type LogEvent =
  CallOutcome | { readonly kind: "start"; readonly torn: readonly TornEnd[] } | { readonly kind: "stop" };

/** A line. */
export type LogEntry = LogEvent & {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Milliseconds of the clock of the service since 1970. */
  readonly time: number;
  /** The clock was set back since the line before: the order of lines counts, not their times. */
  readonly clockBack: boolean;
  readonly previous: string;
};

const NAME = { type: ["string", "null"], maxLength: 600 } as const;
const HASH = { type: "string", pattern: "^[0-9a-f]{64}$" } as const;
const NUMBER = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
const EVERY_LINE = { seq: NUMBER, time: NUMBER, clockBack: { type: "boolean" }, previous: HASH } as const;
const TORN = closed({ file: { type: "string", maxLength: 40 }, bytes: NUMBER, sha256: HASH });

const isEntry = defineCheck<LogEntry>(
  {
    oneOf: [
      closed({
        ...EVERY_LINE,
        kind: { const: "call" },
        caller: NAME,
        address: NAME,
        request: { type: "string", maxLength: 100 },
        operation: NAME,
        site: NAME,
        batch: NAME,
        body: { type: ["string", "null"], pattern: "^[0-9a-f]{64}$" },
        status: NUMBER,
        code: NAME,
      }),
      closed({ ...EVERY_LINE, kind: { const: "start" }, torn: { type: "array", maxItems: 1000, items: TORN } }),
      closed({ ...EVERY_LINE, kind: { const: "stop" } }),
    ],
  },
  "line of a log of calls",
  "log-broken",
);

function closed(properties: Readonly<Record<string, object>>): object {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

/** sha256 in hex. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A line without its end, as it is hashed and written. */
export function entryLine(entry: LogEntry): string {
  return canonicalJson(entry);
}

/** Reads a line that is exactly what `entryLine` writes. Error `log-broken`. */
export function parseEntry(line: Uint8Array, place: string): LogEntry {
  const value = jsonOf(line, place);
  if (value === undefined || canonicalJson(value) !== Buffer.from(line).toString("utf8")) {
    throw logBroken("This line is not one that the service writes.", place);
  }
  return isEntry(value, place);
}

function jsonOf(line: Uint8Array, place: string): JsonValue | undefined {
  try {
    decodeUtf8(line, place);
    return parseJson(line, place);
  } catch {
    return undefined;
  }
}

/** Error `log-broken`, at a line. */
export function logBroken(message: string, place: string): Error {
  return inputError(message, {
    code: "log-broken",
    place,
    remedy: "Compare it with the copy that was exported last, and find out who changed it.",
  });
}
