/**
 * What moves the cursor, changes colours or titles, turns the direction of writing, hides, or breaks a line. The last class
 * are characters that are shown as nothing: two names that differ in them alone would look alike.
 */
const ACTING = "[\\p{C}\\p{Zl}\\p{Zp}\\p{DI}\\u2800]";
const ALL = new RegExp(ACTING, "gu");
const ALL_BUT_LINES = new RegExp(`(?!\\n)${ACTING}`, "gu");
const ALL_BUT_COLOURS = new RegExp(`(?!\\n|\\u001b\\[[0-9]{1,2}m)${ACTING}`, "gu");

/** A text on one line in which nothing acts: each such character stands there as JSON writes it, "\u001b". */
export function visible(text: string): string {
  return escaped(text, ALL);
}

/** A text of several lines in which nothing else acts. */
export function visibleLines(text: string): string {
  return escaped(text, ALL_BUT_LINES);
}

/** A text of several lines and in colours, in which nothing else acts. */
export function visibleColours(text: string): string {
  return escaped(text, ALL_BUT_COLOURS);
}

function escaped(text: string, characters: RegExp): string {
  return text.replace(characters, (found) =>
    Array.from({ length: found.length }, (_, i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
  );
}
