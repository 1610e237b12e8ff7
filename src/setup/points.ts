import { bn254 } from "@noble/curves/bn254.js";
import type { Affine, Affine2 } from "./verifyingKey.ts";

/** BN254: y^2 = x^3 + 3 over the base field, y^2 = x^3 + 3/(9+i) over its quadratic extension. */
const { Fp, Fp2 } = bn254.fields;
const B = 3n;
const TWIST_B = Fp2.div({ c0: B, c1: 0n }, { c0: 9n, c1: 1n });

/** A coordinate in its one spelling: 0 <= value < q. */
function isCoordinate(value: bigint): boolean {
  return value >= 0n && value < Fp.ORDER;
}

/** True if the point is on the curve of G1 and not the zero point, with reduced coordinates. G1 has no subgroups. */
export function isG1({ x, y }: Affine): boolean {
  return isCoordinate(x) && isCoordinate(y) && Fp.eql(Fp.sqr(y), Fp.add(Fp.mul(Fp.sqr(x), x), B));
}

/** True if the point is on the twisted curve and not the zero point, with reduced coordinates. */
export function isOnTwist({ x, y }: Affine2): boolean {
  return [x.c0, x.c1, y.c0, y.c1].every(isCoordinate) && Fp2.eql(Fp2.sqr(y), Fp2.add(Fp2.mul(Fp2.sqr(x), x), TWIST_B));
}

/** True if a point of the twisted curve is in G2: the pairing is defined only there, and most points are not. */
export function isInG2({ x, y }: Affine2): boolean {
  return new bn254.G2.Point(x, y, Fp2.ONE).isTorsionFree();
}

/** A point of each group. */
export type Pair = readonly [Affine, Affine2];

/**
 * Whether two pairs have one pairing, or inverse ones: whether the products of their logarithms are equal or opposite. All
 * points must be in their groups.
 */
export function pairAlike(first: Pair, second: Pair): boolean {
  const [one, other] = [pairing(...first), pairing(...second)];
  const { Fp12 } = bn254.fields;
  return Fp12.eql(one, other) || Fp12.eql(Fp12.mul(one, other), Fp12.ONE);
}

/** The pairing of two points that are in their groups. */
export function pairing(p: Affine, q: Affine2): ReturnType<typeof bn254.pairing> {
  return bn254.pairing(bn254.G1.Point.fromAffine(p), bn254.G2.Point.fromAffine(q));
}
