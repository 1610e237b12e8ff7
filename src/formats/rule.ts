import { TAG } from "./constants.ts";
import { sponge } from "./poseidon.ts";

/**
 * A temperature rule as the circuit reads it (rule version 0). All numbers are non-negative field elements.
 * Code u stands for (origin + u * stepNum / stepDen) micro-degrees, origin offset by CELSIUS_OFFSET; codes 0 to
 * `width` are the permitted ones.
 */
export interface TemperatureRule {
  readonly version: bigint;
  readonly kind: bigint;
  /** Position of the claim in the policy. */
  readonly claimIndex: bigint;
  readonly stage: bigint;
  readonly productHash: bigint;
  readonly policyVersion: bigint;
  readonly channelId: bigint;
  readonly origin: bigint;
  readonly stepNum: bigint;
  readonly stepDen: bigint;
  readonly width: bigint;
  /** Whole seconds. */
  readonly tick: bigint;
  /** Longest legal interval between readings, in ticks: G, 127 to 254. */
  readonly gapTicks: bigint;
  /** Seconds after the stage's start in which the first reading may lie. */
  readonly lead: bigint;
  /** Seconds before the stage's end in which the last reading may lie. */
  readonly tail: bigint;
  /** Largest legal clock error of the device, seconds. */
  readonly clockTolerance: bigint;
  /** 1: the record's source must belong to another organisation than the custodian; 0: to the same. */
  readonly independent: bigint;
  readonly salt: bigint;
}

/** The order in which a rule is absorbed, one field an element, never packed. */
export const TEMPERATURE_RULE_FIELDS = [
  "version",
  "kind",
  "claimIndex",
  "stage",
  "productHash",
  "policyVersion",
  "channelId",
  "origin",
  "stepNum",
  "stepDen",
  "width",
  "tick",
  "gapTicks",
  "lead",
  "tail",
  "clockTolerance",
  "independent",
  "salt",
] as const satisfies readonly (keyof TemperatureRule)[];

/** Public signal `rule`. */
export function ruleHash(rule: TemperatureRule): bigint {
  return sponge(
    TAG.RULE,
    TEMPERATURE_RULE_FIELDS.map((field) => rule[field]),
  );
}
