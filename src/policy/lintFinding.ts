/** Something wrong with a policy, or something its approvers should know. Errors stop `publish`. */
export interface LintFinding {
  readonly severity: "error" | "warning";
  readonly code: LintCode;
  /** JSON pointer into the policy. */
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string;
}

/** The checks, by the names that `--json` and the tests use. Those up to `result-within` judge one rule by itself. */
export const LINT_CODES = [
  "range",
  "physical-range",
  "grid",
  "normal-range",
  "normal-grid",
  "gap",
  "normal-missing",
  "side-unlimited",
  "rounded",
  "useless",
  "mkt-limit",
  "mkt-precision",
  "mkt-span",
  "mkt-grid",
  "mkt-heat",
  "lead",
  "tail",
  "clock-tolerance",
  "channels",
  "boundary",
  "duration",
  "sealed",
  "hold",
  "analyte-twice",
  "words",
  "permitted",
  "permits-all",
  "limit",
  "no-value",
  "result-decimals",
  "result-size",
  "reported-only",
  "or-before",
  "or-unlimited",
  "product-factor",
  "product-scale",
  "product-name",
  "product-group",
  "result-within",
  "stage",
  "stage-name",
  "stage-empty",
  "claim-id",
  "same-limits",
  "circuit",
  "class",
  "needed-for",
  "max-due",
  "custody",
  "custody-missing",
  "custody-repeated",
  "custody-order",
] as const;
export type LintCode = (typeof LINT_CODES)[number];

export function isError({ severity }: LintFinding): boolean {
  return severity === "error";
}

export function error(code: LintCode, pointer: string, message: string, remedy: string): LintFinding {
  return { severity: "error", code, pointer, message, remedy };
}

export function warning(code: LintCode, pointer: string, message: string, remedy: string): LintFinding {
  return { severity: "warning", code, pointer, message, remedy };
}
