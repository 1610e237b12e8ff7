import { bn254 } from "@noble/curves/bn254.js";
import type { Group } from "../../../src/setup/curveArena.ts";
import type { Affine, Affine2 } from "../../../src/setup/verifyingKey.ts";

/**
 * Pairings over BN254 for the page, in JavaScript: WebAssembly would need a policy that lets it compile code. What is an
 * address in memory there is the place of a value in a list here.
 */

type G1 = InstanceType<typeof bn254.G1.Point>;
type G2 = InstanceType<typeof bn254.G2.Point>;
type Target = ReturnType<typeof bn254.pairing>;
type Lines = ReturnType<typeof bn254.utils.calcPairingPrecomputes>;

const { Fp, Fp2, Fp12 } = bn254.fields;
type Quadratic = typeof Fp2.ONE;

/** The number x that BN254 is made from. */
const SEED = 4965661367192848881n;
/** What `psi` multiplies by: (9+i)^((q-1)/3) and (9+i)^((q-1)/2). */
const TWIST_X = Fp2.pow({ c0: 9n, c1: 1n }, (Fp.ORDER - 1n) / 3n);
const TWIST_Y = Fp2.pow({ c0: 9n, c1: 1n }, (Fp.ORDER - 1n) / 2n);

/** The curve's endomorphism that is [q] on G2: Frobenius' map, carried over to the twisted curve. */
function psi({ X, Y, Z }: G2): G2 {
  const conjugate = ({ c0, c1 }: Quadratic): Quadratic => ({ c0, c1: Fp.neg(c1) });
  return new bn254.G2.Point(Fp2.mul(conjugate(X), TWIST_X), Fp2.mul(conjugate(Y), TWIST_Y), conjugate(Z));
}

/** A point of G1 and a prepared point of G2. */
interface Pair {
  readonly g1: number;
  readonly prepared: number;
}

export class PairingArena {
  readonly #values: (G1 | G2 | Target | Lines)[] = [];

  /** Runs `task` and forgets the values that it made. */
  scoped<T>(task: () => T): T {
    const mark = this.#values.length;
    try {
      return task();
    } finally {
      this.#values.length = mark;
    }
  }

  /** A point of G1, from affine coordinates below the field's order. */
  g1({ x, y }: Affine): number {
    return this.#keep(new bn254.G1.Point(x, y, 1n));
  }

  /** A point of the twisted curve, from affine coordinates below the field's order. */
  g2({ x, y }: Affine2): number {
    return this.#keep(new bn254.G2.Point(x, y, Fp2.ONE));
  }

  /** point * scalar, for 0 <= scalar. */
  times(_group: Group, point: number, scalar: bigint): number {
    return this.#keep((this.#values[point] as G1 | G2).multiplyUnsafe(scalar));
  }

  /** The sum of point * scalar over points of G1. */
  combination(points: readonly number[], scalars: readonly bigint[]): number {
    const zero: G1 = bn254.G1.Point.ZERO;
    return this.#keep(
      points.reduce((sum, point, i) => sum.add(this.#g1(point).multiplyUnsafe(scalars[i] ?? 0n)), zero),
    );
  }

  negative(point: number): number {
    return this.#keep(this.#g1(point).negate());
  }

  /** Whether a point of the twisted curve is in G2: by the equation of `src/audit/pairing.ts`, which says why. */
  isInG2(point: number): boolean {
    const p = this.#values[point] as G2;
    const first = p.multiplyUnsafe(SEED);
    const second = psi(first);
    const third = psi(second);
    return p.add(first).add(second).add(third).equals(psi(third).double());
  }

  /** A point of G2 as `miller` takes it. */
  prepared(point: number): number {
    return this.#keep(bn254.utils.calcPairingPrecomputes(this.#values[point] as G2));
  }

  /** The product of the pairs' pairings, before the final exponentiation. A pair whose point of G1 is zero pairs to one. */
  miller(pairs: readonly Pair[]): number {
    const points = pairs.map(({ g1, prepared }) => ({ p: this.#g1(g1), lines: this.#values[prepared] as Lines }));
    const batch = points
      .filter(({ p }) => !p.is0())
      .map(({ p, lines }): [Lines, bigint, bigint] => {
        const { x, y } = p.toAffine();
        return [lines, x, y];
      });
    return this.#keep(bn254.millerLoopBatch(batch));
  }

  /** Whether a product of Miller values is one after the final exponentiation. */
  isOne(values: readonly number[]): boolean {
    const product = values.reduce((all, at) => Fp12.mul(all, this.#values[at] as Target), Fp12.ONE);
    return Fp12.eql(Fp12.finalExponentiate(product), Fp12.ONE);
  }

  #g1(at: number): G1 {
    return this.#values[at] as G1;
  }

  #keep(value: G1 | G2 | Target | Lines): number {
    return this.#values.push(value) - 1;
  }
}
