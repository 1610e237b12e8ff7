import { createHash } from "node:crypto";
import { bn254 } from "@noble/curves/bn254.js";
import type { GroupedProof } from "../../src/audit/group.ts";
import type { ProofEnvelope } from "../../src/formats/proof.ts";
import { SIGNALS, type Signals } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { developmentSecrets } from "../../src/setup/developmentSecrets.ts";
import { circuitId, type Affine, type Affine2, type VerifyingKey } from "../../src/setup/verifyingKey.ts";

/**
 * Circuits that exist as a verifying key only, with the public secrets of the development setup (alpha, beta, delta;
 * gamma is 1): whoever knows them simulates a proof of any signals, which verifies like a real one.
 */
export interface SimulatedCircuit {
  readonly circuitId: string;
  readonly key: VerifyingKey;
  /** A proof of eight signals; each call gives another one. */
  simulate(signals: readonly bigint[]): GroupedProof;
  /** The same as a prover hands it over, of a claim. */
  prove(claim: number, signals: Signals): ProofEnvelope;
  /** Two wrong proofs whose equations hold when they are multiplied without random scalars. */
  cancellingPair(first: readonly bigint[], second: readonly bigint[]): [GroupedProof, GroupedProof];
  /** The same signals but for the first, which makes IC_0 and all signals' points add up to zero. */
  vanishing(signals: readonly bigint[]): bigint[];
  /** A, B and C of a proof as multiples of the generators, for whoever multiplies many at once. `seed`: any text. */
  scalars(signals: readonly bigint[], seed: string): { readonly a: bigint; readonly b: bigint; readonly c: bigint };
}

const { Fr } = bn254.fields;

/** The eight coordinates of a proof. */
type Words = [string, string, string, string, string, string, string, string];

/** A simulated circuit by name; the same name gives the same key. */
export function simulatedCircuit(name: string): SimulatedCircuit {
  const { alpha, beta, delta } = developmentSecrets(hash(`circuit ${name}`));
  const ic = Array.from({ length: SIGNALS.length + 1 }, (_, i) => scalar(`${name} IC ${i}`));
  const key: VerifyingKey = { alpha: g1(alpha), beta: g2(beta), gamma: g2(1n), delta: g2(delta), ic: ic.map(g1) };
  const inverse = Fr.inv(delta);
  let count = 0;
  const scalars = (signals: readonly bigint[], seed: string): { a: bigint; b: bigint; c: bigint } => {
    const [a, b] = [scalar(`${seed} a`), scalar(`${seed} b`)];
    const vkx = signals.reduce((sum, signal, i) => sum + signal * (ic[i + 1] ?? 0n), ic[0] ?? 0n);
    return { a, b, c: Fr.create((a * b - alpha * beta - vkx) * inverse) };
  };
  const statement = (signals: readonly bigint[], error: bigint): GroupedProof => {
    const { a, b, c } = scalars(signals, `${name} ${count++}`);
    const [A, B, C] = [g1(a), g2(b), g1(Fr.create(c + error))];
    return { signals, proof: [A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y] };
  };
  const id = circuitId(key);
  return {
    circuitId: id,
    key,
    simulate: (signals) => statement(signals, 0n),
    prove: (claim, signals) => {
      const values = SIGNALS.map((name) => signals[name]);
      const [ax, ay, bx1, bx0, by1, by0, cx, cy] = statement(values, 0n).proof.map(String) as Words;
      const b = [
        [bx0, bx1],
        [by0, by1],
      ];
      const proof = { a: [ax, ay], b, c: [cx, cy] };
      return { claim, circuitId: id, signals: values.map(String), proof };
    },
    cancellingPair: (first, second) => [statement(first, 5n), statement(second, FIELD - 5n)],
    vanishing: (signals) => {
      const [first = 1n, ...rest] = ic.slice(1);
      const others = rest.reduce((sum, factor, i) => sum + factor * (signals[i + 1] ?? 0n), ic[0] ?? 0n);
      return [Fr.mul(Fr.neg(Fr.create(others)), Fr.inv(first)), ...signals.slice(1)];
    },
    scalars,
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function scalar(text: string): bigint {
  return BigInt(`0x${hash(text)}`) % FIELD;
}

function g1(factor: bigint): Affine {
  const { x, y } = bn254.G1.Point.BASE.multiply(factor).toAffine();
  return { x, y };
}

function g2(factor: bigint): Affine2 {
  const { x, y } = bn254.G2.Point.BASE.multiply(factor).toAffine();
  return { x: { c0: x.c0, c1: x.c1 }, y: { c0: y.c0, c1: y.c1 } };
}
