import { expect } from "vitest";
import { checkTemperature, type TemperatureRuleName } from "../../src/kinds/temperature/check.ts";
import { type TemperatureEvidence } from "../../src/kinds/temperature/evidence.ts";
import { temperatureInput } from "../../src/kinds/temperature/input.ts";
import { temperatureRuleHash } from "../../src/formats/temperatureRule.ts";
import { stageHead } from "../../src/formats/head.ts";
import { temperatureDeviationBits } from "../../src/kinds/temperature/check.ts";
import type { Signals } from "../../src/formats/constants.ts";
import type { CircuitUnderTest, Violation } from "./circuit.ts";
import { isEncodable } from "../../src/formats/series.ts";
import { CONTEXT } from "./evidence.ts";
import { temperatureSignals } from "../../src/kinds/temperature/statement.ts";
import { openedSignal } from "../../src/kinds/opened.ts";
import type { CircuitInput } from "../../src/kinds/circuitInput.ts";
import { remembered } from "./remember.ts";

/** The component of circuits/temperature.circom that proves each rule, and inputs that only one rule judges. */
const OWNER: Readonly<Record<string, TemperatureRuleName>> = {
  ruleOpening: "rule",
  headOpening: "head",
  gap: "gap",
  range: "range",
  recordOpening: "record",
  window: "window",
  thinning: "thinning",
  clock: "clock",
  source: "source",
  device: "device",
  openingTime: "opened",
  "excursions.normalBand": "rule",
  "excursions.cumulative": "cumulative",
  "excursions.single": "single",
  "excursions.mkt": "mkt",
  ruleFields: "rule",
  headFields: "head",
  sourcePath: "source",
  devicePath: "device",
  header: "clock", // the zone flag; all other fields of the header are only absorbed or compared
};
const INPUTS: ReadonlySet<string> = new Set(["ruleFields", "headFields", "header", "sourcePath", "devicePath"]);

/** The rules whose constraints a malicious witness breaks. */
export function brokenRules(violations: readonly Violation[]): string[] {
  const rules = violations.map(({ signals }) => {
    const owners = signals.map(componentOf).filter((owner) => owner in OWNER);
    const owner = owners.find((name) => !INPUTS.has(name)) ?? owners[0];
    return (owner === undefined ? undefined : OWNER[owner]) ?? "main";
  });
  return [...new Set(rules)].sort();
}

/** The component that a signal is in: of the excursions the one inside. */
function componentOf(signal: string): string {
  const [outer = "", inner = ""] = signal.split(/[.[]/);
  return outer === "excursions" ? `${outer}.${inner}` : outer;
}

/** Public signals even where the rows have no record: such evidence must be refused before the record matters. */
export function anySignals(evidence: TemperatureEvidence): Signals {
  if (isEncodable(evidence.rows)) return temperatureSignals(evidence, CONTEXT);
  return {
    batch: evidence.batch,
    rule: temperatureRuleHash(evidence.rule),
    head: stageHead(evidence.head),
    parties: evidence.parties,
    record: 0n,
    deviations: temperatureDeviationBits(evidence),
    context: CONTEXT,
    opened: openedSignal(evidence),
  };
}

export const inputOf = remembered((evidence: TemperatureEvidence): CircuitInput =>
  temperatureInput(evidence, anySignals(evidence)),
);

/** The rules that the circuit's constraints refuse for this input; empty: provable. */
export async function refusedRules(circuit: CircuitUnderTest, input: CircuitInput): Promise<string[]> {
  return brokenRules(circuit.violations(await circuit.witness(input)));
}

/** `check` accepts exactly what the constraints accept. Returns the rules that `check` names. */
export async function expectAgreement(proven: CircuitUnderTest, evidence: TemperatureEvidence): Promise<string[]> {
  const named = checkedRules(evidence);
  expect((await refusedRules(proven, inputOf(evidence))).length === 0, named.join()).toBe(named.length === 0);
  return named;
}

export function checkedRules(evidence: TemperatureEvidence): string[] {
  return [...new Set(checkTemperature(evidence).map(({ rule }) => rule))].sort();
}
