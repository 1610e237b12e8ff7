import { chosenClaims, siteKeyOf } from "../claims.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { claimFile } from "../../src/batch/paths.ts";
import { attest, isAttested } from "../../src/chain/attest.ts";
import { explained } from "../../src/chain/revert.ts";
import { readProof } from "../../src/claims/proofFits.ts";
import { proveClaims } from "../../src/claims/proveClaim.ts";
import { claimIdOf, toAttest, type NamedProofs } from "../../src/claims/toAttest.ts";
import { ENVELOPE_FILE } from "../../src/prover/envelope.ts";
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
import { allClaims } from "../../src/policy/document.ts";

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
  return asAccountAbout(batch, options, async (register, account, { chainId }) => {
    const key = await folderKey(batch, account, options);
    const { attested: done, refused } = await explained(() => register.registry.batchOf(key));
    const { pending, attested } = await toAttest(batch, await namedProofs(batch, options), {
      ...{ chainId, attested: done, refused, options: sameRegister(options) },
      isAttested: (envelope) => isAttested(register, key, envelope),
    });
    const claims = pending.map((envelope) => claimIdOf(batch, envelope));
    const already = attested.map((envelope) => claimIdOf(batch, envelope));
    const dryRun = flag(options, "dryRun");
    const lines = already.length === 0 ? [] : [`${already.join(", ")}: already attested, as the proof says`];
    if (pending.length === 0) return { text: lines.join("\n"), json: { key, claims, already, dryRun } };
    const { gasUsed, transaction, block } = await attest(account, register, key, pending, { dryRun });
    const sent = transaction === undefined ? "would be attested" : `attested in block ${block ?? 0}`;
    return {
      text: [...lines, `${claims.join(", ")}: ${sent} (${gasUsed} gas)`].join("\n"),
      json: { key, claims, already, dryRun, gasUsed, transaction, block },
    };
  });
}

/** The proofs that --proof, --claim and --stage name. */
async function namedProofs(batch: Batch, options: Options): Promise<NamedProofs> {
  const sent = await Promise.all(list(options, "proof").map((file) => ENVELOPE_FILE.read(file)));
  const chosen = chosenClaims(batch, options).map(({ claim }) => readProof(batch, claim.id));
  return { named: [...sent, ...(await Promise.all(chosen))], sent: new Set(sent) };
}
