import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";
import { keccak256 } from "ethers";
import type { SnarkjsVerifyingKey } from "../formats/snarkjs.ts";
import { inputError } from "../errors.ts";
import { readBytes } from "../input/files.ts";
import { toBigEndian } from "./bytes.ts";

/** A point of G1. The zero point is (0, 0), as on chain. */
export interface Affine {
  readonly x: bigint;
  readonly y: bigint;
}

/** An element c0 + c1*i of the quadratic field. */
export interface Quadratic {
  readonly c0: bigint;
  readonly c1: bigint;
}

/** A point of G2. The zero point has all coordinates 0. */
export interface Affine2 {
  readonly x: Quadratic;
  readonly y: Quadratic;
}

/** A Groth16 verifying key over BN254; `ic` has one point for the constant and one for each public signal. */
export interface VerifyingKey {
  readonly alpha: Affine;
  readonly beta: Affine2;
  readonly gamma: Affine2;
  readonly delta: Affine2;
  readonly ic: readonly Affine[];
}

const WORD_BYTES = 32;
/** alpha: 2 words; beta, gamma, delta: 4 each. */
const FIXED_WORDS = 14;

/**
 * The canonical encoding, the one that the chain stores: big-endian 32-byte words alpha.x, alpha.y; beta, gamma, delta
 * each as x.c1, x.c0, y.c1, y.c0 (imaginary part first, as the EVM's precompiles take it); then x, y of each IC point.
 * 1,024 bytes for eight public signals.
 */
export function encodeVerifyingKey(key: VerifyingKey): Uint8Array {
  const words = [
    ...[key.alpha.x, key.alpha.y],
    ...[key.beta, key.gamma, key.delta].flatMap(({ x, y }) => [x.c1, x.c0, y.c1, y.c0]),
    ...key.ic.flatMap(({ x, y }) => [x, y]),
  ];
  return concatBytes(...words.map(toBigEndian));
}

/** The inverse of `encodeVerifyingKey`. Throws `vkey-format` for a wrong length. */
export function decodeVerifyingKey(bytes: Uint8Array): VerifyingKey {
  const count = bytes.length / WORD_BYTES;
  if (!Number.isInteger(count) || count < FIXED_WORDS + 2 || count % 2 !== 0) {
    throw inputError(`An encoded verifying key has another length than ${bytes.length} bytes.`, {
      code: "vkey-format",
    });
  }
  const word = (i: number): bigint => BigInt(`0x${bytesToHex(bytes.subarray(i * WORD_BYTES, (i + 1) * WORD_BYTES))}`);
  const g1 = (i: number): Affine => ({ x: word(i), y: word(i + 1) });
  const g2 = (i: number): Affine2 => ({
    x: { c0: word(i + 1), c1: word(i) },
    y: { c0: word(i + 3), c1: word(i + 2) },
  });
  const ic = Array.from({ length: (count - FIXED_WORDS) / 2 }, (_, i) => g1(FIXED_WORDS + 2 * i));
  return { alpha: g1(0), beta: g2(2), gamma: g2(6), delta: g2(10), ic };
}

/** The identity of a circuit everywhere (chain, lock file, proof envelopes): keccak256 of the encoded key, 0x hex. */
export function circuitId(key: VerifyingKey): string {
  return keccak256(encodeVerifyingKey(key));
}

/**
 * The key as snarkjs writes it into `verification_key.json`, but for the pairing of alpha and beta, which no verifier
 * reads.
 */
export function toSnarkjsKey(key: VerifyingKey): SnarkjsVerifyingKey {
  const g1 = ({ x, y }: Affine): string[] => (x === 0n && y === 0n ? ["0", "1", "0"] : [`${x}`, `${y}`, "1"]);
  const g2 = ({ x, y }: Affine2): string[][] => [
    [`${x.c0}`, `${x.c1}`],
    [`${y.c0}`, `${y.c1}`],
    ["1", "0"],
  ];
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: key.ic.length - 1,
    vk_alpha_1: g1(key.alpha),
    vk_beta_2: g2(key.beta),
    vk_gamma_2: g2(key.gamma),
    vk_delta_2: g2(key.delta),
    IC: key.ic.map(g1),
  };
}

/**
 * Reads a parsed `verification_key.json`. Throws `vkey-format` with `place` for anything but a Groth16 BN254 key with
 * affine points. Does not judge the key: see the key gate.
 */
export function fromSnarkjsKey(json: unknown, place = "verifying key"): VerifyingKey {
  const refuse = (where: string): never => {
    throw inputError("This is not a Groth16 verifying key over BN254.", {
      place: `${place}#/${where}`,
      code: "vkey-format",
    });
  };
  const object = isRecord(json) ? json : refuse("");
  const integers = (value: unknown, length: number, where: string): bigint[] => {
    if (!Array.isArray(value) || value.length !== length) return refuse(where);
    return value.map((item) => (typeof item === "string" && /^[0-9]{1,78}$/.test(item) ? BigInt(item) : refuse(where)));
  };
  const g1 = (value: unknown, where: string): Affine => {
    const [x, y, z] = integers(value, 3, where) as [bigint, bigint, bigint];
    if (z === 1n) return { x, y };
    return x === 0n && y === 1n && z === 0n ? { x: 0n, y: 0n } : refuse(where);
  };
  const g2 = (where: string): Affine2 => {
    const value = object[where];
    if (!Array.isArray(value) || value.length !== 3) return refuse(where);
    const [x, y, z] = value.map((pair) => integers(pair, 2, where)) as [bigint, bigint][];
    if (x === undefined || y === undefined || z?.[0] !== 1n || z[1] !== 0n) return refuse(where);
    return { x: { c0: x[0], c1: x[1] }, y: { c0: y[0], c1: y[1] } };
  };
  if (object.protocol !== "groth16") return refuse("protocol");
  if (object.curve !== "bn128") return refuse("curve");
  const ic = object.IC;
  if (!Array.isArray(ic) || ic.length === 0 || ic.length - 1 !== object.nPublic) return refuse("IC");
  return {
    alpha: g1(object.vk_alpha_1, "vk_alpha_1"),
    beta: g2("vk_beta_2"),
    gamma: g2("vk_gamma_2"),
    delta: g2("vk_delta_2"),
    ic: ic.map((point, i) => g1(point, `IC/${i}`)),
  };
}

/** Reads a `verification_key.json` file. Throws as `readBytes` and `fromSnarkjsKey`. */
export async function readVerifyingKey(path: string): Promise<VerifyingKey> {
  return fromSnarkjsKey(parseJson(Buffer.from(await readBytes(path)).toString("utf8")), path);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
