import { blake512 } from "@noble/hashes/blake1.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { CURVE, Point } from "./babyJubJub.ts";
import type { PublicKey } from "./identity.ts";
import { TAG } from "./constants.ts";
import { FIELD } from "./field.ts";
import { poseidon } from "./poseidon.ts";
import type { RecordOwner } from "./recordOwner.ts";

const { a: A, d: D, n: ORDER } = CURVE;

/** An EdDSA-Poseidon signature on BabyJubJub. */
export interface Signature {
  readonly r8x: bigint;
  readonly r8y: bigint;
  readonly s: bigint;
}

/** What a source signs: this record, coded by this rule, for this batch, stage and channel. */
export function sourceMessage({ batch, stage, rule }: RecordOwner, channelId: bigint, record: bigint): bigint {
  return poseidon([BigInt(TAG.SOURCE), batch, stage, channelId, rule, record]);
}

/** The public key of a 32-byte private key. */
export function publicKey(privateKey: Uint8Array): PublicKey {
  return pointOf(expand(privateKey).scalar >> 3n);
}

/** circomlibjs' signature, which draws nothing: the same key and message give the same one. */
export function sign(privateKey: Uint8Array, message: bigint): Signature {
  const { scalar, prefix } = expand(privateKey);
  const nonce = littleEndian(blake512(concatBytes(prefix, toLittleEndian(message)))) % ORDER;
  const r8 = pointOf(nonce);
  const challenge = challengeOf(r8, pointOf(scalar >> 3n), message);
  return { r8x: r8.x, r8y: r8.y, s: (nonce + challenge * scalar) % ORDER };
}

/** The same verdict as template SignatureCheck: points on the curve, key not of low order, S below the group order. */
export function verifySignature(key: PublicKey, message: bigint, signature: Signature): boolean {
  const r8 = { x: signature.r8x, y: signature.r8y };
  if (!isOnCurve(key) || !isOnCurve(r8) || signature.s < 0n || signature.s >= ORDER) return false;
  // Times the cofactor first: what is left is of the group whose order the challenge may be reduced by.
  const cleared = Point.fromAffine(key).clearCofactor();
  if (cleared.is0()) return false;
  const right = cleared.multiplyUnsafe(challengeOf(r8, key, message) % ORDER).add(Point.fromAffine(r8));
  return Point.BASE.multiplyUnsafe(signature.s).equals(right);
}

/** The two halves of the hashed private key: the secret scalar, a multiple of the cofactor, and what nonces are made of. */
function expand(privateKey: Uint8Array): { readonly scalar: bigint; readonly prefix: Uint8Array } {
  const hash = blake512(privateKey);
  const pruned = littleEndian(hash.subarray(0, 32));
  // Lowest three bits and the highest off, the one below it on.
  const scalar = (((pruned >> 3n) << 3n) & ((1n << 255n) - 1n)) | (1n << 254n);
  return { scalar, prefix: hash.subarray(32) };
}

/** A secret multiple of the base, in constant time. */
function pointOf(secret: bigint): PublicKey {
  return Point.BASE.multiply(secret % ORDER).toAffine();
}

function challengeOf(r8: PublicKey, key: PublicKey, message: bigint): bigint {
  return poseidon([r8.x, r8.y, key.x, key.y, message]);
}

/** Whether both coordinates are field elements that fulfil a·x² + y² = 1 + d·x²·y²; the identity does. */
function isOnCurve({ x, y }: PublicKey): boolean {
  if ([x, y].some((value) => value < 0n || value >= FIELD)) return false;
  const [xx, yy] = [x * x, y * y];
  return (A * xx + yy - 1n - D * xx * yy) % FIELD === 0n;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes.toReversed())}`);
}

function toLittleEndian(value: bigint): Uint8Array {
  return hexToBytes(value.toString(16).padStart(64, "0")).reverse();
}
