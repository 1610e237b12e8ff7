import type { ErrorCode } from "../../errorCodes.ts";
import { CELSIUS_OFFSET, CHANNEL, MAX_WIDTH, MIN_WIDTH, type ChannelName } from "../../formats/constants.ts";
import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import { inputError } from "../../errors.ts";
import { formatMicro, parseMicro } from "../../input/quantities.ts";
import { PHYSICAL_RANGE } from "../../formats/channels.ts";
import { greatestCommonDivisor } from "../divisor.ts";
import type { RangeLimits } from "./limits.ts";

/**
 * How readings become codes: code u stands for origin + u * stepNum / stepDen millionths of the channel's unit (origin
 * offset by CELSIUS_OFFSET in every channel). Codes normalLow to normalHigh are the normal band, without one all of 0 to
 * width.
 */
export type Grid = Pick<TemperatureRule, "origin" | "stepNum" | "stepDen" | "width" | "normalLow" | "normalHigh">;
/** How times become ticks. */
export type Timing = Pick<TemperatureRule, "tick" | "gapTicks">;
/** Everything by which a series is coded. */
export type Coding = Grid & Timing;

/** The coding of a claim's limits: the errors of `gridOf` and `timingOf`. */
export function codingOf(limits: RangeLimits & { readonly gap: number }): Coding {
  return { ...gridOf(limits), ...timingOf(limits.gap) };
}

/**
 * The grid of a range, exactly (docs/spec/formats.md, Encoding): up to 254 sensor steps are refined by the smallest
 * whole factor that fills 127 codes; more are coarsened to as many equal steps, up to 254, as put the ends of the normal
 * band on codes too. Either way the hard limits are codes 0 and `width`, and no limit moves.
 * @param channel decides which limits are physically possible
 * Errors, with the limit's field as place: `range` (low not below high), `physical-range`, `grid` (a limit is no
 * multiple of the resolution), `normal-range` (the normal band is upside down or reaches out of the range),
 * `normal-grid` (an end of the band is no multiple of the resolution, or no coarser step meets both ends).
 */
export function gridOf(limits: RangeLimits, channel: ChannelName = "temperature"): Grid {
  const [low, high] = parseLimits(limits.range, "range");
  const resolution = parseMicro(limits.resolution, "resolution");
  refuseRange(low, high, limits.range, channel);
  refuseStray(limits.range, "range", resolution, "grid");
  const normal = limits.normal ?? limits.range;
  const [bandLow, bandHigh] = parseLimits(normal, "normal");
  refuseBand(low, high, resolution, normal);
  const span = high - low;
  const width = widthOf(span, span / resolution, [bandLow - low, bandHigh - low]);
  const common = greatestCommonDivisor(span, width);
  return {
    origin: low + CELSIUS_OFFSET,
    stepNum: span / common,
    stepDen: width / common,
    width,
    normalLow: ((bandLow - low) * width) / span,
    normalHigh: ((bandHigh - low) * width) / span,
  };
}

function parseLimits([low, high]: readonly [string, string], field: string): [low: bigint, high: bigint] {
  return [parseMicro(low, field), parseMicro(high, field)];
}

/** Codes of a span of `sensorSteps` steps besides code 0; `marks` are distances from its lower end that must be codes. */
function widthOf(span: bigint, sensorSteps: bigint, marks: readonly bigint[]): bigint {
  if (sensorSteps <= BigInt(MAX_WIDTH)) return sensorSteps * ceilDivide(BigInt(MIN_WIDTH), sensorSteps);
  for (let width = BigInt(MAX_WIDTH); width >= BigInt(MIN_WIDTH); width--) {
    if (marks.every((mark) => (mark * width) % span === 0n)) return width;
  }
  throw inputError(
    `The range has ${sensorSteps} steps of the sensor, and no coarser step meets both ends of the band.`,
    {
      place: "normal",
      remedy: `Narrow the range to ${MAX_WIDTH} steps of the sensor, or move its limits by a few steps.`,
      code: "normal-grid",
    },
  );
}

function refuseRange(low: bigint, high: bigint, range: readonly [string, string], channel: ChannelName): void {
  if (low >= high) {
    throw inputError(`The lower limit ${range[0]} is not below the upper limit ${range[1]}.`, {
      place: "range",
      remedy: "Write the lower limit first; a range needs at least one step of the sensor.",
      code: "range",
    });
  }
  const [lowest, highest] = PHYSICAL_RANGE[channel];
  if (low < parseMicro(lowest, "range") || high > parseMicro(highest, "range")) {
    const { symbol } = CHANNEL[channel];
    throw inputError(`${range[0]} to ${range[1]} ${symbol} lies outside what this channel can hold.`, {
      place: "range",
      remedy: `Limits lie between ${lowest} and ${highest} ${symbol}; check unit and decimal point.`,
      code: "physical-range",
    });
  }
}

function refuseBand(low: bigint, high: bigint, resolution: bigint, normal: readonly [string, string]): void {
  const [bandLow, bandHigh] = parseLimits(normal, "normal");
  if (bandLow > bandHigh || bandLow < low || bandHigh > high) {
    throw inputError(
      `The normal band, ${normal[0]} to ${normal[1]} °C, is not between ${formatMicro(low)} and ${formatMicro(high)} °C.`,
      {
        place: "normal",
        remedy: "Write its lower end first; the range holds the normal band and the excursions that are permitted.",
        code: "normal-range",
      },
    );
  }
  refuseStray(normal, "normal", resolution, "normal-grid");
}

function refuseStray(limits: readonly string[], field: string, resolution: bigint, code: ErrorCode): void {
  const stray = limits.find((limit) => parseMicro(limit, field) % resolution !== 0n);
  if (stray === undefined) return;
  throw inputError(`The limit ${stray} is no multiple of the resolution ${formatMicro(resolution)}.`, {
    place: field,
    remedy: "Give limits that the sensor can show, or the sensor's real resolution.",
    code,
  });
}

/**
 * The tick of a gap: gap = tick * gapTicks exactly, gapTicks 127 to 254. The smallest tick that divides a minute, so
 * that minute-wise loggers lose nothing, else the smallest. Error `gap`, with the nearest gaps that work; place `gap`.
 */
export function timingOf(gap: number): Timing {
  if (gap < MIN_WIDTH) {
    throw inputError(`A gap of ${gap} s is shorter than ${MIN_WIDTH} s, the shortest that can be coded.`, {
      place: "gap",
      remedy: "Thin the series first, and allow a longer gap.",
      code: "gap",
    });
  }
  const tick = tickOf(gap);
  if (tick === undefined) {
    throw inputError(`A gap of ${gap} s is no whole tick times 127 to 254.`, {
      place: "gap",
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
 * The value a code stands for, such as "5.1 °C", or "about 5.0333 °C" where it has no short decimal form. The
 * reading was at it, or less than one step nearer to the lower end of the normal band.
 */
export function describeCode(
  grid: Pick<Grid, "origin" | "stepNum" | "stepDen">,
  code: number,
  channel: ChannelName = "temperature",
): string {
  const value = (grid.origin - CELSIUS_OFFSET) * grid.stepDen + BigInt(code) * grid.stepNum;
  return describeRational(value, grid.stepDen, channel);
}

/** The size of one code, such as "0.05 °C" or "about 0.0333 °C". */
export function describeStep(
  { stepNum, stepDen }: Pick<Grid, "stepNum" | "stepDen">,
  channel: ChannelName = "temperature",
): string {
  return describeRational(stepNum, stepDen, channel);
}

/** numerator / denominator millionths in words, rounded half up to 4 decimals where it is not exact. */
function describeRational(numerator: bigint, denominator: bigint, channel: ChannelName): string {
  const { symbol } = CHANNEL[channel];
  if (numerator % denominator === 0n) return `${formatMicro(numerator / denominator)} ${symbol}`;
  const unit = 100n * denominator;
  const rounded = -ceilDivide(-(numerator + unit / 2n), unit);
  return `about ${formatMicro(100n * rounded)} ${symbol}`;
}

/** Division rounded up, for a positive divisor. */
export function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return quotient * divisor < dividend ? quotient + 1n : quotient;
}
