import { expect } from "vitest";
import { qualityInput } from "../../src/kinds/quality/input.ts";
import { CATEGORIES, QUALITY_SLOTS, qualityRuleColumns } from "../../src/formats/qualityRule.ts";
import { resultSetColumns } from "../../src/formats/results.ts";
import { checkQuality, type QualityRuleName } from "../../src/kinds/quality/check.ts";
import { type QualityEvidence } from "../../src/kinds/quality/evidence.ts";
import type { CircuitUnderTest, Violation } from "./circuit.ts";
import { CONTEXT } from "./evidence.ts";
import { bus, type CircuitInput } from "../../src/kinds/circuitInput.ts";
import { qualitySignals } from "../../src/kinds/quality/statement.ts";
import { remembered } from "./remember.ts";

/** What is proven: the tests compile the circuit itself. */
export const QUALITY_MAIN = "circuits/main/quality.circom";

/** Rules complete, spec, group, product and date on their own: a sixth of the circuit. */
export const JUDGEMENT_MAIN = "test/circuits/instances/quality-judgement.circom";
export const JUDGED: readonly string[] = ["complete", "spec", "group", "product", "date"];

/** The component of circuits/quality.circom that proves each rule. */
const OWNER: Readonly<Record<string, QualityRuleName>> = {
  ruleOpening: "rule",
  headOpening: "head",
  recordOpening: "record",
  complete: "complete",
  spec: "spec",
  group: "group",
  product: "product",
  date: "date",
  lab: "lab",
  openingTime: "opened",
};
/** Inputs that only one rule judges: results and rule together are compared by `complete` alone. */
const INPUT_OWNER: readonly (readonly [input: string, rule: QualityRuleName])[] = [
  ["results", "complete"],
  ["ruleFields", "rule"],
  ["rule", "rule"],
  ["headFields", "head"],
  ["labPath", "lab"],
];

/** The rules whose constraints a witness breaks, in the whole circuit or in template Judgement. */
export function brokenQualityRules(violations: readonly Violation[]): string[] {
  const rules = violations.map(({ signals }): string => {
    const components = signals.map(componentOf);
    const owner = components.find((name) => name in OWNER);
    if (owner !== undefined) return OWNER[owner] ?? "main";
    return INPUT_OWNER.find(([input]) => components.includes(input))?.[1] ?? "main";
  });
  return [...new Set(rules)].sort();
}

/** The component that a signal is in. What `group` calls `passed` is the verdict of `spec`. */
function componentOf(signal: string): string {
  const path = signal.replace(/^judgement\./, "");
  return path.startsWith("group.passed") ? "spec" : (path.split(/[.[]/)[0] ?? "");
}

export const qualityInputOf = remembered((evidence: QualityEvidence): CircuitInput =>
  qualityInput(evidence, qualitySignals(evidence, CONTEXT)),
);

/** The rules that the circuit's constraints refuse for this input; empty: provable. */
export async function refusedQuality(circuit: CircuitUnderTest, input: CircuitInput): Promise<string[]> {
  return brokenQualityRules(circuit.violations(await circuit.witness(input)));
}

export function checkedQuality(evidence: QualityEvidence): string[] {
  return [...new Set(checkQuality(evidence).map(({ rule }) => rule))].sort();
}

/** `check` accepts exactly what the constraints accept. Returns the rules that `check` names. */
export async function expectQualityAgreement(
  circuit: CircuitUnderTest,
  evidence: QualityEvidence,
  inputOf: (evidence: QualityEvidence) => CircuitInput = qualityInputOf,
): Promise<string[]> {
  const named = checkedQuality(evidence);
  const refused = await refusedQuality(circuit, inputOf(evidence));
  expect(refused.length === 0, `check: ${named.join()}, circuit: ${refused.join()}`).toBe(named.length === 0);
  return named;
}

/** Input of template Judgement. */
export const judgementInput = remembered((evidence: QualityEvidence): CircuitInput => {
  const bits = (set: bigint): bigint[] => Array.from({ length: CATEGORIES }, (_, k) => (set >> BigInt(k)) & 1n);
  return {
    ...bus("rule", qualityRuleColumns(evidence.rule)),
    ...bus("results", resultSetColumns(evidence.set)),
    permitted: Array.from({ length: QUALITY_SLOTS }, (_, i) => bits(evidence.rule.slots[i]?.categories ?? 0n)).flat(),
    start: evidence.head.start,
    end: evidence.head.end,
  };
});
