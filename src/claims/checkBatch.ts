import { BatchproofError } from "../errors.ts";
import { readBatch, type Batch } from "../batch/folder.ts";
import { checkTemperature, deviationBits, deviationNames } from "../rules/temperature.ts";
import { describeBudgets, explain, type Explanation } from "../rules/explain.ts";
import { gatherEvidence } from "./evidence.ts";
import { mesExceptionsOf } from "./mesRecord.ts";

/** Stands for a claim in the verdict on the exceptions of the MES's production record. */
export const MES_EXCEPTIONS = "MES exceptions";
const MES_RULE = "mes-exception";

/** What is broken, in words. */
export type Problem = Omit<Explanation, "rule"> & { readonly rule: Explanation["rule"] | typeof MES_RULE };

/** The verdict on one claim, from the same rules as the circuit, or on the MES's exceptions. */
export interface ClaimVerdict {
  /** Id of the claim, or MES_EXCEPTIONS. */
  readonly claim: string;
  /** `deviation`: the rule holds, and the reader is told something. `missing`: no record yet. */
  readonly outcome: "pass" | "deviation" | "fail" | "missing";
  readonly deviations: readonly string[];
  /** What the record uses of its budgets, in words; on the operator's side only. */
  readonly budgets: readonly string[];
  /** What is broken, in words; on the operator's side only. */
  readonly problems: readonly Problem[];
}

/**
 * Judges every claim of a batch folder and, where a production record was imported, the exceptions in it; or only the
 * named claims. Errors: those of `readBatch`, `gatherEvidence` and `mesExceptionsOf`.
 */
export async function checkBatch(dir: string, claims: readonly string[] = []): Promise<ClaimVerdict[]> {
  const batch = await readBatch(dir);
  const ids = claims.length > 0 ? claims : batch.policy.claims.map(({ id }) => id);
  const verdicts: ClaimVerdict[] = [];
  for (const claim of ids) verdicts.push(await verdictOn(batch, claim));
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
  return [{ claim: MES_EXCEPTIONS, outcome, deviations: [], budgets: [], problems }];
}

async function verdictOn(batch: Batch, claim: string): Promise<ClaimVerdict> {
  try {
    const evidence = await gatherEvidence(batch, claim);
    const findings = checkTemperature(evidence);
    const deviations = deviationNames(deviationBits(evidence));
    const budgets = describeBudgets(evidence);
    const holds = deviations.length === 0 ? "pass" : "deviation";
    const outcome = findings.length > 0 ? "fail" : holds;
    return { claim, outcome, deviations, budgets, problems: explain(evidence, findings) };
  } catch (error) {
    if (!(error instanceof BatchproofError && error.code === "record-missing")) throw error;
    return { claim, outcome: "missing", deviations: [], budgets: [], problems: [] };
  }
}

/** One line a claim, one a budget and one a problem. */
export function checkText(verdicts: readonly ClaimVerdict[]): string {
  return verdicts
    .flatMap(({ claim, outcome, deviations, budgets, problems }) => [
      `${claim}: ${outcome}${outcome === "deviation" ? ` (${deviations.join(", ")})` : ""}`,
      ...budgets.map((line) => `  ${line}`),
      ...problems.map(({ rule, message }) => `  rule ${rule}: ${message}`),
    ])
    .join("\n");
}
