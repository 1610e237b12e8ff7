import { constants } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { environmentError, inputError } from "../errors.ts";
import { parseJson } from "../input/json.ts";
import { readLines } from "../input/files.ts";
import { acquireLock, type Lock } from "../input/lock.ts";

/** Longest line, bytes. */
const LONGEST = 2 ** 24;

const OWNER_ONLY = 0o600;

/** Is told a line; whether others belong to it that come after it. Throws for what is none. */
type Told = (value: unknown, place: string) => boolean;

/**
 * A file of JSON lines that only grows, and of which one process at a time has the right to write. What was added is there once it is
 * on the disk with its end; the beginning of it that a kill left behind was never seen by anybody, and goes at the next opening.
 */
export class Lines {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #lock: Lock;
  #length: number;

  private constructor(path: string, file: FileHandle, lock: Lock, length: number) {
    this.#path = path;
    this.#file = file;
    this.#lock = lock;
    this.#length = length;
  }

  /**
   * Opens or makes the file; `each` is told every line. Errors: `feed-damaged` (no JSON), those of `each`, `acquireLock` and
   * `readLines`.
   */
  static async open(path: string, each: Told): Promise<Lines> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const lock = await acquireLock(`${path}.lock`);
    let file: FileHandle | undefined;
    try {
      file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, OWNER_ONLY);
      const { size } = await file.stat();
      return new Lines(path, file, lock, await wholeLines(path, size, each));
    } catch (error) {
      await file?.close();
      lock.release();
      throw error;
    }
  }

  /** Adds lines that belong together, and returns once they are on the disk. Error `file-write`: then none is kept. */
  async append(...values: readonly object[]): Promise<void> {
    const lines = Buffer.from(values.map((each) => `${JSON.stringify(each)}\n`).join(""));
    try {
      await this.#cut();
      const { bytesWritten } = await this.#file.write(lines, 0, lines.length, this.#length);
      // A disk that becomes full takes a part, and that is no error.
      if (bytesWritten < lines.length) throw new Error("short");
      await this.#file.datasync();
    } catch (cause) {
      throw environmentError("The line cannot be written.", { code: "file-write", place: this.#path, cause });
    }
    this.#length += lines.length;
  }

  /** Tells every line again. Not while one is added. Errors: as of `open`. */
  async reread(each: Told): Promise<void> {
    await this.#cut();
    await wholeLines(this.#path, this.#length, each);
  }

  /** Takes away what a kill, or an append that failed half-way, left behind. */
  async #cut(): Promise<void> {
    await this.#file.truncate(this.#length);
  }

  async close(): Promise<void> {
    await this.#file.close();
    this.#lock.release();
  }
}

/** Tells the lines that have an end, and returns how many bytes of them are whole: to which nothing belongs that is missing. */
async function wholeLines(path: string, size: number, each: Told): Promise<number> {
  let [length, whole] = [0, 0];
  for await (const { line, number } of readLines(path, LONGEST)) {
    if (length + line.length === size) break;
    length += line.length + 1;
    const place = `${path}:${number}`;
    if (!each(parsed(line, place), place)) whole = length;
  }
  return whole;
}

function parsed(line: Uint8Array, place: string): unknown {
  try {
    return parseJson(line, place);
  } catch (cause) {
    throw inputError("This line is damaged.", { code: "feed-damaged", place, cause });
  }
}
