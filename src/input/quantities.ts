import type { ErrorCode } from "../errorCodes.ts";
import { inputError } from "../errors.ts";

/** Quantities are exact: a decimal text is held as a whole number of millionths of its unit. */
export const MICRO = 1_000_000n;
const DECIMALS = 6;

/** What stands in place of a value where nothing was measured, first match first. A device's own marks have `reading-` codes. */
const MISSING = [
  ["quantity-blank", /^\s*$/, "The value is blank"],
  ["reading-missing", /^[+-]?-+\.?-*$/, "The device had no reading here"],
  ["reading-sentinel", /^-0*9999(\.0*)?$/, "This is a mark for a missing value, not a measurement"],
  ["quantity-nan", /^[+-]?(nan|inf|infinity)$/i, "This is not a number"],
] as const satisfies readonly (readonly [code: ErrorCode, pattern: RegExp, message: string])[];

/** Codes of marks for "nothing was measured here". */
export type MissingCode = (typeof MISSING)[number][0];

/** The code of a mark for "nothing was measured here" (a blank, `--.-`, -9999, NaN); undefined for every other text. */
export function missingCode(text: string): MissingCode | undefined {
  return MISSING.find(([, pattern]) => pattern.test(text))?.[0];
}

/** All that a decimal text is refused for. */
const REFUSED: readonly (readonly [code: ErrorCode, pattern: RegExp, message: string])[] = [
  ...MISSING,
  ["quantity-comma", /^[+-]?[\d.]+,[\d.,]*$/, "A decimal comma or a thousands separator; a decimal point is expected"],
  ["quantity-exponent", /^[+-]?[\d.]+e[+-]?\d+$/i, "A number with an exponent; write it out"],
];

/**
 * "2.0", "-0.5", "+8.0" to millionths: exact, never rounded. At most 9 digits before the point, so that the result
 * also fits a JavaScript number. `place` goes into the error, `remedy` into that about text which is no number.
 * Errors: `quantity-blank`, `quantity-comma`, `quantity-exponent`, `quantity-nan`, `quantity-precision` (over 6
 * decimals), `quantity-size`, `quantity-syntax`, `reading-missing` (`--.-`), `reading-sentinel` (-9999).
 */
export function parseMicro(text: string, place: string, remedy?: string): bigint {
  refuseNoNumber(text, place, { remedy });
  const refuse = (message: string, code: ErrorCode): never => {
    throw inputError(`${message}: "${shorten(text)}".`, { place, code, ...(remedy === undefined ? {} : { remedy }) });
  };
  const [, sign, whole, fraction = ""] = /^([+-]?)(0|[1-9]\d*)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return refuse("This is not a decimal number", "quantity-syntax");
  if (whole.length > 9) {
    throw inputError("The number has more than 9 digits before the point.", { place, code: "quantity-size" });
  }
  if (fraction.length > DECIMALS) {
    throw inputError(`The number has more than ${DECIMALS} decimals.`, { place, code: "quantity-precision" });
  }
  const micro = BigInt(whole + fraction.padEnd(DECIMALS, "0"));
  return sign === "-" ? -micro : micro;
}

/**
 * Refuses a text that stands for no number, or for one that is written in another way; code `except` is let through.
 * Errors: those of `parseMicro` whose codes are `reading-...`, and `quantity-blank`, `-comma`, `-exponent`, `-nan`.
 */
export function refuseNoNumber(
  text: string,
  place: string,
  { except, remedy }: { readonly except?: ErrorCode | undefined; readonly remedy?: string | undefined } = {},
): void {
  for (const [code, pattern, message] of REFUSED) {
    if (code === except || !pattern.test(text)) continue;
    throw inputError(`${message}: "${shorten(text)}".`, { place, code, ...(remedy === undefined ? {} : { remedy }) });
  }
}

/** The decimal text of a number of millionths, with at least `decimals` of them (1 unless told) and no spare zeros. */
export function formatMicro(micro: bigint, decimals = 1): string {
  const digits = (micro < 0n ? -micro : micro).toString().padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, "").padEnd(decimals, "0");
  return `${micro < 0n ? "-" : ""}${digits.slice(0, -DECIMALS)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Foreign text for an error message: short, and on one line; what cannot be seen, or acts, is named by its code point. */
function shorten(text: string): string {
  const characters = Array.from(text, (each) => (/^(?! )[\p{C}\p{Z}]$/u.test(each) ? codePoint(each) : each));
  return characters.length > 24 ? `${characters.slice(0, 24).join("")}...` : characters.join("");
}

/** "U+00A0". */
function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** "1 warning", "2 warnings": a number of things whose plural ends with "s". */
export function counted(count: number | bigint, thing: string): string {
  return `${count} ${thing}${BigInt(count) === 1n ? "" : "s"}`;
}
