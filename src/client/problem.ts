import { CONTRACT_ERRORS, INHERITED_ERRORS } from "../contractErrors.ts";
import { ERROR_CODES, type ErrorCode } from "../errorCodes.ts";
import { BatchproofError, environmentError, type ErrorKind } from "../errors.ts";
import { visible } from "../formats/visible.ts";

/** Longest text of a problem that is told on. */
const MOST_CHARACTERS = 2000;

const CODES: readonly object[] = [...Object.values(ERROR_CODES), CONTRACT_ERRORS, INHERITED_ERRORS];

/** What a service answered in place of what it was asked for (RFC 9457), in the words of the command line. */
export class ProblemError extends BatchproofError {
  /** Of the HTTP answer. */
  readonly status: number;
  /** Seconds after which the service wants to be asked again. */
  readonly retryAfter: number | undefined;

  constructor(status: number, title: string, details: ProblemDetails) {
    const { code, place, remedy } = details;
    super(kindOf(status), title, { code, place, remedy });
    this.name = "ProblemError";
    this.status = status;
    this.retryAfter = details.retryAfter;
  }
}

interface ProblemDetails {
  /** Undefined for a code that only another version of batchproof knows. */
  readonly code: ErrorCode | undefined;
  readonly place: string | undefined;
  readonly remedy: string | undefined;
  readonly retryAfter: number | undefined;
}

/** The error for an answer that is not the one asked for. `body`: what was read of it. */
export function problemFrom(response: Response, body: unknown): BatchproofError {
  const { status, headers } = response;
  const { title, code, place, remedy } = (typeof body === "object" && body !== null ? body : {}) as {
    readonly [name in "title" | "code" | "place" | "remedy"]?: unknown;
  };
  if (typeof title !== "string" || headers.get("content-type")?.startsWith("application/problem+json") !== true)
    return notOurs(`It answers with status ${status}, and not why.`);
  return new ProblemError(status, told(title) ?? "", {
    code: knownCode(code),
    place: told(place),
    remedy: told(remedy),
    retryAfter: retryAfterOf(response),
  });
}

/** Error `service-answer`: what answers is no service of batchproof, or something between it and the caller. */
export function notOurs(why: string, cause?: unknown): BatchproofError {
  return environmentError(`This is no answer of the service. ${why}`, { code: "service-answer", cause });
}

/** Whole seconds of `Retry-After`; undefined without one, or as a date, which the service does not send. */
export function retryAfterOf({ headers }: Response): number | undefined {
  const text = headers.get("retry-after") ?? "";
  return /^[0-9]{1,6}$/.test(text) ? Number(text) : undefined;
}

/** A text of the service as it may be shown. */
function told(text: unknown): string | undefined {
  return typeof text === "string" ? visible(text.slice(0, MOST_CHARACTERS)) : undefined;
}

function knownCode(code: unknown): ErrorCode | undefined {
  const isKnown = typeof code === "string" && CODES.some((table) => Object.hasOwn(table, code));
  return isKnown ? (code as ErrorCode) : undefined;
}

/** As the service makes a status of a kind; what it can do later is the environment's. */
function kindOf(status: number): ErrorKind {
  if (status === 422) return "no";
  if (status === 429 || status === 503) return "environment";
  return status < 500 ? "input" : "internal";
}
