import { BatchproofError } from "../errors.ts";
import type { Batch } from "../batch/batchFile.ts";
import { claimOf, readBatch } from "../batch/folder.ts";
import type { Explanation } from "../rules/explain.ts";
import { gatherEvidence, type SiteKey } from "./evidence.ts";
import { judge, type Judgement } from "./judge.ts";
import { mesExceptionsOf } from "./mesRecord.ts";

/** Stands for a claim in the verdict on the exceptions of the MES's production record. */
export const MES_EXCEPTIONS = "MES exceptions";
const MES_RULE = "mes-exception";

/** The verdict on one claim, from the same rules as the circuit, or on the MES's exceptions. */
export interface ClaimVerdict {
  /** Id of the claim, or MES_EXCEPTIONS. */
  readonly claim: string;
  /** `deviation`: the rule holds, and the reader is told something. `missing`: no record yet. */
  readonly outcome: "pass" | "deviation" | "fail" | "missing";
  readonly deviations: readonly string[];
  /** What the record uses of its limits, in words; on the operator's side only. */
  readonly remarks: readonly string[];
  /** What is broken, in words; on the operator's side only. */
  readonly problems: readonly Explanation[];
}

/**
 * Judges every claim of a batch folder and, where a production record was imported, the exceptions in it; or only the
 * named claims. Errors: those of `readBatch`, `gatherEvidence` and `mesExceptionsOf`.
 * @param siteKey the first custodian's key; without it rule `batch` of custody of stage 0 is not judged
 */
export async function checkBatch(
  dir: string,
  claims: readonly string[] = [],
  siteKey?: SiteKey,
): Promise<ClaimVerdict[]> {
  const batch = await readBatch(dir);
  const ids = claims.length > 0 ? claims : batch.policy.claims.map(({ id }) => id);
  const verdicts: ClaimVerdict[] = [];
  for (const claim of ids) verdicts.push(await verdictOn(batch, claim, siteKey));
  return claims.length > 0 ? verdicts : [...verdicts, ...(await verdictOnMes(batch))];
}

/** One verdict, with one problem for each exception that blocks release; none where no production record was imported. */
async function verdictOnMes(batch: Batch): Promise<ClaimVerdict[]> {
  const exceptions = await mesExceptionsOf(batch);
  if (exceptions === undefined) return [];
  const open = exceptions.filter(({ state }) => state === "open");
  const problems = open.map(
    ({ id, missing }) => ({ rule: MES_RULE, message: `${id} is open: ${missing.join("; ")}.` }) as const,
  );
  const outcome = open.length > 0 ? "fail" : "pass";
  return [{ claim: MES_EXCEPTIONS, outcome, deviations: [], remarks: [], problems }];
}

/** No evidence yet: the record, or the hand-off. */
const MISSING: readonly (string | undefined)[] = ["record-missing", "handoff-missing"];

async function verdictOn(batch: Batch, claimId: string, siteKey: SiteKey | undefined): Promise<ClaimVerdict> {
  try {
    const { claim } = claimOf(batch, claimId);
    const judgement = judge(claim, await gatherEvidence(batch, claimId, siteKey));
    const judged =
      claim.kind === "custody" && claim.stage === 0 && siteKey === undefined ? withoutOrigin(judgement) : judgement;
    const holds = judged.deviations.length === 0 ? "pass" : "deviation";
    return { claim: claimId, outcome: judged.problems.length > 0 ? "fail" : holds, ...judged };
  } catch (error) {
    if (!(error instanceof BatchproofError && MISSING.includes(error.code))) throw error;
    return { claim: claimId, outcome: "missing", deviations: [], remarks: [], problems: [] };
  }
}

/** Only the site's secret tells whether the batch is the order's one batch: `prove` asks for it, and judges. */
function withoutOrigin({ problems, remarks, ...rest }: Judgement): Judgement {
  return {
    ...rest,
    problems: problems.filter(({ rule }) => rule !== "batch"),
    remarks: [...remarks, "rule batch was not judged: it needs the first custodian's key (--key)"],
  };
}

/** One line a claim, one a remark and one a problem. */
export function checkText(verdicts: readonly ClaimVerdict[]): string {
  return verdicts
    .flatMap(({ claim, outcome, deviations, remarks, problems }) => [
      `${claim}: ${outcome}${outcome === "deviation" ? ` (${deviations.join(", ")})` : ""}`,
      ...remarks.map((line) => `  ${line}`),
      ...problems.map(({ rule, message }) => `  rule ${rule}: ${message}`),
    ])
    .join("\n");
}
