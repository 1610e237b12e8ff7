import { CELSIUS_OFFSET, KIND, NO_OPENED_WITHIN, TEMPERATURE_RULE_VERSION } from "../../src/formats/constants.ts";
import {
  NO_BUDGET,
  NO_MKT_COEFFICIENTS,
  NO_MKT_SPAN,
  NO_SINGLE,
  type TemperatureRule,
} from "../../src/formats/temperatureRule.ts";

/** 2.0 to 8.0 °C in steps of 0.04 °C, a gap of 15 minutes in ticks of 5 s, no lead, tail, budget or mean. */
export const FRIDGE_RULE: TemperatureRule = {
  version: BigInt(TEMPERATURE_RULE_VERSION),
  kind: BigInt(KIND.temperature),
  claimIndex: 0n,
  stage: 0n,
  productHash: 1n,
  policyVersion: 1n,
  openedWithin: BigInt(NO_OPENED_WITHIN),
  channelId: 1n,
  origin: 2_000_000n + CELSIUS_OFFSET,
  stepNum: 40_000n,
  stepDen: 1n,
  width: 150n,
  tick: 5n,
  gapTicks: 180n,
  normalLow: 0n,
  normalHigh: 150n,
  lead: 0n,
  tail: 0n,
  clockTolerance: 120n,
  independent: 0n,
  budgetAbove: NO_BUDGET,
  budgetBelow: NO_BUDGET,
  single: NO_SINGLE,
  mktSpan: NO_MKT_SPAN,
  mktLimit: 0n,
  mktCoefficients: NO_MKT_COEFFICIENTS,
  salt: 1n,
};
