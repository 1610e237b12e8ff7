import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BatchproofError } from "../../src/errors.ts";
import { acquireLock, type Lock } from "../../src/input/lock.ts";
import { packageRoot } from "../../src/root.ts";

const LOCKS = join(packageRoot(), "build/test/locks");

/**
 * Runs `make`, which makes something on first need and keeps it, while no other process does the same: what takes a
 * minute is made once for all test files, also by two workers that come to it at the same time.
 */
export async function once<T>(name: string, make: () => Promise<T>): Promise<T> {
  await mkdir(LOCKS, { recursive: true });
  const lock = await patiently(join(LOCKS, name));
  try {
    return await make();
  } finally {
    lock.release();
  }
}

/** The lock, however long the other one takes. */
async function patiently(path: string): Promise<Lock> {
  for (;;) {
    try {
      return await acquireLock(path);
    } catch (error) {
      if (!(error instanceof BatchproofError) || error.code !== "locked") throw error;
    }
  }
}
