import type { Log, Provider } from "ethers";
import { explainRevert } from "./revert.ts";
import { isRefusal } from "./refusal.ts";

/** Which logs are asked for. */
export interface LogFilter {
  readonly address: string;
  readonly topics: (string | null)[];
}

/**
 * Logs of a filter, the newest first. A range that the node refuses as too long is halved; what is looked for is seldom
 * old. Errors: those of `explainRevert`.
 */
export async function* newestLogs(
  provider: Provider,
  filter: LogFilter,
  fromBlock: number,
  toBlock: number,
): AsyncGenerator<Log> {
  let logs: readonly Log[];
  try {
    logs = await provider.getLogs({ ...filter, fromBlock, toBlock });
  } catch (error) {
    if (!isRefusal(error) || fromBlock === toBlock) throw explainRevert(error);
    const middle = Math.floor((fromBlock + toBlock) / 2);
    yield* newestLogs(provider, filter, middle + 1, toBlock);
    yield* newestLogs(provider, filter, fromBlock, middle);
    return;
  }
  yield* [...logs].reverse();
}
