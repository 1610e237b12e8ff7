import { beforeAll, describe, expect, it } from "vitest";
import { ROLE, SIGNALS } from "../../src/formats/constants.ts";
import type { QualityProduct, QualitySlot } from "../../src/formats/qualityRule.ts";
import { RESULT_KIND } from "../../src/formats/results.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { OPENED_WITHIN_BOUNDARY, openedBoundaries, openedDeviationCases } from "../support/openings.ts";
import { START, BATCH, OUTSIDER_KEY } from "../support/evidence.ts";
import {
  END,
  makeQuality,
  REPORTED,
  RESULT_WITHIN,
  resultsOf,
  SAMPLED,
  withResult,
  type QualityScenario,
} from "../support/quality.ts";
import {
  expectQualityAgreement,
  JUDGED,
  JUDGEMENT_MAIN,
  judgementInput,
  qualityInputOf,
  QUALITY_MAIN,
  refusedQuality,
} from "../support/qualityRules.ts";
import {
  ARI_BATCHES,
  ARI_DOSE,
  ARI_ENDOTOXIN,
  at,
  category,
  CD19_BATCHES,
  CD19_LINES,
  CD20_DOSE,
  CD20_LATE,
  CD20_RELEASE,
  coded,
  number,
  or,
  type Limit,
  type Line,
} from "../support/qualitySpecs.ts";

/** [what, scenario that keeps the rule, scenario one step beyond] */
type Boundary = readonly [what: string, keeps: QualityScenario, breaks: QualityScenario];

const [FIRST = ""] = Object.keys(ARI_BATCHES);
const MAX = 2n ** 40n - 1n;
const EMPTY_RESULT = { analyteId: 0n, resultKind: 0n, value: 0n, time: 0n, invalidated: 0n, repeats: 0n };

/** The first published batch with one reported result changed. */
function reported(name: string, text: string): QualityScenario {
  return { reported: (ARI_BATCHES[FIRST] ?? []).map((value, i) => (i === at(name) ? text : value)) };
}

/** One analyte with these limits and result. */
function one(line: Line, text: string, change: QualityScenario = {}): QualityScenario {
  return { lines: [line], reported: [text], ...change };
}

/** Percentages with one decimal. */
function percent(...limits: readonly Limit[]): Line {
  return number("share", "%", 1, ...limits);
}

/** The default rule with one slot changed. */
function slot(index: number, change: Partial<QualitySlot>): QualityScenario {
  return {
    rule: { slots: makeQuality().rule.slots.map((entry, i) => (i === index ? { ...entry, ...change } : entry)) },
  };
}

/** The default rule with its first product changed. */
function product(change: Partial<QualityProduct>): QualityScenario {
  return { rule: { products: [{ ...ARI_DOSE, ...change }, ARI_ENDOTOXIN] } };
}

/** Two alternatives: below 70, or above 50. */
const POTENCY: readonly Line[] = [percent(["lt", "70"]), or(number("other share", "%", 1, ["gt", "50"]))];
const THREE: readonly Line[] = [...POTENCY, or(number("third share", "%", 1, ["ge", "10"]))];
/** An analyte before, two alternatives, one after. */
const FRAMED: readonly Line[] = [
  number("before", "%", 1, ["ge", "1"]),
  ...POTENCY,
  number("after", "%", 1, ["ge", "1"]),
];
const potency = (lines: readonly Line[], ...texts: readonly string[]): QualityScenario => ({ lines, reported: texts });

/** a * b against c under one product rule; whole numbers. */
function areas(rule: Partial<QualityProduct>, a: string, b: string, c: string): QualityScenario {
  return {
    lines: ["a", "b", "c"].map((name) => number(name, "1", 0)),
    reported: [a, b, c],
    rule: {
      products: [{ leftA: 1n, leftB: 2n, right: 3n, leftScale: 1n, rightScale: 1n, atLeast: 0n, strict: 0n, ...rule }],
    },
  };
}
const LEAST = { atLeast: 1n };
const STRICT = { strict: 1n };

const FULL: readonly Line[] = Array.from({ length: 16 }, (_, i) => number(`share ${i}`, "%", 1, ["ge", "1"]));
const last = at("volume");

const BOUNDARIES: Readonly<Record<string, readonly Boundary[]>> = {
  rule: [
    OPENED_WITHIN_BOUNDARY,
    ["version", {}, { rule: { version: 0n } }],
    ["kind", {}, { rule: { kind: 1n } }],
    ["longest time", { rule: { resultWithin: 2n ** 32n - 1n } }, { rule: { resultWithin: 2n ** 32n } }],
    ["pharmacopoeia flag", { rule: { pharmacopoeia: 1n } }, { rule: { pharmacopoeia: 2n } }],
    ["demanded flag", {}, slot(last, { demanded: 2n })],
    ["minimum flag", slot(2, { hasMin: 0n }), slot(2, { hasMin: 2n })],
    ["maximum flag", slot(2, { hasMax: 1n, max: MAX }), slot(2, { hasMax: 2n, max: MAX })],
    ["strict minimum flag", slot(2, { strictMin: 1n }), slot(2, { strictMin: 2n })],
    ["strict maximum flag", slot(2, { strictMax: 1n }), slot(2, { strictMax: 2n })],
    ["alternative flag", slot(3, { alternative: 1n }), slot(3, { alternative: 2n })],
    ["categorical flag", {}, slot(0, { categorical: 2n })],
    ["first analyte is no alternative", {}, slot(0, { alternative: 1n })],
    ["largest minimum", slot(2, { hasMin: 0n, min: MAX }), slot(2, { hasMin: 0n, min: MAX + 1n })],
    ["largest maximum", slot(2, { max: MAX }), slot(2, { max: MAX + 1n })],
    ["largest set of categories", slot(0, { categories: 65_535n }), slot(0, { categories: 65_537n })],
    ["at least one analyte", one(percent(), "5"), { lines: [], reported: [] }],
    ["a gap between used slots", {}, emptied(5)],
    ["an unused slot's analyte", {}, unused({ analyteId: 5n }, { analyteId: 5n })],
    ["an unused slot's limit", {}, unused({ min: 1n })],
    ["an unused slot's flag", {}, unused({ hasMax: 1n })],
    ["an unused slot as alternative", {}, unused({ alternative: 1n })],
    ["an unused slot's categories", {}, unused({ categories: 1n })],
    ["largest left scale", product({ leftScale: 2n ** 64n - 1n }), product({ leftScale: 2n ** 64n })],
    [
      "largest right scale",
      product({ atLeast: 0n, rightScale: 2n ** 64n - 1n }),
      product({ atLeast: 0n, rightScale: 2n ** 64n }),
    ],
    ["direction flag", {}, product({ atLeast: 2n })],
    ["strictness flag", product({ strict: 0n }), product({ strict: 2n })],
  ],
  head: [
    ["batch", {}, { head: { batch: BATCH + 1n } }],
    ["stage", {}, { head: { stage: 1n } }],
    ["a stage of no time", { head: { start: SAMPLED, end: SAMPLED } }, { head: { start: END + 1n } }],
  ],
  record: [
    ["kind", {}, { set: { kind: 1n } }],
    ["largest value", one(percent(), "5", valueOf(MAX)), one(percent(), "5", valueOf(MAX + 1n))],
    ["smallest value", one(percent(), "5", valueOf(0n)), one(percent(), "5", valueOf(-1n))],
    [
      "largest count of invalidated tests",
      withResult(2, { invalidated: 65_535n }),
      withResult(2, { invalidated: 65_536n }),
    ],
    ["largest count of repeats", withResult(2, { repeats: 65_535n }), withResult(2, { repeats: 65_536n })],
    ["counts below zero", withResult(2, { repeats: 1n }), withResult(2, { repeats: -1n })],
  ],
  complete: [
    ["another analyte", {}, withResult(3, { analyteId: 5n })],
    ["two analytes swapped", {}, swapped(2, 3)],
    ["a pending result", {}, withResult(5, { resultKind: 0n, value: 0n })],
    ["a pending number", {}, withResult(2, { resultKind: 0n, value: 0n })],
    ["a kind that is none", {}, withResult(2, { resultKind: 7n })],
    ["a kind below all", {}, withResult(2, { resultKind: -1n })],
    ["a number for a category", {}, withResult(5, { resultKind: BigInt(RESULT_KIND.number) })],
    ["a category for a number", {}, withResult(2, { resultKind: BigInt(RESULT_KIND.category), value: 0n })],
    ["the last result left out", {}, { set: { results: makeQuality().set.results.slice(0, -1) } }],
    ["a result of no analyte", {}, extra({ resultKind: 1n })],
    ["a value of no result", {}, extra({ value: 1n })],
    ["a time of no result", {}, extra({ time: 1n })],
    ["a repeat of no result", {}, extra({ repeats: 1n })],
  ],
  spec: [
    ["minimum", one(percent(["ge", "20"]), "20.0"), one(percent(["ge", "20"]), "19.9")],
    ["strict minimum", one(percent(["gt", "20"]), "20.1"), one(percent(["gt", "20"]), "20.0")],
    ["maximum", one(percent(["le", "20"]), "20.0"), one(percent(["le", "20"]), "20.1")],
    ["strict maximum", one(percent(["lt", "20"]), "19.9"), one(percent(["lt", "20"]), "20.0")],
    ["both limits", one(percent(["ge", "5"], ["le", "6"]), "6"), one(percent(["ge", "5"], ["le", "6"]), "6.1")],
    ["negative numbers", one(percent(["ge", "-5"]), "-5.0"), one(percent(["ge", "-5"]), "-5.1")],
    [
      "a strict maximum of 2^40 - 1",
      one(limit({ hasMax: 1n, max: MAX, strictMax: 1n }), "5", valueOf(MAX - 1n)),
      one(limit({ hasMax: 1n, max: MAX, strictMax: 1n }), "5", valueOf(MAX)),
    ],
    [
      "a strict minimum of 2^40 - 1, which nothing passes",
      one(limit({ hasMin: 1n, min: MAX }), "5", valueOf(MAX)),
      one(limit({ hasMin: 1n, min: MAX, strictMin: 1n }), "5", valueOf(MAX)),
    ],
    [
      "a minimum of 0, offset and all",
      one(limit({ hasMin: 1n, min: 0n }), "5", valueOf(0n)),
      one(limit({ hasMin: 1n, min: 0n, strictMin: 1n }), "5", valueOf(0n)),
    ],
    ["<x against a maximum", one(percent(["le", "0.5"]), "<0.5"), one(percent(["le", "0.5"]), "<0.6")],
    ["<x against a strict maximum", one(percent(["lt", "0.5"]), "<0.5"), one(percent(["lt", "0.5"]), "<0.6")],
    ["<=x against a maximum", one(percent(["le", "0.5"]), "<=0.5"), one(percent(["le", "0.5"]), "<=0.6")],
    ["<=x against a strict maximum", one(percent(["lt", "0.5"]), "<=0.4"), one(percent(["lt", "0.5"]), "<=0.5")],
    ["<x against a minimum", one(percent(["le", "9"]), "<9"), one(percent(["ge", "1"]), "<9")],
    ["<=x against a minimum", one(percent(["le", "9"]), "<=9"), one(percent(["ge", "9"]), "<=9")],
    [">x against a minimum", one(percent(["ge", "35"]), ">35"), one(percent(["ge", "35"]), ">34.9")],
    [">x against a strict minimum", one(percent(["gt", "35"]), ">35"), one(percent(["gt", "35"]), ">34.9")],
    [">=x against a minimum", one(percent(["ge", "35"]), ">=35"), one(percent(["ge", "35"]), ">=34.9")],
    [">=x against a strict minimum", one(percent(["gt", "35"]), ">=35.1"), one(percent(["gt", "35"]), ">=35")],
    [">x against a maximum", one(percent(["ge", "1"]), ">1"), one(percent(["le", "9"]), ">1")],
    [">=x against a maximum", one(percent(["ge", "9"]), ">=9"), one(percent(["le", "9"]), ">=9")],
    ["<x without limits", one(percent(), "<9"), one(percent(["ge", "0"]), "<9")],
    [">=x without limits", one(percent(), ">=9"), one(percent(["le", "99"]), ">=9")],
    [
      "<x against a maximum of 0, offset and all",
      one(limit({ hasMax: 1n, max: 0n }), "<5", valueOf(0n, "<5")),
      one(limit({ hasMax: 1n, max: 0n, strictMax: 1n }), "<=5", valueOf(0n, "<=5")),
    ],
    [
      ">x against a strict minimum of 2^40 - 1",
      one(limit({ hasMin: 1n, min: MAX, strictMin: 1n }), ">5", valueOf(MAX, ">5")),
      one(limit({ hasMin: 1n, min: MAX, strictMin: 1n }), ">=5", valueOf(MAX, ">=5")),
    ],
    [
      "a permitted category",
      one(category("colour", ["red", "green", "blue"], ["red", "blue"]), "blue"),
      one(category("colour", ["red", "green", "blue"], ["red", "blue"]), "green"),
    ],
    ["the last of 16 categories", one(words(15), "word 15"), one(words(14), "word 15")],
    ["the first analyte", {}, reported("appearance", "other")],
    ["the last of 16", { lines: FULL, reported: shares(15, "1") }, { lines: FULL, reported: shares(15, "0.9") }],
    ["before a group", potency(FRAMED, "1", "1", "1", "1"), potency(FRAMED, "0.9", "1", "1", "1")],
    ["after a group", potency(FRAMED, "1", "1", "99", "1"), potency(FRAMED, "1", "1", "99", "0.9")],
  ],
  group: [
    ["the first suffices", potency(POTENCY, "69.9", "50.0"), potency(POTENCY, "70.0", "50.0")],
    ["the second suffices", potency(POTENCY, "70.0", "50.1"), potency(POTENCY, "70.0", "50.0")],
    [
      "an inequality passes for one that leaves its limit open",
      potency(POTENCY, "<=70", ">50"),
      potency(POTENCY, "<=70", ">=50"),
    ],
    ["the last of three suffices", potency(THREE, "70.0", "50.0", "10"), potency(THREE, "70.0", "50.0", "9.9")],
    ["between other analytes", potency(FRAMED, "1", "1", "1", "1"), potency(FRAMED, "1", "70", "50", "1")],
    [
      "two groups are not one",
      potency([...POTENCY, ...twin()], "1", "1", "1", "1"),
      potency([...POTENCY, ...twin()], "1", "99", "70", "50"),
    ],
    [
      "a group in the last slots",
      { lines: [...FULL.slice(0, 14), ...POTENCY], reported: [...shares(0, "1").slice(0, 14), "70", "51"] },
      { lines: [...FULL.slice(0, 14), ...POTENCY], reported: [...shares(0, "1").slice(0, 14), "70", "50"] },
    ],
    [
      "categories",
      potency([category("one", ["yes", "no"], ["yes"]), or(category("two", ["yes", "no"], ["yes"]))], "no", "yes"),
      potency([category("one", ["yes", "no"], ["yes"]), or(category("two", ["yes", "no"], ["yes"]))], "no", "no"),
    ],
  ],
  product: [
    ["at most", areas({}, "3", "4", "12"), areas({}, "3", "4", "11")],
    ["below", areas(STRICT, "3", "4", "13"), areas(STRICT, "3", "4", "12")],
    ["at least", areas(LEAST, "3", "4", "12"), areas(LEAST, "3", "4", "13")],
    ["above", areas({ ...LEAST, ...STRICT }, "3", "4", "11"), areas({ ...LEAST, ...STRICT }, "3", "4", "12")],
    ["left scale", areas({ leftScale: 5n }, "3", "4", "60"), areas({ leftScale: 5n }, "3", "4", "59")],
    ["right scale", areas({ rightScale: 5n }, "5", "2", "2"), areas({ rightScale: 5n }, "5", "3", "2")],
    [
      "a constant on the right",
      areas({ right: 0n, rightScale: 12n }, "3", "4", "1"),
      areas({ right: 0n, rightScale: 11n }, "3", "4", "1"),
    ],
    ["a square", areas({ leftA: 2n }, "1", "4", "16"), areas({ leftA: 2n }, "1", "4", "15")],
    ["<x on the small side", areas({}, "<3", "4", "12"), areas({}, "<3", "4", "11")],
    ["<=x on the small side", areas({}, "<=3", "4", "12"), areas({}, "<=3", "4", "11")],
    ["both on the small side", areas({}, "<=3", "<4", "12"), areas({}, "<=3", "<4", "11")],
    [
      "<x where equality fails, which fails all the same",
      areas(STRICT, "<3", "4", "13"),
      areas(STRICT, "<3", "4", "12"),
    ],
    [">x on the small side", areas({}, "3", "4", "12"), areas({}, "3", ">4", "12")],
    [">=x on the small side", areas({}, "3", "4", "12"), areas({}, "3", ">=4", "12")],
    [">x on the large side", areas({}, "3", "4", ">12"), areas({}, "3", "4", "<12")],
    [">=x on the large side", areas({}, "3", "4", ">=12"), areas({}, "3", "4", "<=12")],
    [">x where the left side is large", areas(LEAST, ">3", "4", "12"), areas(LEAST, "<3", "4", "12")],
    [">=x where the left side is large", areas(LEAST, ">=3", "4", "12"), areas(LEAST, "<=3", "4", "12")],
    ["<x where the right side is small", areas(LEAST, "3", "4", "<12"), areas(LEAST, "3", "4", ">12")],
    ["<=x where the right side is small", areas(LEAST, "3", "4", "<=12"), areas(LEAST, "3", "4", ">=12")],
    ["<1 as a factor, and <0, which is negative", areas({}, "<1", "4", "4"), areas({}, "<0", "4", "4")],
    ["<=0 as a factor, and <0", areas(LEAST, "0", "0", "<=0"), areas(LEAST, "0", "0", "<0")],
    [">0 as a factor, and >-1", areas({}, "0", "4", ">0"), areas({}, "0", "4", ">-1")],
    ["a factor of 0", areas({}, "0", "4", "0"), areas({}, "-1", "4", "0")],
    ["a factor in the last slot", inSlot(16n), inSlot(17n)],
    ["a category as factor", {}, product({ right: 1n })],
    ["an unused slot as factor", {}, product({ right: 16n })],
    [
      "largest upper bound",
      largest(2n ** 39n - 1n, 2n ** 39n - 1n, "<1"),
      largest(2n ** 39n - 1n, 2n ** 39n - 2n, "<1"),
    ],
    ["largest factors", largest(2n ** 39n - 1n, 2n ** 39n - 1n), largest(2n ** 39n - 1n, 2n ** 39n - 2n)],
    ["the dose", reported("body_weight", "2989.9"), reported("body_weight", "2990.0")],
    ["endotoxin for each kilogram", reported("volume", "700.0"), reported("volume", "700.1")],
  ],
  date: [
    ["sampled at the start", { head: { start: SAMPLED } }, { head: { start: SAMPLED + 1n } }],
    ["sampled at the end", { head: { end: SAMPLED } }, { head: { end: SAMPLED - 1n } }],
    ["a result at the sampling", withResult(4, { time: SAMPLED }), withResult(4, { time: SAMPLED - 1n })],
    ["a result at the report", withResult(4, { time: REPORTED }), withResult(4, { time: REPORTED + 1n })],
    [
      "the last time for a report",
      { set: { reported: END + RESULT_WITHIN } },
      { set: { reported: END + RESULT_WITHIN + 1n } },
    ],
    ["no time after the stage", inProcess(END), inProcess(END + 1n)],
  ],
  lab: [
    ["role", {}, { labLeaf: { role: BigInt(ROLE.source) } }],
    ["valid from the sampling", { labLeaf: { notBefore: SAMPLED } }, { labLeaf: { notBefore: SAMPLED + 1n } }],
    ["valid to the report", { labLeaf: { notAfter: REPORTED } }, { labLeaf: { notAfter: REPORTED - 1n } }],
    ["listed", {}, { unlisted: true }],
    ["signer", {}, { signer: OUTSIDER_KEY }],
    ["signed for the batch", {}, { signed: { batch: BATCH + 1n } }],
    ["signed for the stage", {}, { signed: { stage: 3n } }],
    ["signed for the record", {}, { signed: { record: 5n } }],
  ],
  opened: openedBoundaries(START),
};

function limit(change: Partial<QualitySlot>): Line {
  const line = percent();
  return { ...line, slot: { ...line.slot, ...change } };
}

/** The one percentage as any coded value. */
function valueOf(value: bigint, text = "5"): QualityScenario {
  return { set: { results: resultsOf([percent()], [text]).map((result) => ({ ...result, value })) } };
}

/** A used slot emptied in rule and record. */
function emptied(index: number): QualityScenario {
  const { rule, set } = makeQuality();
  const empty = <T extends object>(row: T): T =>
    Object.fromEntries(Object.keys(row).map((field) => [field, 0n])) as unknown as T;
  return {
    rule: { slots: rule.slots.map((entry, i) => (i === index ? empty(entry) : entry)) },
    set: { results: set.results.map((result, i) => (i === index ? empty(result) : result)) },
  };
}

/** Something in the unused 16th slot of the rule. */
function unused(change: Partial<QualitySlot>, result?: Partial<typeof EMPTY_RESULT>): QualityScenario {
  const { rule, set } = makeQuality();
  const [entry] = rule.slots;
  const empty = Object.fromEntries(Object.keys(entry ?? {}).map((field) => [field, 0n])) as unknown as QualitySlot;
  return {
    rule: { slots: [...rule.slots, { ...empty, ...change }] },
    ...(result === undefined ? {} : { set: { results: [...set.results, { ...EMPTY_RESULT, ...result }] } }),
  };
}

/** Something in the unused 16th slot of the record. */
function extra(result: Partial<typeof EMPTY_RESULT>): QualityScenario {
  return { set: { results: [...makeQuality().set.results, { ...EMPTY_RESULT, ...result }] } };
}

function swapped(a: number, b: number): QualityScenario {
  const { results } = makeQuality().set;
  const order = results.map((_, i) => (i === a ? b : i === b ? a : i));
  return { set: { results: order.flatMap((i) => results[i] ?? []) } };
}

/** One analyte with 16 words, of which one is permitted. */
function words(permitted: number): Line {
  const all = Array.from({ length: 16 }, (_, i) => `word ${i}`);
  return category("words", all, [`word ${permitted}`]);
}

function shares(index: number, text: string): string[] {
  return FULL.map((_, i) => (i === index ? text : "5"));
}

function twin(): Line[] {
  return [number("twin", "%", 1, ["lt", "70"]), or(number("other twin", "%", 1, ["gt", "50"]))];
}

/** The product of the 16 shares' last with itself, as the factor of one slot. */
function inSlot(factor: bigint): QualityScenario {
  return {
    lines: FULL,
    reported: shares(15, "1"),
    rule: {
      products: [{ leftA: factor, leftB: 0n, right: 0n, leftScale: 1n, rightScale: 10n, atLeast: 0n, strict: 0n }],
    },
  };
}

/** Largest scales and factors on the left against the same on the right: a * 1 <= b, both scaled by 2^64 - 1. */
function largest(a: bigint, b: bigint, left = "1"): QualityScenario {
  const scale = 2n ** 64n - 1n;
  const base = areas({ leftB: 0n, leftScale: scale, rightScale: scale }, left, "1", "1");
  const [x, y, z] = resultsOf(base.lines ?? [], base.reported ?? []);
  if (x === undefined || y === undefined || z === undefined) throw new Error("three results");
  return { ...base, set: { results: [{ ...x, value: coded(0) + a }, y, { ...z, value: coded(0) + b }] } };
}

/** Results and report within the stage, under a rule that gives no time after it. */
function inProcess(at: bigint): QualityScenario {
  const results = makeQuality().set.results.map((result) => ({ ...result, time: SAMPLED }));
  return { rule: { resultWithin: 0n }, set: { results, reported: at } };
}

describe("circuit quality", () => {
  let circuit: CircuitUnderTest;
  let named: CircuitUnderTest;
  let judgement: readonly [proven: CircuitUnderTest, named: CircuitUnderTest];
  beforeAll(async () => {
    [circuit, named] = await CircuitUnderTest.both(QUALITY_MAIN);
    judgement = await CircuitUnderTest.both(JUDGEMENT_MAIN);
  });

  it("is judged by a witness of the named circuit: what both have in common is the same, lawful or not", async () => {
    const alone = await CircuitUnderTest.load(JUDGEMENT_MAIN);
    for (const evidence of [makeQuality(), makeQuality(reported("car19_pct", "19.9"))]) {
      const input = judgementInput(evidence);
      expect(await judgement[0].witness(input)).toEqual(await alone.witness(input));
    }
  });

  it("has exactly this many constraints, within 2^15 with snarkjs's row for each public signal and the constant", () => {
    expect(circuit.r1cs.constraints.length).toBe(31_914);
    expect(circuit.r1cs.constraints.length + SIGNALS.length + 1).toBeLessThanOrEqual(2 ** 15);
  });

  // Verifies R-format-signals, C23.
  it("has the eight public signals, in order, each in a real constraint", () => {
    expect(circuit.r1cs.publicInputs).toBe(SIGNALS.length);
    SIGNALS.forEach((name, i) => expect(circuit.wire(name)).toBe(i + 1));
    for (const name of SIGNALS) {
      const used = circuit.r1cs.constraints.some(({ a, b, c }) =>
        [...a, ...b, ...c].some(([wire, coefficient]) => wire === circuit.wire(name) && coefficient !== 0n),
      );
      expect(used, name).toBe(true);
    }
  });

  it.each(Object.entries(ARI_BATCHES))("ARI-0001: batch %s passes", async (_, texts) => {
    expect(await expectQualityAgreement(circuit, makeQuality({ reported: texts }))).toEqual([]);
  });

  it("ARI-0001: CAR+ lowered to 19.9 % fails spec", async () => {
    const low = makeQuality(reported("car19_pct", "19.9"));
    expect(await expectQualityAgreement(circuit, low)).toEqual(["spec"]);
    expect(await refusedQuality(named, qualityInputOf(low))).toEqual(["spec"]);
  });

  it("ARI-0001: potency a or b suffices", async () => {
    for (const [scenario, rules] of [
      [reported("potency_a_surviving_fraction_ET1_1", "70.0"), []],
      [reported("potency_b_difference_ET4_1", "50.0"), []],
    ] as const) {
      expect(await expectQualityAgreement(circuit, makeQuality(scenario))).toEqual(rules);
    }
  });

  it.each(Object.entries(CD19_BATCHES))("humanized CD19: %s passes", async (_, texts) => {
    expect(await expectQualityAgreement(circuit, makeQuality({ lines: CD19_LINES, reported: texts }))).toEqual([]);
  });

  it("CD20: at release the dose is within 20 % of the cohort's, sterility comes later", async () => {
    const release = (dose: string): QualityScenario => ({
      lines: CD20_RELEASE,
      reported: ["80", "80.0", "10.0", "<5", dose, "1.00"],
      rule: { products: CD20_DOSE },
    });
    for (const dose of ["0.80", "1.20"]) {
      expect(await expectQualityAgreement(circuit, makeQuality(release(dose)))).toEqual([]);
    }
    for (const dose of ["0.79", "1.21"]) {
      expect(await expectQualityAgreement(circuit, makeQuality(release(dose)))).toEqual(["product"]);
    }
    const late = (sterility: string): QualityScenario => ({
      lines: CD20_LATE,
      reported: [sterility, "negative", "4.9"],
    });
    expect(await expectQualityAgreement(circuit, makeQuality(late("negative")))).toEqual([]);
    expect(await expectQualityAgreement(circuit, makeQuality(late("negative to date")))).toEqual(["spec"]);
  });

  it("holds one analyte and sixteen", async () => {
    expect(await expectQualityAgreement(circuit, makeQuality(one(percent(), "5")))).toEqual([]);
    expect(await expectQualityAgreement(circuit, makeQuality({ lines: FULL, reported: shares(0, "1") }))).toEqual([]);
  });

  for (const [rule, boundaries] of Object.entries(BOUNDARIES)) {
    // Verifies R-quality-rule, R-quality-head, R-quality-record, R-quality-complete, R-quality-spec, R-quality-group,
    // R-quality-product, R-quality-date, R-quality-lab,
    // R-quality-opened.
    describe(`rule ${rule}`, () => {
      for (const [what, keeps, breaks] of boundaries) {
        it(what, async () => {
          const inputOf = JUDGED.includes(rule) ? judgementInput : qualityInputOf;
          const [o2, o1] = JUDGED.includes(rule) ? judgement : [circuit, named];
          expect(await expectQualityAgreement(o2, makeQuality(keeps), inputOf)).toEqual([]);
          const evidence = makeQuality(breaks);
          expect(await expectQualityAgreement(o2, evidence, inputOf)).toContain(rule);
          expect(await refusedQuality(o1, inputOf(evidence))).toContain(rule);
        });
      }
    });
  }

  // Verifies R-quality-deviations, C24.
  it("sets exactly the deviation bit that invalidated and repeated tests ask for", async () => {
    const cases: readonly (readonly [QualityScenario, bigint])[] = [
      [{}, 0n],
      [withResult(0, { repeats: 1n }), 4n],
      [withResult(last, { invalidated: 1n }), 4n],
      [withResult(2, { invalidated: 65_535n, repeats: 65_535n }), 4n],
      ...openedDeviationCases(START),
      [{ ...withResult(0, { repeats: 1n }), opened: START + 1n }, 52n],
    ];
    for (const [scenario, deviations] of cases) {
      const evidence = makeQuality(scenario);
      expect(qualityInputOf(evidence)["deviations"]).toBe(deviations);
      const witness = await circuit.witness(qualityInputOf(evidence));
      expect(circuit.violations(witness)).toEqual([]);
      for (const claimed of [0n, 1n, 2n, 4n, 8n, 16n, 32n, 48n, 52n]) {
        const refused = circuit.violationsOf(witness, { deviations: claimed });
        expect(refused.length === 0, `${claimed} instead of ${deviations}`).toBe(claimed === deviations);
      }
    }
  });
});
