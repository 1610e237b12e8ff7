/** Policies: read, judge, compare, show. */
export { parsePolicy, readPolicy } from "../kinds/policy.ts";
export { documentHash, type Claim, type Policy } from "../policy/document.ts";
export type { LintFinding } from "../policy/lintFinding.ts";
export { diffPolicies, showDiff, type PolicyChange, type PolicyDiff } from "../review/diff.ts";
export { lintPolicy } from "../review/lint.ts";
export { showPolicy } from "../review/show.ts";
