import table from "./confusables.json" with { type: "json" };

/**
 * Texts of a policy are shown in quotes to those who approve it, so no text may hold what looks like the end of one, what is
 * not seen, or, in names, what separates one statement from another. Accents, Greek, the degree sign, the micro sign and
 * apostrophes are fine.
 */

/** Why a text is refused, and what to do. */
export interface TextFault {
  readonly message: string;
  readonly remedy: string;
}

interface Refused {
  readonly found: RegExp;
  readonly what: string;
  readonly remedy: string;
  /** Refused in names and words only: prose may hold it, because it stands alone in its line. */
  readonly inNames?: true;
}

/** Every double quote and what looks like one: the characters that UTS 39 confuses with it, and other quotation marks. */
const QUOTE =
  '["\\u00ab\\u00bb\\u02ba\\u02dd\\u02ee\\u02f5\\u02f6\\u05f2\\u05f4\\u1cd3\\u201c-\\u201f\\u2033\\u2034\\u2036\\u2037\\u2057\\u275d\\u275e\\u2760\\u2e42\\u3003\\u301d-\\u301f\\uff02\\u{1f676}-\\u{1f678}]';
/** What looks like an apostrophe: two of them look like a double quote. */
const APOSTROPHE =
  "['`\\u00b4\\u02b9\\u02bb-\\u02be\\u02c8\\u02ca\\u02cb\\u02f4\\u0384\\u055a\\u055d\\u05d9\\u05f3\\u07f4\\u07f5\\u144a\\u16cc\\u1fbd\\u1fbf\\u1ffe\\u2018-\\u201b\\u2032\\u2035\\u275b\\u275c\\ua78c\\uff07\\uff40]";
const COLON = "[:\\u02d0\\u02f8\\u0589\\u05c3\\u16ec\\u205a\\u2236\\ua789\\ufe13\\u1803\\ufe30\\ufe55\\uff1a]";

/** In the order in which they are said. */
const REFUSED: readonly Refused[] = [
  {
    found: /[^\P{Default_Ignorable_Code_Point}\p{C}]|[\u2028\u2029\u2800]/u,
    what: "a character that is not seen, or that ends a line",
    remedy: "Remove it.",
  },
  { found: /(?! )\p{Zs}/u, what: "a space of another kind than U+0020", remedy: "Type a plain space." },
  {
    found: /(?:^| )\p{M}/u,
    what: "a combining mark with nothing to stand on",
    remedy: "Type the letter first, then its mark.",
  },
  {
    found: new RegExp(`${QUOTE}|${APOSTROPHE}{2}`, "u"),
    what: "what looks like a double quote, which would seem to end the text",
    remedy: "Write it without double quotes; a single apostrophe is fine.",
  },
  {
    found: new RegExp(`[;\\u061b\\u204f\\u2e35\\ufe14\\ufe54\\uff1b]|${COLON} `, "u"),
    what: "what separates one statement from another: a semicolon, or a colon before a space",
    remedy: "Write a name or a word, and no statement; a comma is fine.",
    inNames: true,
  },
];

/** Why a text has another form than the schema's patterns ask, in the order of `REFUSED`; undefined for other reasons. */
export function textFault(text: string, isName: boolean): TextFault | undefined {
  for (const { found, what, remedy, inNames } of REFUSED) {
    const character = inNames === true && !isName ? undefined : found.exec(text)?.[0].replace(/^ (?=.)/u, "");
    if (character !== undefined) return { message: `A text holds ${what} (${codePoints(character)}).`, remedy };
  }
  return undefined;
}

/** Two spellings of one text would be two names that look the same, so there is one: NFC. */
export function normalFault(text: string): TextFault | undefined {
  if (text === text.normalize("NFC")) return undefined;
  return {
    message: "A text is not in Unicode's normal form NFC, so another one of the same looks could stand beside it.",
    remedy: "Convert the file to NFC, as `uconv -x any-nfc` does, or type that letter as one character.",
  };
}

function codePoints(text: string): string {
  const hex = (each: string): string => (each.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return Array.from(text, (each) => `U+${hex(each)}`).join(" ");
}

/** What each character looks like (UTS 39, the version that the table names). */
const LOOKS: ReadonlyMap<string, string> = new Map(
  Object.entries(table.lookAlikes).flatMap(([target, sources]) => Array.from(sources, (source) => [source, target])),
);

/** The skeleton of a text by UTS 39, for characters of the table's scripts: two texts of one skeleton look the same. */
export function skeleton(text: string): string {
  const looks = Array.from(text.normalize("NFD"), (each) => LOOKS.get(each) ?? each);
  return looks.join("").normalize("NFD");
}

const SCRIPTS = ["Latin", "Greek", "Cyrillic", "Armenian", "Hebrew", "Arabic", "Georgian", "Cherokee", "Coptic"];
const LETTER_OF = SCRIPTS.map((script) => new RegExp(`\\p{Script=${script}}`, "u"));

/** The first word of a text that has letters of two scripts; Greek mu counts as the micro sign that it is taken for. */
export function mixedWord(text: string): string | undefined {
  const words = text.match(/[\p{L}\p{M}]+/gu) ?? [];
  return words.find((word) => {
    const plain = word.replaceAll("\u03bc", "\u00b5");
    return LETTER_OF.filter((letter) => letter.test(plain)).length > 1;
  });
}
