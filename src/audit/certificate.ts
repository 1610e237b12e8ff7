import { recoverAddress } from "ethers";
import { MEANING_CERTIFIED, NEEDED_FOR } from "../formats/codes.ts";
import type { RegisterEvent } from "./events.ts";
import type { AuditedBatch, RegisterState } from "./state.ts";
import { certificateHash, type Certificate } from "../formats/certificate.ts";

/**
 * What is wrong with the certificate of `BatchReleased`; undefined: nothing. The signature is verified again, so it
 * vouches for everything that the trail and the exceptions' hash stand for, whoever tells the events. Whether the signer
 * held the role of a QP at that time is the contract's word.
 */
export function certificateProblem(
  state: RegisterState,
  key: string,
  batch: AuditedBatch,
  { args }: RegisterEvent,
): string | undefined {
  const qp = args.text("qp");
  const tuple = args.tuple("certificate");
  const certificate: Certificate = {
    batch: tuple.text("batch"),
    policyId: tuple.text("policyId"),
    neededFor: tuple.number("neededFor"),
    trail: tuple.text("trail"),
    exceptionsHash: tuple.text("exceptionsHash"),
    certificate: tuple.text("certificate"),
    meaning: tuple.number("meaning"),
    signedAt: tuple.big("signedAt"),
    nonce: tuple.big("nonce"),
    deadline: tuple.big("deadline"),
  };
  if (!batch.qps.includes(qp)) return "signed by an account that the batch does not name as QP";
  if (certificate.batch !== key || certificate.policyId !== batch.policyId)
    return "it is about another batch or policy";
  if (certificate.neededFor !== NEEDED_FOR.release || certificate.meaning !== MEANING_CERTIFIED) {
    return "its words do not certify a release";
  }
  if (certificate.trail !== batch.trail) return "it was signed over another trail of attestations";
  if (certificate.exceptionsHash !== batch.exceptionsHash) return "it was signed over other exceptions";
  if (certificate.nonce !== BigInt(batch.certified.length)) return "it was used before";
  return signerOf(state, certificate, args.text("signature")) === qp ? undefined : "the signature is not the QP's";
}

function signerOf(
  { chainId, registry }: RegisterState,
  certificate: Certificate,
  signature: string,
): string | undefined {
  try {
    return recoverAddress(certificateHash(BigInt(chainId), registry, certificate), signature);
  } catch {
    // Not a signature at all.
    return undefined;
  }
}
