import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

/** The integer that little-endian bytes stand for. */
export function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes.toReversed())}`);
}

/** `value` as 32 little-endian bytes. */
export function toLittleEndian(value: bigint): Uint8Array {
  return toBigEndian(value).reverse();
}

/** `value` as 32 big-endian bytes. */
export function toBigEndian(value: bigint): Uint8Array {
  return hexToBytes(value.toString(16).padStart(64, "0"));
}
