import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { jsonBody, refuse, Refused } from "./serve.ts";

/** Takes the questions of an audit to a node, and its answers back. Whatever else a node could do is not for a page. */

/** What an audit asks. None of it changes anything, or tells of the node's own accounts. */
const METHODS: ReadonlySet<string> = new Set([
  ...["eth_chainId", "eth_call", "eth_getCode", "eth_getLogs", "eth_getBlockByNumber", "eth_getProof"],
]);

/** Longest question and answer, bytes; an audit's questions have less than a thousand. */
const MOST_ASKED = 2 ** 16;
const MOST_ANSWERED = 2 ** 28;
/** Milliseconds within which a node must answer, to the last byte. */
const TIMEOUT = 20_000;

/** A node, and what it is called. */
export interface RelayedNode {
  readonly url: string;
  readonly name: string;
}

/** Asks a node what a request asks, and answers with what it says, status and all: the page judges that as any client does. */
export async function relay(node: RelayedNode, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const answer = await ask(node, await questionIn(request));
    response.writeHead(answer.status, { "content-type": "application/json" });
    await pipeline(bounded(answer), response);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    refuse(response, error instanceof Refused ? error : silent(node, error));
  }
}

/** The one question of a request, written anew: only its four members go to the node. */
async function questionIn(request: IncomingMessage): Promise<string> {
  const { id, method, params } = membersOf(await jsonBody(request, MOST_ASKED));
  if (!Number.isSafeInteger(id) || typeof method !== "string" || !Array.isArray(params)) {
    throw new Refused(400, "This is not one JSON-RPC question.");
  }
  if (!METHODS.has(method)) throw new Refused(403, "This is nothing that an audit asks.");
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    throw new Refused(400, "This is not one JSON-RPC question.");
  }
}

async function ask({ url, name }: RelayedNode, question: string): Promise<Response> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: question,
    // Whoever named a node named no other one.
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (answer.status >= 300 && answer.status < 400) {
    throw new Refused(403, `The node ${name} redirects: name that node if it is meant.`);
  }
  return answer;
}

/** The body of an answer, broken off where it is too long. */
function bounded({ body }: Response): Readable {
  const parts = async function* (): AsyncGenerator<Uint8Array> {
    let length = 0;
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > MOST_ANSWERED) throw new Refused(502, "The answer is too long.");
      yield chunk;
    }
  };
  return Readable.from(parts());
}

/** A node that does not answer: what the system says of it could name its whole address, and an access key. */
function silent({ name }: RelayedNode, error: unknown): Refused {
  const isLate = error instanceof Error && error.name === "TimeoutError";
  return isLate
    ? new Refused(504, `The node ${name} did not answer within ${TIMEOUT / 1000} s.`)
    : new Refused(502, `The node ${name} does not answer.`);
}
