import fc from "fast-check";
import encodeQR from "qr";
import { describe, expect, it } from "vitest";
import { CURVE, Point } from "../../src/formats/babyJubJub.ts";
import { toHex } from "../../src/formats/field.ts";
import { labelFromText, labelMessage, labelSigner, labelText, signLabel, type Label } from "../../src/formats/label.ts";
import type { PublicKey } from "../../src/formats/identity.ts";
import { publicKey, sign } from "../../src/formats/source.ts";
import { refused } from "../input/refused.ts";
import { VECTORS } from "./labels.ts";

const PRIVATE_KEY = Buffer.from(VECTORS.privateKey, "hex");
const KEY = { sign: (message: bigint) => sign(PRIVATE_KEY, message) };
const PUBLIC = publicKey(PRIVATE_KEY);
const OTHER = publicKey(Buffer.alloc(32, 7));
const [, GS1, ISBT] = VECTORS.labels.map(({ text }) => text) as [string, string, string];

/** The most that a label can say. */
const LONGEST: Label = {
  chainId: 999_999_999_999_999_999n,
  registry: `0x${"Ff".repeat(20)}`,
  batch: `0x${"f".repeat(64)}`,
  carrier: { scheme: "gs1", text: `(01)09501101530003(10)${"L".repeat(20)}(17)271231(21)${"S".repeat(20)}` },
};

// Verifies R-label-text.
describe("a label", () => {
  it.each(VECTORS.labels)("has the text and message of the vectors: $label.carrier.scheme", (vector) => {
    const label = { ...vector.label, chainId: BigInt(vector.label.chainId) };
    expect(toHex(labelMessage(label))).toBe(vector.message);
    expect(signLabel(label, KEY)).toBe(vector.text);
    const read = labelFromText(vector.text, "here");
    expect(read.label).toEqual(label);
    expect(labelSigner(read, [OTHER, PUBLIC])).toBe(PUBLIC);
    expect([toHex(PUBLIC.x), toHex(PUBLIC.y)]).toEqual([VECTORS.key.x, VECTORS.key.y]);
  });

  it("is read as it was written, by whomever it was signed", () => {
    const hex = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
    const chain = fc.bigInt({ min: 1n, max: 10n ** 18n - 1n });
    fc.assert(
      fc.property(
        chain,
        hex(40),
        hex(64),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (id, register, batch, key) => {
          const label = { chainId: id, registry: `0x${register}`, batch: `0x${batch}` };
          const text = signLabel(label, { sign: (message) => sign(key, message) });
          const read = labelFromText(text, "here");
          expect(labelText(read.label, read.signature)).toBe(text);
          expect({ ...read.label, registry: read.label.registry.toLowerCase() }).toEqual(label);
          expect(labelSigner(read, [publicKey(key)])).toEqual(publicKey(key));
        },
      ),
      { numRuns: 20 },
    );
  });

  it("fits a QR code of version 14 that may lose 15 % of itself, however long it is", () => {
    const modules = encodeQR(signLabel(LONGEST, KEY), "raw", { ecc: "medium", border: 1 }).length - 2;
    expect(modules).toBe(73);
    const { label } = labelFromText(signLabel(LONGEST, KEY), "here");
    expect({ ...label, registry: label.registry.toLowerCase() }).toEqual({
      ...LONGEST,
      registry: LONGEST.registry.toLowerCase(),
    });
  });
});

// Verifies R-label-text, V305.
describe("a label that was changed", () => {
  it("is not read, or is signed by nobody, whichever character is changed", () => {
    const place = fc.nat(GS1.length - 1);
    const character = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(place, character, (at, other) => {
        fc.pre(GS1[at] !== other);
        const text = GS1.slice(0, at) + other + GS1.slice(at + 1);
        let read;
        try {
          read = labelFromText(text, "here");
        } catch {
          return; // Which rule refused it, the cases below say.
        }
        expect(labelSigner(read, [PUBLIC])).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["another chain", /chain=1/, "chain=5"],
    ["another register", /register=0x./, "register=0x9"],
    ["another batch", /batch=0x./, "batch=0x9"],
    ["another bag of the same product", /\(21\)[^&]*/, "(21)OTHER"],
    ["no identifier", /&gs1=[^&]*/, ""],
  ])("is signed by nobody: %s", (_, from, to) => {
    expect(labelSigner(labelFromText(GS1.replace(from, to), "here"), [PUBLIC])).toBeUndefined();
  });

  it.each([
    ["capital letters in the batch", (text: string) => text.replace(/batch=0x[0-9a-f]+/, (s) => s.toUpperCase())],
    [
      "a checksum in the address",
      (text: string) => text.replace(/(register=0x.*)(?=&batch)/, (s) => s.replace("c", "C")),
    ],
    ["a zero before the chain", (text: string) => text.replace("chain=", "chain=0")],
    ["another order", (text: string) => text.replace(/(chain=\d+)&(register=0x[0-9a-f]+)/, "$2&$1")],
    ["a member more", (text: string) => text.replace("&batch", "&note=1&batch")],
    ["a member twice", (text: string) => text.replace(/&batch=0x[0-9a-f]+/, (s) => s + s)],
    ["another version", (text: string) => text.replace("batchproof:1", "batchproof:2")],
    ["a space before it", (text: string) => ` ${text}`],
    ["a line after it", (text: string) => `${text}\n`],
    ["a padded signature", (text: string) => `${text}==`],
    ["no signature", (text: string) => text.replace(/&sig=.*/, "")],
    ["standard base64", (text: string) => text.replace(/.$/, "+")],
    ["a link", (text: string) => `https://example.org/${text}`],
    ["too much", (text: string) => text.replace("&sig", `${"x".repeat(400)}&sig`)],
    ["nothing", () => ""],
  ])("is no label: %s", (_, change) => {
    const error = refused(() => labelFromText(change(ISBT), "here"));
    expect([error.code, error.place]).toEqual(["label", "here"]);
  });

  it("is no label with an identifier that is spelled otherwise", () => {
    const spelled = [
      "(21)SN-0001(01)09501101530003",
      "(01)09501101530004(21)SN-0001",
      "0109501101530003" + "21SN-0001",
    ];
    for (const text of spelled) {
      expect(refused(() => labelFromText(GS1.replace(/(?<=gs1=)[^&]*/, text), "here")).code).toBe("carrier");
    }
  });
});

// Verifies R-label-text, V305.
describe("a label's signature", () => {
  /** No point has this byte 32 times for its y. */
  const NO_POINT = 0x03;
  const bytes = Buffer.from(GS1.slice(-86), "base64url");
  const withBytes = (change: (copy: Buffer) => void): string => {
    const copy = Buffer.from(bytes);
    change(copy);
    return GS1.slice(0, -86) + copy.toString("base64url");
  };
  const littleEndian = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();

  it.each([
    ["its number is larger by the order of the group", (copy: Buffer) => raise(copy.subarray(32), CURVE.n)],
    ["its point is larger by the order of the field", (copy: Buffer) => raise(copy.subarray(0, 32), CURVE.p)],
    ["its point is none", (copy: Buffer) => copy.fill(NO_POINT, 0, 32)],
  ])("is none if %s", (_, change) => {
    const error = refused(() => labelFromText(withBytes(change), "here"));
    expect([error.code, error.message]).toEqual(["label", expect.stringContaining("signature")]);
  });

  it("is none with bits that base64 leaves over", () => {
    const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spare = last.charAt(last.indexOf(GS1.slice(-1)) + 1);
    expect(refused(() => labelFromText(GS1.slice(0, -1) + spare, "here")).message).toContain("signature");
  });

  it("is nobody's with the other point of the same height, and with a point of low order", () => {
    for (const text of [withBytes((copy) => copy.writeUInt8(copy.readUInt8(31) ^ 0x80, 31)), lowOrder()]) {
      expect(labelSigner(labelFromText(text, "here"), [PUBLIC, { x: 0n, y: 1n }])).toBeUndefined();
    }
  });

  it("is nobody's where the folder knows nobody", () => {
    expect(labelSigner<PublicKey>(labelFromText(GS1, "here"), [])).toBeUndefined();
  });

  function lowOrder(): string {
    return withBytes((copy) => {
      copy.fill(0).set(Point.ZERO.toBytes());
    });
  }
  function raise(half: Buffer, by: bigint): void {
    half.set(littleEndian(BigInt(`0x${Buffer.from(half).reverse().toString("hex")}`) + by));
  }
});
