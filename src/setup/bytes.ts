/** The integer that little-endian bytes stand for. */
export function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

/** `value` as 32 little-endian bytes. */
export function toLittleEndian(value: bigint): Uint8Array {
  return toBigEndian(value).reverse();
}

/** `value` as 32 big-endian bytes. */
export function toBigEndian(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}
