import fc from "fast-check";
import { CLOCK_ERROR_OFFSET } from "../../src/formats/constants.ts";
import { OTHER_ORG, START, ticksOf, type Scenario } from "./evidence.ts";

/** Mostly inside 0..limit, often on an edge, now and then one step beyond it. */
function around(limit: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 600, arbitrary: fc.integer({ min: 0, max: limit }) },
    { weight: 60, arbitrary: fc.constantFrom(0, limit) },
    { weight: 1, arbitrary: fc.constantFrom(-1, limit + 1) },
  );
}

/** Zero or close to it, often exactly on one of the two edges, sometimes one beyond. */
function between(low: number, high: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: low, max: high }) },
    { weight: 3, arbitrary: fc.constantFrom(low, high) },
    { weight: 1, arbitrary: fc.constantFrom(low - 1, high + 1) },
  );
}

/** Records on both sides of every limit that a record or its circumstances can reach, in a circuit of n rows. */
export function scenarios(n: number): fc.Arbitrary<Scenario> {
  return fc
    .record({
      width: fc.integer({ min: 127, max: 254 }),
      gapTicks: fc.integer({ min: 127, max: 254 }),
      tick: fc.constantFrom(1, 4, 6, 60),
      lead: fc.constantFrom(0, 600, 3600),
      tail: fc.constantFrom(0, 600, 3600),
      count: fc.integer({ min: 1, max: n }),
    })
    .chain((rule) => {
      const slack = rule.gapTicks * rule.tick;
      return fc.record({
        rule: fc.constant(rule),
        rows: fc.array(fc.record({ dt: around(rule.gapTicks), code: around(rule.width) }), {
          minLength: rule.count,
          maxLength: rule.count,
        }),
        startsAt: between(-rule.lead, slack),
        endsAt: between(-slack, rule.tail),
        clockError: between(-120, 120),
        attempt: fc.constantFrom(0, 0, 1, 2),
        zoneChanged: fc.constantFrom(0, 0, 1),
        independent: fc.constantFrom(0, 0, 0, 1),
        foreignSource: fc.integer({ min: 0, max: 9 }),
        validity: between(0, 1000),
      });
    })
    .map((draw): Scenario => {
      const rows = draw.rows.map((row, i) => (i === 0 ? { ...row, dt: 0 } : row));
      const end = START + BigInt(draw.rule.tick) * ticksOf(rows);
      // The source's organisation mostly fits the rule.
      const foreign = (draw.independent === 1) !== (draw.foreignSource === 0);
      return {
        n,
        rows,
        rule: {
          width: BigInt(draw.rule.width),
          gapTicks: BigInt(draw.rule.gapTicks),
          tick: BigInt(draw.rule.tick),
          lead: BigInt(draw.rule.lead),
          tail: BigInt(draw.rule.tail),
          independent: BigInt(draw.independent),
        },
        head: { start: START + BigInt(draw.startsAt), end: end + BigInt(draw.endsAt) },
        header: {
          attempt: BigInt(draw.attempt),
          zoneChanged: BigInt(draw.zoneChanged),
          clockError: BigInt(CLOCK_ERROR_OFFSET + draw.clockError),
        },
        ...(foreign ? { sourceLeaf: { org: OTHER_ORG } } : {}),
        deviceLeaf: { notBefore: START - 500n + BigInt(draw.validity) },
      };
    });
}
