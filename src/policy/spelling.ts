/** The word that a misspelt one most likely means: at most a third of its letters away, the nearest one. */
export function nearestWord(text: string, words: readonly string[]): string | undefined {
  const bound = Math.max(2, Math.floor(text.length / 3));
  // Longer texts cannot be near any word, and are not worth their quadratic cost.
  if (text.length > 40) return undefined;
  const near = words
    .map((word) => ({ word, distance: editDistance(text.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, distance }) => distance <= bound && distance < word.length);
  return near.sort((a, b) => a.distance - b.distance)[0]?.word;
}

/** Levenshtein distance, row by row: insertions, deletions and replacements from one text to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (row[j] ?? 0) + (from.charAt(i) === to.charAt(j) ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
