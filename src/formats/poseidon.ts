import { buildPoseidon } from "circomlibjs";

const instance = await buildPoseidon();

/**
 * circomlib's Poseidon over BN254.
 * @param inputs 1 to 16 field elements
 * @param initialState the capacity element; 0 for plain `Poseidon(n)`, a tag where all 16 inputs are used
 */
export function poseidon(inputs: readonly bigint[], initialState = 0n): bigint {
  return instance.F.toObject(instance(inputs, initialState));
}

const SPONGE_RATE = 16;

/**
 * Hash of a list of any length: s = tag; s = Poseidon of 16 elements with s in the capacity. The elements are
 * zero-filled so that the last one overall is their count: lists of different lengths never share a preimage.
 */
export function sponge(tag: number, elements: readonly bigint[]): bigint {
  const blocks = Math.ceil((elements.length + 1) / SPONGE_RATE);
  const padded = new Array<bigint>(blocks * SPONGE_RATE).fill(0n);
  elements.forEach((element, i) => (padded[i] = element));
  padded[padded.length - 1] = BigInt(elements.length);
  let state = BigInt(tag);
  for (let i = 0; i < padded.length; i += SPONGE_RATE) state = poseidon(padded.slice(i, i + SPONGE_RATE), state);
  return state;
}
