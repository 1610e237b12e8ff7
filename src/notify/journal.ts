import { join } from "node:path";
import { inputError } from "../errors.ts";
import { ADDRESS, COUNT, defineCheck, HEX_FIELD, object } from "../formats/document.ts";
import { SLUG_PATTERN } from "../formats/slug.ts";
import { Lines } from "./lines.ts";
import { NOTIFICATION, type Notification, type Tidings } from "./notification.ts";
import type { ToldRegister } from "./told.ts";

/** Up to where the register was read and told. */
export interface Cursor {
  readonly block: number;
  readonly hash: string;
}

/** A site that got its folder of a batch: it is told from then on, and told again what was told before. */
export interface Joined {
  /** Its name. */
  readonly site: string;
  /** The batch's key in the register. */
  readonly batch: string;
}

/** Why something was told: the register was read up to a block, or a site joined. */
type Why = Cursor | { readonly joined: Joined };

interface Told {
  readonly told: readonly Notification[];
}

/** What was told at once, in lines of which the last one says why. */
type Entry = Why & Told;

/** One line; one that does not say why belongs to the next one. */
type Line = Partial<Cursor & { readonly joined: Joined }> & Told;

/** A site that holds a folder of a batch. */
interface Holder {
  readonly site: string;
  /** Sequence number after which it is told; what is older was told it again. */
  readonly after: number;
}

const FORMAT = "batchproof-notifications/1";
/** Of so many a stream can be resumed; older ones are in the file alone. */
const MOST_KEPT = 100_000;
/** So many stand in a line, which has to be read again. */
const MOST_IN_LINE = 2_000;
/** So many sites of batches are noted at once. */
const MOST_JOINED = 500;

const checkHead = defineCheck<ToldRegister>(
  object({ format: { const: FORMAT }, chainId: { type: "string", pattern: "^[1-9][0-9]{0,77}$" }, registry: ADDRESS }),
  "beginning of a journal of notifications",
  "feed-damaged",
);
const checkLine = defineCheck<Line>(
  {
    ...object(
      {
        ...{ block: COUNT, hash: HEX_FIELD, told: { type: "array", maxItems: MOST_IN_LINE, items: NOTIFICATION } },
        joined: object({ site: { type: "string", pattern: SLUG_PATTERN }, batch: HEX_FIELD }),
      },
      ["block", "hash", "joined"],
    ),
    dependentRequired: { block: ["hash"], hash: ["block"] },
    // One of both at most.
    maxProperties: 3,
  },
  "line of a journal of notifications",
  "feed-damaged",
);

/**
 * All that was told of one register, in order, up to which block, and which sites hold a folder of a batch: `notifications.jsonl`.
 * Lines that belong together end with one that says so, so that no kill can part them: what is in them was told, the rest is read
 * again.
 */
export class NotificationJournal {
  readonly #most: number;
  #lines: Lines | undefined;
  #cursor: Cursor | undefined;
  #sequence = 0;
  #kept: Notification[] = [];
  /** Of lines whose last one was not read yet. */
  #begun: Notification[] = [];
  /** Number of the first one that was told of a batch. */
  readonly #first = new Map<string, number>();
  /** Sites that hold a folder of a batch, in the order in which they got it. */
  readonly #holders = new Map<string, readonly Holder[]>();
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
      if (count++ > 0) return journal.#read(checkLine(value, place), place);
      requireSame(checkHead(value, place), register, place);
      return false;
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
  async append({ block, hash }: Cursor, tidings: readonly Tidings[]): Promise<readonly Notification[]> {
    const told = tidings.map((each, i) => ({ sequence: this.#sequence + i + 1, ...each }));
    await this.#write([{ block, hash, told }]);
    return told;
  }

  /**
   * Notes that sites hold folders of batches, and tells each again what was told of its batch before, under the same ids. What is noted
   * already changes nothing. Not while something is appended.
   */
  async join(all: readonly Joined[]): Promise<void> {
    const known = new Map(all.map((each) => [`${each.site} ${each.batch}`, each]));
    const fresh = [...known.values()].filter(({ site, batch }) => !this.#holdersOf(batch).some(holds(site)));
    for (let i = 0; i < fresh.length; i += MOST_JOINED) await this.#joinSome(fresh.slice(i, i + MOST_JOINED));
  }

  /**
   * Whether whoever is told of these sites is told this: of a batch since the first of them got a folder of it, and all before by what
   * that one was told again. `sites` undefined: whoever is told of the whole register.
   */
  isFor({ sequence, batch, again }: Notification, sites: readonly string[] | undefined): boolean {
    if (sites === undefined) return again === undefined;
    const first = this.#holdersOf(batch).find(({ site }) => sites.includes(site));
    if (first === undefined) return false;
    return again === undefined ? first.after < sequence : again === first.site;
  }

  /**
   * Those after a sequence number, at most `limit`. Errors: `feed-behind` (the next one is kept no more), `feed-ahead` (whoever asks has
   * more than was told: by another journal, whose numbers mean something else).
   */
  after(sequence: number, limit: number): readonly Notification[] {
    const first = this.#sequence - Math.min(this.#kept.length, this.#most);
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
    const from = this.#kept.length - (this.#sequence - sequence);
    return this.#kept.slice(from, from + limit);
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

  async #joinSome(all: readonly Joined[]): Promise<void> {
    const before = Map.groupBy(await this.#toldOf(new Set(all.map(({ batch }) => batch))), ({ batch }) => batch);
    let last = this.#sequence;
    const entries = all.map((joined) => {
      const told = (before.get(joined.batch) ?? []).map((each) => ({ ...each, sequence: ++last, again: joined.site }));
      return { joined, told };
    });
    await this.#write(entries);
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    await this.#open().append(...entries.flatMap(linesOf));
    for (const each of entries) this.#keep(each);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** What was told of batches, in order, without what was told again. The file is read where it is no longer kept. */
  async #toldOf(batches: ReadonlySet<string>): Promise<readonly Notification[]> {
    const firsts = [...batches].map((each) => this.#first.get(each) ?? Infinity);
    const isOf = (each: Notification): boolean => batches.has(each.batch) && each.again === undefined;
    if (Math.min(...firsts) > this.#sequence - this.#kept.length) return this.#kept.filter(isOf);
    const found: Notification[] = [];
    await this.#open().reread((value) => {
      const { told = [] } = value as Partial<Told>;
      found.push(...told.filter(isOf));
      return false;
    });
    return found;
  }

  /** Takes a line; whether others belong to it that come after it. */
  #read(line: Line, place: string): boolean {
    const before = this.#sequence + this.#begun.length;
    const isNext = line.told.every(({ sequence }, i) => sequence === before + i + 1);
    const isForward = (line.block ?? Infinity) >= (this.#cursor?.block ?? 0);
    if (!isNext || !isForward) throw inputError("This line is out of order.", { code: "feed-damaged", place });
    const told = [...this.#begun, ...line.told];
    const why = whyOf(line);
    this.#begun = why === undefined ? told : [];
    if (why !== undefined) this.#keep({ ...why, told });
    return why === undefined;
  }

  #keep(entry: Entry): void {
    const { told } = entry;
    if ("joined" in entry) this.#hold(entry.joined);
    else this.#cursor = { block: entry.block, hash: entry.hash };
    this.#sequence += told.length;
    for (const each of told.filter(({ again }) => again === undefined)) {
      if (!this.#first.has(each.batch)) this.#first.set(each.batch, each.sequence);
      if (each.type === "batch.overdue") this.#overdue.add(each.id);
      if (each.type.startsWith("exception.")) this.#exceptions.push(each);
    }
    for (const each of told) this.#kept.push(each);
    // Not each time: what is kept would be copied for every line of a long file.
    if (this.#kept.length > 2 * this.#most) this.#kept = this.#kept.slice(-this.#most);
  }

  #hold({ site, batch }: Joined): void {
    this.#holders.set(batch, [...this.#holdersOf(batch), { site, after: this.#sequence }]);
  }

  #holdersOf(batch: string): readonly Holder[] {
    return this.#holders.get(batch) ?? [];
  }
}

/** Its last line says why; the ones before it are long ones of which that could not be said alone. */
function linesOf({ told, ...why }: Entry): readonly object[] {
  const lines: object[] = [];
  for (let i = 0; i < told.length; i += MOST_IN_LINE) lines.push({ told: told.slice(i, i + MOST_IN_LINE) });
  return [...lines.slice(0, -1), { ...why, ...(lines.at(-1) ?? { told }) }];
}

function whyOf({ block, hash, joined }: Line): Why | undefined {
  if (joined !== undefined) return { joined };
  return block === undefined || hash === undefined ? undefined : { block, hash };
}

function holds(site: string): (holder: Holder) => boolean {
  return (holder) => holder.site === site;
}

function requireSame(found: ToldRegister, expected: ToldRegister, place: string): void {
  const isSame = found.chainId === expected.chainId && found.registry.toLowerCase() === expected.registry.toLowerCase();
  if (isSame) return;
  throw inputError("This journal tells of another register.", { code: "feed-register", place });
}
