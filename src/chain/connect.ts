import { BrowserProvider, isAddress, Network, type JsonRpcApiProvider, type Provider } from "ethers";
import { BatchproofError, environmentError, inputError } from "../errors.ts";
import { loadPeer } from "../peers.ts";
import { packageRoot } from "../root.ts";
import { formatTime } from "../input/times.ts";
import { handle, type Addresses } from "./handles.ts";
import { ask, PatientProvider, quoted, type Asking } from "./jsonRpc.ts";
import { explained } from "./revert.ts";

/** A chain that answers. `close` ends every connection, so that the process can end. */
export interface Chain {
  readonly provider: JsonRpcApiProvider;
  readonly chainId: bigint;
  close(): Promise<void>;
}

/** Milliseconds within which a node must answer one request. */
const TIMEOUT = 20_000;
/** Milliseconds within which a transaction must be mined. */
const MINED_WITHIN = 300_000;
/** Milliseconds between two looks for a mined transaction. */
const POLLING = 200;
/** Account states are never cached: two transactions in a row need two nonces. */
const UNCACHED = { cacheTimeout: -1, pollingInterval: POLLING };

/** How a node is connected to. */
export interface ConnectOptions {
  /** Chain id that the caller insists on. */
  readonly expected?: bigint;
  /** Milliseconds for each request. */
  readonly timeout?: number;
  /** The option that named the node, for errors. Default: --rpc. */
  readonly place?: string;
  /** Told in a sentence why somebody waits, and of each transaction when it is sent. Default: nobody is told. */
  readonly say?: (sentence: string) => void;
  /** Milliseconds within which a transaction must be mined. Default: five minutes. */
  readonly minedWithin?: number;
}

/**
 * Connects to a JSON-RPC node by http or https. Throws `rpc` for another kind of URL, `unreachable` if no node answers in
 * time, `chainId` for the wrong chain.
 */
export async function connectRpc(url: string, options: ConnectOptions = {}): Promise<Chain> {
  const { place = "--rpc" } = options;
  if (!isPlainHttp(url)) {
    throw inputError("The address of the node is not an http or https URL without user name and password.", {
      code: "rpc",
      place,
    });
  }
  const { timeout = TIMEOUT, minedWithin = MINED_WITHIN, say = (): void => undefined } = options;
  const asking = { url, timeout, minedWithin, say };
  const chainId = await askChainId(asking, place);
  if (options.expected !== undefined && chainId !== options.expected) {
    throw environmentError(`The node is on chain ${chainId}, expected ${options.expected}.`, {
      code: "chainId",
      place,
    });
  }
  // With a known network ethers does not look for one, which it would repeat for ever on the console.
  const provider = withRoom(new PatientProvider(asking, chainId, UNCACHED));
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

async function askChainId(asking: Asking, place: string): Promise<bigint> {
  try {
    const answer = await ask(asking, { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    if ("error" in answer) throw new Error(`it does not say its chain id: ${quoted(answer.error)}`);
    if (typeof answer.result === "string" && /^0x[0-9a-f]{1,64}$/i.test(answer.result)) return BigInt(answer.result);
    throw new Error("what it says to eth_chainId is no chain id");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The URL may hold an access key, so only its origin is shown.
    throw environmentError(`No node answers at ${new URL(asking.url).origin}: ${reason}.`, {
      code: "unreachable",
      place,
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
  /** Null: the block is not mined yet. */
  readonly hash: string | null;
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
 * is not an address, `code` if there is no contract, `contract` if it is not a compliance registry, `chain` for a node that
 * cannot tell.
 */
export async function findRegister(provider: Provider, registry: string): Promise<Addresses> {
  if (!isAddress(registry)) {
    throw inputError("The compliance registry's address is not an address.", { code: "address", place: "--registry" });
  }
  await requireCode(provider, registry, "compliance registry");
  const contract = handle("ComplianceRegistry", registry, provider);
  try {
    const [roles, circuits, policies, parties, consents, requests, gate, persons] = await explained(() =>
      Promise.all([
        contract.roles(),
        contract.circuits(),
        contract.policies(),
        contract.parties(),
        contract.consents(),
        contract.requests(),
        contract.gate(),
        contract.persons(),
      ]),
    );
    return { roles, circuits, policies, parties, consents, requests, registry, gate, persons };
  } catch (error) {
    // A node that failed says nothing about the contract.
    if (!(error instanceof BatchproofError) || (error.kind !== "no" && error.code !== "contract")) throw error;
    throw environmentError(`The contract at ${registry} is not a compliance registry of batchproof.`, {
      code: "contract",
      cause: error,
    });
  }
}

/** Throws `code` unless there is a contract at the address, `chain` for a node that cannot tell. `what`: its name for the message. */
export async function requireCode(provider: Provider, address: string, what: string): Promise<void> {
  if ((await explained(() => provider.getCode(address))) !== "0x") return;
  const { number, timestamp } = await explained(() => blockOf(provider, "latest"));
  throw environmentError(
    `There is no contract at ${address}, expected the ${what}; the node's latest block is ${number} of ${formatTime(timestamp)}.`,
    {
      code: "code",
      remedy: "Check the address and the chain, and whether the node has caught up.",
    },
  );
}
