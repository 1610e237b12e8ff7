import { ZeroHash } from "ethers";
import type { Register } from "../chain/handles.ts";
import { explained } from "../chain/revert.ts";
import { formatTime } from "../input/times.ts";

/** The consent that a batch was opened with, without its holder. Times are RFC 3339. */
export interface BatchConsent {
  /** Its id in the register, 0x hex. */
  readonly consent: string;
  readonly granted: string;
  /** Null: it stands. */
  readonly revoked: string | null;
}

/** The consent of a batch at a block; undefined: it has none. `key`: key of the batch. Errors: those of `explained`. */
export async function batchConsent(
  { registry, consents }: Pick<Register, "registry" | "consents">,
  key: string,
  block: number,
): Promise<BatchConsent | undefined> {
  const at = { blockTag: block };
  const { consent } = await explained(() => registry.batchOf(key, at));
  if (consent === ZeroHash) return undefined;
  const { grantedAt, revokedAt } = await explained(() => consents.consentOf(consent, at));
  return { consent, granted: formatTime(grantedAt), revoked: revokedAt === 0n ? null : formatTime(revokedAt) };
}
