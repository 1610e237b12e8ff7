import { hkdfSync } from "node:crypto";

/** A salt of a record: HKDF-SHA256 of its secret, 248 bits. Opening one reveals no other. */
function recordSalt(secret: Uint8Array, info: string): bigint {
  const bytes = Buffer.from(hkdfSync("sha256", secret, new Uint8Array(), `batchproof/${info}`, 31));
  return BigInt(`0x${bytes.toString("hex")}`);
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
