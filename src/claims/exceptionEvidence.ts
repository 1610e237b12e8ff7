import { hkdfSync } from "node:crypto";
import type { Batch } from "../batch/batch.ts";
import { EVIDENCE, isMissingEvidence } from "../batch/evidence.ts";
import { evidenceRoot } from "../disclosure/evidenceTree.ts";
import { leavesOf, type SaltedLine } from "../disclosure/lines.ts";
import type { Claim } from "../policy/document.ts";

/** What an exception commits to where there is nothing to show: no evidence was ever imported. */
export const NO_EVIDENCE = `0x${"0".repeat(64)}`;

/**
 * The public commitment to a claim's evidence: salted Merkle root (SHA-256, 0x hex) over the lines of the raw files (of a
 * custody claim: of the exported hand-off) and the signatures on it, so that evidence that fails, of which no proof can be
 * made, can still be disclosed line by line and checked (src/disclosure/evidenceTree.ts). NO_EVIDENCE if there is none yet.
 */
export async function exceptionEvidence(batch: Batch, claim: Claim): Promise<string> {
  const lines = await evidenceLines(batch, claim);
  return lines === undefined ? NO_EVIDENCE : evidenceHash(lines);
}

/** What an exception publishes of these lines, 0x hex. */
export function evidenceHash(lines: readonly SaltedLine[]): string {
  return `0x${Buffer.from(evidenceRoot(leavesOf(lines))).toString("hex")}`;
}

/** The lines and signatures of a claim's evidence, with their salts from the record's secret; undefined if there is none yet. */
export async function evidenceLines(batch: Batch, claim: Claim): Promise<SaltedLine[] | undefined> {
  const exhibit = await EVIDENCE[claim.kind].exhibit(batch, claim).catch((error: unknown) => {
    if (isMissingEvidence(error)) return undefined;
    throw error;
  });
  if (exhibit === undefined) return undefined;
  const signed = exhibit.signatures.map(({ r8x, r8y, s }) => Buffer.from([r8x, r8y, s].join(), "utf8"));
  const lines = [...exhibit.files.flatMap((bytes) => linesOf(Buffer.from(bytes))), ...signed];
  return lines.map((bytes, k) => ({ salt: lineSalt(exhibit.secret, k), bytes }));
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

function lineSalt(secret: Uint8Array, index: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, "", `batchproof/exception/${index}`, 32));
}
