export * from "../../../src/audit/stateFile.ts";

/** A page keeps nothing for the next audit: it reads all, every time. */
export function readCheckpoint(): Promise<undefined> {
  return Promise.resolve(undefined);
}

/** As `readCheckpoint`. */
export function writeCheckpoint(): Promise<void> {
  return Promise.resolve();
}
