/**
 * A text with places for values: "Temp, {unit} (LGR S/N: {serial})". A place takes at least one character and as few as the
 * text after it permits; `{*}` takes what nobody needs. There is no other pattern, so every match takes linear time.
 */
export interface Template {
  /** One more than there are places: the texts before, between and after them. */
  readonly texts: readonly string[];
  readonly places: readonly string[];
}

/** The parts of a template, or undefined: a brace that names no place, or two places side by side. */
export function templateOf(text: string): Template | undefined {
  const parts = text.split(/\{([a-z*]+)\}/);
  const texts = parts.filter((_, i) => i % 2 === 0);
  const places = parts.filter((_, i) => i % 2 === 1);
  if (texts.some((each) => /[{}]/.test(each)) || texts.slice(1, -1).includes("")) return undefined;
  return { texts, places };
}

/** What stands at each place of a text that fits; undefined if it does not. */
export function matchTemplate({ texts, places }: Template, text: string): ReadonlyMap<string, string> | undefined {
  const [first = "", ...following] = texts;
  if (!text.startsWith(first)) return undefined;
  if (following.length === 0) return text === first ? new Map() : undefined;
  const found = new Map<string, string>();
  let from = first.length;
  for (const [i, next] of following.entries()) {
    const isLast = i === following.length - 1;
    const to = isLast ? text.length - next.length : text.indexOf(next, from + 1);
    if (to <= from || (isLast && !text.endsWith(next))) return undefined;
    const name = places[i] ?? "";
    if (name !== "*") found.set(name, text.slice(from, to));
    from = to + next.length;
  }
  return found;
}
