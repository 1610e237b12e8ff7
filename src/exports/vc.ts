import { randomUUID } from "node:crypto";
import { environmentError, refusal } from "../errors.ts";
import type { JsonValue } from "../input/json.ts";
import { formatTime, parseTime } from "../input/times.ts";
import { judgeUse } from "../standing/judge.ts";
import type { Standing, StandingClaim } from "../standing/standing.ts";
import type { JsonObject } from "./dataIntegrity.ts";
import { statusOf } from "./vcStatus.ts";
import { accountDid, BATCH_TYPE, batchUrn, CONTEXTS, CREDENTIAL_TYPE } from "./vcTerms.ts";

/** What a credential of a batch says besides what the register says. Times are Unix seconds. */
export interface NewCredential {
  readonly issuer: string;
  readonly from: number;
  readonly until: number;
  /** Where its status is found: entries of the lists; none: it is in no list. */
  readonly entries: readonly JsonObject[];
}

/**
 * Refuses a batch that the register does not let go as one that keeps its specification, or of which `verify-batch` concludes
 * nothing. Error `not-released`: also for an exceptional supply, which is a physician's decision about one patient, and no fact
 * about compliance.
 */
export function refuseUnreleased(standing: Standing): void {
  const { status, release } = standing;
  const { revocation, suspension } = statusOf(standing);
  const { light, reasons } = judgeUse(standing);
  if (!revocation && !suspension && light === "green") return;
  const why =
    release === "ExceptionalSupply"
      ? ": it is supplied exceptionally, out of specification"
      : reasons.map(({ text }) => `; ${text}`).join("");
  throw refusal(`No credential is made of this batch, which is ${status}${why}.`, { code: "not-released" });
}

/**
 * When something ends that is made of a block and lasts so many seconds: from its block on, because a node that does not follow
 * its chain knows nothing that happened since, and what it says would pass for fresh. Unix seconds. Error `block-old`: before now.
 */
export function endOf(block: Pick<Standing, "time">, now: number, seconds: number): number {
  const end = Math.min(parseTime(block.time, "block"), now) + seconds;
  if (end > now) return end;
  throw environmentError(`The node's latest block is of ${block.time}: what is made of it would have ended.`, {
    code: "block-old",
  });
}

/** A credential of a batch, without its proof. Errors: those of `refuseUnreleased`. */
export function batchCredential(standing: Standing, { issuer, from, until, entries }: NewCredential): JsonObject {
  refuseUnreleased(standing);
  return {
    ...{ "@context": [...CONTEXTS], id: `urn:uuid:${randomUUID()}`, type: [CREDENTIAL_TYPE, BATCH_TYPE], issuer },
    ...{ validFrom: formatTime(from), validUntil: formatTime(until) },
    ...(entries.length === 0 ? {} : { credentialStatus: [...entries] }),
    credentialSubject: subjectOf(standing),
  };
}

/** Members that have no value are left out: in JSON-LD null says that there is none. */
function subjectOf(standing: Standing): JsonObject {
  const { commitment, block, hash, time, policy, opened, certified, status, release, challenge } = standing;
  const { policyId, product, version, document } = policy;
  return {
    ...{ id: batchUrn(standing), type: "BatchCompliance", notice: noticeOf(standing), register: accountDid(standing) },
    asOf: { block, hash, time },
    ...{ commitment, policy: { policyId, product, version, document }, opened },
    ...(certified === null ? {} : { certified }),
    ...{ status, release, developmentKeys: standing.developmentKeys },
    ...(challenge === null ? {} : { challenge: { kinds: [...challenge.kinds], decided: challenge.decided } }),
    claims: standing.claims.map(claimOf),
  };
}

function noticeOf({ chainId, registry, block, time }: Standing): string {
  return (
    `A copy of what register ${registry} on chain ${chainId} said at block ${block}, ${time}. ` +
    "The register counts, not this copy: ask it before the product is used."
  );
}

function claimOf({ index, stage, kind, class: group, neededFor, state, rule, proof }: StandingClaim): JsonValue {
  return {
    ...{ index, stage, state, rule },
    ...(kind === null ? {} : { kind }),
    ...(group === null ? {} : { class: group }),
    ...(neededFor === null ? {} : { neededFor }),
    ...(proof === null ? {} : { provenBy: provenBy(proof) }),
  };
}

function provenBy({
  circuitId,
  circuit,
  setup,
  unsound,
  attested,
  deviations,
}: NonNullable<StandingClaim["proof"]>): JsonValue {
  return {
    ...{ circuitId, setup, unsound, attested, deviations: [...deviations] },
    ...(circuit === null ? {} : { circuit }),
  };
}
