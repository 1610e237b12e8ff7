import type { AuditReport, BatchReport } from "../audit/report.ts";
import { doubtsAbout, type Attested } from "../disclosure/attested.ts";
import type { Disclosed } from "../disclosure/disclosed.ts";
import { parseDisclosure, type DisclosureFile } from "../disclosure/document.ts";
import { misfit } from "../disclosure/errors.ts";
import { refuseOtherRegister, verifyDisclosure } from "../disclosure/verify.ts";
import { inFile } from "../errors.ts";
import { KIND, type KindName } from "../formats/constants.ts";

/**
 * What a disclosure shows, held against what a report has of its claim. Errors: `disclosure-register` (the report is of another
 * one), `disclosure-batch` (no such batch on the register), `disclosure-claim` (the policy has no such claim, or one of a kind
 * that this version does not know), `disclosure-circuit` (the attestation's circuit proves nothing, or another kind), those of
 * `verifyDisclosure`.
 * @param value parsed JSON
 * @param place its file, for errors
 */
export function disclosedIn(report: AuditReport, value: unknown, place: string): Disclosed {
  const file = parseDisclosure(value, place);
  const attested = inFile(place, () => {
    refuseOtherRegister(file, report);
    return attestedOf(report, file);
  });
  return verifyDisclosure(value, attested, place);
}

/** Public signals of the attestation that counts now and whose proof verified. */
function attestedOf(report: AuditReport, { key, claim: index }: DisclosureFile): Attested {
  const batch = report.batches.find((each) => each.key === key);
  if (batch === undefined) {
    throw misfit("disclosure-batch", "This register has no batch of this key.", "key");
  }
  const claim = report.policies.find(({ policyId }) => policyId === batch.policyId)?.claims[index];
  const kind = claim?.kinds.find(isKind);
  if (claim === undefined || kind === undefined) {
    throw misfit("disclosure-claim", "The batch's policy has no such claim.", "claim");
  }
  const { chainId, registry } = report;
  return {
    ...{ chainId, registry, key, claim: index, stage: claim.stage, kind, rule: BigInt(claim.rule) },
    batch: BigInt(batch.commitment),
    proven: provenOf(report, batch, index, kind),
    exceptions: new Map(
      batch.exceptions.filter((each) => each.claim === index).map(({ id, evidence }) => [id, evidence]),
    ),
  };
}

function isKind(word: string): word is KindName {
  return Object.hasOwn(KIND, word);
}

function provenOf(
  { circuits }: AuditReport,
  { attestations, refused }: BatchReport,
  index: number,
  kind: KindName,
): Attested["proven"] {
  const found = attestations.find(({ claim, verified }) => claim === index && verified);
  if (found === undefined) return undefined;
  const { circuitId, head, record } = found;
  const circuit = circuits.find((each) => each.circuitId === circuitId);
  if (circuit !== undefined && (circuit.problem !== null || circuit.kind !== kind)) {
    throw misfit("disclosure-circuit", circuit.problem ?? `Its circuit is one of kind ${circuit.kind}.`, "claim");
  }
  const known = typeof circuit?.known === "string";
  const standing = { circuitId, known, unsound: circuit?.unsound === true, refused: refused.includes(index) };
  return { head: BigInt(head), record: BigInt(record), doubts: doubtsAbout(standing) };
}
