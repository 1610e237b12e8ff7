import { BatchproofError } from "../errors.ts";
import { error, LINT_CODES, type LintFinding } from "./lintFinding.ts";

/** What a derivation gives, or what it refuses as a finding: the derivation stays the one place that judges its numbers. */
export function derived<T>(pointer: string, derive: () => T): { readonly value?: T; readonly findings: LintFinding[] } {
  try {
    return { value: derive(), findings: [] };
  } catch (cause) {
    const code = cause instanceof BatchproofError ? LINT_CODES.find((known) => known === cause.code) : undefined;
    if (code === undefined) throw cause;
    const { message, remedy, place } = cause as BatchproofError;
    return { findings: [error(code, `${pointer}/${place ?? ""}`, message, remedy ?? "Correct the number.")] };
  }
}
