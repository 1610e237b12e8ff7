/** What a number format of a workbook shows of a cell: the number or the time that it holds, and nothing else. */
export interface Shows {
  /** What a number is shown as; undefined: as something else. */
  readonly number: "number" | "time" | undefined;
  /** Texts are shown as they are. */
  readonly text: boolean;
}

/** The format of a cell that has none. */
export const GENERAL: Shows = { number: "number", text: true };
const TIME: Shows = { number: "time", text: true };
const OTHER: Shows = { number: undefined, text: true };

/** The formats that a workbook need not define; of the others (per cent, fractions, brackets, local ones) no number is taken. */
const BUILT_IN: ReadonlyMap<number, Shows> = new Map([
  ...[0, 1, 2, 3, 4, 11, 49].map((id): [number, Shows] => [id, GENERAL]),
  ...[14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 47].map((id): [number, Shows] => [id, TIME]),
]);

/** What a format shows that the workbook does not define. */
export function builtIn(id: number): Shows {
  return BUILT_IN.get(id) ?? OTHER;
}

/** Colours that are seen, and the language of a date's words. */
const PREFIX = /^(\[(\$-[0-9a-f]{3,4}|black|blue|cyan|green|magenta|red|yellow)\])+/i;
const UNIT = "([ °][ °§/]*)?";
const DIGITS = `[0#?]+(,[0#?]+)*(\\.[0#?]*)?(E[+-][0#?]+)?`;
const NUMBER = new RegExp(`^ *(${DIGITS}|general)${UNIT}$|^ *@ *$`, "i");
const NEGATIVE = new RegExp(`^ *- *(${DIGITS}|general)${UNIT}$`, "i");
const DATE = /^(?=.*[ymdhs])([ymdhs/:., ¦§-]|AM\/PM|A\/P|(?<=s)\.0{1,3})+$/i;

/**
 * What a format shows. A number: `General`, `@`, or digits (`0`, `#`, `?`) with a separator of thousands, decimals and an
 * exponent, and behind them, after a blank or `°`, a unit in letters; negative ones by themselves with the minus before them.
 * A time: parts of date and time with separators and letters between. Everything else shows something else.
 */
export function showsOf(format: string): Shows {
  const sections = plainSections(format).map((each) => each.replace(PREFIX, ""));
  const [first = "", second, more] = sections;
  const ofText = sections.length > 3 ? sections[3] : sections.find((each) => each.includes("@"));
  const text = ofText === undefined || ofText.trim() === "@";
  if (more !== undefined) return { number: undefined, text };
  if (NUMBER.test(first) && (second === undefined || NEGATIVE.test(second))) return { number: "number", text };
  const isTime = DATE.test(first) && (second === undefined || second.trim() === "@");
  return { number: isTime ? "time" : undefined, text };
}

/**
 * The sections of a format, literal texts by their kind: letters as "§", what separates parts of a date as "¦", blanks,
 * minus and degree as they are, and all else, digits above all, as "!", which no format has that is taken.
 */
function plainSections(format: string): string[] {
  const sections = [""];
  for (const [token] of format.matchAll(/"[^"]*"|[\\_*].|\[[^\]]*\]|[^]/gu)) {
    const at = sections.length - 1;
    if (token === ";") sections.push("");
    else sections[at] = `${sections[at] ?? ""}${plain(token)}`;
  }
  return sections;
}

function plain(token: string): string {
  if (token.startsWith('"') && token.length > 1) return literal(token.slice(1, -1));
  if (token.length > 1 && token.startsWith("\\")) return literal(token.slice(1));
  // The room that a character takes, as a blank.
  if (token.length > 1 && token.startsWith("_")) return " ";
  return /^[§¦"\\_*]/.test(token) ? "!" : token;
}

function literal(text: string): string {
  return text
    .replaceAll(/[^\p{L} °/.:,'-]/gu, "!")
    .replaceAll(/\p{L}/gu, "§")
    .replaceAll(/[.:,']/g, "¦");
}
