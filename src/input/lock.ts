import { chmodSync, closeSync, openSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { environmentError } from "../errors.ts";

/** How long to wait for another command that holds the lock, and how often to ask. */
const WAIT_MS = 2_000;
const RETRY_MS = 20;

const OWNER_ONLY = 0o600;

export interface Lock {
  /** Gives the lock back. The lock file stays: removing it would let two commands lock two different files. */
  release(): void;
}

/**
 * Takes the exclusive lock `path`, across processes. The file is an empty SQLite database, because SQLite's lock is
 * the operating system's own: it ends with the process that held it, so a killed command leaves no stale lock behind,
 * which a lock file made by hand cannot promise.
 * Errors: `locked` (another command holds it for longer than two seconds), `lock` (the file cannot be used).
 */
export async function acquireLock(path: string): Promise<Lock> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const lock = tryLock(path);
    if (lock !== undefined) return lock;
    if (Date.now() > deadline) {
      throw environmentError("Another command is writing here.", {
        code: "locked",
        place: path,
        remedy: "Wait until it has ended, then try again.",
      });
    }
    await sleep(RETRY_MS);
  }
}

/** Runs `action` while holding the lock. */
export async function withLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(path);
  try {
    return await action();
  } finally {
    lock.release();
  }
}

/** Runs `action` while holding all of these locks, always taken in one order, so that two commands never wait for each other. */
export async function withLocks<T>(paths: readonly string[], action: () => Promise<T>): Promise<T> {
  const [first, ...others] = [...new Set(paths)].sort();
  return first === undefined ? await action() : await withLock(first, () => withLocks(others, action));
}

/** The lock, or undefined while another command holds it. */
function tryLock(path: string): Lock | undefined {
  let database: DatabaseSync | undefined;
  try {
    makePrivate(path);
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database?.close();
    if (isBusy(cause)) return undefined;
    throw environmentError("The lock file cannot be used.", {
      code: "lock",
      place: path,
      remedy: "Check that the folder exists and can be written; if the lock file is not empty, remove it.",
      cause,
    });
  }
  const held = database;
  return { release: () => held.close() };
}

/**
 * Only the owner may open a lock file: whoever may read it may hold it. It is made here, because SQLite would make it for
 * all to read, and never opened where it is there: closing it again would give back a lock that this process holds.
 */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", OWNER_ONLY));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, OWNER_ONLY);
  }
}

/** SQLITE_BUSY, the low byte of the extended error code. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === 5;
}
