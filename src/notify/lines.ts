import { constants } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { inputError } from "../errors.ts";
import { parseJson } from "../input/json.ts";
import { readLines } from "../input/files.ts";
import { acquireLock, type Lock } from "../input/lock.ts";

/** Longest line, bytes. */
const LONGEST = 2 ** 24;

const OWNER_ONLY = 0o600;

/**
 * A file of JSON lines that only grows, and of which one process at a time has the right to write. A line is there once it is on the
 * disk with its end; the beginning of one that a kill left behind was never seen by anybody, and goes at the next opening.
 */
export class Lines {
  readonly #file: FileHandle;
  readonly #lock: Lock;
  #length: number;

  private constructor(file: FileHandle, lock: Lock, length: number) {
    this.#file = file;
    this.#lock = lock;
    this.#length = length;
  }

  /**
   * Opens or makes the file; `each` is told every line, and throws for one that is none. Errors: `feed-damaged` (no JSON), those of
   * `each`, `acquireLock` and `readLines`.
   */
  static async open(path: string, each: (value: unknown, place: string) => void): Promise<Lines> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const lock = await acquireLock(`${path}.lock`);
    let file: FileHandle | undefined;
    try {
      file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, OWNER_ONLY);
      const { size } = await file.stat();
      return new Lines(file, lock, await wholeLines(path, size, each));
    } catch (error) {
      await file?.close();
      lock.release();
      throw error;
    }
  }

  /** Adds a line, and returns once it is on the disk. */
  async append(value: object): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    // What an append left behind that failed half-way.
    await this.#file.truncate(this.#length);
    await this.#file.write(line, 0, line.length, this.#length);
    await this.#file.datasync();
    this.#length += line.length;
  }

  async close(): Promise<void> {
    await this.#file.close();
    this.#lock.release();
  }
}

/** Tells the lines that have an end, and returns how many bytes they are. */
async function wholeLines(path: string, size: number, each: (value: unknown, place: string) => void): Promise<number> {
  let length = 0;
  for await (const { line, number } of readLines(path, LONGEST)) {
    if (length + line.length === size) break;
    length += line.length + 1;
    const place = `${path}:${number}`;
    each(parsed(line, place), place);
  }
  return length;
}

function parsed(line: Uint8Array, place: string): unknown {
  try {
    return parseJson(line, place);
  } catch (cause) {
    throw inputError("This line is damaged.", { code: "feed-damaged", place, cause });
  }
}
