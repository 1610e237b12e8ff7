import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { environmentError } from "../errors.ts";
import { DESK_PATHS, type DeskConfig } from "./config.ts";
import { pageFolder, SINGLE_FILE } from "./page.ts";
import { relay, type RelayedNode } from "./relay.ts";

/**
 * Serves the page to this machine's browser, and asks the nodes for it. Whoever else a browser shows must learn nothing here and
 * reach nothing through it: not by another name for this address, not from another page. Nor may other people of this machine,
 * to whom its ports are open: all lies under a name that only the reader is told.
 */

/** What the page is served for. */
export interface DeskOptions {
  readonly config: DeskConfig;
  /** Addresses of the nodes, which the page never sees. */
  readonly rpc: string;
  readonly secondRpc?: string;
  /** 0: any free one. */
  readonly port: number;
}

/** A page that is served. */
export interface Desk {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** Nothing from elsewhere, no code that is not a file of ours, and nobody may show the page within another. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "worker-src 'self'", "connect-src 'self'", "img-src 'self' data:"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
} as const;

/** Bytes of the name under which all lies. */
const SECRET_BYTES = 16;
/** Milliseconds for a request to arrive, between two looks whether it did, and connections at once: a browser opens six. */
const ARRIVES_WITHIN = 10_000;
const LOOKS_EVERY = 1000;
const MOST_CONNECTIONS = 64;

/** What is answered under a path. */
interface Served {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/**
 * Serves the page on 127.0.0.1 until it is closed. Errors: `desk-page` the page was not built, `port` the port cannot be used.
 */
export async function startDesk({ config, rpc, secondRpc, port }: DeskOptions): Promise<Desk> {
  const base = `/${randomBytes(SECRET_BYTES).toString("hex")}/`;
  const files = pageFiles(pageFolder(), base);
  files.set(base + DESK_PATHS.config, { type: "application/json", body: JSON.stringify(config) });
  const nodes = new Map<string, RelayedNode>([[base + DESK_PATHS.node, { url: rpc, name: config.node }]]);
  if (secondRpc !== undefined)
    nodes.set(base + DESK_PATHS.secondNode, { url: secondRpc, name: config.secondNode ?? "" });
  const server = createServer({ connectionsCheckingInterval: LOOKS_EVERY }, (request, response) => {
    const { port: own } = server.address() as AddressInfo;
    const path = request.url ?? "";
    const node = nodes.get(path);
    const file = files.get(path);
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!isOwn(request, own)) refuse(response, 403, "Only the page itself is answered.");
    else if (node !== undefined && request.method === "POST") void relay(node, request, response);
    else if (file !== undefined && request.method === "GET") answer(response, file);
    else refuse(response, 404, "There is nothing here.");
  });
  server.requestTimeout = ARRIVES_WITHIN;
  server.headersTimeout = ARRIVES_WITHIN;
  server.maxConnections = MOST_CONNECTIONS;
  try {
    await once(server.listen(port, HOST), "listening");
  } catch (cause) {
    throw environmentError(`Port ${port} cannot be used.`, { place: "--port", code: "port", cause });
  }
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}${base}`,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

/** The files of the page by their path, below `base`. All are read before: no path of a request is ever one of the disk. */
function pageFiles(folder: string, base: string): Map<string, Served> {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES && name !== SINGLE_FILE);
  const files = names.map((name): [string, Served] => [
    name === "index.html" ? base : base + name,
    { type: TYPES[extname(name)] ?? "", body: readFileSync(join(folder, name)) },
  ]);
  return new Map(files);
}

/**
 * Whether a request is the page's own, or its reader's who opens it. A name of somebody else that leads to this machine is another
 * host; a page of somebody else says in `Origin` or `Sec-Fetch-Site` that it is one.
 */
function isOwn({ method, headers }: IncomingMessage, port: number): boolean {
  const { host = "", origin } = headers;
  if (host !== `${HOST}:${port}` && host !== `localhost:${port}`) return false;
  if (origin !== undefined && origin !== `http://${host}`) return false;
  const site = headers["sec-fetch-site"];
  return site === undefined || site === "same-origin" || (site === "none" && method === "GET");
}

function answer(response: ServerResponse, { type, body }: Served): void {
  response.writeHead(200, { "content-type": type }).end(body);
}

/** Answers that there is no answer, in words. */
function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`${words}\n`);
}

/** The hash of a script or style by which a policy lets it stand within the page. */
export function policyHash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
