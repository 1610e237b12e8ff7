import { bn254 } from "@noble/curves/bn254.js";
import type { Affine, Affine2, VerifyingKey } from "./verifyingKey.ts";

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

/**
 * Whether the pairing of a key's alpha and beta is that of a point with the generator of G2, or its inverse: then whoever
 * knows the point forges proofs by A = vk_x +- point, B = gamma. It does not matter how the product is split between alpha
 * and beta. All points must be in their groups.
 */
export function hasProduct({ alpha, beta }: Pick<VerifyingKey, "alpha" | "beta">, point: Affine): boolean {
  const { G1, G2, fields } = bn254;
  const ofKey = bn254.pairing(G1.Point.fromAffine(alpha), G2.Point.fromAffine(beta));
  const ofPoint = bn254.pairing(G1.Point.fromAffine(point), G2.Point.BASE);
  return fields.Fp12.eql(ofKey, ofPoint) || fields.Fp12.eql(fields.Fp12.mul(ofKey, ofPoint), fields.Fp12.ONE);
}
