import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { createKey, saveKey, unlockKey, type NewKey, type UnlockedKey } from "../../src/parties/keys.ts";

export const PASSPHRASE = "correct horse battery staple";
/** Fast, for tests only. */
export const FAST = 2 ** 10;

/** A folder that goes when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "batchproof-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new key, through its file. */
export async function newKey(folder: string, request: Pick<NewKey, "name" | "role" | "org">): Promise<UnlockedKey> {
  const path = join(folder, `${request.name}.key.json`);
  await saveKey(path, await createKey({ ...request, passphrase: PASSPHRASE, scryptN: FAST }));
  return unlockKey(path, PASSPHRASE);
}

/**
 * Flips one bit of a file at a time, every `stride`-th byte, another bit each time; restores the file after each.
 * Returns the code of the refusal for each flip, "accepted" where there was none. Any other error fails the test.
 */
export async function flipBits(path: string, stride: number, read: () => Promise<unknown>): Promise<string[]> {
  const bytes = readFileSync(path);
  const outcomes: string[] = [];
  for (let i = 0; i < bytes.length; i += stride) {
    const flipped = Buffer.from(bytes);
    flipped[i] = (bytes[i] ?? 0) ^ (1 << (outcomes.length % 8));
    writeFileSync(path, flipped);
    outcomes.push(await outcomeOf(read));
  }
  writeFileSync(path, bytes);
  return outcomes;
}

async function outcomeOf(read: () => Promise<unknown>): Promise<string> {
  try {
    await read();
    return "accepted";
  } catch (error) {
    if (error instanceof BatchproofError && error.code !== undefined) return error.code;
    throw error;
  }
}

/** Everything that a person or a log would see of an error, its causes included. */
export function shown(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = error instanceof BatchproofError ? [error.place, error.remedy, error.code] : [];
  return [error.message, ...details, error.stack, error.cause === undefined ? "" : shown(error.cause)].join("\n");
}
