import { buildEddsa, type Element } from "circomlibjs";
import type { PublicKey } from "./identity.ts";
import { TAG } from "./constants.ts";
import { FIELD } from "./field.ts";
import { poseidon } from "./poseidon.ts";

const eddsa = await buildEddsa();
const { F } = eddsa.babyJub;

/** An EdDSA-Poseidon signature on BabyJubJub. */
export interface Signature {
  readonly r8x: bigint;
  readonly r8y: bigint;
  readonly s: bigint;
}

/** What a source signs: this record, for this batch, stage and channel. */
export function sourceMessage(batch: bigint, stage: bigint, channelId: bigint, record: bigint): bigint {
  return poseidon([BigInt(TAG.SOURCE), batch, stage, channelId, record]);
}

/** The public key of a 32-byte private key. */
export function publicKey(privateKey: Uint8Array): PublicKey {
  const [x, y] = eddsa.prv2pub(privateKey);
  return { x: F.toObject(x), y: F.toObject(y) };
}

export function sign(privateKey: Uint8Array, message: bigint): Signature {
  const { R8, S } = eddsa.signPoseidon(privateKey, F.e(message));
  return { r8x: F.toObject(R8[0]), r8y: F.toObject(R8[1]), s: S };
}

/** The same verdict as template SignatureCheck: points on the curve, key not of low order, S below the group order. */
export function verifySignature(key: PublicKey, message: bigint, signature: Signature): boolean {
  // The library would reduce larger coordinates, and never return for a negative S.
  const numbers = [key.x, key.y, signature.r8x, signature.r8y, signature.s];
  if (numbers.some((value) => value < 0n || value >= FIELD)) return false;
  const point = [F.e(key.x), F.e(key.y)] as const;
  const packed = { R8: [F.e(signature.r8x), F.e(signature.r8y)] as const, S: signature.s };
  return eddsa.verifyPoseidon(F.e(message), packed, point) && !hasLowOrder(point);
}

function hasLowOrder(point: readonly [Element, Element]): boolean {
  const [x] = eddsa.babyJub.mulPointEscalar(point, 8n);
  return F.toObject(x) === 0n;
}
