import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { inputError } from "../errors.ts";

/** What one caller may have kept. */
export interface Quota {
  readonly answers: number;
  readonly bytes: number;
}

interface Amount {
  answers: number;
  bytes: number;
}

/** How often old answers are looked for, in seconds. */
const SWEPT = 3600;

/**
 * How much is kept for each caller, in folders of their own. An answer leaves when its time is over and never before:
 * whoever has no room left is refused instead.
 */
export class AnswerQuota {
  readonly #folder: string;
  readonly #quota: Quota;
  /** Seconds for which an answer is kept. */
  readonly #kept: number;
  readonly #amounts = new Map<string, Amount>();
  /** The first look, for which all wait: it counts what an earlier process kept. */
  #counted: Promise<void> | undefined;
  #swept = 0;

  constructor(folder: string, quota: Quota, kept: number) {
    this.#folder = folder;
    this.#quota = quota;
    this.#kept = kept;
  }

  /**
   * Takes room for an answer at `path`, before it is known; one that stands there is over. What is given back lets the room go.
   * Error `idempotency-quota`.
   * @param now Unix seconds
   */
  async take(path: string, now: number): Promise<() => void> {
    await (this.#counted ??= this.#count(now));
    if (now - this.#swept > SWEPT) await this.#sweep(now, () => undefined);
    const caller = basename(dirname(path));
    this.#remove(path, caller);
    const { answers, bytes } = this.#amounts.get(caller) ?? { answers: 0, bytes: 0 };
    if (answers >= this.#quota.answers || bytes >= this.#quota.bytes) {
      throw inputError(`${answers} answers (${bytes} bytes) are kept for this caller.`, { code: "idempotency-quota" });
    }
    this.#add(caller, 1, 0);
    return () => this.#add(caller, -1, 0);
  }

  /** Counts the bytes of an answer for which room was taken. */
  keep(path: string, bytes: number): void {
    this.#add(basename(dirname(path)), 0, bytes);
  }

  #add(caller: string, answers: number, bytes: number): void {
    const amount = this.#amounts.get(caller) ?? { answers: 0, bytes: 0 };
    this.#amounts.set(caller, { answers: amount.answers + answers, bytes: amount.bytes + bytes });
  }

  /** Between looking and removing nothing else happens: an answer that was written meanwhile would go with the old one. */
  #remove(path: string, caller: string): void {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return;
    rmSync(path);
    this.#add(caller, -1, -found.size);
  }

  async #count(now: number): Promise<void> {
    try {
      await this.#sweep(now, (caller, bytes) => this.#add(caller, 1, bytes));
    } catch (error) {
      // A disk that answers again is counted anew.
      this.#amounts.clear();
      this.#counted = undefined;
      throw error;
    }
  }

  /** Removes what is over, and tells of all that was there. */
  async #sweep(now: number, tell: (caller: string, bytes: number) => void): Promise<void> {
    this.#swept = now;
    for (const caller of callersIn(this.#folder)) {
      for await (const { name } of await opendir(join(this.#folder, caller))) {
        const path = join(this.#folder, caller, name);
        const found = statSync(path, { throwIfNoEntry: false });
        if (found === undefined) continue;
        tell(caller, found.size);
        if (now - found.mtimeMs / 1000 > this.#kept) this.#remove(path, caller);
      }
    }
  }
}

function callersIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
