import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** The next number of a stream, between 0 and 1 and never one of them: no rate of 0 ever happens, and one of 1 always does. */
export type Draw = () => number;

/**
 * A stream of its own for whatever is named, so that changing one assumption changes no number that another one draws:
 * xoshiro128** (Blackman and Vigna), begun with the first 16 bytes of the SHA-256 of seed and names. The numbers are the middles
 * of 2^32 equal parts. `seed`: a whole number.
 */
export function drawsOf(seed: number, ...names: readonly (string | number)[]): Draw {
  const hash = sha256(utf8ToBytes(JSON.stringify([seed, ...names])));
  const view = new DataView(hash.buffer, hash.byteOffset);
  const next = xoshiro128(view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12));
  return () => inMiddle(next());
}

/** The middle of that one of 2^32 equal parts of what lies between 0 and 1. */
export function inMiddle(part: number): number {
  return (part + 0.5) / 2 ** 32;
}

/** xoshiro128** 1.1 from a state that is not all zeros: whole numbers below 2^32. */
export function xoshiro128(a: number, b: number, c: number, d: number): () => number {
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return result;
  };
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** A time from a number of a stream: exponentially distributed, of this mean. */
export function exponential(drawn: number, mean: number): number {
  return -mean * Math.log(drawn);
}
