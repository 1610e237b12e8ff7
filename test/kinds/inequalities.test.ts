import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VALUE_OFFSET, type QualityProduct, type QualitySlot } from "../../src/formats/qualityRule.ts";
import { RESULT_KIND, type Result, type ResultKindName } from "../../src/formats/results.ts";
import { judgeSpec, problemOf } from "../../src/kinds/quality/check.ts";
import { runsFactor } from "../support/runs.ts";
import { number } from "../support/qualitySpecs.ts";

/**
 * What inequalities prove, held against what they say of real numbers: every number that a result may stand for is tried at
 * its limits. Real numbers are counted in 1/1024 of a result's last decimal.
 */

const FINE = 1024n;
const KINDS = ["number", "less", "atMost", "more", "atLeast"] as const satisfies readonly ResultKindName[];
type Kind = (typeof KINDS)[number];

/** Whether a result of a kind may stand for a real number. */
const SAYS: Readonly<Record<Kind, (real: bigint, bound: bigint) => boolean>> = {
  number: (real, bound) => real === bound,
  less: (real, bound) => real < bound,
  atMost: (real, bound) => real <= bound,
  more: (real, bound) => real > bound,
  atLeast: (real, bound) => real >= bound,
};

interface Said {
  readonly kind: Kind;
  readonly value: bigint;
}

function resultOf({ kind, value }: Said): Result {
  const resultKind = BigInt(RESULT_KIND[kind]);
  return { analyteId: 0n, resultKind, value: value + VALUE_OFFSET, time: 0n, invalidated: 0n, repeats: 0n };
}

interface Limits {
  readonly min?: { readonly value: bigint; readonly strict: boolean } | undefined;
  readonly max?: { readonly value: bigint; readonly strict: boolean } | undefined;
}

function slotOf({ min, max }: Limits): QualitySlot {
  const flag = (value: boolean | undefined): bigint => (value === true ? 1n : 0n);
  return {
    ...number("share", "%", 1).slot,
    hasMin: flag(min !== undefined),
    min: (min?.value ?? 0n) + VALUE_OFFSET,
    strictMin: flag(min?.strict),
    hasMax: flag(max !== undefined),
    max: (max?.value ?? 0n) + VALUE_OFFSET,
    strictMax: flag(max?.strict),
  };
}

function keeps(real: bigint, { min, max }: Limits): boolean {
  return (
    (min === undefined || SAYS[min.strict ? "more" : "atLeast"](real, min.value * FINE)) &&
    (max === undefined || SAYS[max.strict ? "less" : "atMost"](real, max.value * FINE))
  );
}

/** The verdict by trying: numbers at, beside and between all ends, and far beyond them. */
function tried(said: Said, limits: Limits, between: readonly bigint[]): string {
  const ends = [said.value, limits.min?.value, limits.max?.value].flatMap((end) =>
    end === undefined ? [] : [end * FINE],
  );
  const around = ends.flatMap((end) => [end - 1n, end, end + 1n]);
  const middles = ends.flatMap((end) => ends.map((other) => (end + other) / 2n));
  const all = [...around, ...middles, ...between, -(2n ** 60n), 2n ** 60n];
  const possible = all.filter((real) => SAYS[said.kind](real, said.value * FINE));
  const kept = possible.filter((real) => keeps(real, limits));
  return kept.length === possible.length ? "met" : kept.length === 0 ? "broken" : "undecidable";
}

const SMALL = fc.bigInt(-4n, 4n);
const LARGE = fc.bigInt(-VALUE_OFFSET, VALUE_OFFSET - 1n);
const VALUE = fc.oneof(SMALL, LARGE);
const LIMIT = fc.option(fc.record({ value: VALUE, strict: fc.boolean() }), { nil: undefined });

// Verifies R-quality-spec, R-quality-undecidable, V32.
describe("a result and its limits", () => {
  it("are met, broken or undecidable as the numbers are that the result may stand for", () => {
    const seen = new Map<string, number>();
    const runs = 20_000 * runsFactor();
    fc.assert(
      fc.property(
        fc.record({ kind: fc.constantFrom(...KINDS), value: VALUE }),
        fc.record({ min: LIMIT, max: LIMIT }),
        fc.array(
          LARGE.map((value) => value * FINE + 511n),
          { maxLength: 5 },
        ),
        (said, limits, between) => {
          // Limits that no number keeps are no rule.
          const { min, max } = limits;
          fc.pre(
            min === undefined || max === undefined || min.value < max.value + (min.strict || max.strict ? 0n : 1n),
          );
          const verdict = judgeSpec(slotOf(limits), resultOf(said));
          expect(verdict).toBe(tried(said, limits, between));
          seen.set(`${said.kind} ${verdict}`, (seen.get(`${said.kind} ${verdict}`) ?? 0) + 1);
        },
      ),
      { numRuns: runs },
    );
    for (const kind of KINDS) {
      for (const verdict of ["met", "broken"]) expect(seen.get(`${kind} ${verdict}`) ?? 0).toBeGreaterThan(runs / 200);
      const open = seen.get(`${kind} undecidable`) ?? 0;
      if (kind === "number") expect(open).toBe(0);
      else expect(open).toBeGreaterThan(runs / 200);
    }
  });
});

/** Numbers of at least 0 that a factor may stand for: at its ends, between them and far away. */
function standsFor({ kind, value }: Said): bigint[] {
  const bound = value * FINE;
  return [0n, 1n, bound / 2n, bound - 1n, bound, bound + 1n, 2n ** 40n].filter(
    (real) => real >= 0n && SAYS[kind](real, bound),
  );
}

const SAID = fc.record({ kind: fc.constantFrom(...KINDS), value: fc.bigInt(-1n, 4n) });
const SCALE = fc.bigInt(0n, 3n);

// Verifies R-quality-product.
describe("a product of results and its limit", () => {
  it("is proven only where it holds for all numbers that the factors may stand for, and nearly wherever it does", () => {
    const seen = new Map<string, number>();
    const runs = 20_000 * runsFactor();
    fc.assert(
      fc.property(
        fc.tuple(SAID, SAID, SAID),
        fc.record({ leftScale: SCALE, rightScale: SCALE, atLeast: fc.bigInt(0n, 1n), strict: fc.bigInt(0n, 1n) }),
        ([a, b, right], flags) => {
          const product: QualityProduct = { leftA: 1n, leftB: 2n, right: 3n, ...flags };
          const problem = problemOf(product, [a, b, right].map(resultOf)) ?? "proven";
          seen.set(problem, (seen.get(problem) ?? 0) + 1);
          if (problem === "a factor is missing, or its number lies below 0") {
            expect([a, b, right].some(({ kind, value }) => value < 0n || (kind === "less" && value === 0n))).toBe(true);
            return;
          }
          const { leftScale, rightScale, atLeast, strict } = flags;
          const holds = (x: bigint, y: bigint, z: bigint): boolean => {
            const difference = rightScale * z * FINE - leftScale * x * y;
            return (atLeast === 1n ? -difference : difference) >= strict;
          };
          const held = standsFor(a).flatMap((x) =>
            standsFor(b).flatMap((y) => standsFor(right).map((z) => holds(x, y, z))),
          );
          if (problem === "proven") expect(held).not.toContain(false);
          else if (problem === "the product is out of its limit") expect(held).not.toContain(true);
          else if (!held.includes(false)) {
            // Implied and not proven: what template Product says.
            const isEqual = rightScale * right.value === leftScale * a.value * b.value;
            const isIdle = a.value * b.value * leftScale === 0n || right.value * rightScale === 0n;
            expect((isEqual && strict === 1n) || isIdle).toBe(true);
          }
        },
      ),
      { numRuns: runs },
    );
    expect(seen.size).toBe(4);
    for (const count of seen.values()) expect(count).toBeGreaterThan(runs / 100);
  });
});
