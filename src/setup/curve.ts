import { type CurveCode } from "./curveArena.ts";

/** The curve code of snarkjs, compiled once, and what else the setup takes from it. */
export interface Curve {
  readonly code: CurveCode;
  /** Primitive root of unity of order 2^power, in Montgomery form: the one that snarkjs' prover uses. */
  rootOfUnity(power: number): Uint8Array;
}

/** Loads BN254 without starting a worker thread. */
export async function loadCurve(): Promise<Curve> {
  const { curves } = await import("snarkjs");
  const { tm, Fr } = await curves.getCurveFromName("bn128", { singleThread: true });
  return {
    code: { module: new WebAssembly.Module(tm.code), generator: { g1: tm.pG1gen, g2: tm.pG2gen } },
    rootOfUnity: (power) => {
      const root = Fr.w[power];
      if (root === undefined) throw new RangeError(`there is no root of unity of order 2^${power}`);
      return root;
    },
  };
}
