import type { Batch } from "../batch/batch.ts";
import { EVIDENCE, isMissingEvidence, type Known } from "../batch/evidence.ts";
import { describeFigures, type SeriesFigures } from "../kinds/series/figures.ts";
import type { Explanation } from "../kinds/statement.ts";
import { allClaims, type IndexedClaim } from "../policy/document.ts";
import { mesExceptionsOf } from "./mesExceptions.ts";

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
  /** What the record of a series says, one for each channel; on the operator's side only. */
  readonly series: readonly SeriesFigures[];
  /** What the record uses of its limits, in words; on the operator's side only. */
  readonly remarks: readonly string[];
  /** What is broken, in words; on the operator's side only. */
  readonly problems: readonly Explanation[];
}

/**
 * Judges claims of a batch, and with all of them, where a production record was imported, the exceptions in it. Errors:
 * those of `EvidenceStore.statement` and `mesExceptionsOf`.
 * @param claims those to judge; all of the policy's if none is named
 * @param known without `siteKey` rule `batch` of custody of stage 0 is not judged, without `opened` rule `opened`
 */
export async function checkBatch(
  batch: Batch,
  claims: readonly IndexedClaim[] = [],
  known: Known = {},
): Promise<ClaimVerdict[]> {
  const verdicts: ClaimVerdict[] = [];
  for (const claim of claims.length > 0 ? claims : allClaims(batch.policy))
    verdicts.push(await verdictOn(batch, claim, known));
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
  return [{ claim: MES_EXCEPTIONS, outcome, deviations: [], series: [], remarks: [], problems }];
}

async function verdictOn(batch: Batch, claim: IndexedClaim, known: Known): Promise<ClaimVerdict> {
  const { id, kind } = claim.claim;
  try {
    const judged = (await EVIDENCE[kind].statement(batch, claim, known)).judge();
    const holds = judged.deviations.length === 0 ? "pass" : "deviation";
    return { claim: id, outcome: judged.problems.length > 0 ? "fail" : holds, ...judged };
  } catch (error) {
    if (!isMissingEvidence(error)) throw error;
    return { claim: id, outcome: "missing", deviations: [], series: [], remarks: [], problems: [] };
  }
}

/**
 * A line a claim, with the figures of each of its series, and one a remark and a problem.
 * @param withCurves draws each series, for a terminal that shows block characters
 */
export function checkText(verdicts: readonly ClaimVerdict[], withCurves = false): string {
  return verdicts
    .flatMap(({ claim, outcome, deviations, series, remarks, problems }) => [
      `${claim}: ${outcome}${outcome === "deviation" ? ` (${deviations.join(", ")})` : ""}`,
      ...series.flatMap((figures) => describeFigures(figures, withCurves)).map((line) => `  ${line}`),
      ...remarks.map((line) => `  ${line}`),
      ...problems.map(({ rule, message }) => `  rule ${rule}: ${message}`),
    ])
    .join("\n");
}

/** Whether a claim holds. */
export function holds({ outcome }: ClaimVerdict): boolean {
  return outcome === "pass" || outcome === "deviation";
}

/** A verdict for machines: curves are for eyes. */
export function withoutCurves(verdict: ClaimVerdict): object {
  return { ...verdict, series: verdict.series.map((figures) => ({ ...figures, curve: undefined })) };
}
