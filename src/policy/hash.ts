import { createHash } from "node:crypto";
import { canonicalJson } from "../input/json.ts";
import type { Policy } from "./policy.ts";

/** SHA-256 of the policy in canonical JSON (RFC 8785), as 0x hex: what people approve. */
export function documentHash(policy: Policy): string {
  return `0x${createHash("sha256").update(canonicalJson(policy)).digest("hex")}`;
}
