import fc from "fast-check";
import { VALUE_OFFSET, type QualityProduct, type QualitySlot } from "../../src/formats/qualityRule.ts";
import { RESULT_KIND, type Result, type ResultKindName } from "../../src/formats/results.ts";
import { openings } from "./openings.ts";
import { REPORTED, SAMPLED, type QualityScenario } from "./quality.ts";
import { number } from "./qualitySpecs.ts";

/** How far inside a limit: often exactly on it. */
const EDGE = fc.oneof(fc.constant(0n), fc.bigInt(1n, 50n));

/** One analyte with limits around a number, and the result, which mostly keeps them. */
const MEASURED = fc.record({
  value: fc.oneof(fc.bigInt(-1000n, 1000n), fc.constantFrom(0n, 1n, 400_000_000_000n)),
  kind: fc.constantFrom("number", "number", "number", "less", "atMost", "more", "atLeast"),
  hasMin: fc.boolean(),
  hasMax: fc.boolean(),
  underMin: EDGE,
  overMax: EDGE,
  strictMin: fc.boolean(),
  strictMax: fc.boolean(),
});

const WORD = fc.record({
  index: fc.integer({ min: 0, max: 15 }),
  others: fc.integer({ min: 0, max: 65_535 }),
});

const ANALYTE = fc.record({
  measured: MEASURED,
  word: fc.option(WORD, { freq: 4, nil: undefined }),
  alternative: fc.integer({ min: 0, max: 3 }),
  late: fc.bigInt(0n, REPORTED - SAMPLED),
});
type Drawn = typeof ANALYTE extends fc.Arbitrary<infer T> ? T : never;

const CATEGORY = BigInt(RESULT_KIND.category);
const FLAG = (value: boolean): bigint => (value ? 1n : 0n);

/** Limits that the result keeps; a bound stands only against the limit that it can keep. */
function slotOf(draw: Drawn, i: number): QualitySlot {
  const { measured, word, alternative } = draw;
  const { slot } = number(`analyte ${i}`, "1", 0);
  const base = { ...slot, alternative: FLAG(i > 0 && alternative === 0) };
  if (word !== undefined) {
    const own = 1n << BigInt(word.index);
    const others = BigInt(word.others) & (65_535n ^ own);
    return { ...base, categorical: 1n, categories: others | own };
  }
  const { value, kind, hasMin, hasMax, underMin, overMax, strictMin, strictMax } = measured;
  // A strict limit is met exactly one further away, by what includes its number; by < and > on the limit itself.
  const further = (strict: boolean): bigint => FLAG(strict && kind !== "less" && kind !== "more");
  return {
    ...base,
    hasMin: FLAG(hasMin && kind !== "less" && kind !== "atMost"),
    min: VALUE_OFFSET + value - underMin - further(strictMin),
    strictMin: FLAG(strictMin),
    hasMax: FLAG(hasMax && kind !== "more" && kind !== "atLeast"),
    max: VALUE_OFFSET + value + overMax + further(strictMax),
    strictMax: FLAG(strictMax),
  };
}

function resultOf({ measured, word, late }: Drawn, slot: QualitySlot): Result {
  return {
    analyteId: slot.analyteId,
    resultKind: BigInt(word === undefined ? RESULT_KIND[measured.kind] : RESULT_KIND.category),
    value: word === undefined ? VALUE_OFFSET + measured.value : BigInt(word.index),
    time: SAMPLED + late,
    invalidated: 0n,
    repeats: late % 3n,
  };
}

const PRODUCT = fc.record({
  leftA: fc.nat(),
  leftB: fc.nat(),
  right: fc.nat(),
  leftScale: fc.bigInt(0n, 2n ** 64n - 1n),
  atLeast: fc.boolean(),
  strict: fc.boolean(),
  room: EDGE,
  exact: fc.boolean(),
  any: fc.integer({ min: 0, max: 19 }),
});
type DrawnProduct = typeof PRODUCT extends fc.Arbitrary<infer T> ? T : never;

/** A product that its results keep by `room`, or one that they may not keep. */
function productOf(draw: DrawnProduct, results: readonly Result[]): QualityProduct {
  const factors = [0, ...results.keys()].map(
    (_, i) => [i, i === 0 ? 1n : (results[i - 1]?.value ?? 0n) - VALUE_OFFSET] as const,
  );
  const fitting = (kinds: readonly ResultKindName[]): typeof factors =>
    factors.filter(([slot, value]) => {
      const kind = kinds.find((name) => BigInt(RESULT_KIND[name]) === results[slot - 1]?.resultKind);
      return slot === 0 || (kind !== undefined && value >= FLAG(kind === "less"));
    });
  const [upper, lower] = [fitting(["number", "less", "atMost"]), fitting(["number", "more", "atLeast"])];
  const pick = (from: typeof factors, at: number): readonly [number, bigint] =>
    (draw.any === 0 ? factors[at % factors.length] : from[at % from.length]) ?? [0, 1n];
  const left = draw.atLeast ? lower : upper;
  const [a, b] = [pick(left, draw.leftA), pick(left, draw.leftB)];
  // The right side is a constant, or any factor under scales that leave no exact edge.
  const area = a[1] * b[1];
  const edge = area + (draw.atLeast ? -1n : 1n) * (draw.room + FLAG(draw.strict));
  const exact = edge >= 0n && edge < 2n ** 64n && (draw.exact || draw.any > 0);
  const right = exact ? 0 : pick(draw.atLeast ? upper : lower, draw.right)[0];
  return {
    leftA: BigInt(a[0]),
    leftB: BigInt(b[0]),
    right: BigInt(right),
    leftScale: exact ? 1n : draw.leftScale % 8n,
    rightScale: exact ? edge : draw.leftScale,
    atLeast: FLAG(draw.atLeast),
    strict: FLAG(draw.strict),
  };
}

/** What goes wrong, one step beyond a limit, with one of the results or the set of them. */
const FAULT = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(
    ...(["min", "max", "strictMin", "strictMax", "category", "group", "group", "bound", "product", "product"] as const),
    ...(["swap", "pending", "other", "sort", "extra", "index"] as const),
    ...(["start", "end", "report", "early", "late"] as const),
  ),
);
type Fault = typeof FAULT extends fc.Arbitrary<infer T> ? T : never;

/** Sets of results on both sides of every limit that they can reach. */
export function qualityScenarios(): fc.Arbitrary<QualityScenario> {
  return fc
    .record({
      analytes: fc.array(ANALYTE, { minLength: 1, maxLength: 16 }),
      products: fc.array(PRODUCT, { maxLength: 3 }),
      fault: FAULT,
      at: fc.nat(),
      sampledAfterStart: EDGE,
      endAfterSampling: EDGE,
      spare: EDGE,
      opening: openings(),
    })
    .map((draw): QualityScenario => {
      const { fault, spare } = draw;
      const at = draw.at % draw.analytes.length;
      const kept = draw.analytes.map(slotOf);
      const results = draw.analytes.flatMap((analyte, i) =>
        kept.slice(i, i + 1).map((slot) => resultOf(analyte, slot)),
      );
      const start = SAMPLED - draw.sampledAfterStart + (fault === "start" ? draw.sampledAfterStart + 1n : 0n);
      const end = fault === "start" ? start : SAMPLED + draw.endAfterSampling;
      const sampled = fault === "end" ? end + 1n : SAMPLED;
      return {
        head: { start, end },
        opened: start + draw.opening.after,
        rule: {
          openedWithin: draw.opening.openedWithin,
          resultWithin: REPORTED - end + (fault === "report" ? -1n : spare),
          slots: kept.map((slot, i) => (isAt(fault, kept, at, i) ? failing(slot, results[i], fault) : slot)),
          products: draw.products.map((product) =>
            productOf(fault === "product" ? { ...product, room: -1n } : product, results),
          ),
        },
        set: { results: withFault(results, fault, at), reported: REPORTED, sampled },
      };
    });
}

/** Whether a fault concerns slot i: it is at one slot, or at all of that slot's OR group. */
function isAt(fault: Fault, slots: readonly QualitySlot[], at: number, i: number): boolean {
  const between = slots.slice(Math.min(at, i) + 1, Math.max(at, i) + 1);
  return i === at || (fault === "group" && between.every(({ alternative }) => alternative === 1n));
}

/** Limits that the result misses by one step. */
function failing(slot: QualitySlot, result: Result | undefined, fault: Fault): QualitySlot {
  const { resultKind = 0n, value = 0n } = result ?? {};
  if (slot.categorical === 1n) {
    const others = slot.categories & (65_535n ^ (1n << value));
    return fault === "category" || fault === "group" ? { ...slot, categories: others } : slot;
  }
  switch (fault) {
    case "min":
      return { ...slot, hasMin: 1n, min: value + 1n, strictMin: 0n };
    case "max":
    case "group":
      return { ...slot, hasMax: 1n, max: value - 1n, strictMax: 0n };
    case "strictMin":
      return { ...slot, hasMin: 1n, min: value, strictMin: 1n };
    case "strictMax":
      return { ...slot, hasMax: 1n, max: value, strictMax: 1n };
    case "bound":
      // An upper bound against a minimum, a lower one against a maximum, however generous.
      return resultKind === BigInt(RESULT_KIND.less) || resultKind === BigInt(RESULT_KIND.atMost)
        ? { ...slot, hasMin: 1n, min: 0n }
        : { ...slot, hasMax: 1n, max: 2n ** 40n - 1n };
    default:
      return slot;
  }
}

function withFault(results: readonly Result[], fault: Fault, at: number): Result[] {
  const [first] = results;
  const change = (edit: Partial<Result>): Result[] =>
    results.map((result, i) => (i === at ? { ...result, ...edit } : result));
  switch (fault) {
    case "swap":
      return first === undefined ? [] : [...results.slice(1), first];
    case "pending":
      return change({ resultKind: 0n });
    case "other":
      return change({ analyteId: 7n });
    case "sort":
      return change({ resultKind: results[at]?.resultKind === CATEGORY ? BigInt(RESULT_KIND.number) : CATEGORY });
    case "index":
      return change({ value: 16n });
    case "early":
      return change({ time: SAMPLED - 1n });
    case "late":
      return change({ time: REPORTED + 1n });
    case "extra":
      return first === undefined || results.length === 16 ? [...results] : [...results, first];
    default:
      return [...results];
  }
}
