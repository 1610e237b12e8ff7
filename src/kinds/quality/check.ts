import { KIND, ROLE } from "../../formats/constants.ts";
import { bitmap } from "../../formats/deviations.ts";
import { isListed } from "../../formats/party.ts";
import {
  CATEGORIES,
  QUALITY_PRODUCT_FIELDS,
  QUALITY_PRODUCTS,
  QUALITY_RULE_VERSION,
  QUALITY_SLOT_FIELDS,
  QUALITY_SLOTS,
  qualityRuleHash,
  VALUE_OFFSET,
  type QualityProduct,
  type QualitySlot,
} from "../../formats/qualityRule.ts";
import { labMessage, RESULT_FIELDS, RESULT_KIND, resultSetHash, type Result } from "../../formats/results.ts";
import { verifySignature } from "../../formats/source.ts";
import { findings, fits, isFlag, type RuleFinding, type Verdict } from "../findings.ts";
import { checkOpened, openedDeviations, openedWithinLimit } from "../opened.ts";
import type { QualityEvidence } from "./evidence.ts";

/**
 * The rules of circuit `quality` in plain integers: the same statement under the same names. A property test holds the
 * two together on generated sets of results, on both sides of every limit.
 */

/** The rules, by the names that circuit, TypeScript and tests share. */
export const QUALITY_RULES = [
  "rule",
  "head",
  "record",
  "complete",
  "spec",
  "group",
  "product",
  "date",
  "lab",
  "opened",
] as const;
export type QualityRuleName = (typeof QUALITY_RULES)[number];

/** One broken rule. */
export interface QualityFinding extends RuleFinding<QualityRuleName> {
  /** Index of the slot, from 0, where the rule judges results. */
  readonly slot?: number;
  /** Index of the product, from 0, where the rule judges products. */
  readonly product?: number;
}

/**
 * Every broken rule, in circuit order; empty: the claim holds and can be proven. Error `quality-size` for more slots,
 * products or results than the circuit holds.
 */
export function checkQuality(evidence: QualityEvidence): QualityFinding[] {
  const judged: Judged = { ...evidence, slots: slotsOf(evidence), results: resultsOf(evidence) };
  return [
    ...checkRule(judged),
    ...checkHead(judged),
    ...checkRecord(judged),
    ...checkComplete(judged),
    ...checkSpec(judged),
    ...checkGroup(judged),
    ...checkProduct(judged),
    ...checkDate(judged),
    ...checkLab(judged),
    ...checkOpened(judged),
  ];
}

/** The evidence with all slots of the circuit, unused ones zero. */
interface Judged extends QualityEvidence {
  readonly slots: readonly QualitySlot[];
  readonly results: readonly Result[];
}

function slotsOf({ rule }: QualityEvidence): QualitySlot[] {
  return filled(QUALITY_SLOT_FIELDS, rule.slots, QUALITY_SLOTS);
}

function resultsOf({ set }: QualityEvidence): Result[] {
  return filled(RESULT_FIELDS, set.results, QUALITY_SLOTS);
}

function productsOf({ rule }: QualityEvidence): QualityProduct[] {
  return filled(QUALITY_PRODUCT_FIELDS, rule.products, QUALITY_PRODUCTS);
}

function filled<K extends string>(
  fields: readonly K[],
  rows: readonly Readonly<Record<K, bigint>>[],
  size: number,
): Record<K, bigint>[] {
  const empty = Object.fromEntries(fields.map((field) => [field, 0n])) as Record<K, bigint>;
  return Array.from({ length: size }, (_, i) => rows[i] ?? empty);
}

function findingsAt(
  rule: QualityRuleName,
  verdicts: readonly Verdict[],
  place: Pick<QualityFinding, "slot" | "product"> = {},
): QualityFinding[] {
  return findings(rule, verdicts).map((finding) => ({ ...finding, ...place }));
}

/** Rule `rule`: the rule itself is well-formed. */
function checkRule(evidence: Judged): QualityFinding[] {
  const { rule, slots } = evidence;
  return [
    ...findings("rule", [
      [rule.version === BigInt(QUALITY_RULE_VERSION), "the rule has another version than the circuit"],
      [rule.kind === BigInt(KIND.quality), "the rule is not a quality rule"],
      openedWithinLimit(rule),
      [fits(rule.resultWithin, 32), "the time for results is not a 32-bit number of seconds"],
      [isFlag(rule.pharmacopoeia), "the pharmacopoeia flag is neither 0 nor 1"],
      [slots[0]?.demanded === 1n, "the rule demands no analyte"],
      [slots[0]?.alternative === 0n, "the first analyte is an alternative to nothing"],
    ]),
    ...slots.flatMap((entry, slot) => checkSlot(entry, slots[slot - 1], slot)),
    ...productsOf(evidence).flatMap((entry, product) =>
      findingsAt(
        "rule",
        [
          [fits(entry.leftScale, 64) && fits(entry.rightScale, 64), "a scale is not a 64-bit number"],
          [isFlag(entry.atLeast) && isFlag(entry.strict), "a flag is neither 0 nor 1"],
        ],
        { product },
      ),
    ),
  ];
}

function checkSlot(entry: QualitySlot, before: QualitySlot | undefined, slot: number): QualityFinding[] {
  const { demanded, categorical, hasMin, hasMax, strictMin, strictMax, alternative } = entry;
  const flags = [demanded, categorical, hasMin, hasMax, strictMin, strictMax, alternative];
  return findingsAt(
    "rule",
    [
      [flags.every(isFlag), "a flag is neither 0 nor 1"],
      [fits(entry.min, 40) && fits(entry.max, 40), "a limit is not a 40-bit number"],
      [fits(entry.categories, CATEGORIES), `the set of categories is not one of ${CATEGORIES}`],
      [demanded === 0n || before === undefined || before.demanded === 1n, "an unused slot comes before a used one"],
      [demanded !== 0n || QUALITY_SLOT_FIELDS.every((field) => entry[field] === 0n), "an unused slot is not empty"],
    ],
    { slot },
  );
}

/** Rule `head`: this stage of this batch, sane times. */
function checkHead({ batch, rule, head }: Judged): QualityFinding[] {
  return findingsAt("head", [
    [head.batch === batch, "the stage's head belongs to another batch"],
    [head.stage === rule.stage, "the stage's head is of another stage than the rule"],
    [head.start > 0n && fits(head.end, 40), "the stage's times are not Unix seconds"],
    [head.start <= head.end, "the stage ends before it starts"],
  ]);
}

/** Rule `record`: a set of results whose numbers are in range. */
function checkRecord({ set, results }: Judged): QualityFinding[] {
  return [
    ...findings("record", [
      [set.kind === BigInt(KIND.quality), "the record is not one of quality results"],
      [fits(set.sampled, 40) && fits(set.reported, 40), "the times of sampling and report are not Unix seconds"],
    ]),
    ...results.flatMap((result, slot) =>
      findingsAt(
        "record",
        [
          [fits(result.value, 40), "the value is not a 40-bit number"],
          [fits(result.time, 40), "the result's time is not in Unix seconds"],
          [fits(result.invalidated, 16) && fits(result.repeats, 16), "a count of tests is not a 16-bit number"],
        ],
        { slot },
      ),
    ),
  ];
}

/** Rule `complete`: one result for every demanded analyte, in the rule's order and of the expected sort, and no other. */
function checkComplete({ slots, results }: Judged): QualityFinding[] {
  return pairs(slots, results).flatMap(([entry, result], slot) =>
    findingsAt(
      "complete",
      entry.demanded === 0n
        ? [[RESULT_FIELDS.every((field) => result[field] === 0n), "a result that the rule does not demand"]]
        : [
            [result.analyteId === entry.analyteId, "the result is of another analyte than the rule demands here"],
            [
              entry.categorical === 1n ? isKind(result, "category") : isNumeric(result),
              result.resultKind === 0n ? "no result" : "the result is not of the sort that the rule expects",
            ],
          ],
      { slot },
    ),
  );
}

function pairs(slots: readonly QualitySlot[], results: readonly Result[]): [QualitySlot, Result][] {
  return slots.flatMap((entry, i): [QualitySlot, Result][] => {
    const result = results[i];
    return result === undefined ? [] : [[entry, result]];
  });
}

function isKind({ resultKind }: Result, kind: keyof typeof RESULT_KIND): boolean {
  return resultKind === BigInt(RESULT_KIND[kind]);
}

function isNumeric(result: Result): boolean {
  return isKind(result, "number") || isUpper(result) || isLower(result);
}

/** Whether the result is "<x" or "<=x". */
function isUpper(result: Result): boolean {
  return isKind(result, "less") || isKind(result, "atMost");
}

/** Whether the result is ">x" or ">=x". */
function isLower(result: Result): boolean {
  return isKind(result, "more") || isKind(result, "atLeast");
}

/** Whether the value is the index of a word. */
function isCategory({ value }: Result): boolean {
  return value >= 0n && value < BigInt(CATEGORIES);
}

/**
 * What a result says of its specification, over the reals: that it is met, that it is not, or neither. A number or word
 * always decides; an inequality that neither implies nor excludes its limits leaves them undecided.
 */
export type SpecVerdict = "met" | "undecidable" | "broken";

/** The verdict on a result by itself, whatever others of its OR group say. */
export function judgeSpec(entry: QualitySlot, result: Result): SpecVerdict {
  if (entry.categorical === 1n) {
    return isCategory(result) && ((entry.categories >> result.value) & 1n) === 1n ? "met" : "broken";
  }
  const [said, permitted] = [saidBy(result), permittedBy(entry)];
  if (permitted.low <= said.low && said.high <= permitted.high) return "met";
  return said.low <= permitted.high && permitted.low <= said.high ? "undecidable" : "broken";
}

/**
 * An interval of the reals. An end x stands at 2 * x where the interval has x itself, and half a step inside of that where it
 * has not: at 2 * x - 1 above, at 2 * x + 1 below. So an interval lies within another one exactly if its ends do, and the two
 * have a number in common exactly if neither ends before the other begins.
 */
interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}

/** Where an interval without an end ends: beyond every field element. */
const INFINITY = 2n ** 256n;

/** What a number or inequality says. */
function saidBy(result: Result): Interval {
  const twice = 2n * result.value;
  return {
    low: isUpper(result) ? -INFINITY : isKind(result, "more") ? twice + 1n : twice,
    high: isLower(result) ? INFINITY : isKind(result, "less") ? twice - 1n : twice,
  };
}

/** What a slot's limits permit. */
function permittedBy({ hasMin, min, strictMin, hasMax, max, strictMax }: QualitySlot): Interval {
  return {
    low: hasMin === 0n ? -INFINITY : 2n * min + strictMin,
    high: hasMax === 0n ? INFINITY : 2n * max - strictMax,
  };
}

/** The slots of each OR group, or of each analyte that stands alone, in order. */
function groupsOf(slots: readonly QualitySlot[]): number[][] {
  const groups: number[][] = [];
  slots.forEach((entry, slot) => {
    const group = groups.at(-1);
    if (entry.alternative === 1n && group !== undefined) group.push(slot);
    else groups.push([slot]);
  });
  return groups;
}

/** The verdict on each member of a group. */
function verdictsOf({ slots, results }: Judged, group: readonly number[]): SpecVerdict[] {
  const judged = pairs(slots, results);
  return group.flatMap((slot) => judged.slice(slot, slot + 1).map((pair) => judgeSpec(...pair)));
}

/** Rule `spec`: every analyte outside OR groups meets its specification; every category is one of 16. */
function checkSpec(evidence: Judged): QualityFinding[] {
  const unknown = pairs(evidence.slots, evidence.results).flatMap(([entry, result], slot) =>
    findingsAt("spec", [[entry.categorical === 0n || isCategory(result), "the category is none of its words"]], {
      slot,
    }),
  );
  const failed = groupsOf(evidence.slots)
    .filter(({ length }) => length === 1)
    .flatMap((group) => {
      const [verdict = "met"] = verdictsOf(evidence, group);
      if (verdict === "met") return [];
      const problem = verdict === "broken" ? "out of specification" : "undecidable";
      return [{ rule: "spec", problem, slot: group[0] ?? 0 } as const];
    });
  return [...unknown, ...failed];
}

/** Rule `group`: of every OR group at least one member meets its specification. */
function checkGroup(evidence: Judged): QualityFinding[] {
  return groupsOf(evidence.slots)
    .filter(({ length }) => length > 1)
    .flatMap((group) => {
      const verdicts = verdictsOf(evidence, group);
      if (verdicts.includes("met")) return [];
      const problem = verdicts.includes("undecidable")
        ? "undecidable, because none of the alternatives passes for certain"
        : "none of the alternatives passes";
      return [{ rule: "group", problem, slot: group[0] ?? 0 } as const];
    });
}

/** Rule `product`: the products of results are within their limits. */
function checkProduct(evidence: Judged): QualityFinding[] {
  return productsOf(evidence).flatMap((entry, product) => {
    const problem = problemOf(entry, evidence.results);
    return problem === undefined ? [] : [{ rule: "product", problem, product } as const];
  });
}

/** What is wrong with a product of results; undefined: its limit holds for all numbers that they may stand for. */
export function problemOf(product: QualityProduct, results: readonly Result[]): string | undefined {
  const [a, b, right] = [product.leftA, product.leftB, product.right].map((slot) => factorOf(results, slot));
  if (a === undefined || b === undefined || right === undefined)
    return "a factor is missing, or its number lies below 0";
  if (isProven(product, a, b, right)) return undefined;
  const opposite = { ...product, atLeast: 1n - product.atLeast, strict: 1n - product.strict };
  return isProven(opposite, a, b, right)
    ? "the product is out of its limit"
    : "the inequalities among its factors do not prove its limit";
}

/** A slot's number or inequality in a product. */
interface Factor {
  readonly number: bigint;
  readonly isUpper: boolean;
  readonly isLower: boolean;
}

/** The factor of a slot counted from 1; the number 1 of slot 0. Undefined where it is no number, or lies below 0. */
function factorOf(results: readonly Result[], slot: bigint): Factor | undefined {
  if (slot === 0n) return { number: 1n, isUpper: false, isLower: false };
  const result = results[Number(slot) - 1];
  if (result === undefined || !isNumeric(result)) return undefined;
  const number = result.value - VALUE_OFFSET;
  if (!fits(number, 39) || (number === 0n && isKind(result, "less"))) return undefined;
  return { number, isUpper: isUpper(result), isLower: isLower(result) };
}

/** Whether a limit holds for all numbers that the factors may stand for: template Product says why. */
function isProven(product: QualityProduct, a: Factor, b: Factor, right: Factor): boolean {
  const { leftScale, rightScale, atLeast, strict } = product;
  const difference = rightScale * right.number - leftScale * a.number * b.number;
  return atLeast === 1n
    ? !a.isUpper && !b.isUpper && !right.isLower && -difference >= strict
    : !a.isLower && !b.isLower && !right.isUpper && difference >= strict;
}

/** Rule `date`: sampling within the stage, results between sampling and report, the report in time. */
function checkDate({ rule, head, set, slots, results }: Judged): QualityFinding[] {
  return [
    ...findings("date", [
      [set.sampled >= head.start, "the sample was taken before the stage"],
      [set.sampled <= head.end, "the sample was taken after the stage"],
      [set.reported <= head.end + rule.resultWithin, "the report came too late after the stage's end"],
    ]),
    ...pairs(slots, results).flatMap(([entry, result], slot) =>
      findingsAt(
        "date",
        [
          [entry.demanded === 0n || result.time >= set.sampled, "the result is earlier than the sample"],
          [result.time <= set.reported, "the result is later than the report"],
        ],
        { slot },
      ),
    ),
  ];
}

/** Rule `lab`: a registered laboratory, valid from sampling to report, signed this record for this batch and stage. */
function checkLab({ batch, rule, parties, set, lab }: Judged): QualityFinding[] {
  const { leaf, path, signature } = lab;
  const message = labMessage({ batch, stage: rule.stage, rule: qualityRuleHash(rule) }, resultSetHash(set));
  return findingsAt("lab", [
    [leaf.role === BigInt(ROLE.lab), "the signer is not a laboratory"],
    [isListed(leaf, path, parties), "the laboratory is not in the published party list"],
    [fits(leaf.notBefore, 40) && fits(leaf.notAfter, 40), "the laboratory's validity is not in Unix seconds"],
    [leaf.notBefore <= set.sampled, "the laboratory was not yet valid at the sampling"],
    [set.reported <= leaf.notAfter, "the laboratory was no longer valid at its report"],
    [
      verifySignature({ x: leaf.id0, y: leaf.id1 }, message, signature),
      "the laboratory did not sign these results for this batch and stage",
    ],
  ]);
}

/** The `deviations` bitmap: bit 2, `attempt`, iff a test was repeated or declared invalid. */
export function qualityDeviationBits(evidence: Pick<QualityEvidence, "rule" | "head" | "set" | "opened">): bigint {
  const retested = evidence.set.results.some(({ invalidated, repeats }) => invalidated !== 0n || repeats !== 0n);
  return bitmap([false, false, retested, false, ...openedDeviations(evidence)]);
}
