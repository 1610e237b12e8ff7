import { setTimeout } from "node:timers/promises";
import {
  BrowserProvider,
  FetchRequest,
  isAddress,
  isError,
  JsonRpcProvider,
  Network,
  type FetchResponse,
  type JsonRpcApiProvider,
  type JsonRpcPayload,
  type JsonRpcResult,
  type Provider,
} from "ethers";
import { environmentError, inputError } from "../errors.ts";
import { loadPeer } from "../peers.ts";
import { packageRoot } from "../root.ts";
import { handle, type Addresses } from "./handles.ts";

/** A chain that answers. `close` ends every connection, so that the process can end. */
export interface Chain {
  readonly provider: JsonRpcApiProvider;
  readonly chainId: bigint;
  close(): Promise<void>;
}

/** Milliseconds within which a node must answer one request. */
const TIMEOUT = 20_000;
/** Milliseconds between two looks for a mined transaction. */
const POLLING = 200;
/** Account states are never cached: two transactions in a row need two nonces. */
const UNCACHED = { cacheTimeout: -1, pollingInterval: POLLING };

/** Every request goes by itself: some nodes take no batches. */
const ONE_BY_ONE = { staticNetwork: true, batchMaxCount: 1, ...UNCACHED };

/** By EIP-1474: too many requests. The request was not looked at; nodes say it with status 200, too. */
const LIMIT_EXCEEDED = -32005;
/** Milliseconds before a request that a node put off is sent again, each time: six seconds in all. */
const WAITS = [100, 200, 400, 800, 1500, 3000];

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Asks again what a node puts off because there were too many requests. Other refusals are answers. An answer's text is
 * decoded here, because ethers holds some twenty times its size while it does so.
 */
class PatientProvider extends JsonRpcProvider {
  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    return await patiently(
      () => this.#ask(payload),
      (answers) => answers.some(isPutOff),
    );
  }

  async #ask(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    const request = this._getConnection();
    request.body = JSON.stringify(payload);
    request.setHeader("content-type", "application/json");
    const response = await request.send();
    response.assertOk();
    return [answerIn(response)].flat();
  }
}

function answerIn(response: FetchResponse): JsonRpcResult | JsonRpcResult[] {
  try {
    return JSON.parse(UTF8.decode(response.body ?? new Uint8Array())) as JsonRpcResult | JsonRpcResult[];
  } catch {
    // No JSON: with the error that ethers has for it.
    return response.bodyJson as JsonRpcResult | JsonRpcResult[];
  }
}

/** Whether a JSON-RPC answer is that there were too many requests. */
function isPutOff(answer: object): boolean {
  const error = "error" in answer ? answer.error : undefined;
  return typeof error === "object" && error !== null && "code" in error && error.code === LIMIT_EXCEEDED;
}

async function patiently<T>(ask: () => Promise<T>, mustWait: (answer: T) => boolean): Promise<T> {
  let answer = await ask();
  for (const wait of WAITS) {
    if (!mustWait(answer)) break;
    await setTimeout(wait);
    answer = await ask();
  }
  return answer;
}

/**
 * Connects to a JSON-RPC node by http or https. `expected`: chain id that the caller insists on; `timeout`:
 * milliseconds for each request. Throws `rpc` for another kind of URL, `unreachable` if no node answers in time,
 * `chainId` for the wrong chain.
 */
export async function connectRpc(
  url: string,
  options: { readonly expected?: bigint; readonly timeout?: number } = {},
): Promise<Chain> {
  if (!isPlainHttp(url)) {
    throw inputError("The address of the node is not an http or https URL without user name and password.", {
      code: "rpc",
      place: "--rpc",
    });
  }
  const timeout = options.timeout ?? TIMEOUT;
  const chainId = await askChainId(url, timeout);
  if (options.expected !== undefined && chainId !== options.expected) {
    throw environmentError(`The node is on chain ${chainId}, expected ${options.expected}.`, {
      code: "chainId",
      place: "--rpc",
    });
  }
  // With a known network ethers does not look for one, which it would repeat for ever on the console.
  const request = new FetchRequest(url);
  request.timeout = timeout;
  const provider = withRoom(new PatientProvider(request, Network.from(chainId), ONE_BY_ONE));
  return {
    provider,
    chainId,
    close: () => {
      provider.destroy();
      return Promise.resolve();
    },
  };
}

/**
 * Estimates a fifth more gas than a node does: what a call costs depends on the second in which it is mined (a stored time
 * may change or not), and a transaction that runs out of gas is paid for and tells no reason.
 */
function withRoom<P extends JsonRpcApiProvider>(provider: P): P {
  const exact = provider.estimateGas.bind(provider);
  provider.estimateGas = async (transaction) => ((await exact(transaction)) * 6n) / 5n;
  return provider;
}

function isPlainHttp(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}

async function askChainId(url: string, timeout: number): Promise<bigint> {
  try {
    const ask = async (): Promise<{ result?: unknown }> => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
        signal: AbortSignal.timeout(timeout),
      });
      return (await response.json()) as { result?: unknown };
    };
    const answer = await patiently(ask, isPutOff);
    if (typeof answer.result !== "string") throw new Error("it did not answer eth_chainId");
    return BigInt(answer.result);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The URL may hold an access key, so only its origin is shown.
    throw environmentError(`No node answers at ${new URL(url).origin}: ${reason}.`, {
      code: "unreachable",
      place: "--rpc",
      remedy: "Start the node or check the address.",
      cause: error,
    });
  }
}

/**
 * A chain inside this process (Hardhat's, chain id 31337, funded accounts that it signs for, a block per transaction).
 * It needs no configuration file and does not depend on the working directory. `startsAt`: time of its first block.
 */
export async function embeddedChain(options: { readonly startsAt?: Date } = {}): Promise<Chain> {
  // Loaded on demand: most commands never need it.
  const { createHardhatRuntimeEnvironment } = await loadPeer("hardhat", "A local chain", () => import("hardhat/hre"));
  const embedded = {
    type: "edr-simulated",
    chainType: "l1",
    allowBlocksWithSameTimestamp: true,
    // As any node does: a refused transaction is mined and its receipt says so.
    throwOnTransactionFailures: false,
    ...(options.startsAt === undefined ? {} : { initialDate: options.startsAt }),
  } as const;
  const environment = await createHardhatRuntimeEnvironment({ networks: { embedded } }, {}, packageRoot());
  const connection = await environment.network.create("embedded");
  const provider = withRoom(new BrowserProvider(connection.provider, Network.from(31337), UNCACHED));
  return {
    provider,
    chainId: 31337n,
    close: async () => {
      provider.destroy();
      await connection.close();
    },
  };
}

/**
 * Sets the time of a local chain and mines one block there. `seconds`: Unix seconds, later than the latest block.
 * Throws `chain` on a chain that cannot travel in time.
 */
export async function mineAt(chain: Chain, seconds: bigint): Promise<void> {
  try {
    await chain.provider.send("evm_setNextBlockTimestamp", [`0x${seconds.toString(16)}`]);
    await chain.provider.send("evm_mine", []);
  } catch (error) {
    throw environmentError("Only a local development chain can be moved in time.", { code: "chain", cause: error });
  }
}

/** A block of the chain; its time in Unix seconds. */
export interface ChainBlock {
  readonly number: number;
  readonly timestamp: number;
}

/** A block by its number, or the latest one. Throws `chain` if the node does not have it. */
export async function blockOf(provider: Provider, which: number | "latest"): Promise<ChainBlock> {
  const block = await provider.getBlock(which);
  if (block === null) throw environmentError("The node has no such block.", { code: "chain" });
  return block;
}

/** Time of the latest block, Unix seconds. Errors as `blockOf`. */
export async function chainTime(provider: Provider): Promise<bigint> {
  return BigInt((await blockOf(provider, "latest")).timestamp);
}

/**
 * Finds all contracts of a deployment from the address of its compliance registry. Throws `address` for something that
 * is not an address, `code` if there is no contract, `contract` if it is not a compliance registry.
 */
export async function findRegister(provider: Provider, registry: string): Promise<Addresses> {
  if (!isAddress(registry)) {
    throw inputError("The compliance registry's address is not an address.", { code: "address", place: "--registry" });
  }
  await requireCode(provider, registry, "compliance registry");
  const contract = handle("ComplianceRegistry", registry, provider);
  try {
    const [roles, circuits, policies, parties, consents, requests, gate] = await Promise.all([
      contract.roles(),
      contract.circuits(),
      contract.policies(),
      contract.parties(),
      contract.consents(),
      contract.requests(),
      contract.gate(),
    ]);
    return { roles, circuits, policies, parties, consents, requests, registry, gate };
  } catch (error) {
    // A dropped connection says nothing about the contract.
    if (!isError(error, "CALL_EXCEPTION") && !isError(error, "BAD_DATA")) throw error;
    throw environmentError(`The contract at ${registry} is not a compliance registry of batchproof.`, {
      code: "contract",
      cause: error,
    });
  }
}

/** Throws `code` unless there is a contract at the address. `what`: its name for the message. */
export async function requireCode(provider: Provider, address: string, what: string): Promise<void> {
  if ((await provider.getCode(address)) === "0x") {
    throw environmentError(`There is no contract at ${address}, expected the ${what}.`, {
      code: "code",
      remedy: "Check the address and the chain.",
    });
  }
}
