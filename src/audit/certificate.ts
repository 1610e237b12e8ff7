import { recoverAddress } from "ethers";
import { BATCH_SEAT, MEANING_CERTIFIED, NEEDED_FOR } from "../formats/codes.ts";
import type { RegisterEvent } from "./events.ts";
import { challengeOf } from "./challenge.ts";
import type { AuditedBatch, RegisterState } from "./state.ts";
import { isHeld, missingClaims, openExceptionsOf, unconfirmedStages } from "./status.ts";
import { certificateHash, type Certificate } from "../formats/certificate.ts";

/**
 * What is wrong with the certificate of `BatchReleased`; undefined: nothing. The signature is verified again, so it
 * vouches for everything that the trail and the exceptions' hash stand for, whoever tells the events. Whether the signer held
 * the role of a QP at that time is asked of every decision (`unentitledIn`).
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
  if (batch.seats[BATCH_SEAT]?.includes(qp) !== true) return "signed by an account that the batch does not name as QP";
  if (certificate.batch !== key || certificate.policyId !== batch.policyId)
    return "it is about another batch or policy";
  if (certificate.neededFor !== NEEDED_FOR.release || certificate.meaning !== MEANING_CERTIFIED) {
    return "its words do not certify a release";
  }
  if (certificate.trail !== batch.trail) return "it was signed over another trail of attestations";
  if (certificate.exceptionsHash !== batch.exceptionsHash) return "it was signed over other exceptions";
  if (certificate.nonce !== BigInt(batch.certified.length)) return "it was used before";
  const opposed = opposedBy(state, batch);
  if (opposed !== undefined) return `it certifies what may not be certified: ${opposed}`;
  const signature = args.text("signature");
  // Without one the QP's own account called: that is the contract's word, as that he held the role.
  if (signature === "0x") return undefined;
  return signerOf(state, certificate, signature) === qp ? undefined : "the signature is not the QP's";
}

/**
 * Why the contract refuses to certify a batch; undefined: it does not. What the events do not tell was never proven, whatever a
 * contract had in its storage when it came into the world: nobody but who made it knows what it was made with.
 */
function opposedBy(state: RegisterState, batch: AuditedBatch): string | undefined {
  const missing = missingClaims(state, batch, "release");
  if (missing.length > 0) return `claims ${missing.join(", ")} are missing`;
  const unconfirmed = unconfirmedStages(state, batch);
  if (unconfirmed.length > 0) return `stages ${unconfirmed.join(", ")} are not confirmed`;
  if (openExceptionsOf(state, batch) > 0) return "exceptions are open";
  if (isHeld(state, batch)) return "somebody holds it";
  if (batch.recalled !== undefined) return "it was recalled";
  const challenge = challengeOf(state, batch);
  return challenge === undefined || challenge.decided !== undefined ? undefined : "it is challenged";
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
