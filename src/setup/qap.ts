import { bn254 } from "@noble/curves/bn254.js";
import { toLittleEndian } from "./bytes.ts";
import type { Curve } from "./curve.ts";
import { type CurveArena, SCALAR_BYTES } from "./curveArena.ts";
import { R1CS_CONSTRAINTS, type R1csHeader } from "./r1cs.ts";
import { malformed, type SectionFile } from "./sections.ts";

/**
 * The quadratic arithmetic program of a circuit, evaluated at a known tau. Row i of the constraints belongs to the
 * i-th root of unity, so the polynomials of wire s at tau are sums over rows of coefficient * L_i(tau) (Groth16, eprint
 * 2016/260, section 3.2; the Lagrange basis instead of powers of tau, because tau is known).
 */

const { Fr } = bn254.fields;

/** One entry of the key's coefficient section: matrix, row, wire (u32 each), coefficient * 2^512 mod r. */
const ENTRY_BYTES = 12 + SCALAR_BYTES;
/** One term of the r1cs: wire (u32), coefficient. */
const TERM_BYTES = 4 + SCALAR_BYTES;
/** Constraints are read in blocks of this size. */
const BLOCK_BYTES = 1 << 22;
/** Inversions that share one. */
const INVERSION_BATCH = 4096;

/** The domain of a circuit: 2^power rows, enough for its constraints and one more for each public signal and the one. */
export function domainPower(header: R1csHeader): number {
  return 32 - Math.clz32(header.constraints + header.publicSignals);
}

/** Where the values of each wire are in the arena: plain little-endian scalars, one for each wire. */
export interface WireValues {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Puts a number into the arena in Montgomery form. */
function storeScalar(arena: CurveArena, value: bigint): number {
  const address = arena.store(toLittleEndian(value));
  arena.fr.toMontgomery(address, address);
  return address;
}

/**
 * Lagrange basis of the 2^power roots of unity at tau: L_i = (tau^n - 1)/n * w^i/(tau - w^i), Montgomery form.
 * Returns the address of the 2^power values.
 */
export function lagrange(arena: CurveArena, curve: Curve, power: number, tau: bigint): number {
  const root = arena.store(curve.rootOfUnity(power));
  const one = storeScalar(arena, 1n);
  return basis(arena, { power, tau, first: one, step: root, domain: power, factor: 1n });
}

/**
 * The odd half of the Lagrange basis of the domain of twice the size, times `factor`: what snarkjs' prover multiplies
 * the quotient by, since A*B - C vanishes on the even half. Returns the address of 2^power plain scalars.
 */
export function oddLagrange(arena: CurveArena, curve: Curve, power: number, tau: bigint, factor: bigint): number {
  const first = arena.store(curve.rootOfUnity(power + 1));
  const step = arena.store(curve.rootOfUnity(power));
  const values = basis(arena, { power, tau, first, step, domain: power + 1, factor });
  arena.fr.batchFromMontgomery(values, 2 ** power, values);
  return values;
}

interface BasisPart {
  /** 2^power values, at the points first * step^i (addresses) of the domain of size 2^domain. */
  readonly power: number;
  readonly first: number;
  readonly step: number;
  readonly domain: number;
  readonly tau: bigint;
  readonly factor: bigint;
}

function basis(arena: CurveArena, { power, tau, first, step, domain, factor }: BasisPart): number {
  const { fr } = arena;
  const size = 2n ** BigInt(domain);
  const scale = Fr.mul(Fr.mul(Fr.sub(Fr.pow(tau, size), 1n), Fr.inv(size)), factor);
  const count = 2 ** power;
  const values = arena.alloc(count * SCALAR_BYTES);
  const batch = Math.min(count, INVERSION_BATCH);
  const numerators = arena.alloc(batch * SCALAR_BYTES);
  const denominators = arena.alloc(batch * SCALAR_BYTES);
  const x = storeScalar(arena, tau);
  // The running point and the running numerator scale * first * step^i.
  const point = storeScalar(arena, 1n);
  fr.mul(point, first, point);
  const numerator = storeScalar(arena, scale);
  fr.mul(numerator, first, numerator);

  for (let start = 0; start < count; start += batch) {
    for (let i = 0; i < batch; i++) {
      fr.sub(x, point, denominators + i * SCALAR_BYTES);
      fr.copy(numerator, numerators + i * SCALAR_BYTES);
      fr.mul(point, step, point);
      fr.mul(numerator, step, numerator);
    }
    const target = values + start * SCALAR_BYTES;
    fr.batchInverse(denominators, SCALAR_BYTES, batch, target, SCALAR_BYTES);
    for (let i = 0; i < batch; i++) {
      const value = target + i * SCALAR_BYTES;
      fr.mul(value, numerators + i * SCALAR_BYTES, value);
    }
  }
  return values;
}

export interface WalkListener {
  /** Gets entries of the coefficient section, in order; the bytes are valid until its promise is settled. */
  readonly onEntries: (entries: Uint8Array) => Promise<void>;
  /** Is told how many constraints are done. */
  readonly onRow: (row: number) => void;
}

/**
 * Walks the constraints once: sums the three polynomials of every wire at tau and hands the entries of the key's
 * coefficient section (matrices A and B, then one row for each public signal and the one) to `onEntries`.
 * @param rows address of the Lagrange basis at tau, from `lagrange`
 * @param blockBytes how much is read at once; a constraint that is larger makes the block larger
 * @returns the values and the number of entries
 */
export async function evaluateWires(
  arena: CurveArena,
  file: SectionFile,
  header: R1csHeader,
  rows: number,
  { onEntries, onRow }: WalkListener,
  blockBytes: number = BLOCK_BYTES,
): Promise<{ values: WireValues; entries: number }> {
  const walk = new ConstraintWalk(arena, file, header, rows, blockBytes);
  let entries = 0;
  const flush = async (): Promise<void> => {
    const bytes = walk.takeEntries();
    entries += bytes.length / ENTRY_BYTES;
    await onEntries(bytes);
  };
  while (walk.row < header.constraints) {
    await walk.readBlock();
    walk.sumBlock();
    await flush();
    onRow(walk.row);
  }
  walk.sumPublicRows();
  await flush();
  return { values: walk.values, entries };
}

class ConstraintWalk {
  row = 0;
  readonly values: WireValues;
  readonly #arena: CurveArena;
  readonly #file: SectionFile;
  readonly #header: R1csHeader;
  readonly #rows: number;
  readonly #columns: readonly [number, number, number];
  /** 2^768 mod r: a product with it is the operand times 2^512, the form of the coefficient section. */
  readonly #toEntry: number;
  readonly #product: number;
  #blockSize = 0;
  #block = 0;
  #entries = 0;
  #entryCount = 0;
  /** Bytes of the section that are summed, and bytes in the block. */
  #consumed = 0;
  #filled = 0;

  constructor(arena: CurveArena, file: SectionFile, header: R1csHeader, rows: number, blockBytes: number) {
    this.#arena = arena;
    this.#file = file;
    this.#header = header;
    this.#rows = rows;
    const column = (): number => arena.alloc(header.wires * SCALAR_BYTES);
    this.#columns = [column(), column(), column()];
    const [a, b, c] = this.#columns;
    this.values = { a, b, c };
    this.#toEntry = storeScalar(arena, Fr.pow(2n, 512n));
    this.#product = arena.alloc(SCALAR_BYTES);
    this.#resize(blockBytes);
  }

  #resize(bytes: number): void {
    this.#blockSize = bytes;
    this.#block = this.#arena.alloc(bytes);
    const publicRows = this.#header.publicSignals + 1;
    this.#entries = this.#arena.alloc((Math.ceil(bytes / TERM_BYTES) + publicRows) * ENTRY_BYTES);
  }

  /** Fills the block with the bytes that follow the last constraint summed. */
  async readBlock(): Promise<void> {
    const left = this.#file.size(R1CS_CONSTRAINTS) - this.#consumed;
    this.#filled = Math.min(this.#blockSize, left);
    const target = this.#arena.bytes(this.#block, this.#filled);
    await this.#file.readInto(R1CS_CONSTRAINTS, this.#consumed, target);
  }

  /** Sums every constraint that is whole in the block. */
  sumBlock(): void {
    const words = this.#arena.words();
    const end = this.#block + this.#filled;
    let at = this.#block;
    while (this.row < this.#header.constraints) {
      const next = endOfConstraint(words, at, end);
      if (next === undefined) break;
      this.#sumConstraint(words, at);
      at = next;
      this.row++;
    }
    if (at !== this.#block) {
      this.#consumed += at - this.#block;
    } else if (this.#filled < this.#blockSize) {
      throw malformed(this.#file.path, "its constraints end early");
    } else {
      this.#resize(2 * this.#blockSize);
    }
  }

  #sumConstraint(words: Uint32Array, start: number): void {
    const { fr } = this.#arena;
    const rowValue = this.#rows + this.row * SCALAR_BYTES;
    let at = start;
    for (const [matrix, column] of this.#columns.entries()) {
      const terms = words[at >>> 2] ?? 0;
      at += 4;
      for (let i = 0; i < terms; i++) {
        const wire = words[at >>> 2] ?? 0;
        if (wire >= this.#header.wires) throw malformed(this.#file.path, `constraint ${this.row} names wire ${wire}`);
        const coefficient = at + 4;
        const sum = column + wire * SCALAR_BYTES;
        fr.mul(coefficient, rowValue, this.#product);
        fr.add(sum, this.#product, sum);
        if (matrix < 2) {
          fr.mul(coefficient, this.#toEntry, this.#writeEntryHeader(words, matrix, this.row, wire));
        }
        at += TERM_BYTES;
      }
    }
  }

  /** snarkjs adds a row `wire * 0 = 0` for the one and each public signal, so that no public signal can be dropped. */
  sumPublicRows(): void {
    const { fr } = this.#arena;
    const one = this.#arena.store(toLittleEndian(1n));
    const words = this.#arena.words();
    for (let wire = 0; wire <= this.#header.publicSignals; wire++) {
      const row = this.#header.constraints + wire;
      const sum = this.#columns[0] + wire * SCALAR_BYTES;
      fr.mul(one, this.#rows + row * SCALAR_BYTES, this.#product);
      fr.add(sum, this.#product, sum);
      fr.mul(one, this.#toEntry, this.#writeEntryHeader(words, 0, row, wire));
    }
  }

  /** Starts an entry and returns where its coefficient goes. */
  #writeEntryHeader(words: Uint32Array, matrix: number, row: number, wire: number): number {
    const address = this.#entries + this.#entryCount * ENTRY_BYTES;
    words[address >>> 2] = matrix;
    words[(address >>> 2) + 1] = row;
    words[(address >>> 2) + 2] = wire;
    this.#entryCount++;
    return address + 12;
  }

  /** The entries since the last call; valid until the next block. */
  takeEntries(): Uint8Array {
    const bytes = this.#arena.bytes(this.#entries, this.#entryCount * ENTRY_BYTES);
    this.#entryCount = 0;
    return bytes;
  }
}

/** Where the constraint that starts at `start` ends, if that is not after `end`. */
function endOfConstraint(words: Uint32Array, start: number, end: number): number | undefined {
  let at = start;
  for (let matrix = 0; matrix < 3; matrix++) {
    if (at + 4 > end) return undefined;
    at += 4 + (words[at >>> 2] ?? 0) * TERM_BYTES;
  }
  return at <= end ? at : undefined;
}

/**
 * (beta*a + alpha*b + c) / divisor for the wires from `from` to before `to`: the verifying key's IC (divisor gamma) for
 * public wires, the C section of the key (divisor delta) for private ones. Plain scalars, valid until the next `alloc`.
 */
export function combine(
  arena: CurveArena,
  values: WireValues,
  { alpha, beta, divisor }: { readonly alpha: bigint; readonly beta: bigint; readonly divisor: bigint },
  from: number,
  to: number,
): Uint8Array {
  const { fr } = arena;
  const alphaAt = storeScalar(arena, alpha);
  const betaAt = storeScalar(arena, beta);
  const factorAt = storeScalar(arena, Fr.inv(divisor));
  const product = arena.alloc(SCALAR_BYTES);
  const sums = arena.alloc((to - from) * SCALAR_BYTES);
  for (let wire = from; wire < to; wire++) {
    const offset = wire * SCALAR_BYTES;
    const sum = sums + (wire - from) * SCALAR_BYTES;
    fr.mul(values.a + offset, betaAt, sum);
    fr.mul(values.b + offset, alphaAt, product);
    fr.add(sum, product, sum);
    fr.add(sum, values.c + offset, sum);
    fr.mul(sum, factorAt, sum);
  }
  return arena.bytes(sums, (to - from) * SCALAR_BYTES);
}
