import type { JsonRpcApiProvider } from "ethers";
import { BatchproofError, environmentError } from "../errors.ts";
import { findRegister } from "../chain/connect.ts";
import { sinceOf, type Addresses } from "../chain/handles.ts";
import type { Texts } from "./findings.ts";
import { requireAgreement } from "./compare.ts";
import { finalBlock, requireChain } from "./head.ts";
import { known, replaced } from "./incomplete.ts";
import { readLogs } from "./logs.ts";
import { asked, blockAt } from "./node.ts";
import { ProofQueue } from "./proofs.ts";
import { reduce } from "./reduce.ts";
import { reportOf, type AuditReport, type LogReading } from "./report.ts";
import { emptyState, type RegisterState } from "./state.ts";
import { readCheckpoint, writeCheckpoint, type Checkpoint } from "./stateFile.ts";
import { loggedProofOf } from "./statement.ts";
import { requireCallsComplete } from "./trail.ts";

export type { AuditReport, BatchReport } from "./report.ts";

export interface AuditOptions {
  /** News of blocks before this one are left out; what still stands is always shown. Default: 0. */
  readonly from?: number;
  /**
   * Blocks below the latest one that are not read, because the chain may still take them back. Default: those above the last
   * final block, where the chain knows one and is no local one.
   */
  readonly finality?: number;
  /** Seconds by this machine's clock after which the block that all is read at is too old. Default: an hour; local chains: any. */
  readonly maxAge?: number;
  /** What the node is called: the state file says from whom it was read. No access key may be in it. */
  readonly node?: string;
  /** File in which what was read is kept, so that the next audit reads on. */
  readonly statePath?: string;
  /** Words that were kept off the chain, by their salted hash (`readWords`): shown beside the reasons they belong to. */
  readonly texts?: Texts;
  /** Threads that verify proofs; all processors if not given. */
  readonly workers?: number;
  /** Told after each range of blocks. */
  readonly onProgress?: (block: number, last: number) => void;
}

/** Blocks after the head that may come while the log is read: of older ones many nodes do not keep the state. */
const NEAR = 64;

/** One register on one node. */
interface Source {
  readonly provider: JsonRpcApiProvider;
  readonly chainId: bigint;
  readonly addresses: Addresses;
  /** Block of its deployment. */
  readonly since: number;
}

/**
 * Audits a register from its events alone: rebuilds every batch, verifies every proof and every certificate again, and
 * compares what came out with the register's counters and answers at the same block. A state of an earlier audit that does
 * not fit is discarded, and all is read once more. Errors (all exit 3, nothing concluded): `log` answers that do not fit
 * together, `reorg` the chain changed while it was read, `head` the register is newer than what is final, `chainId` another
 * chain than before, `chain` the node cannot be asked; then those of `findRegister` and `readCheckpoint`.
 */
export async function audit(
  provider: JsonRpcApiProvider,
  registry: string,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const chainId = await requireChain(provider);
  const addresses = await asked("the register's contracts", () => findRegister(provider, registry));
  const since = await asked("the block of the register's deployment", () => sinceOf(addresses, provider));
  const source = { provider, chainId, addresses, since };
  const { statePath } = options;
  const kept = statePath === undefined ? undefined : await readCheckpoint(statePath, chainId, registry);
  if (kept === undefined) return await readAll(source, options);
  const { block, node } = kept;
  try {
    return await readOn(source, kept, { from: block + 1, before: node }, options);
  } catch (error) {
    if (!isMismatch(error)) throw error;
    return await readAll(source, options, { block, node, problem: error.message });
  }
}

/** Whether what was read before may be to blame: another node told it, or the chain took it back. */
function isMismatch(error: unknown): error is BatchproofError {
  return error instanceof BatchproofError && ["log", "reorg", "head"].includes(error.code ?? "");
}

function readAll(source: Source, options: AuditOptions, discarded?: LogReading["discarded"]): Promise<AuditReport> {
  const { chainId, addresses, since } = source;
  const state = emptyState(chainId, addresses.registry);
  const start = { block: since - 1, hash: "", node: null, state };
  return readOn(source, start, { from: since, ...(discarded === undefined ? {} : { discarded }) }, options);
}

/** Reads on from what is known after a block, and writes up. Changes the state in place: there is only this one. */
async function readOn(
  source: Source,
  { block, hash, node, state }: Checkpoint,
  reading: LogReading,
  options: AuditOptions,
): Promise<AuditReport> {
  const { provider, chainId, addresses, since } = source;
  // What another node told is compared from the start, also by an audit after this one if this one breaks off.
  if (node === null || node !== options.node) state.compared = -1;
  let head = await finalBlock(provider, chainId, options.finality, block);
  if (hash !== "") await requireStill(provider, block, hash);
  if (head.number < since) {
    throw environmentError(
      `The register was deployed in block ${since}; the node's last final block is ${head.number}.`,
      {
        code: "head",
        remedy: "Wait until its deployment is final, or read the newest blocks too: --finality 0.",
      },
    );
  }
  for (let from = block + 1; from <= head.number;) {
    await play(source, state, { from, to: head.number }, options);
    from = head.number + 1;
    const later = await finalBlock(provider, chainId, options.finality, head.number);
    if (later.number - head.number > NEAR) head = later;
  }
  await requireStill(provider, head.number, head.hash);
  await requireChain(provider);
  await requireAgreement(provider, addresses, state, head, state.compared);
  const report = await reportOf(provider, state, head, reading, options);
  const { statePath } = options;
  if (statePath !== undefined) {
    state.compared = head.number;
    await writeCheckpoint(statePath, { block: head.number, hash: head.hash, node: options.node ?? null, state });
  }
  return report;
}

/** Reads and plays the events, and verifies their proofs as they come. */
async function play(
  { provider, addresses }: Source,
  state: RegisterState,
  { from, to }: { readonly from: number; readonly to: number },
  { statePath, workers, node, onProgress }: AuditOptions,
): Promise<void> {
  const queue = new ProofQueue(({ key, claim, proofNumber: proof, block, transaction }, code) => {
    known(state.batches, key, "batch").unproven.push({ proof, claim, code, block, transaction });
  }, workers);
  let reached: { readonly block: number; readonly hash: string } | undefined;
  try {
    for await (const { events, through, hash } of readLogs(provider, addresses, from, to)) {
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
    // What the node can no longer tell does not spoil what it told: the next audit reads on, and compares it in the end.
    if (!(error instanceof BatchproofError) || error.code !== "chain") throw error;
    if (statePath === undefined || reached === undefined) throw error;
    await queue.flush();
    await writeCheckpoint(statePath, { ...reached, node: node ?? null, state });
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

/** The log is read in many answers, and some of them by an earlier audit: they are about one chain only if it did not change. */
async function requireStill(provider: JsonRpcApiProvider, number: number, hash: string): Promise<void> {
  if ((await blockAt(provider, number)).hash === hash) return;
  throw replaced(number);
}
