import { request as requestHttps, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { BatchproofError, environmentError } from "../errors.ts";
import { sleep } from "../sleep.ts";
import { notOurs } from "./problem.ts";

/** Sends a request, as `fetch` does. */
export type Send = (request: Request) => Promise<Response>;

/** Longest answer that is read: a report of many batches. */
const MOST_BYTES = 2 ** 28;
const ATTEMPTS = 3;
const PAUSE_MS = 500;

/** What TLS takes besides the authorities that Node.js trusts; all PEM. */
export interface Credentials {
  /** Who signed the service's certificate. */
  readonly ca?: string | Uint8Array | undefined;
  /** The caller's own certificate and its key. */
  readonly cert?: string | Uint8Array | undefined;
  readonly key?: string | Uint8Array | undefined;
}

/** Sends over TLS with credentials of one's own, which the `fetch` of Node.js takes only for a whole process. */
export function sendWith({ ca, cert, key }: Credentials): Send {
  const credentials: RequestOptions = Object.fromEntries(
    Object.entries({ ca, cert, key }).flatMap(([name, pem]) => (pem === undefined ? [] : [[name, Buffer.from(pem)]])),
  );
  return async (request) => {
    const body = Buffer.from(await request.arrayBuffer());
    const { method, signal } = request;
    const headers = { ...Object.fromEntries(request.headers), "content-length": String(body.length) };
    return await new Promise((done, failed) => {
      const sent = requestHttps(request.url, { ...credentials, method, headers, signal }, (answer) => {
        done(responseOf(answer));
      });
      sent.on("error", failed);
      sent.end(body);
    });
  };
}

function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 0, headers } = answer;
  const named = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const hasNone = [204, 205, 304].includes(status);
  if (hasNone) answer.resume();
  return new Response(hasNone ? null : (Readable.toWeb(answer) as ReadableStream), { status, headers: named });
}

/**
 * Sends, and again while nothing answers: a request that changes something has a key, under which it is done once. Errors:
 * `service-silent`, `service-answer` (also for a redirect: the caller's token goes to nobody else).
 * @param timeout milliseconds for one attempt
 */
export async function sendPatiently(send: Send, request: Request, timeout: number): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeout)]);
      return await wholeOf(await send(new Request(request.clone(), { signal })));
    } catch (cause) {
      if (cause instanceof BatchproofError || request.signal.aborted) throw cause;
      if (attempt === ATTEMPTS) throw silent(cause);
    }
    await sleep(PAUSE_MS * attempt);
  }
}

function silent(cause: unknown): BatchproofError {
  return environmentError("The service does not answer.", { code: "service-silent", cause });
}

/** An answer that was read to its end. Error `service-answer`: it has none, or sends elsewhere. */
async function wholeOf(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  if (answer.redirected || (status >= 300 && status < 400)) throw notOurs("It sends elsewhere.");
  if (status === 204) return new Response(null, { status, headers });
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw notOurs("It is too long.");
    parts.push(part);
  }
  return new Response(Buffer.concat(parts), { status, headers });
}
