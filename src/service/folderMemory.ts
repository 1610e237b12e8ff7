import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Folders of which something is kept. */
const MOST_FOLDERS = 200;
/** Things that are kept of one folder. */
const MOST_THINGS = 16;
/** A folder of more entries is read anew each time: to look at all of them takes too long itself. */
const MOST_ENTRIES = 5_000;
/** A file system's clock stands still for so long at most, in nanoseconds: two changes within look like one. */
const TICK = 20_000_000n;

interface Kept {
  readonly print: string;
  readonly things: Map<string, Promise<unknown>>;
}

/**
 * What was made of a folder's files, kept in memory while nothing in the folder changes: no entry's name, kind, inode, size or times.
 * A folder that changed a moment ago, is too large, or holds what is no file (a link leads to what changes unseen) keeps nothing. What
 * fails is not kept.
 */
export class FolderMemory {
  readonly #kept = new Map<string, Kept>();

  /**
   * `make()`, or what it gave before. Errors: those of `make`.
   * @param what names the thing among those of the folder; of all that it is made of besides the folder's files it has to be another one
   */
  async of<T>(dir: string, what: string, make: () => Promise<T>): Promise<T> {
    const print = printOf(dir);
    if (print === undefined) return await make();
    const { things } = this.#folder(dir, print);
    const known = things.get(what) as Promise<T> | undefined;
    if (known !== undefined) return await known;
    const made = make();
    things.set(what, made);
    if (things.size > MOST_THINGS) forgetOldest(things);
    try {
      return await made;
    } catch (error) {
      things.delete(what);
      throw error;
    } finally {
      // It may be made of what was there before, and of what is there now.
      if (printOf(dir) !== print && this.#kept.get(dir)?.print === print) this.#kept.delete(dir);
    }
  }

  /** The folder that was asked for last is forgotten last. */
  #folder(dir: string, print: string): Kept {
    const known = this.#kept.get(dir);
    const kept = known?.print === print ? known : { print, things: new Map<string, Promise<unknown>>() };
    this.#kept.delete(dir);
    this.#kept.set(dir, kept);
    if (this.#kept.size > MOST_FOLDERS) forgetOldest(this.#kept);
    return kept;
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

/** Tells a folder's state from every other one; undefined where that cannot be told. */
function printOf(dir: string): string | undefined {
  const now = BigInt(Date.now()) * 1_000_000n;
  const lines: string[] = [];
  const isTold = (path: string): boolean => {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined || lines.length > MOST_ENTRIES || stat.ctimeNs > now - TICK) return false;
    lines.push([path, stat.mode, stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join("\0"));
    return stat.isFile() || (stat.isDirectory() && readdirSync(path).every((name) => isTold(join(path, name))));
  };
  return isTold(dir) ? lines.join("\n") : undefined;
}
