import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Type } from "typebox";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createClient, ProblemError, type ClientOptions } from "../../src/client/index.ts";
import { CONTRACT_ERRORS } from "../../src/contractErrors.ts";
import { refusal } from "../../src/errors.ts";
import { buildApp } from "../../src/service/app.ts";
import { route } from "../../src/service/route.ts";
import { BATCH_PARAMS, BATCH_PATH, CLOSED } from "../../src/service/shapes.ts";
import { auditor, bareService } from "../service/support.ts";

const PLACE = { site: "north", batch: "b1" };
const BATCHES = "/v1/sites/{site}/batches";
const AUDIT = "/v1/audits/{id}";
const ID = "0".repeat(32);
const RUNNING = { id: ID, state: "running", block: null, findings: null, problem: null };
const DONE = { ...RUNNING, state: "done", block: 7, findings: 0 };

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** A server that answers as `answer` says; every request that came. */
async function serverOf(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const came: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    came.push(request);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  stops.push(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  return { came, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A client whose calls are answered by these, one after the other, the last one for ever. */
function clientOf(answers: readonly (() => Response)[], options: Partial<ClientOptions> = {}) {
  const sent: Request[] = [];
  const fetch = (request: Request): Promise<Response> => {
    sent.push(request);
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    return Promise.resolve().then(() => answer?.() ?? new Response(null, { status: 204 }));
  };
  return { sent, client: createClient({ url: "https://site.example", token: "secret", fetch, ...options }) };
}

function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): () => Response {
  const type = status < 400 ? "application/json" : "application/problem+json";
  return () => new Response(JSON.stringify(body), { status, headers: { "content-type": type, ...headers } });
}

const silent = (): Response => {
  throw new TypeError("fetch failed");
};

describe("the client", () => {
  it("calls a service by its operations, and has its errors as the command line has them", async () => {
    const upload = route({
      ...{
        operation: "uploadFile",
        method: "POST",
        path: `${BATCH_PATH}/files`,
        permission: "batch:read",
        tag: "test",
      },
      ...{ summary: "Says what came.", takesBytes: 100 },
      schemas: {
        params: BATCH_PARAMS,
        query: Type.Object({ name: Type.String() }, CLOSED),
        reply: Type.Object({ name: Type.String(), bytes: Type.Integer(), key: Type.Boolean() }, CLOSED),
      },
      run: ({ query, bytes, header }) =>
        bytes.length === 0
          ? Promise.reject(refusal("An empty file.", { code: "raw-files", place: "x\u001b", remedy: "Send another." }))
          : Promise.resolve({ body: { ...query, bytes: bytes.length, key: header("idempotency-key") !== undefined } }),
    });
    const app = await buildApp(bareService(), [upload], () => Promise.resolve(auditor));
    stops.push(() => app.close());
    const client = createClient({ url: await app.listen({ port: 0, host: "127.0.0.1" }), token: "secret" });
    expect((await client.upload(PLACE, "ü.txt", Buffer.from("{"))).data).toEqual({
      name: "ü.txt",
      bytes: 1,
      key: true,
    });
    const refused = await client.upload(PLACE, "a", Buffer.alloc(0)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ProblemError);
    expect(refused).toMatchObject({ status: 422, kind: "no", code: "raw-files", place: "x\\u001b" });
    expect(refused).toMatchObject({ message: "An empty file.", remedy: "Send another." });
  });

  it("makes a key for what changes something, unless it is given one, and sends the same key again", async () => {
    const { client, sent } = clientOf([silent, json({ id: "b" }, 201, { location: "/v1/x" })]);
    const { status, location } = await client.post("/v1/audits", { body: {} });
    expect([status, location]).toEqual([201, "/v1/x"]);
    await client.post("/v1/audits", { body: {}, headers: { "Idempotency-Key": "mine" } });
    await client.get(BATCHES, { params: { path: { site: "north" } } });
    const keys = sent.map(({ headers }) => headers.get("idempotency-key"));
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0], "mine", null]);
    expect(await sent[1]?.text()).toBe("{}");
  });

  it.each<[string, readonly (() => Response)[], string]>([
    ["nothing", [silent], "service-silent"],
    ["a page", [() => new Response("<html>")], "service-answer"],
    ["an error of something between", [() => new Response("bad gateway", { status: 502 })], "service-answer"],
    [
      "a problem that is not told as one",
      [json({ title: "x" }, 400, { "content-type": "text/html" })],
      "service-answer",
    ],
  ])("says that it heard %s", async (_what, answers, code) => {
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
    const { client } = clientOf(answers);
    await expect(client.get("/v1/queue")).rejects.toMatchObject({ code, kind: "environment" });
  });

  it("knows the errors of the contracts", async () => {
    const [code = ""] = Object.keys(CONTRACT_ERRORS);
    const { client } = clientOf([json({ title: "No.", code }, 422)]);
    await expect(client.get("/v1/queue")).rejects.toMatchObject({ code, kind: "no" });
  });

  it("reads a code that it does not know as none, and shows no text that acts", async () => {
    const { client } = clientOf([json({ title: "\u202e", code: "toString", place: 1, remedy: null }, 418)]);
    const thrown = await client.get("/v1/queue").catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(ProblemError);
    expect(thrown).toMatchObject({ message: "\\u202e", code: undefined, place: undefined, remedy: undefined });
  });
});

// Verifies R-service-client.
describe("the token of a client", () => {
  it.each([
    "http://site.example",
    "https://u:p@site.example",
    "https://site.example/x",
    "https://site.example/?x",
    "ftp://site.example",
    "site",
  ])("goes not to %s", (url) => {
    expect(() => createClient({ url, token: "secret" })).toThrow(expect.objectContaining({ code: "service-address" }));
  });

  it("goes to no other server, to which the service sends", async () => {
    const other = await serverOf((_request, response) => response.end("{}"));
    const first = await serverOf((_request, response) => response.writeHead(307, { location: other.url }).end());
    const client = createClient({ url: first.url, token: "secret" });
    await expect(client.get("/v1/queue")).rejects.toMatchObject({ code: "service-answer" });
    await expect(client.post("/v1/audits", { body: {} })).rejects.toMatchObject({ code: "service-answer" });
    expect([first.came.length, other.came.length]).toEqual([2, 0]);
  });

  it.each([
    ["another host", `https://other.example/v1/audits/${ID}`],
    ["another port", `https://site.example:444/v1/audits/${ID}`],
    ["a host without a scheme", `//other.example/v1/audits/${ID}`],
    ["no TLS", `http://site.example/v1/audits/${ID}`],
    ["another operation", "/v1/queue"],
    ["none", undefined],
  ])("is not sent where a location names %s", async (_what, location) => {
    const { client, sent } = clientOf([json(DONE)]);
    await expect(client.waitFor(AUDIT, location)).rejects.toMatchObject({ code: "service-address" });
    expect(sent).toEqual([]);
  });

  // V440: `/v1/sites/../log` is the log of all sites.
  it.each(["..", ".", ""])("V440: is not sent for another operation, to which a parameter leads: %j", async (site) => {
    const { client, sent } = clientOf([json({ items: [], next: null })]);
    const log = (of: string) =>
      client.get("/v1/sites/{site}/log", { params: { path: { site: of }, query: { after: 0, limit: 1 } } });
    await expect(log(site)).rejects.toMatchObject({ code: "service-address", place: "params.path" });
    expect(sent).toEqual([]);
    await log("../a b");
    expect(sent[0]?.url).toContain("https://site.example/v1/sites/..%2Fa%20b/log?");
  });

  it.each(["secret\nx: y", "secret\u00e9", ""])("V441: stands in no error, also if it is none: %j", (token) => {
    const error = { code: "service-token", message: expect.not.stringContaining("secret") as string };
    expect(() => createClient({ url: "https://site.example", token })).toThrow(expect.objectContaining(error));
    expect(() => createClient({ url: "https://site.example", token: "secret\n" })).not.toThrow();
  });
});

describe("waiting for what was begun", () => {
  it("asks when the service wants, also when it is busy, until it is done", async () => {
    vi.useFakeTimers();
    const again = { "retry-after": "7" };
    const busy = json({ title: "Busy.", code: "rate-limit" }, 429, again);
    const { client, sent } = clientOf([json(RUNNING, 202, again), busy, json(DONE)]);
    const waiting = client.waitFor(AUDIT, `/v1/audits/${ID}`);
    await vi.advanceTimersByTimeAsync(13_900);
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(200);
    expect((await waiting).data).toEqual(DONE);
    expect(sent.map(({ url }) => url)).toEqual(Array(3).fill(`https://site.example/v1/audits/${ID}`));
  });

  it("asks until what is answered is what is waited for", async () => {
    vi.useFakeTimers();
    const { client, sent } = clientOf([json({ items: [] }), json({ items: [{}] })]);
    const jobs = "/v1/sites/{site}/batches/{batch}/jobs";
    const isDone = ({ items }: { readonly items: readonly unknown[] }): boolean => items.length > 0;
    const waiting = client.waitFor(jobs, "/v1/sites/north/batches/b1/jobs?limit=5", { isDone });
    await vi.advanceTimersByTimeAsync(2000);
    expect((await waiting).data.items).toHaveLength(1);
    expect(sent[1]?.url).toContain("?limit=5");
  });

  it("ends with what the service refuses, and with its patience", async () => {
    vi.useFakeTimers();
    const no = clientOf([json(RUNNING, 202), json({ title: "No.", code: "not-found" }, 404)]);
    const refused = expect(no.client.waitFor(AUDIT, `/v1/audits/${ID}`)).rejects.toMatchObject({ code: "not-found" });
    const never = clientOf([json(RUNNING, 202, { "retry-after": "0" })]);
    const slow = expect(never.client.waitFor(AUDIT, `/v1/audits/${ID}`, { patience: 10 })).rejects.toMatchObject({
      code: "service-slow",
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await Promise.all([refused, slow]);
    expect(never.sent.length).toBeLessThan(60);
  });
});
