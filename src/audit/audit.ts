import { isHexString, type JsonRpcApiProvider } from "ethers";
import { BatchproofError, environmentError } from "../errors.ts";
import { findRegister } from "../chain/connect.ts";
import type { Addresses } from "../chain/handles.ts";
import type { Texts } from "./findings.ts";
import { requireAgreement, type ReadBlock } from "./compare.ts";
import { known } from "./incomplete.ts";
import { readLogs } from "./logs.ts";
import { asked, blockAt } from "./node.ts";
import { ProofQueue } from "./proofs.ts";
import { reduce } from "./reduce.ts";
import { reportOf, type AuditReport, type LogReading } from "./report.ts";
import { emptyState, type RegisterState } from "./state.ts";
import { readCheckpoints, writeCheckpoints, type Checkpoint } from "./stateFile.ts";
import { loggedProofOf } from "./statement.ts";
import { requireCallsComplete } from "./trail.ts";

export type { AuditReport, BatchReport } from "./report.ts";

export interface AuditOptions {
  /** News of blocks before this one are left out; what still stands is always shown. Default: 0. */
  readonly from?: number;
  /** Blocks below the latest one that are not read, because the chain may still take them back. Default: 0. */
  readonly finality?: number;
  /** File in which what was read is kept, so that the next audit reads on. */
  readonly statePath?: string;
  /** Words that were kept off the chain, by their salted hash (`readWords`): shown beside the reasons they belong to. */
  readonly texts?: Texts;
  /** Threads that verify proofs; all processors if not given. */
  readonly workers?: number;
  /** Told after each range of blocks. */
  readonly onProgress?: (block: number, last: number) => void;
}

/**
 * Audits a register from its events alone: rebuilds every batch, verifies every proof and every certificate again, and
 * compares what came out with the register's counters and answers at the same block. Errors (all exit 3, nothing
 * concluded): `log` answers that do not fit together, `reorg` the chain changed while it was read, `head` the node is
 * behind the last audit, `chainId` another chain than before, `chain` the node cannot be asked; then those of
 * `findRegister` and `readCheckpoints`.
 */
export async function audit(
  provider: JsonRpcApiProvider,
  registry: string,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const chainId = await requireChain(provider);
  const addresses = await asked("the register's contracts", () => findRegister(provider, registry));
  const { statePath } = options;
  const kept = statePath === undefined ? [] : await readCheckpoints(statePath, chainId, registry);
  const head = await headBlock(provider, options.finality ?? 0, kept.at(-1)?.block ?? 0);
  const common = await commonCheckpoints(provider, kept);
  const last = common.at(-1);
  const state = last === undefined ? emptyState(chainId, registry) : structuredClone(last.state);
  const reading = readingOf(kept, common);

  await play(provider, addresses, state, { from: reading.from, to: head.number }, common, options);
  await requireUnchanged(provider, head, chainId);
  await requireAgreement(provider, addresses, state, head, state.compared);
  state.compared = head.number;
  if (statePath !== undefined) {
    const older = common.filter(({ block }) => block < head.number);
    await writeCheckpoints(statePath, [...older, { block: head.number, hash: head.hash, state }]);
  }
  return await reportOf(provider, state, head, reading, options.from ?? 0, options.texts);
}

/** The chain that the node is on, asked anew: what the connection heard once may be about another node. */
async function requireChain(provider: JsonRpcApiProvider): Promise<bigint> {
  const { chainId } = await provider.getNetwork();
  const told: unknown = await asked("the chain id", () => provider.send("eth_chainId", []));
  if (isHexString(told) && BigInt(told) === chainId) return chainId;
  throw environmentError(`The node says that it is on chain ${String(told)}, before it was on chain ${chainId}.`, {
    code: "chainId",
    remedy: "Ask another node.",
  });
}

/** The block to read up to; not before the block at which the last audit ended. */
async function headBlock(provider: JsonRpcApiProvider, finality: number, reached: number): Promise<ReadBlock> {
  const latest = await blockAt(provider, "latest");
  if (latest.number < reached) {
    throw environmentError(`The node's latest block is ${latest.number}; block ${reached} was read before.`, {
      code: "head",
      remedy: "Wait until the node has caught up, or ask another one.",
    });
  }
  const number = Math.max(latest.number - finality, reached, 0);
  const { hash, timestamp } = number === latest.number ? latest : await blockAt(provider, number);
  return { number, hash, now: timestamp };
}

/** The checkpoints that the chain still has: all before the first one whose block was replaced. */
async function commonCheckpoints(
  provider: JsonRpcApiProvider,
  kept: readonly Checkpoint[],
): Promise<readonly Checkpoint[]> {
  for (let count = kept.length; count > 0; count--) {
    const newest = kept[count - 1];
    if (newest !== undefined && (await blockAt(provider, newest.block)).hash === newest.hash)
      return kept.slice(0, count);
  }
  return [];
}

function readingOf(kept: readonly Checkpoint[], common: readonly Checkpoint[]): LogReading {
  const [before, to] = [kept.at(-1)?.block, common.at(-1)?.block ?? -1];
  const from = to + 1;
  return before === undefined || before === to ? { from } : { from, rewound: { from: before, to } };
}

/** Reads and plays the events, and verifies their proofs as they come. */
async function play(
  provider: JsonRpcApiProvider,
  addresses: Addresses,
  state: RegisterState,
  { from, to }: { readonly from: number; readonly to: number },
  older: readonly Checkpoint[],
  { statePath, workers, onProgress }: AuditOptions,
): Promise<void> {
  if (from > to) return;
  const queue = new ProofQueue(({ key, claim, proofNumber: proof, block, transaction }, code) => {
    known(state.batches, key, "batch").unproven.push({ proof, claim, code, block, transaction });
  }, workers);
  let reached: { readonly block: number; readonly hash: string } | undefined;
  try {
    for await (const { events, through } of readLogs(provider, addresses, from, to)) {
      // Before the events are played: a state is only worth keeping with the hash of the block it belongs to.
      const { hash } = await blockAt(provider, through);
      for (const event of events) {
        reduce(state, event);
        const statement = loggedProofOf(state, event);
        if (statement === undefined) continue;
        await queue.add(statement, known(state.circuits, statement.circuitId, "circuit").key);
        state.verified++;
      }
      requireCallsComplete(state);
      reached = { block: through, hash };
      onProgress?.(through, to);
    }
    await queue.flush();
  } catch (error) {
    // What the node can no longer tell does not spoil what it told: the next audit reads on.
    if (!(error instanceof BatchproofError) || error.code !== "chain") throw error;
    if (statePath === undefined || reached === undefined) throw error;
    await queue.flush();
    await writeCheckpoints(statePath, [...older, { ...reached, state }]);
    throw environmentError(`${error.message} What was read up to block ${reached.block} is kept.`, {
      code: "chain",
      place: statePath,
      remedy: "Run the same again: it reads on from there.",
      cause: error,
    });
  } finally {
    await queue.close();
  }
}

/** The log was read in many answers: they are about one chain only if it did not change in between. */
async function requireUnchanged(provider: JsonRpcApiProvider, head: ReadBlock, chainId: bigint): Promise<void> {
  const { hash } = await blockAt(provider, head.number);
  if (hash === head.hash && (await requireChain(provider)) === chainId) return;
  throw environmentError(
    `Block ${head.number} was replaced while the log was read. Nothing can be concluded from it.`,
    {
      code: "reorg",
      remedy: "Audit again; with --finality the newest blocks are left out.",
    },
  );
}
