import { CELSIUS_OFFSET, CHANNEL, MAX_WIDTH, MIN_WIDTH } from "../formats/constants.ts";
import type { TemperatureRule } from "../formats/rule.ts";
import { inputError } from "../errors.ts";
import { formatMicro, parseMicro } from "../input/quantities.ts";
import type { TemperatureLimits } from "./policy.ts";

/** How temperatures become codes: code u stands for origin + u * stepNum / stepDen micro-degrees (origin offset). */
export type Grid = Pick<TemperatureRule, "origin" | "stepNum" | "stepDen" | "width">;
/** How times become ticks. */
export type Timing = Pick<TemperatureRule, "tick" | "gapTicks">;
/** Everything by which a series is coded. */
export type Coding = Grid & Timing;

/** The coding of a claim's limits: the errors of `gridOf` and `timingOf`. */
export function codingOf(limits: Pick<TemperatureLimits, "range" | "resolution" | "gap">): Coding {
  return { ...gridOf(limits), ...timingOf(limits.gap) };
}

const ABSOLUTE_ZERO = -273_150_000n;
/** Above dry-heat depyrogenation; a higher limit is a slip of the pen. */
const HOTTEST = 500_000_000n;

/**
 * The grid of a range, exactly (circuits.md, Encoding): up to 254 sensor steps are refined by the smallest whole factor
 * that fills 127 codes; more are coarsened to 254 equal steps. Either way the limits are codes 0 and `width`.
 * Errors: `range` (low not below high), `physical-range`, `grid` (a limit is no multiple of the resolution).
 */
export function gridOf(limits: Pick<TemperatureLimits, "range" | "resolution">): Grid {
  const [low, high] = limits.range.map((limit) => parseMicro(limit, "range")) as [bigint, bigint];
  const resolution = parseMicro(limits.resolution, "resolution");
  refuseRange(low, high, resolution, limits);
  const span = high - low;
  const sensorSteps = span / resolution;
  const refined = sensorSteps * ceilDivide(BigInt(MIN_WIDTH), sensorSteps);
  const width = sensorSteps <= BigInt(MAX_WIDTH) ? refined : BigInt(MAX_WIDTH);
  const common = greatestCommonDivisor(span, width);
  return { origin: low + CELSIUS_OFFSET, stepNum: span / common, stepDen: width / common, width };
}

function refuseRange(low: bigint, high: bigint, resolution: bigint, { range }: Pick<TemperatureLimits, "range">): void {
  if (low >= high) {
    throw inputError(`The lower limit ${range[0]} is not below the upper limit ${range[1]}.`, {
      remedy: "Write the lower limit first; a range needs at least one step of the sensor.",
      code: "range",
    });
  }
  if (low < ABSOLUTE_ZERO || high > HOTTEST) {
    throw inputError(`No logger measures from ${range[0]} to ${range[1]} °C.`, {
      remedy: "Limits lie between -273.15 and 500 °C; check unit and decimal point.",
      code: "physical-range",
    });
  }
  const stray = range.find((limit) => parseMicro(limit, "range") % resolution !== 0n);
  if (stray !== undefined) {
    throw inputError(`The limit ${stray} is no multiple of the resolution ${formatMicro(resolution)}.`, {
      remedy: "Give limits that the sensor can show, or the sensor's real resolution.",
      code: "grid",
    });
  }
}

/**
 * The tick of a gap: gap = tick * gapTicks exactly, gapTicks 127 to 254. The smallest tick that divides a minute, so
 * that minute-wise loggers lose nothing, else the smallest. Error `gap`, with the nearest gaps that work.
 */
export function timingOf(gap: number): Timing {
  if (gap < MIN_WIDTH) {
    throw inputError(`A gap of ${gap} s is shorter than ${MIN_WIDTH} s, the shortest that can be coded.`, {
      remedy: "Thin the series first, and allow a longer gap.",
      code: "gap",
    });
  }
  const tick = tickOf(gap);
  if (tick === undefined) {
    throw inputError(`A gap of ${gap} s is no whole tick times 127 to 254.`, {
      remedy: `Use ${nearestGaps(gap).join(" or ")} s.`,
      code: "gap",
    });
  }
  return { tick: BigInt(tick), gapTicks: BigInt(gap / tick) };
}

function tickOf(gap: number): number | undefined {
  const fitting: number[] = [];
  for (let tick = Math.ceil(gap / MAX_WIDTH); tick * MIN_WIDTH <= gap; tick++) {
    if (gap % tick === 0) fitting.push(tick);
  }
  return fitting.find((tick) => 60 % tick === 0) ?? fitting[0];
}

/** The nearest gaps below and above that a tick divides. Both exist: 127 s works, and so does every multiple of 254. */
function nearestGaps(gap: number): [below: number, above: number] {
  const next = (from: number, step: number): number => (tickOf(from) === undefined ? next(from + step, step) : from);
  return [next(gap - 1, -1), next(gap + 1, 1)];
}

/**
 * The temperature a code stands for, such as "5.1 °C", or "about 5.0333 °C" where it has no short decimal form. The
 * reading was at it, or less than one step nearer to the centre of the range.
 */
export function describeCode(grid: Omit<Grid, "width">, code: number): string {
  return describeRational((grid.origin - CELSIUS_OFFSET) * grid.stepDen + BigInt(code) * grid.stepNum, grid.stepDen);
}

/** The size of one code, such as "0.05 °C" or "about 0.0333 °C". */
export function describeStep({ stepNum, stepDen }: Pick<Grid, "stepNum" | "stepDen">): string {
  return describeRational(stepNum, stepDen);
}

/** numerator / denominator micro-degrees in words, rounded half up to 4 decimals where it is not exact. */
function describeRational(numerator: bigint, denominator: bigint): string {
  const { symbol } = CHANNEL.temperature;
  if (numerator % denominator === 0n) return `${formatMicro(numerator / denominator)} ${symbol}`;
  const unit = 100n * denominator;
  const rounded = -ceilDivide(-(numerator + unit / 2n), unit);
  return `about ${formatMicro(100n * rounded)} ${symbol}`;
}

/** Division rounded up, for a positive divisor. */
function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return quotient * divisor < dividend ? quotient + 1n : quotient;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}
