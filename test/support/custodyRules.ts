import { expect } from "vitest";
import { textHash } from "../../src/formats/identity.ts";
import { custodyInput } from "../../src/kinds/custody/input.ts";
import { checkCustody, type CustodyRuleName } from "../../src/kinds/custody/check.ts";
import { type CustodyEvidence } from "../../src/kinds/custody/evidence.ts";
import type { CircuitUnderTest, Violation } from "./circuit.ts";
import type { CircuitInput } from "../../src/kinds/circuitInput.ts";
import { custodySignals } from "../../src/kinds/custody/statement.ts";
import { remembered } from "./remember.ts";

export const CONTEXT = textHash("a context");

/** The component of circuits/custody.circom that proves each rule. */
const COMPONENTS: Readonly<Record<string, CustodyRuleName>> = {
  ruleOpening: "rule",
  headOpening: "head",
  order: "order",
  hold: "hold",
  duration: "duration",
  custodian: "custodian",
  nextCustodian: "custodian",
  handoff: "handoff",
  condition: "condition",
  seal: "seal",
  batchOpening: "batch",
  openingTime: "opened",
};

/** Inputs by which a constraint between inputs alone tells its rule; of several the first. */
const INPUTS: readonly (readonly [input: RegExp, rule: CustodyRuleName])[] = [
  [/^opening\.|^before\.next/, "continuity"],
  [/^before\.stage$/, "head"],
  [/^before\.seal$/, "seal"],
  [/^headFields\.next|^nextLeaf\.org$/, "handoff"],
  [/^(custodian|next)Path\.|^custodianLeaf\.org$/, "custodian"],
  [/^ruleFields\./, "rule"],
];

/** The rules whose constraints a malicious witness breaks. */
export function brokenRules(violations: readonly Violation[]): string[] {
  return [...new Set(violations.map(({ signals }) => ruleOf(signals)))].sort();
}

function ruleOf(signals: readonly string[]): string {
  const component = signals.map((signal) => signal.split(".")[0] ?? "").find((name) => name in COMPONENTS);
  if (component !== undefined) return COMPONENTS[component] ?? "main";
  return INPUTS.find(([input]) => signals.some((signal) => input.test(signal)))?.[1] ?? "main";
}

export const inputOf = remembered((evidence: CustodyEvidence): CircuitInput =>
  custodyInput(evidence, custodySignals(evidence, CONTEXT)),
);

/** The rules that the circuit's constraints refuse for this input; empty: provable. */
export async function refusedRules(circuit: CircuitUnderTest, input: CircuitInput): Promise<string[]> {
  return brokenRules(circuit.violations(await circuit.witness(input)));
}

/** `check` accepts exactly what the constraints accept. Returns the rules that `check` names. */
export async function expectAgreement(proven: CircuitUnderTest, evidence: CustodyEvidence): Promise<string[]> {
  const named = checkedRules(evidence);
  expect((await refusedRules(proven, inputOf(evidence))).length === 0, named.join()).toBe(named.length === 0);
  return named;
}

export function checkedRules(evidence: CustodyEvidence): string[] {
  return [...new Set(checkCustody(evidence).map(({ rule }) => rule))].sort();
}
