import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PROBLEM_MEDIA_TYPE, problemOf } from "../problem.ts";
import { IS_SLUG } from "../../formats/slug.ts";
import type { CallOutcome } from "./callEntry.ts";
import type { CallLog } from "./callLog.ts";

/** Asked by machines all the time, answered to anybody, and about nothing: not logged. */
export const OPEN_PATHS: ReadonlySet<string> = new Set(["/health", "/ready"]);

/**
 * Writes every call into the log before it is answered. What cannot be written is not answered (503), and nothing more is begun
 * then. An answer that is a stream is logged when it begins.
 */
export function logCalls(app: FastifyInstance, log: CallLog): void {
  app.addHook("onRequest", (_request, _reply, done) => {
    log.requireWorking();
    done();
  });
  app.addHook("onSend", async (request, reply, payload) => {
    if (OPEN_PATHS.has(request.routeOptions.url ?? "")) return payload;
    try {
      await log.append({ ...callOf(request), ...outcomeOf(reply, payload) });
      return payload;
    } catch (error) {
      return refusedInstead(reply, payload, error);
    }
  });
}

type Called = Pick<CallOutcome, "kind" | "caller" | "address" | "request" | "operation" | "site" | "batch" | "body">;

function callOf(request: FastifyRequest): Called {
  const { site, batch } = (request.params ?? {}) as { site?: string; batch?: string };
  return {
    kind: "call",
    // Not every call got so far that somebody asked who it was of.
    caller: (request.caller as typeof request.caller | undefined)?.id ?? null,
    address: request.ip,
    request: request.id,
    operation: request.routeOptions.config.operation ?? null,
    site: nameOf(site),
    batch: nameOf(batch),
    // Of a body that was not read to its end there is none.
    body: request.digest === "" ? null : request.digest,
  };
}

/** What goes into an address stands in the log only if it can be the name of something. */
function nameOf(text: string | undefined): string | null {
  return text !== undefined && IS_SLUG.test(text) ? text : null;
}

function outcomeOf(reply: FastifyReply, payload: unknown): Pick<CallOutcome, "status" | "code"> {
  const isProblem = String(reply.getHeader("content-type")).startsWith(PROBLEM_MEDIA_TYPE);
  const { code = null } =
    isProblem && typeof payload === "string" ? (JSON.parse(payload) as { code?: string | null }) : {};
  return { status: reply.statusCode, code };
}

/** The answer that is given in place of one that could not be logged. */
function refusedInstead(reply: FastifyReply, payload: unknown, error: unknown): string {
  if (typeof payload === "object" && payload !== null && "destroy" in payload) {
    (payload as { destroy: () => void }).destroy();
  }
  const problem = problemOf(error);
  for (const name of ["location", "retry-after", "content-length"]) reply.removeHeader(name);
  void reply.status(problem.status).type(PROBLEM_MEDIA_TYPE);
  return JSON.stringify(problem);
}
