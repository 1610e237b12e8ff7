import { join } from "node:path";
import { bn254 } from "@noble/curves/bn254.js";
import type { SnarkjsProof } from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../src/formats/field.ts";
import { verifyProof } from "../../src/prover/verify.ts";
import { writeDevelopmentKey } from "../../src/setup/developmentKey.ts";
import {
  type Affine,
  type Affine2,
  decodeVerifyingKey,
  encodeVerifyingKey,
  type VerifyingKey,
} from "../../src/setup/verifyingKey.ts";
import { readZkey } from "../../src/setup/zkey.ts";
import {
  compileTestCircuit,
  deployVerifier,
  outsideG2,
  prove,
  snarkjsProof,
  temporaryFolder,
  TINY_INPUT,
} from "../setup/support.ts";

const { Fp, Fr } = bn254.fields;
const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;

const folder = temporaryFolder();
let key: VerifyingKey;
let twinKey: VerifyingKey;
let signals: string[];
let proof: SnarkjsProof;
let chain: Awaited<ReturnType<typeof deployVerifier>>;

beforeAll(async () => {
  const [tiny, twin] = [
    await compileTestCircuit("tiny", join(folder, "tiny")),
    await compileTestCircuit("twin", join(folder, "twin")),
  ];
  const [zkey, twinZkey] = [join(folder, "tiny.zkey"), join(folder, "twin.zkey")];
  await writeDevelopmentKey(tiny.r1cs, zkey);
  await writeDevelopmentKey(twin.r1cs, twinZkey);
  key = (await readZkey(zkey)).verifyingKey;
  twinKey = (await readZkey(twinZkey)).verifyingKey;
  ({ proof, signals } = await prove(tiny.wasm, zkey, TINY_INPUT));
  chain = await deployVerifier(key);
});
afterAll(() => chain.close());

/** The points of the honest proof. */
function points(): { a: Affine; b: Affine2; c: Affine } {
  const g1 = ([x = "", y = ""]: string[]): Affine => ({ x: BigInt(x), y: BigInt(y) });
  const g2 = ([x = [], y = []]: string[][]): Affine2 => ({
    x: { c0: BigInt(x[0] ?? ""), c1: BigInt(x[1] ?? "") },
    y: { c0: BigInt(y[0] ?? ""), c1: BigInt(y[1] ?? "") },
  });
  return { a: g1(proof.pi_a), b: g2(proof.pi_b), c: g1(proof.pi_c) };
}

function refusalOf(received: unknown, ofProof: unknown = proof): string {
  try {
    verifyProof(key, received, ofProof);
    return "accepted";
  } catch (error) {
    const { kind, code } = error as { kind?: string; code?: string };
    return kind === "no" && code !== undefined ? code : String(error);
  }
}

describe("the honest proof", () => {
  it("verifies off chain and on chain", async () => {
    expect(refusalOf(signals)).toBe("accepted");
    expect(await chain.accepts(signals, proof)).toBe(true);
  });

  it("verifies under a key that went through its encoding", () => {
    verifyProof(decodeVerifyingKey(encodeVerifyingKey(key)), signals, proof);
  });
});

// Verifies R-prover-strict, R-format-signals.
describe("P1: signals that are not the proven ones, or not in canonical form", () => {
  it.each([0, 1, 2, 3, 4, 5, 6])("signal %i plus one, or swapped with its neighbour: proof-invalid", (i) => {
    const plusOne = signals.with(i, String(BigInt(signals[i] ?? "") + 1n));
    expect(refusalOf(plusOne)).toBe("proof-invalid");
    const neighbour = (i + 1) % 7;
    const swapped = signals.with(i, signals[neighbour] ?? "").with(neighbour, signals[i] ?? "");
    expect(refusalOf(swapped)).toBe("proof-invalid");
  });

  const spellings: readonly [string, (value: string) => unknown][] = [
    ["plus the field order", (value) => String(BigInt(value) + FIELD)],
    ["the field order", () => String(FIELD)],
    ["negative", (value) => String(BigInt(value) - FIELD)],
    ["minus zero", () => "-0"],
    ["hexadecimal", (value) => `0x${BigInt(value).toString(16)}`],
    ["leading zero", (value) => `0${value}`],
    ["leading plus", (value) => `+${value}`],
    ["surrounding space", (value) => ` ${value}`],
    ["trailing newline", (value) => `${value}\n`],
    ["decimal point", (value) => `${value}.0`],
    ["exponent", (value) => `${value}e0`],
    ["2^256", () => String(2n ** 256n)],
    ["a thousand digits", () => "9".repeat(1000)],
    ["empty", () => ""],
    ["a number", Number],
    ["a bigint", BigInt],
    ["null", () => null],
    ["a list", (value) => [value]],
    ["other digits", () => "٣"],
  ];
  it.each(spellings)("%s: signal-canonical", (_, spell) => {
    for (const i of [0, 6]) {
      const changed: unknown[] = [...signals];
      changed[i] = spell(signals[i] ?? "");
      expect(refusalOf(changed)).toBe("signal-canonical");
    }
  });

  it("zero and the field order minus one are canonical", () => {
    expect(refusalOf(signals.with(3, "0"))).toBe("proof-invalid");
    expect(refusalOf(signals.with(3, String(FIELD - 1n)))).toBe("proof-invalid");
  });
});

// Verifies R-prover-strict.
describe("P2: another number of signals", () => {
  it.each([0, 1, 7, 9])("%i signals: signals-count", (count) => {
    const list = Array.from({ length: count }, (_, i) => signals[i] ?? "0");
    expect(refusalOf(list)).toBe("signals-count");
  });

  it("no list at all: signals-count", () => {
    for (const nothing of [undefined, null, "1234567", { length: 7 }]) {
      expect(refusalOf(nothing)).toBe("signals-count");
    }
    expect(refusalOf(Array.from({ length: 8 }))).toBe("signal-canonical");
  });
});

// Verifies R-prover-malleable.
describe("P3: a re-randomised proof", () => {
  it("verifies by design, off chain and on chain: nothing may be keyed on proof bytes", async () => {
    const { a, b, c } = points();
    const k = 7n;
    const other = snarkjsProof(
      G1.fromAffine(a).multiply(k).toAffine(),
      G2.fromAffine(b).multiply(Fr.inv(k)).toAffine(),
      c,
    );
    expect(other).not.toEqual(proof);
    expect(refusalOf(signals, other)).toBe("accepted");
    expect(await chain.accepts(signals, other)).toBe(true);
  });
});

// Verifies R-prover-strict.
describe("P4: points that are no points, refused off chain and on chain", () => {
  const q = Fp.ORDER;

  async function refusedOnBothSides(changed: SnarkjsProof, code: string): Promise<void> {
    expect(refusalOf(signals, changed)).toBe(code);
    expect(await chain.accepts(signals, changed)).toBe(false);
  }

  it("infinity, as zero coordinates and as snarkjs writes it: proof-point", async () => {
    const { a, b, c } = points();
    const zero = { x: 0n, y: 0n };
    const zero2 = { x: { c0: 0n, c1: 0n }, y: { c0: 0n, c1: 0n } };
    await refusedOnBothSides(snarkjsProof(zero, b, c), "proof-point");
    await refusedOnBothSides(snarkjsProof(a, zero2, c), "proof-point");
    await refusedOnBothSides(snarkjsProof(a, b, zero), "proof-point");
    expect(refusalOf(signals, { ...proof, pi_a: ["0", "1", "0"] })).toBe("proof-point");
    expect(
      refusalOf(signals, {
        ...proof,
        pi_b: [
          ["0", "0"],
          ["1", "0"],
          ["0", "0"],
        ],
      }),
    ).toBe("proof-point");
  });

  it("off the curve: proof-point", async () => {
    const { a, b, c } = points();
    await refusedOnBothSides(snarkjsProof({ ...a, y: a.y + 1n }, b, c), "proof-point");
    await refusedOnBothSides(snarkjsProof(a, { ...b, x: { ...b.x, c1: b.x.c1 + 1n } }, c), "proof-point");
    await refusedOnBothSides(snarkjsProof(a, b, { ...c, x: c.x + 1n }), "proof-point");
  });

  it("the other point with the same x: proof-invalid", async () => {
    const { a, b, c } = points();
    await refusedOnBothSides(snarkjsProof({ ...a, y: q - a.y }, b, c), "proof-invalid");
  });

  it("B on the curve but outside the subgroup: proof-subgroup", async () => {
    const { a, c } = points();
    await refusedOnBothSides(snarkjsProof(a, outsideG2(), c), "proof-subgroup");
  });

  it("a coordinate plus the field's order, which is the same point: proof-point", async () => {
    const { a, b, c } = points();
    await refusedOnBothSides(snarkjsProof({ ...a, x: a.x + q }, b, c), "proof-point");
    await refusedOnBothSides(snarkjsProof(a, { ...b, y: { ...b.y, c0: b.y.c0 + q } }, c), "proof-point");
    await refusedOnBothSides(snarkjsProof(a, b, { ...c, y: c.y + q }), "proof-point");
  });

  it("swapped coordinates of G2 (the order of the EVM): proof-point", async () => {
    const { a, b, c } = points();
    const swapped = { x: { c0: b.x.c1, c1: b.x.c0 }, y: { c0: b.y.c1, c1: b.y.c0 } };
    await refusedOnBothSides(snarkjsProof(a, swapped, c), "proof-point");
  });

  it("other spellings and shapes: proof-point", () => {
    const [x = "", y = ""] = proof.pi_a;
    const shapes = [
      [`0${x}`, y, "1"],
      [x, `0x${BigInt(y).toString(16)}`, "1"],
      [`-${x}`, y, "1"],
      [Number(x), y, "1"],
      [x, y, "2"],
      [x, y],
      [x, y, "1", "1"],
      "point",
    ];
    for (const pi_a of shapes) expect(refusalOf(signals, { ...proof, pi_a })).toBe("proof-point");
    const [bx = [], by = []] = proof.pi_b;
    for (const pi_b of [
      [bx, by],
      [bx, by, ["1", "1"]],
      [bx, by.slice(1), ["1", "0"]],
      [bx, "y", ["1", "0"]],
    ]) {
      expect(refusalOf(signals, { ...proof, pi_b })).toBe("proof-point");
    }
  });
});

// Verifies R-prover-envelope.
describe("P5: a proof of something else", () => {
  it("of another circuit with the same signals: proof-invalid", () => {
    expect(() => verifyProof(twinKey, signals, proof)).toThrow(
      expect.objectContaining({ kind: "no", code: "proof-invalid" }),
    );
  });

  it("of another protocol or curve, or of none: proof-protocol", () => {
    for (const change of [
      { protocol: "plonk" },
      { protocol: "GROTH16" },
      { curve: "bls12381" },
      { curve: undefined },
    ]) {
      expect(refusalOf(signals, { ...proof, ...change })).toBe("proof-protocol");
    }
    for (const nothing of [null, "proof", 1, []]) {
      expect(refusalOf(signals, nothing)).toBe("proof-protocol");
    }
    // A proof is checked as a whole, however little of it there is.
    expect(refusalOf(signals, { protocol: "groth16", curve: "bn128" })).toBe("proof-point");
  });
});
