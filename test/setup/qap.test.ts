import { bn254 } from "@noble/curves/bn254.js";
import { beforeAll, describe, expect, it } from "vitest";
import { littleEndian } from "../../src/setup/bytes.ts";
import type { CompiledCircuit } from "../../src/setup/compile.ts";
import { type Curve, loadCurve } from "../../src/setup/curve.ts";
import { CurveArena, SCALAR_BYTES } from "../../src/setup/curveArena.ts";
import { domainPower, evaluateWires, lagrange, oddLagrange } from "../../src/setup/qap.ts";
import { parseR1csHeader } from "../../src/setup/r1cs.ts";
import { SectionFile } from "../../src/setup/sections.ts";
import { compileTestCircuit, temporaryFolder } from "./support.ts";

const { Fr } = bn254.fields;
const TAU = 123456789012345678901234567890n;

const folder = temporaryFolder();
let curve: Curve;
let circuit: CompiledCircuit;
beforeAll(async () => {
  curve = loadCurve();
  circuit = await compileTestCircuit("tiny", folder);
});

/** A value that the arena holds in Montgomery form. */
function scalarAt(arena: CurveArena, address: number): bigint {
  return Fr.div(littleEndian(arena.bytes(address, SCALAR_BYTES)), Fr.pow(2n, 256n));
}

/** L_i(tau) by its definition: the product over all other points (tau - w^j)/(w^i - w^j). */
function lagrangeByDefinition(root: bigint, size: number, i: number): bigint {
  const points = Array.from({ length: size }, (_, j) => Fr.pow(root, BigInt(j)));
  const own = points[i] ?? 0n;
  const others = points.filter((_, j) => j !== i);
  return others.reduce((product, point) => Fr.mul(product, Fr.div(Fr.sub(TAU, point), Fr.sub(own, point))), 1n);
}

function rootOfUnity(power: number): bigint {
  return Fr.div(littleEndian(curve.rootOfUnity(power)), Fr.pow(2n, 256n));
}

describe("Lagrange basis at tau", () => {
  it("is the one of the definition", () => {
    const arena = new CurveArena(curve.code);
    const values = lagrange(arena, curve, 3, TAU);
    for (let i = 0; i < 8; i++) {
      expect(scalarAt(arena, values + i * SCALAR_BYTES)).toBe(lagrangeByDefinition(rootOfUnity(3), 8, i));
    }
  });

  it("has the odd half of the domain of twice the size, times the factor", () => {
    const arena = new CurveArena(curve.code);
    const values = oddLagrange(arena, curve, 3, TAU, 5n);
    for (let i = 0; i < 8; i++) {
      const expected = Fr.mul(5n, lagrangeByDefinition(rootOfUnity(4), 16, 2 * i + 1));
      expect(littleEndian(arena.bytes(values + i * SCALAR_BYTES, SCALAR_BYTES))).toBe(expected);
    }
  });

  it("interpolates 1 and x over more points than one batch of inversions", () => {
    const arena = new CurveArena(curve.code);
    const root = rootOfUnity(13);
    const values = lagrange(arena, curve, 13, TAU);
    let [ones, identity, point] = [0n, 0n, 1n];
    for (let i = 0; i < 2 ** 13; i++) {
      const value = scalarAt(arena, values + i * SCALAR_BYTES);
      ones = Fr.add(ones, value);
      identity = Fr.add(identity, Fr.mul(value, point));
      point = Fr.mul(point, root);
    }
    expect(ones).toBe(1n);
    expect(identity).toBe(TAU);
  });
});

describe("the walk over the constraints", () => {
  async function walk(blockBytes?: number): Promise<{ columns: Buffer; entries: Buffer; rows: number[] }> {
    const file = await SectionFile.open(circuit.r1cs, "r1cs");
    try {
      const header = await parseR1csHeader(file);
      const arena = new CurveArena(curve.code);
      const basis = lagrange(arena, curve, domainPower(header), TAU);
      const parts: Buffer[] = [];
      const rows: number[] = [];
      const onEntries = (bytes: Uint8Array): Promise<void> => {
        parts.push(Buffer.from(bytes));
        return Promise.resolve();
      };
      const listener = { onEntries, onRow: (row: number) => rows.push(row) };
      const { values } = await evaluateWires(arena, file, header, basis, listener, blockBytes);
      const columns = [values.a, values.b, values.c].map((at) =>
        Buffer.from(arena.bytes(at, header.wires * SCALAR_BYTES)),
      );
      return { columns: Buffer.concat(columns), entries: Buffer.concat(parts), rows };
    } finally {
      await file.close();
    }
  }

  it("gives the same in one block, in blocks of a few constraints, and in blocks smaller than one constraint", async () => {
    const whole = await walk();
    expect(whole.rows).toEqual([7]);
    for (const blockBytes of [300, 40]) {
      const parts = await walk(blockBytes);
      expect(parts.rows.length).toBeGreaterThan(2);
      expect(parts.entries.equals(whole.entries)).toBe(true);
      expect(parts.columns.equals(whole.columns)).toBe(true);
    }
  });
});
