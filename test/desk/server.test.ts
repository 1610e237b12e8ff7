import { once } from "node:events";
import { createServer, request, type IncomingHttpHeaders, type Server } from "node:http";
import { connect, createServer as createPlainServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeskConfig } from "../../src/desk/config.ts";
import type { PageServer } from "../../src/desk/serve.ts";
import { startDesk } from "../../src/desk/server.ts";

/** What the desk's server answers, and above all what it does not. */

const SECRET = "key-of-the-node";
const QUESTION = { jsonrpc: "2.0", id: 7, method: "eth_chainId", params: [] };

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the node was asked, and how it answers next. */
const asked: string[] = [];
let next: (body: string) => readonly [status: number, body: string, headers?: Record<string, string>];
const honest: typeof next = (body) => [
  200,
  JSON.stringify({ jsonrpc: "2.0", id: (JSON.parse(body) as typeof QUESTION).id, result: "0x1" }),
];

let node: Server;
let desk: PageServer;
let port: number;
/** The path of the page, which ends with a slash. */
let base: string;

beforeAll(async () => {
  node = createServer((incoming, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of incoming as AsyncIterable<Buffer>) body += chunk.toString();
      asked.push(body);
      const [status, text, headers] = next(body);
      response.writeHead(status, headers).end(text);
    })();
  });
  await once(node.listen(0, "127.0.0.1"), "listening");
  const address = `http://127.0.0.1:${(node.address() as AddressInfo).port}`;
  const config: DeskConfig = {
    ...{ format: "batchproof-desk/1", registry: `0x${"1".repeat(40)}`, node: address, secondNode: null },
    ...{ circuits: null, names: {}, texts: {}, disclosures: [], policies: [], reviews: [] },
  };
  desk = await startDesk({ config, rpc: `${address}/${SECRET}`, port: 0 });
  port = Number(new URL(desk.url).port);
  base = new URL(desk.url).pathname;
});

afterAll(async () => {
  await desk.close();
  node.close();
});

/** A request with exactly these headers, which no browser's script may choose. */
async function send(
  path: string,
  { headers = {}, method = "GET", body }: { headers?: Record<string, string>; method?: string; body?: string } = {},
): Promise<Answer> {
  const outgoing = request({ host: "127.0.0.1", port, path, method, headers: { connection: "close", ...headers } });
  outgoing.on("error", () => undefined);
  outgoing.end(body);
  const [response] = (await once(outgoing, "response")) as [import("node:http").IncomingMessage];
  let text = "";
  for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

const JSON_TYPE = { "content-type": "application/json" };

/** A question for the node, as the page sends it. */
function ask(question: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  asked.length = 0;
  const body = typeof question === "string" ? question : JSON.stringify(question);
  return send(`${base}rpc`, { method: "POST", body, headers: { ...JSON_TYPE, ...headers } });
}

// Verifies R-desk-served.
describe("the page", () => {
  it("is served with a policy that lets nothing in from elsewhere, and is not to be kept", async () => {
    const { status, headers } = await send(base);
    expect(status).toBe(200);
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; connect-src 'self'; " +
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
  });

  it("is told the register and the node's origin, and never the rest of its address", async () => {
    const { body } = await send(`${base}config.json`);
    expect(JSON.parse(body)).toMatchObject({ format: "batchproof-desk/1", registry: `0x${"1".repeat(40)}` });
    expect(body).not.toContain(SECRET);
  });

  it.each(["index.html", "desk.html", "../package.json", "%2e%2e/package.json", "rpc2", "rpc", "/", "worker.js?"])(
    "V230: nothing else is there: %s",
    async (name) => {
      expect(await send(base + name)).toMatchObject({ status: 404, body: "There is nothing here.\n" });
    },
  );
});

// Verifies R-desk-own.
describe("V231: whoever is not the page", () => {
  it.each<[string, Record<string, string>]>([
    ["another name that leads to this machine", { host: "attacker.example:PORT" }],
    ["the right name at another port", { host: "127.0.0.1:1" }],
    ["a page of somebody else", { origin: "https://attacker.example" }],
    ["a page without an origin", { origin: "null" }],
    ["an image or script of another site", { "sec-fetch-site": "cross-site" }],
    ["another port of this machine", { "sec-fetch-site": "same-site" }],
  ])("is refused: %s", async (_, given) => {
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace("PORT", String(port))]),
    );
    const refused = { status: 403, body: "Only the page itself is answered.\n" };
    expect(await send(`${base}config.json`, { headers })).toMatchObject(refused);
    expect(await ask(QUESTION, headers)).toMatchObject(refused);
    expect(asked).toEqual([]);
  });

  it("is not the page itself, by both names of this machine", async () => {
    next = honest;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      const own = { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" };
      expect((await ask(QUESTION, own)).status).toBe(200);
    }
    expect((await send(base, { headers: { "sec-fetch-site": "none" } })).status).toBe(200);
    expect((await ask(QUESTION, { "sec-fetch-site": "none" })).status).toBe(403);
  });
});

// Verifies R-desk-relay.
describe("V232: of a node", () => {
  it("only what an audit asks is asked, and nothing more of it than it has", async () => {
    next = honest;
    expect(await ask({ ...QUESTION, more: 1 })).toMatchObject({
      status: 200,
      body: '{"jsonrpc":"2.0","id":7,"result":"0x1"}',
    });
    expect(asked).toEqual([JSON.stringify(QUESTION)]);
  });

  it.each([
    "eth_sendRawTransaction",
    "eth_sendTransaction",
    "eth_accounts",
    "personal_sign",
    "evm_mine",
    "debug_traceCall",
    "constructor",
  ])("%s is not asked", async (method) => {
    expect(await ask({ ...QUESTION, method })).toMatchObject({
      status: 403,
      body: "This is nothing that an audit asks.\n",
    });
    expect(asked).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["several at once", [QUESTION, QUESTION]],
    ["no JSON", "{"],
    ["null", null],
    ["no method", { id: 1, params: [] }],
    ["parameters by name", { ...QUESTION, params: {} }],
    ["an id that is no number", { ...QUESTION, id: "7" }],
  ])("no question is asked that is none: %s", async (_, question) => {
    expect(await ask(question)).toMatchObject({ status: 400, body: "This is not one JSON-RPC question.\n" });
    expect(asked).toEqual([]);
  });

  it("a question of 64 KiB is asked, and none that is longer by a byte", async () => {
    next = honest;
    const room = 2 ** 16 - JSON.stringify({ ...QUESTION, params: [""] }).length;
    expect((await ask({ ...QUESTION, params: ["a".repeat(room)] })).status).toBe(200);
    expect(await ask({ ...QUESTION, params: ["a".repeat(room + 1)] })).toMatchObject({ status: 413 });
    expect(asked).toEqual([]);
  });

  it("a form of another page sends no JSON, and is refused", async () => {
    expect(await ask(QUESTION, { "content-type": "text/plain" })).toMatchObject({ status: 415 });
    expect(asked).toEqual([]);
  });

  it("another node that it names is not asked", async () => {
    next = () => [307, "", { location: "http://127.0.0.1:1/" }];
    expect(await ask(QUESTION)).toMatchObject({ status: 403, body: expect.stringContaining("redirects") as string });
  });

  it("what it refuses is said as it says it", async () => {
    next = () => [429, "slow down"];
    expect(await ask(QUESTION)).toMatchObject({ status: 429, body: "slow down" });
  });

  it("one that is gone is told by its origin alone", async () => {
    const gone = createPlainServer();
    await once(gone.listen(0, "127.0.0.1"), "listening");
    const at = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
    gone.close();
    await once(gone, "close");
    const config: DeskConfig = {
      ...{ format: "batchproof-desk/1", registry: "", node: at, secondNode: null },
      ...{ circuits: null, names: {}, texts: {}, disclosures: [], policies: [], reviews: [] },
    };
    const other = await startDesk({ config, rpc: `${at}/${SECRET}`, port: 0 });
    const response = await fetch(`${other.url}rpc`, {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify(QUESTION),
    });
    expect([response.status, await response.text()]).toEqual([502, `The node ${at} does not answer.\n`]);
    await other.close();
  });
});

// Verifies R-desk-own, V248.
describe("V248: whoever is another program or person of this machine", () => {
  it.each(["/", "/config.json", "/worker.js", "/rpc", `/${"0".repeat(32)}/`, `/${"0".repeat(32)}/config.json`])(
    "finds nothing without the page's whole address: %s",
    async (path) => {
      const nothing = { status: 404, body: "There is nothing here.\n" };
      expect(await send(path)).toMatchObject(nothing);
      const asks = { method: "POST", headers: JSON_TYPE, body: JSON.stringify(QUESTION) };
      asked.length = 0;
      expect(await send(path, asks)).toMatchObject(nothing);
      expect(asked).toEqual([]);
    },
  );

  it("cannot guess it, nor know it from another time", async () => {
    expect(base).toMatch(/^\/[0-9a-f]{32}\/$/);
    const config = { registry: "" } as DeskConfig;
    const other = await startDesk({ config, rpc: "http://127.0.0.1:1", port: 0 });
    expect(new URL(other.url).pathname).not.toBe(base);
    await other.close();
  });
});

// Verifies R-desk-own, V239.
it(
  "V239: whoever begins requests and ends none is sent away when their time is over",
  { timeout: 20_000 },
  async () => {
    const slow = connect(port, "127.0.0.1").on("error", () => undefined);
    slow.write("GET / HTTP/1.1\r\nHost: ");
    const began = performance.now();
    slow.resume();
    await once(slow, "close");
    expect(performance.now() - began).toBeLessThan(13_000);
  },
);

it("a port that is taken is refused", async () => {
  const config = {} as DeskConfig;
  await expect(startDesk({ config, rpc: "", port })).rejects.toMatchObject({ code: "port", place: "--port" });
});
