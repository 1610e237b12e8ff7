import type { Block, JsonRpcApiProvider } from "ethers";
import { isRefusal } from "../chain/refusal.ts";
import { BatchproofError, environmentError } from "../errors.ts";
import { LOCAL_CHAINS } from "../formats/constants.ts";
import type { ReadBlock } from "./compare.ts";
import { asked, blockAt } from "./node.ts";

/** Seconds by this machine's clock after which a block is too old to be read at. */
const MAX_AGE = 3600;

/** The chain that the node is on, asked anew: what the connection heard once may be about another node. Error `chainId`. */
export async function requireChain(provider: JsonRpcApiProvider): Promise<bigint> {
  const { chainId } = await provider.getNetwork();
  const told: unknown = await asked("the chain id", () => provider.send("eth_chainId", []));
  const isNumber = typeof told === "string" && /^0x[0-9a-f]{1,64}$/i.test(told);
  if (isNumber && BigInt(told) === chainId) return chainId;
  throw environmentError(
    `The node says that it is on chain ${JSON.stringify(told)}, before it was on chain ${chainId}.`,
    {
      code: "chainId",
      remedy: "Ask another node.",
    },
  );
}

/** Init code that ends with the number of the block in which it runs as what it would deploy. */
const TELL_NUMBER = "0x4360005260206000f3";

/**
 * Refuses a chain whose contracts see other block numbers than its log has, as those do that live on another one: nothing that
 * a contract says of blocks could be held against the log there. A node that does not run the question is believed here: the
 * journals of the contracts, which chain the numbers that they see, tell it later, less clearly. Error `block-numbers`.
 */
export async function requireBlockNumbers(provider: JsonRpcApiProvider): Promise<void> {
  const { number } = await blockAt(provider, "latest");
  let told: unknown;
  try {
    const question = [{ data: TELL_NUMBER }, `0x${number.toString(16)}`];
    told = await asked("the number of a block", () => provider.send("eth_call", question));
  } catch {
    return;
  }
  if (typeof told !== "string" || !/^0x[0-9a-f]{64}$/i.test(told) || BigInt(told) === BigInt(number)) return;
  throw environmentError(`In block ${number} of this chain its contracts see block number ${BigInt(told)}.`, {
    code: "block-numbers",
    remedy: "Deploy the register on a chain where the two are the same: elsewhere it cannot be audited.",
  });
}

/**
 * The block to read up to: `finality` blocks below the latest one, or else the last final one where the chain has such; not
 * before `reached`, which was read already. Error `head`: the node does not know that block.
 */
export async function finalBlock(
  provider: JsonRpcApiProvider,
  chainId: bigint,
  finality: number | undefined,
  reached: number,
): Promise<ReadBlock> {
  const latest = await blockAt(provider, "latest");
  if (latest.number < reached) {
    throw environmentError(`The node's latest block is ${latest.number}; block ${reached} was read before.`, {
      code: "head",
      remedy: "Wait until the node has caught up, or ask another one.",
    });
  }
  const last =
    finality === undefined ? await lastFinal(provider, chainId, latest) : Math.max(latest.number - finality, 0);
  const number = Math.max(last, reached);
  const { hash, timestamp } = number === latest.number ? latest : await blockAt(provider, number);
  return { number, hash, now: timestamp };
}

/** Local nodes take nothing back, and call blocks final late or never; other chains may not know the word. */
async function lastFinal(provider: JsonRpcApiProvider, chainId: bigint, latest: Block): Promise<number> {
  if (LOCAL_CHAINS.includes(chainId)) return latest.number;
  try {
    const found = await asked("the last final block", () => provider.getBlock("finalized"));
    return Math.min(found?.number ?? latest.number, latest.number);
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "chain" && isRefusal(error.cause)) return latest.number;
    throw error;
  }
}

/** Whether a block is too old for what is said "now", by this machine's clock. Local chains travel in time, unless told. */
export function isStale(age: number, chainId: bigint, maxAge: number | undefined): boolean {
  const most = maxAge ?? (LOCAL_CHAINS.includes(chainId) ? Infinity : MAX_AGE);
  return Math.abs(age) > most;
}
