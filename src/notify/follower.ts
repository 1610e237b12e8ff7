import type { JsonRpcApiProvider } from "ethers";
import { join } from "node:path";
import { requireAgreement, type ReadBlock } from "../audit/compare.ts";
import type { RegisterEvent } from "../audit/events.ts";
import { finalBlock, isStale, requireChain } from "../audit/head.ts";
import { replaced } from "../audit/incomplete.ts";
import { readLogs } from "../audit/logs.ts";
import { asked, blockAt } from "../audit/node.ts";
import { reduce } from "../audit/reduce.ts";
import { emptyState } from "../audit/state.ts";
import { readCheckpoint, writeCheckpoint, type Checkpoint } from "../audit/stateFile.ts";
import { overdueOf } from "../audit/status.ts";
import { findRegister } from "../chain/connect.ts";
import { sinceOf, type Addresses } from "../chain/handles.ts";
import { BatchproofError, environmentError } from "../errors.ts";
import { formatTime } from "../input/times.ts";
import { NotificationJournal, type Cursor } from "./journal.ts";
import type { Notification, Tidings } from "./notification.ts";
import { overdueTidings, tidingsOf, type ToldRegister } from "./told.ts";

/** Blocks after which the cursor moves though there is nothing to tell, and the state is kept. */
const KEEP_EVERY = 1_000;

export interface FollowerOptions {
  readonly provider: JsonRpcApiProvider;
  /** Address of the compliance registry. */
  readonly registry: string;
  /** Where the journal and the state are kept. */
  readonly folder: string;
  /** Blocks below the latest one that are not read; default: those above the last final block, as `audit` does. */
  readonly finality?: number;
}

/** How far the register was read. A reading that is old, or has a problem, says nothing of what happened since. */
export interface FollowerStatus {
  /** Null: nothing was read since the start. */
  readonly block: number | null;
  /** Of that block, RFC 3339. */
  readonly time: string | null;
  readonly sequence: number;
  readonly problem: { readonly code: string | null; readonly message: string } | null;
}

/** What is known of a register after a block. */
type Reading = Pick<Checkpoint, "block" | "hash" | "state">;

/**
 * Reads a register's events as they become final, and tells them in a journal. Every event is played and checked as `audit` does,
 * and nothing of a reading is told before the journals of the contracts agree with all of it: a node cannot leave out an event.
 */
export class Follower {
  readonly journal: NotificationJournal;
  readonly #options: FollowerOptions;
  readonly #register: ToldRegister;
  readonly #addresses: Addresses;
  /** Block of the deployment. */
  readonly #since: number;
  #reading: Reading | undefined;
  #head: ReadBlock | undefined;
  #problem: FollowerStatus["problem"] = null;

  private constructor(
    options: FollowerOptions,
    register: ToldRegister,
    found: { readonly addresses: Addresses; readonly since: number },
    journal: NotificationJournal,
  ) {
    this.#options = options;
    this.#register = register;
    this.#addresses = found.addresses;
    this.#since = found.since;
    this.journal = journal;
  }

  /** Errors: those of `findRegister`, `requireChain` and `NotificationJournal.open`. */
  static async open(options: FollowerOptions): Promise<Follower> {
    const { provider, registry, folder } = options;
    const chainId = await requireChain(provider);
    const addresses = await asked("the register's contracts", () => findRegister(provider, registry));
    const since = await asked("the block of the register's deployment", () => sinceOf(addresses, provider));
    const register = { chainId: chainId.toString(), registry: addresses.registry };
    return new Follower(options, register, { addresses, since }, await NotificationJournal.open(folder, register));
  }

  get status(): FollowerStatus {
    const { number: block = null, now } = this.#head ?? {};
    const time = now === undefined ? null : formatTime(now);
    return { block, time, sequence: this.journal.sequence, problem: this.#problem };
  }

  /**
   * Up to which block was read, if that may be called now; undefined: the last reading failed, or its block is old.
   * @param now Unix seconds
   */
  currentBlock(now: number): number | undefined {
    if (this.#head === undefined || this.#problem !== null) return undefined;
    const isOld = isStale(now - this.#head.now, BigInt(this.#register.chainId), undefined);
    return isOld ? undefined : this.#head.number;
  }

  /**
   * Reads on to the last final block and tells what is new. Errors: `feed-forked` (the chain took back what was told), `log`, `reorg`,
   * `head`, `chain`, `chainId` as `audit`: then nothing was told, and the next round begins from what was.
   */
  async round(): Promise<readonly Notification[]> {
    try {
      const told = await this.#read();
      this.#problem = null;
      return told;
    } catch (error) {
      // Half-played events are in no state that could be read on from.
      this.#reading = undefined;
      const [code, message] =
        error instanceof BatchproofError ? [error.code ?? null, error.message] : [null, "The register was not read."];
      this.#problem = { code, message };
      throw error;
    }
  }

  /** Keeps the state, so that the next start need not read everything. Not while a round runs. */
  async close(): Promise<void> {
    if (this.#reading !== undefined) await this.#keep(this.#reading, []);
    await this.journal.close();
  }

  async #read(): Promise<readonly Notification[]> {
    const { provider, finality } = this.#options;
    const chainId = await requireChain(provider);
    const { cursor } = this.journal;
    if (cursor !== undefined) await this.#requireStill(cursor);
    const reading = (this.#reading ??= await this.#begin(chainId, cursor));
    const reached = Math.max(reading.block, cursor?.block ?? 0);
    const head = await finalBlock(provider, chainId, finality, reached);
    if (head.number < this.#since) return [];
    if (head.hash === reading.hash) {
      this.#head = head;
      return [];
    }
    const tidings = await this.#play(reading, head, cursor);
    await requireAgreement(provider, this.#addresses, reading.state, head);
    if ((await blockAt(provider, head.number)).hash !== head.hash) throw replaced(head.number);
    const all = [...tidings, ...this.#overdue(reading, head)];
    const read = { ...reading, block: head.number, hash: head.hash };
    const told = await this.#tell(read, all);
    this.#reading = read;
    this.#head = head;
    return told;
  }

  /** What was told stands on this chain. */
  async #requireStill({ block, hash }: Cursor): Promise<void> {
    const { hash: now } = await blockAt(this.#options.provider, block);
    if (now === hash) return;
    throw environmentError(`Block ${block}, up to which was told, is another one now.`, { code: "feed-forked" });
  }

  /** The state that was kept, unless it is of another history or further than what was told; else that of a new register. */
  async #begin(chainId: bigint, cursor: Cursor | undefined): Promise<Reading> {
    const { provider } = this.#options;
    const kept = await readCheckpoint(this.#statePath, chainId, this.#addresses.registry);
    if (kept !== undefined && cursor !== undefined && kept.block <= cursor.block) {
      if ((await blockAt(provider, kept.block)).hash === kept.hash) return kept;
    }
    return { block: this.#since - 1, hash: "", state: emptyState(chainId, this.#addresses.registry) };
  }

  /** Plays all events up to a block; what of them was not told yet. */
  async #play({ block, hash, state }: Reading, head: ReadBlock, cursor: Cursor | undefined): Promise<Tidings[]> {
    const { provider } = this.#options;
    if (hash !== "" && (await blockAt(provider, block)).hash !== hash) throw replaced(block);
    const tidings: Tidings[] = [];
    let last: RegisterEvent | undefined;
    let log = 0;
    for await (const { events } of readLogs(provider, this.#addresses, block + 1, head.number)) {
      for (const event of events) {
        log = event.block === last?.block ? log + 1 : 0;
        last = event;
        reduce(state, event);
        const each = tidingsOf(this.#register, event, log);
        if (each !== undefined && event.block > (cursor?.block ?? -1)) tidings.push(each);
      }
    }
    return tidings;
  }

  /** What is overdue at a block, and was not told to be. */
  #overdue({ state }: Reading, { number: block, now }: ReadBlock): Tidings[] {
    return Object.entries(state.batches).flatMap(([key, batch]) =>
      overdueOf(state, batch, now)
        .map((each) => overdueTidings(this.#register, key, each, { block, now }))
        .filter(({ id }) => !this.journal.wasOverdue(id)),
    );
  }

  async #tell(reading: Reading, tidings: readonly Tidings[]): Promise<readonly Notification[]> {
    if (reading.block - (this.journal.cursor?.block ?? 0) >= KEEP_EVERY) return await this.#keep(reading, tidings);
    return tidings.length === 0 ? [] : await this.journal.append({ block: reading.block, hash: reading.hash }, tidings);
  }

  /** Tells first: a state that is further than what was told is not read on from. */
  async #keep(reading: Reading, tidings: readonly Tidings[]): Promise<readonly Notification[]> {
    const { block, hash, state } = reading;
    const told = await this.journal.append({ block, hash }, tidings);
    await writeCheckpoint(this.#statePath, { block, hash, state, node: null });
    return told;
  }

  get #statePath(): string {
    return join(this.#options.folder, "state.jsonl");
  }
}
