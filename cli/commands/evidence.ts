import { chosenClaims, siteKeyOf } from "../claims.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { claimFile } from "../../src/batch/paths.ts";
import { attest, isAttested } from "../../src/chain/attest.ts";
import type { Register as Contracts } from "../../src/chain/handles.ts";
import { explained } from "../../src/chain/revert.ts";
import { readProof, readProofs, requireFitting } from "../../src/claims/proofFits.ts";
import { proveClaims } from "../../src/claims/proveClaim.ts";
import { commandOf } from "../../src/commandLine.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { ENVELOPE_FILE, type Envelope } from "../../src/prover/envelope.ts";
import { isPinned } from "../../src/prover/verifyEnvelope.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { usableArtifacts } from "../../src/setup/lockedArtifacts.ts";
import { addressOf, sameRegister, senderOf } from "../chain.ts";
import { DEVELOPMENT_WARNING, storeOf } from "../circuits.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { openingOf } from "../opening.ts";
import { withProgressBar } from "../progress.ts";
import { asAccountAbout, folderKey } from "../target.ts";
import { wholeNumber } from "../values.ts";
import type { Batch } from "../../src/batch/batch.ts";
import { allClaims, claimAt } from "../../src/policy/document.ts";

/** `prove`. */
export async function proveAll([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  const chosen = chosenClaims(batch, options);
  const claims = chosen.length > 0 ? chosen : allClaims(batch.policy);
  const given = text(options, "submitter");
  const destination = {
    submitter: given === undefined ? await senderOf(options) : addressOf(given, "--submitter"),
    registry: addressOf(required(options, "registry"), "--registry"),
    chainId: wholeNumber(required(options, "chainId"), "--chain-id"),
  };
  const workers = Number(wholeNumber(required(options, "workers"), "--workers"));
  const allowDevelopment = flag(options, "allowDevelopment");
  const siteKey = await siteKeyOf(options);
  const opened = await openingOf(batch, options);
  const proven = await withProgressBar((onProgress) => {
    let done = 0;
    const { chainId } = destination;
    const artifactsOf = usableArtifacts({ chainId, allowDevelopment, onProgress, ...storeOf(options) });
    return proveClaims(
      batch,
      claims,
      {
        destination,
        circuitIdOf: lockedCircuitId,
        artifactsOf,
        siteKey,
        opened,
        onProven: (claim) => onProgress(`proven ${claim}`, ++done / claims.length),
      },
      workers,
    );
  });
  const proofs = proven.map(({ claim, envelope: { circuit, setup } }) => {
    return { claim, file: claimFile("proofs", claim), circuit, setup };
  });
  return {
    text: [
      ...proofs.map(({ claim, file, circuit }) => `${claim}: proven by ${circuit}, ${file}`),
      ...(proofs.some(({ setup }) => setup === "development") ? [DEVELOPMENT_WARNING] : []),
    ].join("\n"),
    json: { proofs },
  };
}

/** `attest`. */
export async function attestAll([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  return asAccountAbout(batch, options, async (register, account, chain) => {
    const key = await folderKey(batch, account, options);
    const { pending, attested, sent } = await toSend(batch, register, key, options);
    const envelopes = inOrder(batch, pending);
    requireOurCircuits(envelopes, chain.chainId);
    for (const envelope of [...envelopes, ...attested]) await requireFitting(batch, envelope, sent.has(envelope));
    const claims = envelopes.map((envelope) => idOf(batch, envelope));
    const already = attested.map((envelope) => idOf(batch, envelope));
    const dryRun = flag(options, "dryRun");
    const lines = already.length === 0 ? [] : [`${already.join(", ")}: already attested, as the proof says`];
    if (envelopes.length === 0) return { text: lines.join("\n"), json: { key, claims, already, dryRun } };
    const { gasUsed, transaction, block } = await attest(account, register, key, envelopes, { dryRun });
    const done = transaction === undefined ? "would be attested" : `attested in block ${block ?? 0}`;
    return {
      text: [...lines, `${claims.join(", ")}: ${done} (${gasUsed} gas)`].join("\n"),
      json: { key, claims, already, dryRun, gasUsed, transaction, block },
    };
  });
}

function idOf({ policy }: Batch, { claim }: Envelope): string {
  return policy.claims[claim]?.id ?? claim.toString();
}

/** The proofs that are named, or all in the folder: those that are to be sent, and those that need not be. */
interface ToSend {
  readonly pending: readonly Envelope[];
  /** What the register says already. */
  readonly attested: readonly Envelope[];
  /** Those that another party made (--proof). */
  readonly sent: ReadonlySet<Envelope>;
}

/**
 * Where nothing is named, claims that are attested are left out; one that is named, or where there is nothing else, must be
 * attested as its proof says. Errors `proof-missing` (none), `AlreadyAttested` (the register says something else, or an
 * exception took the attestation back).
 */
async function toSend(batch: Batch, register: Contracts, key: string, options: Options): Promise<ToSend> {
  const sentProofs = await Promise.all(list(options, "proof").map((file) => ENVELOPE_FILE.read(file)));
  const sent = new Set(sentProofs);
  const chosen = chosenClaims(batch, options).map(({ claim }) => readProof(batch, claim.id));
  const named = [...sentProofs, ...(await Promise.all(chosen))];
  const envelopes = named.length > 0 ? named : await readProofs(batch);
  const { attested: done, refused } = await explained(() => register.registry.batchOf(key));
  const isAmong = (claims: bigint, { claim }: Envelope): boolean => ((claims >> BigInt(claim)) & 1n) === 1n;
  const isDone = (envelope: Envelope): boolean => isAmong(done, envelope);
  const pending = envelopes.filter((envelope) => !isDone(envelope));
  if (named.length === 0 && pending.length > 0) return { pending, attested: [], sent };
  const attested = envelopes.filter(isDone);
  for (const envelope of attested) {
    const isRefused = isAmong(refused, envelope);
    if (!isRefused && (await isAttested(register, key, envelope))) continue;
    const amend = commandOf(
      ...["amend", batch.dir, "--claim", idOf(batch, envelope), "--reason", "REASON"],
      ...[...sameRegister(options), "--account", "QA"],
    );
    const message = isRefused
      ? "The register has attested this claim, and an exception about it was closed as rejected since: only an amendment counts."
      : "The register has attested this claim, by a proof that says something else.";
    throw refusal(message, {
      code: "AlreadyAttested",
      place: idOf(batch, envelope),
      remedy: `${isRefused ? "" : "If the attestation is wrong, "}QA replaces it by a proof that names QA's account as submitter: \`${amend}\`.`,
    });
  }
  if (envelopes.length > 0) return { pending, attested, sent };
  const prove = commandOf("prove", batch.dir);
  throw inputError("There is no proof to send.", {
    code: "proof-missing",
    place: batch.dir,
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
