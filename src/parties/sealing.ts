import { createDecipheriv, scrypt } from "node:crypto";

/** What opens a sealed file, of Node. A browser has the same in desk/host. */

/** Cost of scrypt: N, a power of two, r and p. */
export interface ScryptCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** Bytes that scrypt derives from a passphrase, as it is given: Unicode is normalised by whoever asks. */
export function scryptBytes(
  passphrase: string,
  salt: Uint8Array,
  length: number,
  { n, r, p }: ScryptCost,
): Promise<Uint8Array> {
  const options = { N: n, r, p, maxmem: 256 * n * r };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, length, options, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}

/** What AES-256-GCM sealed: ciphertext and tag, and the data that it authenticates besides. */
export interface Sealed {
  readonly nonce: Uint8Array;
  readonly payload: Uint8Array;
  readonly tag: Uint8Array;
  readonly data: Uint8Array;
}

/** The plain text under a key; undefined: something of it was changed. */
export function openSealed(key: Uint8Array, { nonce, payload, tag, data }: Sealed): Promise<Uint8Array | undefined> {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tag.length });
  decipher.setAAD(data);
  decipher.setAuthTag(tag);
  const opened = decipher.update(payload);
  try {
    decipher.final();
    return Promise.resolve(opened);
  } catch {
    return Promise.resolve(undefined);
  }
}
