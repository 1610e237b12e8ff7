import { randomUUID } from "node:crypto";
import createFetchClient, {
  type Client,
  type ClientPathsWithMethod,
  type MaybeOptionalInit,
  type MethodResponse,
} from "openapi-fetch";
import { environmentError, inputError } from "../errors.ts";
import { sleep } from "../sleep.ts";
import { notOurs, ProblemError, problemFrom, retryAfterOf } from "./problem.ts";
import type { paths } from "./schema.ts";
import { sendPatiently, sendWith, type Credentials, type Send } from "./transport.ts";

/** A service of batchproof, called from a program, with the types of its OpenAPI document. */

export { BatchproofError, EXIT_CODE, type ErrorKind } from "../errors.ts";
export type { ErrorCode } from "../errorCodes.ts";
export { ProblemError } from "./problem.ts";
export type { components, operations, paths } from "./schema.ts";

export interface ClientOptions extends Credentials {
  /** https://host[:port], or http://... of this machine. */
  readonly url: string;
  /** Of a machine, or of an issuer that the service knows; absent: the certificate says who calls. */
  readonly token?: string | undefined;
  /** Sends in place of the `fetch` of Node.js; `ca`, `cert` and `key` are then its own affair. */
  readonly fetch?: Send | undefined;
  /** Seconds for one attempt of a call; 120. */
  readonly timeout?: number | undefined;
}

/** What was answered. */
export interface Answer<T> {
  readonly data: T;
  /** 202: it was begun. */
  readonly status: number;
  /** Of what was made or begun. */
  readonly location: string | undefined;
  /** Seconds after which it is worth to ask how it stands. */
  readonly retryAfter: number | undefined;
}

type Service = Client<paths>;
type Verb = "get" | "post" | "put" | "delete";
/** Streams have no end, and no answer that could be read whole. */
type Path<V extends Verb> = Exclude<ClientPathsWithMethod<Service, V>, `${string}/stream`>;
type Init<V extends Verb, P extends Path<V>> = MaybeOptionalInit<paths[P], V>;
type Data<V extends Verb, P extends Path<V>> = MethodResponse<Service, V, P>;
/** `path` as in the OpenAPI document; `params.path` and `params.query` fill it, `body` is sent as JSON. */
type Call<V extends Verb> = <P extends Path<V>>(
  path: P,
  ...init: undefined extends Init<V, P> ? [init?: Init<V, P>] : [init: Init<V, P>]
) => Promise<Answer<Data<V, P>>>;

/** Errors of every call: `ProblemError`, `service-silent`, `service-answer`, `service-address` (a parameter is no part of a path). */
export interface ServiceClient {
  readonly get: Call<"get">;
  readonly post: Call<"post">;
  readonly put: Call<"put">;
  readonly delete: Call<"delete">;
  /** Keeps a file for a batch; its `sha256` names it in imports. */
  readonly upload: (
    batch: { readonly site: string; readonly batch: string },
    name: string,
    bytes: Uint8Array,
  ) => Promise<Answer<Data<"post", typeof FILES>>>;
  /**
   * Asks at the `location` of an answer until it is no 202 and `isDone`, as often as the service wants. Errors: `service-address`
   * (nothing of this service's, or no `path`), `service-slow`.
   */
  readonly waitFor: <P extends Path<"get">>(
    path: P,
    location: string | undefined,
    options?: WaitOptions<Data<"get", P>>,
  ) => Promise<Answer<Data<"get", P>>>;
}

export interface WaitOptions<T> {
  readonly isDone?: (data: T) => boolean;
  /** Seconds; 3600. */
  readonly patience?: number;
}

const KEY = "idempotency-key";
const FILES = "/v1/sites/{site}/batches/{batch}/files";
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);
/** As it stands in a header (RFC 6750); the end of a line that a file gave it is none of it. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*\s*$/;
const TIMEOUT_SECONDS = 120;
const PATIENCE_SECONDS = 3600;
/** Seconds between two questions: where the service names none, and at least and at most whatever it names. */
const PAUSE = { usual: 2, least: 0.2, most: 60 };

/** How openapi-fetch is called once the types of a call are known to be right. */
type Untyped = (
  method: Verb,
  path: string,
  init: object,
) => Promise<{ readonly data?: unknown; readonly error?: unknown; readonly response: Response }>;

/** A client of one service. Errors: `service-address` (an address to which no token may go), `service-token`. */
export function createClient(options: ClientOptions): ServiceClient {
  const base = originOf(options.url);
  const { token, timeout = TIMEOUT_SECONDS } = options;
  if (token !== undefined && !TOKEN.test(token)) throw noToken();
  const send = senderOf(options);
  const client = createFetchClient<paths>({
    baseUrl: base,
    fetch: (request) => sendPatiently(send, request, timeout * 1000),
    redirect: "manual",
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  client.use({
    onRequest: ({ request: { method, headers, url }, schemaPath }) => {
      requireOperation(schemaPath, new URL(url).pathname);
      if (method !== "GET" && !headers.has(KEY)) headers.set(KEY, randomUUID());
    },
  });
  const call = (method: Verb, path: string, init: object = {}): Promise<Answer<unknown>> =>
    callOnce(client.request as unknown as Untyped, method, path, init);
  // Types of paths, parameters and answers are those of the schema, which the service checks on its side.
  return {
    get: (path: string, init?: object) => call("get", path, init),
    post: (path: string, init?: object) => call("post", path, init),
    put: (path: string, init?: object) => call("put", path, init),
    delete: (path: string, init?: object) => call("delete", path, init),
    upload: (place: object, name: string, bytes: Uint8Array) =>
      call("post", FILES, { params: { path: place, query: { name } }, body: bytes, ...BYTES }),
    waitFor: (path: string, location: string | undefined, wait: WaitOptions<unknown> = {}) =>
      waitUntil(() => call("get", addressOf(base, path, location)), wait),
  } as ServiceClient;
}

const BYTES = {
  headers: { "content-type": "application/octet-stream" },
  bodySerializer: (body: Uint8Array): Uint8Array => body,
};

async function callOnce(request: Untyped, method: Verb, path: string, init: object): Promise<Answer<unknown>> {
  const { data, error, response } = await request(method, path, init).catch((cause: unknown) => {
    throw cause instanceof SyntaxError ? notOurs("It is no JSON.", cause) : cause;
  });
  if (!response.ok) throw problemFrom(response, error);
  const { status } = response;
  return { data, status, location: response.headers.get("location") ?? undefined, retryAfter: retryAfterOf(response) };
}

async function waitUntil(
  ask: () => Promise<Answer<unknown>>,
  { isDone = () => true, patience = PATIENCE_SECONDS }: WaitOptions<unknown>,
): Promise<Answer<unknown>> {
  const end = Date.now() + patience * 1000;
  for (;;) {
    const answer = await ask().catch(laterOf);
    if (!(answer instanceof ProblemError) && answer.status !== 202 && isDone(answer.data)) return answer;
    const pause = Math.min(Math.max(answer.retryAfter ?? PAUSE.usual, PAUSE.least), PAUSE.most) * 1000;
    if (Date.now() + pause > end) throw slow(patience);
    await sleep(pause);
  }
}

/** A service that says when to ask again does not say no. */
function laterOf(error: unknown): ProblemError {
  if (error instanceof ProblemError && error.retryAfter !== undefined) return error;
  throw error;
}

function slow(patience: number): Error {
  return environmentError(`It is not done after ${patience} seconds.`, { code: "service-slow" });
}

function senderOf({ fetch: own, ca, cert, key }: ClientOptions): Send {
  if (own !== undefined) return own;
  if (ca === undefined && cert === undefined && key === undefined) return fetch;
  return sendWith({ ca, cert, key });
}

function originOf(url: string): string {
  const { protocol, hostname, origin, href } = URL.canParse(url) ? new URL(url) : new URL("none:");
  const isPrivate = protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname));
  // Neither a name and password nor a path, a query or a fragment.
  if (isPrivate && href === `${origin}/`) return origin;
  throw inputError("A service is called at https://host[:port]; at http only on this machine.", {
    code: "service-address",
    place: "url",
  });
}

/** Its words would stand in the error of whoever writes headers. */
function noToken(): Error {
  return inputError("This is no token: it has characters that no token has.", {
    code: "service-token",
    place: "token",
  });
}

/** Error `service-address`: a parameter is empty, `.` or `..`, so that what is called is another operation. */
function requireOperation(schemaPath: string, pathname: string): void {
  const [path = ""] = schemaPath.split("?");
  if (isNamed(path, pathname)) return;
  throw inputError(`A parameter leads away from ${path}.`, {
    code: "service-address",
    place: "params.path",
    remedy: "Give the name itself: not empty, and no dots alone.",
  });
}

/** Whether an address is one of an operation: each parameter is one part of it. */
function isNamed(path: string, pathname: string): boolean {
  const [named, given] = [path.split("/"), pathname.split("/")];
  const isPart = (part: string, i: number): boolean => (part.startsWith("{") ? given[i] !== "" : part === given[i]);
  return named.length === given.length && named.every(isPart);
}

/** Path and query of a `location` that is this service's, and of the operation that its answer is read as. */
function addressOf(base: string, path: string, location = ""): string {
  const { origin, pathname, search } = URL.canParse(location, base) ? new URL(location, base) : new URL("none:");
  if (origin === base && isNamed(path, pathname)) return pathname + search;
  throw inputError(`There is nothing to wait for at ${path}.`, { code: "service-address", place: "location" });
}
