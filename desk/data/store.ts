/**
 * What the page remembers of its reader, on this machine only. A browser may refuse to keep anything, or have kept anything:
 * then the page works as if nothing had been kept.
 */
const PREFIX = "batchproof/";

/** A kept value, which may be of any shape; undefined: none. */
export function remembered(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a value, if the browser does. */
export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Without it the reader chooses anew next time.
  }
}
