import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keccak256 } from "ethers";
import { zKey } from "snarkjs";
import { beforeAll, describe, expect, it } from "vitest";
import { writeDevelopmentKey } from "../../src/setup/developmentKey.ts";
import { readR1csHeader } from "../../src/setup/r1cs.ts";
import { withSnarkjs } from "../../src/setup/snarkjsThreads.ts";
import {
  circuitId,
  decodeVerifyingKey,
  encodeVerifyingKey,
  fromSnarkjsKey,
  readVerifyingKey,
  toSnarkjsKey,
  type VerifyingKey,
} from "../../src/setup/verifyingKey.ts";
import { readZkey } from "../../src/setup/zkey.ts";
import { compileTestCircuit, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const zkey = join(folder, "tiny.zkey");
let r1cs: string;
let key: VerifyingKey;

beforeAll(async () => {
  ({ r1cs } = await compileTestCircuit("tiny", folder));
  await writeDevelopmentKey(r1cs, zkey);
  key = (await readZkey(zkey)).verifyingKey;
});

/** A key whose every word is another small number: the n-th word of the encoding is n. */
const NUMBERED: VerifyingKey = {
  alpha: { x: 0n, y: 1n },
  beta: { x: { c1: 2n, c0: 3n }, y: { c1: 4n, c0: 5n } },
  gamma: { x: { c1: 6n, c0: 7n }, y: { c1: 8n, c0: 9n } },
  delta: { x: { c1: 10n, c0: 11n }, y: { c1: 12n, c0: 13n } },
  ic: Array.from({ length: 8 }, (_, i) => ({ x: BigInt(14 + 2 * i), y: BigInt(15 + 2 * i) })),
};

// Verifies R-format-circuitid.
describe("the canonical encoding", () => {
  it("has the words in the EVM's order, imaginary part first, 960 bytes", () => {
    const encoded = Buffer.from(encodeVerifyingKey(NUMBERED));
    expect(encoded.length).toBe(960);
    for (let i = 0; i < 30; i++) {
      expect(BigInt(`0x${encoded.toString("hex", 32 * i, 32 * i + 32)}`), `word ${i}`).toBe(BigInt(i));
    }
  });

  it("is read back", () => {
    expect(decodeVerifyingKey(encodeVerifyingKey(NUMBERED))).toEqual(NUMBERED);
    expect(decodeVerifyingKey(encodeVerifyingKey(key))).toEqual(key);
  });

  it.each([0, 32 * 14, 32 * 29, 959, 961])("is refused with %i bytes (vkey-format)", (length) => {
    expect(() => decodeVerifyingKey(new Uint8Array(length))).toThrow(expect.objectContaining({ code: "vkey-format" }));
  });

  it("gives the circuitId by keccak256", () => {
    expect(circuitId(key)).toBe(keccak256(encodeVerifyingKey(key)));
    expect(circuitId({ ...key, alpha: { ...key.alpha, y: key.alpha.y + 1n } })).not.toBe(circuitId(key));
  });

  // Verifies R-setup-reproducible.
  it("pins the key of the tiny circuit: the same on every machine", () => {
    expect(circuitId(key)).toBe("0xe1ec12c8491642331fd5b31e12646cedb6e40dd905ff1a715c85ca8ee435fe9e");
  });
});

describe("verification_key.json", () => {
  it("of snarkjs is read, and ours says the same", async () => {
    const exported = await withSnarkjs(() => zKey.exportVerificationKey(zkey));
    expect(fromSnarkjsKey(exported)).toEqual(key);
    expect(fromSnarkjsKey(toSnarkjsKey(key))).toEqual(key);
  });

  it("may hold the zero point, for the key gate to judge", () => {
    const zero = { ...key, ic: key.ic.with(1, { x: 0n, y: 0n }) };
    expect(toSnarkjsKey(zero).IC[1]).toEqual(["0", "1", "0"]);
    expect(fromSnarkjsKey(toSnarkjsKey(zero))).toEqual(zero);
  });

  const mangled: readonly [string, (json: Record<string, unknown>) => void, string][] = [
    ["another protocol", (json) => (json.protocol = "plonk"), "protocol"],
    ["another curve", (json) => (json.curve = "bls12381"), "curve"],
    ["another count", (json) => (json.nPublic = 9), "IC"],
    ["no IC", (json) => delete json.IC, "IC"],
    ["an empty IC", (json) => Object.assign(json, { IC: [], nPublic: -1 }), "IC"],
    ["no alpha", (json) => delete json.vk_alpha_1, "vk_alpha_1"],
    ["a number", (json) => (json.vk_alpha_1 = [1, 2, 1]), "vk_alpha_1"],
    ["hexadecimal", (json) => (json.vk_alpha_1 = ["0x1", "2", "1"]), "vk_alpha_1"],
    ["a projective point", (json) => (json.vk_alpha_1 = ["1", "2", "3"]), "vk_alpha_1"],
    ["a point of two", (json) => (json.vk_alpha_1 = ["1", "2"]), "vk_alpha_1"],
    ["G1 for G2", (json) => (json.vk_delta_2 = json.vk_alpha_1), "vk_delta_2"],
    [
      "a projective point of G2",
      (json) =>
        (json.vk_beta_2 = [
          ["1", "2"],
          ["3", "4"],
          ["1", "1"],
        ]),
      "vk_beta_2",
    ],
    [
      "two coordinates of G2",
      (json) =>
        (json.vk_gamma_2 = [
          ["1", "2"],
          ["3", "4"],
        ]),
      "vk_gamma_2",
    ],
  ];
  it.each(mangled)("with %s is refused (vkey-format)", (_, mangle, where) => {
    const json = toSnarkjsKey(key) as unknown as Record<string, unknown>;
    mangle(json);
    expect(() => fromSnarkjsKey(json, "key.json")).toThrow(
      expect.objectContaining({ code: "vkey-format", place: `key.json#/${where}` }),
    );
  });

  it("that is not an object or not JSON is refused (vkey-format)", async () => {
    for (const json of [undefined, null, 1, "key", []]) {
      expect(() => fromSnarkjsKey(json)).toThrow(expect.objectContaining({ code: "vkey-format" }));
    }
    const path = join(folder, "page.json");
    writeFileSync(path, "<html></html>");
    await expect(readVerifyingKey(path)).rejects.toMatchObject({ code: "vkey-format", place: `${path}#/` });
  });
});

// Verifies S4.
describe("binary files that are not what they should be (file-format)", () => {
  const changed = (source: string, change: (bytes: Buffer) => Buffer): string => {
    const path = join(folder, "changed");
    writeFileSync(path, change(readFileSync(source)));
    return path;
  };
  const patch = (source: string, offset: number, value: number): string =>
    changed(source, (bytes) => {
      bytes.writeUInt32LE(value, offset);
      return bytes;
    });

  it("zkey: empty, cut anywhere, other type, version, protocol, field, or a section twice", async () => {
    const size = readFileSync(zkey).length;
    const paths = [
      () => changed(zkey, () => Buffer.alloc(0)),
      () => changed(zkey, () => Buffer.from("<html></html>".repeat(100))),
      ...[4, 11, 13, 100, size - 1].map((end) => () => changed(zkey, (bytes) => bytes.subarray(0, end))),
      () => patch(zkey, 4, 2),
      // Section 1 starts at 12: id, size (8 bytes), protocol.
      () => patch(zkey, 12, 2),
      () => patch(zkey, 24, 2),
      () => patch(zkey, 8, 9),
      () => r1cs,
    ];
    for (const path of paths) await expect(readZkey(path())).rejects.toMatchObject({ code: "file-format" });
  });

  it("zkey of another curve", async () => {
    const header = (bytes: Buffer): number => {
      let at = 12;
      while (bytes.readUInt32LE(at) !== 2) at += 12 + Number(bytes.readBigUInt64LE(at + 4));
      return at + 12;
    };
    const path = changed(zkey, (bytes) => {
      bytes.writeUInt8(bytes.readUInt8(header(bytes) + 4) ^ 1, header(bytes) + 4);
      return bytes;
    });
    await expect(readZkey(path)).rejects.toMatchObject({ code: "file-format", kind: "environment" });
  });

  it("r1cs: another field, a zkey, an HTML page", async () => {
    const field = changed(r1cs, (bytes) => {
      const prime = bytes.indexOf(Buffer.from("010000f093f5e143", "hex"));
      bytes.writeUInt8(3, prime);
      return bytes;
    });
    for (const path of [field, zkey]) await expect(readR1csHeader(path)).rejects.toMatchObject({ code: "file-format" });
    const page = changed(r1cs, () => Buffer.from("<html></html>"));
    await expect(readR1csHeader(page)).rejects.toMatchObject({ code: "file-format" });
  });
});
