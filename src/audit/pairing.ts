import type { Affine, Affine2 } from "../setup/verifyingKey.ts";
import { JACOBIAN_BYTES, SCALAR_BYTES, type CurveCode, type Group } from "../setup/curveArena.ts";
import { toLittleEndian } from "../setup/bytes.ts";
import { FIELD } from "../formats/field.ts";

/**
 * Pairings over BN254 in WebAssembly on flat memory: the code that snarkjs runs, called directly. One Miller loop takes
 * about a sixth of the time it takes in JavaScript. Arguments and results are addresses; points are Jacobian and in
 * Montgomery form.
 */

/** An element of the target group: twelve base field elements. */
const TARGET_BYTES = 12 * SCALAR_BYTES;
/** A point of G2 and the lines through its multiples: the code needs 20 KiB at most. */
const PREPARED_BYTES = 1 << 15;
const PAGE_BYTES = 1 << 16;
/** snarkjs' code expects its constants and first temporaries in the first 25 pages; the rest is ours. */
const CODE_PAGES = 25;
const PAGES = CODE_PAGES + 64;

type Operation = (...addresses: readonly number[]) => number;

export class PairingArena {
  readonly #memory = new WebAssembly.Memory({ initial: PAGES });
  readonly #operations: Readonly<Record<string, Operation>>;
  #free = CODE_PAGES * PAGE_BYTES;

  constructor({ module }: CurveCode) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.#operations = exports as Record<string, Operation>;
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

  /** The sum of points of G1. */
  sum(points: readonly number[]): number {
    const sum = this.#alloc(JACOBIAN_BYTES.g1);
    this.#call("g1m_zero", sum);
    for (const point of points) this.#call("g1m_add", sum, point, sum);
    return sum;
  }

  negative(point: number): number {
    const negative = this.#alloc(JACOBIAN_BYTES.g1);
    this.#call("g1m_neg", point, negative);
    return negative;
  }

  /** Whether a point of the twisted curve is in G2: times the group's order it is zero. */
  isInG2(point: number): boolean {
    return this.scoped(() => this.#call("g2m_isZero", this.times("g2", point, FIELD)) === 1);
  }

  /** A point of G2 as `miller` takes it. */
  prepared(point: number): number {
    const prepared = this.#alloc(PREPARED_BYTES);
    this.#call("bn128_prepareG2", point, prepared);
    return prepared;
  }

  /** The pairing of a point of G1 with a prepared one, before the final exponentiation. */
  miller(point: number, prepared: number): number {
    const value = this.#alloc(TARGET_BYTES);
    const normal = this.#alloc(2 * JACOBIAN_BYTES.g1);
    this.#call("bn128_prepareG1", point, normal);
    this.#call("bn128_millerLoop", normal, prepared, value);
    return value;
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
    const operation = this.#operations[name];
    if (operation === undefined) throw new Error(`snarkjs' curve code has no ${name}`);
    return operation(...addresses);
  }
}
