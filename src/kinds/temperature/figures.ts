import { formatMicro } from "../../input/quantities.ts";
import { figuresOf, meanMicro, type KineticMean, type SeriesFigures } from "../series/figures.ts";
import { readingTimes } from "../series/words.ts";
import type { TemperatureEvidence } from "./evidence.ts";
import { kelvinOf, kineticMean } from "./meanKineticTemperature.ts";
import { heatInKelvin } from "./weights.ts";

/**
 * The figures of a temperature record.
 * @param heat dH of the mean kinetic temperature, 1e-6 kJ/mol
 */
export function temperatureFigures(
  { rule, header, rows }: Pick<TemperatureEvidence, "rule" | "header" | "rows">,
  heat: bigint,
): SeriesFigures {
  const codes = rows.map(({ code }) => code);
  const { curve, ...figures } = figuresOf("temperature", { grid: rule, times: readingTimes({ header, rows }), codes });
  const mkt = kineticMeanOf(rule, codes, heat);
  return { ...figures, ...(mkt === undefined ? {} : { mkt }), curve };
}

/** Undefined where a reading is at absolute zero or below it: nothing reacts there. */
function kineticMeanOf(
  rule: TemperatureEvidence["rule"],
  codes: readonly number[],
  heat: bigint,
): KineticMean | undefined {
  const kelvins = codes.map((code) => kelvinOf(rule, code));
  if (kelvins.some((kelvin) => kelvin <= 0)) return undefined;
  const celsius = kineticMean(kelvins, heatInKelvin(heat));
  return { value: meanMicro(BigInt(Math.round(celsius * 1e6)), 1n), dH: formatMicro(heat), dHUnit: "kJ/mol" };
}
