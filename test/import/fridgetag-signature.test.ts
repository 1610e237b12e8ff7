import { p256 } from "@noble/curves/nist.js";
import { describe, expect, it } from "vitest";
import { BERLINGER_ISSUER, verifyFridgetag } from "../../src/import/fridgetag-signature.ts";
import { refused } from "../input/refused.ts";
import { FRIDGETAG_2, FRIDGETAG_2L, Q_TAG, TAMPERED, TEST_ISSUER, fixture, resigned } from "./logger.ts";

const verify = (bytes: Uint8Array): void => verifyFridgetag(bytes, "f.txt");
const signedLength = (bytes: Buffer): number => bytes.lastIndexOf("\r\nSig: ") + 2;
const unchanged = (content: string): string => content;

/** A reproducible sequence of numbers below 2^32. */
function* seeded(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

// Verifies R-import-signature, F9.
describe("verifyFridgetag", () => {
  it.each([FRIDGETAG_2L, FRIDGETAG_2, Q_TAG])("accepts %s", (name) => {
    expect(() => verify(fixture(name))).not.toThrow();
  });

  it("knows a point of the curve as issuer", () => {
    expect(() => p256.Point.fromAffine(BERLINGER_ISSUER).assertValidity()).not.toThrow();
  });

  it("accepts a file in the middle of a larger buffer", () => {
    const bytes = fixture(Q_TAG);
    const larger = Buffer.concat([Buffer.from("before"), bytes, Buffer.from("after")]);
    expect(() => verify(new Uint8Array(larger.buffer, larger.byteOffset + 6, bytes.length))).not.toThrow();
  });

  it("refuses the tampered file, and says that nothing was imported", () => {
    const error = refused(() => verify(fixture(TAMPERED)));
    expect(error).toMatchObject({ code: "device-signature", place: "f.txt", kind: "input" });
    expect(error.message).toMatch(/bytes were changed.*after the device signed.*Nothing was imported/);
  });

  it.each([FRIDGETAG_2, Q_TAG])("refuses any changed byte of %s (200 samples)", (name) => {
    const bytes = fixture(name);
    const random = seeded(2022);
    for (let i = 0; i < 200; i++) {
      const changed = Buffer.from(bytes);
      const position = random.next().value % signedLength(bytes);
      changed[position] = ((changed[position] ?? 0) + 1 + (random.next().value % 255)) % 256;
      expect(refused(() => verify(changed)).code, `byte ${position}`).toBe("device-signature");
    }
  });

  it("refuses a changed byte of the signature itself, also a hex digit's case", () => {
    const bytes = fixture(Q_TAG);
    for (let position = signedLength(bytes); position < bytes.length; position++) {
      const changed = Buffer.from(bytes);
      changed[position] = (changed[position] ?? 0) ^ 0x20;
      expect(refused(() => verify(changed)).code, `byte ${position}`).toBe("device-signature");
    }
  });

  it.each([
    ["one reading", "\t2022-11-08 05:59\t1.6\tx\r\n", ""],
    ["a flag", "\t1.6\tx", "\t1.6\t"],
    ["the zone", "Zone: 0.00", "Zone: 1.00"],
    ["the whole certificate", /Cert:\r\n.*(?=Sig: )/s, ""],
    ["the signature line", /Sig: [0-9a-f]+\r\n/, ""],
    ["the last line end", /\r\n$/, ""],
    ["half of the signature", /.{64}\r\n$/s, "\r\n"],
  ] as const)("refuses a file without or with another %s", (_, from, to) => {
    const changed = fixture(Q_TAG).toString("latin1").replace(from, to);
    expect(refused(() => verify(Buffer.from(changed, "latin1"))).code).toBe("device-signature");
  });

  it.each([
    ["r", "0".repeat(64), 0],
    ["s", "0".repeat(64), 64],
    ["r", "f".repeat(64), 0],
  ])("refuses a signature with a worthless %s of %s", (_, half, at) => {
    const text = fixture(Q_TAG).toString("latin1");
    const start = text.lastIndexOf("Sig: ") + 5 + at;
    const changed = text.slice(0, start) + half + text.slice(start + 64);
    expect(refused(() => verify(Buffer.from(changed, "latin1"))).code).toBe("device-signature");
  });

  it("refuses a key that is no point, without a crash", () => {
    const text = fixture(Q_TAG)
      .toString("latin1")
      .replace(/Public Key: [0-9a-f]{8}/, "Public Key: 00000000");
    expect(refused(() => verify(Buffer.from(text, "latin1"))).code).toBe("device-signature");
  });

  it("refuses a file that another key signed and certified", () => {
    const bytes = resigned(Q_TAG, unchanged);
    expect(() => verifyFridgetag(bytes, "f.txt", TEST_ISSUER)).not.toThrow();
    expect(refused(() => verify(bytes))).toMatchObject({ code: "device-certificate", place: "f.txt:196" });
  });

  it("refuses a genuine certificate on a file that another key signed", () => {
    const real = fixture(Q_TAG).toString("latin1");
    const forged = resigned(Q_TAG, unchanged).toString("latin1");
    const mixed = forged.replace(/Cert:\r\n.*(?=Sig: )/s, /Cert:\r\n.*(?=Sig: )/s.exec(real)?.[0] ?? "");
    expect(refused(() => verify(Buffer.from(mixed, "latin1"))).code).toBe("device-signature");
  });

  it("refuses bytes after the signature", () => {
    for (const more of ["\r\n", " ", "\0", "Data:\r\n\t2022-11-08 05:59\t1.6\tx\r\n"]) {
      const error = refused(() => verify(Buffer.concat([fixture(Q_TAG), Buffer.from(more)])));
      expect(error).toMatchObject({ code: "fridgetag-trailing", place: "f.txt:205" });
    }
  });

  it("names converted line ends", () => {
    const changed = fixture(Q_TAG).toString("latin1").replaceAll("\r\n", "\n");
    const error = refused(() => verify(Buffer.from(changed, "latin1")));
    expect(error).toMatchObject({ code: "fridgetag-line-ends", place: "f.txt:1" });
    expect(error.remedy).toContain("binary");
  });

  it.each([
    ["a web page", Buffer.from("\n<!DOCTYPE html><html><body>Not found</body></html>"), "web page"],
    ["UTF-16 with a mark", Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from("Device: x", "utf16le")]), "UTF-16"],
    ["UTF-16 without a mark", Buffer.from("Device: Q-tag", "utf16le"), "UTF-16"],
    ["a PDF", Buffer.from("%PDF-1.4\nCert:\n"), "PDF"],
    ["a spreadsheet", Buffer.from("PK\x03\x04\nCert:\n"), "ZIP"],
    ["a table", Buffer.from("time,temperature\r\n2022-01-01,5.0\r\n"), "not a text export"],
    ["noise", Buffer.from("ffffffff00", "hex"), "not a text export"],
  ])("says what is wrong with %s", (_, bytes, words) => {
    const error = refused(() => verify(bytes));
    expect(error).toMatchObject({ code: "fridgetag-format", place: "f.txt:1" });
    expect(error.message).toContain(words);
  });

  // Verifies F2.
  it("stays fast and bounded on hostile megabytes", () => {
    const megabytes = 8 * 2 ** 20;
    for (const bytes of [
      Buffer.alloc(megabytes, " "),
      Buffer.from(`Device: x\r\nCert:\r\n${" a\r\n".repeat(megabytes / 4)}`),
      Buffer.from("\r\nCert:\r\n Public Key: ".repeat(megabytes / 24)),
    ]) {
      const start = performance.now();
      expect(refused(() => verify(bytes)).code).toMatch(/fridgetag-format|device-signature/);
      expect(performance.now() - start).toBeLessThan(5_000);
    }
  });
});
