import type { Block, Provider } from "ethers";
import { BatchproofError, environmentError } from "../errors.ts";
import { explained } from "../chain/revert.ts";
import { sleep } from "../sleep.ts";
import { incomplete } from "./incomplete.ts";

/** Questions that are asked at once. */
const AT_ONCE = 50;
/** Milliseconds before a block is asked for again that the node does not have: several behind one address are not equally far. */
const BLOCK_WAITS = [250, 500, 1000];

/** Asks a node. Errors: `chain` (exit 3) when the node cannot be asked, `log` when a view contradicts the log. */
export async function asked<T>(what: string, question: () => Promise<T>): Promise<T> {
  try {
    return await explained(question);
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
  const ask = (): Promise<Block | null> => asked(`block ${tag}`, () => provider.getBlock(tag));
  let block = await ask();
  for (const wait of BLOCK_WAITS) {
    if (block?.hash != null) break;
    await sleep(wait);
    block = await ask();
  }
  if (block === null && tag === "latest") throw environmentError("The node has no block.", { code: "chain" });
  if (block?.hash == null) throw incomplete(`the node does not know block ${tag}, which it must have`);
  return block as Block & { readonly hash: string };
}
