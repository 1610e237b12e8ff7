import { codesOf, type CodeIn } from "../errorCodes.ts";

/** Something wrong with a policy, or something its approvers should know. Errors stop `publish`. */
export interface LintFinding {
  readonly severity: "error" | "warning";
  readonly code: LintCode;
  /** JSON pointer into the policy. */
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string;
}

/** The checks, by the names that `--json` and the tests use: group `policy` of the error codes. */
export const LINT_CODES = codesOf("policy");
export type LintCode = CodeIn<"policy">;

export function isError({ severity }: LintFinding): boolean {
  return severity === "error";
}

export function error(code: LintCode, pointer: string, message: string, remedy: string): LintFinding {
  return { severity: "error", code, pointer, message, remedy };
}

export function warning(code: LintCode, pointer: string, message: string, remedy: string): LintFinding {
  return { severity: "warning", code, pointer, message, remedy };
}
