import type { Log, Provider } from "ethers";
import { environmentError } from "../errors.ts";
import type { Deployed } from "./handles.ts";
import { NodeFailure } from "./jsonRpc.ts";
import { isRefusal } from "./refusal.ts";
import { explained, explainRevert } from "./revert.ts";

/** Topics of an event, in their order; null: any, several: one of them. */
type Topics = (string | string[] | null)[];

/**
 * Logs of a contract since its deployment, the newest first, up to the latest block; of the newest `blocks` only, if it is
 * given. Errors: those of `explainRevert`.
 */
export async function* logsOf(contract: Deployed, topics: Topics, blocks = Infinity): AsyncGenerator<Log> {
  const provider = contract.runner?.provider;
  if (provider == null) throw environmentError("The register is not connected to a node.", { code: "chain" });
  const [since, latest] = await explained(() => Promise.all([contract.since(), provider.getBlockNumber()]));
  if (Number(since) > latest) {
    throw environmentError(
      `The node's latest block is ${latest}, and the register says that it was deployed in ${since}.`,
      {
        code: "head",
        remedy: "Wait until the node has caught up, or ask another one.",
      },
    );
  }
  const from = Math.max(Number(since), latest + 1 - blocks);
  yield* newestLogs(provider, { address: await contract.getAddress(), topics }, from, latest);
}

/** Which logs are asked for. */
interface LogFilter {
  readonly address: string;
  readonly topics: Topics;
}

/**
 * Logs of a filter, the newest first. A range that the node refuses, or does not answer whole and in time, is halved; what is
 * looked for is seldom old. Errors: those of `explainRevert`.
 */
async function* newestLogs(
  provider: Provider,
  filter: LogFilter,
  fromBlock: number,
  toBlock: number,
): AsyncGenerator<Log> {
  if (fromBlock > toBlock) return;
  let logs: readonly Log[];
  try {
    logs = await provider.getLogs({ ...filter, fromBlock, toBlock });
  } catch (error) {
    if (fromBlock === toBlock || !(await isTooLarge(provider, error))) throw explainRevert(error);
    const middle = Math.floor((fromBlock + toBlock) / 2);
    yield* newestLogs(provider, filter, middle + 1, toBlock);
    yield* newestLogs(provider, filter, fromBlock, middle);
    return;
  }
  yield* [...logs].reverse();
}

/**
 * Whether a smaller range of logs may be answered where this one was not: the node refused it, or did not answer whole and in
 * time, and yet it is there.
 */
export async function isTooLarge(provider: Provider, error: unknown): Promise<boolean> {
  if (isRefusal(error)) return true;
  if (!(error instanceof NodeFailure) || (error.what !== "silent" && error.what !== "broken")) return false;
  try {
    await provider.getBlockNumber();
    return true;
  } catch {
    return false;
  }
}
