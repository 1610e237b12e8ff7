import { inputError, refusal } from "../errors.ts";
import { isName, LONGEST_NAME } from "../formats/names.ts";

/** Shorter identifiers occur in ordinary words by chance. */
const SHORTEST_IDENTIFIER = 4;

/**
 * A reference as it goes on chain, where everybody reads it for ever: a name without spaces at its ends. `hidden`: what must
 * not be in it, in any case of letters (chain of identity, order, lot).
 * Errors: `name` (empty, over 31 characters, others than printable ASCII), `private` (one of `hidden` is in it).
 */
export function publicName(given: string, place: string, hidden: readonly string[] = []): string {
  const name = given.trim();
  if (!isName(name)) {
    throw inputError(`A reference on chain is 1 to ${LONGEST_NAME} printable ASCII characters.`, {
      place,
      code: "name",
      remedy: "Give the number in the quality management system, and say the rest there.",
    });
  }
  const isTold = hidden
    .map(folded)
    .some((secret) => secret.length >= SHORTEST_IDENTIFIER && folded(name).includes(secret));
  if (!isTold) return name;
  throw refusal(
    "The reference names the chain of identity, the order or the lot, and everybody could read it for ever.",
    {
      place,
      remedy: "Refer to the number in the quality management system instead.",
      code: "private",
    },
  );
}

function folded(text: string): string {
  return text.normalize("NFC").toLowerCase().trim();
}
