import { inputError } from "../errors.ts";
import { MAX_DECIMALS, VALUE_OFFSET, type Analyte, type QualitySlot } from "./qualityRule.ts";
import { RESULT_KIND, type Result, type ResultKindName } from "./results.ts";
import { formatMicro, MICRO, parseMicro } from "../input/quantities.ts";

/**
 * How the words of a laboratory's report become results. Everything is exact: a number that the declared decimals cannot
 * hold is refused, never rounded into its limits, unless the rule allows the pharmacopoeia's rounding of reported values.
 */

/** What a result says, without what belongs to its test. */
export type CodedResult = Pick<Result, "resultKind" | "value">;

/** Signs of a bound: whether the reported bound is above or below, and whether it may itself be the value. */
const BOUNDS: Readonly<Record<string, { readonly kind: "below" | "above"; readonly inclusive: boolean }>> = {
  "<": { kind: "below", inclusive: false },
  "<=": { kind: "below", inclusive: true },
  "≤": { kind: "below", inclusive: true },
  ">": { kind: "above", inclusive: false },
  ">=": { kind: "above", inclusive: true },
  "≥": { kind: "above", inclusive: true },
};

/**
 * A reported result ("26.0", "<=0.5", "> 35", "absent") as the rule's slot of this analyte reads it.
 * @param rounding the rule's `pharmacopoeia` flag: a number with more decimals than declared is rounded to the nearest, a 5
 *        away from 0; bounds are never rounded
 * @param place goes into the error
 * Errors: those of `parseMicro`; `result-word` (not a word of the analyte), `result-decimals` (more decimals than
 * declared), `result-size` (not a 40-bit number), `result-bound` ("<= x" says nothing on a limit "< x").
 */
export function codeResult(
  text: string,
  analyte: Analyte,
  slot: Pick<QualitySlot, "hasMin" | "min" | "strictMin" | "hasMax" | "max" | "strictMax">,
  rounding: boolean,
  place: string,
): CodedResult {
  if (analyte.scale === "category") return { ...kind("category"), value: BigInt(codeWord(text, analyte.words, place)) };
  const [, sign = "", number = ""] = /^(<=|>=|<|>|≤|≥|) ?(.*)$/su.exec(text) ?? [];
  const bound = BOUNDS[sign];
  if (bound === undefined) return { ...kind("number"), value: codeNumber(number, analyte.decimals, rounding, place) };
  const value = codeNumber(number, analyte.decimals, false, place);
  const limit =
    bound.kind === "below"
      ? slot.hasMax === 1n && slot.strictMax === 1n && slot.max
      : slot.hasMin === 1n && slot.strictMin === 1n && slot.min;
  if (bound.inclusive && value === limit) {
    throw inputError(`"${text}" does not say whether the value is the limit, which is itself not permitted.`, {
      code: "result-bound",
      place,
      remedy: "Ask the laboratory for the number, or for a strict bound.",
    });
  }
  return { ...kind(bound.kind), value };
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
export function codeNumber(text: string, decimals: number, rounding: boolean, place: string): bigint {
  const micro = parseMicro(text, place);
  const unit = 10n ** BigInt(MAX_DECIMALS - decimals);
  if (micro % unit !== 0n && !rounding) {
    throw inputError(`The number has more than ${decimals} decimals, which this analyte declares.`, {
      code: "result-decimals",
      place,
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

/** A result in words: "26.0", "<0.5", "absent"; a result of no kind is "pending". */
export function formatResult(result: CodedResult, analyte: Analyte): string {
  const { resultKind, value } = result;
  if (resultKind === 0n) return "pending";
  if (analyte.scale === "category") return analyte.words[Number(value)] ?? `category ${value}`;
  const sign = resultKind === BigInt(RESULT_KIND.below) ? "<" : resultKind === BigInt(RESULT_KIND.above) ? ">" : "";
  const scale = MICRO / 10n ** BigInt(analyte.decimals);
  return sign + formatMicro((value - VALUE_OFFSET) * scale, analyte.decimals);
}
