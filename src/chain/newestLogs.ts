import type { Log, Provider } from "ethers";
import { type BatchproofError, environmentError } from "../errors.ts";
import type { Deployed } from "./handles.ts";
import { NodeFailure } from "./jsonRpc.ts";
import { isRefusal } from "./refusal.ts";
import { explained, explainRevert } from "./revert.ts";

/** Topics of an event, in their order; null: any, several: one of them. */
type Topics = (string | string[] | null)[];

/** Which logs of a contract are looked at. */
interface Range {
  /** Of the newest blocks only so many; default: all since its deployment. */
  readonly blocks?: number;
  /** The last block; default: the latest one. */
  readonly until?: number | "latest";
}

/**
 * Logs of a contract since its deployment, the newest first. Errors: `head` (the node's latest block is older than what is asked
 * for), those of `explainRevert`.
 */
export async function* logsOf(
  contract: Deployed,
  topics: Topics,
  { blocks = Infinity, until = "latest" }: Range = {},
): AsyncGenerator<Log> {
  const provider = contract.runner?.provider;
  if (provider == null) throw environmentError("The register is not connected to a node.", { code: "chain" });
  const [since, latest] = await explained(() => Promise.all([contract.since(), provider.getBlockNumber()]));
  if (Number(since) > latest) throw behind(latest, `and the register says that it was deployed in ${since}`);
  // Logs of a block that the node does not have yet would be missing without a word.
  if (until !== "latest" && until > latest) throw behind(latest, `and it was asked about ${until}`);
  const to = until === "latest" ? latest : until;
  const from = Math.max(Number(since), to + 1 - blocks);
  yield* newestLogs(provider, { address: await contract.getAddress(), topics }, from, to);
}

function behind(latest: number, why: string): BatchproofError {
  return environmentError(`The node's latest block is ${latest}, ${why}.`, {
    code: "head",
    remedy: "Wait until the node has caught up, or ask another one.",
  });
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
