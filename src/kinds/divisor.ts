/** Largest number that divides two others, neither of them negative and not both 0 (Euclid). */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}
