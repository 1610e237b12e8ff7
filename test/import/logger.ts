import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { p256 } from "@noble/curves/nist.js";
import type { P256Point } from "../../src/import/fridgetag-signature.ts";

/** The real exports of fixtures/berlinger, and a test device that signs what real ones never wrote. */

export const FRIDGETAG_2L = "fridgetag2L_130500109088_202206081014.txt";
export const FRIDGETAG_2 = "fridgetag2_130400191542_202302140605.txt";
export const Q_TAG = "qtagCLm_RCPJ00010_02_202211090128.txt";
export const TAMPERED = "fridgetag2L_test_TRUNCATED_bad_signature.txt";

export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/berlinger/${name}`, import.meta.url));
}

const DEVICE_KEY = Uint8Array.from({ length: 32 }, () => 7);
const ISSUER_KEY = Uint8Array.from({ length: 32 }, () => 9);

/** The issuer of the test device's certificate. */
export const TEST_ISSUER: P256Point = p256.Point.BASE.multiply(p256.Point.Fn.fromBytes(ISSUER_KEY)).toAffine();

/** The content of a real export up to its certificate, with CRLF, changed and signed by the test device. */
export function resigned(name: string, change: (content: string) => string): Buffer {
  const real = fixture(name).toString("latin1");
  const content = change(real.slice(0, real.lastIndexOf("Cert:\r\n")));
  const certificate = `Cert:\r\n Vers: 1.0\r\n Lot: test\r\n Issuer: Test\r\n Valid from: 2020-01-01 00:00\r\n Owner: Test\r\n Public Key: ${publicKey(DEVICE_KEY)}\r\n`;
  const certified = `${certificate}Sig Cert: ${sign(certificate, ISSUER_KEY)}\r\n`;
  return Buffer.from(`${content}${certified}Sig: ${sign(content + certified, DEVICE_KEY)}\r\n`, "latin1");
}

function sign(text: string, key: Uint8Array): string {
  const digest = createHash("sha256").update(text, "latin1").digest().reverse();
  return littleEndianHalves(p256.sign(digest, key, { prehash: false }));
}

function publicKey(key: Uint8Array): string {
  return littleEndianHalves(p256.getPublicKey(key, false).subarray(1));
}

function littleEndianHalves(bytes: Uint8Array): string {
  const halves = [bytes.subarray(0, 32), bytes.subarray(32)];
  return halves.map((half) => Buffer.from(half).reverse().toString("hex")).join("");
}
