import { rename, rm } from "node:fs/promises";
import { bn254 } from "@noble/curves/bn254.js";
import { FIELD } from "../formats/field.ts";
import { toLittleEndian } from "./bytes.ts";
import { type Curve, loadCurve } from "./curve.ts";
import { AFFINE_BYTES, CurveArena, SCALAR_BYTES } from "./curveArena.ts";
import { developmentCircuitHash, developmentSecrets } from "./developmentSecrets.ts";
import { sha256File } from "./files.ts";
import { FixedBasePool } from "./fixedBasePool.ts";
import { type Progress } from "./progress.ts";
import { combine, domainPower, evaluateWires, lagrange, oddLagrange } from "./qap.ts";
import { parseR1csHeader, type R1csHeader } from "./r1cs.ts";
import { SectionFile, SectionWriter } from "./sections.ts";
import { GROTH16, ZKEY_SECTION } from "./zkey.ts";

/** What the one contribution record of a development key calls itself (snarkjs keeps at most 64 characters). */
export const DEVELOPMENT_CONTRIBUTION = "DEVELOPMENT KEY: insecure by design, its secrets are public";

export interface DevelopmentKeyOptions {
  /** Worker threads; all processors if not given. The key does not depend on it. */
  readonly workers?: number;
  readonly onProgress?: Progress;
}

/**
 * Writes the development key of an `.r1cs` file as a standard snarkjs Groth16 `.zkey`, to a temporary name first. The
 * same r1cs gives the same bytes on every machine. Throws `file-format` for anything but a BN254 r1cs.
 */
export async function writeDevelopmentKey(
  r1csPath: string,
  zkeyPath: string,
  { workers, onProgress = (): void => undefined }: DevelopmentKeyOptions = {},
): Promise<void> {
  const r1csHash = await sha256File(r1csPath);
  const r1cs = await SectionFile.open(r1csPath, "r1cs");
  const temporary = `${zkeyPath}.${process.pid}.tmp`;
  try {
    const header = await parseR1csHeader(r1cs);
    const curve = loadCurve();
    const expected = { g1: 2 ** domainPower(header) + 3 * header.wires, g2: header.wires };
    const total = expected.g1 + expected.g2;
    let done = 0;
    const pool = new FixedBasePool(curve.code, expected, {
      ...(workers === undefined ? {} : { workers }),
      onBatch: (count) => onProgress("points", Math.min(1, (done += count) / total)),
    });
    const zkey = await SectionWriter.create(temporary, "zkey", Object.keys(ZKEY_SECTION).length);
    try {
      await writeSections({ r1cs, header, r1csHash, curve, pool, zkey, onProgress });
    } finally {
      await pool.close();
      await zkey.close();
    }
    await rename(temporary, zkeyPath);
  } finally {
    await r1cs.close();
    await rm(temporary, { force: true });
  }
}

interface Work {
  readonly r1cs: SectionFile;
  readonly header: R1csHeader;
  readonly r1csHash: string;
  readonly curve: Curve;
  readonly pool: FixedBasePool;
  readonly zkey: SectionWriter;
  readonly onProgress: Progress;
}

/** Formulas: Groth16, eprint 2016/260, section 3.2, with gamma = 1 and snarkjs' basis for the quotient. */
async function writeSections({ r1cs, header, r1csHash, curve, pool, zkey, onProgress }: Work): Promise<void> {
  const { tau, alpha, beta, delta } = developmentSecrets(r1csHash);
  const { wires, publicSignals, constraints } = header;
  const rows = 2 ** domainPower(header);
  const arena = new CurveArena(curve.code);
  const basis = lagrange(arena, curve, domainPower(header), tau);
  const quotient = oddLagrange(arena, curve, domainPower(header), tau, bn254.fields.Fr.inv(delta));

  await zkey.section(ZKEY_SECTION.protocol, u32(GROTH16));
  await zkey.begin(ZKEY_SECTION.coefficients);
  await zkey.append(u32(0));
  // The workers multiply for the quotient while this thread sums the wires.
  const [h, g1, g2, { values, entries }] = await Promise.all([
    pool.multiply("g1", arena.bytes(quotient, rows * SCALAR_BYTES)),
    pool.multiply("g1", Buffer.concat([1n, alpha, beta, delta].map(toLittleEndian))),
    pool.multiply("g2", Buffer.concat([1n, beta, delta].map(toLittleEndian))),
    evaluateWires(arena, r1cs, header, basis, {
      onEntries: (bytes) => zkey.append(bytes),
      onRow: (row) => onProgress("constraints", row / constraints),
    }),
  ]);
  await zkey.end(u32(entries));

  const [one1, alpha1, beta1, delta1] = split(g1, AFFINE_BYTES.g1);
  const [one2, beta2, delta2] = split(g2, AFFINE_BYTES.g2);
  await zkey.section(
    ZKEY_SECTION.header,
    ...[u32(32), toLittleEndian(bn254.fields.Fp.ORDER), u32(32), toLittleEndian(FIELD)],
    ...[u32(wires), u32(publicSignals), u32(rows)],
    ...[alpha1, beta1, beta2, one2, delta1, delta2],
  );

  const firstPrivate = publicSignals + 1;
  const [ic, a, b1, b2, c] = await Promise.all([
    pool.multiply("g1", combine(arena, values, { alpha, beta, divisor: 1n }, 0, firstPrivate)),
    pool.multiply("g1", arena.bytes(values.a, wires * SCALAR_BYTES)),
    pool.multiply("g1", arena.bytes(values.b, wires * SCALAR_BYTES)),
    pool.multiply("g2", arena.bytes(values.b, wires * SCALAR_BYTES)),
    pool.multiply("g1", combine(arena, values, { alpha, beta, divisor: delta }, firstPrivate, wires)),
  ]);
  await zkey.section(ZKEY_SECTION.ic, ic);
  await zkey.section(ZKEY_SECTION.a, a);
  await zkey.section(ZKEY_SECTION.b1, b1);
  await zkey.section(ZKEY_SECTION.b2, b2);
  await zkey.section(ZKEY_SECTION.c, c);
  await zkey.section(ZKEY_SECTION.h, h);

  // One contribution: delta once applied to the generators. Its transcript is empty: nobody drew it at random.
  const name = Buffer.from(DEVELOPMENT_CONTRIBUTION, "utf8");
  await zkey.section(
    ZKEY_SECTION.contributions,
    ...[developmentCircuitHash(r1csHash), u32(1)],
    ...[delta1, one1, delta1, delta2, new Uint8Array(64), u32(0)],
    ...[u32(name.length + 2), Uint8Array.of(CONTRIBUTION_NAME, name.length), name],
  );
}

/** Type of the parameter of a contribution record that holds its name. */
const CONTRIBUTION_NAME = 1;

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Consecutive pieces of `size` bytes. */
function split(bytes: Uint8Array, size: number): [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  return [0, 1, 2, 3].map((i) => bytes.subarray(i * size, (i + 1) * size)) as ReturnType<typeof split>;
}
