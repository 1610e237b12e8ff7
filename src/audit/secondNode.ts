import { keccak256, type JsonRpcApiProvider } from "ethers";
import { handle } from "../chain/handles.ts";
import { BatchproofError, environmentError, restated } from "../errors.ts";
import type { ReadBlock } from "./compare.ts";
import { requireChain } from "./head.ts";
import { askedForEach, blockAt } from "./node.ts";
import type { Claimed } from "./provenStorage.ts";

/** Another node of the same chain, and what it is called. No access key may be in that. */
export interface SecondNode {
  readonly provider: JsonRpcApiProvider;
  readonly name: string;
}

/** Where errors about the second node are. */
export const SECOND_NODE = "--second-rpc";

/**
 * Asks a second node for what the first one was believed: the block's hash, and the code and the journal of each contract at it.
 * Errors: `nodes` (the two differ), `head` (the second one does not have the block yet), `chainId`, `chain`.
 */
export async function compareNodes(
  second: SecondNode,
  chainId: bigint,
  contracts: ReadonlyMap<string, Claimed>,
  block: ReadBlock,
): Promise<void> {
  try {
    await requireBlock(second, chainId, block);
    const { provider } = second;
    await askedForEach("a contract", [...contracts], async ([address, { codeHash, journal }]) => {
      const code = keccak256(await provider.getCode(address, block.number));
      requireSame(second, `the code hash of the contract at ${address}`, codeHash, code);
      if (journal === undefined) return;
      // The view is the same in every contract that has a journal.
      const told = await handle("Roles", address, provider).journal({ blockTag: block.number });
      requireSame(second, `the journal of the contract at ${address}`, journal, told);
    });
  } catch (error) {
    throw ofSecondNode(error, second);
  }
}

/** The block at which the first node is read. Errors: `nodes`, `head`, `chainId`, `chain`. */
async function requireBlock(second: SecondNode, chainId: bigint, { number, hash }: ReadBlock): Promise<void> {
  const { provider } = second;
  const other = await requireChain(provider);
  if (other !== chainId) {
    throw environmentError(`It is on chain ${other}, and the first one on chain ${chainId}.`, { code: "chainId" });
  }
  const latest = await blockAt(provider, "latest");
  if (latest.number < number) {
    throw environmentError(`Its latest block is ${latest.number}, and the first one is read at block ${number}.`, {
      code: "head",
      remedy: "Wait until it has caught up, or compare with another one.",
    });
  }
  requireSame(second, `the hash of block ${number}`, hash, (await blockAt(provider, number)).hash);
}

function requireSame({ name }: SecondNode, what: string, first: string, told: string): void {
  if (first === told) return;
  throw environmentError(`Two nodes differ in ${what}: ${first}, and by ${name} ${told}. Nothing can be concluded.`, {
    code: "nodes",
    place: SECOND_NODE,
    remedy: "Ask a third node which of the two is wrong.",
  });
}

/** The same error, which says that it is about the second node. */
function ofSecondNode(error: unknown, { name }: SecondNode): unknown {
  if (!(error instanceof BatchproofError) || error.place === SECOND_NODE) return error;
  return restated(error, { place: SECOND_NODE }, `Of the second node, ${name}: ${error.message}`);
}
