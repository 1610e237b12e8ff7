import { createHash } from "node:crypto";

/**
 * A UUID (version 8, RFC 9562) that names exactly these parts: whoever exports the same thing gives it the same id, and nobody
 * draws one.
 */
export function uuidOf(...parts: readonly string[]): string {
  // JSON keeps the parts apart: ["a", "bc"] and ["ab", "c"] are two names.
  const bytes = createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
