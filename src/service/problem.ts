import { Type, type Static } from "typebox";
import { failureOf } from "../desk/failure.ts";
import { BatchproofError, type ErrorKind } from "../errors.ts";
import type { ErrorCode } from "../errorCodes.ts";
import { visible } from "../formats/visible.ts";
import { overHttp } from "./remedies.ts";

/** Why there is no answer, as RFC 9457 says it, with the codes of the command line. */
export const PROBLEM = Type.Object(
  {
    type: Type.String({ description: "Where the code is explained." }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    code: Type.Union([Type.String(), Type.Null()]),
    place: Type.Union([Type.String(), Type.Null()]),
    remedy: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: "Problem", additionalProperties: false },
);
export type Problem = Static<typeof PROBLEM>;

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

const STATUS: Readonly<Record<ErrorKind, number>> = { no: 422, input: 400, environment: 503, internal: 500 };

/** Codes whose status says more than their kind's. */
const STATUS_OF: Readonly<Partial<Record<ErrorCode, number>>> = {
  "not-authenticated": 401,
  "not-allowed": 403,
  "not-found": 404,
  "batch-exists": 409,
  "idempotency-differs": 422,
  "idempotency-running": 409,
  "idempotency-quota": 429,
  "job-unknown": 404,
  "job-state": 409,
  "job-taken": 409,
  "job-attempts": 409,
  "job-stale": 409,
  "queue-full": 429,
  "upload-quota": 413,
  "words-quota": 413,
  "rate-limit": 429,
  "request-media": 415,
  "request-method": 405,
  "request-size": 413,
  "service-data": 503,
  "audit-running": 429,
  "feed-ahead": 409,
  "feed-behind": 410,
  "event-differs": 409,
  "event-quota": 429,
  "events-full": 507,
  "webhook-unknown": 404,
  locked: 409,
};

/** An error as a problem; `hidden`: texts that stand in no answer (where folders are, the whole address of a node). */
export function problemOf(error: unknown, hidden: readonly string[] = []): Problem {
  const { kind, code, message, place, remedy } = failureOf(error);
  const told = (text: string): string => visible(hidden.reduce((left, secret) => left.replaceAll(secret, "…"), text));
  const own = error instanceof BatchproofError && error.code !== undefined ? STATUS_OF[error.code] : undefined;
  return {
    type: code === null ? "about:blank" : `urn:batchproof:error:${code}`,
    title: told(message),
    status: own ?? STATUS[kind],
    code,
    place: place === null ? null : told(place),
    remedy: remedy === null ? null : overHttp(told(remedy)),
  };
}
