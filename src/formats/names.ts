import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { inputError } from "../errors.ts";

/**
 * Names on chain (`PublicTexts` of the contracts): the number or name of a document or product, 1 to 31 printable ASCII
 * characters in a word of 32 bytes. Nothing longer of what people write stands there.
 */

/** Characters of the longest name. */
export const LONGEST_NAME = 31;

const BYTES = 32;

/** The word where there is no name, 0x hex. */
export const NO_NAME = `0x${"0".repeat(2 * BYTES)}`;

/** Whether a text is a name. */
export function isName(text: string): boolean {
  return text.length <= LONGEST_NAME && /^[ -~]+$/.test(text);
}

/** The word of a name, 0x hex. Error `name`. */
export function nameWord(name: string): string {
  if (!isName(name)) {
    throw inputError(
      `A name on chain is 1 to ${LONGEST_NAME} printable ASCII characters, not ${JSON.stringify(name)}.`,
      {
        code: "name",
      },
    );
  }
  return `0x${bytesToHex(utf8ToBytes(name)).padEnd(2 * BYTES, "0")}`;
}

/**
 * The name in a word, for every word: whatever is not printable ASCII is shown as `\x` and two digits, so that no word can
 * end a reader's work, move his cursor or look like another one.
 */
export function nameText(word: string): string {
  const bytes = hexToBytes(word.slice(2));
  const length = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return [...bytes.subarray(0, length)].map(shown).join("");
}

function shown(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === "\\") return "\\\\";
  return isName(character) ? character : `\\x${byte.toString(16).padStart(2, "0")}`;
}
