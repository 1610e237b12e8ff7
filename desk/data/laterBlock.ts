import type { Seed } from "../../src/audit/sample.ts";
import { environmentError } from "../../src/errors.ts";
import { sleep } from "../../src/sleep.ts";

/** Milliseconds between two questions for a block that is not there yet. */
const EVERY = 3000;

/** Asks a node for one block, as JSON-RPC names it: "latest", or its number in hex. What it answers is not checked. */
export type AskBlock = (block: string) => Promise<unknown>;

/**
 * Waits for a block that nobody knows when this is called: the first after the node's newest one, and after `reached`.
 * Errors: `chain` for an answer that is none; those of `ask`.
 */
export async function laterBlock(ask: AskBlock, reached: number, every = EVERY): Promise<Seed> {
  const newest = blockOf(await ask("latest"), "latest").block;
  const wanted = Math.max(newest, reached) + 1;
  const name = `0x${wanted.toString(16)}`;
  let found = await ask(name);
  while (found === null) {
    await sleep(every);
    found = await ask(name);
  }
  const seed = blockOf(found, name);
  if (seed.block !== wanted) throw noBlock(name);
  return seed;
}

function blockOf(answer: unknown, asked: string): Seed {
  const { number, hash } = (answer ?? {}) as { readonly number?: unknown; readonly hash?: unknown };
  const isBlock = typeof number === "string" && /^0x[0-9a-f]{1,12}$/i.test(number);
  if (!isBlock || typeof hash !== "string" || !/^0x[0-9a-f]{64}$/.test(hash)) throw noBlock(asked);
  return { block: Number(number), hash };
}

function noBlock(asked: string): Error {
  return environmentError("The node's answer is not the block that was asked for.", { code: "chain", place: asked });
}

/** Asks the node behind whoever serves the page. Errors: `unreachable`, `chain` (an answer that is none). */
export function askServed(path: string): AskBlock {
  return async (block) => {
    const question = { jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params: [block, false] };
    let response: Response;
    try {
      const body = JSON.stringify(question);
      response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });
    } catch (cause) {
      throw environmentError("The desk does not answer.", { code: "unreachable", place: path, cause });
    }
    const answer = (await response.json().catch(() => ({}))) as { readonly result?: unknown };
    if (response.ok && "result" in answer) return answer.result;
    throw environmentError(`The node does not tell a block (HTTP ${response.status}).`, { code: "chain", place: path });
  };
}
