import { inputError } from "../errors.ts";
import { ELEMENTS_PER_CHUNK, ROWS_PER_CHUNK, ROWS_PER_ELEMENT, SERIES_ARITY, SERIES_DEPTH, TAG } from "./constants.ts";
import { poseidon } from "./poseidon.ts";

/** One reading as the circuit sees it: ticks since the reading before (0 for the first), and its code. */
export interface Row {
  readonly dt: number;
  readonly code: number;
}

const BITS_PER_ROW = 16n;

/** Pads to `n` rows by repeating the last code with dt = 0: no time passes, nothing new is claimed. */
export function padRows(rows: readonly Row[], n: number): Row[] {
  const last = rows.at(-1);
  if (last === undefined || rows.length > n || n % ROWS_PER_CHUNK !== 0) {
    throw inputError(`The series has ${rows.length} readings; this circuit holds 1 to ${n}.`, {
      code: "series-length",
    });
  }
  return [...rows, ...new Array<Row>(n - rows.length).fill({ dt: 0, code: last.code })];
}

/** The 14 elements of one chunk of 210 rows: byte dt, byte code, little-endian, row 0 lowest. Bytes only. */
export function packChunk(rows: readonly Row[]): bigint[] {
  if (rows.length !== ROWS_PER_CHUNK || !isEncodable(rows)) {
    throw inputError("A chunk packs exactly 210 rows of two bytes each.", { code: "series-packing" });
  }
  return Array.from({ length: ELEMENTS_PER_CHUNK }, (_, e) =>
    rows
      .slice(e * ROWS_PER_ELEMENT, (e + 1) * ROWS_PER_ELEMENT)
      .reduceRight((element, row) => (element << BITS_PER_ROW) | BigInt(row.dt + 256 * row.code), 0n),
  );
}

/** Whether every row is two bytes, so that a record of the rows exists. */
export function isEncodable(rows: readonly Row[]): boolean {
  return rows.every((row) => isByte(row.dt) && isByte(row.code));
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

/** Running time in ticks at the first row of each chunk. */
export function chunkStarts(rows: readonly Row[]): bigint[] {
  const starts: bigint[] = [];
  let ticks = 0;
  rows.forEach((row, i) => {
    ticks += row.dt;
    if (i % ROWS_PER_CHUNK === 0) starts.push(BigInt(ticks));
  });
  return starts;
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
