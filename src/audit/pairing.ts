import { bn254 } from "@noble/curves/bn254.js";
import type { Affine, Affine2 } from "../setup/verifyingKey.ts";
import { AFFINE_BYTES, JACOBIAN_BYTES, SCALAR_BYTES, type CurveCode, type Group } from "../setup/curveArena.ts";
import { toLittleEndian } from "../setup/bytes.ts";

/**
 * Pairings over BN254 in WebAssembly on flat memory: the code that snarkjs runs, called directly. One Miller loop takes
 * about a sixth of the time it takes in JavaScript. Arguments and results are addresses; points are Jacobian and in
 * Montgomery form.
 */

/** The number x that BN254 is made from: its orders are polynomials in x. */
const SEED = 4965661367192848881n;
/** Below 2^64. */
const SEED_BYTES = 8;
/** The bits of 6x + 2 that a Miller loop goes through, after the highest. */
const LOOP_BITS = (6n * SEED + 2n).toString(2).slice(1);

/** An element of the quadratic field, and of the target group: two and twelve base field elements. */
const QUADRATIC_BYTES = 2 * SCALAR_BYTES;
const TARGET_BYTES = 12 * SCALAR_BYTES;
/** A line through two points of the twisted curve: three elements of the quadratic field. */
const LINE_BYTES = 3 * QUADRATIC_BYTES;
/** A point of G2 and the lines through its multiples: one for each bit, one for each bit that is set, and two. */
const LINES = LOOP_BITS.length + LOOP_BITS.replaceAll("0", "").length + 2;
const PREPARED_BYTES = JACOBIAN_BYTES.g2 + LINES * LINE_BYTES;
const PAGE_BYTES = 1 << 16;
/**
 * snarkjs' code expects its constants and temporaries in the first 25 pages; the rest is ours. What it needs for many points
 * at once fits there for some ten thousand of them.
 */
const CODE_PAGES = 25;
const PAGES = CODE_PAGES + 64;

type Operation = (...addresses: readonly number[]) => number;

/** A point of G1 and a prepared point of G2. */
export interface Pair {
  readonly g1: number;
  readonly prepared: number;
}

/** What a `PairingArena` does, however it does it. */
export type Pairings = Pick<PairingArena, keyof PairingArena>;

export class PairingArena {
  readonly #memory = new WebAssembly.Memory({ initial: PAGES });
  readonly #operations: Readonly<Record<string, Operation>>;
  #free = CODE_PAGES * PAGE_BYTES;
  /** What `#psi` multiplies by: (9+i)^((q-1)/3) and (9+i)^((q-1)/2). */
  readonly #twist: readonly [x: number, y: number];

  constructor({ module }: CurveCode) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.#operations = exports as Record<string, Operation>;
    const { Fp, Fp2 } = bn254.fields;
    const power = (root: bigint): number => {
      const { c0, c1 } = Fp2.pow({ c0: 9n, c1: 1n }, (Fp.ORDER - 1n) / root);
      const address = this.#store(Buffer.concat([c0, c1].map(toLittleEndian)));
      this.#call("f2m_toMontgomery", address, address);
      return address;
    };
    this.#twist = [power(3n), power(2n)];
  }

  /** Runs `task` and gives back the memory that it took. */
  scoped<T>(task: () => T): T {
    const mark = this.#free;
    try {
      return task();
    } finally {
      this.#free = mark;
    }
  }

  /** A point of G1, from affine coordinates below the field's order. */
  g1({ x, y }: Affine): number {
    return this.#point("g1", [x, y]);
  }

  /** A point of the twisted curve, from affine coordinates below the field's order. */
  g2({ x, y }: Affine2): number {
    return this.#point("g2", [x.c0, x.c1, y.c0, y.c1]);
  }

  /** point * scalar, for 0 <= scalar < 2^(8 * bytes). */
  times(group: Group, point: number, scalar: bigint, bytes: number = SCALAR_BYTES): number {
    const product = this.#alloc(JACOBIAN_BYTES[group]);
    this.#call(`${group}m_timesScalar`, point, this.#store(toLittleEndian(scalar)), bytes, product);
    return product;
  }

  /** The sum of point * scalar over points of G1, for 0 <= scalar < 2^(8 * bytes). */
  combination(points: readonly number[], scalars: readonly bigint[], bytes: number = SCALAR_BYTES): number {
    const sum = this.#alloc(JACOBIAN_BYTES.g1);
    return this.scoped(() => {
      // Before the points: the code reads some bytes past a scalar.
      const factors = this.#store(Buffer.concat(scalars.map((scalar) => toLittleEndian(scalar).subarray(0, bytes))));
      this.#call("g1m_multiexp", this.#inRow(points), factors, bytes, points.length, sum);
      return sum;
    });
  }

  negative(point: number): number {
    const negative = this.#alloc(JACOBIAN_BYTES.g1);
    this.#call("g1m_neg", point, negative);
    return negative;
  }

  /**
   * Whether a point P of the twisted curve is in G2: exactly if P + [x]P + psi([x]P) + psi^2([x]P) = [2]psi^3([x]P).
   * (El Housni, Guillevic, Piellard, eprint 2022/352. psi^2 - (6x^2+1) psi + q = 0 on the whole curve, so a point for which
   * it holds has an order that divides the resultant of both polynomials; what that has in common with the number of the
   * curve's points is the order of G2, once. And on G2 psi is [6x^2], for which the equation holds.)
   */
  isInG2(point: number): boolean {
    return this.scoped(() => {
      const first = this.times("g2", point, SEED, SEED_BYTES);
      const second = this.#psi(first);
      const third = this.#psi(second);
      const right = this.#psi(third);
      this.#call("g2m_double", right, right);
      const left = this.#alloc(JACOBIAN_BYTES.g2);
      this.#call("g2m_add", point, first, left);
      this.#call("g2m_add", left, second, left);
      this.#call("g2m_add", left, third, left);
      return this.#call("g2m_eq", left, right) === 1;
    });
  }

  /** A point of G2 as `miller` takes it. */
  prepared(point: number): number {
    const prepared = this.#alloc(PREPARED_BYTES);
    this.#call("bn128_prepareG2", point, prepared);
    return prepared;
  }

  /**
   * The product of the pairs' pairings, before the final exponentiation: one Miller loop for all of them, so that its
   * squarings are made once. A pair whose point of G1 is zero pairs to one: its lines are in the quadratic field, all of
   * which that exponentiation makes one.
   */
  miller(pairs: readonly Pair[]): number {
    const value = this.#alloc(TARGET_BYTES);
    this.#call("ftm_one", value);
    return this.scoped(() => {
      const points = this.#alloc(pairs.length * AFFINE_BYTES.g1);
      this.#call("g1m_batchToAffine", this.#inRow(pairs.map(({ g1 }) => g1)), pairs.length, points);
      const [vw, vv] = [this.#alloc(QUADRATIC_BYTES), this.#alloc(QUADRATIC_BYTES)];
      const square = this.#operation("ftm_square");
      const scale = this.#operation("f2m_mul1");
      const timesLine = this.#operation("bn128__mulBy024");
      let line = JACOBIAN_BYTES.g2;
      const multiply = (): void => {
        pairs.forEach(({ prepared }, i) => {
          const [at, x] = [prepared + line, points + i * AFFINE_BYTES.g1];
          scale(at + QUADRATIC_BYTES, x + SCALAR_BYTES, vw);
          scale(at + 2 * QUADRATIC_BYTES, x, vv);
          timesLine(at, vw, vv, value);
        });
        line += LINE_BYTES;
      };
      for (const bit of LOOP_BITS) {
        square(value, value);
        multiply();
        if (bit === "1") multiply();
      }
      multiply();
      multiply();
      return value;
    });
  }

  /** Whether a product of Miller values is one after the final exponentiation. */
  isOne(values: readonly number[]): boolean {
    return this.scoped(() => {
      const product = this.#alloc(TARGET_BYTES);
      this.#call("ftm_one", product);
      for (const value of values) this.#call("ftm_mul", product, value, product);
      this.#call("bn128_finalExponentiation", product, product);
      return this.#call("ftm_isOne", product) === 1;
    });
  }

  /** The curve's endomorphism that is [q] on G2: Frobenius' map, carried over to the twisted curve. */
  #psi(point: number): number {
    const image = this.#alloc(JACOBIAN_BYTES.g2);
    const [x, y] = [0, QUADRATIC_BYTES];
    for (const at of [x, y, 2 * QUADRATIC_BYTES]) this.#call("f2m_conjugate", point + at, image + at);
    this.#call("f2m_mul", image + x, this.#twist[0], image + x);
    this.#call("f2m_mul", image + y, this.#twist[1], image + y);
    return image;
  }

  /** Copies of points of G1, one after the other. */
  #inRow(points: readonly number[]): number {
    const row = this.#alloc(points.length * JACOBIAN_BYTES.g1);
    points.forEach((point, i) => this.#call("g1m_copy", point, row + i * JACOBIAN_BYTES.g1));
    return row;
  }

  #point(group: Group, coordinates: readonly bigint[]): number {
    const affine = this.#store(Buffer.concat(coordinates.map(toLittleEndian)));
    const point = this.#alloc(JACOBIAN_BYTES[group]);
    this.#call(`${group}m_toMontgomeryAffine`, affine, affine);
    this.#call(`${group}m_toJacobian`, affine, point);
    return point;
  }

  #alloc(bytes: number): number {
    const address = this.#free;
    this.#free += bytes;
    const missing = this.#free - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    return address;
  }

  #store(bytes: Uint8Array): number {
    const address = this.#alloc(bytes.length);
    new Uint8Array(this.#memory.buffer, address, bytes.length).set(bytes);
    return address;
  }

  #call(name: string, ...addresses: readonly number[]): number {
    return this.#operation(name)(...addresses);
  }

  #operation(name: string): Operation {
    const operation = this.#operations[name];
    if (operation === undefined) throw new Error(`snarkjs' curve code has no ${name}`);
    return operation;
  }
}
