/** Commands as they are printed for somebody to paste into a shell. */

/** A word as a POSIX shell reads it back: unchanged where nothing in it acts, in single quotes else. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command that runs as printed, its words quoted as they need: `batchproof stage 'my batch' leg`. */
export function commandOf(...words: readonly string[]): string {
  return ["batchproof", ...words.map(shellWord)].join(" ");
}
