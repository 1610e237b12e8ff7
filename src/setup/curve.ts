import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FIELD } from "../formats/field.ts";
import { packageRoot } from "../root.ts";
import { toLittleEndian } from "./bytes.ts";
import type { CurveCode } from "./curveArena.ts";

/**
 * The curve code of snarkjs and what else the setup takes from it. snarkjs builds the code anew in every process, which
 * takes half a second and 60 MB of packages; here it is a file, and a test compares it with what snarkjs builds.
 */
export interface Curve {
  readonly code: CurveCode;
  /** Primitive root of unity of order 2^power, in Montgomery form: the one that snarkjs' prover uses. */
  readonly rootOfUnity: (power: number) => Uint8Array;
}

const CODE = "curve/bn128.wasm";
/** Addresses of the constants in the code's memory. */
const GENERATOR = { g1: 31432, g2: 31624 } as const;
/** The scalar field's order less one is this power of two times an odd number. */
const TWO_ADICITY = 28;
/** The smallest number that is no square in the scalar field. */
const NON_RESIDUE = 5n;
/** Montgomery form is the number times this. */
const MONTGOMERY = 1n << 256n;

/** Loads BN254. */
export function loadCurve(): Curve {
  const code = new Uint8Array(readFileSync(join(packageRoot(), CODE)));
  return { code: { module: new WebAssembly.Module(code), generator: GENERATOR }, rootOfUnity };
}

function rootOfUnity(power: number): Uint8Array {
  if (!Number.isInteger(power) || power < 0 || power > TWO_ADICITY) {
    throw new RangeError(`there is no root of unity of order 2^${power}`);
  }
  return toLittleEndian((powerOf(NON_RESIDUE, (FIELD - 1n) >> BigInt(power)) * MONTGOMERY) % FIELD);
}

function powerOf(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n;
  const half = powerOf(base, exponent >> 1n);
  return (half * half * (exponent % 2n === 1n ? base : 1n)) % FIELD;
}
