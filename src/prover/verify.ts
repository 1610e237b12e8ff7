import type { SnarkjsProof } from "snarkjs";
import type { ErrorCode } from "../errorCodes.ts";
import { type BatchproofError, refusal } from "../errors.ts";
import { SIGNALS } from "../formats/constants.ts";
import { FIELD } from "../formats/field.ts";
import { isG1, isInG2, isOnTwist } from "../setup/points.ts";
import { withSnarkjs } from "../setup/snarkjsThreads.ts";
import { type Affine, type Affine2, toSnarkjsKey, type VerifyingKey } from "../setup/verifyingKey.ts";

/**
 * Strict off-chain verification. snarkjs reads missing signals as zero, takes any spelling of a number and does not
 * check subgroups; the chain does none of that. Here every input has exactly one spelling, so that a proof passes off
 * chain if and only if it passes on chain.
 */

/** Decimal digits without leading zeros: the only spelling of a number. 78 digits hold 2^256. */
const CANONICAL = /^(?:0|[1-9][0-9]{0,77})$/;

/**
 * Verifies a Groth16 proof. Returns if it is valid; otherwise throws a refusal with the code of the check:
 * `signals-count` not seven signals; `signal-canonical` a signal that is not a canonical decimal string below the field
 * order; `proof-protocol` not Groth16 over BN254; `proof-point` a coordinate that is not canonical, a point off the
 * curve or at infinity; `proof-subgroup` B outside G2; `proof-invalid` everything is well formed and the proof is wrong.
 * A valid proof can be turned into another valid proof of the same signals by anybody: never use proof bytes as a key.
 * @param key a key that has passed the key gate
 * @param signals public signals in the order of SIGNALS
 * @param proof as snarkjs writes it
 */
export async function verifyProof(key: VerifyingKey, signals: unknown, proof: unknown): Promise<void> {
  const canonicalSignals = checkSignals(signals);
  const canonicalProof = checkProof(proof);
  const { groth16 } = await import("snarkjs");
  const valid = await withSnarkjs(() => groth16.verify(toSnarkjsKey(key), canonicalSignals, canonicalProof));
  if (!valid) {
    throw refuse("proof-invalid", "The proof does not prove these signals under this key.", "proof");
  }
}

function checkSignals(signals: unknown): string[] {
  if (!Array.isArray(signals) || signals.length !== SIGNALS.length) {
    const received = Array.isArray(signals) ? `${signals.length} signals` : "no list of signals";
    throw refuse("signals-count", `Expected ${SIGNALS.length} signals, received ${received}.`, "signals");
  }
  return signals.map((signal: unknown, i) => {
    if (typeof signal === "string" && CANONICAL.test(signal) && BigInt(signal) < FIELD) return signal;
    throw refuse(
      "signal-canonical",
      `Signal ${SIGNALS[i] ?? i} is not a decimal string below the field order without leading zeros.`,
      `signals/${i}`,
    );
  });
}

function checkProof(proof: unknown): SnarkjsProof {
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
  const g1 = ({ x, y }: Affine): string[] => [`${x}`, `${y}`, "1"];
  return {
    protocol,
    curve,
    pi_a: g1(a),
    pi_b: [
      [`${b.x.c0}`, `${b.x.c1}`],
      [`${b.y.c0}`, `${b.y.c1}`],
      ["1", "0"],
    ],
    pi_c: g1(c),
  };
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
