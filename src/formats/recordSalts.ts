import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** A salt of a record: HKDF-SHA256 of its secret, 248 bits. Opening one reveals no other. */
function recordSalt(secret: Uint8Array, info: string): bigint {
  const bytes = hkdf(sha256, secret, undefined, utf8ToBytes(`batchproof/${info}`), 31);
  return BigInt(`0x${bytesToHex(bytes)}`);
}

export interface RecordSalts {
  readonly salt: bigint;
  readonly chunkSalts: readonly bigint[];
}

/** All salts of a record with `chunks` chunks, from its 32-byte secret. */
export function recordSalts(secret: Uint8Array, chunks: number): RecordSalts {
  return {
    salt: recordSalt(secret, "record"),
    chunkSalts: Array.from({ length: chunks }, (_, k) => recordSalt(secret, `chunk/${k}`)),
  };
}

export interface ResultSalts {
  readonly salt: bigint;
  readonly resultSalts: readonly bigint[];
  readonly rawSalt: bigint;
}

/** All salts of a record of results with `slots` slots, used or not, from its 32-byte secret. */
export function resultSalts(secret: Uint8Array, slots: number): ResultSalts {
  return {
    salt: recordSalt(secret, "record"),
    resultSalts: Array.from({ length: slots }, (_, i) => recordSalt(secret, `result/${i}`)),
    rawSalt: recordSalt(secret, "raw-file"),
  };
}
