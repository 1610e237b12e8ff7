import { parseMicro } from "../../input/quantities.ts";
import { derived } from "../../policy/derived.ts";
import { error, warning, type LintFinding } from "../../policy/lintFinding.ts";
import { skeleton } from "../../policy/texts.ts";
import { isCategorical, limitsOf, productOf, slotOf } from "./slots.ts";
import type { AnalyteSpec, ProductSpec, QualityLimits } from "./limits.ts";

/** What is wrong with the limits of a quality claim, and what their approvers should know. */
export function lintQuality(rule: QualityLimits, pointer: string): LintFinding[] {
  const { analytes, products = [] } = rule;
  return [
    ...analytes.flatMap((spec, index) => [
      ...derived(pointer, () => slotOf(rule, index)).findings,
      ...lintAnalyte(rule, spec, `${pointer}/analytes/${index}`),
    ]),
    ...groupsOf(analytes).flatMap((group) => lintGroup(analytes, group, pointer)),
    ...products.flatMap((product, index) => [
      ...derived(pointer, () => productOf(rule, index)).findings,
      ...lintProduct(rule, product, index, `${pointer}/products/${index}`),
    ]),
    ...lintLookAlikes(namesOf(rule), pointer),
    ...analytes.flatMap((spec, index) =>
      isCategorical(spec)
        ? lintLookAlikes(
            spec.words.map((text, word) => ({ text, place: `analytes/${index}/words/${word}` })),
            pointer,
          )
        : [],
    ),
    ...lintReport(rule, pointer),
  ];
}

interface Placed {
  readonly text: string;
  readonly place: string;
}

/** Names of one rule: those of its analytes and of its products. */
function namesOf({ analytes, products = [] }: QualityLimits): Placed[] {
  return [
    ...analytes.map(({ analyte }, index) => ({ text: analyte, place: `analytes/${index}/analyte` })),
    ...products.map(({ name }, index) => ({ text: name, place: `products/${index}/name` })),
  ];
}

/** Two texts that differ and look the same. Equal ones are found elsewhere. */
function lintLookAlikes(texts: readonly Placed[], pointer: string): LintFinding[] {
  return texts.flatMap(({ text, place }, index) => {
    const looks = skeleton(text);
    const other = texts.slice(0, index).find((earlier) => earlier.text !== text && skeleton(earlier.text) === looks);
    if (other === undefined) return [];
    const message = `"${text}" looks like "${other.text}" (${other.place}) and is another text.`;
    return [warning("look-alike", `${pointer}/${place}`, message, "Write one of them otherwise.")];
  });
}

function lintAnalyte({ products = [] }: QualityLimits, spec: AnalyteSpec, pointer: string): LintFinding[] {
  if (canFail(spec)) return [];
  if (isCategorical(spec)) {
    const message = `Every word of "${spec.analyte}" is permitted, so no result fails.`;
    return [warning("permits-all", `${pointer}/permitted`, message, "Permit those words only that pass.")];
  }
  if (products.some((product) => factorsOf(product).includes(spec.analyte))) return [];
  const message = `Nothing limits "${spec.analyte}": its result must be there, and any number passes.`;
  return [warning("reported-only", pointer, message, 'Add a limit, or say in "source" why it is reported only.')];
}

/** Whether some result would not pass. An empty permitted set is an error of its own. */
function canFail(spec: AnalyteSpec): boolean {
  if (isCategorical(spec)) return spec.words.some((word) => !spec.permitted.includes(word));
  const { lower, upper } = limitsOf(spec);
  return lower.length + upper.length > 0;
}

/** Indices of the members of each OR group. */
function groupsOf(analytes: readonly AnalyteSpec[]): number[][] {
  const groups: number[][] = [];
  analytes.forEach(({ orBefore }, index) => {
    const group = groups.at(-1);
    if (orBefore === true && group !== undefined) group.push(index);
    else groups.push([index]);
  });
  return groups.filter(({ length }) => length > 1);
}

function lintGroup(analytes: readonly AnalyteSpec[], group: readonly number[], pointer: string): LintFinding[] {
  return group.flatMap((index) => {
    const spec = analytes[index];
    if (spec === undefined || canFail(spec)) return [];
    const message = `"${spec.analyte}" always passes, and one member is enough: nothing is judged in its group.`;
    const remedy = "Limit every member of a group, or take this one out of it.";
    return [error("or-unlimited", `${pointer}/analytes/${index}`, message, remedy)];
  });
}

function lintProduct(
  { analytes, products = [] }: QualityLimits,
  product: ProductSpec,
  index: number,
  pointer: string,
): LintFinding[] {
  const findings: LintFinding[] = [];
  if (products.findIndex(({ name }) => name === product.name) < index) {
    const message = `Two products are called "${product.name}".`;
    findings.push(error("product-name", `${pointer}/name`, message, "Give every product a name of its own."));
  }
  const grouped = new Set(
    groupsOf(analytes)
      .flat()
      .map((member) => analytes[member]?.analyte),
  );
  const member = factorsOf(product).find((name) => grouped.has(name));
  if (member !== undefined) {
    const message = `"${member}" may fail its own limits, because another member of its group can pass instead; the product is judged all the same.`;
    const remedy = "Check that the product is meant to bind whichever member passes.";
    findings.push(warning("product-group", pointer, message, remedy));
  }
  const { lower } = limitsOf(product);
  if (lower.some(({ text, strict }) => !strict && parseMicro(text, pointer) === 0n)) {
    const message = "No product of results is below 0, so this limit refuses nothing.";
    findings.push(
      warning("useless", `${pointer}/atLeast`, message, "Give the limit that is meant, or remove the product."),
    );
  }
  return findings;
}

function factorsOf({ of, per }: ProductSpec): string[] {
  return [...of, ...(per === undefined ? [] : [per])];
}

function lintReport({ resultWithin }: QualityLimits, pointer: string): LintFinding[] {
  if (resultWithin > 0) return [];
  const message = "The laboratory must report before the stage ends; a later report is not proven.";
  return [warning("result-within", `${pointer}/resultWithin`, message, "Give the laboratory the time that it needs.")];
}
