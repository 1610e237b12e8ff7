import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { Validator } from "@seriousme/openapi-schema-validator";
import fc from "fast-check";
import type { InjectOptions } from "fastify";
import { Registry } from "prom-client";
import { Type } from "typebox";
import { describe, expect, it, vi } from "vitest";
import { inputError } from "../../src/errors.ts";
import { buildApp } from "../../src/service/app.ts";
import type { Problem } from "../../src/service/problem.ts";
import { route } from "../../src/service/route.ts";
import { auditor, bareService, echo, measure } from "./support.ts";

const CLOSED = { additionalProperties: false };
const service = bareService();
const failing = (operation: string, run: () => Promise<{ body: { word: string } }>) =>
  route({
    ...{ operation, method: "GET", path: `/v1/sites/:site/${operation}`, permission: "batch:read", tag: "test" },
    ...{ summary: "Fails.", schemas: { ...measure.schemas, reply: Type.Object({ word: Type.String() }, CLOSED) }, run },
  });
const bug = failing("bug", () => Promise.reject(new Error("a private value")));
const leak = failing("leak", () => Promise.resolve({ body: { word: "", secret: "a private value" } }));
const place = failing("place", () =>
  Promise.reject(inputError("Not here.", { place: `${service.settings.data}/x`, code: "not-found" })),
);

const said: string[] = [];
const app = await buildApp(service, [echo, measure, bug, leak, place], () => Promise.resolve(auditor), {
  say: (line) => said.push(line),
  metrics: new Registry(),
});
const ECHO = "/v1/sites/north/batches/b1/echo";
const BYTES = "/v1/sites/north/bytes";
const code = (answer: { readonly statusCode: number; readonly body: string }): readonly unknown[] => [
  answer.statusCode,
  (JSON.parse(answer.body) as Problem).code,
];

describe("the API", () => {
  it("answers what a route says", async () => {
    const answer = await app.inject({ method: "POST", url: ECHO, payload: { word: "a" } });
    expect(answer.json()).toEqual({ word: "a", batch: "b1" });
  });

  it("refuses a site for which the caller has no role", async () => {
    const answer = await app.inject({ method: "POST", url: "/v1/sites/south/batches/b1/echo", payload: { word: "a" } });
    expect([answer.statusCode, answer.json<Problem>().code]).toEqual([403, "not-allowed"]);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
  });

  it("takes a type that is named for a body that is not sent", async () => {
    const headers = { "content-type": "application/json" };
    expect(code(await app.inject({ method: "GET", url: "/v1/sites/north/place", headers }))).toEqual([
      404,
      "not-found",
    ]);
    expect(code(await app.inject({ method: "POST", url: ECHO, headers }))).toEqual([400, "request"]);
  });

  it("says where a body has another shape", async () => {
    const answer = await app.inject({ method: "POST", url: ECHO, payload: { word: 1 } });
    expect([answer.statusCode, answer.json<Problem>().place]).toEqual([400, "body#/word"]);
    const misspelt = await app.inject({ method: "POST", url: ECHO, payload: { word: "a", wrod: "b" } });
    expect(misspelt.json<Problem>()).toMatchObject({ place: "body#", remedy: "Known here: word." });
  });

  // Verifies R-service-strict, V365.
  it.each<[string, InjectOptions, number, string]>([
    ["a query that nobody knows", { method: "POST", url: `${ECHO}?force=1`, payload: { word: "a" } }, 400, "request"],
    ["another method", { method: "DELETE", url: ECHO }, 405, "request-method"],
    ["a method that would show what was sent", { method: "TRACE", url: ECHO }, 404, "not-found"],
    ["a form", form("application/x-www-form-urlencoded", "word=a"), 415, "request-media"],
    ["text", form("text/plain", '{"word":"a"}'), 415, "request-media"],
    ["a key twice", form("application/json", '{"word":"a","word":"b"}'), 400, "json-duplicate-key"],
    ["a prototype", form("application/json", '{"__proto__":{"word":"a"}}'), 400, "json-forbidden-key"],
    ["no body", { method: "POST", url: ECHO }, 400, "request"],
    ["half a body", form("application/json", '{"word":'), 400, "json-syntax"],
    ["depth", form("application/json", "[".repeat(100_000)), 400, "json-depth"],
    ["too much", form("application/json", `"${"a".repeat(2 ** 20)}"`), 413, "request-size"],
    ["bytes that are too many", upload(Buffer.alloc(101)), 413, "request-size"],
    ["JSON for bytes", { method: "POST", url: BYTES, payload: {} }, 415, "request-media"],
    ["a body where none is asked for", { method: "GET", url: "/v1/sites/north/bug", payload: "{}" }, 400, "request"],
    ["an address that is not there", { method: "GET", url: "/v1/nowhere" }, 404, "not-found"],
    ["an address that cannot be read", { method: "GET", url: "/v1/sites/%zz/bug" }, 404, "not-found"],
    ["an address in no alphabet", { method: "GET", url: "/v1/sites/%c0%af/bug" }, 404, "not-found"],
    ["a long name", { method: "POST", url: ECHO.replace("b1", "b".repeat(5_000)), payload: {} }, 400, "request"],
    ["a folder's name", { method: "POST", url: "/v1/sites/north/batches/..%2f/echo", payload: {} }, 400, "request"],
  ])("refuses %s", async (_what, request, status, expected) => {
    expect(code(await app.inject(request))).toEqual([status, expected]);
  });

  it("takes bytes as they are", async () => {
    expect((await app.inject(upload(Buffer.from("{")))).json()).toEqual({ bytes: 1 });
  });

  it("says which methods an address takes", async () => {
    expect((await app.inject({ method: "PATCH", url: ECHO })).headers.allow).toBe("POST");
  });

  // Verifies R-service-answers, V366.
  it("tells nothing of a bug but its kind, and its places to whoever runs the service", async () => {
    const answer = await app.inject({ method: "GET", url: "/v1/sites/north/bug" });
    expect(code(answer)).toEqual([500, "internal"]);
    expect(answer.body + said.join()).not.toContain("private");
    expect(said.at(-1)).toContain(String(answer.headers["x-request-id"]));
    expect(said.at(-1)).toContain("app.test.ts");
  });

  // Verifies R-service-answers, V366.
  it("answers nothing that no schema names", async () => {
    const answer = await app.inject({ method: "GET", url: "/v1/sites/north/leak" });
    expect(code(answer)).toEqual([500, "internal"]);
    expect(answer.body).not.toContain("private");
  });

  // Verifies R-service-answers, V366.
  it("tells no path of its machine", async () => {
    const answer = await app.inject({ method: "GET", url: "/v1/sites/north/place" });
    expect(answer.json()).toMatchObject({ code: "not-found", place: "…/x" });
  });

  it("names each answer itself, and has it kept and shown by nobody", async () => {
    const answer = await app.inject({ method: "GET", url: "/health", headers: { "x-request-id": "chosen" } });
    expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    expect(answer.headers).toMatchObject({ "referrer-policy": "no-referrer" });
    expect(answer.headers["content-security-policy"]).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
  });

  it("shows metrics to who may see them", async () => {
    expect(code(await app.inject("/metrics"))).toEqual([403, "not-allowed"]);
    const own = { ...auditor, grants: [{ role: "monitor" as const }] };
    const other = await buildApp(bareService(), [measure], () => Promise.resolve(own), { metrics: new Registry() });
    await other.inject(upload(Buffer.alloc(1)));
    expect((await other.inject("/metrics")).body).toContain(
      'batchproof_request_seconds_count{operation="measure",status="403"} 1',
    );
  });
});

describe("limits", () => {
  // Verifies R-service-limits, V421.
  it.each<[string, InjectOptions, number]>([
    ["an address that is not there", { method: "GET", url: "/v1/nowhere" }, 404],
    ["an address that cannot be read", { method: "GET", url: "/v1/%zz" }, 404],
    ["another method", { method: "DELETE", url: ECHO }, 405],
    ["what the caller may not do", { method: "POST", url: ECHO.replace("north", "south") }, 403],
    ["a body of another type", form("text/plain", "a"), 415],
    ["metrics that are not for the caller", { method: "GET", url: "/metrics" }, 403],
  ])("V421: count %s", async (_what, request, status) => {
    const service = bareService({ limits: { requestsPerMinute: 2 } });
    const options = { metrics: new Registry() };
    const limited = await buildApp(service, [echo], () => Promise.resolve(auditor), options);
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await limited.inject(request)).statusCode);
    expect(statuses).toEqual([status, status, 429]);
  });

  // Verifies R-service-limits, V421.
  it("V421: count by who is connected, whatever a header says of where a call comes from", async () => {
    const limited = await buildApp(bareService({ limits: { requestsPerMinute: 2 } }), [echo], () =>
      Promise.reject(inputError("Nobody.", { code: "not-authenticated" })),
    );
    const statuses = [];
    for (const address of ["10.0.0.1", "10.0.0.2", "10.0.0.3"]) {
      const headers = { "x-forwarded-for": address, forwarded: `for=${address}`, "x-real-ip": address };
      statuses.push((await limited.inject({ method: "GET", url: "/v1/nowhere", headers })).statusCode);
    }
    expect(statuses).toEqual([404, 404, 429]);
  });

  // Verifies R-service-limits, V367.
  it("count each caller's requests by itself, and say when to ask again", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const callers = { a: { ...auditor, id: "token:a" }, b: { ...auditor, id: "token:b" } };
    const limited = await buildApp(bareService({ limits: { requestsPerMinute: 2 } }), [echo], (request) =>
      Promise.resolve(callers[request.headers.authorization as "a" | "b"]),
    );
    const ask = (authorization: string) =>
      limited.inject({ method: "POST", url: ECHO, payload: { word: "a" }, headers: { authorization } });
    expect([(await ask("a")).statusCode, (await ask("a")).statusCode]).toEqual([200, 200]);
    const refusedWith = async () => {
      const refused = await ask("a");
      return [...code(refused), refused.headers["retry-after"]];
    };
    expect(await refusedWith()).toEqual([429, "rate-limit", "60"]);
    vi.setSystemTime(Date.now() + 13_000);
    expect(await refusedWith()).toEqual([429, "rate-limit", "47"]);
    expect((await ask("b")).statusCode).toBe(200);
    vi.setSystemTime(Date.now() + 47_000);
    expect((await ask("a")).statusCode).toBe(200);
    vi.useRealTimers();
  });

  // Verifies R-service-limits, V367.
  it("send away whoever begins a request and ends none", async () => {
    const slow = await buildApp(bareService(), [echo], () => Promise.resolve(auditor), { requestTimeout: 600 });
    await slow.listen({ host: "127.0.0.1", port: 0 });
    const socket = connect((slow.server.address() as AddressInfo).port, "127.0.0.1");
    socket.write("POST /v1/sites/north/batches/b1/echo HTTP/1.1\r\nhost: a\r\n");
    const text = await new Promise<string>((resolve) => {
      let all = "";
      socket.on("data", (data) => (all += data.toString())).on("close", () => resolve(all));
    });
    expect(text).toMatch(/^HTTP\/1.1 408/);
    await slow.close();
  });
});

describe("/ready", () => {
  it("says what does not answer", async () => {
    const partly = await buildApp(bareService(), [], () => Promise.resolve(auditor), {
      readiness: [
        { name: "data", isReady: () => Promise.resolve(true) },
        { name: "queue", isReady: () => Promise.reject(new Error("no")) },
      ],
    });
    const answer = await partly.inject("/ready");
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: "not ready", checks: { data: true, queue: false } });
  });
});

describe("the OpenAPI document", () => {
  it("is valid, and names every operation with what it takes", async () => {
    const document = (await app.inject("/openapi.json")).json<Record<string, unknown>>();
    expect(await new Validator().validate(document)).toMatchObject({ valid: true });
    expect(document).toMatchObject({
      openapi: "3.1.0",
      paths: {
        "/v1/sites/{site}/batches/{batch}/echo": { post: { operationId: "echo", requestBody: { content: {} } } },
        "/v1/sites/{site}/bytes": { post: { requestBody: { content: { "application/octet-stream": {} } } } },
      },
    });
    expect(JSON.stringify(document)).not.toContain('"delete"');
    // How callers show who they are, and what each operation takes.
    expect(document).toMatchObject({
      components: { securitySchemes: { bearer: { type: "http" }, certificate: { type: "mutualTLS" } } },
      security: [{ bearer: [] }, { certificate: [] }, { bearer: [], certificate: [] }],
      paths: { "/v1/sites/{site}/bytes": { post: { "x-permission": "batch:read" } } },
    });
  });

  it("is shown on a page that takes nothing from elsewhere", async () => {
    const page = await app.inject("/docs/");
    expect([page.statusCode, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(page.headers["content-security-policy"]).toContain("script-src 'self'");
  });
});

// Verifies R-service-strict, V365.
describe("a body of any bytes", () => {
  it("is taken or refused, and never a bug", async () => {
    const text = fc.oneof(fc.json(), fc.string({ unit: "binary" }), fc.constant('{"word":"a"}'));
    const types = fc.constantFrom(
      "application/json",
      "application/octet-stream",
      "text/plain",
      "application/json;x",
      "",
    );
    const bodies = fc.oneof(
      text.map((each) => Buffer.from(each)),
      fc.uint8Array().map((each) => Buffer.from(each)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(ECHO, BYTES), types, bodies, async (url, type, payload) => {
        const answer = await app.inject({ method: "POST", url, payload, headers: { "content-type": type } });
        expect(answer.statusCode).toBeLessThan(500);
      }),
      { numRuns: 50 },
    );
  });
});

function form(type: string, payload: string): InjectOptions {
  return { method: "POST", url: ECHO, payload, headers: { "content-type": type } };
}

function upload(payload: Buffer): InjectOptions {
  return { method: "POST", url: BYTES, payload, headers: { "content-type": "application/octet-stream" } };
}
