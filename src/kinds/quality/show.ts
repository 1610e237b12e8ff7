import { isCategorical, limitsOf, productLimit, productOf, slotOf, type Limit } from "./slots.ts";
import { time } from "../../policy/words.ts";
import type { AnalyteSpec, NumberSpec, ProductSpec, QualityLimits } from "./limits.ts";

const LIMIT_WORDS: Readonly<Record<Limit["field"], string>> = {
  atLeast: "at least",
  above: "above",
  atMost: "at most",
  below: "below",
};

/** Every limit of a quality claim in words. The rule must be free of lint errors, else the errors of the derivation. */
export function showQuality(rule: QualityLimits): string[] {
  const { analytes, products = [] } = rule;
  return [
    `Results: exactly one of each of ${analytes.length} analytes. One that is missing or still pending cannot be proven.`,
    ...analytes.map((spec, index) => `- ${showAnalyte(rule, spec, index)}`),
    ...(products.length === 0 ? [] : ["Products of results, each judged besides the limits of its analytes:"]),
    ...products.map((product, index) => `- ${showProduct(rule, product, index)}`),
    'Bounds: a result "below x" keeps an upper limit if x is at most that limit, and never a lower one; "above x" the reverse. In a product a bound counts only where it makes the limit harder to keep.',
    rule.pharmacopoeia === true
      ? "Rounding: a reported number with more decimals than stated here is rounded to them before it is judged, a 5 away from 0, as the pharmacopoeia does."
      : "Rounding: none. A reported number with more decimals than stated here is refused.",
    `Times: the sample is taken within the stage, every result lies between sampling and report, and the laboratory reports at the latest ${rule.resultWithin === 0 ? "at the stage's end" : `${time(rule.resultWithin)} after the stage's end`}.`,
    "Record: the complete set of results, signed by a registered laboratory that was valid from sampling to report. It counts repeated and invalidated tests; that there was one is public as a deviation, how many is not.",
  ];
}

function showAnalyte(rule: QualityLimits, spec: AnalyteSpec, index: number): string {
  // Words for limits that cannot be proven would mislead.
  slotOf(rule, index);
  return `${spec.analyte}: ${isCategorical(spec) ? showWords(spec.words, spec.permitted) : showNumber(rule, spec)}.${showGroup(rule, index)}`;
}

function showWords(words: readonly string[], permitted: readonly string[]): string {
  const others = words.filter((word) => !permitted.includes(word));
  const refused = others.length === 0 ? "" : `; ${quoted(others)} would fail`;
  return `${quoted(permitted)}${refused}`;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(" or ");
}

function showNumber({ products = [] }: QualityLimits, spec: NumberSpec): string {
  const { lower, upper } = limitsOf(spec);
  const limits = [...lower, ...upper].map((limit) => showLimit(limit, unitOf(spec)));
  const used = products.filter(({ of, per }) => [...of, per].includes(spec.analyte)).map(({ name }) => `"${name}"`);
  const use = used.length === 0 ? "" : `; a factor of ${used.join(" and ")}`;
  const judged =
    limits.length === 0 ? `reported${inUnit(unitOf(spec))}, without a limit of its own` : limits.join(" and ");
  return `${judged}; ${decimals(spec.decimals)}${use}`;
}

function showLimit({ field, text }: Limit, unit: string): string {
  return `${LIMIT_WORDS[field]} ${text}${unit === "" ? "" : ` ${unit}`}`;
}

function inUnit(unit: string): string {
  return unit === "" ? "" : ` in ${unit}`;
}

/** The unit of a number; empty where it has none. */
function unitOf({ unit }: NumberSpec): string {
  return unit === "1" ? "" : unit;
}

function decimals(count: number): string {
  if (count === 0) return "a whole number";
  return count === 1 ? "1 decimal" : `${count} decimals`;
}

/** Where an analyte begins or continues an OR group. */
function showGroup({ analytes }: QualityLimits, index: number): string {
  const [before, next] = [analytes[index - 1], analytes[index + 1]];
  if (analytes[index]?.orBefore === true && before !== undefined) {
    return ` It may pass instead of "${before.analyte}": one of the group is enough.`;
  }
  return next?.orBefore === true ? ` Or "${next.analyte}" passes: one of the group is enough.` : "";
}

function showProduct(rule: QualityLimits, product: ProductSpec, index: number): string {
  const { leftScale, rightScale } = productOf(rule, index);
  const limit = productLimit(product, "");
  const formula = [product.of.join(" x "), ...(product.per === undefined ? [] : [product.per])].join(" / ");
  const unit = unitsOf(rule, product);
  return (
    `${product.name}: ${formula} is ${showLimit(limit, unit)}. ` +
    `Proven without division, each result counted in units of its last decimal: ${leftScale} x ${product.of.join(" x ")} is ${LIMIT_WORDS[limit.field]} ${rightScale}${product.per === undefined ? "" : ` x ${product.per}`}. No factor may be negative.`
  );
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
