import { randomBytes } from "node:crypto";
import { SIGNALS } from "../../src/formats/constants.ts";
import { beforeAll, describe, expect, it } from "vitest";
import { PairingArena as PageArena } from "../../desk/host/audit/pairing.ts";
import { PairingArena, type Pairings } from "../../src/audit/pairing.ts";
import { verifyGroup, type GroupedProof } from "../../src/audit/group.ts";
import { proofOfWords } from "../../src/audit/statement.ts";
import { BatchproofError } from "../../src/errors.ts";
import { FIELD } from "../../src/formats/field.ts";
import { verifyProof } from "../../src/prover/verify.ts";
import { loadCurve } from "../../src/setup/curve.ts";
import { outsideG2 } from "../setup/support.ts";
import { simulatedCircuit, type SimulatedCircuit } from "../support/simulated.ts";

/** Verification in groups, against the strict verification of single proofs. */

const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** Both arithmetics: what Node verifies with, and what the page does. */
const ARENAS: readonly (readonly [string, () => Pairings])[] = [
  ["in WebAssembly", () => new PairingArena(loadCurve().code)],
  ["on the page", () => new PageArena()],
];

let arena: Pairings;
let circuit: SimulatedCircuit;
let other: SimulatedCircuit;
let valid: readonly GroupedProof[];

beforeAll(() => {
  circuit = simulatedCircuit("one");
  other = simulatedCircuit("other");
  valid = Array.from({ length: 7 }, () => circuit.simulate(randomSignals()));
});

const random = (): bigint => BigInt(`0x${randomBytes(32).toString("hex")}`) % FIELD;
const randomSignals = (): bigint[] => Array.from({ length: SIGNALS.length }, random);

/** The oracle's answer about one statement. */
function single({ signals, proof }: GroupedProof): string | undefined {
  try {
    verifyProof(circuit.key, signals.map(String), proofOfWords(proof));
    return undefined;
  } catch (error) {
    if (error instanceof BatchproofError) return error.code;
    throw error;
  }
}

/** The same list with one statement replaced. */
const replaced = (at: number, statement: GroupedProof): GroupedProof[] =>
  valid.map((old, i) => (i === at ? statement : old));

/** A statement with one of its 16 words changed: signals first, then the proof's. */
function withWord({ signals, proof }: GroupedProof, at: number, change: (word: bigint) => bigint): GroupedProof {
  const words = [...signals, ...proof];
  words[at] = change(words[at] ?? 0n);
  return { signals: words.slice(0, SIGNALS.length), proof: words.slice(SIGNALS.length) };
}

const first = (): GroupedProof => valid[0] ?? { signals: [], proof: [] };

describe.each(ARENAS)("a group of proofs %s", (_, make) => {
  beforeAll(() => {
    arena = make();
  });

  it("holds when each holds", () => {
    for (const statement of valid.slice(0, 2)) expect(single(statement)).toBe(undefined);
    expect(verifyGroup(arena, circuit.key, valid)).toEqual(valid.map(() => undefined));
    expect(verifyGroup(arena, circuit.key, [])).toEqual([]);
  });

  it("names exactly the bad ones, wherever they stand and however many", () => {
    for (const bad of [[0], [6], [2, 3], [0, 1, 2, 3, 4, 5, 6]]) {
      const group = valid.map((statement, i) =>
        bad.includes(i) ? withWord(statement, 4, (r) => (r + 1n) % FIELD) : statement,
      );
      const expected = valid.map((_, i) => (bad.includes(i) ? "proof-invalid" : undefined));
      expect(verifyGroup(arena, circuit.key, group)).toEqual(expected);
    }
  });

  it("agrees with the single verification about every word changed", () => {
    for (let at = 0; at < 16; at++) {
      for (const change of [
        (w: bigint) => w ^ 1n,
        (w: bigint) => w ^ (1n << 200n),
        (w: bigint) => w + (at < 7 ? FIELD : Q),
      ]) {
        const mangled = withWord(first(), at, change);
        const expected = single(mangled);
        expect(expected).not.toBe(undefined);
        expect(verifyGroup(arena, circuit.key, replaced(3, mangled))[3], `word ${at}`).toBe(expected);
      }
    }
  });

  // Verifies P4.
  it("refuses points at infinity and a B outside the subgroup, as the single verification does", () => {
    for (const point of [
      [7, 8],
      [9, 10, 11, 12],
      [13, 14],
    ]) {
      const zero = point.reduce((statement, at) => withWord(statement, at, () => 0n), first());
      expect(single(zero)).toBe("proof-point");
      expect(verifyGroup(arena, circuit.key, [zero])).toEqual(["proof-point"]);
    }
    const { x, y } = outsideG2();
    const { signals, proof } = first();
    const outside = { signals, proof: [...proof.slice(0, 2), x.c1, x.c0, y.c1, y.c0, ...proof.slice(6)] };
    expect(single(outside)).toBe("proof-subgroup");
    expect(verifyGroup(arena, circuit.key, replaced(1, outside))[1]).toBe("proof-subgroup");
  });

  // Verifies P7.
  it("does not let errors cancel: a pair whose equations hold in sum only", () => {
    const [one, two] = circuit.cancellingPair(randomSignals(), randomSignals());
    expect([single(one), single(two)]).toEqual(["proof-invalid", "proof-invalid"]);
    expect(verifyGroup(arena, circuit.key, [one, two])).toEqual(["proof-invalid", "proof-invalid"]);
    // Swapped proofs sum up to the same too.
    const [a, b] = valid as [GroupedProof, GroupedProof];
    const swapped = [
      { ...a, proof: b.proof },
      { ...b, proof: a.proof },
    ];
    expect(verifyGroup(arena, circuit.key, swapped)).toEqual(["proof-invalid", "proof-invalid"]);
  });

  it("takes a proof whose signals' points add up to zero, alone and among others, as the single verification does", () => {
    const vanishing = circuit.simulate(circuit.vanishing(randomSignals()));
    expect(single(vanishing)).toBe(undefined);
    expect(verifyGroup(arena, circuit.key, [vanishing])).toEqual([undefined]);
    expect(verifyGroup(arena, circuit.key, [vanishing, vanishing, first()])).toEqual(Array(3).fill(undefined));
    const wrong = withWord(vanishing, 1, (word) => (word + 1n) % FIELD);
    expect(single(wrong)).toBe("proof-invalid");
    expect(verifyGroup(arena, circuit.key, [wrong, vanishing])).toEqual(["proof-invalid", undefined]);
  });

  it("is about one key: a proof of another circuit fails, the same proof twice holds", () => {
    const foreign = other.simulate(randomSignals());
    expect(verifyGroup(arena, circuit.key, [foreign, first(), first()])).toEqual([
      "proof-invalid",
      undefined,
      undefined,
    ]);
  });
});
