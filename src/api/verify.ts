import type { VerifiedProof } from "../prover/verifyEnvelope.ts";
import { ENVELOPE_FILE, type Envelope } from "../prover/envelope.ts";
import { verifyEnvelope } from "../prover/verifyEnvelope.ts";
import type { VerifyingKey } from "../setup/verifyingKey.ts";

/** One proof, off chain. */
export { fromSnarkjsKey, type VerifyingKey } from "../setup/verifyingKey.ts";
export type { Envelope, VerifiedProof };

/**
 * Verifies a proof from parsed JSON, such as what `prove` wrote. `place` names it in errors; `key`: another key than the one
 * that artifacts.lock.json pins. Errors: `envelope`, and those of `verifyEnvelope`, of which kind "no" says that it is not
 * valid.
 */
export async function verify(envelope: unknown, place = "envelope", key?: VerifyingKey): Promise<VerifiedProof> {
  return await verifyEnvelope(ENVELOPE_FILE.check(envelope, place), place, key);
}

/** As `verify`, from a file. */
export async function verifyFile(path: string, key?: VerifyingKey): Promise<VerifiedProof> {
  return await verifyEnvelope(await ENVELOPE_FILE.read(path), path, key);
}
