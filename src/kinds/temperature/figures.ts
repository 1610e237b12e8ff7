import { formatMicro } from "../../input/quantities.ts";
import type { Grid } from "../series/coding.ts";
import { figuresOf, meanMicro, type KineticMean, type SeriesFigures } from "../series/figures.ts";
import { readingTimes } from "../series/words.ts";
import type { TemperatureEvidence } from "./evidence.ts";
import { kelvinOf, kineticMean } from "./meanKineticTemperature.ts";
import { heatInKelvin } from "./weights.ts";

/** Readings of a record, all or some, and the grid of their codes. */
interface Readings extends Pick<TemperatureEvidence, "rows"> {
  readonly rule: Grid;
  readonly header: Pick<TemperatureEvidence["header"], "t0" | "tick">;
}

/**
 * The figures of a temperature record, or of a part of one.
 * @param heat dH of the mean kinetic temperature, 1e-6 kJ/mol
 */
export function temperatureFigures({ rule, header, rows }: Readings, heat: bigint): SeriesFigures {
  const codes = rows.map(({ code }) => code);
  const { curve, ...figures } = figuresOf("temperature", { grid: rule, times: readingTimes({ header, rows }), codes });
  const mkt = kineticMeanOf(rule, codes, heat);
  return { ...figures, ...(mkt === undefined ? {} : { mkt }), curve };
}

/** Undefined where a reading is at absolute zero or below it: nothing reacts there. */
function kineticMeanOf(rule: Grid, codes: readonly number[], heat: bigint): KineticMean | undefined {
  const kelvins = codes.map((code) => kelvinOf(rule, code));
  if (kelvins.some((kelvin) => kelvin <= 0)) return undefined;
  const celsius = kineticMean(kelvins, heatInKelvin(heat));
  return { value: meanMicro(BigInt(Math.round(celsius * 1e6)), 1n), dH: formatMicro(heat), dHUnit: "kJ/mol" };
}
