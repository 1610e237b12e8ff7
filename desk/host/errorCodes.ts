import type { ErrorCode } from "../../src/errorCodes.ts";
import { remedies } from "virtual:pinned";

export * from "../../src/errorCodes.ts";

/** The page checks no policies for sense, which is what the names of a group are asked for. */
export function codesOf(): readonly never[] {
  return [];
}

/** As in src/errorCodes.ts; the page has the remedies alone. */
export function usualRemedy(code: ErrorCode): string | undefined {
  return remedies.get(code);
}
