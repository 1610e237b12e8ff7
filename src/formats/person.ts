import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** Bytes of a key under which persons are hashed. */
export const PERSON_KEY_BYTES = 32;

/**
 * What the register has of a person, 0x hex: HMAC-SHA256 of the id in NFC under the key of those who give roles. Without the
 * key a name or staff number would be found by trying.
 */
export function personHash(key: Uint8Array, person: string): string {
  return `0x${bytesToHex(hmac(sha256, key, utf8ToBytes(person.normalize("NFC"))))}`;
}
