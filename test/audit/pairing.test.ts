import { randomBytes } from "node:crypto";
import { bn254 } from "@noble/curves/bn254.js";
import { beforeAll, describe, expect, it } from "vitest";
import { PairingArena as PageArena } from "../../desk/host/audit/pairing.ts";
import { PairingArena, type Pairings } from "../../src/audit/pairing.ts";
import { FIELD } from "../../src/formats/field.ts";
import { loadCurve } from "../../src/setup/curve.ts";
import { runsFactor } from "../support/runs.ts";

/** The auditor's arithmetic, against @noble/curves. */

const { G1, G2, fields } = bn254;
const { Fp, Fp2 } = fields;
type PointG1 = typeof G1.Point.BASE;
type PointG2 = typeof G2.Point.BASE;

/** The number that the curve is made from, its trace, and how many points the twisted curve has. */
const X = 4965661367192848881n;
const TRACE = 6n * X * X + 1n;
const COFACTOR = Fp.ORDER - 1n + TRACE;
/** Orders of points of the twisted curve: the primes of the cofactor. */
const PRIMES = [10069n, 5864401n, 1875725156269n, 197620364512881247228717050342013327560683201906968909n];

/** Both arithmetics: what Node verifies with, and what the page does. */
const ARENAS: readonly (readonly [string, () => Pairings])[] = [
  ["in WebAssembly", () => new PairingArena(loadCurve().code)],
  ["on the page", () => new PageArena()],
];

let arena: Pairings;
const random = (): bigint => BigInt(`0x${randomBytes(40).toString("hex")}`) % FIELD;
const times = (factor: bigint): PointG1 => G1.Point.BASE.multiplyUnsafe(factor);

/** Any point of the twisted curve. */
function anyPoint(): PointG2 {
  const b = Fp2.div({ c0: 3n, c1: 0n }, { c0: 9n, c1: 1n });
  for (;;) {
    const x = { c0: random(), c1: random() };
    try {
      return G2.Point.fromAffine({ x, y: Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b)) });
    } catch {
      // Not a square: no point with this x.
    }
  }
}

/** The library takes no factor that is not below the group's order. */
function multiple(point: PointG2, factor: bigint): PointG2 {
  const [low, high] = [factor % (FIELD - 1n), factor / (FIELD - 1n)];
  const whole = point.multiplyUnsafe(FIELD - 1n).multiplyUnsafe(high);
  return whole.add(point.multiplyUnsafe(low));
}

/** A point of an order that divides `order`, and is it for all but a few choices. */
function ofOrder(order: bigint): PointG2 {
  return multiple(multiple(anyPoint(), FIELD), COFACTOR / order);
}

describe.each(ARENAS)("the check that a point is in G2 %s", (_, make) => {
  beforeAll(() => {
    arena = make();
  });

  const isInG2 = (point: PointG2): boolean =>
    arena.scoped(() => {
      if (!point.is0()) return arena.isInG2(arena.g2(point.toAffine()));
      const generator = arena.g2(G2.Point.BASE.toAffine());
      return arena.isInG2(arena.times("g2", generator, 0n));
    });

  const KINDS: readonly (readonly [string, boolean, () => PointG2])[] = [
    ["infinity", true, () => G2.Point.ZERO],
    ["the generator", true, () => G2.Point.BASE],
    ["a multiple of the generator", true, () => G2.Point.BASE.multiplyUnsafe(random())],
    ["any point times the cofactor", true, () => multiple(anyPoint(), COFACTOR)],
    ["any point of the curve", false, anyPoint],
    ["any point times the group's order", false, () => multiple(anyPoint(), FIELD)],
    ...PRIMES.map((prime) => [`a point of order ${prime}`, false, () => ofOrder(prime)] as const),
    ["a point whose order is a product of small primes", false, () => ofOrder(10069n * 5864401n)],
    ...PRIMES.map(
      (prime) =>
        [
          `a point of order ${prime} and one of G2 added`,
          false,
          () => ofOrder(prime).add(G2.Point.BASE.multiplyUnsafe(random())),
        ] as const,
    ),
  ];

  // Verifies P4.
  it.each(KINDS)("agrees with the group's order times the point, and with the library: %s", (_, inside, make) => {
    for (let run = 0; run < 2 * runsFactor(); run++) {
      const point = make();
      for (const each of [point, point.negate()]) {
        expect(multiple(each, FIELD).is0()).toBe(inside);
        expect(each.isTorsionFree()).toBe(inside);
        expect(isInG2(each)).toBe(inside);
      }
    }
  });

  it("is one equation that no point outside can meet", () => {
    expect(PRIMES.reduce((product, prime) => product * prime)).toBe(COFACTOR);
    // psi^2 - t psi + q = 0 on the curve; the check is that l(psi) = 1 + x + x psi + x psi^2 - 2x psi^3 is zero at the point.
    const [constant, linear] = [
      1n + X - X * Fp.ORDER + 2n * X * TRACE * Fp.ORDER,
      X + X * TRACE - 2n * X * (TRACE ** 2n - Fp.ORDER),
    ];
    const resultant = constant ** 2n + constant * linear * TRACE + linear ** 2n * Fp.ORDER;
    expect(divisor(resultant, FIELD * COFACTOR)).toBe(FIELD);
    expect(COFACTOR % FIELD).not.toBe(0n);
    // And on G2, where psi is [q] = [6x^2], it is.
    const psi = 6n * X * X;
    expect((Fp.ORDER - psi) % FIELD).toBe(0n);
    expect((1n + X + X * psi + X * psi ** 2n - 2n * X * psi ** 3n) % FIELD).toBe(0n);
  });
});

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? (a < 0n ? -a : a) : divisor(b, a % b);
}

/** A point of the arena for one of the library's, zero too. */
function ofLibrary(point: PointG1): number {
  if (!point.is0()) return arena.g1(point.toAffine());
  return arena.times("g1", arena.g1(G1.Point.BASE.toAffine()), 0n);
}

const prepared = (factor: bigint): number => arena.prepared(arena.g2(G2.Point.BASE.multiplyUnsafe(factor).toAffine()));

describe.each(ARENAS)("one Miller loop for many pairs %s", (_, make) => {
  beforeAll(() => {
    arena = make();
  });

  /** Pairs of a G1 factor and a G2 factor, whether the product of their pairings is one, by the arena and by the library. */
  function bothSay(pairs: readonly (readonly [bigint, bigint])[]): readonly [arena: boolean, library: boolean] {
    const library = pairs
      .filter(([a]) => a % FIELD !== 0n)
      .map(([a, b]) => ({ g1: times(a), g2: G2.Point.BASE.multiplyUnsafe(b) }));
    const product = library.length === 0 ? fields.Fp12.ONE : bn254.pairingBatch(library);
    return arena.scoped(() => {
      const value = arena.miller(pairs.map(([a, b]) => ({ g1: ofLibrary(times(a)), prepared: prepared(b) })));
      return [arena.isOne([value]), fields.Fp12.eql(product, fields.Fp12.ONE)];
    });
  }

  it("agrees with the library about products that are one, and about those that miss it by one", () => {
    for (const count of [1, 2, 3, 9]) {
      const pairs = Array.from({ length: count }, () => [random(), random()] as const);
      const sum = pairs.reduce((total, [a, b]) => (total + a * b) % FIELD, 0n);
      expect(bothSay([...pairs, [FIELD - sum, 1n]])).toEqual([true, true]);
      expect(bothSay([...pairs, [FIELD - sum + 1n, 1n]])).toEqual([false, false]);
    }
  });

  it("takes a zero point of G1 as one, the same pair twice, a pair and its opposite, and no pair", () => {
    const [a, b] = [random(), random()];
    expect(bothSay([])).toEqual([true, true]);
    expect(bothSay([[0n, b]])).toEqual([true, true]);
    expect(
      bothSay([
        [a, b],
        [0n, b],
      ]),
    ).toEqual([false, false]);
    expect(
      bothSay([
        [a, b],
        [FIELD - a, b],
        [0n, a],
      ]),
    ).toEqual([true, true]);
    expect(
      bothSay([
        [a, b],
        [a, b],
        [FIELD - ((2n * a) % FIELD), b],
      ]),
    ).toEqual([true, true]);
  });

  it("is the product of the loops of each", () => {
    const pairs = Array.from({ length: 5 }, () => ({ g1: ofLibrary(times(random())), prepared: prepared(random()) }));
    const opposites = pairs.map((pair) => arena.miller([{ ...pair, g1: arena.negative(pair.g1) }]));
    expect(arena.isOne([arena.miller(pairs), ...opposites])).toBe(true);
    expect(arena.isOne([arena.miller(pairs), ...opposites.slice(1)])).toBe(false);
  });
});

describe.each(ARENAS)("a combination of points %s", (_, make) => {
  beforeAll(() => {
    arena = make();
  });

  /** Whether two points are equal: their difference pairs to one. */
  function isEqual(point: number, expected: PointG1): boolean {
    const generator = prepared(1n);
    return arena.isOne([
      arena.miller([
        { g1: point, prepared: generator },
        { g1: ofLibrary(expected.negate()), prepared: generator },
      ]),
    ]);
  }

  it.each([0, 1, 2, 9, 128])("is what the library says, of %i points", (count) => {
    for (const bytes of [16, 32]) {
      const scalars = Array.from({ length: count }, () => random() % 2n ** BigInt(8 * bytes));
      const points = scalars.map(() => times(random()));
      const expected = points.reduce((sum, point, i) => sum.add(point.multiplyUnsafe(scalars[i] ?? 0n)), G1.Point.ZERO);
      arena.scoped(() => {
        const sum = arena.combination(points.map(ofLibrary), scalars, bytes);
        expect(isEqual(sum, expected)).toBe(true);
        expect(isEqual(sum, expected.add(G1.Point.BASE))).toBe(false);
      });
    }
  });

  it("of equal points, of opposite ones, with the smallest and largest scalars", () => {
    const largest = 2n ** 128n - 1n;
    const [point, other] = [times(random()), times(random())];
    const cases: readonly (readonly [readonly PointG1[], readonly bigint[], PointG1])[] = [
      [[point, point, point], [1n, 1n, 1n], point.multiplyUnsafe(3n)],
      [[point, point.negate()], [largest, largest], G1.Point.ZERO],
      [[point, other], [0n, largest], other.multiplyUnsafe(largest)],
      [[point, point.negate(), other], [largest, largest, 1n], other],
      [[point, G1.Point.ZERO], [2n ** 127n, 5n], point.multiplyUnsafe(2n ** 127n)],
    ];
    for (const [points, scalars, expected] of cases) {
      arena.scoped(() => expect(isEqual(arena.combination(points.map(ofLibrary), scalars, 16), expected)).toBe(true));
    }
  });
});
