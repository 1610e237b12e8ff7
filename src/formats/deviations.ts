import { DEVIATION_BITS, type DeviationName } from "./constants.ts";

/** A `deviations` bitmap, lowest bit first. */
export function bitmap(bits: readonly boolean[]): bigint {
  return bits.reduce((sum, bit, i) => sum + (bit ? 1n << BigInt(i) : 0n), 0n);
}

/** Names of the bits that are set, lowest first. */
export function deviationNames(bits: bigint): DeviationName[] {
  return DEVIATION_BITS.filter((_, bit) => (bits >> BigInt(bit)) & 1n);
}
