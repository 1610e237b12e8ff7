import { inputError } from "../errors.ts";
import { MAX_DECIMALS, VALUE_OFFSET, type Analyte } from "./qualityRule.ts";
import { RESULT_KIND, type Result, type ResultKindName } from "./results.ts";
import { counted, formatMicro, MICRO, parseMicro } from "../input/quantities.ts";

/**
 * How the words of a laboratory's report become results. Everything is exact: a number that the declared decimals cannot
 * hold is refused, never rounded into its limits, unless the rule allows the pharmacopoeia's rounding of reported values.
 */

/** What a result says, without what belongs to its test. */
export type CodedResult = Pick<Result, "resultKind" | "value">;

/** Every sign that a laboratory may write, a longer one before what it begins with; the first of a kind is printed. */
const SIGNS: readonly (readonly [sign: string, kind: ResultKindName])[] = [
  ["<=", "atMost"],
  ["≤", "atMost"],
  ["≦", "atMost"],
  ["⩽", "atMost"],
  [">=", "atLeast"],
  ["≥", "atLeast"],
  ["≧", "atLeast"],
  ["⩾", "atLeast"],
  ["<", "less"],
  [">", "more"],
];

/** What can be done about a result's number. */
const OF_RESULT = {
  written: "Write a number, or one of <, <=, ≤, >, >=, ≥ before one.",
  decimals:
    "Have the laboratory report as many decimals, or have a policy approved that declares more, or that rounds as the pharmacopoeia does.",
};

/**
 * A reported result ("26.0", "<=0.5", "> 35", "absent") of an analyte, whatever its limits. An inequality keeps its sign and
 * is never rounded: another bound would be another statement than the laboratory's.
 * @param rounding the rule's `pharmacopoeia` flag: a number with more decimals than declared is rounded to the nearest, a 5
 *        away from 0
 * @param place goes into the error
 * Errors: those of `parseMicro`; `result-word` (not a word of the analyte), `result-decimals` (more decimals than
 * declared), `result-size` (not a 40-bit number).
 */
export function codeResult(text: string, analyte: Analyte, rounding: boolean, place: string): CodedResult {
  if (analyte.scale === "category") return { ...kind("category"), value: BigInt(codeWord(text, analyte.words, place)) };
  const [sign = "", inequality] = SIGNS.find(([written]) => text.startsWith(written)) ?? [];
  const number = text.slice(sign.length).replace(/^ /, "");
  const isRounded = rounding && inequality === undefined;
  return { ...kind(inequality ?? "number"), value: codeNumber(number, analyte.decimals, isRounded, place, OF_RESULT) };
}

function kind(name: ResultKindName): Pick<Result, "resultKind"> {
  return { resultKind: BigInt(RESULT_KIND[name]) };
}

/** Index of a word in its analyte's vocabulary; exact but for Unicode normalisation. Error `result-word`. */
export function codeWord(text: string, words: readonly string[], place: string): number {
  const index = words.findIndex((word) => word.normalize("NFC") === text.normalize("NFC"));
  if (index === -1) {
    throw inputError(
      `The result is none of the words of this analyte: ${words.map((word) => `"${word}"`).join(", ")}.`,
      {
        code: "result-word",
        place,
      },
    );
  }
  return index;
}

/**
 * A decimal text at so many decimals, offset: a result's number, or a limit. Zeros beyond the decimals are no decimals.
 * Errors: those of `parseMicro`, `result-decimals`, `result-size`.
 */
export function codeNumber(
  text: string,
  decimals: number,
  rounding: boolean,
  place: string,
  remedies?: { readonly written: string; readonly decimals: string },
): bigint {
  const micro = parseMicro(text, place, remedies?.written);
  const unit = 10n ** BigInt(MAX_DECIMALS - decimals);
  if (micro % unit !== 0n && !rounding) {
    throw inputError(`The number has more than ${counted(decimals, "decimal")}, which this analyte declares.`, {
      code: "result-decimals",
      place,
      ...(remedies === undefined ? {} : { remedy: remedies.decimals }),
    });
  }
  const size = micro < 0n ? -micro : micro;
  const nearest = (2n * size + unit) / (2n * unit);
  const value = (micro < 0n ? -nearest : nearest) + VALUE_OFFSET;
  if (value < 0n || value >= 2n * VALUE_OFFSET) {
    throw inputError(`The number is too large for ${decimals} decimals.`, { code: "result-size", place });
  }
  return value;
}

/**
 * A result in words: "26.0", "absent", or an inequality with the sign of its kind, "<0.5", "<=0.5", ">0.5", ">=0.5"; numbers
 * at the analyte's decimals. A result of no kind is "pending".
 */
export function formatResult(result: CodedResult, analyte: Analyte): string {
  const { resultKind, value } = result;
  if (resultKind === 0n) return "pending";
  if (analyte.scale === "category") return analyte.words[Number(value)] ?? `category ${value}`;
  const [sign = ""] = SIGNS.find(([, name]) => BigInt(RESULT_KIND[name]) === resultKind) ?? [];
  const scale = MICRO / 10n ** BigInt(analyte.decimals);
  return sign + formatMicro((value - VALUE_OFFSET) * scale, analyte.decimals);
}
