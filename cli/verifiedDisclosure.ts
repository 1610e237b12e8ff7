import type { AtBlock } from "../src/chain/batchState.ts";
import { claimFacts, type ClaimFacts } from "../src/chain/claimFacts.ts";
import type { Register } from "../src/chain/handles.ts";
import { doubtsAbout, type Attested } from "../src/disclosure/attested.ts";
import type { Disclosed } from "../src/disclosure/disclosed.ts";
import { verifyDisclosure } from "../src/disclosure/verify.ts";
import { verifyAttestation, type ProvenBy } from "../src/standing/attestation.ts";
import type { ReadDisclosure } from "./disclosureFile.ts";

/** A disclosure that belongs to what a register says of its claim. */
export interface VerifiedDisclosure {
  readonly disclosed: Disclosed;
  readonly facts: ClaimFacts;
  /** What it was compared with. */
  readonly attested: Attested;
  /** What proves it; undefined: no attestation of the claim counts. */
  readonly by: ProvenBy | undefined;
}

/**
 * Compares a disclosure with the register, whose proof of the claim is verified once more. Errors: those of `claimFacts`,
 * `verifyAttestation` and `verifyDisclosure`.
 */
export async function verifiedDisclosure(
  { path, value, file }: ReadDisclosure,
  { register, chainId, at }: { readonly register: Register; readonly chainId: bigint; readonly at: AtBlock },
): Promise<VerifiedDisclosure> {
  const facts = await claimFacts(register, chainId, file.key, file.claim, at);
  const { attested, by } = await attestedBy(register, facts, at);
  return { disclosed: verifyDisclosure(value, attested, path), facts, attested, by };
}

async function attestedBy(
  register: Register,
  { proven, refused, ...facts }: ClaimFacts,
  at: AtBlock,
): Promise<Pick<VerifiedDisclosure, "attested" | "by">> {
  if (proven === undefined) return { attested: { ...facts, proven }, by: undefined };
  const by = await verifyAttestation(register, proven, facts.kind, at);
  const { circuitId, circuit, unsound } = by;
  const doubts = doubtsAbout({ circuitId, known: circuit !== undefined, unsound, refused });
  return { attested: { ...facts, proven: { head: proven.head, record: proven.record, doubts } }, by };
}
