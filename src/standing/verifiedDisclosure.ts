import type { AtBlock } from "../chain/batchState.ts";
import { claimFacts, type ClaimFacts } from "../chain/claimFacts.ts";
import type { Register } from "../chain/handles.ts";
import { doubtsAbout, type Attested } from "../disclosure/attested.ts";
import type { Disclosed } from "../disclosure/disclosed.ts";
import { verifyDisclosure } from "../disclosure/verify.ts";
import { verifyAttestation, type ProvenBy } from "./attestation.ts";
import { sha256 } from "ethers";
import { parseDisclosure, type DisclosureFile } from "../disclosure/document.ts";
import { parseJson, type JsonValue } from "../input/json.ts";

/** A disclosure as somebody gave it. */
export interface ReadDisclosure {
  /** What it is called in errors: its file. */
  readonly path: string;
  /** Parsed, not judged. */
  readonly value: JsonValue;
  readonly file: DisclosureFile;
  /** SHA-256 of its bytes, 0x hex: what an answer publishes. */
  readonly hash: string;
}

/** The bytes of a disclosure, of which the shape alone is judged. Errors: those of `parseJson` and `parseDisclosure`. */
export function disclosureIn(bytes: Uint8Array, path: string): ReadDisclosure {
  const value = parseJson(bytes, path);
  return { path, value, file: parseDisclosure(value, path), hash: sha256(bytes) };
}

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
