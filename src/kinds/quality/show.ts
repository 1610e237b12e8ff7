import { isCategorical, limitsOf, productLimit, productOf, slotOf, type Limit } from "./slots.ts";
import { quoted, time } from "../../policy/words.ts";
import type { CategorySpec, NumberSpec, ProductSpec, QualityLimits } from "./limits.ts";

const LIMIT_WORDS: Readonly<Record<Limit["field"], string>> = {
  atLeast: "at least",
  above: "above",
  atMost: "at most",
  below: "below",
};

/**
 * Every limit of a quality claim in words, one a line. Analytes and products go by their numbers: what the author of the
 * policy wrote stands in quotes at the end of its line and says nothing of a limit. The rule must be free of lint errors, else
 * the errors of the derivation.
 */
export function showQuality(rule: QualityLimits): string[] {
  const { analytes, products = [] } = rule;
  return [
    `Results: exactly one of each of ${analytes.length} analytes. One that is missing or still pending cannot be proven.`,
    ...analytes.flatMap((_, index) => showAnalyte(rule, index)),
    ...(products.length === 0 ? [] : ["Products of results, each judged besides the limits of its analytes."]),
    ...products.flatMap((_, index) => showProduct(rule, index)),
    "Inequalities: a result below x, at most x, above x or at least x passes if that implies its limits as they stand here. One that neither implies nor breaks them is undecidable and does not pass. In a product it counts as x, and only where that makes the limit harder to keep. It is never rounded: with more decimals than stated here it is refused.",
    rule.pharmacopoeia === true
      ? "Rounding: a reported number with more decimals than stated here is rounded to them before it is judged, a 5 away from 0, as the pharmacopoeia does."
      : "Rounding: none. A reported number with more decimals than stated here is refused.",
    "Times: the sample is taken within the stage, and every result lies between sampling and report.",
    `Report: the laboratory reports at the latest ${rule.resultWithin === 0 ? "at the stage's end" : `${time(rule.resultWithin)} after the stage's end`}.`,
    "Record: the complete set of results, signed by a registered laboratory that was valid from sampling to report. It counts repeated and invalidated tests; that there was one is public as a deviation, how many is not.",
  ];
}

/** One analyte of a rule in words: its name, then its limits, indented. Errors as `showQuality`. */
export function showAnalyte(rule: QualityLimits, index: number): string[] {
  // Words for limits that cannot be proven would mislead.
  slotOf(rule, index);
  const spec = rule.analytes[index];
  if (spec === undefined) return [];
  const lines = isCategorical(spec) ? showWords(spec) : showNumber(spec);
  return [`Analyte ${index + 1}: ${quoted(spec.analyte)}`, ...[...lines, ...showGroup(rule, index)].map(indented)];
}

function showWords({ words, permitted }: CategorySpec): string[] {
  return words.map((word) => `${permitted.includes(word) ? "Passes" : "Fails"}: ${quoted(word)}`);
}

function showNumber(spec: NumberSpec): string[] {
  const { lower, upper } = limitsOf(spec);
  const unit = unitOf(spec);
  const limits = [...lower, ...upper];
  return [
    `Result: ${decimals(spec.decimals)}${inUnit(unit)}`,
    ...(limits.length === 0 ? ["Limit: none of its own; any number passes."] : []),
    ...limits.map((limit) => `Limit: ${showLimit(limit)}${inUnit(unit)}`),
  ];
}

function showLimit({ field, text }: Limit): string {
  return `${LIMIT_WORDS[field]} ${text}`;
}

function inUnit(unit: string): string {
  return unit === "" ? "" : `, in ${quoted(unit)}`;
}

/** The unit of a number; empty where it has none. */
function unitOf({ unit }: NumberSpec): string {
  return unit === "1" ? "" : unit;
}

function decimals(count: number): string {
  if (count === 0) return "a whole number";
  return count === 1 ? "1 decimal" : `${count} decimals`;
}

/** The OR group of an analyte: every member of it. */
function showGroup({ analytes }: QualityLimits, index: number): string[] {
  let first = index;
  while (first > 0 && analytes[first]?.orBefore === true) first--;
  let last = index;
  while (analytes[last + 1]?.orBefore === true) last++;
  return first === last ? [] : [`Group: one passing result of analytes ${first + 1} to ${last + 1} is enough.`];
}

function showProduct(rule: QualityLimits, index: number): string[] {
  const { leftScale, rightScale } = productOf(rule, index);
  const product = rule.products?.[index];
  if (product === undefined) return [];
  const limit = productLimit(product, "");
  const number = (name: string): string => `analyte ${rule.analytes.findIndex(({ analyte }) => analyte === name) + 1}`;
  const [above, per] = [product.of.map(number).join(" x "), product.per];
  const names = [product.of.map(quoted).join(" x "), ...(per === undefined ? [] : [quoted(per)])].join(" / ");
  return [
    `Product ${index + 1}: ${quoted(product.name)}`,
    ...[
      `Formula: ${above}${per === undefined ? "" : ` / ${number(per)}`}, which is ${names}`,
      `Limit: ${showLimit(limit)}${inUnit(unitsOf(rule, product))}`,
      `Proven: without division, each result counted in units of its last decimal: ${leftScale} x ${above} is ${LIMIT_WORDS[limit.field]} ${rightScale}${per === undefined ? "" : ` x ${number(per)}`}. No factor may be negative.`,
    ].map(indented),
  ];
}

function indented(line: string): string {
  return `  ${line}`;
}

function unitsOf({ analytes }: QualityLimits, { of, per }: ProductSpec): string {
  const named = (name: string): string => {
    const spec = analytes.find(({ analyte }) => analyte === name);
    return spec === undefined || isCategorical(spec) ? "" : unitOf(spec);
  };
  const above = of.map(named).filter((unit) => unit !== "");
  const below = per === undefined ? "" : named(per);
  if (below === "") return above.join(" x ");
  if (above.length === 1 && above[0] === below) return "";
  const compound = (unit: string): string => (unit.includes("/") ? `(${unit})` : unit);
  return `${above.length === 0 ? "1" : above.map(compound).join(" x ")} / ${compound(below)}`;
}
