import { visibleLines } from "./visible.ts";

/**
 * A value as `--json` prints it. JSON escapes only the first 32 controls itself; the others mean the same when they are escaped
 * too.
 */
export function jsonText(value: unknown): string {
  return `${visibleLines(JSON.stringify(value, jsonValue, 2))}\n`;
}

/** The same as a value: what JSON has no type for is said as `--json` says it. */
export function jsonValueOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, jsonValue));
}

/** bigint as decimal string, Map as object: what JSON has no type for. */
function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>);
  return value;
}
