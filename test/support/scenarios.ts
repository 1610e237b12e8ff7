import fc from "fast-check";
import { CLOCK_ERROR_OFFSET, MKT_COEFFICIENTS } from "../../src/formats/constants.ts";
import { NO_BUDGET, NO_MKT_SPAN, NO_SINGLE, type TemperatureRule } from "../../src/formats/temperatureRule.ts";
import { padRows, type Row } from "../../src/formats/series.ts";
import { excursionsOf, timeOutside, weightedDwell } from "../../src/kinds/temperature/excursions.ts";
import { CALIBRATED, CIRCUMSTANCES, HALF, drawnStage } from "./circumstances.ts";
import { openings } from "./openings.ts";
import { OTHER_ORG, polynomial, START, ticksOf, type Scenario } from "./evidence.ts";

/** Inside the limits, often exactly on one of the two edges, sometimes one beyond. */
function between(low: number, high: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: low, max: high }) },
    { weight: 6, arbitrary: fc.constantFrom(low, high) },
    { weight: 1, arbitrary: fc.constantFrom(low - 1, high + 1) },
  );
}

/** How a limit lies to what the record needs: not set, generous, exact, or one too small. */
const MARGIN = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.constant(1000n) },
  { weight: 4, arbitrary: fc.constant(0n) },
  { weight: 1, arbitrary: fc.constant(-1n) },
);

/** Coefficients of a rule: small ones, or of every size and sign whose values at 0 to 254 are 2^103 to 2^105. */
const POLYNOMIAL = fc.oneof(
  fc.bigInt(1n, 1000n).map((steepness) => polynomial(1n, 0n, steepness)),
  fc
    .tuple(...Array.from({ length: MKT_COEFFICIENTS }, (_, k) => signed(2n ** BigInt(100 - 8 * k))))
    .map(([constant = 0n, ...others]) => polynomial(2n ** 104n + constant, ...others)),
);

function signed(largest: bigint): fc.Arbitrary<bigint> {
  return fc.oneof(fc.constantFrom(-largest, 0n, largest), fc.bigInt(-largest, largest));
}

/** A stretch of readings on one side of the normal band; `spread` makes their codes and intervals differ. */
const STRETCH = fc.record({
  side: fc.constantFrom("inside", "inside", "above", "below"),
  readings: fc.integer({ min: 1, max: 30 }),
  spread: fc.nat(),
});
type Stretch = typeof STRETCH extends fc.Arbitrary<infer T> ? T : never;

type Band = Readonly<Record<"width" | "gapTicks" | "normalLow" | "normalHigh", number>>;

/** Codes of one side of the band; the whole range where that side is empty. */
function codesOf({ width, normalLow, normalHigh }: Band, side: Stretch["side"]): readonly [number, number] {
  if (side === "above" && normalHigh < width) return [normalHigh + 1, width];
  return side === "below" && normalLow > 0 ? [0, normalLow - 1] : [normalLow, normalHigh];
}

function rowsOf(band: Band, stretches: readonly Stretch[], interval: number): Row[] {
  return stretches.flatMap(({ side, readings, spread }) => {
    const [low, high] = codesOf(band, side);
    return Array.from({ length: readings }, (_, i) => ({
      dt: spread % 5 === 0 ? (spread + 7 * i) % (band.gapTicks + 1) : interval,
      code: low + ((spread + 31 * i) % (high - low + 1)),
    }));
  });
}

/** One reading pushed one step over a limit. */
const FAULT = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.record({ field: fc.constantFrom("dt", "code"), high: fc.boolean(), at: fc.nat() }) },
);

/**
 * Records on both sides of every limit that a record or its circumstances can reach, in a circuit of n rows.
 * @param faults whether some readings may break `gap` or `range`
 */
export function scenarios(n: number, faults = true): fc.Arbitrary<Scenario> {
  return fc
    .record({
      width: fc.integer({ min: 127, max: 254 }),
      gapTicks: fc.integer({ min: 127, max: 254 }),
      tick: fc.constantFrom(1, 4, 6, 60),
      lead: fc.constantFrom(0, 600, 3600),
      tail: fc.constantFrom(0, 600, 3600),
    })
    .chain((rule) => {
      const slack = rule.gapTicks * rule.tick;
      return fc.record({
        rule: fc.constant(rule),
        normalLow: fc.integer({ min: 0, max: 60 }),
        normalHigh: fc.integer({ min: 60, max: rule.width }),
        stretches: fc.array(STRETCH, { minLength: 1, maxLength: 24 }),
        interval: fc.integer({ min: 0, max: rule.gapTicks }),
        fault: faults ? FAULT : fc.constant(undefined),
        margins: fc.record({ above: MARGIN, below: MARGIN, single: MARGIN, mkt: MARGIN, span: MARGIN }),
        mktCoefficients: POLYNOMIAL,
        startsAt: between(-rule.lead, slack),
        endsAt: between(-slack, rule.tail),
        clockError: between(-120, 120),
        attempt: fc.constantFrom(0, 0, 1, 2),
        zoneChanged: fc.constantFrom(0, 0, 1),
        independent: fc.constantFrom(0, 0, 0, 1),
        foreignSource: fc.integer({ min: 0, max: 9 }),
        calibrated: CALIBRATED,
        opening: openings(),
        circumstances: CIRCUMSTANCES,
        half: HALF,
      });
    })
    .map((draw): Scenario => {
      const band = { ...draw.rule, normalLow: draw.normalLow, normalHigh: draw.normalHigh };
      const sound = rowsOf(band, draw.stretches, draw.interval)
        .slice(0, n)
        .map((row, i) => (i === 0 ? { ...row, dt: 0 } : row));
      const rows = draw.fault === undefined ? sound : withFault(sound, band, draw.fault);
      const length = BigInt(draw.rule.tick) * ticksOf(rows);
      const { lead, ...head } = drawnStage(draw, length);
      const limits = limitsFor(padRows(rows, n), band, draw.margins, draw.mktCoefficients, head.end - head.start);
      const { slots, rule: asked, header: thinned } = draw.circumstances;
      // A thinned series with a mean breaks rule `rule`: that must not happen to every second record.
      const isThinned = limits.mktLimit === undefined || asked.bucket === 60n;
      // The source's organisation mostly fits the rule.
      const foreign = (draw.independent === 1) !== (draw.foreignSource === 0);
      return {
        n,
        rows,
        opened: START + BigInt(draw.startsAt) + draw.opening.after,
        rule: {
          width: BigInt(draw.rule.width),
          gapTicks: BigInt(draw.rule.gapTicks),
          tick: BigInt(draw.rule.tick),
          lead,
          tail: BigInt(draw.rule.tail),
          independent: BigInt(draw.independent),
          openedWithin: draw.opening.openedWithin,
          ...asked,
          ...(isThinned ? {} : { bucket: 0n }),
          ...limits,
        },
        slots,
        head,
        header: {
          ...(isThinned ? thinned : {}),
          attempt: BigInt(draw.attempt),
          zoneChanged: BigInt(draw.zoneChanged),
          clockError: BigInt(CLOCK_ERROR_OFFSET + draw.clockError),
        },
        ...(foreign ? { sourceLeaf: { org: OTHER_ORG } } : {}),
        deviceLeaf: { notBefore: (head.start < START ? head.start : START) + draw.calibrated },
      };
    });
}

function withFault(
  rows: readonly Row[],
  { width, gapTicks }: Band,
  fault: { field: "dt" | "code"; high: boolean; at: number },
): Row[] {
  const beyond = fault.high ? (fault.field === "dt" ? gapTicks : width) + 1 : -1;
  return rows.map((row, i) => (i === fault.at % rows.length ? { ...row, [fault.field]: beyond } : row));
}

type Limit = "above" | "below" | "single" | "mkt" | "span";

/** Limits at the asked margins from what the record needs. */
function limitsFor(
  rows: readonly Row[],
  { width, normalLow, normalHigh }: Band,
  margins: Readonly<Record<Limit, bigint | undefined>>,
  mktCoefficients: readonly bigint[],
  duration: bigint,
): Partial<TemperatureRule> {
  const band = { normalLow: BigInt(normalLow), normalHigh: BigInt(normalHigh) };
  const time = timeOutside(band, rows).at(-1) ?? { above: 0n, below: 0n };
  const longest = Math.max(0, ...excursionsOf(band, rows).map(({ ticks }) => ticks));
  const { weighted, total } = weightedDwell({ ...band, width: BigInt(width), mktCoefficients }, rows);
  const at = (needed: bigint, margin: bigint | undefined, none: bigint): bigint => {
    if (margin === undefined) return none;
    return needed + margin < 0n ? 0n : needed + margin;
  };
  return {
    ...band,
    budgetAbove: at(time.above, margins.above, NO_BUDGET),
    budgetBelow: at(time.below, margins.below, NO_BUDGET),
    single: at(BigInt(longest), margins.single, NO_SINGLE),
    ...(margins.mkt === undefined ? {} : { mktCoefficients, mktLimit: (weighted + total - 1n) / total + margins.mkt }),
    mktSpan: at(duration, margins.span, NO_MKT_SPAN),
  };
}
