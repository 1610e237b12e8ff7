import { parseMicro } from "../../input/quantities.ts";
import { atLeast, atMost, demand, fact, permission, type Facet } from "../../policy/facets.ts";
import { limitsOf, isCategorical, type Limit } from "./slots.ts";
import { quoted, time } from "../../policy/words.ts";
import type { AnalyteSpec, NumberSpec, ProductSpec, QualityLimits } from "./limits.ts";

/** Everything that a quality rule says: each analyte, each group of alternatives, each product. */
export function qualityFacets(rule: QualityLimits): Facet[] {
  const { analytes, products = [], resultWithin, pharmacopoeia } = rule;
  return [
    ...analytes.flatMap((spec) => analyteFacets(spec, pharmacopoeia === true)),
    ...alternativesOf(analytes).map(([one, other]) => permission(`"${one}" or "${other}"`, "one of the two is enough")),
    ...products.flatMap(productFacets),
    atMost("report of the laboratory after the stage's end", BigInt(resultWithin), `at most ${time(resultWithin)}`),
    demand("rounding as the pharmacopoeia does", pharmacopoeia !== true, [
      "none: a number with more decimals is refused",
      "to the declared decimals before it is judged",
    ]),
    fact("order of the analytes", analytes.map(({ analyte }) => quoted(analyte)).join(", ")),
    fact("order of the products", products.map(({ name }) => quoted(name)).join(", ")),
  ];
}

function analyteFacets(spec: AnalyteSpec, isRounded: boolean): Facet[] {
  const name = `"${spec.analyte}"`;
  if (isCategorical(spec)) {
    return [
      atMost(`${name} as a word`, 0n, "its result must be there"),
      ...spec.permitted.map((word) => permission(`${name} is "${word}"`, "passes")),
      fact(`words for ${name}`, spec.words.map(quoted).join(", ")),
      fact(`permitted words for ${name}`, spec.permitted.map(quoted).join(", ")),
    ];
  }
  const unit = unitOf(spec);
  return [
    atMost(`${name} as a number${unit}`, 0n, "its result must be there"),
    ...limitFacets(`${name}${unit}`, spec),
    ...decimalsFacets(name, spec, isRounded),
  ];
}

/**
 * Where numbers are rounded before they are judged, fewer decimals bring more of them to a permitted limit, and to a limit
 * that is not permitted: they loosen the one and tighten the other.
 */
function decimalsFacets(name: string, spec: NumberSpec, isRounded: boolean): Facet[] {
  const { lower, upper } = limitsOf(spec);
  const strictOf = [...lower, ...upper].map((limit) => limit.strict);
  const [what, words] = [`decimals of ${name}`, String(spec.decimals)];
  if (!isRounded) return [fact(what, words)];
  const [fewer, more] = [BigInt(-spec.decimals), BigInt(spec.decimals)];
  if (!strictOf.includes(true)) return [atMost(what, fewer, words)];
  if (!strictOf.includes(false)) return [atMost(what, more, words)];
  return [atMost(what, fewer, words), { ...permission(`${what} for its strict limit`, words), looseness: more }];
}

/** Part of the name: limits in different units are different limits. */
function unitOf({ unit }: NumberSpec): string {
  return unit === "1" ? "" : ` in ${quoted(unit)}`;
}

function productFacets(product: ProductSpec): Facet[] {
  const { name, of, per } = product;
  // The formula is part of the name: a limit on something else is another limit.
  return limitFacets(
    `"${name}" = ${of.map(quoted).join(" x ")}${per === undefined ? "" : ` / ${quoted(per)}`}`,
    product,
  );
}

const LIMIT_WORDS: Readonly<Record<Limit["field"], string>> = {
  atLeast: "at least",
  above: "above",
  atMost: "at most",
  below: "below",
};

function limitFacets(name: string, spec: Parameters<typeof limitsOf>[0]): Facet[] {
  const { lower, upper } = limitsOf(spec);
  const words = ({ field, text }: Limit): string => `${LIMIT_WORDS[field]} ${text}`;
  // A strict limit is a little tighter than the same number permitted.
  const doubled = ({ text }: Limit): bigint => 2n * parseMicro(text, name);
  return [
    ...lower.map((limit) => atLeast(`lower limit of ${name}`, doubled(limit) + strict(limit), words(limit))),
    ...upper.map((limit) => atMost(`upper limit of ${name}`, doubled(limit) - strict(limit), words(limit))),
  ];
}

function strict(limit: Limit): bigint {
  return limit.strict ? 1n : 0n;
}

/** Every pair of analytes of which one is enough. */
function alternativesOf(analytes: readonly AnalyteSpec[]): (readonly [string, string])[] {
  const groups: string[][] = [];
  for (const { analyte, orBefore } of analytes) {
    if (orBefore === true) groups.at(-1)?.push(analyte);
    else groups.push([analyte]);
  }
  return groups.flatMap((group) => {
    const sorted = [...group].sort();
    return sorted.flatMap((one, i) => sorted.slice(i + 1).map((other) => [one, other] as const));
  });
}
