import { bn254 } from "@noble/curves/bn254.js";
import type { ErrorCode } from "../errorCodes.ts";
import { type BatchproofError, refusal } from "../errors.ts";
import { SIGNALS } from "../formats/constants.ts";
import { FIELD } from "../formats/field.ts";
import { isG1, isInG2, isOnTwist } from "../setup/points.ts";
import type { Affine, Affine2, VerifyingKey } from "../setup/verifyingKey.ts";

/**
 * Strict off-chain verification. snarkjs reads missing signals as zero, takes any spelling of a number and does not
 * check subgroups; the chain does none of that. Here every input has exactly one spelling, so that a proof passes off
 * chain if and only if it passes on chain.
 */

/** Decimal digits without leading zeros: the only spelling of a number. 78 digits hold 2^256. */
const CANONICAL = /^(?:0|[1-9][0-9]{0,77})$/;

/**
 * Verifies a Groth16 proof. Returns if it is valid; otherwise throws a refusal with the code of the check:
 * `signals-count` not eight signals; `signal-canonical` a signal that is not a canonical decimal string below the field
 * order; `proof-protocol` not Groth16 over BN254; `proof-point` a coordinate that is not canonical, a point off the
 * curve or at infinity; `proof-subgroup` B outside G2; `proof-invalid` everything is well formed and the proof is wrong.
 * A valid proof can be turned into another valid proof of the same signals by anybody: never use proof bytes as a key.
 * @param key a key that has passed the key gate
 * @param signals public signals in the order of SIGNALS
 * @param proof as snarkjs writes it
 */
export function verifyProof(key: VerifyingKey, signals: unknown, proof: unknown): void {
  const canonicalSignals = checkSignals(signals);
  const canonicalProof = checkProof(proof);
  if (!isValid(key, canonicalSignals, canonicalProof)) {
    throw refuse("proof-invalid", "The proof does not prove these signals under this key.", "proof");
  }
}

const { G1, G2, fields } = bn254;

/** e(A, B) = e(alpha, beta) * e(IC0 + sum of signal * IC, gamma) * e(C, delta). */
function isValid(
  { alpha, beta, gamma, delta, ic }: VerifyingKey,
  signals: readonly bigint[],
  { a, b, c }: Proof,
): boolean {
  const [constant, ...points] = ic.map((point) => G1.Point.fromAffine(point));
  const statement = points.reduce(
    (sum, point, i) => sum.add(point.multiplyUnsafe(signals[i] ?? 0n)),
    constant ?? G1.Point.ZERO,
  );
  const terms = [
    { g1: G1.Point.fromAffine(a).negate(), g2: b },
    { g1: G1.Point.fromAffine(alpha), g2: beta },
    { g1: statement, g2: gamma },
    { g1: G1.Point.fromAffine(c), g2: delta },
  ];
  // A zero point pairs to one, and the library does not take it.
  const pairs = terms.filter(({ g1 }) => !g1.is0()).map(({ g1, g2 }) => ({ g1, g2: G2.Point.fromAffine(g2) }));
  return fields.Fp12.eql(bn254.pairingBatch(pairs), fields.Fp12.ONE);
}

function checkSignals(signals: unknown): bigint[] {
  if (!Array.isArray(signals) || signals.length !== SIGNALS.length) {
    const received = Array.isArray(signals) ? `${signals.length} signals` : "no list of signals";
    throw refuse("signals-count", `Expected ${SIGNALS.length} signals, received ${received}.`, "signals");
  }
  return signals.map((signal: unknown, i) => {
    if (typeof signal === "string" && CANONICAL.test(signal) && BigInt(signal) < FIELD) return BigInt(signal);
    throw refuse(
      "signal-canonical",
      `Signal ${SIGNALS[i] ?? i} is not a decimal string below the field order without leading zeros.`,
      `signals/${i}`,
    );
  });
}

/** The points of a proof. */
interface Proof {
  readonly a: Affine;
  readonly b: Affine2;
  readonly c: Affine;
}

function checkProof(proof: unknown): Proof {
  const { protocol, curve, pi_a, pi_b, pi_c } = (proof ?? {}) as Record<string, unknown>;
  if (protocol !== "groth16") throw refuse("proof-protocol", "The protocol is not groth16.", "proof/protocol");
  if (curve !== "bn128") throw refuse("proof-protocol", "The curve is not bn128.", "proof/curve");
  const a = readG1(pi_a, "proof/pi_a");
  const b = readG2(pi_b, "proof/pi_b");
  const c = readG1(pi_c, "proof/pi_c");
  if (!isG1(a)) throw notAPoint("proof/pi_a");
  if (!isOnTwist(b)) throw notAPoint("proof/pi_b");
  if (!isG1(c)) throw notAPoint("proof/pi_c");
  if (!isInG2(b)) throw refuse("proof-subgroup", "The point B is on the curve but not in G2.", "proof/pi_b");
  return { a, b, c };
}

function readG1(value: unknown, place: string): Affine {
  const [x, y, z] = readList(value, 3, place);
  if (z !== "1") throw notAPoint(place);
  return { x: readCoordinate(x, place), y: readCoordinate(y, place) };
}

function readG2(value: unknown, place: string): Affine2 {
  const [x, y, z] = readList(value, 3, place).map((pair) => readList(pair, 2, place));
  if (z?.[0] !== "1" || z[1] !== "0") throw notAPoint(place);
  return {
    x: { c0: readCoordinate(x?.[0], place), c1: readCoordinate(x?.[1], place) },
    y: { c0: readCoordinate(y?.[0], place), c1: readCoordinate(y?.[1], place) },
  };
}

function readList(value: unknown, length: number, place: string): unknown[] {
  if (!Array.isArray(value) || value.length !== length) throw notAPoint(place);
  return value;
}

/** A number in its canonical spelling; whether it is below the field's order is judged with the point. */
function readCoordinate(value: unknown, place: string): bigint {
  if (typeof value !== "string" || !CANONICAL.test(value)) throw notAPoint(place);
  return BigInt(value);
}

function notAPoint(place: string): BatchproofError {
  return refuse("proof-point", "A point of the proof is not a point of the curve in canonical form.", place);
}

function refuse(code: ErrorCode, message: string, place: string): BatchproofError {
  return refusal(message, { code, place });
}
