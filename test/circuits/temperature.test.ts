import { beforeAll, describe, expect, it } from "vitest";
import { CELSIUS_OFFSET, CLOCK_ERROR_OFFSET, SIGNALS } from "../../src/formats/constants.ts";
import { NO_BUDGET, NO_MKT_SPAN, NO_SINGLE } from "../../src/formats/temperatureRule.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { OPENED_WITHIN_BOUNDARY, openedBoundaries, openedDeviationCases } from "../support/openings.ts";
import {
  BUCKET_BOUNDARY,
  CLOCK,
  clock,
  coverages,
  cutTo,
  registeredDevices,
  SHORT_STAGES,
  sources,
  THINNING,
} from "../support/circumstances.ts";
import {
  BATCH,
  makeEvidence,
  OTHER_ORG,
  polynomial,
  START,
  steadyRows,
  ticksOf,
  type Scenario,
} from "../support/evidence.ts";
import { anySignals, expectAgreement, inputOf, refusedRules } from "../support/rules.ts";

const rows = steadyRows();
const DURATION = 6n * ticksOf(rows);
const END = START + DURATION;

function withRow(index: number, change: Partial<{ dt: number; code: number }>): Scenario {
  return { rows: rows.map((row, i) => (i === index ? { ...row, ...change } : row)) };
}

/** Codes 30 to 150 are the normal band. */
function band(rule: Scenario["rule"]): Scenario {
  return { rule: { normalLow: 30n, normalHigh: 150n, ...rule } };
}

type Run = readonly [first: number, last: number, code: number];
const HOT: readonly Run[] = [[20, 28, 170]];
const COLD: readonly Run[] = [[20, 28, 10]];
const SWING: readonly Run[] = [
  [20, 24, 170],
  [25, 29, 10],
];
const TWO: readonly Run[] = [
  [20, 22, 170],
  [40, 45, 10],
];
const EVERY_TENTH = Array.from({ length: 19 }, (_, k): Run => [10 * k + 5, 10 * k + 5, 151]);
const RISING = polynomial(0n, 0n, 1n);
const PAUSE = { at: 24, dt: 0 };

/** Excursions of 1, 2, ... readings. */
function lengths(count: number): readonly Run[] {
  let first = 1;
  return Array.from({ length: count }, (_, k): Run => {
    const run: Run = [first, first + k, 170];
    first += k + 2;
    return run;
  });
}

/** Steady readings with some runs at other codes, under a rule with a normal band. */
function excursion(runs: readonly Run[], rule: Scenario["rule"], pause?: { at: number; dt: number }): Scenario {
  const codeAt = (i: number): number => runs.find(([first, last]) => i >= first && i <= last)?.[2] ?? 90;
  const dtAt = (i: number, dt: number): number => (i === pause?.at ? pause.dt : dt);
  return { ...band(rule), rows: rows.map(({ dt }, i) => ({ dt: dtAt(i, dt), code: codeAt(i) })) };
}

/** A full record, half of it one step or two warmer than the rest. */
function half(rule: Scenario["rule"]): Scenario {
  return { ...band(rule), rows: steadyRows(210).map((row, i) => ({ ...row, code: i < 105 ? 90 : 92 })) };
}

/** [what, scenario that keeps the rule, scenario one step beyond] */
type Boundary = readonly [what: string, keeps: Scenario, breaks: Scenario];

const BOUNDARIES: Readonly<Record<string, readonly Boundary[]>> = {
  rule: [
    OPENED_WITHIN_BOUNDARY,
    BUCKET_BOUNDARY,
    ["version", {}, { rule: { version: 3n } }],
    ["earlier version", {}, { rule: { version: 1n } }],
    ["kind", {}, { rule: { kind: 2n }, header: { kind: 2n } }],
    ["smallest tick", { rule: { tick: 1n } }, { rule: { tick: 0n } }],
    [
      "largest tick",
      { rows: steadyRows(5), rule: { tick: 65_535n } },
      { rows: steadyRows(5), rule: { tick: 65_536n } },
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
    ["narrowest normal band", band({ normalLow: 90n, normalHigh: 90n }), band({ normalLow: 91n, normalHigh: 90n })],
    ["normal band within the range", band({ normalHigh: 180n }), band({ normalHigh: 181n })],
    ["largest budget above", band({ budgetAbove: NO_BUDGET }), band({ budgetAbove: NO_BUDGET + 1n })],
    ["largest budget below", band({ budgetBelow: NO_BUDGET }), band({ budgetBelow: NO_BUDGET + 1n })],
    ["largest single excursion", band({ single: NO_SINGLE }), band({ single: NO_SINGLE + 1n })],
    ["largest span", band({ mktSpan: NO_MKT_SPAN }), band({ mktSpan: NO_MKT_SPAN + 1n })],
    ["largest mean weight", band({ mktLimit: 2n ** 105n - 1n }), band({ mktLimit: 2n ** 105n })],
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
    ["longest interval", withRow(5, { dt: 150 }), withRow(5, { dt: 151 })],
    ["last interval", withRow(199, { dt: 150 }), withRow(199, { dt: 151 })],
    ["shortest interval", withRow(5, { dt: 0 }), withRow(5, { dt: -1 })],
    ["first interval", withRow(0, { dt: 0 }), withRow(0, { dt: 1 })],
    ["narrowest limit", { rule: { gapTicks: 127n } }, { rule: { gapTicks: 126n } }],
    ["widest limit", { rule: { gapTicks: 254n } }, { rule: { gapTicks: 255n } }],
  ],
  range: [
    ["lower limit", withRow(7, { code: 0 }), withRow(7, { code: -1 })],
    ["upper limit", withRow(7, { code: 180 }), withRow(7, { code: 181 })],
    ["first reading", withRow(0, { code: 180 }), withRow(0, { code: 181 })],
    ["last reading", withRow(199, { code: 180 }), withRow(199, { code: 181 })],
    ["a byte is not enough", withRow(7, { code: 127 }), withRow(7, { code: 255 })],
    ["beyond a byte", withRow(7, { code: 128 }), withRow(7, { code: 256 })],
    ["narrowest limit", { rule: { width: 127n } }, { rule: { width: 126n } }],
    ["widest limit", { rule: { width: 254n } }, { rule: { width: 255n } }],
  ],
  record: [
    ...cutTo(END),
    ["kind", {}, { header: { kind: 2n } }],
    ["tick", {}, { header: { tick: 5n }, rule: { lead: 6000n, tail: 30_000n } }],
    ["origin", {}, { header: { origin: 1_000_000n + CELSIUS_OFFSET } }],
    ["step", {}, { header: { stepNum: 50_000n } }],
    ["step's denominator", {}, { header: { stepDen: 1n } }],
    ["width", {}, { header: { width: 181n } }],
    ["channel", {}, { header: { channelId: 2n } }],
  ],
  window: [
    ...coverages(END),
    ...SHORT_STAGES.map(([what, keeps, breaks]): Boundary => {
      const rows = steadyRows(3);
      return [what, { ...keeps, rows }, { ...breaks, rows }];
    }),
  ],
  thinning: THINNING,
  clock: CLOCK,
  source: [...sources(END), ["signed for the channel", {}, { signed: { channelId: 2n } }]],
  device: [
    ...registeredDevices(END),
    ["device set", {}, { head: { deviceSet: 1n } }],
    ["an unused slot names no device", {}, { header: { deviceHash: 0n } }],
  ],
  // Rows are 50 ticks apart, so a reading in the middle stands for 100 half-ticks.
  cumulative: [
    ["above", excursion(HOT, { budgetAbove: 900n }), excursion(HOT, { budgetAbove: 899n })],
    ["below", excursion(COLD, { budgetBelow: 900n }), excursion(COLD, { budgetBelow: 899n })],
    ["none at all", excursion([], { budgetAbove: 0n, budgetBelow: 0n }), excursion([[5, 5, 151]], { budgetAbove: 0n })],
    ["first reading", excursion([[0, 0, 151]], { budgetAbove: 50n }), excursion([[0, 0, 151]], { budgetAbove: 49n })],
    [
      "last reading",
      excursion([[199, 199, 29]], { budgetBelow: 50n }),
      excursion([[199, 199, 29]], { budgetBelow: 49n }),
    ],
    [
      "many short ones",
      excursion(EVERY_TENTH, { budgetAbove: 1900n, single: 50n }),
      excursion(EVERY_TENTH, { budgetAbove: 1899n, single: 50n }),
    ],
    ["first code above", excursion([[5, 5, 150]], { budgetAbove: 0n }), excursion([[5, 5, 151]], { budgetAbove: 99n })],
    ["first code below", excursion([[5, 5, 30]], { budgetBelow: 0n }), excursion([[5, 5, 29]], { budgetBelow: 99n })],
  ],
  single: [
    ["above", excursion(HOT, { single: 450n }), excursion(HOT, { single: 449n })],
    ["below", excursion(COLD, { single: 450n }), excursion(COLD, { single: 449n })],
    ["from the first reading", excursion([[0, 8, 170]], { single: 400n }), excursion([[0, 8, 170]], { single: 399n })],
    [
      "to the last reading",
      excursion([[190, 199, 170]], { single: 500n }),
      excursion([[190, 199, 170]], { single: 499n }),
    ],
    ["from above to below", excursion(SWING, { single: 500n }), excursion(SWING, { single: 499n })],
    ["the longer of two", excursion(TWO, { single: 300n }), excursion(TWO, { single: 299n })],
    [
      "through a reading without time",
      excursion(HOT, { single: 400n }, PAUSE),
      excursion(HOT, { single: 399n }, PAUSE),
    ],
    ["as many lengths as the table holds", excursion(lengths(16), {}), excursion(lengths(17), {})],
  ],
  mkt: [
    [
      "constant",
      excursion([], { mktCoefficients: RISING, mktLimit: 8100n }),
      excursion([], { mktCoefficients: RISING, mktLimit: 8099n }),
    ],
    // Half of the time at code 90, half at 92: the mean weight is (8100 + 8464) / 2.
    ["mean", half({ mktCoefficients: RISING, mktLimit: 8282n }), half({ mktCoefficients: RISING, mktLimit: 8281n })],
    [
      "span",
      excursion([], { mktCoefficients: RISING, mktLimit: 8100n, mktSpan: DURATION }),
      excursion([], { mktCoefficients: RISING, mktLimit: 8100n, mktSpan: DURATION - 1n }),
    ],
    ["no limit", excursion([], {}), excursion([], { mktCoefficients: RISING })],
  ],
  opened: openedBoundaries(START),
};

describe("circuit temperature, one chunk", () => {
  let circuit: CircuitUnderTest;
  let named: CircuitUnderTest;
  beforeAll(async () => {
    [circuit, named] = await CircuitUnderTest.both("test/circuits/instances/temperature-210.circom");
  });

  // Verifies R-format-signals, C23.
  it("has the eight public signals, in order, each in a real constraint", () => {
    expect(circuit.r1cs.publicInputs).toBe(SIGNALS.length);
    const names = SIGNALS;
    names.forEach((name, i) => expect(circuit.wire(name)).toBe(i + 1));
    for (const name of names) {
      const used = circuit.r1cs.constraints.some(({ a, b, c }) =>
        [...a, ...b, ...c].some(([wire, coefficient]) => wire === circuit.wire(name) && coefficient !== 0n),
      );
      expect(used, name).toBe(true);
    }
  });

  it("accepts the smallest and the largest record", async () => {
    for (const count of [1, 210])
      expect(await expectAgreement(circuit, makeEvidence({ rows: steadyRows(count) }))).toEqual([]);
  });

  /** Many limits are kept by the same record. */
  let plain: Promise<string[]> | undefined;
  const verdict = (keeps: Scenario): Promise<string[]> => {
    if (Object.keys(keeps).length > 0) return expectAgreement(circuit, makeEvidence(keeps));
    return (plain ??= expectAgreement(circuit, makeEvidence(keeps)));
  };

  for (const [rule, boundaries] of Object.entries(BOUNDARIES)) {
    // Verifies R-temperature-rule, R-temperature-head, R-temperature-gap, R-temperature-range, R-temperature-record,
    // R-temperature-window, R-temperature-clock, R-temperature-source, R-temperature-device, R-temperature-cumulative,
    // R-temperature-single, R-temperature-mkt, R-temperature-thinning,
    // R-temperature-opened.
    describe(`rule ${rule}`, () => {
      it.each(boundaries)("%s", async (_, keeps, breaks) => {
        expect(await verdict(keeps)).toEqual([]);
        const evidence = makeEvidence(breaks);
        const refused = await expectAgreement(circuit, evidence);
        expect(refused).toContain(rule);
        expect(await refusedRules(named, inputOf(evidence))).toContain(rule);
      });
    });
  }

  // Verifies R-temperature-deviations, C24.
  it("sets exactly the deviation bits that band and header ask for", async () => {
    const cases: readonly (readonly [Scenario, bigint])[] = [
      [{}, 0n],
      [{ header: { attempt: 1n } }, 4n],
      [{ header: { attempt: 7n } }, 4n],
      [{ header: { zoneChanged: 1n } }, 8n],
      [clock(1), 8n],
      [clock(-1), 8n],
      [excursion([[3, 3, 151]], {}), 1n],
      [excursion([[3, 3, 29]], {}), 2n],
      [excursion([[0, 0, 151]], {}), 1n],
      [excursion(SWING, {}), 3n],
      [{ header: { zoneChanged: 1n, clockError: BigInt(CLOCK_ERROR_OFFSET + 1), attempt: 1n } }, 12n],
      ...openedDeviationCases(START),
      [{ ...clock(1), opened: START + 1n }, 56n],
    ];
    for (const [scenario, deviations] of cases) {
      const evidence = makeEvidence(scenario);
      expect(anySignals(evidence).deviations).toBe(deviations);
      const witness = await circuit.witness(inputOf(evidence));
      expect(circuit.violations(witness)).toEqual([]);
      for (const claimed of [0n, 1n, 2n, 3n, 4n, 8n, 12n, 16n, 32n, 48n, 64n]) {
        const refused = circuit.violationsOf(witness, { deviations: claimed });
        expect(refused.length === 0, `${claimed} instead of ${deviations}`).toBe(claimed === deviations);
      }
    }
  });
});
