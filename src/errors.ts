import type { ErrorCode } from "./errorCodes.ts";

/**
 * One error type for everything a user can meet. The command line prints `message`, `place` and `remedy` and takes
 * its exit code from `kind`; nothing else decides an exit code.
 */

/**
 * `no`: the answer is no (not compliant, proof invalid). `input`: bad usage or bad input. `environment`: artifact, key
 * or chain mismatch, node unreachable. `internal`: a bug of ours.
 */
export type ErrorKind = "no" | "input" | "environment" | "internal";

export const EXIT_CODE: Readonly<Record<ErrorKind, number>> = { no: 1, input: 2, environment: 3, internal: 4 };

export interface ErrorDetails {
  /** Where it is: file, file:line, file#/json/pointer, or the name of an option. */
  readonly place?: string | undefined;
  /** What the user can do about it, one sentence. */
  readonly remedy?: string | undefined;
  /** The rule or check that refused, by its one name (`gap`, `range`, ...), for tests and `--json`. */
  readonly code?: ErrorCode | undefined;
  readonly cause?: unknown;
}

export class BatchproofError extends Error {
  readonly kind: ErrorKind;
  readonly place: string | undefined;
  readonly remedy: string | undefined;
  readonly code: ErrorCode | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "BatchproofError";
    this.kind = kind;
    this.place = details.place;
    this.remedy = details.remedy;
    this.code = details.code;
  }
}

/** Bad usage or bad input: exit 2. */
export function inputError(message: string, details?: ErrorDetails): BatchproofError {
  return new BatchproofError("input", message, details);
}

/** Artifact, key or chain mismatch, node unreachable: exit 3. */
export function environmentError(message: string, details?: ErrorDetails): BatchproofError {
  return new BatchproofError("environment", message, details);
}

/** The answer is no: exit 1. */
export function refusal(message: string, details?: ErrorDetails): BatchproofError {
  return new BatchproofError("no", message, details);
}

/** Runs a check of something that was read; an error that does not say its place gets this one. */
export function placed<T>(place: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.place !== undefined) throw error;
    throw restated(error, { place });
  }
}

/** Runs a check of what a file holds; an error that names only a place inside of it ("#/...") names the file too. */
export function inFile<T>(file: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.place?.startsWith("#") !== true) throw error;
    throw restated(error, { place: `${file}${error.place}` });
  }
}

/** Runs what is about one of several things; an error names it beside its place. */
export function about<T>(thing: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    const place = error.place === undefined ? thing : `${error.place} (${thing})`;
    throw restated(error, { place });
  }
}

/** The same error, as somebody says it who knows more of it: other details in place of its own, or other words. */
export function restated(error: BatchproofError, details: ErrorDetails, message = error.message): BatchproofError {
  const { kind, place, remedy, code, cause } = error;
  return new BatchproofError(kind, message, { place, remedy, code, cause, ...details });
}

/** Texts that stand in no error, and what stands in their place. */
export type Shown = readonly (readonly [hidden: string, shown: string])[];

/** Runs what may fail with an error that names paths of this machine; the error that comes out names none of them. */
export async function showing<T>(shown: Shown, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    const told = (text: string): string => shown.reduce((left, [path, name]) => left.replaceAll(path, name), text);
    const { message, place, remedy } = error;
    const details = {
      ...(place === undefined ? {} : { place: told(place) }),
      ...(remedy === undefined ? {} : { remedy: told(remedy) }),
    };
    throw restated(error, details, told(message));
  }
}

/** What the system, TLS or a database calls a failure, to be said after it: " (ECONNREFUSED)"; nothing where it has no name. */
export function codeOf(cause: unknown): string {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === "string" && /^[A-Z0-9_]{5,60}$/.test(code) ? ` (${code})` : "";
}
