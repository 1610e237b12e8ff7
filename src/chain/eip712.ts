import { type Signer } from "ethers";
import { MEANING_CERTIFIED, NEEDED_FOR } from "../formats/codes.ts";
import type { StoredBatch } from "./handles.ts";
import type { Certificate } from "../formats/certificate.ts";
import { CERTIFICATE_TYPES, certificateDomain } from "../formats/certificate.ts";

/**
 * A QP's signature: 65 bytes, 0x hex. The signer's own device should show every field. A contract wallet has none: it sends
 * the certificate itself, with `0x` in place of a signature.
 */
export function signCertificate(
  signer: Signer,
  chainId: bigint,
  registry: string,
  certificate: Certificate,
): Promise<string> {
  return signer.signTypedData(certificateDomain(chainId, registry), CERTIFICATE_TYPES, certificate);
}

/**
 * The certificate that releases a batch as the register holds it now. `key`: key of the batch, `batch`: what
 * `batchOf` returned for it, `document`: sha256 of the certificate document.
 */
export function releaseCertificate(
  key: string,
  batch: Pick<StoredBatch, "policyId" | "trail" | "exceptionsHash" | "certified">,
  document: string,
  signedAt: bigint,
  deadline: bigint,
): Certificate {
  return {
    batch: key,
    policyId: batch.policyId,
    neededFor: NEEDED_FOR.release,
    trail: batch.trail,
    exceptionsHash: batch.exceptionsHash,
    certificate: document,
    meaning: MEANING_CERTIFIED,
    signedAt,
    nonce: batch.certified,
    deadline,
  };
}
