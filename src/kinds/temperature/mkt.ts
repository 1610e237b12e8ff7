import { inputError } from "../../errors.ts";
import { CELSIUS_OFFSET, CHANNEL, WEIGHT_PARTS } from "../../formats/constants.ts";
import { NO_MKT_COEFFICIENTS, NO_MKT_SPAN, type TemperatureRule } from "../../formats/temperatureRule.ts";
import { parseMicro } from "../../input/quantities.ts";
import { formatDuration } from "../../input/times.ts";
import type { Grid } from "../series/coding.ts";
import type { MktLimits, TemperatureLimits } from "./limits.ts";
import { coefficientsOf } from "./weightPolynomial.ts";
import { weightOf } from "./weights.ts";

/** Heat of activation where a policy gives none, kJ/mol: "unless more accurate information is available", USP <1160>. */
export const DEFAULT_HEAT = "83.144";

const DAY = 86_400;
/** Limits up to here, °C, are those of refrigerated and colder products. */
const REFRIGERATED = 15_000_000n;
/** dH of a limit, 1e-6 kJ/mol. */
export function heatOf({ dH = DEFAULT_HEAT }: Pick<MktLimits, "dH">): bigint {
  return parseMicro(dH, "mkt/dH");
}

/**
 * The longest stage over which a mean kinetic temperature says something, seconds: 24 hours for refrigerated and colder
 * products, 30 days for others, as Anderson, Seevers and Hunt propose (Pharmacopeial Forum 44(4), Stimuli article).
 */
export function longestSpan({ limit }: MktLimits): number {
  return parseMicro(limit, "mkt/limit") <= REFRIGERATED ? DAY : 30 * DAY;
}

/** Whether a code stands for exactly the limit's temperature. */
export function isCoded({ limit }: MktLimits, { origin, stepNum, stepDen }: Grid): boolean {
  return ((parseMicro(limit, "mkt/limit") + CELSIUS_OFFSET - origin) * stepDen) % stepNum === 0n;
}

/**
 * The MKT fields of a rule; without such a limit, coefficients and limit are 0 and the span is NO_MKT_SPAN.
 * Errors, with the limit's field as place: `mkt-limit` (not above the lower hard limit, or above the upper one),
 * `mkt-range` (no polynomial bounds the weights nearly enough over the range), `mkt-span` (over `longestSpan`).
 */
export function mktOf(
  { mkt, range }: Pick<TemperatureLimits, "mkt" | "range">,
  grid: Grid,
): Pick<TemperatureRule, "mktSpan" | "mktLimit" | "mktCoefficients"> {
  if (mkt === undefined) return { mktSpan: NO_MKT_SPAN, mktLimit: 0n, mktCoefficients: NO_MKT_COEFFICIENTS };
  const limit = parseMicro(mkt.limit, "mkt/limit");
  const [low, high] = range;
  if (limit <= parseMicro(low, "range") || limit > parseMicro(high, "range")) {
    throw inputError(`No mean of readings from ${low} to ${high} °C can be judged by a limit of ${mkt.limit} °C.`, {
      place: "mkt/limit",
      remedy: "Give a limit above the lower and at most at the upper limit of the range.",
      code: "mkt-limit",
    });
  }
  const heat = heatOf(mkt);
  const mktCoefficients = coefficientsOf(grid, { limit, heat });
  if (mktCoefficients === undefined) {
    throw inputError(`Weights from ${low} to ${high} °C cannot be proven to 0.01 °C at a limit of ${mkt.limit} °C.`, {
      place: "mkt/limit",
      remedy:
        "Narrow the range, from the end that is further from the limit, and check the heat of activation (dH, kJ/mol).",
      code: "mkt-range",
    });
  }
  refuseDilution(mkt);
  return { mktSpan: BigInt(mkt.span), mktLimit: WEIGHT_PARTS * weightOf(limit, grid, heat), mktCoefficients };
}

function refuseDilution(mkt: MktLimits): void {
  const longest = longestSpan(mkt);
  if (mkt.span <= longest) return;
  throw inputError(
    `A mean kinetic temperature over ${formatDuration(mkt.span)} dilutes excursions: three days can keep a limit that one of them exceeds by more than a degree.`,
    {
      place: "mkt/span",
      remedy: `Take the mean over at most ${formatDuration(longest)} (${longest} s) for a limit of ${mkt.limit} ${CHANNEL.temperature.symbol}, in stages no longer than that.`,
      code: "mkt-span",
    },
  );
}
