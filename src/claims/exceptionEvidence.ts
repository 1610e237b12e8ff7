import { createHash, hkdfSync } from "node:crypto";
import type { Batch } from "../batch/batch.ts";
import { EVIDENCE, isMissingEvidence } from "../batch/evidence.ts";
import type { Claim } from "../policy/document.ts";

/** What an exception commits to where there is nothing to show: no evidence was ever imported. */
export const NO_EVIDENCE = `0x${"0".repeat(64)}`;

/**
 * The public commitment to a claim's evidence: salted Merkle root (SHA-256, 0x hex) over the lines of the raw files (of a
 * custody claim: of the exported hand-off) and the signatures on it, so that evidence that fails, of which no proof can be
 * made, can still be disclosed line by line and checked. Leaf k = sha256(0x00, salt_k, bytes), node = sha256(0x01, left,
 * right), an odd node moves up. The salts come from the record's secret by HKDF. NO_EVIDENCE if there is none yet.
 */
export async function exceptionEvidence(batch: Batch, claim: Claim): Promise<string> {
  const exhibit = await EVIDENCE[claim.kind].exhibit(batch, claim).catch((error: unknown) => {
    if (isMissingEvidence(error)) return undefined;
    throw error;
  });
  if (exhibit === undefined) return NO_EVIDENCE;
  const signed = exhibit.signatures.map(({ r8x, r8y, s }) => Buffer.from([r8x, r8y, s].join(), "utf8"));
  const leaves = [...exhibit.files.flatMap((bytes) => linesOf(Buffer.from(bytes))), ...signed].map((line, k) =>
    leafHash(exhibit.secret, k, line),
  );
  return `0x${rootOf(leaves).toString("hex")}`;
}

/** Lines with their line ends, byte for byte. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf("\n", start) + 1 || bytes.length;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}

function leafHash(secret: Uint8Array, index: number, line: Buffer): Buffer {
  const salt = Buffer.from(hkdfSync("sha256", secret, "", `batchproof/exception/${index}`, 32));
  return sha256(Buffer.from([0]), salt, line);
}

function rootOf(level: readonly Buffer[]): Buffer {
  const [only] = level;
  if (only === undefined || level.length === 1) return only ?? sha256(Buffer.from([0]));
  const parents: Buffer[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = level.slice(i, i + 2);
    if (left !== undefined) parents.push(right === undefined ? left : sha256(Buffer.from([1]), left, right));
  }
  return rootOf(parents);
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
