import { randomBytes } from "@noble/hashes/utils.js";
import { FIELD } from "../formats/field.ts";
import { littleEndian } from "../setup/bytes.ts";
import { isG1, isOnTwist } from "../setup/points.ts";
import type { VerifyingKey } from "../setup/verifyingKey.ts";
import type { Pair, Pairings } from "./pairing.ts";

/**
 * Verifies many Groth16 proofs under one key at once: a random linear combination of their equations holds if and only if
 * (but for a chance of 2^-128) each of them holds,
 *   prod e(r_i A_i, B_i) * e(-(sum r_i) alpha, beta) * e(-sum r_i vkx_i, gamma) * e(-sum r_i C_i, delta) = 1,
 *   vkx_i = IC_0 + sum_j signal_ij IC_(j+1).
 * Bellare, Garay, Rabin, "Fast batch verification", EUROCRYPT 1998; Groth16: eprint 2016/260.
 */

/** One proof and what it proves. */
export interface GroupedProof {
  /** In the order of `SIGNALS`. */
  readonly signals: readonly bigint[];
  /** A (x, y), B (x.c1, x.c0, y.c1, y.c0), C (x, y). */
  readonly proof: readonly bigint[];
}

/** The check that a proof failed, with the codes of `verifyProof`. */
export type Refusal = "signal-canonical" | "proof-point" | "proof-subgroup" | "proof-invalid";

/** Bytes of a random scalar. */
const RANDOM_BYTES = 16;

/** A statement's share of the equation, for its random scalar. Addresses are the arena's. */
interface Share {
  readonly index: number;
  readonly scalar: bigint;
  readonly signals: readonly bigint[];
  /** r A and B. */
  readonly ab: Pair;
  readonly c: number;
}

/** A share with the Miller value of its own pair. */
interface Valued extends Share {
  readonly value: number;
}

/**
 * The check that each statement fails, in order; undefined: it is proven. Halves a group that does not hold until it
 * has found every bad proof. `key` has passed the key gate or the register's same checks.
 */
export function verifyGroup(
  arena: Pairings,
  key: VerifyingKey,
  statements: readonly GroupedProof[],
): (Refusal | undefined)[] {
  return arena.scoped(() => {
    const refusals = statements.map<Refusal | undefined>(() => undefined);
    const shares: Share[] = [];
    for (const [index, statement] of statements.entries()) {
      const share = shareOf(arena, statement, index);
      if (typeof share === "string") refusals[index] = share;
      else shares.push(share);
    }
    const points = keyPoints(arena, key);
    for (const index of unproven(arena, points, shares)) refusals[index] = "proof-invalid";
    return refusals;
  });
}

function shareOf(arena: Pairings, { signals, proof }: GroupedProof, index: number): Share | Refusal {
  const [ax = 0n, ay = 0n, bx1 = 0n, bx0 = 0n, by1 = 0n, by0 = 0n, cx = 0n, cy = 0n] = proof;
  const [a, b, c] = [
    { x: ax, y: ay },
    { x: { c0: bx0, c1: bx1 }, y: { c0: by0, c1: by1 } },
    { x: cx, y: cy },
  ];
  if (signals.some((signal) => signal < 0n || signal >= FIELD)) return "signal-canonical";
  // Reduced coordinates, on the curve and not infinity.
  if (!isG1(a) || !isOnTwist(b) || !isG1(c)) return "proof-point";
  const pointB = arena.g2(b);
  if (!arena.isInG2(pointB)) return "proof-subgroup";
  const scalar = randomScalar();
  const ab = { g1: arena.times("g1", arena.g1(a), scalar, RANDOM_BYTES), prepared: arena.prepared(pointB) };
  return { index, scalar, signals, ab, c: arena.g1(c) };
}

/** From 1 to 2^128 - 1: zero would leave the proof out. */
function randomScalar(): bigint {
  for (;;) {
    const scalar = littleEndian(randomBytes(RANDOM_BYTES));
    if (scalar !== 0n) return scalar;
  }
}

interface KeyPoints {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly delta: number;
  readonly ic: readonly number[];
}

function keyPoints(arena: Pairings, key: VerifyingKey): KeyPoints {
  const [beta, gamma, delta] = [key.beta, key.gamma, key.delta].map((point) => arena.prepared(arena.g2(point)));
  return {
    alpha: arena.g1(key.alpha),
    beta: beta ?? 0,
    gamma: gamma ?? 0,
    delta: delta ?? 0,
    ic: key.ic.map((point) => arena.g1(point)),
  };
}

/** Indexes of the statements that do not hold. Only where some do not is each pair's own Miller value computed. */
function unproven(arena: Pairings, key: KeyPoints, shares: readonly Share[]): number[] {
  if (holds(arena, key, shares, [arena.miller(shares.map(({ ab }) => ab))])) return [];
  return halved(
    arena,
    key,
    shares.map((share) => ({ ...share, value: arena.miller([share.ab]) })),
  );
}

/** The same, of shares that do not all hold as far as is known. */
function halved(arena: Pairings, key: KeyPoints, shares: readonly Valued[]): number[] {
  const values = shares.map(({ value }) => value);
  if (holds(arena, key, shares, values)) return [];
  if (shares.length === 1) return shares.map(({ index }) => index);
  const half = Math.ceil(shares.length / 2);
  return [shares.slice(0, half), shares.slice(half)].flatMap((part) => halved(arena, key, part));
}

/** `values`: Miller values whose product is that of the shares' pairs. */
function holds(arena: Pairings, key: KeyPoints, shares: readonly Share[], values: readonly number[]): boolean {
  return arena.scoped(() => {
    const scalars = shares.map(({ scalar }) => scalar);
    // Factors of IC_0, IC_1, ...; the first is the sum of the random scalars.
    const factors = key.ic.map(
      (_, at) =>
        shares.reduce((sum, { scalar, signals }) => sum + scalar * (at === 0 ? 1n : (signals[at - 1] ?? 0n)), 0n) %
        FIELD,
    );
    const alpha = arena.times("g1", key.alpha, factors[0] ?? 0n);
    const vkx = arena.combination(key.ic, factors);
    const c = arena.combination(
      shares.map((share) => share.c),
      scalars,
      RANDOM_BYTES,
    );
    const rest = arena.miller([
      { g1: arena.negative(alpha), prepared: key.beta },
      { g1: arena.negative(vkx), prepared: key.gamma },
      { g1: arena.negative(c), prepared: key.delta },
    ]);
    return arena.isOne([...values, rest]);
  });
}
