import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Chain } from "../../src/chain/connect.ts";

/** A log or block as JSON-RPC writes it. */
export type Json = Readonly<Record<string, unknown>>;

/** How a node lies; whatever is absent it does honestly. May be changed while it runs. */
export interface Lies {
  chainId?: number;
  /** Changes the logs of one answer. */
  logs?: (logs: readonly Json[]) => readonly Json[];
  /** Changes a block. */
  block?: (block: Json) => Json | null;
  /** The most blocks of one range; asked for more, the node refuses. */
  range?: number;
  /** Whether the connection is cut in the middle of this answer. */
  cuts?: (method: string, params: readonly unknown[]) => boolean;
  /** Milliseconds before each answer. */
  delay?: number;
  /** Milliseconds before this answer. */
  slow?: (method: string, params: readonly unknown[]) => number;
  /** What it sends in place of this answer, with the HTTP status; undefined: the answer. */
  garbles?: (method: string, params: readonly unknown[]) => readonly [status: number, body: string] | undefined;
  /** Changes what it answers to this question; may ask around first. */
  result?: (method: string, params: readonly unknown[], result: unknown) => unknown;
  /** The JSON-RPC error that it answers with; undefined: the answer. */
  refuses?: (method: string, params: readonly unknown[]) => unknown;
}

export interface LyingNode {
  readonly url: string;
  readonly lies: Lies;
  /** Methods and parameters that were asked for so far. */
  readonly asked: { readonly method: string; readonly params: readonly unknown[] }[];
  close(): Promise<void>;
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A JSON-RPC node in front of a chain, which says what the lies tell it to. */
export async function lyingNode(chain: Chain, lies: Lies = {}): Promise<LyingNode> {
  const asked: LyingNode["asked"] = [];
  const answer = async ({ id, method, params }: Request): Promise<Json> => {
    asked.push({ method, params });
    const refused = lies.refuses?.(method, params);
    if (refused !== undefined) return { jsonrpc: "2.0", id, error: refused };
    try {
      return { jsonrpc: "2.0", id, result: await changed(chain, lies, method, params) };
    } catch (error) {
      return { jsonrpc: "2.0", id, error: rpcError(error) };
    }
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Request | Request[];
    const requests = Array.isArray(body) ? body : [body];
    if (lies.delay !== undefined) await sleep(lies.delay);
    for (const { method, params } of requests) await sleep(lies.slow?.(method, params) ?? 0);
    const garbled = requests
      .map(({ method, params }) => lies.garbles?.(method, params))
      .find((each) => each !== undefined);
    if (garbled !== undefined) {
      asked.push(...requests);
      response.writeHead(garbled[0]).end(garbled[1]);
      return;
    }
    const answers = await Promise.all(requests.map(answer));
    const text = JSON.stringify(Array.isArray(body) ? answers : answers[0]);
    response.writeHead(200, { "content-type": "application/json", "content-length": text.length });
    if (requests.some(({ method, params }) => lies.cuts?.(method, params) === true)) {
      response.write(text.slice(0, text.length / 2), () => response.destroy());
    } else response.end(text);
  };
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    lies,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function changed(chain: Chain, lies: Lies, method: string, params: readonly unknown[]): Promise<unknown> {
  const result = await lie(chain, lies, method, params);
  return lies.result === undefined ? result : lies.result(method, params, result);
}

async function lie(chain: Chain, lies: Lies, method: string, params: readonly unknown[]): Promise<unknown> {
  if (method === "eth_chainId" && lies.chainId !== undefined) return `0x${lies.chainId.toString(16)}`;
  if (method === "eth_getLogs" && lies.range !== undefined) {
    const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
    if (Number(toBlock) - Number(fromBlock) >= lies.range) throw new TooMany();
  }
  const result = (await chain.provider.send(method, [...params])) as unknown;
  if (method === "eth_getLogs") return lies.logs?.(result as Json[]) ?? result;
  if (method === "eth_getBlockByNumber" && lies.block !== undefined) return lies.block(result as Json);
  return result;
}

/** What a public node says of a range that is too large. */
class TooMany extends Error {
  readonly error = { code: -32005, message: "query returned more than 10000 results" };
}

/** The node's own error inside of what ethers makes of it. */
function rpcError(error: unknown): unknown {
  const { error: own, info } = error as { error?: unknown; info?: { error?: unknown } };
  return own ?? info?.error ?? { code: -32603, message: String(error) };
}
