import { visible } from "../formats/visible.ts";
import { formatDuration } from "../input/times.ts";

const DAY = 86_400;
/** Longest text in a cell of a narrow table. */
const LONGEST = 400;

/** A length of time as people say it; `seconds` is not negative. */
export function ageInWords(seconds: number): string {
  return seconds < 2 * DAY ? formatDuration(seconds) : `${Math.floor(seconds / DAY)} days`;
}

/** A text that somebody chose, in quotes: it says where it ends, and is taken for none of our words. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A word of a proof, decimal or hex, in the form in which hashes stand. */
export function wordText(value: string): string {
  const digits = value.startsWith("0x") ? value.slice(2) : BigInt(value).toString(16);
  return `0x${digits.padStart(64, "0")}`;
}

/**
 * A text as a table's column of `width` characters shows it: nothing in it acts, a word that is longer goes on in the next
 * line, and where the text is too long a mark says how much is left out.
 */
export function inTable(text: string, width: number): string {
  const safe = visible(text);
  const rest = safe.length - LONGEST;
  const short =
    rest <= 0
      ? safe
      : `${safe.slice(0, LONGEST).toWellFormed()}… (${rest} more characters in --json, --csv and --html)`;
  return short.replace(/\S+/gu, (word) => broken(word, width));
}

/** A word in lines of at most so many columns, of which a character may take two. The table itself would cut its end off. */
function broken(word: string, width: number): string {
  let column = 0;
  return Array.from(word, (character) => {
    const wide = character > "~" && character !== "…" ? 2 : 1;
    const isNext = column + wide > width;
    column = isNext ? wide : column + wide;
    return isNext ? `\n${character}` : character;
  }).join("");
}
