import { createHash } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import { inputError, type BatchproofError } from "../errors.ts";

/** An affine point of NIST P-256. */
export interface P256Point {
  readonly x: bigint;
  readonly y: bigint;
}

/**
 * The key that signed the certificates of all Berlinger and Q-tag devices seen. It was recovered from their
 * signatures (fixtures/berlinger/SOURCE.md), the maker does not publish it: a consistent issuer, not an authenticated
 * one.
 */
export const BERLINGER_ISSUER: P256Point = {
  x: 0x0aa2be1b04268b874fc00aac193a889352f57eed2a46d8c7fc98111bdcaf1966n,
  y: 0xe3be1648b9ae1a7b7e5b9afc7c4b48fd003c505cb6af749fabaac0da180cf668n,
};

/**
 * Verifies the signatures of a Fridge-tag or Q-tag export over its exact bytes: `Sig` of the device over everything
 * before it, and `Sig Cert` of the issuer over the device's certificate. ECDSA on P-256 with SHA-256, where digest, r,
 * s, x and y are little-endian. Devices write s in both halves of the group, so a low s is not demanded.
 * Errors: `fridgetag-format` (another kind of file), `fridgetag-line-ends` (CRLF converted to LF), `fridgetag-trailing`
 * (bytes after the signature), `device-signature` (changed, cut off or not signed), `device-certificate`.
 */
export function verifyFridgetag(bytes: Uint8Array, file: string, issuer: P256Point = BERLINGER_ISSUER): void {
  // One character a byte: positions in the text are positions in the file.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  refuseOtherFormats(text, file);
  const trailer = findTrailer(text, file);
  const content = bytes.subarray(0, trailer.signedEnd);
  if (!isSignedBy(keyFromHex(trailer.publicKey), trailer.signature, content)) throw tampered(file);
  const certificate = bytes.subarray(trailer.certificateStart, trailer.certificateEnd);
  if (!isSignedBy(keyFromPoint(issuer), trailer.certificateSignature, certificate)) {
    throw inputError("The device's certificate is not signed by the known issuer; nothing was imported.", {
      place: `${file}:${lineAt(text, trailer.certificateStart)}`,
      remedy: "Export the file again from the genuine device.",
      code: "device-certificate",
    });
  }
}

const OTHER_FORMATS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^\s*<(!doctype|html|\?xml)/i, "a web page or XML file"],
  [/^(\xff\xfe|\xfe\xff|.\0.\0|\0.\0.)/s, "UTF-16 text"],
  [/^%PDF-/, "a PDF"],
  [/^PK\x03\x04/, "a ZIP or spreadsheet file"],
];

/** A helpful word for a file that is plainly something else, before any talk of signatures. */
function refuseOtherFormats(text: string, file: string): void {
  const other = OTHER_FORMATS.find(([pattern]) => pattern.test(text))?.[1];
  if (other !== undefined || !/^(Device|Conf|Cert|Sig):/m.test(text)) {
    throw inputError(`This is ${other === undefined ? "" : `${other}, `}not a text export of a Fridge-tag or Q-tag.`, {
      place: `${file}:1`,
      remedy: "Import the .txt file that the device itself wrote, unopened and unchanged.",
      code: "fridgetag-format",
    });
  }
  if (!text.includes("\r") && text.includes("\nSig: ")) {
    throw inputError("The line ends were converted from CRLF to LF; the device's signature covers them.", {
      place: `${file}:1`,
      remedy: "Copy the file from the device again, in binary mode.",
      code: "fridgetag-line-ends",
    });
  }
}

/** Positions in bytes; keys and signatures as the 128 hex digits of the file. */
interface Trailer {
  readonly certificateStart: number;
  readonly certificateEnd: number;
  readonly publicKey: string;
  readonly certificateSignature: string;
  readonly signedEnd: number;
  readonly signature: string;
}

/** Groups: certificate, its public key, the line of its signature, that signature, the signature of the device. */
const TRAILER =
  /^(Cert:\r\n(?: [^\r\n]*\r\n){0,16} Public Key: ([0-9a-f]{128})\r\n)(Sig Cert: ([0-9a-f]{128})\r\n)Sig: ([0-9a-f]{128})\r\n/;

/** The certificate and the two signature lines that must end the file, exactly as a device writes them. */
function findTrailer(text: string, file: string): Trailer {
  const certificateStart = text.lastIndexOf("\r\nCert:\r\n") + 2;
  const [whole, certificate = "", publicKey = "", line = "", certificateSignature = "", signature = ""] =
    TRAILER.exec(text.slice(certificateStart)) ?? [];
  if (whole === undefined) throw tampered(file);
  const end = certificateStart + whole.length;
  if (end !== text.length) {
    throw inputError("Something follows the device's signature; nothing was imported.", {
      place: `${file}:${lineAt(text, end)}`,
      remedy: "Import the file as the device wrote it.",
      code: "fridgetag-trailing",
    });
  }
  const certificateEnd = certificateStart + certificate.length;
  const signedEnd = certificateEnd + line.length;
  return { certificateStart, certificateEnd, publicKey, certificateSignature, signedEnd, signature };
}

function tampered(file: string): BatchproofError {
  return inputError(
    "The device's signature does not fit: one or more bytes were changed or cut off after the device signed. " +
      "Nothing was imported.",
    { place: file, remedy: "Take the file from the device again; do not open or edit it.", code: "device-signature" },
  );
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

/** `key` uncompressed; `signature` as the file writes it. False also for a key off the curve or r, s out of range. */
function isSignedBy(key: Uint8Array, signature: string, message: Uint8Array): boolean {
  const digest = createHash("sha256").update(message).digest().reverse();
  return p256.verify(bigEndianHalves(signature), digest, key, { prehash: false, lowS: false });
}

function keyFromHex(publicKey: string): Uint8Array {
  return Uint8Array.of(4, ...bigEndianHalves(publicKey));
}

function keyFromPoint({ x, y }: P256Point): Uint8Array {
  return p256.Point.fromAffine({ x, y }).toBytes(false);
}

/** Two 32-byte little-endian numbers in hex, as one big-endian number after the other. */
function bigEndianHalves(hex: string): Uint8Array {
  const bytes = Buffer.from(hex, "hex");
  return Uint8Array.of(...bytes.subarray(0, 32).reverse(), ...bytes.subarray(32).reverse());
}
