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

  let cursor = 0;
  const readCombination = (): LinearCombination =>
    Array.from({ length: body.readUInt32LE((cursor += 4) - 4) }, () => {
      const term = [body.readUInt32LE(cursor), readElement(body, cursor + 4)] as const;
      cursor += 36;
      return term;
    });
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

function readElement(buffer: Buffer, at: number): bigint {
  return [24, 16, 8, 0].reduce((value, word) => (value << 64n) | buffer.readBigUInt64LE(at + word), 0n);
}

export function evaluate(combination: LinearCombination, wire: (index: number) => bigint): bigint {
  let sum = 0n;
  for (const [index, coefficient] of combination) sum += coefficient * wire(index);
  return modulo(sum);
}

export function modulo(value: bigint): bigint {
  const rest = value % FIELD;
  return rest < 0n ? rest + FIELD : rest;
}
