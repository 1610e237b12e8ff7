import { inputError } from "../../errors.ts";
import { analyteId, type Analyte, type QualityProduct, type QualitySlot } from "../../formats/qualityRule.ts";
import { MICRO, parseMicro } from "../../input/quantities.ts";
import { codeNumber, codeWord } from "../../formats/resultCoding.ts";
import { greatestCommonDivisor } from "../divisor.ts";
import type { AnalyteSpec, CategorySpec, NumberSpec, ProductSpec, QualityLimits } from "./limits.ts";

/** The ways to write a limit. */
type LimitField = "atLeast" | "above" | "atMost" | "below";
const LOWER = ["atLeast", "above"] as const;
const UPPER = ["atMost", "below"] as const;

/** One limit as it is written. */
export interface Limit {
  readonly field: LimitField;
  readonly text: string;
  /** Whether the limit itself is not permitted. */
  readonly strict: boolean;
}

export function isCategorical(spec: AnalyteSpec): spec is CategorySpec {
  return "words" in spec;
}

/** The lower and the upper limits that are written: up to one each in a sound policy. */
export function limitsOf(spec: Pick<NumberSpec, LimitField>): { readonly lower: Limit[]; readonly upper: Limit[] } {
  const written = (fields: readonly LimitField[]): Limit[] =>
    fields.flatMap((field) => {
      const text = spec[field];
      return text === undefined ? [] : [{ field, text, strict: field === "above" || field === "below" }];
    });
  return { lower: written(LOWER), upper: written(UPPER) };
}

/** What the laboratory measures, in the order of the record. */
export function analytesOf({ analytes }: Pick<QualityLimits, "analytes">): Analyte[] {
  return analytes.map(analyteOf);
}

function analyteOf(spec: AnalyteSpec): Analyte {
  return isCategorical(spec)
    ? { name: spec.analyte, scale: "category", words: spec.words }
    : { name: spec.analyte, scale: "number", unit: spec.unit, decimals: spec.decimals };
}

const UNLIMITED: Omit<QualitySlot, "analyteId"> = {
  demanded: 1n,
  categorical: 0n,
  hasMin: 0n,
  min: 0n,
  strictMin: 0n,
  hasMax: 0n,
  max: 0n,
  strictMax: 0n,
  categories: 0n,
  alternative: 0n,
};

/**
 * What one analyte must be, as the circuit reads it.
 * Errors, with the field within the rule as place: `analyte-twice`, `or-before` (the first analyte has none before it),
 * `words` (two are the same), `permitted` (none, one twice, or one that is no word), `limit` (two of one side),
 * `no-value` (no number keeps both limits), those of `codeNumber` and `analyteId`.
 */
export function slotOf({ analytes }: Pick<QualityLimits, "analytes">, index: number): QualitySlot {
  const spec = analytes[index];
  const place = `analytes/${index}`;
  if (spec === undefined) throw inputError(`The rule has no analyte ${index}.`, { place, code: "analyte" });
  refuseRepeated(analytes, index);
  if (spec.orBefore === true && index === 0) {
    throw inputError("The first analyte cannot stand in for one before it.", {
      place: `${place}/orBefore`,
      remedy: "Mark the second and further members of a group, not its first.",
      code: "or-before",
    });
  }
  const limits = isCategorical(spec) ? categoryLimits(spec, place) : numberLimits(spec, place);
  return {
    ...UNLIMITED,
    analyteId: analyteId(analyteOf(spec)),
    ...limits,
    alternative: spec.orBefore === true ? 1n : 0n,
  };
}

function refuseRepeated(analytes: readonly AnalyteSpec[], index: number): void {
  const names = analytes.map(({ analyte }) => analyte.normalize("NFC"));
  const [name = ""] = names.slice(index);
  if (names.indexOf(name) === index) return;
  throw inputError(`Two analytes are called "${name}".`, {
    place: `analytes/${index}/analyte`,
    remedy: "Give every analyte a name of its own; write both limits of one analyte together.",
    code: "analyte-twice",
  });
}

function categoryLimits({ words, permitted }: CategorySpec, place: string): Partial<QualitySlot> {
  const repeated = repeatedWord(words);
  if (repeated !== undefined) {
    throw inputError(`The word "${repeated}" is there twice.`, {
      place: `${place}/words`,
      remedy: "Write every word of the laboratory once.",
      code: "words",
    });
  }
  const stray = permitted.find((word) => !words.some((known) => known.normalize("NFC") === word.normalize("NFC")));
  const twice = repeatedWord(permitted);
  if (permitted.length === 0 || stray !== undefined || twice !== undefined) {
    const what = stray !== undefined ? `"${stray}" is none of the words` : `the word "${twice ?? ""}" is there twice`;
    throw inputError(
      permitted.length === 0 ? "No result would be permitted." : `What is permitted is unclear: ${what}.`,
      {
        place: `${place}/permitted`,
        remedy: `Use some of ${words.map((word) => `"${word}"`).join(", ")}, each once.`,
        code: "permitted",
      },
    );
  }
  const categories = permitted.reduce((set, word) => set | (1n << BigInt(codeWord(word, words, place))), 0n);
  return { categorical: 1n, categories };
}

function repeatedWord(words: readonly string[]): string | undefined {
  const normal = words.map((word) => word.normalize("NFC"));
  return normal.find((word, index) => normal.indexOf(word) < index);
}

function numberLimits(spec: NumberSpec, place: string): Partial<QualitySlot> {
  const { lower, upper } = limitsOf(spec);
  const low = codedLimit(lower, spec.decimals, place);
  const high = codedLimit(upper, spec.decimals, place);
  if (low !== undefined && high !== undefined && low.value + low.strict > high.value - high.strict) {
    throw inputError(`No number with ${spec.decimals} decimals keeps both limits.`, {
      place: `${place}/${lower[0]?.field ?? ""}`,
      remedy:
        "Write the smaller number as the lower limit; between two strict limits there must be one number at least.",
      code: "no-value",
    });
  }
  return {
    ...(low && { hasMin: 1n, min: low.value, strictMin: low.strict }),
    ...(high && { hasMax: 1n, max: high.value, strictMax: high.strict }),
  };
}

function codedLimit(
  limits: readonly Limit[],
  decimals: number,
  place: string,
): { readonly value: bigint; readonly strict: bigint } | undefined {
  const [limit, second] = limits;
  if (limit === undefined) return undefined;
  if (second !== undefined) throw tooManyLimits(`${place}/${second.field}`, limit, second);
  const value = codeNumber(limit.text, decimals, false, `${place}/${limit.field}`);
  return { value, strict: limit.strict ? 1n : 0n };
}

function tooManyLimits(place: string, first: Limit, second: Limit): Error {
  return inputError(`"${first.field}" and "${second.field}" are there together.`, {
    place,
    remedy: "Keep the one that is meant; the other would be ignored.",
    code: "limit",
  });
}

/** Scales of a product have 64 bits in the circuit. */
const SCALE_BITS = 64n;

/**
 * A product of results as the circuit reads it: of0 * of1 / per compared with the limit, without division. With d decimals
 * of each analyte and the limit in millionths: 10^(6 + d_per) * of0 * of1 against limit * 10^(d_of0 + d_of1) * per, both
 * scales divided by their greatest common divisor.
 * Errors, with the field within the rule as place: `product-factor` (no such analyte, or one with words), `limit` (not
 * exactly one), `no-value` (no product is below 0), `product-scale` (a negative limit, or one that the circuit's 64 bits do
 * not hold), those of `parseMicro`.
 */
export function productOf({ analytes, products = [] }: QualityLimits, index: number): QualityProduct {
  const product = products[index];
  const place = `products/${index}`;
  if (product === undefined) throw inputError(`The rule has no product ${index}.`, { place, code: "product-factor" });
  const [first, second] = product.of;
  const leftA = factorOf(analytes, first, `${place}/of/0`);
  const leftB = factorOf(analytes, second, `${place}/of/1`);
  const right = factorOf(analytes, product.per, `${place}/per`);
  const { field, text, strict } = productLimit(product, place);
  const leftScale = MICRO * right.unit;
  const rightScale = parseMicro(text, `${place}/${field}`) * leftA.unit * leftB.unit;
  refuseProductLimit(rightScale, field, place);
  const common = greatestCommonDivisor(leftScale, rightScale);
  const scales = { leftScale: leftScale / common, rightScale: rightScale / common };
  if (scales.leftScale >> SCALE_BITS !== 0n || scales.rightScale >> SCALE_BITS !== 0n) {
    throw inputError("The limit has more digits than the circuit can hold with the decimals of these analytes.", {
      place: `${place}/${field}`,
      remedy: "Declare fewer decimals, or a unit in which the limit is a smaller number.",
      code: "product-scale",
    });
  }
  return {
    leftA: leftA.slot,
    leftB: leftB.slot,
    right: right.slot,
    ...scales,
    atLeast: field === "atLeast" || field === "above" ? 1n : 0n,
    strict: strict ? 1n : 0n,
  };
}

/** Slot of a factor, counted from 1, and its 1 at its decimals; slot 0 stands for the number 1. */
function factorOf(
  analytes: readonly AnalyteSpec[],
  name: string | undefined,
  place: string,
): { readonly slot: bigint; readonly unit: bigint } {
  if (name === undefined) return { slot: 0n, unit: 1n };
  const index = analytes.findIndex(({ analyte }) => analyte === name);
  const spec = analytes[index];
  if (spec === undefined || isCategorical(spec)) {
    throw inputError(
      spec === undefined ? `The rule has no analyte "${name}".` : `The results of "${name}" are words, not numbers.`,
      { place, remedy: "Name a measured analyte of this rule.", code: "product-factor" },
    );
  }
  return { slot: BigInt(index + 1), unit: 10n ** BigInt(spec.decimals) };
}

/** The one limit of a product. Error `limit`. */
export function productLimit(product: ProductSpec, place: string): Limit {
  const { lower, upper } = limitsOf(product);
  const [limit, second] = [...lower, ...upper];
  if (limit === undefined) {
    throw inputError(`Nothing limits the product "${product.name}".`, {
      place,
      remedy: 'Add "atLeast", "above", "atMost" or "below".',
      code: "limit",
    });
  }
  if (second !== undefined) throw tooManyLimits(`${place}/${second.field}`, limit, second);
  return limit;
}

function refuseProductLimit(limit: bigint, field: LimitField, place: string): void {
  if (limit > 0n || (limit === 0n && field !== "below")) return;
  throw inputError("The factors of a product are never negative, and neither is the product.", {
    place: `${place}/${field}`,
    remedy: "Give a limit above 0.",
    code: limit === 0n ? "no-value" : "product-scale",
  });
}
