/**
 * BN254 arithmetic in WebAssembly on flat memory: the code that snarkjs runs, called directly, so that millions of
 * field and curve operations make no objects. Points and field elements are little endian and in Montgomery form, as
 * in a `.zkey`; every argument is an address. Workers load this file without loading snarkjs.
 */

/** The compiled code and the addresses of its constants; can be posted to worker threads. */
export interface CurveCode {
  readonly module: WebAssembly.Module;
  /** Address of the affine generator of each group. */
  readonly generator: Readonly<Record<Group, number>>;
}

export type Group = "g1" | "g2";

/** Bytes of a field element, of an affine point (x, y) and of a Jacobian point (x, y, z). */
export const SCALAR_BYTES = 32;
export const AFFINE_BYTES: Readonly<Record<Group, number>> = { g1: 64, g2: 128 };
export const JACOBIAN_BYTES: Readonly<Record<Group, number>> = { g1: 96, g2: 192 };

/** Operations on points of one group; `out` may be one of the inputs. */
export interface GroupOperations {
  zero(out: number): void;
  /** out = a + b with a Jacobian, b affine. */
  addMixed(a: number, b: number, out: number): void;
  subMixed(a: number, b: number, out: number): void;
  double(a: number, out: number): void;
  /** `count` Jacobian points to affine ones, with one inversion; zero becomes all zero bytes. */
  batchToAffine(points: number, count: number, out: number): void;
}

/** Operations on scalars. */
export interface ScalarOperations {
  copy(a: number, out: number): void;
  /** out = a * b / 2^256: a product in Montgomery form where both are, a plain one where exactly one is. */
  mul(a: number, b: number, out: number): void;
  add(a: number, b: number, out: number): void;
  sub(a: number, b: number, out: number): void;
  toMontgomery(a: number, out: number): void;
  batchFromMontgomery(first: number, count: number, out: number): void;
  batchInverse(first: number, step: number, count: number, out: number, outStep: number): void;
}

/** What the batch operations may use beyond the last allocation: enough for 2^15 elements of the quadratic field. */
const SCRATCH_BYTES = 1 << 22;
const PAGE_BYTES = 1 << 16;
/** snarkjs' code expects its constants and its first temporaries in the first 25 pages. */
const INITIAL_PAGES = 25;

/** One instance of the code with its own memory; memory is only ever taken, and freed with the instance. */
export class CurveArena {
  readonly fr: ScalarOperations;
  readonly generator: Readonly<Record<Group, number>>;
  readonly #groups: Readonly<Record<Group, GroupOperations>>;
  readonly #memory: WebAssembly.Memory;

  constructor(code: CurveCode) {
    this.#memory = new WebAssembly.Memory({ initial: INITIAL_PAGES });
    const instance = new WebAssembly.Instance(code.module, { env: { memory: this.#memory } });
    this.fr = operations(instance, "frm") as unknown as ScalarOperations;
    this.#groups = {
      g1: operations(instance, "g1m") as unknown as GroupOperations,
      g2: operations(instance, "g2m") as unknown as GroupOperations,
    };
    this.generator = code.generator;
  }

  group(group: Group): GroupOperations {
    return this.#groups[group];
  }

  /** Takes `bytes` of zeroed memory, aligned to 8. Views taken before may be detached: take them again. */
  alloc(bytes: number): number {
    // The first word of the memory is where the code's own temporaries start.
    const free = new Uint32Array(this.#memory.buffer, 0, 1);
    const address = ((free[0] ?? 0) + 7) & ~7;
    free[0] = address + bytes;
    const missing = address + bytes + SCRATCH_BYTES - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    // The code's temporaries of an earlier call may have been here.
    this.bytes(address, bytes).fill(0);
    return address;
  }

  /** Takes memory and fills it with `bytes`. */
  store(bytes: Uint8Array): number {
    const address = this.alloc(bytes.length);
    this.bytes(address, bytes.length).set(bytes);
    return address;
  }

  /** A view of memory, valid until the next `alloc`. */
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, length);
  }

  /** The whole memory as 32-bit words, valid until the next `alloc`. */
  words(): Uint32Array {
    return new Uint32Array(this.#memory.buffer);
  }
}

/** The exported functions whose names start with `prefix`, without it. */
function operations(instance: WebAssembly.Instance, prefix: string): Record<string, unknown> {
  const named = Object.entries(instance.exports).filter(([name]) => name.startsWith(`${prefix}_`));
  return Object.fromEntries(named.map(([name, exported]) => [name.slice(prefix.length + 1), exported]));
}
