import type { Log, Provider } from "ethers";
import { isTooLarge } from "../chain/newestLogs.ts";
import { explainRevert } from "../chain/revert.ts";
import type { Addresses } from "../chain/handles.ts";
import { eventReader, fixesOpening, type RegisterEvent } from "./events.ts";
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

/**
 * Reads every event of a register from block `from` to block `to`, range by range, so that memory stays bounded. A
 * range that the node refuses (too many results, too many blocks), or does not answer whole and in time, is halved; ranges
 * grow again while answers are small.
 * Errors: `reorg` (the chain took back what was read), `log` (a removed block, an event out of order or none of ours), `chain` (the node cannot be asked, or refuses
 * a single block).
 */
export async function* readLogs(
  provider: Provider,
  addresses: Addresses,
  from: number,
  to: number,
): AsyncGenerator<LogRange> {
  const read = eventReader(addresses);
  const address = Object.values(addresses);
  let size = FIRST_RANGE;
  let most = LARGEST_RANGE;
  let last: Log | undefined;
  for (let start = from; start <= to;) {
    const end = Math.min(start + size - 1, to);
    const { hash } = await blockAt(provider, end);
    let logs: readonly Log[];
    try {
      logs = await provider.getLogs({ address, fromBlock: start, toBlock: end });
    } catch (error) {
      if (end > start && (await isTooLarge(provider, error))) {
        size = Math.ceil((end - start + 1) / 2);
        most = size;
        continue;
      }
      throw explainRevert(error);
    }
    for (const log of logs) {
      requireOrder(log, last, start, end);
      last = log;
    }
    const events = await timed(provider, logs.map(read));
    const isMoved = last?.blockNumber === end && last.blockHash !== hash;
    if (isMoved || (await blockAt(provider, end)).hash !== hash) throw replaced(end);
    yield { events, through: end, hash };
    if (logs.length > MANY) size = Math.max(1, Math.floor(size / 2));
    else if (logs.length < FEW) size = Math.min(size * 2, most);
    // What was refused once may not be later on, and each try may take as long as the node lets us wait.
    most = Math.min(most + Math.ceil(most / 16), LARGEST_RANGE);
    start = end + 1;
  }
}

/** Gives the events that fix an opening the time of their block. */
async function timed(provider: Provider, events: readonly RegisterEvent[]): Promise<readonly RegisterEvent[]> {
  const blocks = [...new Set(events.filter(fixesOpening).map(({ block }) => block))];
  const times = await askedForEach("a block", blocks, async (block) => (await blockAt(provider, block)).timestamp);
  const timeOf = new Map(blocks.map((block, i) => [block, times[i] ?? 0]));
  return events.map((event) => (fixesOpening(event) ? { ...event, time: timeOf.get(event.block) ?? 0 } : event));
}

/** Logs come in the order of the chain, from the blocks that were asked for, and none of them was taken back. */
function requireOrder(log: Log, last: Log | undefined, start: number, end: number): void {
  const { blockNumber, index, blockHash } = log;
  if (log.removed) throw incomplete(`block ${blockNumber} was removed while it was read`);
  if (blockNumber < start || blockNumber > end) {
    throw incomplete(`the node gave an event of block ${blockNumber} when asked for blocks ${start} to ${end}`);
  }
  if (last === undefined || last.blockNumber < blockNumber) return;
  if (last.blockNumber > blockNumber || last.index >= index) {
    throw incomplete(`the events of block ${blockNumber} are not in the order of the chain`);
  }
  if (last.blockHash !== blockHash) throw incomplete(`block ${blockNumber} was replaced while it was read`);
}
