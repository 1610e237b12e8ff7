import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bn254 } from "@noble/curves/bn254.js";
import { describe, expect, it } from "vitest";
import { SIGNALS as NAMES, type Signals } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { contextOf } from "../../src/formats/context.ts";
import { makeEnvelope } from "../../src/prover/envelope.ts";
import { verifyProof } from "../../src/prover/verify.ts";
import { developmentSecrets } from "../../src/setup/developmentSecrets.ts";
import { assertUsableKey } from "../../src/setup/keyGate.ts";
import { circuitId, toSnarkjsKey, type VerifyingKey } from "../../src/setup/verifyingKey.ts";
import { refusedWith, scratch } from "../cli/support.ts";
import { publicPoint, snarkjsProof } from "../setup/support.ts";

/**
 * Keys for which anybody forges a proof: with nothing but the points of the key and, where the attack says so, the public
 * secrets of the development setup. Each forgery is shown to be valid, and then the key to be refused.
 */

const { Fr } = bn254.fields;
const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
type PointG1 = typeof G1.BASE;
type PointG2 = typeof G2.BASE;

const scalar = (label: string): bigint =>
  BigInt(`0x${createHash("sha256").update(`a ceremony nobody watched/${label}`).digest("hex")}`) % FIELD;
const [ALPHA, BETA, DELTA] = ["alpha", "beta", "delta"].map(scalar) as [bigint, bigint, bigint];
const DEVELOPMENT = developmentSecrets("0".repeat(64));
const PRODUCT = Fr.mul(DEVELOPMENT.alpha, DEVELOPMENT.beta);

/** A key by its points. Its maker knows all of their logarithms; who forges below uses none of them. */
interface Points {
  readonly alpha: PointG1;
  readonly beta: PointG2;
  readonly gamma: PointG2;
  readonly delta: PointG2;
  readonly ic: readonly PointG1[];
}

const SOUND: Points = {
  alpha: G1.BASE.multiply(ALPHA),
  beta: G2.BASE.multiply(BETA),
  gamma: G2.BASE,
  delta: G2.BASE.multiply(DELTA),
  ic: Array.from({ length: 9 }, (_, i) => G1.BASE.multiply(scalar(`IC ${i}`))),
};

function keyOf({ alpha, beta, gamma, delta, ic }: Points): VerifyingKey {
  const g2 = (point: PointG2) => point.toAffine();
  return {
    alpha: alpha.toAffine(),
    beta: g2(beta),
    gamma: g2(gamma),
    delta: g2(delta),
    ic: ic.map((p) => p.toAffine()),
  };
}

const BETA_IN_G1 = G1.BASE.multiply(BETA);

interface Forgery {
  readonly a: PointG1;
  readonly b: PointG2;
  readonly c: PointG1;
}

/** Whoever knows X and Y with e(alpha, beta) = e(X, gamma) e(Y, delta) forges a proof of any signals. */
function fromProduct({ gamma, delta }: Points, x: PointG1, y: PointG1, vkX: PointG1): Forgery {
  const a = x.add(vkX);
  return { a, b: gamma.add(delta), c: a.subtract(y) };
}

interface Attack {
  readonly code: string;
  readonly key: Points;
  /** `vkX`: IC_0 and the sum of the signals times the other points of IC, which anybody computes. */
  readonly forge: (key: Points, vkX: PointG1) => Forgery;
  /** For these signals alone; any if not given. */
  readonly signals?: readonly bigint[];
}

const { beta, gamma, delta, ic } = SOUND;
const DESTINATION = { chainId: "31337", registry: `0x${"11".repeat(20)}`, submitter: `0x${"22".repeat(20)}` };
const CONTEXT = contextOf(31337n, DESTINATION.registry, DESTINATION.submitter);
const SIGNALS = [1n, 2n, 3n, 4n, 5n, 0n, CONTEXT, 8n];
const ZEROS = Array.from({ length: 8 }, () => 0n);
const double = gamma.double();
const inverse = (factor: bigint): bigint => Fr.inv(factor);

/** The public secrets of the development setup, of which a maker hid alpha and beta behind a factor of his own. */
const disguised = (forAlpha: bigint, forBeta: bigint): Points => ({
  ...SOUND,
  alpha: G1.BASE.multiply(Fr.mul(DEVELOPMENT.alpha, Fr.create(forAlpha))),
  beta: G2.BASE.multiply(Fr.mul(DEVELOPMENT.beta, Fr.create(forBeta))),
});

function forged({ key, forge, signals = SIGNALS }: Attack) {
  const verifyingKey = keyOf(key);
  const words = signals.map(String);
  const { a, b, c } = forge(key, publicPoint(verifyingKey, words));
  return { verifyingKey, words, proof: snarkjsProof(a.toAffine(), b.toAffine(), c.toAffine()) };
}

const folder = scratch();

/** Shows that the forgery is valid under its key, and that neither the gate nor `verify --vkey` lets the key pass. */
async function isRefused(attack: Attack): Promise<void> {
  const { verifyingKey, words, proof } = forged(attack);
  // The equation holds: only the gate stands before it.
  verifyProof(verifyingKey, words, proof);
  const judged = assertUsableKey({ vkey: verifyingKey, allowDevelopment: false });
  await expect(judged).rejects.toMatchObject({ kind: "environment", code: attack.code });
  if (attack.signals !== undefined) return;
  // In a file, so as somebody would send it with the key that it needs.
  const [vkey, file] = [join(folder, "vkey.json"), join(folder, "proof.json")];
  writeFileSync(vkey, JSON.stringify(toSnarkjsKey(verifyingKey)));
  const signals = Object.fromEntries(NAMES.map((name, i) => [name, BigInt(words[i] ?? "")])) as Signals;
  const described = { circuit: "temperature-1k", tier: 1470, circuitId: circuitId(verifyingKey) };
  const context = { ...described, ...DESTINATION, policyId: `0x${"33".repeat(32)}`, claim: 0 };
  writeFileSync(file, JSON.stringify(makeEnvelope({ ...context, setup: "ceremony" }, signals, proof)));
  // A development key may be verified with, by its name.
  const expected = attack.code === "key-development" ? { exit: 1, code: "setup" } : { exit: 3, code: attack.code };
  expect(await refusedWith(["verify", file, "--vkey", vkey])).toMatchObject(expected);
}

// Verifies R-setup-relations.
describe("keys for which anybody forges a proof", () => {
  it("a key without such a relation passes", async () => {
    expect(await assertUsableKey({ vkey: keyOf(SOUND) })).toMatchObject({ setup: "ceremony" });
  });

  it("S8: delta is beta", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, delta: beta },
      forge: (key, vkX) => ({ a: vkX, b: key.gamma, c: key.alpha.negate() }),
    }));

  it("S8: delta is minus beta", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, delta: beta.negate() },
      forge: (key, vkX) => ({ a: vkX, b: key.gamma, c: key.alpha }),
    }));

  it("S9: gamma is beta", () =>
    isRefused({
      code: "key-gamma",
      key: { ...SOUND, gamma: beta },
      forge: (key, vkX) => fromProduct(key, key.alpha, G1.ZERO, vkX),
    }));

  it("S9: beta is the generator, as gamma is", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, beta: gamma },
      forge: (key, vkX) => fromProduct(key, key.alpha, G1.ZERO, vkX),
    }));

  it("S9: beta is minus the generator", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, beta: gamma.negate() },
      forge: (key, vkX) => fromProduct(key, key.alpha.negate(), G1.ZERO, vkX),
    }));

  it("S10: delta is minus gamma, the generator", () =>
    isRefused({
      code: "key-delta",
      key: { ...SOUND, delta: gamma.negate() },
      forge: (key, vkX) => ({ a: key.alpha, b: key.beta, c: vkX }),
    }));

  it("S10: delta is minus gamma, another point", () =>
    isRefused({
      code: "key-gamma",
      key: { ...SOUND, gamma: double, delta: double.negate() },
      forge: (key, vkX) => ({ a: key.alpha, b: key.beta, c: vkX }),
    }));

  it("S11: gamma is twice delta", () =>
    isRefused({
      code: "key-gamma",
      key: { ...SOUND, gamma: delta.double() },
      forge: (key, vkX) => ({ a: key.alpha, b: key.beta, c: vkX.double().negate() }),
    }));

  it("S12: IC 0 is minus IC 2: one signal takes all others' place", () =>
    isRefused({
      code: "key-ic",
      key: { ...SOUND, ic: ic.with(0, (ic[2] as PointG1).negate()) },
      forge: (key) => ({ a: key.alpha, b: key.beta.add(key.delta), c: key.alpha }),
      signals: ZEROS.with(1, 1n),
    }));

  it("S12: alpha is IC 0", () =>
    isRefused({
      code: "key-ic",
      key: { ...SOUND, alpha: ic[0] as PointG1 },
      forge: (key) => ({ a: key.alpha, b: key.beta.add(key.gamma).add(key.delta), c: key.alpha }),
      signals: ZEROS,
    }));

  it("S12: alpha is minus IC 0", () =>
    isRefused({
      code: "key-ic",
      key: { ...SOUND, alpha: (ic[0] as PointG1).negate() },
      forge: (key) => ({ a: key.alpha, b: key.beta.subtract(key.gamma).add(key.delta), c: key.alpha }),
      signals: ZEROS,
    }));

  it("S13: minus alpha and minus beta of the development setup", () =>
    isRefused({
      code: "key-development",
      key: disguised(-1n, -1n),
      forge: (key, vkX) => fromProduct(key, G1.BASE.multiply(PRODUCT), G1.ZERO, vkX),
    }));

  it("S13: alpha times seven, and beta by seven", () =>
    isRefused({
      code: "key-development",
      key: disguised(7n, inverse(7n)),
      forge: (key, vkX) => fromProduct(key, G1.BASE.multiply(PRODUCT), G1.ZERO, vkX),
    }));

  it("S13: minus alpha", () =>
    isRefused({
      code: "key-development",
      key: disguised(-1n, 1n),
      forge: (key, vkX) => fromProduct(key, G1.BASE.multiply(PRODUCT).negate(), G1.ZERO, vkX),
    }));

  it("S14: alpha times beta is one", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, beta: G2.BASE.multiply(inverse(ALPHA)) },
      forge: (key, vkX) => fromProduct(key, G1.BASE, G1.ZERO, vkX),
    }));

  it("S14: alpha times beta is minus one", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, beta: G2.BASE.multiply(inverse(ALPHA)).negate() },
      forge: (key, vkX) => fromProduct(key, G1.BASE.negate(), G1.ZERO, vkX),
    }));

  it("S20: alpha times beta is delta", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, alpha: G1.BASE.multiply(Fr.mul(DELTA, inverse(BETA))) },
      forge: (key, vkX) => fromProduct(key, G1.ZERO, G1.BASE, vkX),
    }));

  it("S20: alpha times beta is minus delta", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, alpha: G1.BASE.multiply(Fr.mul(DELTA, inverse(BETA))).negate() },
      forge: (key, vkX) => fromProduct(key, G1.ZERO, G1.BASE.negate(), vkX),
    }));

  it("S20: alpha times beta is a point of IC", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, alpha: G1.BASE.multiply(Fr.mul(scalar("IC 1"), inverse(BETA))) },
      forge: (key, vkX) => fromProduct(key, key.ic[1] as PointG1, G1.ZERO, vkX),
    }));

  it("S20: a point of IC is delta, as a number: that signal of an honest proof is anybody's to change", async () => {
    const verifyingKey = keyOf({ ...SOUND, ic: ic.with(6, G1.BASE.multiply(DELTA)) });
    const wordsOf = (deviations: bigint): string[] => SIGNALS.with(5, deviations).map(String);
    const vkX = G1.fromAffine(publicPoint(verifyingKey, wordsOf(3n)).toAffine());
    const a = G1.BASE.multiply(Fr.add(Fr.mul(ALPHA, BETA), DELTA)).add(vkX);
    const proof = (c: bigint) => snarkjsProof(a.toAffine(), G2.BASE.toAffine(), G1.BASE.multiply(c).toAffine());
    verifyProof(verifyingKey, wordsOf(3n), proof(1n));
    verifyProof(verifyingKey, wordsOf(0n), proof(4n));
    await expect(assertUsableKey({ vkey: verifyingKey })).rejects.toMatchObject({ code: "key-relation" });
  });

  it("S15: two opposite points of IC: a proof of some signals is one of others", async () => {
    const attack: Attack = {
      code: "key-ic",
      key: { ...SOUND, ic: ic.with(2, (ic[1] as PointG1).negate()) },
      // The maker's honest proof, which he alone could make.
      forge: (_, vkX) => {
        const rest = G1.BASE.multiply(Fr.sub(6n, Fr.mul(ALPHA, BETA))).subtract(vkX);
        return { a: G1.BASE.multiply(2n), b: G2.BASE.multiply(3n), c: rest.multiply(inverse(DELTA)) };
      },
    };
    const { verifyingKey, words, proof } = forged(attack);
    const others = words.map((word, i) => (i < 2 ? String(BigInt(word) + 1000n) : word));
    verifyProof(verifyingKey, others, proof);
    await expect(assertUsableKey({ vkey: verifyingKey })).rejects.toMatchObject({ code: "key-ic" });
  });

  it("S16: alpha is delta, as a number", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, alpha: G1.BASE.multiply(DELTA) },
      // With beta in G1, which every proving key holds.
      forge: (key, vkX) => ({ a: vkX, b: key.gamma, c: BETA_IN_G1.negate() }),
    }));

  it("S16: alpha is minus delta, as a number", () =>
    isRefused({
      code: "key-relation",
      key: { ...SOUND, alpha: G1.BASE.multiply(DELTA).negate() },
      forge: (key, vkX) => ({ a: vkX, b: key.gamma, c: BETA_IN_G1 }),
    }));

  // Then C no longer binds A and B to one witness, but only their sum.
  it("S16: alpha is beta as a number, or the generator: a first phase that nobody contributed to", async () => {
    for (const alpha of [BETA_IN_G1, BETA_IN_G1.negate(), G1.BASE, G1.BASE.negate()]) {
      const judged = assertUsableKey({ vkey: keyOf({ ...SOUND, alpha }) });
      await expect(judged).rejects.toMatchObject({ code: "key-relation" });
    }
  });

  it("S17: delta is twice gamma: no check sees it, only the transcript of the ceremony", async () => {
    const attack: Attack = {
      code: "",
      key: { ...SOUND, delta: double },
      forge: (key, vkX) => ({ a: key.alpha, b: key.beta, c: vkX.negate().multiply(inverse(2n)) }),
    };
    const { verifyingKey, words, proof } = forged(attack);
    verifyProof(verifyingKey, words, proof);
    expect(await assertUsableKey({ vkey: verifyingKey })).toMatchObject({ setup: "ceremony" });
  });
});
