import { Field } from "@noble/curves/abstract/modular.js";
import { grainGenConstants, poseidon as permutationOf, type PoseidonFn } from "@noble/curves/abstract/poseidon.js";
import { FIELD } from "./field.ts";

const Fp = Field(FIELD);
const FULL_ROUNDS = 8;
/** Rounds of circomlib's instances in which one element only is raised to the fifth power, for 1 to 16 inputs. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

/** By number of inputs: making the constants of one takes longer than many hashes, so it is done when one is asked for. */
const permutations = new Map<number, PoseidonFn>();

/**
 * circomlib's Poseidon over BN254.
 * @param inputs 1 to 16 field elements
 * @param initialState the capacity element; 0 for plain `Poseidon(n)`, a tag where all 16 inputs are used
 */
export function poseidon(inputs: readonly bigint[], initialState = 0n): bigint {
  const [hash] = permutation(inputs.length)([initialState, ...inputs]) as [bigint, ...bigint[]];
  return hash;
}

function permutation(inputs: number): PoseidonFn {
  const known = permutations.get(inputs);
  if (known !== undefined) return known;
  const roundsPartial = PARTIAL_ROUNDS[inputs - 1];
  if (roundsPartial === undefined) throw new RangeError(`Poseidon takes 1 to 16 inputs, not ${inputs}`);
  const shape = { Fp, t: inputs + 1, roundsFull: FULL_ROUNDS, roundsPartial, sboxPower: 5 };
  const made = permutationOf({ ...shape, ...grainGenConstants(shape) });
  permutations.set(inputs, made);
  return made;
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
