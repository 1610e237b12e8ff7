import { describe, expect, it } from "vitest";
import { CELSIUS_OFFSET, KIND } from "../../src/formats/constants.ts";
import { CHANNEL_FIELDS, UNUSED_CHANNEL } from "../../src/formats/parametersRule.ts";
import type { Sample } from "../../src/formats/samples.ts";
import type { ParametersEvidence } from "../../src/kinds/parameters/evidence.ts";
import type { CircuitUnderTest } from "./circuit.ts";
import {
  BUCKET_BOUNDARY,
  CLOCK,
  coverages,
  cutTo,
  registeredDevices,
  SHORT_STAGES,
  sources,
  THINNING,
} from "./circumstances.ts";
import { BATCH, OTHER_ORG, START } from "./evidence.ts";
import { OPENED_WITHIN_BOUNDARY, openedBoundaries } from "./openings.ts";
import {
  BIOREACTOR,
  checkedParameters,
  expectParametersAgreement,
  makeParameters,
  ofOneChannel,
  onlyFirst,
  parametersInputOf,
  steadySamples,
  withChannel,
  withCode,
  type ParametersScenario,
} from "./parameters.ts";
import { refusedRules } from "./rules.ts";

/* Every rule of circuits `parameters` and `channel` on both sides of each of its limits. */

const rows = steadySamples();
const LAST = rows.length - 1;
const END = START + 6n * 50n * BigInt(LAST);

function interval(index: number, dt: number): ParametersScenario {
  return { rows: rows.map((row, i) => (i === index ? { ...row, dt } : row)) };
}

function reading(row: number, place: number, code: number): ParametersScenario {
  return { rows: withCode(rows, row, place, code) };
}

function width(place: number, permitted: bigint): ParametersScenario {
  return { rule: { channels: withChannel(place, { width: permitted }) } };
}

function code(place: number, channelId: bigint): ParametersScenario {
  return { rule: { channels: withChannel(place, { channelId }) } };
}

/** A device's clock that was wrong by so many seconds. */
const THREE: readonly Sample[] = steadySamples(60, [90, 100, 100, 0, 0]);
/** Only the first three channels are used. */
function three(change: ParametersScenario): ParametersScenario {
  return { ...change, rows: change.rows ?? THREE, rule: { channels: onlyFirst(3), ...change.rule } };
}

function ordered(...places: readonly number[]): ParametersScenario {
  return { rule: { channels: places.map((place) => BIOREACTOR[place] ?? UNUSED_CHANNEL) } };
}

/** [what, scenario that keeps the rule, scenario one step beyond] */
type Boundary = readonly [what: string, keeps: ParametersScenario, breaks: ParametersScenario];
/** Boundaries by the rule that breaks. */
type Boundaries = Readonly<Record<string, readonly Boundary[]>>;

function limitsOf(place: number): Boundary[] {
  const [name, limit] = [`channel ${place + 1}`, Number(BIOREACTOR[place]?.width)];
  return [
    [`lower limit of ${name}`, reading(7, place, 0), reading(7, place, -1)],
    [`upper limit of ${name}`, reading(7, place, limit), reading(7, place, limit + 1)],
    [`last sample of ${name}`, reading(LAST, place, limit), reading(LAST, place, limit + 1)],
    [`narrowest limit of ${name}`, width(place, 127n), width(place, 126n)],
    [`widest limit of ${name}`, width(place, 254n), width(place, 255n)],
  ];
}

/** Those that do not depend on how many places for channels there are: of five, each changes the first at most. */
const OF_ANY: Boundaries = {
  rule: [
    OPENED_WITHIN_BOUNDARY,
    BUCKET_BOUNDARY,
    ["version", {}, { rule: { version: 3n } }],
    ["earlier version", {}, { rule: { version: 0n } }],
    ["kind", {}, { rule: { kind: 1n } }],
    ["smallest tick", { rule: { tick: 1n } }, { rule: { tick: 0n } }],
    [
      "largest tick",
      { rows: steadySamples(5), rule: { tick: 65_535n } },
      { rows: steadySamples(5), rule: { tick: 65_536n } },
    ],
    ["largest lead", { rule: { lead: 2n ** 32n - 1n } }, { rule: { lead: 2n ** 32n } }],
    ["largest tail", { rule: { tail: 2n ** 32n - 1n } }, { rule: { tail: 2n ** 32n } }],
    ["largest bucket", { rule: { bucket: 2n ** 32n - 1n } }, { rule: { bucket: 2n ** 32n } }],
    ["largest clock tolerance", { rule: { clockTolerance: 2n ** 20n - 1n } }, { rule: { clockTolerance: 2n ** 20n } }],
    [
      "independent flag",
      { rule: { independent: 1n }, sourceLeaf: { org: OTHER_ORG } },
      { rule: { independent: 2n }, sourceLeaf: { org: OTHER_ORG } },
    ],
  ],
  head: [
    ["batch", {}, { head: { batch: BATCH + 1n } }],
    ["stage", {}, { head: { stage: 2n } }],
    [
      "a stage of one second, and one that ends before it starts",
      { rows: rows.slice(0, 1), head: { end: START } },
      { rows: rows.slice(0, 1), head: { end: START - 1n } },
    ],
  ],
  gap: [
    ["longest interval", interval(5, 150), interval(5, 151)],
    ["last interval", interval(LAST, 150), interval(LAST, 151)],
    ["shortest interval", interval(5, 0), interval(5, -1)],
    ["first interval", interval(0, 0), interval(0, 1)],
    ["narrowest limit", { rule: { gapTicks: 127n } }, { rule: { gapTicks: 126n } }],
    ["widest limit", { rule: { gapTicks: 254n } }, { rule: { gapTicks: 255n } }],
  ],
  range: [
    ...limitsOf(0),
    ["first sample", reading(0, 0, 180), reading(0, 0, 181)],
    ["a byte is not enough", reading(7, 0, 127), reading(7, 0, 255)],
    ["beyond a byte", reading(7, 0, 128), reading(7, 0, 256)],
  ],
  record: [
    ...cutTo(END),
    ["kind", {}, { header: { kind: 1n } }],
    ["tick", {}, { header: { tick: 5n }, rule: { lead: 6000n, tail: 30_000n } }],
    ...CHANNEL_FIELDS.map((field): Boundary => [
      `${field} of the first channel`,
      {},
      { header: { channels: withChannel(0, { [field]: 7n }) } },
    ]),
  ],
  window: [
    ...coverages(END),
    ...SHORT_STAGES.map(([what, keeps, breaks]): Boundary => {
      const rows = steadySamples(3);
      return [what, { ...keeps, rows }, { ...breaks, rows }];
    }),
  ],
  thinning: THINNING,
  clock: CLOCK,
  source: [
    ...sources(END),
    ["signed for several channels", { signed: { channelId: 0n } }, { signed: { channelId: 1n } }],
  ],
  device: registeredDevices(END),
  opened: openedBoundaries(START),
};

/** Those of the further places, and of their order. */
const OF_SEVERAL: Boundaries = {
  rule: [
    ["channels in order", ordered(0, 1, 2, 3, 4), ordered(0, 1, 3, 2, 4)],
    ["first two channels in order", ordered(0, 1, 2, 3, 4), ordered(1, 0, 2, 3, 4)],
    ["last two channels in order", ordered(0, 1, 2, 3, 4), ordered(0, 1, 2, 4, 3)],
    ["a channel once", code(4, 6n), ordered(0, 1, 2, 3, 3)],
    ["largest channel code", code(4, 255n), code(4, 256n)],
    [
      "the first channel is used",
      { rule: { channels: onlyFirst(1) }, rows: steadySamples(60, [90, 0, 0, 0, 0]) },
      { ...ordered(9, 9, 9, 9, 9), rows: steadySamples(60, [0, 0, 0, 0, 0]) },
    ],
    [
      "unused channels come last",
      three({}),
      { ...ordered(0, 1, 9, 2, 9), rows: steadySamples(60, [90, 100, 0, 100, 0]) },
    ],
    ...(["origin", "stepNum", "stepDen"] as const).map((field): Boundary => [
      `an unused channel has no ${field}`,
      three({}),
      three({ rule: { channels: onlyFirst(3).map((each, i) => (i === 4 ? { ...each, [field]: 1n } : each)) } }),
    ]),
    [
      "an unused channel has the trivial width",
      three({}),
      three({ rule: { channels: onlyFirst(3).map((each, i) => (i === 3 ? { ...each, width: 128n } : each)) } }),
    ],
  ],
  range: [
    ...[1, 2, 3, 4].flatMap(limitsOf),
    ["first code of an unused channel", three({}), three({ rows: withCode(THREE, 0, 3, 1) })],
    ["last code of an unused channel", three({}), three({ rows: withCode(THREE, LAST, 4, 127) })],
  ],
  record: [
    ...[1, 2, 3, 4].map((place): Boundary => [
      `origin at place ${place}`,
      {},
      { header: { channels: withChannel(place, { origin: CELSIUS_OFFSET }) } },
    ]),
  ],
};

/** Those of a rule whose only place is always used. */
const OF_ONE: Boundaries = {
  rule: [
    ["kind of several channels", {}, { rule: { kind: BigInt(KIND.parameters) } }],
    ["largest channel code", code(0, 255n), code(0, 256n)],
    [
      "the channel is used",
      { rows: steadySamples(60, [0, 0, 0, 0, 0]) },
      { ...ordered(9), rows: steadySamples(60, [0, 0, 0, 0, 0]) },
    ],
  ],
  record: [["kind of several channels", {}, { header: { kind: BigInt(KIND.parameters) } }]],
};

function together(...parts: readonly Boundaries[]): Boundaries {
  const rules = new Set(parts.flatMap((part) => Object.keys(part)));
  return Object.fromEntries([...rules].map((rule) => [rule, parts.flatMap((part) => part[rule] ?? [])]));
}

const BOUNDARIES = { one: together(OF_ANY, OF_ONE), several: together(OF_ANY, OF_SEVERAL) };

/** `check` and the circuit accept what keeps each limit and refuse, by the rule's name, what is one step beyond. */
export function itHasBoundaries(
  channels: "one" | "several",
  circuits: () => readonly [proven: CircuitUnderTest, named: CircuitUnderTest],
): void {
  const made = (scenario: ParametersScenario): ParametersEvidence =>
    makeParameters(channels === "one" ? ofOneChannel(scenario) : scenario);
  for (const [rule, boundaries] of Object.entries(BOUNDARIES[channels])) {
    describe(`rule ${rule}`, () => {
      it.each(boundaries)("%s", async (_, keeps, breaks) => {
        const [proven, named] = circuits();
        if (Object.keys(keeps).length > 0) expect(await expectParametersAgreement(proven, made(keeps))).toEqual([]);
        const evidence = made(breaks);
        expect(checkedParameters(evidence)).toContain(rule);
        expect(await refusedRules(named, parametersInputOf(evidence))).toContain(rule);
      });
    });
  }
}
