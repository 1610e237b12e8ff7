import type { JsonRpcApiProvider } from "ethers";
import { BatchproofError, environmentError, restated } from "../errors.ts";
import { findRegister } from "../chain/connect.ts";
import { sinceOf, type Addresses } from "../chain/handles.ts";
import { checkNode } from "./checks.ts";
import type { CircuitList } from "./circuits.ts";
import type { Texts } from "./reasons.ts";
import { expectedJournals, requireAgreement } from "./compare.ts";
import { finalBlock, requireBlockNumbers, requireChain } from "./head.ts";
import { incomplete, known, replaced } from "./incomplete.ts";
import { journalIn } from "./journal.ts";
import type { Names } from "./names.ts";
import { readLogs } from "./logs.ts";
import { asked, blockAt } from "./node.ts";
import { ProofQueue } from "./proofs.ts";
import { reduce } from "./reduce.ts";
import { reportOf, type AuditReport, type LogReading } from "./report.ts";
import { SECOND_NODE, type SecondNode } from "./secondNode.ts";
import { emptyState, type RegisterState } from "./state.ts";
import { readCheckpoint, writeCheckpoint, type Checkpoint } from "./stateFile.ts";
import { loggedProofOf } from "./statement.ts";

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
  /** Tells the time at the end of the reading, Unix seconds. Default: this machine's clock. */
  readonly clock?: () => number;
  /** What the node is called: the state file says from whom it was read. No access key may be in it. */
  readonly node?: string;
  /** Another node of the same chain, which must say the same of the block that all is read at. */
  readonly secondNode?: SecondNode;
  /** The circuits whose provenance the reader knows (`readCircuitList`). Default: those of the lock file, development keys all. */
  readonly circuits?: CircuitList;
  /** File in which what was read is kept, so that the next audit reads on. */
  readonly statePath?: string;
  /** Words that were kept off the chain, by their salted hash (`readWords`): shown beside the reasons they belong to. */
  readonly texts?: Texts;
  /** Names of accounts, by address, that the report shows: who reads it knows them, the register does not. */
  readonly names?: Names;
  /** Threads that verify proofs; all processors if not given. */
  readonly workers?: number;
  /** A journal that the compliance registry must have had at some time: its successor names it. Not with a state file. */
  readonly passing?: string;
  /** Told after each range of blocks. */
  readonly onProgress?: (block: number, last: number) => void;
}

/** Blocks after the head that may come while the log is read: of older ones many nodes do not keep the state. */
const NEAR = 64;
/** How often the head is followed: each time far less is left to read, unless the node makes blocks up. */
const MOST_HEADS = 16;

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
 * compares the journals that the events come to with those of the contracts at the same block. A state of an earlier audit that
 * does not fit is discarded, and all is read once more. Errors (all exit 3, nothing concluded): `log` answers that do not fit
 * together, `reorg` the chain changed while it was read, `head` the register is newer than what is final, `chainId` another
 * chain than before, `chain` the node cannot be asked; then those of `findRegister` and `readCheckpoint`.
 */
export async function audit(
  provider: JsonRpcApiProvider,
  registry: string,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const chainId = await requireChain(provider);
  await requireBlockNumbers(provider);
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
  if (!(error instanceof BatchproofError) || error.place === SECOND_NODE) return false;
  return ["log", "reorg", "head"].includes(error.code ?? "");
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
  { block, hash, state }: Checkpoint,
  reading: LogReading,
  options: AuditOptions,
): Promise<AuditReport> {
  const { provider, chainId, addresses, since } = source;
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
  let passed = options.passing === undefined || journalIn(state, "registry", addresses.registry) === options.passing;
  for (let from = block + 1, heads = 1; from <= head.number; heads++) {
    if (heads > MOST_HEADS) throw runningAway(head.number);
    passed = (await play(source, state, { from, to: head.number }, options)) || passed;
    from = head.number + 1;
    const later = await finalBlock(provider, chainId, options.finality, head.number);
    if (later.number - head.number > NEAR) head = later;
  }
  await requireStill(provider, head.number, head.hash);
  await requireChain(provider);
  await requireAgreement(provider, addresses, state, head);
  if (!passed) throw incomplete("the register never had the journal that its successor names");
  const checks = await checkNode(source, expectedJournals(addresses, state), head, options.secondNode);
  const report = reportOf(state, head, reading, { ...options, checks });
  const { statePath } = options;
  if (statePath !== undefined) {
    await writeCheckpoint(statePath, { block: head.number, hash: head.hash, node: options.node ?? null, state });
  }
  return report;
}

/** Reads and plays the events, and verifies their proofs as they come. Whether the journal `passing` was among them. */
async function play(
  { provider, addresses }: Source,
  state: RegisterState,
  { from, to }: { readonly from: number; readonly to: number },
  { statePath, workers, node, passing, onProgress }: AuditOptions,
): Promise<boolean> {
  const queue = new ProofQueue(({ key, claim, proofNumber: proof, block, time, transaction }, code) => {
    known(state.batches, key, "batch").unproven.push({ proof, claim, code, block, time, transaction });
  }, workers);
  let passed = false;
  let reached: { readonly block: number; readonly hash: string } | undefined;
  try {
    for await (const { events, through, hash } of readLogs(provider, addresses, from, to)) {
      for (const event of events) {
        reduce(state, event);
        if (passing !== undefined && state.journals["registry"] === passing) passed = true;
        const statement = loggedProofOf(state, event);
        if (statement === undefined) continue;
        await queue.add(statement, known(state.circuits, statement.circuitId, "circuit").key);
        state.verified++;
      }
      reached = { block: through, hash };
      onProgress?.(through, to);
    }
    await queue.flush();
    return passed;
  } catch (error) {
    // What the node can no longer tell does not spoil what it told: the next audit reads on, and compares it in the end.
    if (!(error instanceof BatchproofError) || error.code !== "chain") throw error;
    if (statePath === undefined || reached === undefined) throw error;
    await queue.flush();
    await writeCheckpoint(statePath, { ...reached, node: node ?? null, state });
    const remedy = "Run the same again: it reads on from there.";
    const words = `${error.message} What was read up to block ${reached.block} is kept.`;
    throw restated(error, { place: statePath, remedy }, words);
  } finally {
    await queue.close();
  }
}

function runningAway(block: number): BatchproofError {
  return environmentError(`The chain grows faster than its log is read: now it is at block ${block}.`, {
    code: "chain",
    remedy: "Ask a faster node.",
  });
}

/** The log is read in many answers, and some of them by an earlier audit: they are about one chain only if it did not change. */
async function requireStill(provider: JsonRpcApiProvider, number: number, hash: string): Promise<void> {
  if ((await blockAt(provider, number)).hash === hash) return;
  throw replaced(number);
}
