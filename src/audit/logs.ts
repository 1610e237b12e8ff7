import type { JsonRpcApiProvider } from "ethers";
import { isTooLarge } from "../chain/newestLogs.ts";
import { explainRevert } from "../chain/revert.ts";
import type { Addresses } from "../chain/handles.ts";
import { eventReader, type LogBytes, type RegisterEvent } from "./events.ts";
import { incomplete, replaced } from "./incomplete.ts";
import { askedForEach, blockAt } from "./node.ts";

/** Blocks asked for at first and at most, and how many logs make the next range smaller or larger. */
const FIRST_RANGE = 1_000;
const LARGEST_RANGE = 5_000;
const MANY = 4_000;
const FEW = 1_000;

/** The events of all blocks up to and with `through`, in the order of the chain. */
export interface LogRange {
  readonly events: readonly RegisterEvent[];
  readonly through: number;
  /** Hash of that block, before and after its logs were asked for. */
  readonly hash: string;
}

/** A log as the node gave it; its time only if the node says it. */
interface ToldLog extends Omit<LogBytes, "time"> {
  readonly time: number | undefined;
  readonly blockHash: string;
  readonly index: number;
  readonly removed: boolean;
}

/**
 * Reads every event of a register from block `from` to block `to`, range by range, so that memory stays bounded. A
 * range that the node refuses (too many results, too many blocks), or does not answer whole and in time, is halved; ranges
 * grow again while answers are small.
 * Errors: `reorg` (the chain took back what was read), `log` (a removed block, an event out of order or none of ours, what is
 * no log at all), `chain` (the node cannot be asked, or refuses a single block).
 */
export async function* readLogs(
  provider: JsonRpcApiProvider,
  addresses: Addresses,
  from: number,
  to: number,
): AsyncGenerator<LogRange> {
  const read = eventReader(addresses);
  const address = Object.values(addresses);
  let size = FIRST_RANGE;
  let most = LARGEST_RANGE;
  let last: ToldLog | undefined;
  for (let start = from; start <= to;) {
    const end = Math.min(start + size - 1, to);
    const { hash } = await blockAt(provider, end);
    let told: unknown;
    try {
      // Not by `getLogs`, which leaves out the times of blocks that many nodes say.
      told = await provider.send("eth_getLogs", [{ address, fromBlock: quantity(start), toBlock: quantity(end) }]);
    } catch (error) {
      if (end > start && (await isTooLarge(provider, error))) {
        size = Math.ceil((end - start + 1) / 2);
        most = size;
        continue;
      }
      throw explainRevert(error);
    }
    if (!Array.isArray(told)) throw incomplete("the node's list of events is none");
    const logs = told.map(toldLog);
    for (const log of logs) {
      requireOrder(log, last, start, end);
      last = log;
    }
    const events = (await timed(provider, logs)).map(read);
    const isMoved = last?.block === end && last.blockHash !== hash;
    if (isMoved || (await blockAt(provider, end)).hash !== hash) throw replaced(end);
    yield { events, through: end, hash };
    if (logs.length > MANY) size = Math.max(1, Math.floor(size / 2));
    else if (logs.length < FEW) size = Math.min(size * 2, most);
    // What was refused once may not be later on, and each try may take as long as the node lets us wait.
    most = Math.min(most + Math.ceil(most / 16), LARGEST_RANGE);
    start = end + 1;
  }
}

function quantity(value: number): string {
  return `0x${value.toString(16)}`;
}

/** A log of JSON-RPC. Errors: `log` for anything else. */
function toldLog(value: unknown): ToldLog {
  const log = (typeof value === "object" ? value : null) as Readonly<Record<string, unknown>> | null;
  const topics: readonly unknown[] = Array.isArray(log?.["topics"]) ? log["topics"] : [null];
  return {
    address: told(log?.["address"], /^0x[0-9a-f]{40}$/i),
    topics: topics.map((topic) => told(topic, /^0x[0-9a-f]{64}$/i)),
    data: told(log?.["data"], /^0x(?:[0-9a-f]{2})*$/i),
    block: toldNumber(log?.["blockNumber"]),
    // Not every node says it.
    time: log?.["blockTimestamp"] == null ? undefined : toldNumber(log["blockTimestamp"]),
    blockHash: told(log?.["blockHash"], /^0x[0-9a-f]{64}$/i),
    transaction: told(log?.["transactionHash"], /^0x[0-9a-f]{64}$/i).toLowerCase(),
    index: toldNumber(log?.["logIndex"]),
    removed: log?.["removed"] === true,
  };
}

function told(value: unknown, form: RegExp): string {
  if (typeof value === "string" && form.test(value)) return value;
  throw incomplete("the node gave an event that is none");
}

/** At most 2^52: no block has such a number or time. */
function toldNumber(value: unknown): number {
  return Number(told(value, /^0x[0-9a-f]{1,13}$/i));
}

/** Gives each log the time of its block. One that the node tells wrongly makes another journal. */
async function timed(provider: JsonRpcApiProvider, logs: readonly ToldLog[]): Promise<readonly LogBytes[]> {
  const blocks = [...new Set(logs.filter(({ time }) => time === undefined).map(({ block }) => block))];
  const times = await askedForEach("a block", blocks, async (block) => (await blockAt(provider, block)).timestamp);
  const timeOf = new Map(blocks.map((block, i) => [block, times[i]]));
  return logs.map((log) => ({ ...log, time: log.time ?? timeOf.get(log.block) ?? 0 }));
}

/** Logs come in the order of the chain, from the blocks that were asked for, and none of them was taken back. */
function requireOrder(log: ToldLog, last: ToldLog | undefined, start: number, end: number): void {
  const { block, index, blockHash } = log;
  if (log.removed) throw incomplete(`block ${block} was removed while it was read`);
  if (block < start || block > end) {
    throw incomplete(`the node gave an event of block ${block} when asked for blocks ${start} to ${end}`);
  }
  if (last === undefined || last.block < block) return;
  if (last.block > block || last.index >= index) {
    throw incomplete(`the events of block ${block} are not in the order of the chain`);
  }
  if (last.blockHash !== blockHash) throw incomplete(`block ${block} was replaced while it was read`);
}
