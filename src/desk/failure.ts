import { usualRemedy, type ErrorCode } from "../errorCodes.ts";
import { BatchproofError, type ErrorKind } from "../errors.ts";

/** Why there is no answer: nothing can be concluded. */
export interface Failure {
  readonly kind: ErrorKind;
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly place: string | null;
  readonly remedy: string | null;
}

/** An error that is not ours is a bug: its message may hold private values and is not told. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof BatchproofError)) {
    const name = error instanceof Error ? error.name : typeof error;
    return {
      ...{ kind: "internal", code: "internal", message: `This is a bug in batchproof (${name}).` },
      ...{ place: null, remedy: usualRemedy("internal") ?? null },
    };
  }
  const { kind, code, message, place, remedy } = error;
  const usual = code === undefined ? undefined : usualRemedy(code);
  return { kind, code: code ?? null, message, place: place ?? null, remedy: remedy ?? usual ?? null };
}
