import { inputError } from "../errors.ts";
import { BYTES_PER_ELEMENT, ELEMENTS_PER_CHUNK, SERIES_ARITY, SERIES_DEPTH, TAG } from "./constants.ts";
import { poseidon } from "./poseidon.ts";

/** One reading as the circuit sees it: ticks since the reading before (0 for the first), and its code. */
export interface Row {
  readonly dt: number;
  readonly code: number;
}

/**
 * How rows of one interval and the codes of some channels are padded and packed. A row is the byte dt and a byte a
 * channel; rows never straddle an element, little-endian, row 0 lowest; 14 elements are a chunk.
 */
export class SeriesFormat<R extends { readonly dt: number }> {
  readonly rowsPerElement: number;
  readonly rowsPerChunk: number;
  readonly #bytesPerRow: number;
  readonly #codes: (row: R) => readonly number[];

  /**
   * @param channels 1 to 30
   * @param codes a row's codes, one a channel
   */
  constructor(channels: number, codes: (row: R) => readonly number[]) {
    this.#bytesPerRow = 1 + channels;
    this.#codes = codes;
    this.rowsPerElement = Math.floor(BYTES_PER_ELEMENT / this.#bytesPerRow);
    this.rowsPerChunk = this.rowsPerElement * ELEMENTS_PER_CHUNK;
  }

  /** Pads to `n` rows by repeating the last codes with dt = 0: no time passes, nothing new is claimed. */
  pad(rows: readonly R[], n: number): R[] {
    const last = rows.at(-1);
    if (last === undefined || rows.length > n || n % this.rowsPerChunk !== 0) {
      throw inputError(`The series has ${rows.length} readings; this circuit holds 1 to ${n}.`, {
        code: "series-length",
      });
    }
    return [...rows, ...new Array<R>(n - rows.length).fill({ ...last, dt: 0 })];
  }

  /** The 14 elements of one chunk. Bytes only. */
  pack(rows: readonly R[]): bigint[] {
    if (rows.length !== this.rowsPerChunk || !this.isEncodable(rows)) {
      throw inputError(`A chunk packs exactly ${this.rowsPerChunk} rows of ${this.#bytesPerRow} bytes each.`, {
        code: "series-packing",
      });
    }
    return Array.from({ length: ELEMENTS_PER_CHUNK }, (_, e) =>
      rows
        .slice(e * this.rowsPerElement, (e + 1) * this.rowsPerElement)
        .flatMap((row) => this.#bytes(row))
        .reduceRight((element, byte) => (element << 8n) | BigInt(byte), 0n),
    );
  }

  /** Whether every row is bytes, one for each channel, so that a record of the rows exists. */
  isEncodable(rows: readonly R[]): boolean {
    return rows.every((row) => {
      const bytes = this.#bytes(row);
      return bytes.length === this.#bytesPerRow && bytes.every(isByte);
    });
  }

  /** Running time in ticks at the first row of each chunk. */
  chunkStarts(rows: readonly R[]): bigint[] {
    const starts: bigint[] = [];
    let ticks = 0;
    rows.forEach((row, i) => {
      ticks += row.dt;
      if (i % this.rowsPerChunk === 0) starts.push(BigInt(ticks));
    });
    return starts;
  }

  /** The padded rows' series root, with a salt for each chunk. Errors `series-salts`, `series-packing`. */
  saltedRoot(rows: readonly R[], chunkSalts: readonly bigint[]): bigint {
    const starts = this.chunkStarts(rows);
    if (chunkSalts.length !== starts.length) {
      throw inputError(`A series of ${starts.length} chunks needs as many salts.`, { code: "series-salts" });
    }
    const chunk = (k: number): readonly R[] => rows.slice(k * this.rowsPerChunk, (k + 1) * this.rowsPerChunk);
    return seriesRoot(chunkSalts.map((salt, k) => chunkDigest(starts[k] ?? 0n, salt, this.pack(chunk(k)))));
  }

  #bytes(row: R): readonly number[] {
    return [row.dt, ...this.#codes(row)];
  }
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

/** One channel: 15 rows an element, 210 a chunk. */
export const READINGS = new SeriesFormat<Row>(1, (row) => [row.code]);

/** Pads to `n` rows by repeating the last code with dt = 0. Error `series-length`. */
export function padRows(rows: readonly Row[], n: number): Row[] {
  return READINGS.pad(rows, n);
}

/** The 14 elements of one chunk of 210 rows. Error `series-packing`. */
export function packChunk(rows: readonly Row[]): bigint[] {
  return READINGS.pack(rows);
}

/** Whether every row is two bytes, so that a record of the rows exists. */
export function isEncodable(rows: readonly Row[]): boolean {
  return READINGS.isEncodable(rows);
}

/** Running time in ticks at the first row of each chunk. */
export function chunkStarts(rows: readonly Row[]): bigint[] {
  return READINGS.chunkStarts(rows);
}

/** Digest of one chunk; all 16 inputs are used, so the tag sits in the capacity. */
export function chunkDigest(startTicks: bigint, salt: bigint, elements: readonly bigint[]): bigint {
  return poseidon([startTicks, salt, ...elements], BigInt(TAG.CHUNK));
}

/**
 * Root of the 16-ary tree over the chunk digests. Absent chunks and empty subtrees are 0. The number of chunks is
 * bound by N in the record's header.
 */
export function seriesRoot(digests: readonly bigint[]): bigint {
  let level = [...digests];
  for (let depth = 0; depth < SERIES_DEPTH; depth++) {
    const parents: bigint[] = [];
    for (let i = 0; i < level.length; i += SERIES_ARITY) {
      const children = level.slice(i, i + SERIES_ARITY);
      const empty = new Array<bigint>(SERIES_ARITY - children.length).fill(0n);
      parents.push(poseidon([...children, ...empty], BigInt(TAG.SERIES_NODE)));
    }
    level = parents;
  }
  const [root] = level;
  if (root === undefined || level.length !== 1) {
    throw inputError("A series has 1 to 256 chunks.", { code: "series-length" });
  }
  return root;
}
