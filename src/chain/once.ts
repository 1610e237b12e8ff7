import type {
  BaseContractMethod,
  ContractMethodArgs,
  ContractTransactionResponse,
  Signer,
  TransactionReceipt,
} from "ethers";
import { environmentError } from "../errors.ts";
import type { Deployed } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import { eventOf } from "./receipts.ts";
import { explained } from "./revert.ts";
import { mined } from "./sending.ts";

/**
 * Newest blocks in which the same call is looked for, days of any chain: whoever did not see it mined still knows of it, and
 * nodes that keep no older logs need not be asked for them.
 */
const REMEMBERED = 100_000;

/** A call that was mined, and whether it was before it was asked for now. */
export interface Once {
  readonly receipt: TransactionReceipt;
  readonly already: boolean;
}

/** What a call makes. */
export interface Made {
  /** The event that tells of it, with the key of its batch as first topic. */
  readonly event: string;
  readonly key: string;
  /** Whether what an event tells of still stands: what was closed or taken back may be made anew. */
  readonly stands: (said: Readonly<Record<string, unknown>>) => Promise<boolean>;
}

/** A call of an account, as it is sent. */
export interface SentCall {
  readonly from: string;
  readonly data: string;
}

/**
 * Sends a call that would make something new every time it is sent, unless the same account made the same call lately: who
 * runs a command again, because it did not see its transaction mined, means the one. Errors: those of `mined`.
 */
export async function minedOnce<A extends unknown[]>(
  contract: Deployed,
  method: BaseContractMethod<A, unknown, ContractTransactionResponse>,
  args: ContractMethodArgs<A>,
  made: Made,
): Promise<Once> {
  const account = contract.runner as Signer;
  const { data } = await method.populateTransaction(...args);
  const receipt = await madeLately(contract, { from: await account.getAddress(), data }, made);
  if (receipt !== undefined) return { receipt, already: true };
  return { receipt: await mined(() => method(...args)), already: false };
}

/** The receipt of the same call, if its account made it lately and what it made stands. Errors: those of `logsOf`. */
export async function madeLately(
  contract: Deployed,
  { from, data }: SentCall,
  { event, key, stands }: Made,
): Promise<TransactionReceipt | undefined> {
  const topic = contract.interface.getEvent(event)?.topicHash ?? null;
  for await (const { provider, transactionHash } of logsOf(contract, [topic, key], { blocks: REMEMBERED })) {
    const sent = await explained(() => provider.getTransaction(transactionHash));
    if (sent?.from !== from || sent.to !== contract.target || sent.data !== data) continue;
    const receipt = await explained(() => provider.getTransactionReceipt(transactionHash));
    if (receipt === null) {
      throw environmentError(`The node has transaction ${transactionHash} and no receipt of it.`, { code: "chain" });
    }
    if (await explained(() => stands(eventOf(receipt, contract, event)))) return receipt;
  }
  return undefined;
}
