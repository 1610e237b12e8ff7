import type { ReasonedMoment, RegisterState } from "./state.ts";
import { quoted } from "./words.ts";

/** Words that were kept off the chain, by their salted hash. */
export type Texts = ReadonlyMap<string, string>;

export type Reasoned = Pick<ReasonedMoment, "reason" | "words">;

/** Says why something was decided. */
export type Why = (reason: Reasoned) => string;

/**
 * A reason by its name, and its words: those whose hash is on chain, or the hash where nobody has shown them. A hash can be
 * copied beside another decision, about which its words say nothing, so it is said where one stands at several.
 */
export function whyIn(state: RegisterState, texts: Texts): Why {
  const decisions = new Map<string, Set<string>>();
  collect(state, decisions);
  return ({ reason, words }) => {
    if (words === undefined) return reason;
    const count = decisions.get(words)?.size ?? 0;
    const again = count > 1 ? `the same words stand at ${count} decisions` : "";
    const text = texts.get(words);
    if (text !== undefined) return `${reason}: ${quoted(text)}${again === "" ? "" : ` (${again})`}`;
    return `${reason} (words ${words}${again === "" ? "" : `; ${again}`})`;
  };
}

/** The transactions in which each hash of words stands: what one transaction says of many batches is one decision. */
function collect(value: unknown, decisions: Map<string, Set<string>>): void {
  if (typeof value !== "object" || value === null) return;
  const { words, transaction } = value as { words?: unknown; transaction?: unknown };
  if (typeof words === "string" && typeof transaction === "string") {
    const found = decisions.get(words);
    if (found === undefined) decisions.set(words, new Set([transaction]));
    else found.add(transaction);
  }
  for (const each of Object.values(value)) collect(each, decisions);
}
