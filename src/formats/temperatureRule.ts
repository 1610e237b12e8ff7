import { MKT_COEFFICIENTS, TAG } from "./constants.ts";
import { sponge } from "./poseidon.ts";

/**
 * A temperature rule as the circuit reads it. All numbers are non-negative field elements.
 * Code u stands for (origin + u * stepNum / stepDen) micro-degrees, origin offset by CELSIUS_OFFSET; codes 0 to
 * `width` are the permitted ones, codes `normalLow` to `normalHigh` the normal band.
 */
export interface TemperatureRule {
  readonly version: bigint;
  readonly kind: bigint;
  /** Position of the claim in the policy. */
  readonly claimIndex: bigint;
  readonly stage: bigint;
  readonly productHash: bigint;
  readonly policyVersion: bigint;
  /** Longest time from the stage's start to the batch's opening, seconds; NO_OPENED_WITHIN where the rule sets none. */
  readonly openedWithin: bigint;
  readonly channelId: bigint;
  readonly origin: bigint;
  readonly stepNum: bigint;
  readonly stepDen: bigint;
  readonly width: bigint;
  /** Whole seconds. */
  readonly tick: bigint;
  /** Longest legal interval between readings, in ticks: G, 127 to 254. */
  readonly gapTicks: bigint;
  /** First and last code of the normal band; 0 and `width` where the rule has none. */
  readonly normalLow: bigint;
  readonly normalHigh: bigint;
  /** Seconds after the stage's start in which the first reading may lie. */
  readonly lead: bigint;
  /** Seconds before the stage's end in which the last reading may lie. */
  readonly tail: bigint;
  /** Largest legal clock error of the device, seconds. */
  readonly clockTolerance: bigint;
  /** 1: the record's source must belong to another organisation than the custodian; 0: to the same. */
  readonly independent: bigint;
  /** Longest buckets, in seconds, to which the source may thin the series; 0: not at all, as wherever a mean is limited. */
  readonly bucket: bigint;
  /** How many devices the stage names, 1 to 8. */
  readonly devices: bigint;
  /** The slot, from 1, of the device whose record this is; 0: any one of the stage's devices. */
  readonly slot: bigint;
  /** Longest total time above and below the normal band, in half-ticks; NO_BUDGET where the rule sets none. */
  readonly budgetAbove: bigint;
  readonly budgetBelow: bigint;
  /** Longest uninterrupted excursion, in ticks; NO_SINGLE where the rule sets none. */
  readonly single: bigint;
  /** Longest stage over which a mean kinetic temperature may be taken, in seconds; NO_MKT_SPAN without such a limit. */
  readonly mktSpan: bigint;
  /** Largest mean weight in WEIGHT_PARTS: that of the limit of the mean kinetic temperature; 0 without such a limit. */
  readonly mktLimit: bigint;
  /**
   * Of the polynomial that bounds the weights from above, in WEIGHT_PARTS, by rising power: MKT_COEFFICIENTS, a negative one
   * as FIELD minus its size (src/kinds/temperature/weightPolynomial.ts); all 0 without such a limit.
   */
  readonly mktCoefficients: readonly bigint[];
  readonly salt: bigint;
}

/** The order in which a rule is absorbed, one number an element, never packed. */
export const TEMPERATURE_RULE_FIELDS = [
  "version",
  "kind",
  "claimIndex",
  "stage",
  "productHash",
  "policyVersion",
  "openedWithin",
  "channelId",
  "origin",
  "stepNum",
  "stepDen",
  "width",
  "tick",
  "gapTicks",
  "normalLow",
  "normalHigh",
  "lead",
  "tail",
  "clockTolerance",
  "independent",
  "bucket",
  "devices",
  "slot",
  "budgetAbove",
  "budgetBelow",
  "single",
  "mktSpan",
  "mktLimit",
  "mktCoefficients",
  "salt",
] as const satisfies readonly (keyof TemperatureRule)[];

/** Values of a rule's fields that set no limit: no series of any circuit can reach them, and 0 is at most 0. */
export const NO_BUDGET = (1n << 32n) - 1n;
export const NO_SINGLE = (1n << 24n) - 1n;
export const NO_MKT_SPAN = (1n << 32n) - 1n;
export const NO_MKT_COEFFICIENTS: readonly bigint[] = new Array<bigint>(MKT_COEFFICIENTS).fill(0n);

/** Public signal `rule`. */
export function temperatureRuleHash(rule: TemperatureRule): bigint {
  return sponge(
    TAG.RULE,
    TEMPERATURE_RULE_FIELDS.flatMap((field) => rule[field]),
  );
}
