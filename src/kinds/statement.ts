import type { ErrorCode, RuleName } from "../errorCodes.ts";
import type { KindName, Signals } from "../formats/constants.ts";
import type { CircuitInput } from "./circuitInput.ts";
import type { RuleFinding } from "./findings.ts";
import type { SeriesFigures } from "./series/figures.ts";

/** A broken rule in plain words, with reading, time and limit where the rule judges readings. */
export interface Explanation {
  readonly rule: ErrorCode;
  readonly message: string;
  /** Number of the reading within the stage, from 1. */
  readonly reading?: number;
  /** RFC 3339. */
  readonly time?: string;
  readonly limit?: string;
}

/** What is said of a claim's evidence, to those who may see it. */
export interface Judgement {
  /** Broken rules in words; none: the claim holds. */
  readonly problems: readonly Explanation[];
  /** Names of the deviations that the public will see. */
  readonly deviations: readonly string[];
  /** What the record of a series says, one for each channel. */
  readonly series: readonly SeriesFigures[];
  /** What the record uses of its limits. */
  readonly remarks: readonly string[];
}

/** What a claim's evidence is judged by and what a circuit proves of it, whatever the claim's kind. */
export interface Statement {
  readonly kind: KindName;
  /** Capacity that the circuit must have: a series' padding is part of its record; undefined where the kind has one circuit. */
  readonly capacity: bigint | undefined;
  /** Every broken rule; empty: it can be proven. */
  readonly findings: () => readonly RuleFinding<RuleName>[];
  /** The same in words, by the rules of the circuit in plain TypeScript. */
  readonly judge: () => Judgement;
  /** The eight public signals; only of evidence that keeps its rules, and where it is known when the batch was opened. */
  readonly signals: (context: bigint) => Signals;
  /** Input of the witness calculator. */
  readonly input: (signals: Signals) => CircuitInput;
}
