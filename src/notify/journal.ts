import { join } from "node:path";
import { inputError } from "../errors.ts";
import { ADDRESS, COUNT, defineCheck, HEX_FIELD, object } from "../formats/document.ts";
import { Lines } from "./lines.ts";
import { NOTIFICATION, type Notification, type Tidings } from "./notification.ts";
import type { ToldRegister } from "./told.ts";

/** Up to where the register was read and told. */
export interface Cursor {
  readonly block: number;
  readonly hash: string;
}

interface Entry extends Cursor {
  readonly told: readonly Notification[];
}

const FORMAT = "batchproof-notifications/1";
/** Of so many a stream can be resumed; older ones are in the file alone. */
const MOST_KEPT = 100_000;

const checkHead = defineCheck<ToldRegister>(
  object({ format: { const: FORMAT }, chainId: { type: "string", pattern: "^[1-9][0-9]{0,77}$" }, registry: ADDRESS }),
  "beginning of a journal of notifications",
  "feed-damaged",
);
const checkEntry = defineCheck<Entry>(
  object({ block: COUNT, hash: HEX_FIELD, told: { type: "array", items: NOTIFICATION } }),
  "entry of a journal of notifications",
  "feed-damaged",
);

/**
 * All that was told of one register, in order, and up to which block: `notifications.jsonl`. A line holds both, so that no kill can
 * part them: what is in it was told, the rest is read again.
 */
export class NotificationJournal {
  readonly #most: number;
  #lines: Lines | undefined;
  #cursor: Cursor | undefined;
  #sequence = 0;
  #kept: Notification[] = [];
  readonly #overdue = new Set<string>();
  readonly #exceptions: Notification[] = [];
  #isClosed = false;
  readonly #waiting = new Set<() => void>();

  private constructor(most: number) {
    this.#most = most;
  }

  /**
   * Opens or begins the journal of a register. Errors: `feed-damaged` (a line is none, or out of order), `feed-register` (it tells of
   * another register), those of `Lines.open`. `most`: how many are kept to resume from.
   */
  static async open(folder: string, register: ToldRegister, most = MOST_KEPT): Promise<NotificationJournal> {
    const journal = new NotificationJournal(most);
    let count = 0;
    const lines = await Lines.open(join(folder, "notifications.jsonl"), (value, place) => {
      if (count++ === 0) requireSame(checkHead(value, place), register, place);
      else journal.#read(checkEntry(value, place), place);
    });
    journal.#lines = lines;
    const { chainId, registry } = register;
    if (count === 0) await lines.append({ format: FORMAT, chainId, registry });
    return journal;
  }

  /** Undefined: nothing was read yet. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** Of the last notification; 0: there is none. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Whether it was told that this is overdue. `id`: of the notification. */
  wasOverdue(id: string): boolean {
    return this.#overdue.has(id);
  }

  /** All that was told of exceptions, however long ago. */
  get exceptions(): readonly Notification[] {
    return this.#exceptions;
  }

  /** Nothing more will be told. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Tells, and moves the cursor. When it returns both are on the disk; when it throws neither happened. */
  async append(cursor: Cursor, tidings: readonly Tidings[]): Promise<readonly Notification[]> {
    const told = tidings.map((each, i) => ({ sequence: this.#sequence + i + 1, ...each }));
    const entry = { ...cursor, told };
    await this.#open().append(entry);
    this.#keep(entry);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    return told;
  }

  /**
   * Those after a sequence number, at most `limit`. Errors: `feed-behind` (the next one is kept no more), `feed-ahead` (whoever asks has
   * more than was told: by another journal, whose numbers mean something else).
   */
  after(sequence: number, limit: number): readonly Notification[] {
    const first = this.#sequence - this.#kept.length;
    if (sequence < first) {
      throw inputError(`Of what was told, numbers up to ${first} are kept no more; ${sequence + 1} is asked for.`, {
        code: "feed-behind",
      });
    }
    if (sequence > this.#sequence) {
      throw inputError(`Nothing of number ${sequence} was told; the last one is ${this.#sequence}.`, {
        code: "feed-ahead",
      });
    }
    return this.#kept.slice(sequence - first, sequence - first + limit);
  }

  /** Waits until there is one after `sequence` or the journal is closed, for at most `ms` milliseconds. */
  async waitBeyond(sequence: number, ms: number): Promise<void> {
    if (this.#sequence > sequence || this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => {
      resolve(undefined);
    };
    this.#waiting.add(wake);
    const timer = setTimeout(wake, ms);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(wake);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#waiting) wake();
    await this.#open().close();
  }

  #open(): Lines {
    if (this.#lines === undefined) throw new Error("the journal is read before it is written");
    return this.#lines;
  }

  #read(entry: Entry, place: string): void {
    const isNext = entry.told.every(({ sequence }, i) => sequence === this.#sequence + i + 1);
    const isForward = entry.block >= (this.#cursor?.block ?? 0);
    if (!isNext || !isForward) throw inputError("This line is out of order.", { code: "feed-damaged", place });
    this.#keep(entry);
  }

  #keep({ block, hash, told }: Entry): void {
    this.#cursor = { block, hash };
    this.#sequence += told.length;
    for (const each of told) {
      if (each.type === "batch.overdue") this.#overdue.add(each.id);
      if (each.type.startsWith("exception.")) this.#exceptions.push(each);
    }
    this.#kept.push(...told);
    if (this.#kept.length > this.#most) this.#kept = this.#kept.slice(-this.#most);
  }
}

function requireSame(found: ToldRegister, expected: ToldRegister, place: string): void {
  const isSame = found.chainId === expected.chainId && found.registry.toLowerCase() === expected.registry.toLowerCase();
  if (isSame) return;
  throw inputError("This journal tells of another register.", { code: "feed-register", place });
}
