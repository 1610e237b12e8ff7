import { type Group, AFFINE_BYTES, type CurveArena, JACOBIAN_BYTES, SCALAR_BYTES } from "./curveArena.ts";

/**
 * Multiples of one generator, many at a time: window tables with signed digits. A scalar is cut into digits of
 * `window` bits between -2^(window-1) and 2^(window-1); one table per digit holds that digit's positive multiples, so
 * a multiple costs one mixed addition per digit. Results are affine, hence the same bytes whatever the window.
 */

/** Points in one batch: shares one inversion, and is the unit of work of a worker. */
export const BATCH = 2048;

const SCALAR_BITS = 254;
/** Beyond this the tables outgrow the processor's cache and 100 MB. */
const WIDEST_WINDOW = 15;

/** The window that needs the fewest additions for `points` multiples, the table (1.5 additions an entry) included. */
export function bestWindow(points: number): number {
  const cost = (window: number): number => digitCount(window) * (points + 1.5 * 2 ** (window - 1));
  let best = 2;
  for (let window = best + 1; window <= WIDEST_WINDOW; window++) if (cost(window) < cost(best)) best = window;
  return best;
}

/** Digits of a scalar. The topmost one has at least a bit to spare, so it never carries into a digit that is not there. */
function digitCount(window: number): number {
  return Math.floor(SCALAR_BITS / window) + 1;
}

export class FixedBase {
  readonly #arena: CurveArena;
  readonly #group: Group;
  readonly #window: number;
  readonly #tables: number;
  readonly #scalars: number;
  readonly #sums: number;

  /** Builds the tables for the generator of `group`. */
  constructor(arena: CurveArena, group: Group, window: number) {
    this.#arena = arena;
    this.#group = group;
    this.#window = window;
    const half = 2 ** (window - 1);
    this.#tables = arena.alloc(digitCount(window) * half * AFFINE_BYTES[group]);
    this.#scalars = arena.alloc(BATCH * SCALAR_BYTES);
    this.#sums = arena.alloc(Math.max(BATCH, half) * JACOBIAN_BYTES[group]);
    this.#fillTables(half);
  }

  #fillTables(half: number): void {
    const curve = this.#arena.group(this.#group);
    const [affine, jacobian] = [AFFINE_BYTES[this.#group], JACOBIAN_BYTES[this.#group]];
    const base = this.#arena.alloc(affine);
    const doubled = this.#arena.alloc(jacobian);
    this.#copy(this.#arena.generator[this.#group], base, affine);
    for (let digit = 0; digit < digitCount(this.#window); digit++) {
      curve.zero(this.#sums);
      curve.addMixed(this.#sums, base, this.#sums);
      for (let i = 1; i < half; i++) {
        curve.addMixed(this.#sums + (i - 1) * jacobian, base, this.#sums + i * jacobian);
      }
      // The next digit's base is twice the largest multiple.
      curve.double(this.#sums + (half - 1) * jacobian, doubled);
      curve.batchToAffine(doubled, 1, base);
      curve.batchToAffine(this.#sums, half, this.#tables + digit * half * affine);
    }
  }

  #copy(from: number, to: number, length: number): void {
    this.#arena.bytes(to, length).set(this.#arena.bytes(from, length));
  }

  /**
   * Writes generator * scalar for each of up to BATCH plain little-endian scalars below the group order into `out`
   * (zeroed, affine points in Montgomery form). Zero scalars are skipped: the zero point is all zero bytes.
   */
  multiply(scalars: Uint8Array, out: Uint8Array): void {
    const [affine, jacobian] = [AFFINE_BYTES[this.#group], JACOBIAN_BYTES[this.#group]];
    this.#arena.bytes(this.#scalars, scalars.length).set(scalars);
    const words = this.#arena.words();
    const places: number[] = [];
    for (let i = 0; i < scalars.length / SCALAR_BYTES; i++) {
      const first = (this.#scalars + i * SCALAR_BYTES) / 4;
      if (words.subarray(first, first + 8).every((word) => word === 0)) continue;
      this.#multiplyOne(words, first, this.#sums + places.length * jacobian);
      places.push(i);
    }
    this.#arena.group(this.#group).batchToAffine(this.#sums, places.length, this.#sums);
    const points = this.#arena.bytes(this.#sums, places.length * affine);
    for (const [i, place] of places.entries()) {
      out.set(points.subarray(i * affine, (i + 1) * affine), place * affine);
    }
  }

  /** sum = generator * the scalar whose eight words start at `first`. */
  #multiplyOne(words: Uint32Array, first: number, sum: number): void {
    const curve = this.#arena.group(this.#group);
    const affine = AFFINE_BYTES[this.#group];
    const half = 2 ** (this.#window - 1);
    const mask = 2 * half - 1;
    curve.zero(sum);
    let carry = 0;
    let table = this.#tables - affine;
    for (let bit = 0; bit <= SCALAR_BITS; bit += this.#window) {
      const word = bit >>> 5;
      const shift = bit & 31;
      const low = (words[first + word] ?? 0) >>> shift;
      const high = shift > 32 - this.#window && word < 7 ? (words[first + word + 1] ?? 0) << (32 - shift) : 0;
      const digit = ((low | high) & mask) + carry;
      carry = digit > half ? 1 : 0;
      if (carry === 1) {
        if (digit !== 2 * half) curve.subMixed(sum, table + (2 * half - digit) * affine, sum);
      } else if (digit !== 0) {
        curve.addMixed(sum, table + digit * affine, sum);
      }
      table += half * affine;
    }
  }
}
