import type { KindName, Signals } from "../formats/constants.ts";
import type { ClaimEvidence } from "../rules/claimEvidence.ts";
import { checkCustody } from "../rules/custody.ts";
import { custodySignals } from "../rules/custodyEvidence.ts";
import { signalsOf } from "../rules/evidence.ts";
import type { RuleFinding } from "../rules/findings.ts";
import { checkParameters } from "../rules/parameters.ts";
import { parametersSignalsOf } from "../rules/parametersEvidence.ts";
import { checkQuality } from "../rules/quality.ts";
import { qualitySignals } from "../rules/qualityEvidence.ts";
import { checkTemperature } from "../rules/temperature.ts";
import { custodyInput } from "./custodyInput.ts";
import { temperatureInput, type CircuitInput } from "./input.ts";
import { parametersInput } from "./parametersInput.ts";
import { qualityInput } from "./qualityInput.ts";

/** What a circuit proves of a claim's evidence, whatever the claim's kind. */
export interface Statement {
  readonly kind: KindName;
  /** Capacity that the circuit must have: a series' padding is part of its record; undefined where the kind has one circuit. */
  readonly capacity: bigint | undefined;
  /** Every broken rule; empty: it can be proven. */
  readonly findings: () => readonly RuleFinding<string>[];
  /** The seven public signals; only of evidence that keeps its rules. */
  readonly signals: (context: bigint) => Signals;
  /** Input of the witness calculator. */
  readonly input: (signals: Signals) => CircuitInput;
}

/** The statement of a claim's evidence. */
export function statementOf(claim: ClaimEvidence): Statement {
  switch (claim.kind) {
    case "temperature": {
      const { kind, evidence } = claim;
      return {
        kind,
        capacity: evidence.header.n,
        findings: () => checkTemperature(evidence),
        signals: (context) => signalsOf(evidence, context),
        input: (signals) => temperatureInput(evidence, signals),
      };
    }
    case "parameters": {
      const { kind, evidence } = claim;
      return {
        kind,
        capacity: evidence.header.n,
        findings: () => checkParameters(evidence),
        signals: (context) => parametersSignalsOf(evidence, context),
        input: (signals) => parametersInput(evidence, signals),
      };
    }
    case "custody": {
      const { kind, evidence } = claim;
      return {
        kind,
        capacity: undefined,
        findings: () => checkCustody(evidence),
        signals: (context) => custodySignals(evidence, context),
        input: (signals) => custodyInput(evidence, signals),
      };
    }
    case "quality": {
      const { kind, evidence } = claim;
      return {
        kind,
        capacity: undefined,
        findings: () => checkQuality(evidence),
        signals: (context) => qualitySignals(evidence, context),
        input: (signals) => qualityInput(evidence, signals),
      };
    }
  }
}
