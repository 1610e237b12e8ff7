import { bn254 } from "@noble/curves/bn254.js";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../src/formats/field.ts";
import { toLittleEndian } from "../../src/setup/bytes.ts";
import { loadCurve } from "../../src/setup/curve.ts";
import { AFFINE_BYTES, CurveArena, type CurveCode } from "../../src/setup/curveArena.ts";
import { FixedBase } from "../../src/setup/fixedBase.ts";
import { FixedBasePool } from "../../src/setup/fixedBasePool.ts";
import { g1Bytes, g2Bytes } from "./support.ts";

let code: CurveCode;
beforeAll(() => {
  code = loadCurve().code;
});

/** Digits at every edge: zero, one, half a window, full windows that carry all the way up, the largest scalar. */
function edgeScalars(window: number): bigint[] {
  const half = 1n << BigInt(window - 1);
  const runs = (1n << 253n) - 1n;
  return [
    0n,
    1n,
    2n,
    half - 1n,
    half,
    half + 1n,
    2n * half - 1n,
    2n * half,
    runs,
    runs - half,
    FIELD - 1n,
    0n,
    FIELD / 3n,
  ];
}

describe("multiples of a generator", () => {
  it.each([2, 3, 7, 8, 11, 13, 15])("are those of another library, window %i, G1", (window) => {
    const scalars = edgeScalars(window);
    const out = new Uint8Array(scalars.length * AFFINE_BYTES.g1);
    new FixedBase(new CurveArena(code), "g1", window).multiply(Buffer.concat(scalars.map(toLittleEndian)), out);
    const expected = scalars.map((s) => g1Bytes(s === 0n ? bn254.G1.Point.ZERO : bn254.G1.Point.BASE.multiply(s)));
    expect(Buffer.from(out).equals(Buffer.concat(expected))).toBe(true);
  });

  it.each([2, 5, 9])("are those of another library, window %i, G2", (window) => {
    const scalars = edgeScalars(window).filter((s) => s !== 0n);
    const out = new Uint8Array(scalars.length * AFFINE_BYTES.g2);
    new FixedBase(new CurveArena(code), "g2", window).multiply(Buffer.concat(scalars.map(toLittleEndian)), out);
    const expected = scalars.map((s) => g2Bytes(bn254.G2.Point.BASE.multiply(s)));
    expect(Buffer.from(out).equals(Buffer.concat(expected))).toBe(true);
  });

  it("do not depend on the number of workers, over several batches", async () => {
    const scalars = Buffer.concat(
      Array.from({ length: 5000 }, (_, i) =>
        toLittleEndian((BigInt(i) * 0x1234567890abcdef1234567890abcdefn ** 3n) % FIELD),
      ),
    );
    const [one, three] = await Promise.all(
      [1, 3].map(async (workers) => {
        const pool = new FixedBasePool(code, { g1: 5000, g2: 0 }, { workers });
        try {
          return Buffer.from(await pool.multiply("g1", scalars));
        } finally {
          await pool.close();
        }
      }),
    );
    expect(one?.length).toBe(5000 * AFFINE_BYTES.g1);
    expect(one?.equals(three ?? Buffer.alloc(0))).toBe(true);
    expect(one?.subarray(64 * 4999).equals(g1Bytes(multiple(scalars.subarray(32 * 4999))))).toBe(true);
  });

  it("report a worker that fails instead of waiting for it", async () => {
    const broken = { ...code, generator: { g1: -1, g2: -1 } };
    const pool = new FixedBasePool(broken, { g1: 1, g2: 0 }, { workers: 1 });
    try {
      await expect(pool.multiply("g1", toLittleEndian(1n))).rejects.toThrow(RangeError);
      await expect(pool.multiply("g1", toLittleEndian(1n))).rejects.toThrow(RangeError);
    } finally {
      await pool.close();
    }
  });
});

function multiple(scalar: Uint8Array): typeof bn254.G1.Point.BASE {
  return bn254.G1.Point.BASE.multiply(BigInt(`0x${Buffer.from(scalar).reverse().toString("hex")}`));
}
