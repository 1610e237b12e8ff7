import { shortHash } from "../formats/field.ts";
import { formatDuration } from "../input/times.ts";

const DAY = 86_400;
/** Longest text from the chain that is shown. */
const LONGEST = 200;

/**
 * Text that somebody wrote into the chain, safe to show: control and format characters (which could move the cursor or
 * turn the reading direction) become "?", and it ends after 200 characters.
 */
export function plain(text: string): string {
  const safe = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST)}...` : safe;
}

/** A length of time as people say it; `seconds` is not negative. */
export function ageInWords(seconds: number): string {
  return seconds < 2 * DAY ? formatDuration(seconds) : `${Math.floor(seconds / DAY)} days`;
}

/** A text as `plain` gives it, for a narrow table: hashes are short there; whole they stand in JSON, in the CSV and on the HTML page. */
export function plainInTable(text: string): string {
  return plain(text.replace(/0x[0-9a-f]{64}/g, shortHash));
}
