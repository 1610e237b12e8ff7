import { readFile } from "node:fs/promises";
import { FIELD } from "../../src/formats/field.ts";

/** One side of a constraint: sum of coefficient * wire. */
export type LinearCombination = readonly (readonly [wire: number, coefficient: bigint])[];
/** a * b = c */
export interface Constraint {
  readonly a: LinearCombination;
  readonly b: LinearCombination;
  readonly c: LinearCombination;
}

export interface R1cs {
  readonly wires: number;
  readonly publicInputs: number;
  readonly constraints: readonly Constraint[];
}

/** Reads an iden3 .r1cs file: what the key is made from, so what tests must judge, whatever the calculator says. */
export async function readR1csFile(path: string): Promise<R1cs> {
  const bytes = await readFile(path);
  const sections = new Map<number, Buffer>();
  let at = 12;
  for (let i = 0; i < bytes.readUInt32LE(8); i++) {
    const size = Number(bytes.readBigUInt64LE(at + 4));
    sections.set(bytes.readUInt32LE(at), bytes.subarray(at + 12, at + 12 + size));
    at += 12 + size;
  }
  const header = sections.get(1);
  const body = sections.get(2);
  if (header === undefined || body === undefined) throw new Error(`${path} is not an .r1cs file`);

  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let cursor = 0;
  const readCombination = (): LinearCombination => {
    const terms: [number, bigint][] = [];
    const count = view.getUint32(cursor, true);
    cursor += 4;
    for (let i = 0; i < count; i++, cursor += 4 + ELEMENT_BYTES)
      terms.push([view.getUint32(cursor, true), centred(readElement(view, cursor + 4))]);
    return terms;
  };
  const count = header.readUInt32LE(60);
  return {
    wires: header.readUInt32LE(36),
    publicInputs: header.readUInt32LE(44),
    constraints: Array.from({ length: count }, () => ({
      a: readCombination(),
      b: readCombination(),
      c: readCombination(),
    })),
  };
}

export const ELEMENT_BYTES = 32;

/** A field element, little-endian. Most are small, and small ones are read without arithmetic. */
export function readElement(view: DataView, at: number): bigint {
  let rest = 0;
  for (let word = 8; word < ELEMENT_BYTES; word += 4) rest |= view.getUint32(at + word, true);
  const low = view.getBigUint64(at, true);
  if (rest === 0) return low;
  const high = (view.getBigUint64(at + 24, true) << 64n) | view.getBigUint64(at + 16, true);
  return (((high << 64n) | view.getBigUint64(at + 8, true)) << 64n) | low;
}

export function writeElement(view: DataView, at: number, element: bigint): void {
  for (let i = 0; i < ELEMENT_BYTES; i += 8)
    view.setBigUint64(at + i, BigInt.asUintN(64, element >> BigInt(8 * i)), true);
}

/** The same modulo the field, but as near to 0 as can be: almost all coefficients are -1, 1 or small powers of 2. */
function centred(element: bigint): bigint {
  return element > FIELD / 2n ? element - FIELD : element;
}

/** The sum, congruent modulo the field. */
export function evaluate(combination: LinearCombination, wire: (index: number) => bigint): bigint {
  let sum = 0n;
  for (const [index, coefficient] of combination) sum += coefficient * wire(index);
  return sum;
}

export function modulo(value: bigint): bigint {
  const rest = value % FIELD;
  return rest < 0n ? rest + FIELD : rest;
}
