import type { LogDescription, Provider } from "ethers";
import { environmentError } from "../errors.ts";
import { compiled, CONTRACTS } from "../chain/contracts.ts";
import type { Addresses } from "../chain/handles.ts";

/** One event of the register, in the order of the chain. */
export interface RegisterEvent {
  readonly name: string;
  readonly args: LogDescription["args"];
  readonly block: number;
  /** Time of the block, Unix seconds. */
  readonly at: bigint;
  readonly transaction: string;
}

/** The register's events up to a fixed block, and that block's time. */
export interface RegisterLog {
  readonly events: readonly RegisterEvent[];
  readonly block: number;
  /** Unix seconds; the audit's "now". */
  readonly now: bigint;
}

/** Blocks asked for at once: below the limits that public nodes set. */
const RANGE = 5_000;

/**
 * Reads every event of a register's contracts from block `from` to the latest block. Events that are not the
 * register's are impossible (they come from its own addresses); one that cannot be read is an error (`log`), never
 * skipped.
 */
export async function readLog(provider: Provider, addresses: Addresses, from = 0): Promise<RegisterLog> {
  const latest = await provider.getBlock("latest");
  if (latest === null) throw environmentError("The node has no block.", { code: "chain" });
  const interfaces = CONTRACTS.map((name) => compiled(name).interface);
  const times = new Map<number, bigint>([[latest.number, BigInt(latest.timestamp)]]);
  const events: RegisterEvent[] = [];
  for (let start = from; start <= latest.number; start += RANGE) {
    const end = Math.min(start + RANGE - 1, latest.number);
    const logs = await provider.getLogs({ address: Object.values(addresses), fromBlock: start, toBlock: end });
    for (const log of logs) {
      if (log.removed) throw incomplete(`block ${log.blockNumber} was removed while it was read`);
      const parsed = interfaces.map((abi) => abi.parseLog(log)).find((event) => event !== null);
      if (parsed === undefined) throw incomplete(`an event of block ${log.blockNumber} is none of batchproof's`);
      const at = times.get(log.blockNumber) ?? (await blockTime(provider, log.blockNumber));
      times.set(log.blockNumber, at);
      events.push({
        name: parsed.name,
        args: parsed.args,
        block: log.blockNumber,
        at,
        transaction: log.transactionHash,
      });
    }
  }
  return { events, block: latest.number, now: BigInt(latest.timestamp) };
}

async function blockTime(provider: Provider, number: number): Promise<bigint> {
  const block = await provider.getBlock(number);
  if (block === null) throw incomplete(`the node does not know block ${number}, whose event it gave`);
  return BigInt(block.timestamp);
}

/** The node's answers do not fit together: nothing may be concluded from them. */
export function incomplete(problem: string): Error {
  return environmentError(`The log is incomplete: ${problem}. Nothing can be concluded from it.`, {
    code: "log",
    remedy: "Ask another node, and audit again.",
  });
}
