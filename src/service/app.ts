import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { Readable } from "node:stream";
import rateLimit from "@fastify/rate-limit";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { Histogram, type Registry } from "prom-client";
import { inputError } from "../errors.ts";
import { logCalls } from "./access/logCalls.ts";
import { visible } from "../formats/visible.ts";
import { whatBelongsHere } from "../formats/schema.ts";
import { parseJson } from "../input/json.ts";
import { requirePermission, type Caller } from "./caller.ts";
import { addDashboard } from "./dashboard.ts";
import { addHealth, type Readiness } from "./health.ts";
import { keepAnswers, type Once } from "./idempotency.ts";
import { addOpenApi, DOCS_PATH, schemaOf } from "./openapi.ts";
import { patienceOf } from "./patience.ts";
import { PROBLEM_MEDIA_TYPE, problemOf } from "./problem.ts";
import type { Reply, Route } from "./route.ts";
import type { Service } from "./service.ts";
import { hiddenTexts } from "./settings.ts";

/** Says who calls. Error `not-authenticated`. */
export type Authenticate = (request: FastifyRequest) => Promise<Caller>;

export interface HttpsOptions {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}

export interface AppOptions {
  /** Certificate and key, PEM; and whether clients are asked for theirs. */
  readonly https?: HttpsOptions;
  /** What `/ready` asks. */
  readonly readiness?: readonly Readiness[];
  /** What `/metrics` tells; absent: there is none. */
  readonly metrics?: Registry;
  /** Takes a line for whoever runs the service: a bug, by its request and its places in the code, without its words. */
  readonly say?: (line: string) => void;
  /** Milliseconds in which a request has to be sent. */
  readonly requestTimeout?: number;
}

/** Most bytes of a JSON body. */
const MOST_JSON_BYTES = 2 ** 20;
const MOST_REQUESTS_PER_MINUTE = 6000;
/** Streams that a caller reads at once: each holds a connection. */
const MOST_STREAMS = 20;
/** The largest upload over a slow line; headers have a sixth of it. */
const REQUEST_TIMEOUT = 120_000;
/** More than a head of a request holds: schemas say how long a name is. */
const MOST_PARAM = 2 ** 16;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
const JSON_MEDIA_TYPE = "application/json";
const BYTES_MEDIA_TYPE = "application/octet-stream";

/**
 * Nothing of an answer is a page but that of the queue, which brings its policy, and the one that shows the OpenAPI document: its own
 * files, and styles that it writes.
 */
const CLOSED_PAGES = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const ANSWERS_POLICY = `default-src 'none'; ${CLOSED_PAGES}`;
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  CLOSED_PAGES;

/** The API over `routes`. Who calls is known before anything of the body is read. */
export async function buildApp(
  service: Service,
  routes: readonly Route[],
  authenticate: Authenticate,
  options: AppOptions = {},
): Promise<FastifyInstance> {
  const app = newApp(options);
  const streams = endingStreams(app);
  const answering: Answering = { app, service, authenticate, streams, ...onceOf(service), ...timerOf(options) };
  addParsers(app);
  addValidation(app);
  addHeaders(app, options.https !== undefined);
  if (service.callLog !== undefined) logCalls(app, service.callLog);
  addProblems(app, service, options.say);
  await addLimits(app, service);
  await addOpenApi(app);
  addHealth(app, options.readiness ?? []);
  addDashboard(app);
  if (options.metrics !== undefined) addMetrics(answering, options.metrics);
  for (const each of routes) addRoute(answering, each);
  refuseOtherMethods(app, routes);
  await app.ready();
  return app;
}

/** What answering takes. */
interface Answering {
  readonly app: FastifyInstance;
  readonly service: Service;
  readonly authenticate: Authenticate;
  /** Those that are being read, and who reads them. */
  readonly streams: Map<Readable, string>;
  readonly once: () => Once;
  readonly took: (operation: string, status: number, seconds: number) => void;
}

function newApp({ https, requestTimeout = REQUEST_TIMEOUT }: AppOptions): FastifyInstance {
  const slow = { headersTimeout: requestTimeout / 6, connectionsCheckingInterval: requestTimeout / 12 };
  const common = {
    ...{ bodyLimit: MOST_JSON_BYTES, logger: false, requestTimeout, exposeHeadRoutes: false },
    // Nobody chooses the name under which a call is logged.
    ...{ genReqId: () => randomUUID(), requestIdHeader: false as const },
    // What no route could read would be answered without hooks: past the log of calls, and counted for nobody.
    ...{ rewriteUrl: readableUrl, routerOptions: { maxParamLength: MOST_PARAM } },
  };
  const app =
    https === undefined
      ? fastify({ ...common, http: slow })
      : (fastify({ ...common, https: { ...https, ...slow, minVersion: "TLSv1.2" } }) as unknown as FastifyInstance);
  app.decorateRequest("caller");
  app.decorateRequest("digest", "");
  return app;
}

/** Counts requests a caller, or an address of which nobody knows who it is; those for nothing that is here too. */
async function addLimits(app: FastifyInstance, { settings }: Service): Promise<void> {
  await app.register(rateLimit, {
    max: () => settings.limits?.requestsPerMinute ?? MOST_REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) => (request.caller as Caller | undefined)?.id ?? `address:${request.ip}`,
    errorResponseBuilder: () => inputError("Too many requests of this caller.", { code: "rate-limit" }),
  });
  const limit = app.rateLimit();
  app.addHook("onRequest", async (request, reply) => {
    if (request.is404) await limit.call(app, request, reply);
  });
}

/** Hooks of a route: who calls is known first, and counted whatever `check` says then. */
function admitting({ app, authenticate }: Answering, check: (request: FastifyRequest) => void) {
  return [
    async (request: FastifyRequest): Promise<void> => {
      request.caller = await authenticate(request);
    },
    app.rateLimit(),
    async (request: FastifyRequest): Promise<void> => {
      check(request);
      await Promise.resolve();
    },
  ];
}

/** An address, or that of nothing where it cannot be decoded. */
function readableUrl({ url = "" }: IncomingMessage): string {
  const [path = ""] = url.split("?");
  try {
    decodeURIComponent(path);
    return url;
  } catch {
    return "/";
  }
}

/** Streams have no end of their own: whoever closes the service would wait for them for ever. */
function endingStreams(app: FastifyInstance): Map<Readable, string> {
  const streams = new Map<Readable, string>();
  app.addHook("preClose", async () => {
    for (const each of streams.keys()) each.destroy();
    await Promise.resolve();
  });
  return streams;
}

/** Kept answers are opened when the first key comes. */
function onceOf(service: Service): Pick<Answering, "once"> {
  let once: Once | undefined;
  return { once: () => (once ??= keepAnswers(join(service.settings.data, "answers"), service.now)) };
}

function timerOf({ metrics }: AppOptions): Pick<Answering, "took"> {
  if (metrics === undefined) return { took: () => undefined };
  const seconds = new Histogram({
    name: "batchproof_request_seconds",
    help: "How long answers took, by operation and status.",
    labelNames: ["operation", "status"] as const,
    registers: [metrics],
  });
  return { took: (operation, status, took) => seconds.observe({ operation, status }, took) };
}

/** JSON is read as strictly as in files: what two readers could understand in two ways is refused. */
function addParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const digested = (request: FastifyRequest, body: Buffer): Buffer => {
    if (body.length > 0) request.digest = createHash("sha256").update(body).digest("hex");
    return body;
  };
  app.addContentTypeParser(BYTES_MEDIA_TYPE, { parseAs: "buffer" }, (request, body: Buffer, done) => {
    done(null, digested(request, body));
  });
  app.addContentTypeParser(JSON_MEDIA_TYPE, { parseAs: "buffer" }, (request, body: Buffer, done) => {
    try {
      // Many clients name a type for a body that they do not send.
      done(null, body.length === 0 ? undefined : parseJson(digested(request, body), "body"));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** A body says what it says; an address has only text, of which numbers are made. */
function addValidation(app: FastifyInstance): void {
  const strict = new Ajv2020({ strict: true, allErrors: false, verbose: true });
  const coercing = new Ajv2020({ strict: true, coerceTypes: "array", useDefaults: true, verbose: true });
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === "body" ? strict : coercing).compile(schema as object),
  );
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

function addHeaders(app: FastifyInstance, isHttps: boolean): void {
  app.addHook("onSend", async (request, reply) => {
    const isDocs = request.url === DOCS_PATH || request.url.startsWith(`${DOCS_PATH}/`);
    // The page of the queue brings its own.
    const own = reply.getHeader("content-security-policy");
    void reply.headers({
      ...{ "x-request-id": request.id, "cache-control": "no-store", "x-content-type-options": "nosniff" },
      ...{ "referrer-policy": "no-referrer", "cross-origin-resource-policy": "same-origin" },
      "content-security-policy": isDocs ? DOCS_POLICY : (own ?? ANSWERS_POLICY),
      ...(isHttps ? { "strict-transport-security": "max-age=31536000" } : {}),
    });
    await Promise.resolve();
  });
}

function addProblems(app: FastifyInstance, service: Service, say = toStderr): void {
  const hidden = hiddenTexts(service.settings);
  const send = async (reply: FastifyReply, error: unknown): Promise<void> => {
    const problem = problemOf(error, hidden);
    if (problem.status === 500) say(`request ${reply.request.id}: ${placesOf(error)}`);
    // Who counts calls says it to the second.
    if ((problem.status === 429 || problem.status === 503) && !reply.hasHeader("retry-after")) {
      void reply.header("retry-after", patienceOf(problem.code, service));
    }
    if (problem.status === 401) void reply.header("www-authenticate", "Bearer");
    await reply.status(problem.status).type(PROBLEM_MEDIA_TYPE).send(problem);
  };
  app.setErrorHandler(async (error, _request, reply) => {
    await send(reply, asOurs(error));
  });
  app.setNotFoundHandler(async (_request, reply) => {
    await send(reply, inputError("There is nothing here.", { code: "not-found" }));
  });
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Where a bug is. Its words may hold private values. */
function placesOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const places = (error.stack ?? "").split("\n").filter((line) => /^ {4}at /.test(line));
  return visible([error.name, ...places.map((line) => line.trim())].join(" "));
}

function addMetrics(answering: Answering, metrics: Registry): void {
  const onRequest = admitting(answering, ({ caller }) => requirePermission(caller, "metrics:read"));
  answering.app.get("/metrics", { schema: { hide: true }, onRequest }, async (_request, reply) => {
    return await reply.type(metrics.contentType).send(await metrics.metrics());
  });
}

function addRoute(answering: Answering, each: Route): void {
  const { app, service, took } = answering;
  const checkReply = new Ajv2020({ strict: true }).compile(each.schemas.reply);
  app.route({
    method: each.method,
    url: each.path,
    config: { operation: each.operation },
    ...(each.takesBytes === undefined ? {} : { bodyLimit: each.takesBytes }),
    schema: schemaOf(each),
    onRequest: admitting(answering, (request) => {
      requirePermission(request.caller, each.permission, request.params as { site?: string; batch?: string });
      requireMediaType(each, request);
    }),
    onResponse: async (_request, reply) => {
      took(each.operation, reply.statusCode, reply.elapsedTime / 1000);
      await Promise.resolve();
    },
    handler: async (request, reply) => {
      const bytes = Buffer.isBuffer(request.body) ? request.body : new Uint8Array();
      const call = {
        ...{ params: request.params, query: request.query, body: request.body, bytes },
        ...{ caller: request.caller, service, header: (name: string) => headerOf(request, name) },
      };
      const run = async (): Promise<Reply<unknown>> => {
        const answer = await each.run(call);
        // What no schema names leaves no answer.
        if (answer.status !== 204 && answer.stream === undefined && !checkReply(answer.body))
          throw new TypeError(`${each.operation} answers otherwise`);
        return answer;
      };
      const { reply: answer, again } = await runOnce(answering, each, request, run);
      if (answer.stream !== undefined) return await sendStream(answering, request.caller, reply, answer.stream);
      return await sendReply(reply, answer, again);
    },
  });
}

/** A request that changes something and has a key is done once. */
async function runOnce(
  { once }: Answering,
  { method, isPrivate = false }: Route,
  request: FastifyRequest,
  run: () => Promise<Reply<unknown>>,
): Promise<{ readonly reply: Reply<unknown>; readonly again: boolean }> {
  const key = request.headers["idempotency-key"];
  if (key === undefined || method === "GET" || isPrivate) return { reply: await run(), again: false };
  const keyed = { caller: request.caller.id, method: request.method, url: request.url, body: request.digest };
  return await once()(String(key), keyed, run);
}

/** Error `rate-limit`: this caller reads as many as one may. */
async function sendStream(
  { streams }: Answering,
  { id }: Caller,
  reply: FastifyReply,
  stream: Readable,
): Promise<FastifyReply> {
  if ([...streams.values()].filter((reader) => reader === id).length >= MOST_STREAMS) {
    stream.destroy();
    throw inputError(`This caller reads ${MOST_STREAMS} streams already.`, { code: "rate-limit" });
  }
  streams.set(stream, id);
  stream.once("close", () => streams.delete(stream));
  return await reply.type("text/event-stream").send(stream);
}

async function sendReply(reply: FastifyReply, answer: Reply<unknown>, again: boolean): Promise<FastifyReply> {
  if (answer.location !== undefined) void reply.header("location", answer.location);
  if (answer.retryAfter !== undefined) void reply.header("retry-after", answer.retryAfter);
  if (again) void reply.header("idempotency-replayed", "true");
  return await reply.status(answer.status ?? 200).send(answer.body);
}

/** Before a byte of the body is read. Errors: `request` (a body that nothing asks for), `request-media`. */
function requireMediaType({ takesBytes, schemas: { body } }: Route, { headers }: FastifyRequest): void {
  const hasBody = (headers["content-length"] ?? "0") !== "0" || headers["transfer-encoding"] !== undefined;
  if (!hasBody) return;
  if (takesBytes === undefined && body === undefined) throw inputError("This takes no body.", { code: "request" });
  const wanted = takesBytes === undefined ? JSON_MEDIA_TYPE : BYTES_MEDIA_TYPE;
  const [given] = (headers["content-type"] ?? "").split(";");
  if (given?.trim().toLowerCase() === wanted) return;
  throw inputError(`The body is to be ${wanted}.`, { code: "request-media", place: "header#/content-type" });
}

/** An address that is there, asked otherwise: what it takes is said. */
function refuseOtherMethods(app: FastifyInstance, routes: readonly Route[]): void {
  for (const [path, same] of Map.groupBy(routes, (each) => each.path)) {
    const taken: readonly string[] = same.map(({ method }) => method);
    app.route({
      method: METHODS.filter((method) => !taken.includes(method)),
      url: path,
      schema: { hide: true },
      onRequest: [
        app.rateLimit(),
        async (_request, reply) => {
          void reply.header("allow", taken.join(", "));
          await Promise.reject(inputError(`This address takes ${taken.join(", ")}.`, { code: "request-method" }));
        },
      ],
      handler: () => undefined,
    });
  }
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

/** What Fastify refuses (a body that is too long, no JSON, of another shape) in our words. */
function asOurs(error: unknown): unknown {
  const { validation, validationContext, statusCode } = error as {
    validation?: readonly ErrorObject[];
    validationContext?: string;
    statusCode?: number;
  };
  if (validation !== undefined) {
    const [first] = validation;
    const remedy = first === undefined ? undefined : whatBelongsHere(first);
    return inputError(`Not what this takes: ${first?.message ?? "another shape"}.`, {
      code: "request",
      place: `${validationContext ?? "body"}#${first?.instancePath ?? ""}`,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
  if (statusCode === 413)
    return inputError("The body is longer than this takes.", { code: "request-size", cause: error });
  if (statusCode === 415) return inputError("This takes another media type.", { code: "request-media", cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return inputError("This is not a request that can be read.", { code: "request", cause: error });
  }
  return error;
}

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller;
    /** SHA-256 of the body, hex; empty without one. */
    digest: string;
  }
  interface FastifyContextConfig {
    operation?: string;
  }
}
