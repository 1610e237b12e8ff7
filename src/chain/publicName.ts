import { inputError, refusal } from "../errors.ts";
import { isName, LONGEST_NAME } from "../formats/names.ts";

/** Shorter identifiers occur in ordinary words by chance. */
const SHORTEST_IDENTIFIER = 4;

/**
 * A reference as it goes on chain, where everybody reads it for ever: a name without spaces at its ends. `hidden`: what must
 * not be in it, however it is spelled (chain of identity, order, lot).
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
  if (!namesAny(name, hidden)) return name;
  throw refusal(
    "The reference names the chain of identity, the order or the lot, and everybody could read it for ever.",
    {
      place,
      remedy: "Refer to the number in the quality management system instead.",
      code: "private",
    },
  );
}

/** Whether one of these identifiers is in a text, however it is spelled. */
export function namesAny(text: string, hidden: readonly string[]): boolean {
  // An identifier of four characters, separators among them, is looked for as it is written.
  return [small, read].some((form) =>
    hidden.map(form).some((secret) => secret.length >= SHORTEST_IDENTIFIER && form(text).includes(secret)),
  );
}

/** Whether a text is one of these identifiers, however short and however it is spelled. */
export function isAny(text: string, hidden: readonly string[]): boolean {
  return [small, read].some((form) => form(text) !== "" && hidden.map(form).includes(form(text)));
}

/**
 * Letters and digits, each with those that are read as it: of other scripts, where they look like a Latin one, and of Latin,
 * where they are taken for one another in identifiers.
 */
const READ_AS: Readonly<Record<string, string>> = {
  ...{
    a: "аα",
    b: "вβ8",
    c: "сς",
    d: "ԁ",
    e: "еєε",
    g: "ɡ",
    h: "нһη",
    j: "ј",
    k: "кκ",
    l: "iıіι1|ӏ!",
    m: "мμ",
    n: "ոν",
  },
  ...{ o: "оοσ0øө", p: "рρ", q: "ԛ", s: "ѕ5$", t: "тτ", u: "ս", v: "ѵ", w: "ԝ", x: "хχ", y: "уүυ", z: "ζ2" },
};
const READ = new Map(
  Object.entries(READ_AS).flatMap(([letter, others]) => Array.from(others, (other) => [other, letter] as const)),
);

/** A text in small letters, and otherwise as it is. */
function small(text: string): string {
  return text.normalize("NFC").toLowerCase().trim();
}

/** A text as somebody reads it who looks for an identifier: without accents and separators, and look-alikes as one. */
function read(text: string): string {
  const plain = text.normalize("NFKD").toLowerCase();
  const letters = Array.from(plain, (character) => READ.get(character) ?? character).join("");
  return letters.replace(/[^\p{L}\p{N}]/gu, "");
}
