import { setTimeout } from "node:timers/promises";
import {
  FeeData,
  formatUnits,
  isError,
  JsonRpcSigner,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type JsonRpcApiProvider,
  type Provider,
  type Signer,
  type TransactionReceipt,
  type TransactionRequest,
  type TransactionResponse,
} from "ethers";
import { environmentError, inputError, type BatchproofError } from "../errors.ts";
import { counted } from "../input/quantities.ts";
import { PatientProvider, type Waiting } from "./jsonRpc.ts";
import { explained } from "./revert.ts";

/** What a sender offers for gas, wei; what is absent the node says. */
export interface Offer {
  /** Price as of chains without EIP-1559; others take it too. */
  readonly gasPrice?: bigint;
  /** By EIP-1559: price in all, and what of it goes to whoever makes the block. */
  readonly maxFee?: bigint;
  readonly tip?: bigint;
  /** The transaction of the account that the first one takes the place of. */
  readonly replaced?: { readonly hash: string; readonly nonce: number };
}

/** The most for a unit of gas that is paid on the node's word alone, wei: ten times what busy chains have asked for. */
const MOST_SUGGESTED = 1_000_000_000_000n;
/** Tip where the node suggests none, wei. */
const USUAL_TIP = 1_000_000_000n;
/** Milliseconds between two looks at what was sent, and after which somebody who waits is told that it still does. */
const LOOK = 1_000;
const SHOW = 100;
const SIGN_OF_LIFE = 30_000;
/** Who waits at a chain inside of this process: its blocks come at once. */
const AT_ONCE: Waiting = { limit: 60_000, say: () => undefined };

/**
 * Has an account's transactions offer this for gas. Errors when it sends: `fee` (the node suggests too much, and the offer does
 * not say), `mined-already` (what the first one was to replace).
 */
export function offering(signer: Signer, provider: JsonRpcApiProvider, offer: Offer): Signer {
  let { replaced } = offer;
  const { gasPrice, maxFee } = offer;
  const suggested = provider.getFeeData.bind(provider);
  // ethers asks the node also where it is told, and some nodes of chains with free gas have no answer.
  if (gasPrice !== undefined) provider.getFeeData = () => Promise.resolve(new FeeData(gasPrice, null, null));
  else if (maxFee === undefined) provider.getFeeData = async () => affordable(await suggested());
  if (replaced !== undefined && provider instanceof PatientProvider) provider.ignoresPending = true;
  const send =
    signer instanceof JsonRpcSigner
      ? (transaction: TransactionRequest) => sentByNode(signer, transaction)
      : signer.sendTransaction.bind(signer);
  signer.sendTransaction = async (transaction) => {
    const fees = await feesOf(provider, offer);
    if (replaced === undefined) return send({ ...transaction, ...fees });
    const { hash, nonce } = replaced;
    // Only the first one replaces.
    replaced = undefined;
    try {
      return await send({ ...transaction, ...fees, nonce });
    } catch (error) {
      await requireUnmined(provider, hash);
      throw error;
    }
  };
  return signer;
}

/** What a node suggests, if it is not so much that it would empty an account. Error `fee`. */
function affordable(suggestion: FeeData): FeeData {
  const price = suggestion.maxFeePerGas ?? suggestion.gasPrice ?? 0n;
  if (price <= MOST_SUGGESTED) return suggestion;
  throw environmentError(
    `The node suggests ${formatUnits(price, "gwei")} gwei for gas; over ${formatUnits(MOST_SUGGESTED, "gwei")} is paid only if it is said.`,
    {
      code: "fee",
      remedy: "Look at what the chain costs elsewhere, and say what you offer: --max-fee or --gas-price.",
    },
  );
}

/** Sends by a key that the node holds, and waits no longer than for anything else until the node shows what it sent. */
async function sentByNode(signer: JsonRpcSigner, transaction: TransactionRequest): Promise<TransactionResponse> {
  const { provider } = signer;
  const { limit } = waitingOf(provider);
  const block = await provider.getBlockNumber();
  const hash = await signer.sendUncheckedTransaction(transaction);
  const end = Date.now() + limit;
  while (Date.now() < end) {
    const found = await provider.getTransaction(hash);
    if (found !== null) return found.replaceableTransaction(block);
    await setTimeout(SHOW);
  }
  throw notMined(
    `The node does not show transaction ${hash}, which it sent.`,
    "Run the same again, or ask another node: --rpc.",
  );
}

async function feesOf(provider: JsonRpcApiProvider, { gasPrice, maxFee, tip }: Offer): Promise<object> {
  if (gasPrice !== undefined) return { type: 0, gasPrice };
  if (maxFee === undefined && tip === undefined) return {};
  const suggested = await provider.getFeeData();
  const offered = tip ?? suggested.maxPriorityFeePerGas ?? USUAL_TIP;
  const most = maxFee ?? (suggested.maxFeePerGas ?? 0n) - (suggested.maxPriorityFeePerGas ?? 0n) + offered;
  return { type: 2, maxFeePerGas: most, maxPriorityFeePerGas: offered < most ? offered : most };
}

/** Sends one call and waits until it is mined. Errors: `not-mined` (it is not within the time limit), those of `explained`. */
export function mined(send: () => Promise<ContractTransactionResponse>): Promise<ContractTransactionReceipt> {
  return explained(async () => await receiptOf(await send()));
}

/** What became of a transaction that was sent. Errors: `not-mined`, those of ethers. */
export async function receiptOf(response: ContractTransactionResponse): Promise<ContractTransactionReceipt> {
  const { limit, say } = waitingOf(response.provider);
  const end = Date.now() + limit;
  for (let rest = limit; rest > 0; rest = end - Date.now()) {
    try {
      const receipt = await response.wait(1, Math.min(rest, SIGN_OF_LIFE));
      if (receipt !== null) return receipt;
    } catch (error) {
      if (isError(error, "CALL_EXCEPTION") && error.receipt != null)
        throw await reasonOf(response, error.receipt, error);
      if (!isError(error, "TIMEOUT")) throw error;
      if (end > Date.now()) say(`Transaction ${response.hash} is not mined yet.`);
    }
  }
  throw notMined(
    `Transaction ${response.hash} was not mined within ${limit / 1000} s.`,
    `Run the same again: it waits for what is under way first, and finds what is done. With --replace ${response.hash} and --gas-price or --max-fee it offers more.`,
  );
}

/** Why a transaction that was mined failed: its receipt does not say, but the same call made again does. */
async function reasonOf(
  { provider, from, to, data, value }: ContractTransactionResponse,
  { blockNumber }: TransactionReceipt,
  error: Error,
): Promise<unknown> {
  try {
    await provider.call({ from, to, data, value, blockTag: blockNumber });
    return error;
  } catch (reason) {
    return reason;
  }
}

/**
 * Waits until all that an account sent before is mined: what is done already is only seen then. Error `not-mined`: it is not
 * within the time limit.
 */
export async function settled(account: Signer, provider: Provider): Promise<void> {
  const { limit, say } = waitingOf(provider);
  const address = await account.getAddress();
  const end = Date.now() + limit;
  for (let told = false; ; told = true) {
    const [sent, done] = await explained(() =>
      Promise.all([provider.getTransactionCount(address, "pending"), provider.getTransactionCount(address, "latest")]),
    );
    if (sent <= done) return;
    const what = `${counted(sent - done, "transaction")} of ${address}`;
    if (!told) say(`Waiting for ${what}, sent before and not mined yet.`);
    if (Date.now() >= end) {
      throw notMined(
        `After ${limit / 1000} s the chain has not mined ${what} that ${sent - done === 1 ? "was" : "were"} sent before.`,
        "Run the same again to go on waiting; to offer more, name the first of them: --replace HASH and --gas-price or --max-fee.",
      );
    }
    await setTimeout(LOOK);
  }
}

/**
 * The number of an account's transaction that is to be replaced. Errors: `mined-already` (it is, and a number would only make a
 * second one of what it made), `not-mined` (the node does not have it), `usage` (another account's).
 */
export async function replacedNumber(account: Signer, provider: Provider, hash: string): Promise<number> {
  await requireUnmined(provider, hash);
  const found = await explained(() => provider.getTransaction(hash));
  if (found === null) {
    throw notMined(
      `The node does not have transaction ${hash}.`,
      "It was dropped, or never came: run the same again without --replace.",
    );
  }
  if (found.from !== (await account.getAddress())) {
    throw inputError(`Transaction ${hash} was sent by ${found.from}.`, { place: "--replace", code: "usage" });
  }
  if (found.blockNumber !== null) throw minedAlready(hash, found.blockNumber);
  return found.nonce;
}

/** The receipt is asked for itself: what a node says of the transaction may be older. Error `mined-already`. */
async function requireUnmined(provider: Provider, hash: string): Promise<void> {
  const receipt = await explained(() => provider.getTransactionReceipt(hash));
  if (receipt !== null) throw minedAlready(hash, receipt.blockNumber);
}

function minedAlready(hash: string, block: number): BatchproofError {
  return environmentError(
    `Transaction ${hash} is mined in block ${block}: nothing is left to replace, and nothing was sent.`,
    {
      code: "mined-already",
      remedy: "Run the same again without --replace: it finds what is done.",
    },
  );
}

function waitingOf(provider: Provider | null): Waiting {
  return provider instanceof PatientProvider ? provider.waiting : AT_ONCE;
}

function notMined(message: string, remedy: string): BatchproofError {
  return environmentError(message, { code: "not-mined", remedy });
}
