import { scryptAsync } from "@noble/hashes/scrypt.js";
import { concatBytes } from "@noble/hashes/utils.js";
import type * as node from "../../../src/parties/sealing.ts";

/** As in src/parties/sealing.ts, of a browser. */

export const scryptBytes: typeof node.scryptBytes = (passphrase, salt, length, { n, r, p }) =>
  scryptAsync(passphrase, salt, { N: n, r, p, dkLen: length, maxmem: 256 * n * r });

export const openSealed: typeof node.openSealed = async (key, { nonce, payload, tag, data }) => {
  const imported = await crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["decrypt"]);
  const how = { name: "AES-GCM", iv: bytes(nonce), additionalData: bytes(data), tagLength: 8 * tag.length };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(how, imported, bytes(concatBytes(payload, tag))));
  } catch {
    return undefined;
  }
};

/** Bytes in memory of their own: what a browser takes. */
function bytes(from: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(from);
}
