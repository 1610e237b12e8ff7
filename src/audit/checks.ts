import type { JsonRpcApiProvider } from "ethers";
import type { Addresses } from "../chain/handles.ts";
import type { ReadBlock } from "./compare.ts";
import { codeReports, type CodeReport } from "./editions.ts";
import { proveContracts, type Claimed, type Proved } from "./provenStorage.ts";
import { compareNodes, type SecondNode } from "./secondNode.ts";

/** What speaks for the contracts of a register being those that this version knows, and for the node's words about them. */
export interface NodeChecks {
  /** The code of each contract. */
  readonly codes: readonly CodeReport[];
  /** Whether code and journal of each contract are proved from the block's hash, or why the node's word is all that there is. */
  readonly provenState: Proved;
  /** The node that says the same; null: none was asked. */
  readonly secondNode: string | null;
}

/**
 * Checks the code of every contract at a block, and code and journals (by address, as the events give them) by proofs and by a
 * second node. Errors: those of `codeReports`, `proveContracts` and `compareNodes`.
 */
export async function checkNode(
  { provider, chainId, addresses }: { provider: JsonRpcApiProvider; chainId: bigint; addresses: Addresses },
  journals: ReadonlyMap<string, string>,
  block: ReadBlock,
  second: SecondNode | undefined,
): Promise<NodeChecks> {
  const codes = await codeReports(provider, addresses, block.number);
  const contracts = new Map(
    codes.map(({ address, codeHash }): [string, Claimed] => {
      const journal = journals.get(address);
      return [address, journal === undefined ? { codeHash } : { codeHash, journal }];
    }),
  );
  const provenState = await proveContracts(provider, contracts, block);
  if (second !== undefined) await compareNodes(second, chainId, contracts, block);
  return { codes, provenState, secondNode: second?.name ?? null };
}
