import type { LintFinding, LintCode } from "../../src/policy/lintFinding.ts";
import type { Policy } from "../../src/policy/document.ts";

/** One finding on both sides: `good` is as near to `bad` as the check allows. */
export interface Case {
  readonly what: string;
  readonly code: LintCode;
  readonly severity: LintFinding["severity"];
  readonly good: Policy;
  readonly bad: Policy;
  /** Of the finding in `bad`. */
  readonly pointer: string;
}
