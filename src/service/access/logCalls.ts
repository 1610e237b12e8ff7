import { createHash } from "node:crypto";
import { pipeline, Transform, type TransformCallback } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PROBLEM_MEDIA_TYPE, problemOf } from "../problem.ts";
import type { CallOutcome } from "./callEntry.ts";
import type { CallLog } from "./callLog.ts";

/** Asked by machines all the time, answered to anybody, and about nothing: not logged. */
export const OPEN_PATHS: ReadonlySet<string> = new Set(["/health", "/ready"]);

/** What goes into an address stands in the log only if it can be the name of something. */
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Writes every call into the log before it is answered. What cannot be written is not answered (503), and nothing more is begun
 * then. An answer that is a stream is logged when it begins.
 */
export function logCalls(app: FastifyInstance, log: CallLog): void {
  const bodies = new WeakMap<FastifyRequest, string>();
  app.addHook("onRequest", (_request, _reply, done) => {
    log.requireWorking();
    done();
  });
  app.addHook("preParsing", (request, _reply, payload, done) => {
    const body = new HashedBody((sha256) => bodies.set(request, sha256));
    pipeline(payload, body, () => undefined);
    done(null, body);
  });
  app.addHook("onSend", async (request, reply, payload) => {
    if (OPEN_PATHS.has(request.routeOptions.url ?? "")) return payload;
    try {
      await log.append({ ...callOf(request), ...outcomeOf(reply, payload), body: bodies.get(request) ?? null });
      return payload;
    } catch (error) {
      return refusedInstead(reply, payload, error);
    }
  });
}

type Called = Pick<CallOutcome, "kind" | "caller" | "address" | "request" | "operation" | "site" | "batch">;

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
  };
}

function nameOf(text: string | undefined): string | null {
  return text !== undefined && NAME.test(text) ? text : null;
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

/** The body as it comes, and its sha256 at its end. A body that is not read to its end has none. */
class HashedBody extends Transform {
  /** Fastify holds it against the length that was announced. */
  receivedEncodedLength = 0;
  readonly #hash = createHash("sha256");
  readonly #give: (sha256: string) => void;

  constructor(give: (sha256: string) => void) {
    super();
    this.#give = give;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.receivedEncodedLength += chunk.length;
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    if (this.receivedEncodedLength > 0) this.#give(this.#hash.digest("hex"));
    done();
  }
}
