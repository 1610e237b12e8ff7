import { environmentError, type BatchproofError } from "../errors.ts";

/** The node's answers do not fit together (`log`, exit 3): nothing may be concluded from them. */
export function incomplete(problem: string): BatchproofError {
  return environmentError(`The log is incomplete: ${problem}. Nothing can be concluded from it.`, {
    code: "log",
    remedy: "Ask another node, and audit again.",
  });
}

/** The chain took a block back while it was read, or since (`reorg`, exit 3). */
export function replaced(block: number): BatchproofError {
  return environmentError(`Block ${block} was replaced while the log was read. Nothing can be concluded from it.`, {
    code: "reorg",
    remedy: "Audit again; with --finality the newest blocks are left out.",
  });
}

/** What an earlier event announced. Errors: `log`. */
export function known<T>(all: Readonly<Record<string, T>>, id: string, what: string): T {
  const found = all[id];
  if (found === undefined) throw incomplete(`an event is about a ${what} ${id}, which no event announced`);
  return found;
}
