import { bn254 } from "@noble/curves/bn254.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { ErrorCode } from "../errorCodes.ts";
import { type BatchproofError, environmentError } from "../errors.ts";
import { SIGNALS } from "../formats/constants.ts";
import { developmentCircuitHash, isDevelopmentKey } from "./developmentSecrets.ts";
import { sha256File } from "./files.ts";
import { isG1, isInG2, isOnTwist, pairing } from "./points.ts";
import { domainPower } from "./qap.ts";
import { readR1csHeader } from "./r1cs.ts";
import { type Affine, type Affine2, circuitId, type VerifyingKey } from "./verifyingKey.ts";
import { readZkey, type ZkeySummary } from "./zkey.ts";

/** How a key was made: with public secrets, or in a ceremony. */
export type SetupKind = "development" | "ceremony";

export interface KeyContext {
  /** The identity that the chain, the lock file or a proof envelope expects. */
  readonly circuitId?: string;
  /** False: a development key is refused, because what it is for takes none. */
  readonly allowDevelopment?: boolean;
}

/** A `.zkey` file, if possible with the compiled circuit it must belong to; or a verifying key alone. */
export type KeyQuestion = KeyContext &
  ({ readonly zkeyPath: string; readonly r1csPath?: string } | { readonly vkey: VerifyingKey });

export interface UsableKey {
  readonly verifyingKey: VerifyingKey;
  readonly circuitId: string;
  readonly setup: SetupKind;
}

/**
 * The gate that every key passes before it is used, proposed, approved or trusted. Throws an environment error with the
 * code of the check that refused:
 * `key-signals` not eight public signals; `key-point` a point off the curve or outside its group, or a coordinate that is
 * not below the field's order; `key-gamma` gamma is not the generator of G2; `key-delta` delta is the generator or its
 * negative: the key has had no second phase, and (alpha, beta, -vk_x) verifies for any signals; `key-ic` a point of IC that
 * is zero, or equal or opposite to another one or to alpha; `key-relation` another relation that everybody sees, and with
 * which anybody forges: two of the products of 1, alpha and the points of IC with 1, beta and delta are equal or opposite as
 * numbers; `key-contributions` a `.zkey` without a contribution;
 * `key-circuit` a `.zkey` of another circuit; `key-id` another circuitId than expected; `key-development` a development
 * key where none is taken.
 *
 * These are the relations with coefficients 1 and -1. Who made a key can forge by any other one that he knows, such as
 * delta = 2 gamma, and no check of the key sees it: only the transcript of a ceremony shows that nobody knows any.
 *
 * What binds a `.zkey` to the circuit: a development key holds the SHA-256 of the r1cs (developmentCircuitHash). A
 * ceremony key holds snarkjs' hash of the initial key, which cannot be recomputed without the powers-of-tau file, so
 * here only its dimensions are compared; `snarkjs zkey verify` proves the rest.
 */
export async function assertUsableKey(question: KeyQuestion): Promise<UsableKey> {
  if ("vkey" in question) return assertUsableVerifyingKey(question.vkey, question);
  const { zkeyPath, r1csPath } = question;
  const zkey = await readZkey(zkeyPath);
  const usable = judge(zkey.verifyingKey, zkeyPath, question);
  if (zkey.contributions === 0) {
    throw refuse("key-contributions", "The key has no contribution: whoever made it can forge proofs.", zkeyPath);
  }
  if (r1csPath !== undefined) await checkCircuit(zkey, usable.setup, zkeyPath, r1csPath);
  return usable;
}

/** `assertUsableKey` of a verifying key alone, which needs no file. */
export function assertUsableVerifyingKey(key: VerifyingKey, context: KeyContext = {}): UsableKey {
  return judge(key, "verifying key", context);
}

/** The checks that need only the verifying key. */
function judge(key: VerifyingKey, place: string, { circuitId: expected, allowDevelopment }: KeyContext): UsableKey {
  if (key.ic.length !== SIGNALS.length + 1) {
    const received = key.ic.length - 1;
    throw refuse("key-signals", `The key has ${received} public signals, expected ${SIGNALS.length}.`, place);
  }
  requirePoints(key, place);
  requireUnrelated(key, place);
  const id = circuitId(key);
  if (expected !== undefined && id !== expected.toLowerCase()) {
    throw refuse("key-id", `The key's circuitId is ${id}, expected ${expected}.`, place);
  }
  const setup = setupOf(key, place);
  if (setup === "development" && allowDevelopment === false) {
    throw environmentError("A development key is refused here: anybody can forge its proofs.", {
      code: "key-development",
      place,
      remedy:
        "Use a key from a ceremony. For a trial without any value pass --allow-development: to prove, and to deploy a register.",
    });
  }
  return { verifyingKey: key, circuitId: id, setup };
}

/** Every point is in its group, in its one spelling, and none is zero. */
function requirePoints({ alpha, beta, gamma, delta, ic }: VerifyingKey, place: string): void {
  for (const [i, { x, y }] of ic.entries()) {
    if (x === 0n && y === 0n)
      throw refuse("key-ic", `IC point ${i} is zero: proofs do not depend on that signal.`, place);
  }
  const named = { alpha, ...Object.fromEntries(ic.map((point, i) => [`IC point ${i}`, point])) };
  for (const [name, point] of Object.entries(named)) {
    if (!isG1(point)) throw refuse("key-point", `${name} of the key is no point of G1.`, place);
  }
  for (const [name, point] of Object.entries({ beta, gamma, delta })) {
    if (!isOnTwist(point) || !isInG2(point)) throw refuse("key-point", `${name} of the key is no point of G2.`, place);
  }
}

/** No two points stand in a relation that everybody sees. Two points with one x are equal or opposite. */
function requireUnrelated({ alpha, beta, gamma, delta, ic }: VerifyingKey, place: string): void {
  if (!sameX2(gamma, GENERATOR2) || gamma.y.c0 !== GENERATOR2.y.c0 || gamma.y.c1 !== GENERATOR2.y.c1) {
    throw refuse("key-gamma", "gamma of the key is not the generator of G2.", place);
  }
  if (sameX2(delta, gamma)) {
    throw refuse("key-delta", "The key has had no second phase (delta is the generator): proofs can be forged.", place);
  }
  const related = (what: string): BatchproofError =>
    refuse("key-relation", `${what}: anybody can forge proofs for such a key.`, place);
  if (sameX2(beta, gamma)) throw related("beta is the generator of G2, or its negative");
  if (sameX2(delta, beta)) throw related("delta is beta, or its negative");
  if (alpha.x === GENERATOR1.x) throw related("alpha is the generator of G1, or its negative");
  const seen = new Map([[alpha.x, "alpha"]]);
  for (const [i, { x }] of ic.entries()) {
    const other = seen.get(x);
    if (other !== undefined) throw refuse("key-ic", `IC point ${i} is ${other}, or its negative.`, place);
    seen.set(x, `IC point ${i}`);
  }
}

/** Whose secrets it has. A key that is not of the development setup has no relation that its pairings show. */
function setupOf(key: VerifyingKey, place: string): SetupKind {
  if (isDevelopmentKey(key)) return "development";
  requireNoRelation(key, place);
  return "ceremony";
}

/**
 * The pairings of 1, alpha and the points of IC with 1, beta and delta are all different, and none is another one's inverse:
 * whoever has a key sees every relation between two of these products with coefficients 1 and -1, and forges by it.
 */
function requireNoRelation({ alpha, beta, gamma, delta, ic }: VerifyingKey, place: string): void {
  const { Fp12 } = bn254.fields;
  const firsts = [
    ["1", GENERATOR1],
    ["alpha", alpha],
    ...ic.map((point, i) => [`IC point ${i}`, point] as const),
  ] as const;
  const seconds = [
    ["1", gamma],
    ["beta", beta],
    ["delta", delta],
  ] as const;
  const seen = new Map<string, string>();
  for (const [first, p] of firsts) {
    for (const [second, q] of seconds) {
      const name = second === "1" ? first : first === "1" ? second : `${first} times ${second}`;
      const value = pairing(p, q);
      const other = seen.get(textOf(value)) ?? seen.get(textOf(Fp12.inv(value)));
      if (other !== undefined) {
        const what = `${name} is ${other}, or its negative, as a number`;
        throw refuse("key-relation", `${what}: anybody can forge proofs for such a key.`, place);
      }
      seen.set(textOf(value), name);
    }
  }
}

function textOf(value: ReturnType<typeof pairing>): string {
  return bytesToHex(bn254.fields.Fp12.toBytes(value));
}

async function checkCircuit(zkey: ZkeySummary, setup: SetupKind, place: string, r1csPath: string): Promise<void> {
  const header = await readR1csHeader(r1csPath);
  const sameSize =
    zkey.wires === header.wires &&
    zkey.verifyingKey.ic.length === header.publicSignals + 1 &&
    zkey.domainSize === 2 ** domainPower(header);
  const expectedHash = setup === "development" ? developmentCircuitHash(await sha256File(r1csPath)) : zkey.circuitHash;
  if (!sameSize || !Buffer.from(expectedHash).equals(zkey.circuitHash)) {
    throw refuse("key-circuit", `The key was made for another circuit than ${r1csPath}.`, place);
  }
}

const GENERATOR1: Affine = bn254.G1.Point.BASE.toAffine();
const GENERATOR2: Affine2 = bn254.G2.Point.BASE.toAffine();

function sameX2(p: Affine2, q: Affine2): boolean {
  return p.x.c0 === q.x.c0 && p.x.c1 === q.x.c1;
}

function refuse(code: ErrorCode, message: string, place: string): BatchproofError {
  return environmentError(message, { code, place, remedy: "Build the key again, or get the one that was registered." });
}
