import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bn254 } from "@noble/curves/bn254.js";
import { ContractFactory } from "ethers";
import { groth16, powersOfTau, type SnarkjsProof, wtns } from "snarkjs";
import { afterAll, expect, onTestFinished } from "vitest";
import { embeddedChain } from "../../src/chain/connect.ts";
import { startChild, type Child } from "../support/child.ts";
import { compileVerifier } from "../support/exportedVerifier.ts";
import { toLittleEndian } from "../../src/setup/bytes.ts";
import { packageRoot } from "../../src/root.ts";
import { withSnarkjs } from "../../src/setup/snarkjsThreads.ts";
import { type Affine, type Affine2, toSnarkjsKey, type VerifyingKey } from "../../src/setup/verifyingKey.ts";
import { type CompiledCircuit, compileCircuit } from "../../src/setup/compile.ts";

/** After this a process that does not end by itself is ended. */
const PATIENCE_MS = 30_000;

/** A folder that is removed when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "batchproof-setup-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Compiles a circuit of test/setup/circuits into `folder`. */
export async function compileTestCircuit(name: string, folder: string): Promise<CompiledCircuit> {
  return compileCircuit(name, `test/setup/circuits/${name}.circom`, folder, packageRoot());
}

/** Valid private and public inputs of tiny.circom. */
export const TINY_INPUT = { product: "36", others: ["1", "2", "3", "4", "5", "6", "7"], x: "3", y: "2" };
/** The public signals of TINY_INPUT. */
export const TINY_SIGNALS = [TINY_INPUT.product, ...TINY_INPUT.others];

const { Fp, Fr } = bn254.fields;
const montgomery = (value: bigint): Uint8Array => toLittleEndian(Fp.mul(value, Fp.pow(2n, 256n)));

type PointG1 = typeof bn254.G1.Point.BASE;
type PointG2 = typeof bn254.G2.Point.BASE;

/** A point as snarkjs stores it. */
export function g1Bytes(point: PointG1): Uint8Array {
  if (point.is0()) return new Uint8Array(64);
  const { x, y } = point.toAffine();
  return Buffer.concat([x, y].map(montgomery));
}

/** A point as snarkjs stores it. */
export function g2Bytes(point: PointG2): Uint8Array {
  const { x, y } = point.toAffine();
  return Buffer.concat([x.c0, x.c1, y.c0, y.c1].map(montgomery));
}

/**
 * Writes a powers-of-tau file for known secrets, prepared for phase 2: what snarkjs itself cannot make, so that its
 * own setup can be run with the secrets of the development setup.
 */
export async function writeKnownPtau(
  folder: string,
  power: number,
  { tau, alpha, beta }: { readonly tau: bigint; readonly alpha: bigint; readonly beta: bigint },
): Promise<string> {
  const G1 = bn254.G1.Point.BASE;
  const G2 = bn254.G2.Point.BASE;
  const count = 2 ** power;
  const powers = (length: number, factor: bigint): bigint[] =>
    Array.from({ length }, (_, i) => Fr.mul(factor, Fr.pow(tau, BigInt(i))));
  const g1 = (scalars: bigint[]): Uint8Array => Buffer.concat(scalars.map((s) => g1Bytes(G1.multiply(s))));
  const g2 = (scalars: bigint[]): Uint8Array => Buffer.concat(scalars.map((s) => g2Bytes(G2.multiply(s))));
  const header = Buffer.concat([u32(32), toLittleEndian(Fp.ORDER), u32(power), u32(power)]);
  const sections = [
    header,
    g1(powers(2 * count - 1, 1n)),
    g2(powers(count, 1n)),
    g1(powers(count, alpha)),
    g1(powers(count, beta)),
    g2([beta]),
    u32(0),
  ];
  const raw = join(folder, "known.ptau");
  writeFileSync(raw, sectionsFile("ptau", sections));
  const prepared = join(folder, "prepared.ptau");
  await powersOfTau.preparePhase2(raw, prepared);
  return prepared;
}

/** A file of sections 1, 2, 3, ... */
function sectionsFile(type: string, sections: readonly Uint8Array[]): Uint8Array {
  const parts = sections.map((bytes, i) => Buffer.concat([u32(i + 1), u64(bytes.length), bytes]));
  return Buffer.concat([Buffer.from(type, "latin1"), u32(1), u32(sections.length), ...parts]);
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** Computes the witness of an input and proves it. */
export async function prove(
  wasm: string,
  zkey: string,
  input: unknown,
): Promise<{ proof: SnarkjsProof; signals: string[] }> {
  return await withSnarkjs(async () => {
    const witness = { type: "mem" as const };
    await wtns.calculate(input, wasm, witness);
    const { proof, publicSignals } = await groth16.prove(zkey, witness);
    return { proof, signals: publicSignals };
  });
}

/** A verifying key's Solidity verifier, as snarkjs exports it, on a chain inside this process. */
export interface SolidityVerifier {
  /** False also where the call reverts. */
  readonly accepts: (signals: readonly string[], proof: SnarkjsProof) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

export async function deployVerifier(key: VerifyingKey): Promise<SolidityVerifier> {
  const chain = await embeddedChain();
  const { interface: verifier, bytecode } = compileVerifier(toSnarkjsKey(key));
  const contract = await new ContractFactory(verifier, bytecode, await chain.provider.getSigner()).deploy();
  const to = await contract.getAddress();
  return {
    accepts: async (signals, { pi_a, pi_b, pi_c }) => {
      const [x, y] = pi_b;
      const b = [x, y].map((pair) => [pair?.[1], pair?.[0]]);
      const data = verifier.encodeFunctionData("verifyProof", [pi_a.slice(0, 2), b, pi_c.slice(0, 2), signals]);
      try {
        return BigInt(await chain.provider.call({ to, data })) === 1n;
      } catch {
        return false;
      }
    },
    close: () => chain.close(),
  };
}

/** vk_x = IC_0 + sum of signal_i * IC_i: what the pairing equation sees of the signals. */
export function publicPoint(key: VerifyingKey, signals: readonly string[]): PointG1 {
  const factors = ["1", ...signals].map(BigInt);
  return key.ic
    .map((point, i) => bn254.G1.Point.fromAffine(point).multiplyUnsafe(factors[i] ?? 0n))
    .reduce((sum, point) => sum.add(point));
}

/** Three points as snarkjs writes a proof. */
export function snarkjsProof(a: Affine, b: Affine2, c: Affine): SnarkjsProof {
  const g1 = ({ x, y }: Affine): string[] => [`${x}`, `${y}`, "1"];
  return {
    protocol: "groth16",
    curve: "bn128",
    pi_a: g1(a),
    pi_b: [
      [`${b.x.c0}`, `${b.x.c1}`],
      [`${b.y.c0}`, `${b.y.c1}`],
      ["1", "0"],
    ],
    pi_c: g1(c),
  };
}

/** A point of the twisted curve that is not in G2: almost all of them are not. */
export function outsideG2(): Affine2 {
  const { Fp2 } = bn254.fields;
  const b = Fp2.div({ c0: 3n, c1: 0n }, { c0: 9n, c1: 1n });
  for (let i = 1n; ; i++) {
    const x = { c0: i, c1: 0n };
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
    try {
      return { x, y: Fp2.sqrt(square) };
    } catch {
      // Not a square: no point with this x.
    }
  }
}

/**
 * Starts a module of its own in a new process. It can import "batchproof/<file>" of the sources; its errors are shown.
 */
export function startModule(folder: string, code: string): Child {
  const file = join(mkdtempSync(join(folder, "module-")), "main.mjs");
  const source = pathToFileURL(join(packageRoot(), "src")).href;
  writeFileSync(file, code.replaceAll('"batchproof/', `"${source}/`));
  const child = startChild(process.execPath, [file], { timeout: PATIENCE_MS });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

/** What the process printed. Fails if it does not end by itself with exit code 0. */
export async function outputOf(child: Child): Promise<string> {
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [status, signal] = (await once(child, "close")) as [number | null, string | null];
  expect({ status, signal }).toEqual({ status: 0, signal: null });
  return output.trim();
}
