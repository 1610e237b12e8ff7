import type { Batch } from "../batch/batch.ts";
import { commandOf } from "../commandLine.ts";
import { inputError, refusal } from "../errors.ts";
import { claimAt } from "../policy/document.ts";
import type { Envelope } from "../prover/envelope.ts";
import { isPinned } from "../prover/verifyEnvelope.ts";
import { readProofs, requireFitting } from "./proofFits.ts";

/** Proofs that somebody means to send. */
export interface NamedProofs {
  /** Those that were named; none: all of the folder. */
  readonly named: readonly Envelope[];
  /** Those of them that another party made. */
  readonly sent: ReadonlySet<Envelope>;
}

/** What the register says of a batch's claims. */
export interface AttestedClaims {
  readonly chainId: bigint;
  /** Sets of claims: bit i stands for claim i. */
  readonly attested: bigint;
  readonly refused: bigint;
  /** Whether its last word on a claim is what the proof says. */
  readonly isAttested: (envelope: Envelope) => Promise<boolean>;
  /** Options with which a command reaches it, for hints. */
  readonly options: readonly string[];
}

/** Proofs that are to be sent, in the order in which the register takes them, and those that need not be. */
export interface ToAttest {
  readonly pending: readonly Envelope[];
  readonly attested: readonly Envelope[];
}

/**
 * What of a batch's proofs is to be sent. Where nothing is named, claims that are attested are left out; one that is named, or
 * where there is nothing else, must be attested as its proof says. All of them fit the folder, and those to be sent this version's
 * circuits. Errors: `proof-missing` (none), `AlreadyAttested` (the register says something else, or an exception took the
 * attestation back), `circuit`, `context`, those of `requireFitting`.
 */
export async function toAttest(batch: Batch, { named, sent }: NamedProofs, said: AttestedClaims): Promise<ToAttest> {
  const envelopes = named.length > 0 ? named : await readProofs(batch);
  const isDone = ({ claim }: Envelope): boolean => isAmong(said.attested, claim);
  const waiting = envelopes.filter((envelope) => !isDone(envelope));
  const attested = named.length === 0 && waiting.length > 0 ? [] : envelopes.filter(isDone);
  for (const envelope of attested) await requireAttestedSo(batch, envelope, said);
  if (envelopes.length === 0) throw noProof(batch);
  const pending = inOrder(batch, waiting);
  requireOurCircuits(pending, said.chainId);
  for (const envelope of [...pending, ...attested]) await requireFitting(batch, envelope, sent.has(envelope));
  return { pending, attested };
}

function isAmong(claims: bigint, claim: number): boolean {
  return ((claims >> BigInt(claim)) & 1n) === 1n;
}

/** Id of the claim that a proof is of. */
export function claimIdOf({ policy }: Batch, { claim }: Envelope): string {
  return policy.claims[claim]?.id ?? claim.toString();
}

/** Error `AlreadyAttested`. */
async function requireAttestedSo(batch: Batch, envelope: Envelope, said: AttestedClaims): Promise<void> {
  const isRefused = isAmong(said.refused, envelope.claim);
  if (!isRefused && (await said.isAttested(envelope))) return;
  const amend = commandOf(
    ...["amend", batch.dir, "--claim", claimIdOf(batch, envelope), "--reason", "REASON"],
    ...[...said.options, "--account", "QA"],
  );
  const message = isRefused
    ? "The register has attested this claim, and an exception about it was closed as rejected since: only an amendment counts."
    : "The register has attested this claim, by a proof that says something else.";
  throw refusal(message, {
    code: "AlreadyAttested",
    place: claimIdOf(batch, envelope),
    remedy: `${isRefused ? "" : "If the attestation is wrong, "}QA replaces it by a proof that names QA's account as submitter: \`${amend}\`.`,
  });
}

function noProof({ dir }: Batch): Error {
  const prove = commandOf("prove", dir);
  return inputError("There is no proof to send.", {
    code: "proof-missing",
    place: dir,
    remedy: `Prove a claim first (\`${prove}\`), or name the file of a proof that was sent to you (--proof).`,
  });
}

/** A stage's custody sets the head that all other claims of the stage are checked against. */
function inOrder({ policy }: Batch, envelopes: readonly Envelope[]): Envelope[] {
  const rank = ({ claim }: Envelope): readonly [number, number, number] => {
    const { stage, kind } = claimAt(policy, claim);
    return [stage, kind === "custody" ? 0 : 1, claim];
  };
  return [...envelopes].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
  });
}

/** A proof of another build's circuit, or for another chain, is refused before anything is sent. Errors `circuit`, `context`. */
export function requireOurCircuits(envelopes: readonly Envelope[], chainId: bigint): void {
  for (const { circuit, circuitId, chainId: provenFor } of envelopes) {
    if (!isPinned({ circuit, circuitId })) {
      throw refusal(`The proof is of another circuit "${circuit}" than this version's.`, {
        code: "circuit",
        remedy: "Prove again with this version.",
      });
    }
    if (provenFor !== chainId.toString()) {
      throw refusal(`The proof was made for chain ${provenFor}, and this is chain ${chainId}.`, {
        code: "context",
        remedy: "Prove again with --chain-id of this chain.",
      });
    }
  }
}
