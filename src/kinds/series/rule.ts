import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import type { SeriesLimits } from "./limits.ts";

/** What the rules of every series say about its times and its source. */
export function windowOf(
  limits: SeriesLimits,
): Pick<TemperatureRule, "lead" | "tail" | "clockTolerance" | "independent"> {
  return {
    lead: BigInt(limits.lead),
    tail: BigInt(limits.tail),
    clockTolerance: BigInt(limits.clockTolerance),
    independent: limits.independent === true ? 1n : 0n,
  };
}
