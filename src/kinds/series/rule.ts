import { ANY_DEVICE } from "../../formats/constants.ts";
import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import type { SeriesLimits } from "./limits.ts";

/** What the rules of every series say about its times, its source and its device. */
export type SeriesRule = Pick<
  TemperatureRule,
  "lead" | "tail" | "clockTolerance" | "independent" | "bucket" | "devices" | "slot"
>;

/** That part of a rule. */
export function seriesRuleOf(limits: SeriesLimits): SeriesRule {
  return {
    lead: BigInt(limits.lead),
    tail: BigInt(limits.tail),
    clockTolerance: BigInt(limits.clockTolerance),
    independent: limits.independent === true ? 1n : 0n,
    bucket: BigInt(limits.bucket ?? 0),
    devices: BigInt(devicesOf(limits)),
    slot: BigInt(slotOf(limits)),
  };
}

/** How many devices the stage of a claim names. */
export function devicesOf({ devices = 1 }: SeriesLimits): number {
  return devices;
}

/** The slot that a claim judges; ANY_DEVICE: any one of several. Of one device it is the first, said or not: one rule. */
export function slotOf({ devices = 1, slot = ANY_DEVICE }: SeriesLimits): number {
  return devices === 1 && slot === ANY_DEVICE ? 1 : slot;
}
