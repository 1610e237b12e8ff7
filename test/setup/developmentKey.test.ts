import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bn254 } from "@noble/curves/bn254.js";
import { groth16, zKey } from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../src/formats/field.ts";
import type { CompiledCircuit } from "../../src/setup/compile.ts";
import { DEVELOPMENT_CONTRIBUTION, writeDevelopmentKey } from "../../src/setup/developmentKey.ts";
import {
  developmentCircuitHash,
  developmentProduct,
  developmentSecrets,
  isDevelopmentKey,
} from "../../src/setup/developmentSecrets.ts";
import { sha256File } from "../../src/setup/files.ts";
import { SectionFile } from "../../src/setup/sections.ts";
import { withSnarkjs } from "../../src/setup/snarkjsThreads.ts";
import { toSnarkjsKey } from "../../src/setup/verifyingKey.ts";
import { readZkey, ZKEY_SECTION } from "../../src/setup/zkey.ts";
import {
  compileTestCircuit,
  deployVerifier,
  g1Bytes,
  g2Bytes,
  prove,
  publicPoint,
  snarkjsProof,
  temporaryFolder,
  TINY_INPUT,
  TINY_SIGNALS,
  writeKnownPtau,
} from "./support.ts";

const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
const { Fp, Fr } = bn254.fields;

const folder = temporaryFolder();
let circuit: CompiledCircuit;
let own: string;

beforeAll(async () => {
  circuit = await compileTestCircuit("tiny", folder);
  own = join(folder, "own.zkey");
  await writeDevelopmentKey(circuit.r1cs, own);
});

describe("the secrets", () => {
  const bySpecification = (label: string): bigint => {
    const digest = createHash("sha256").update(`batchproof development setup: insecure by design/${label}`, "utf8");
    return BigInt(`0x${digest.digest("hex")}`) % FIELD;
  };

  it("are hashes of the seed and a label, delta also of the r1cs", async () => {
    const r1csHash = await sha256File(circuit.r1cs);
    expect(developmentSecrets(r1csHash)).toEqual({
      tau: bySpecification("tau"),
      alpha: bySpecification("alpha"),
      beta: bySpecification("beta"),
      delta: bySpecification(`delta/${r1csHash}`),
    });
  });

  it("give the product of alpha and beta that the contracts know", () => {
    const { x, y } = developmentProduct();
    const source = readFileSync("contracts/libraries/VerifyingKey.sol", "utf8");
    expect(source).toContain(`DEVELOPMENT_PRODUCT_X =\n        ${x};`);
    expect(source).toContain(`DEVELOPMENT_PRODUCT_Y =\n        ${y};`);
  });
});

describe("the key", () => {
  let theirs: string;

  beforeAll(async () => {
    theirs = join(folder, "theirs.zkey");
    const ptau = await writeKnownPtau(folder, 5, developmentSecrets(await sha256File(circuit.r1cs)));
    await withSnarkjs(() => zKey.newZKey(circuit.r1cs, ptau, theirs));
  });

  async function sections(path: string): Promise<Record<keyof typeof ZKEY_SECTION, Buffer>> {
    const file = await SectionFile.open(path, "zkey");
    try {
      const entries = Object.entries(ZKEY_SECTION).map(async ([name, id]) => [name, await file.read(id)] as const);
      return Object.fromEntries(await Promise.all(entries)) as Record<keyof typeof ZKEY_SECTION, Buffer>;
    } finally {
      await file.close();
    }
  }

  /** The points of a section times a scalar. */
  function scaled(section: Buffer, factor: bigint): Buffer {
    const coordinate = (at: number): bigint => {
      const bytes = Buffer.from(section.subarray(at, at + 32)).reverse();
      return Fp.div(BigInt(`0x${bytes.toString("hex")}`), Fp.pow(2n, 256n));
    };
    const points = Array.from({ length: section.length / 64 }, (_, i) => {
      const [x, y] = [coordinate(64 * i), coordinate(64 * i + 32)];
      return g1Bytes(x === 0n && y === 0n ? G1.ZERO : G1.fromAffine({ x, y }).multiply(factor));
    });
    return Buffer.concat(points);
  }

  it("has point by point what snarkjs makes from the same tau, alpha and beta with delta 1", async () => {
    const { delta } = developmentSecrets(await sha256File(circuit.r1cs));
    const [mine, reference] = [await sections(own), await sections(theirs)];
    for (const name of ["protocol", "ic", "coefficients", "a", "b1", "b2"] as const) {
      expect(mine[name].equals(reference[name]), name).toBe(true);
    }
    const perDelta = Fr.inv(delta);
    expect(mine.c.equals(scaled(reference.c, perDelta))).toBe(true);
    expect(mine.h.equals(scaled(reference.h, perDelta))).toBe(true);
    // The header differs in its last two points but one: delta in G1 and in G2.
    const end = mine.header.length;
    const withDelta = Buffer.concat([
      reference.header.subarray(0, end - 192),
      g1Bytes(G1.BASE.multiply(delta)),
      g2Bytes(G2.BASE.multiply(delta)),
    ]);
    expect(mine.header.equals(withDelta)).toBe(true);
  });

  // Verifies R-setup-reproducible.
  it("is the same bytes with one and with two workers", async () => {
    const hashes = [1, 2].map(async (workers) => {
      const path = join(folder, `workers-${workers}.zkey`);
      await writeDevelopmentKey(circuit.r1cs, path, { workers });
      return await sha256File(path);
    });
    expect(new Set([...(await Promise.all(hashes)), await sha256File(own)]).size).toBe(1);
  });

  it("says that it is a development key, of which r1cs, with one contribution that snarkjs can read", async () => {
    const summary = await readZkey(own);
    expect(isDevelopmentKey(summary.verifyingKey)).toBe(true);
    expect(summary.contributions).toBe(1);
    const expectedHash = Buffer.from(developmentCircuitHash(await sha256File(circuit.r1cs)));
    expect(expectedHash.equals(summary.circuitHash)).toBe(true);
    expect((await sections(own)).contributions.toString("latin1")).toContain(DEVELOPMENT_CONTRIBUTION);
    const contributed = join(folder, "contributed.zkey");
    await withSnarkjs(() => zKey.contribute(own, contributed, "somebody", "entropy"));
    const after = await readZkey(contributed);
    expect(after.contributions).toBe(2);
    expect(isDevelopmentKey(after.verifyingKey)).toBe(true);
    expect((await sections(contributed)).contributions.toString("latin1")).toContain(DEVELOPMENT_CONTRIBUTION);
  });

  it("is read by snarkjs as by us", async () => {
    const exported = await withSnarkjs(() => zKey.exportVerificationKey(own));
    const { verifyingKey } = await readZkey(own);
    expect(exported).toMatchObject(toSnarkjsKey(verifyingKey));
  });

  it("reports its progress up to the end", async () => {
    const steps = new Map<string, number>();
    await writeDevelopmentKey(circuit.r1cs, join(folder, "progress.zkey"), {
      onProgress: (step, fraction) => steps.set(step, fraction),
    });
    expect([...steps]).toEqual([
      ["constraints", 1],
      ["points", 1],
    ]);
  });

  it("is not left behind half-written when the r1cs is cut short", async () => {
    const broken = join(folder, "broken");
    const whole = readFileSync(circuit.r1cs);
    writeFileSync(`${broken}.r1cs`, whole.subarray(0, whole.length - 1));
    await expect(writeDevelopmentKey(`${broken}.r1cs`, `${broken}.zkey`)).rejects.toMatchObject({
      code: "file-format",
    });
    expect(readdirSync(folder).filter((name) => name.startsWith("broken.zkey"))).toEqual([]);
  });

  it("refuses an r1cs whose constraints name a wire that is not there", async () => {
    const broken = join(folder, "wire.r1cs");
    copyFileSync(circuit.r1cs, broken);
    const bytes = readFileSync(broken);
    const section = sectionOffset(bytes, 2);
    bytes.writeUInt32LE(1_000_000, section + 4);
    writeFileSync(broken, bytes);
    await expect(writeDevelopmentKey(broken, join(folder, "wire.zkey"))).rejects.toMatchObject({ code: "file-format" });
  });
});

/** Where the bytes of a section start in a file of sections. */
function sectionOffset(bytes: Buffer, id: number): number {
  let at = 12;
  while (bytes.readUInt32LE(at) !== id) at += 12 + Number(bytes.readBigUInt64LE(at + 4));
  return at + 12;
}

describe("proofs under a development key", () => {
  let verifier: Awaited<ReturnType<typeof deployVerifier>>;
  beforeAll(async () => {
    verifier = await deployVerifier((await readZkey(own)).verifyingKey);
  });
  afterAll(() => verifier.close());

  it("verify with snarkjs and with the Solidity verifier that snarkjs exports, and no other signals do", async () => {
    const vkey = toSnarkjsKey((await readZkey(own)).verifyingKey);
    const { proof, signals } = await prove(circuit.wasm, own, TINY_INPUT);
    expect(signals).toEqual(TINY_SIGNALS);
    await withSnarkjs(async () => {
      expect(await groth16.verify(vkey, signals, proof)).toBe(true);
      for (let i = 0; i < signals.length; i++) {
        const other = signals.with(i, String(BigInt(signals[i] ?? "") + 1n));
        expect(await groth16.verify(vkey, other, proof), `signal ${i}`).toBe(false);
        expect(await verifier.accepts(other, proof), `signal ${i}`).toBe(false);
      }
    });
    expect(await verifier.accepts(signals, proof)).toBe(true);
  });

  // Verifies R-setup-development.
  it("S6: anybody forges a proof of a false statement, which is why everything says `development`", async () => {
    const { verifyingKey } = await readZkey(own);
    const { alpha, beta, delta } = developmentSecrets(await sha256File(circuit.r1cs));
    // 35 = x * y * (x + 3) may have solutions; nobody needs to know one.
    const signals = ["35", "9", "9", "9", "9", "9", "9", "9"];
    const vkX = publicPoint(verifyingKey, signals);
    const [a, b] = [2n, 3n];
    // e(A, B) = e(alpha, beta) e(vk_x, gamma) e(C, delta), solved for C with the logarithms of alpha, beta and delta.
    const rest = G1.BASE.multiply(Fr.sub(Fr.mul(a, b), Fr.mul(alpha, beta))).subtract(vkX);
    const proof = snarkjsProof(
      G1.BASE.multiply(a).toAffine(),
      G2.BASE.multiply(b).toAffine(),
      rest.multiply(Fr.inv(delta)).toAffine(),
    );
    expect(await withSnarkjs(() => groth16.verify(toSnarkjsKey(verifyingKey), signals, proof))).toBe(true);
    expect(await verifier.accepts(signals, proof)).toBe(true);
  });
});
