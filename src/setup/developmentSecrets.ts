import { bn254 } from "@noble/curves/bn254.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { FIELD } from "../formats/field.ts";
import { pairAlike } from "./points.ts";
import type { Affine, VerifyingKey } from "./verifyingKey.ts";

/**
 * The development setup: a Groth16 key whose secrets everybody can compute. It needs no ceremony and no download, and
 * the same circuit gives the same key on every machine. It proves nothing to a third party: whoever reads this file
 * can forge a proof of anything (test/setup/developmentKey.test.ts does).
 */

const SEED = "batchproof development setup: insecure by design";

/** The secrets of a development key; gamma is 1. */
export interface DevelopmentSecrets {
  readonly tau: bigint;
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly delta: bigint;
}

/** sha256("<seed>/<label>") as a big-endian integer, modulo the group order. */
function scalar(label: string): bigint {
  return BigInt(`0x${bytesToHex(sha256(utf8ToBytes(`${SEED}/${label}`)))}`) % FIELD;
}

/**
 * The secrets for the circuit whose `.r1cs` file has this SHA-256 (lower-case hex). tau, alpha and beta are the same for
 * all circuits, so that every development key is recognised by their product.
 */
export function developmentSecrets(r1csHash: string): DevelopmentSecrets {
  return { tau: scalar("tau"), alpha: scalar("alpha"), beta: scalar("beta"), delta: scalar(`delta/${r1csHash}`) };
}

/**
 * alpha * beta * G1 of every development key, affine: its pairing with the generator is that of alpha and beta. The
 * contracts recognise development keys by it.
 */
export function developmentProduct(): Affine {
  const { x, y } = bn254.G1.Point.BASE.multiply((scalar("alpha") * scalar("beta")) % FIELD).toAffine();
  return { x, y };
}

/**
 * True if the key was made by the development setup, even if somebody has contributed to it since, changed signs, or
 * split the product of alpha and beta in another way: the pairing of the two says it. Its points must be in their groups.
 */
export function isDevelopmentKey(key: VerifyingKey): boolean {
  const alpha = bn254.G1.Point.BASE.multiply(scalar("alpha")).toAffine();
  const beta = bn254.G2.Point.BASE.multiply(scalar("beta")).toAffine();
  // As it is made; a pairing takes five times as long.
  if (key.alpha.x === alpha.x && key.beta.x.c0 === beta.x.c0 && key.beta.x.c1 === beta.x.c1) return true;
  return pairAlike([key.alpha, key.beta], [developmentProduct(), bn254.G2.Point.BASE.toAffine()]);
}

/**
 * What a development key holds in the place of snarkjs' circuit hash (64 bytes): SHA-256 of the seed, which says that
 * this is a development key, then SHA-256 of the `.r1cs` file, which says of which circuit.
 */
export function developmentCircuitHash(r1csHash: string): Uint8Array {
  return concatBytes(sha256(utf8ToBytes(SEED)), hexToBytes(r1csHash));
}
