import { inputError, refusal } from "../errors.ts";

/** Characters of a text on chain: whoever has more to say says it in the quality management system. */
const LONGEST = 500;
/** Shorter identifiers occur in ordinary words by chance. */
const SHORTEST_IDENTIFIER = 4;

/**
 * A reason or reference as it goes on chain, where everybody reads it for ever: NFC, no spaces at its ends. `hidden`: what
 * must not be in it, in any case of letters (chain of identity, order, lot).
 * Errors: `public-text` (empty, over 500 characters, control characters), `private` (one of `hidden` is in it).
 */
export function publicText(given: string, place: string, hidden: readonly string[] = []): string {
  const text = given.normalize("NFC").trim();
  if (text === "" || text.length > LONGEST || /\p{C}/u.test(text)) {
    throw inputError(`A public text is one line of 1 to ${LONGEST} characters.`, { place, code: "public-text" });
  }
  const isTold = hidden
    .map(folded)
    .some((secret) => secret.length >= SHORTEST_IDENTIFIER && folded(text).includes(secret));
  if (!isTold) return text;
  throw refusal("The text names the chain of identity, the order or the lot, and everybody could read it for ever.", {
    place,
    remedy: "Refer to the number in the quality management system instead.",
    code: "private",
  });
}

function folded(text: string): string {
  return text.normalize("NFC").toLowerCase().trim();
}
