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
