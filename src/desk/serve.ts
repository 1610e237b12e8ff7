import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { environmentError } from "../errors.ts";
import { pageFolder, pageNames, type PageName } from "./page.ts";

/**
 * Serves a page to this machine's browser. Whoever else a browser shows must learn nothing here and reach nothing through it: not
 * by another name for this address, not from another page. Nor may other people of this machine, to whom its ports are open: all
 * lies under a name that only the reader is told.
 */

/** What is served, beside the files of the page. */
export interface PageOptions {
  readonly page: PageName;
  /** What is answered to GET, by the name below the page's own. */
  readonly told: Readonly<Record<string, object>>;
  /** Who answers a POST, by the name below the page's own. */
  readonly asked: Readonly<Record<string, Responder>>;
  /** What the page may use of the machine, as `Permissions-Policy` says it. */
  readonly permissions?: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Answers one request. It throws nothing. */
export type Responder = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A page that is served. */
export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Why there is no answer: HTTP status and words. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
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

/** What every answer says of a page and its files. */
export const PAGE_HEADERS = {
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
export interface Served {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/**
 * Serves a page on 127.0.0.1 until it is closed. Errors: `desk-page` the page was not built, `port` the port cannot be used.
 */
export async function servePage({ page, told, asked, permissions, port }: PageOptions): Promise<PageServer> {
  const base = `/${randomBytes(SECRET_BYTES).toString("hex")}/`;
  const files = pageFiles(page, base);
  for (const [name, document] of Object.entries(told)) {
    files.set(base + name, { type: "application/json", body: JSON.stringify(document) });
  }
  const responders = new Map(Object.entries(asked).map(([name, responder]) => [base + name, responder]));
  const headers = { ...PAGE_HEADERS, ...(permissions === undefined ? {} : { "permissions-policy": permissions }) };
  const server = createServer({ connectionsCheckingInterval: LOOKS_EVERY }, (request, response) => {
    const { port: own } = server.address() as AddressInfo;
    const path = request.url ?? "";
    const responder = responders.get(path);
    const file = files.get(path);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!isOwn(request, own)) refuse(response, new Refused(403, "Only the page itself is answered."));
    else if (responder !== undefined && request.method === "POST") void responder(request, response);
    else if (file !== undefined && request.method === "GET") answer(response, file);
    else refuse(response, new Refused(404, "There is nothing here."));
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

/** The files of a page by their path, below `base`. Errors: those of `pageFolder`. All are read before: no path of a request is ever one of the disk. */
export function pageFiles(page: PageName, base: string): Map<string, Served> {
  const folder = pageFolder(page);
  const [document, ...others] = pageNames(page);
  const served = (name: string): Served => ({
    type: TYPES[extname(name)] ?? "",
    body: readFileSync(join(folder, name)),
  });
  return new Map([[base, served(document)], ...others.map((name) => [base + name, served(name)] as const)]);
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
export function refuse(response: ServerResponse, { status, message }: Refused): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`${message}\n`);
}

/** The body of a request that is JSON, of at most so many bytes. Errors: `Refused`. */
export async function jsonBody(request: IncomingMessage, most: number): Promise<string> {
  if (request.headers["content-type"] !== "application/json") throw new Refused(415, "Questions are JSON.");
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) throw new Refused(413, `A question has at most ${most} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The hash of a script or style by which a policy lets it stand within the page. */
export function policyHash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
