import { setTimeout as sleep } from "node:timers/promises";
import type { Block, Provider } from "ethers";
import { BatchproofError, environmentError } from "../errors.ts";
import { isRefusal } from "../chain/refusal.ts";
import { explained } from "../chain/revert.ts";
import { incomplete } from "./incomplete.ts";

/** Tries of one question to a node that drops connections or is slow, and the waits in between, milliseconds. */
export const TRIES = 4;
const FIRST_WAIT = 250;
/** Questions that are asked at once; the connection puts them into one request. */
const AT_ONCE = 50;

/**
 * Asks a node, again after a dropped connection or a timeout, at most `TRIES` times. A refusal and what the contract
 * itself says (a revert) pass at once. Errors: as they came; use `asked` for ours.
 */
export async function persistently<T>(question: () => Promise<T>, firstWait = FIRST_WAIT): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await question();
    } catch (error) {
      const { code } = (error ?? {}) as { code?: unknown };
      const final = error instanceof BatchproofError || isRefusal(error) || code === "CALL_EXCEPTION";
      if (final || attempt >= TRIES) throw error;
      await sleep(firstWait * 2 ** (attempt - 1));
    }
  }
}

/** Asks persistently. Errors: `chain` (exit 3) when the node cannot be asked, `log` when a view contradicts the log. */
export async function asked<T>(what: string, question: () => Promise<T>): Promise<T> {
  try {
    return await explained(() => persistently(question));
  } catch (error) {
    // A view that reverts denies something that the log told, or the node no longer has the state of that block.
    if (error instanceof BatchproofError && error.kind === "no") {
      throw incomplete(`the register's own answer about ${what} is missing (${error.message})`);
    }
    throw error;
  }
}

/** Asks one question for each of many, some at a time, answers in order. Errors as `asked`. */
export async function askedForEach<Q, A>(
  what: string,
  questions: readonly Q[],
  ask: (question: Q) => Promise<A>,
): Promise<A[]> {
  const answers: A[] = [];
  for (let start = 0; start < questions.length; start += AT_ONCE) {
    const some = questions.slice(start, start + AT_ONCE);
    answers.push(...(await Promise.all(some.map((question) => asked(what, () => ask(question))))));
  }
  return answers;
}

/** A block that the node must have. Errors: `chain`, `log`. */
export async function blockAt(provider: Provider, tag: number | "latest"): Promise<Block & { readonly hash: string }> {
  const block = await asked(`block ${tag}`, () => provider.getBlock(tag));
  if (block === null && tag === "latest") throw environmentError("The node has no block.", { code: "chain" });
  if (block?.hash == null) throw incomplete(`the node does not know block ${tag}, which it must have`);
  return block as Block & { readonly hash: string };
}
