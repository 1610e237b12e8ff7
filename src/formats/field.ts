import { inputError } from "../errors.ts";

/** Order of the BN254 scalar field: what one signal of a circuit can hold. */
export const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** The field element of a whole number: a negative one is FIELD minus its size. */
export function fieldElement(value: bigint): bigint {
  const rest = value % FIELD;
  return rest < 0n ? rest + FIELD : rest;
}

/** The whole number nearest to 0 that is this field element. */
export function signedNumber(element: bigint): bigint {
  return 2n * element > FIELD ? element - FIELD : element;
}

/** A field element as 0x and 64 lower-case hex digits (docs/spec/formats.md, JSON). Throws `field` outside 0..FIELD-1. */
export function toHex(value: bigint): string {
  if (value < 0n || value >= FIELD) throw inputError("The value is not a field element.", { code: "field" });
  return shownHex(value);
}

/** A number in the same form, to be shown: also one that is no field element, because somebody else wrote it. */
export function shownHex(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

/** The inverse of `toHex`, strict: exactly 64 lower-case digits, below the field order. `place` goes into the error. */
export function fromHex(text: string, place?: string): bigint {
  const value = /^0x[0-9a-f]{64}$/.test(text) ? BigInt(text) : FIELD;
  if (value >= FIELD) {
    throw inputError("Expected a field element: 0x and 64 lower-case hex digits, below the field order.", {
      code: "field",
      ...(place === undefined ? {} : { place }),
    });
  }
  return value;
}

/**
 * A hash or a key of a batch as a sentence shows it, by its first 16 digits: another hash that begins with them is as hard to
 * find as 64 bits are to guess. Whole it stands where it is to be pasted.
 */
export function shortHash(hex: string): string {
  return `${hex.slice(0, 18)}…`;
}
