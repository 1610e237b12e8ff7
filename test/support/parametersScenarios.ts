import fc from "fast-check";
import { CHANNELS, CLOCK_ERROR_OFFSET } from "../../src/formats/constants.ts";
import { channelsOf, type Channel } from "../../src/formats/parametersRule.ts";
import type { Sample } from "../../src/formats/samples.ts";
import { CALIBRATED, CIRCUMSTANCES, HALF, drawnStage } from "./circumstances.ts";
import { OTHER_ORG, START, ticksOf } from "./evidence.ts";
import { openings } from "./openings.ts";
import type { ParametersScenario } from "./parameters.ts";

/** Inside the limits, often exactly on one of the two edges, sometimes one beyond. */
function between(low: number, high: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: low, max: high }) },
    { weight: 6, arbitrary: fc.constantFrom(low, high) },
    { weight: 1, arbitrary: fc.constantFrom(low - 1, high + 1) },
  );
}

/** At most so many channels by ascending id. */
function channelLists(most: number): fc.Arbitrary<readonly Channel[]> {
  return fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: most }).chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .record({ width: fc.integer({ min: 127, max: 254 }), origin: fc.nat(), step: fc.integer({ min: 1 }) })
          .map(({ width, origin, step }): Channel => ({
            channelId: BigInt(id),
            origin: BigInt(origin),
            stepNum: BigInt(step),
            stepDen: 1n,
            width: BigInt(width),
          })),
      ),
    ),
  );
}

/** One channel: the only place of kind `channel`. */
export const ONE_CHANNEL = channelLists(1);
/** 1 to 5 channels, then unused ones. */
export const SEVERAL_CHANNELS = channelLists(CHANNELS).map(channelsOf);

/** One reading or interval pushed one step over a limit, a code in an unused channel, or the channels not as they must be. */
const FAULT = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("dt", "code", "order", "header"),
      high: fc.boolean(),
      row: fc.nat(),
      place: fc.nat({ max: CHANNELS - 1 }),
    }),
  },
);
type Fault = NonNullable<typeof FAULT extends fc.Arbitrary<infer T> ? T : never>;

/** Records on both sides of every limit that a record or its circumstances can reach, in a circuit of n samples. */
export function parametersScenarios(
  n: number,
  channels: fc.Arbitrary<readonly Channel[]>,
): fc.Arbitrary<ParametersScenario> {
  return fc
    .record({
      channels,
      gapTicks: fc.integer({ min: 127, max: 254 }),
      tick: fc.constantFrom(1, 4, 6, 60),
      lead: fc.constantFrom(0, 600, 3600),
      tail: fc.constantFrom(0, 600, 3600),
    })
    .chain((rule) => {
      const slack = rule.gapTicks * rule.tick;
      const codes = rule.channels.map(({ channelId, width }) =>
        channelId === 0n ? fc.constant(0) : edged(0, Number(width)),
      );
      return fc.record({
        rule: fc.constant(rule),
        rows: fc.array(fc.record({ dt: edged(0, rule.gapTicks), codes: fc.tuple(...codes) }), {
          minLength: 1,
          maxLength: n,
          size: "max",
        }),
        fault: FAULT,
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
    .map((draw): ParametersScenario => {
      const legal = draw.rows.map((row, i) => (i === 0 ? { ...row, dt: 0 } : row));
      const { rows, channels, headerChannels } = withFault(legal, draw.rule.channels, draw.rule.gapTicks, draw.fault);
      const length = BigInt(draw.rule.tick) * ticksOf(rows.map(({ dt }) => ({ dt, code: 0 })));
      const { lead, ...head } = drawnStage(draw, length);
      const { slots, rule: asked, header: thinned } = draw.circumstances;
      // The source's organisation mostly fits the rule.
      const foreign = (draw.independent === 1) !== (draw.foreignSource === 0);
      return {
        n,
        rows,
        opened: START + BigInt(draw.startsAt) + draw.opening.after,
        rule: {
          channels,
          gapTicks: BigInt(draw.rule.gapTicks),
          tick: BigInt(draw.rule.tick),
          lead,
          tail: BigInt(draw.rule.tail),
          independent: BigInt(draw.independent),
          openedWithin: draw.opening.openedWithin,
          ...asked,
        },
        slots,
        head,
        header: {
          ...thinned,
          channels: headerChannels,
          attempt: BigInt(draw.attempt),
          zoneChanged: BigInt(draw.zoneChanged),
          clockError: BigInt(CLOCK_ERROR_OFFSET + draw.clockError),
        },
        ...(foreign ? { sourceLeaf: { org: OTHER_ORG } } : {}),
        deviceLeaf: { notBefore: (head.start < START ? head.start : START) + draw.calibrated },
      };
    });
}

/** Legal values, often an edge. */
function edged(low: number, high: number): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: low, max: high }), fc.constantFrom(low, high));
}

interface Faulty {
  readonly rows: Sample[];
  readonly channels: readonly Channel[];
  readonly headerChannels: readonly Channel[];
}

function withFault(rows: Sample[], channels: readonly Channel[], gapTicks: number, fault: Fault | undefined): Faulty {
  const sound = { rows, channels, headerChannels: channels };
  if (fault === undefined) return sound;
  const { kind, high } = fault;
  const place = fault.place % channels.length;
  const at = fault.row % rows.length;
  if (kind === "dt") {
    const dt = high ? gapTicks + 1 : -1;
    return { ...sound, rows: rows.map((row, i) => (i === at ? { ...row, dt } : row)) };
  }
  if (kind === "code") {
    const channel = channels[place];
    const beyond = channel?.channelId === 0n ? 1 : Number(channel?.width ?? 0n) + 1;
    const codes = (row: Sample): number[] => row.codes.map((code, c) => (c === place ? (high ? beyond : -1) : code));
    return { ...sound, rows: rows.map((row, i) => (i === at ? { ...row, codes: codes(row) } : row)) };
  }
  const other = channels.length === 1 ? altered(channels, high) : exchanged(channels, place);
  return kind === "order" ? { ...sound, channels: other, headerChannels: other } : { ...sound, headerChannels: other };
}

/** The only channel without a code, or with one beyond a byte. */
function altered(channels: readonly Channel[], high: boolean): Channel[] {
  return channels.map((channel) => ({ ...channel, channelId: high ? 256n : 0n }));
}

/** A channel and the one after it exchanged; the last one with the first. */
function exchanged(channels: readonly Channel[], place: number): Channel[] {
  const other = (place + 1) % channels.length;
  return channels.map((channel, i) => channels[i === place ? other : i === other ? place : i] ?? channel);
}
