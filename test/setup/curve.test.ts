import { readFileSync } from "node:fs";
import { join } from "node:path";
import { curves } from "snarkjs";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/root.ts";
import { loadCurve } from "../../src/setup/curve.ts";

/** curve/bn128.wasm is what snarkjs builds, and the constants beside it are snarkjs'. */
describe("the curve's code", () => {
  it("is the one that snarkjs builds, byte for byte", async () => {
    const { tm } = await curves.getCurveFromName("bn128", { singleThread: true });
    expect(readFileSync(join(packageRoot(), "curve/bn128.wasm")).equals(tm.code)).toBe(true);
    expect(loadCurve().code.generator).toEqual({ g1: tm.pG1gen, g2: tm.pG2gen });
  });

  it("has snarkjs' roots of unity, and no others", async () => {
    const { Fr } = await curves.getCurveFromName("bn128", { singleThread: true });
    const curve = loadCurve();
    expect(Fr.w.map((_, power) => Buffer.from(curve.rootOfUnity(power)))).toEqual(
      Fr.w.map((root) => Buffer.from(root)),
    );
    for (const power of [-1, 1.5, Fr.w.length]) expect(() => curve.rootOfUnity(power)).toThrow(RangeError);
  });
});
