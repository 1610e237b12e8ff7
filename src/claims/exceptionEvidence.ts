import { createHash, hkdfSync } from "node:crypto";
import { join } from "node:path";
import type { Batch } from "../batch/folder.ts";
import { evidenceFile } from "../batch/paths.ts";
import { readRecord } from "../batch/record.ts";
import { BatchproofError } from "../errors.ts";
import { readBytes } from "../input/files.ts";

/** What an exception commits to where there is nothing to show: no evidence was ever imported. */
export const NO_EVIDENCE = `0x${"0".repeat(64)}`;

/**
 * The public commitment to a claim's evidence: salted Merkle root (SHA-256, 0x hex) over the lines of the raw file and
 * the source's signature, so that a failing series, which has no provable record, can still be disclosed line by line
 * and checked. Leaf k = sha256(0x00, salt_k, bytes), node = sha256(0x01, left, right), an odd node moves up. The salts
 * come from the record's secret by HKDF. NO_EVIDENCE if the claim has no record.
 */
export async function exceptionEvidence(batch: Batch, claimId: string): Promise<string> {
  let stored: Awaited<ReturnType<typeof readRecord>>;
  try {
    stored = await readRecord(batch, claimId);
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "record-missing") return NO_EVIDENCE;
    throw error;
  }
  const { signature, rawFile, secret } = stored;
  const bytes = await readBytes(join(batch.dir, evidenceFile(rawFile)), { within: batch.dir });
  const signed = Buffer.from([signature.r8x, signature.r8y, signature.s].join(), "utf8");
  const leaves = [...linesOf(Buffer.from(bytes)), signed].map((line, k) => leafHash(secret, k, line));
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
