import type { RuleName } from "../errorCodes.ts";

/** What every kind of claim judges its rules with. */

export type Verdict = readonly [holds: boolean, problem: string];

/** One broken rule. */
export interface RuleFinding<Rule extends RuleName> {
  readonly rule: Rule;
  /** What is wrong, in one clause, with numbers where they help. */
  readonly problem: string;
}

/** A finding for each verdict that does not hold. */
export function findings<Rule extends RuleName>(rule: Rule, verdicts: readonly Verdict[]): RuleFinding<Rule>[] {
  return verdicts.filter(([holds]) => !holds).map(([, problem]) => ({ rule, problem }));
}

/** Whether a number has at most so many bits. */
export function fits(value: bigint, bits: number): boolean {
  return value >= 0n && value < 1n << BigInt(bits);
}

/** Whether a number is a flag. */
export function isFlag(value: bigint): boolean {
  return value === 0n || value === 1n;
}
