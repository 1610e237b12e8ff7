import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import { headOf } from "../batch/commitments.ts";
import { EVIDENCE } from "../batch/evidence.ts";
import { claimFile } from "../batch/paths.ts";
import { commandOf } from "../commandLine.ts";
import { BatchproofError, refusal } from "../errors.ts";
import { SIGNALS, type SignalName, type Signals } from "../formats/constants.ts";
import type { Statement } from "../kinds/statement.ts";
import { ENVELOPE_FILE, type Envelope } from "../prover/envelope.ts";
import type { IndexedClaim } from "../policy/document.ts";

/**
 * What a folder decides of a proof. Not `context` and `opened`, which the register decides, nor `parties`: a proof under an
 * earlier list
 * stands as long as the register takes it and the folder's list still holds who signed.
 */
const OF_THE_FOLDER = ["batch", "rule", "head", "record", "deviations"] as const satisfies readonly SignalName[];

/** The proof of a claim in the folder. Errors: those of `ENVELOPE_FILE.read`. */
export function readProof({ dir }: Pick<Batch, "dir">, claimId: string): Promise<Envelope> {
  return ENVELOPE_FILE.read(join(dir, claimFile("proofs", claimId)), { within: dir });
}

/** All proofs in the folder, in the policy's order. Errors: those of `readProof`. */
export async function readProofs(batch: Pick<Batch, "dir" | "policy">): Promise<Envelope[]> {
  const there = batch.policy.claims.filter(({ id }) => existsSync(join(batch.dir, claimFile("proofs", id))));
  return Promise.all(there.map(({ id }) => readProof(batch, id)));
}

/**
 * Refuses a proof that does not say what the folder's evidence says now: a stage, a hand-off, a record or the policy was
 * changed after it was made. `isSent`: another party made it, and its evidence need not be here; where it is not, the proof is
 * not judged, unless its hand-off was discarded. Of a stage whose beginning another party's folder knows, its head alone is
 * compared.
 * Errors: `proof-stale`, those of `EvidenceStore.statement`.
 */
export async function requireFitting(batch: Batch, envelope: Envelope, isSent: boolean): Promise<void> {
  const claim = batch.policy.claims[envelope.claim];
  if (claim === undefined) return;
  if (!(await EVIDENCE[claim.kind].isThere(batch, claim))) {
    if (claim.kind === "custody" && isDiscarded(batch, claim.stage))
      throw staleError(batch.dir, claim.id, "the discarded hand-off");
    if (isSent) return;
    throw staleError(batch.dir, claim.id, "its evidence, which is not there");
  }
  const changed = await changedIn(batch, { claim, index: envelope.claim }, envelope);
  if (changed !== undefined) throw staleError(batch.dir, claim.id, changed);
}

/** Whether the folder had a hand-off of a stage, took it back and has no other one: what was proven of it stands no more. */
function isDiscarded({ stages }: Batch, stage: number): boolean {
  return stages[stage]?.handoff === undefined && stages[stage]?.discarded !== undefined;
}

/**
 * Where the folder says something else than a proof: the first such signal, or the rule that its evidence breaks; undefined:
 * nowhere. Errors: those of `EvidenceStore.statement`.
 */
export async function changedIn(
  batch: Batch,
  claim: IndexedClaim,
  envelope: Pick<Envelope, "signals">,
): Promise<string | undefined> {
  // What the register says of the opening no folder knows: `attest` compares it.
  const opened = BigInt(envelope.signals[SIGNALS.indexOf("opened")] ?? 0);
  const statement = await statementKnown(batch, claim, opened);
  // Whether the batch is the order under the site's own salt needs the first custodian's key; the proof has shown it.
  const broken = statement?.findings().find(({ rule }) => rule !== "batch");
  if (broken !== undefined) return `rule \`${broken.rule}\``;
  const head = headOf(batch, claim.claim.stage).hash;
  const known: Partial<Signals> = statement?.signals(0n) ?? { head };
  const differing = OF_THE_FOLDER.find((name) => {
    return known[name] !== undefined && known[name].toString() !== envelope.signals[SIGNALS.indexOf(name)];
  });
  return differing === undefined ? undefined : `signal \`${differing}\``;
}

/** What the folder would prove; undefined of custody where a folder that joined does not know the opening or stage before. */
async function statementKnown(batch: Batch, claim: IndexedClaim, opened: bigint): Promise<Statement | undefined> {
  try {
    return await EVIDENCE[claim.claim.kind].statement(batch, claim, { opened });
  } catch (error) {
    const code = error instanceof BatchproofError ? error.code : undefined;
    if (code === "batch-joined" || code === "batch-stage") return undefined;
    throw error;
  }
}

function staleError(dir: string, claim: string, changed: string): BatchproofError {
  return refusal(`The proof no longer fits its folder, which says something else now: see ${changed}.`, {
    code: "proof-stale",
    place: claim,
    remedy:
      "Undo what was changed after it was made (stage, hand-off, record), or prove the claim again: " +
      `\`${commandOf("prove", dir, "--claim", claim)}\`.`,
  });
}

/** The claims whose proof in the folder fits now, and would not once the batch is as `changed`. Errors: those of `readProofs`. */
export async function proofsBrokenBy(batch: Batch, changed: Batch): Promise<string[]> {
  const fits = (folder: Batch, { claim, signals }: Envelope): boolean =>
    headOfClaim(folder, claim) === signals[SIGNALS.indexOf("head")];
  return (await readProofs(batch))
    .filter((envelope) => fits(batch, envelope) && !fits(changed, envelope))
    .map(({ claim }) => batch.policy.claims[claim]?.id ?? "");
}

/** In decimal; undefined where the folder does not say enough. */
function headOfClaim(batch: Batch, claim: number): string | undefined {
  try {
    return headOf(batch, batch.policy.claims[claim]?.stage ?? 0).hash.toString();
  } catch {
    return undefined;
  }
}

/** Refuses to change a stage under the proofs of these claims. Error `stage-proven`. */
export function refuseProven(claims: readonly string[], stage: string): void {
  if (claims.length === 0) return;
  throw refusal(`Stage ${stage} is proven as it stands, by ${claims.join(", ")}.`, {
    code: "stage-proven",
    place: stage,
    remedy:
      "If it is wrong, add --discard-proofs, which removes these proofs, and prove anew; what was attested QA replaces then " +
      "(amend).",
  });
}

/** Removes the proofs of claims from the folder. */
export async function discardProofs({ dir }: Pick<Batch, "dir">, claims: readonly string[]): Promise<void> {
  for (const id of claims) await rm(join(dir, claimFile("proofs", id)), { force: true });
}
