import type { JsonRpcApiProvider } from "ethers";
import { refusal } from "../errors.ts";
import { requireChain } from "./head.ts";
import { blockAt } from "./node.ts";
import type { ReviewDocument } from "./reviewRecord.ts";

/**
 * Asks a node whether the seed of a review's sample is the hash of the block that it names: true; undefined: the review has no
 * sample. Errors: `review-register` (the node is on another chain), `sample` (it has another hash), those of `requireChain` and `blockAt`.
 */
export async function seedHolds(
  provider: JsonRpcApiProvider,
  { chainId, sample }: ReviewDocument,
): Promise<true | undefined> {
  if (sample === undefined) return undefined;
  const asked = await requireChain(provider);
  if (asked.toString() !== chainId) {
    throw refusal(`The review is of chain ${chainId}, the node on chain ${asked}.`, { code: "review-register" });
  }
  const { hash } = await blockAt(provider, sample.seedBlock);
  if (hash === sample.seedHash) return true;
  throw refusal(`Block ${sample.seedBlock} has the hash ${hash} by the node, and the sample's seed is another one.`, {
    code: "sample",
    place: "seedHash",
  });
}
