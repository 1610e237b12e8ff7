import { BatchproofError } from "../errors.ts";
import { readBatch } from "../batch/folder.ts";
import { checkTemperature, deviationBits, deviationNames } from "../rules/temperature.ts";
import { describeBudgets, explain, type Explanation } from "../rules/explain.ts";
import { gatherEvidence } from "./evidence.ts";

/** The verdict on one claim, from the same rules as the circuit. */
export interface ClaimVerdict {
  readonly claim: string;
  /** `deviation`: the rule holds, and the reader is told something. `missing`: no record yet. */
  readonly outcome: "pass" | "deviation" | "fail" | "missing";
  readonly deviations: readonly string[];
  /** What the record uses of its budgets, in words; on the operator's side only. */
  readonly budgets: readonly string[];
  /** What is broken, in words; on the operator's side only. */
  readonly problems: readonly Explanation[];
}

/** Judges every claim of a batch folder, or the named ones. Errors: those of `readBatch` and `gatherEvidence`. */
export async function checkBatch(dir: string, claims: readonly string[] = []): Promise<ClaimVerdict[]> {
  const batch = await readBatch(dir);
  const ids = claims.length > 0 ? claims : batch.policy.claims.map(({ id }) => id);
  const verdicts: ClaimVerdict[] = [];
  for (const claim of ids) verdicts.push(await verdictOn(batch, claim));
  return verdicts;
}

async function verdictOn(batch: Awaited<ReturnType<typeof readBatch>>, claim: string): Promise<ClaimVerdict> {
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
