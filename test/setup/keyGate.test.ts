import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bn254 } from "@noble/curves/bn254.js";
import { groth16, type SnarkjsProof, zKey } from "snarkjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { CompiledCircuit } from "../../src/setup/compile.ts";
import { writeDevelopmentKey } from "../../src/setup/developmentKey.ts";
import { assertUsableKey } from "../../src/setup/keyGate.ts";
import { developmentAllowed } from "../../src/setup/lockedArtifacts.ts";
import { withSnarkjs } from "../../src/setup/snarkjsThreads.ts";
import { circuitId, toSnarkjsKey, type VerifyingKey } from "../../src/setup/verifyingKey.ts";
import { readZkey } from "../../src/setup/zkey.ts";
import {
  compileTestCircuit,
  deployVerifier,
  outsideG2,
  publicPoint,
  snarkjsProof,
  temporaryFolder,
} from "./support.ts";

/** A genuine powers-of-tau file of a public ceremony. */
const PTAU = "fixtures/ptau/powersOfTau28_hez_final_08.ptau";
const G1 = bn254.G1.Point;

const folder = temporaryFolder();
const file = (name: string): string => join(folder, name);
let tiny: CompiledCircuit;
let twin: CompiledCircuit;
let development: VerifyingKey;
let ceremony: VerifyingKey;

beforeAll(async () => {
  tiny = await compileTestCircuit("tiny", file("tiny"));
  twin = await compileTestCircuit("twin", file("twin"));
  const six = await compileTestCircuit("six", file("six"));
  await writeDevelopmentKey(tiny.r1cs, file("development.zkey"));
  await writeDevelopmentKey(six.r1cs, file("six.zkey"));
  await withSnarkjs(async () => {
    await zKey.newZKey(tiny.r1cs, PTAU, file("no-contribution.zkey"));
    await zKey.contribute(file("no-contribution.zkey"), file("ceremony.zkey"), "one", "entropy");
  });
  development = (await readZkey(file("development.zkey"))).verifyingKey;
  ceremony = (await readZkey(file("ceremony.zkey"))).verifyingKey;
});

/** The gate's answer to a verifying key that was changed in one place. */
async function withChange(change: Partial<VerifyingKey>): Promise<unknown> {
  return await assertUsableKey({ vkey: { ...ceremony, ...change } });
}

/** `ic` with point `i` replaced. */
function withPoint(i: number, point: { x: bigint; y: bigint }): Partial<VerifyingKey> {
  return { ic: ceremony.ic.with(i, point) };
}

describe("the key gate", () => {
  it("lets a ceremony key pass everywhere, a development key unless it is refused", async () => {
    const [zkeyPath, r1csPath] = [file("ceremony.zkey"), tiny.r1cs];
    const answer = await assertUsableKey({ zkeyPath, r1csPath, allowDevelopment: false });
    expect(answer).toEqual({ verifyingKey: ceremony, circuitId: circuitId(ceremony), setup: "ceremony" });
    for (const context of [{}, { allowDevelopment: true }]) {
      const { setup } = await assertUsableKey({ zkeyPath: file("development.zkey"), r1csPath, ...context });
      expect(setup).toBe("development");
    }
  });

  // Verifies R-setup-delta.
  it("key-delta, key-gamma: gamma is the generator of G2, and delta neither it nor its negative", async () => {
    const generator = bn254.G2.Point.BASE;
    for (const delta of [generator, generator.negate()]) {
      await expect(withChange({ delta: delta.toAffine() })).rejects.toMatchObject({ code: "key-delta" });
    }
    for (const gamma of [generator.negate(), generator.double()]) {
      await expect(withChange({ gamma: gamma.toAffine() })).rejects.toMatchObject({ code: "key-gamma" });
    }
  });

  // Verifies R-setup-points, S7.
  it("key-ic: no point is zero or occurs twice", async () => {
    await expect(withChange(withPoint(7, { x: 0n, y: 0n }))).rejects.toMatchObject({ code: "key-ic" });
    await expect(withChange(withPoint(0, { x: 0n, y: 0n }))).rejects.toMatchObject({ code: "key-ic" });
    const repeated = withPoint(3, ceremony.ic[5] ?? { x: 0n, y: 0n });
    await expect(withChange(repeated)).rejects.toMatchObject({ code: "key-ic" });
  });

  // Verifies R-setup-points, S7.
  it("key-signals: exactly eight public signals", async () => {
    await expect(withChange({ ic: ceremony.ic.slice(1) })).rejects.toMatchObject({ code: "key-signals" });
    const eight = [...ceremony.ic, G1.BASE.toAffine()];
    await expect(withChange({ ic: eight })).rejects.toMatchObject({ code: "key-signals" });
    const six = assertUsableKey({ zkeyPath: file("six.zkey") });
    await expect(six).rejects.toMatchObject({ code: "key-signals", kind: "environment" });
  });

  // Verifies R-setup-points, S7.
  it("key-point: every point is in its group", async () => {
    const off = { x: ceremony.alpha.x, y: ceremony.alpha.y + 1n };
    await expect(withChange({ alpha: off })).rejects.toMatchObject({ code: "key-point" });
    await expect(withChange(withPoint(2, off))).rejects.toMatchObject({ code: "key-point" });
    await expect(withChange({ beta: outsideG2() })).rejects.toMatchObject({ code: "key-point" });
    await expect(withChange({ delta: outsideG2() })).rejects.toMatchObject({ code: "key-point" });
  });

  // Verifies R-setup-delta.
  it("key-contributions: a key without a contribution is refused, whatever its delta", async () => {
    const bytes = readFileSync(file("ceremony.zkey"));
    // Sections lie one after the other; the number of contributions follows the circuit hash in the last one.
    const contributions = bytes.lastIndexOf(Buffer.from((await readZkey(file("ceremony.zkey"))).circuitHash)) + 64;
    bytes.writeUInt32LE(0, contributions);
    writeFileSync(file("emptied.zkey"), bytes);
    const emptied = assertUsableKey({ zkeyPath: file("emptied.zkey") });
    await expect(emptied).rejects.toMatchObject({ code: "key-contributions" });
  });

  // Verifies R-setup-circuit.
  it("key-id: the circuitId is the expected one", async () => {
    await expect(assertUsableKey({ vkey: ceremony, circuitId: circuitId(ceremony) })).resolves.toBeDefined();
    const other = assertUsableKey({ vkey: ceremony, circuitId: circuitId(development) });
    await expect(other).rejects.toMatchObject({ code: "key-id" });
  });

  // Verifies R-setup-circuit.
  it("S3: a key of another circuit of the same shape, or a patched r1cs, is refused (key-circuit)", async () => {
    const zkeyPath = file("development.zkey");
    expect(tiny.wires).toBe(twin.wires);
    const other = assertUsableKey({ zkeyPath, r1csPath: twin.r1cs });
    await expect(other).rejects.toMatchObject({ code: "key-circuit", kind: "environment" });
    const bytes = readFileSync(tiny.r1cs);
    bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1);
    writeFileSync(file("patched.r1cs"), bytes);
    const patched = assertUsableKey({ zkeyPath, r1csPath: file("patched.r1cs") });
    await expect(patched).rejects.toMatchObject({ code: "key-circuit" });
    const size = assertUsableKey({ zkeyPath: file("ceremony.zkey"), r1csPath: join(file("six"), "six.r1cs") });
    await expect(size).rejects.toMatchObject({ code: "key-circuit" });
  });

  // Verifies R-setup-development.
  it("S5: a development key is refused where none is taken, for whichever chain that is not local", async () => {
    const refused = assertUsableKey({ vkey: development, allowDevelopment: false });
    await expect(refused).rejects.toMatchObject({ code: "key-development", kind: "environment" });
    for (const chainId of [1n, 10n, 31336n, 11155111n]) {
      expect([developmentAllowed(chainId, false), developmentAllowed(chainId, true)]).toEqual([false, true]);
    }
    for (const chainId of [31337n, 1337n]) expect(developmentAllowed(chainId, false)).toBe(true);
  });
});

// Verifies R-setup-delta.
describe("a key without a second phase", () => {
  it("S1: passes snarkjs' own reading and is refused by the gate (key-delta)", async () => {
    const zkeyPath = file("no-contribution.zkey");
    await expect(withSnarkjs(() => zKey.exportVerificationKey(zkeyPath))).resolves.toMatchObject({ nPublic: 8 });
    await expect(assertUsableKey({ zkeyPath })).rejects.toMatchObject({ code: "key-delta", kind: "environment" });
  });

  it("S2: accepts (alpha, beta, -vk_x) for any signals, off chain and on chain", async () => {
    const { verifyingKey } = await readZkey(file("no-contribution.zkey"));
    const signals = ["1", "2", "3", "4", "5", "6", "7", "8"];
    const trick = (key: VerifyingKey): SnarkjsProof =>
      snarkjsProof(key.alpha, key.beta, publicPoint(key, signals).negate().toAffine());
    const forged = trick(verifyingKey);
    const verifier = await deployVerifier(verifyingKey);
    try {
      expect(await verifier.accepts(signals, forged)).toBe(true);
      expect(await withSnarkjs(() => groth16.verify(toSnarkjsKey(verifyingKey), signals, forged))).toBe(true);
      // The same trick against a key with a second phase does not work.
      expect(await withSnarkjs(() => groth16.verify(toSnarkjsKey(ceremony), signals, trick(ceremony)))).toBe(false);
    } finally {
      await verifier.close();
    }
  });
});
