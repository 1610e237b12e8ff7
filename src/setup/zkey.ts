import { bn254 } from "@noble/curves/bn254.js";
import { FIELD } from "../formats/field.ts";
import { littleEndian } from "./bytes.ts";
import { malformed, SectionFile } from "./sections.ts";
import type { Affine, Affine2, VerifyingKey } from "./verifyingKey.ts";

/** Section ids of a snarkjs Groth16 `.zkey`. */
export const ZKEY_SECTION = {
  protocol: 1,
  header: 2,
  ic: 3,
  coefficients: 4,
  a: 5,
  b1: 6,
  b2: 7,
  c: 8,
  h: 9,
  contributions: 10,
} as const;

/** The number that section 1 holds for Groth16. */
export const GROTH16 = 1;

/** What a `.zkey` says about itself, without the points that only the prover needs. */
export interface ZkeySummary {
  readonly verifyingKey: VerifyingKey;
  readonly wires: number;
  readonly domainSize: number;
  /** 64 bytes: snarkjs' circuit hash, or `developmentCircuitHash`. */
  readonly circuitHash: Uint8Array;
  readonly contributions: number;
}

const { Fp } = bn254.fields;
/** Coordinates are kept times 2^256 (Montgomery form). */
const FROM_MONTGOMERY = Fp.inv(Fp.pow(2n, 256n));

/** Reads a Groth16 BN254 `.zkey`. Throws `file-format` for anything else. Does not judge the key: see the key gate. */
export async function readZkey(path: string): Promise<ZkeySummary> {
  const file = await SectionFile.open(path, "zkey");
  try {
    const protocol = await file.read(ZKEY_SECTION.protocol);
    if (protocol.length !== 4 || protocol.readUInt32LE(0) !== GROTH16) throw malformed(path, "it is not a Groth16 key");
    const header = new Cursor(path, await file.read(ZKEY_SECTION.header));
    if (header.u32() !== 32 || header.integer() !== Fp.ORDER || header.u32() !== 32 || header.integer() !== FIELD) {
      throw malformed(path, "its curve is not BN254");
    }
    const wires = header.u32();
    const publicSignals = header.u32();
    const domainSize = header.u32();
    const alpha = header.g1();
    header.g1(); // beta in G1: only the prover needs it
    const beta = header.g2();
    const gamma = header.g2();
    header.g1(); // delta in G1
    const delta = header.g2();

    const icBytes = await file.read(ZKEY_SECTION.ic);
    if (icBytes.length !== (publicSignals + 1) * 64) throw malformed(path, "its IC section has another size");
    const points = new Cursor(path, icBytes);
    const ic = Array.from({ length: publicSignals + 1 }, () => points.g1());

    const record = new Cursor(path, await file.read(ZKEY_SECTION.contributions, 68));
    const circuitHash = record.bytes(64);
    return {
      verifyingKey: { alpha, beta, gamma, delta, ic },
      wires,
      domainSize,
      circuitHash,
      contributions: record.u32(),
    };
  } finally {
    await file.close();
  }
}

/** Reads little-endian values one after the other. */
class Cursor {
  readonly #path: string;
  readonly #buffer: Buffer;
  #at = 0;

  constructor(path: string, buffer: Buffer) {
    this.#path = path;
    this.#buffer = buffer;
  }

  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#buffer.length) throw malformed(this.#path, "a section ends early");
    const bytes = this.#buffer.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  u32(): number {
    return Number(littleEndian(this.bytes(4)));
  }

  integer(): bigint {
    return littleEndian(this.bytes(32));
  }

  #coordinate(): bigint {
    return Fp.mul(this.integer(), FROM_MONTGOMERY);
  }

  g1(): Affine {
    return { x: this.#coordinate(), y: this.#coordinate() };
  }

  g2(): Affine2 {
    return { x: this.#quadratic(), y: this.#quadratic() };
  }

  #quadratic(): { c0: bigint; c1: bigint } {
    return { c0: this.#coordinate(), c1: this.#coordinate() };
  }
}
