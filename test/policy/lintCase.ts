import type { Finding, LintCode } from "../../src/policy/findings.ts";
import type { Policy } from "../../src/policy/policy.ts";

/** One finding on both sides: `good` is as near to `bad` as the check allows. */
export interface Case {
  readonly what: string;
  readonly code: LintCode;
  readonly severity: Finding["severity"];
  readonly good: Policy;
  readonly bad: Policy;
  /** Of the finding in `bad`. */
  readonly pointer: string;
}
