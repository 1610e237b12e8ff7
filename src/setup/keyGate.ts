import { bn254 } from "@noble/curves/bn254.js";
import type { ErrorCode } from "../errorCodes.ts";
import { type BatchproofError, environmentError } from "../errors.ts";
import { LOCAL_CHAINS, SIGNALS } from "../formats/constants.ts";
import { developmentCircuitHash, isDevelopmentKey } from "./developmentKey.ts";
import { sha256File } from "./files.ts";
import { isG1, isInG2, isOnTwist } from "./points.ts";
import { domainPower } from "./qap.ts";
import { readR1csHeader } from "./r1cs.ts";
import { type Affine, type Affine2, circuitId, type VerifyingKey } from "./verifyingKey.ts";
import { readZkey, type ZkeySummary } from "./zkey.ts";

/** How a key was made: with public secrets, or in a ceremony. */
export type SetupKind = "development" | "ceremony";

export interface KeyContext {
  /** The identity that the chain, the lock file or a proof envelope expects. */
  readonly circuitId?: string;
  /** The chain that the key is going to be used on. */
  readonly chainId?: bigint;
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
 * The gate that every key passes before it is used, deployed or trusted. Throws an environment error with the code of
 * the check that refused:
 * `key-delta` delta is gamma or the generator of G2: the key has had no second phase, and (alpha, beta, -vk_x) verifies
 * for any signals; `key-ic` a zero or repeated IC point: a signal that the proof does not depend on; `key-signals` not
 * eight public signals; `key-point` a point off the curve or outside its group; `key-contributions` a `.zkey` without a
 * contribution; `key-circuit` a `.zkey` of another circuit; `key-id` another circuitId than expected;
 * `key-development` a development key on a chain that is not local.
 *
 * What binds a `.zkey` to the circuit: a development key holds the SHA-256 of the r1cs (developmentCircuitHash). A
 * ceremony key holds snarkjs' hash of the initial key, which cannot be recomputed without the powers-of-tau file, so
 * here only its dimensions are compared; `ceremony verify` proves the rest with `snarkjs zkey verify`.
 */
export async function assertUsableKey(question: KeyQuestion): Promise<UsableKey> {
  if ("vkey" in question) return judge(question.vkey, "verifying key", question);
  const { zkeyPath, r1csPath } = question;
  const zkey = await readZkey(zkeyPath);
  const usable = judge(zkey.verifyingKey, zkeyPath, question);
  if (zkey.contributions === 0) {
    throw refuse("key-contributions", "The key has no contribution: whoever made it can forge proofs.", zkeyPath);
  }
  if (r1csPath !== undefined) await checkCircuit(zkey, usable.setup, zkeyPath, r1csPath);
  return usable;
}

/** The checks that need only the verifying key. */
function judge(
  key: VerifyingKey,
  place: string,
  { circuitId: expected, chainId, allowDevelopment }: KeyContext,
): UsableKey {
  if (key.ic.length !== SIGNALS.length + 1) {
    const received = key.ic.length - 1;
    throw refuse("key-signals", `The key has ${received} public signals, expected ${SIGNALS.length}.`, place);
  }
  if (sameG2(key.delta, key.gamma) || sameG2(key.delta, GENERATOR2)) {
    throw refuse("key-delta", "The key has had no second phase (delta is the generator): proofs can be forged.", place);
  }
  const seen = new Set<string>();
  for (const [i, point] of key.ic.entries()) {
    if (isZero(point)) throw refuse("key-ic", `IC point ${i} is zero: proofs do not depend on that signal.`, place);
    const text = `${point.x},${point.y}`;
    if (seen.has(text)) throw refuse("key-ic", `IC point ${i} repeats another one.`, place);
    seen.add(text);
  }
  const inG2 = [key.beta, key.gamma, key.delta].every((point) => isOnTwist(point) && isInG2(point));
  if (!inG2 || ![key.alpha, ...key.ic].every(isG1)) {
    throw refuse("key-point", "A point of the key is not in its group.", place);
  }
  const id = circuitId(key);
  if (expected !== undefined && id !== expected.toLowerCase()) {
    throw refuse("key-id", `The key's circuitId is ${id}, expected ${expected}.`, place);
  }
  const setup: SetupKind = isDevelopmentKey(key) ? "development" : "ceremony";
  const isPublic = chainId !== undefined && !LOCAL_CHAINS.includes(chainId);
  if (setup === "development" && isPublic && allowDevelopment !== true) {
    throw environmentError(`A development key is refused on chain ${String(chainId)}: anybody can forge its proofs.`, {
      code: "key-development",
      place,
      remedy: "Use a key from a ceremony; for a trial without any value, pass --allow-development.",
    });
  }
  return { verifyingKey: key, circuitId: id, setup };
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

const GENERATOR2: Affine2 = bn254.G2.Point.BASE.toAffine();

function sameG2(p: Affine2, q: Affine2): boolean {
  return p.x.c0 === q.x.c0 && p.x.c1 === q.x.c1 && p.y.c0 === q.y.c0 && p.y.c1 === q.y.c1;
}

function isZero({ x, y }: Affine): boolean {
  return x === 0n && y === 0n;
}

function refuse(code: ErrorCode, message: string, place: string): BatchproofError {
  return environmentError(message, { code, place, remedy: "Build the key again, or get the one that was registered." });
}
