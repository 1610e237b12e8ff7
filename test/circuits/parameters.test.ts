import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  CELSIUS_OFFSET,
  CHANNELS,
  CLOCK_ERROR_OFFSET,
  ROLE,
  SAMPLES_PER_CHUNK,
  SIGNALS,
} from "../../src/formats/constants.ts";
import { PARAMETERS_HEADER_FIELDS } from "../../src/formats/parametersRecord.ts";
import { CHANNEL_FIELDS, PARAMETERS_RULE_FIELDS, UNUSED_CHANNEL } from "../../src/formats/parametersRule.ts";
import type { Sample } from "../../src/formats/samples.ts";
import { checkParameters, PARAMETERS_RULES } from "../../src/kinds/parameters/check.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { OPENED_WITHIN_BOUNDARY, openedBoundaries, openedDeviationCases } from "../support/openings.ts";
import { cutTo, DEVICE_SLOTS, longStages, SHORT_STAGES, THINNING } from "../support/circumstances.ts";
import { constraintsOf } from "../support/compiled.ts";
import { BATCH, OTHER_ORG, OUTSIDER_KEY, SPARE, START } from "../support/evidence.ts";
import {
  anyParametersSignals,
  BIOREACTOR,
  checkedParameters,
  expectParametersAgreement,
  makeParameters,
  onlyFirst,
  parametersInputOf,
  steadySamples,
  withChannel,
  withCode,
  type ParametersScenario,
} from "../support/parameters.ts";
import { codeGenerated, generatedSamples } from "../support/parametersData.ts";
import { refusedRules } from "../support/rules.ts";

const ONE = "test/circuits/instances/parameters-70.circom";
const TWO = "test/circuits/instances/parameters-140.circom";

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

function clock(seconds: number): ParametersScenario {
  return { header: { clockError: BigInt(CLOCK_ERROR_OFFSET + seconds) } };
}

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

const BOUNDARIES: Readonly<Record<string, readonly Boundary[]>> = {
  rule: [
    OPENED_WITHIN_BOUNDARY,
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
    ["channels in order", ordered(0, 1, 2, 3, 4), ordered(0, 1, 3, 2, 4)],
    ["first two channels in order", ordered(0, 1, 2, 3, 4), ordered(1, 0, 2, 3, 4)],
    ["last two channels in order", ordered(0, 1, 2, 3, 4), ordered(0, 1, 2, 4, 3)],
    ["a channel once", { rule: { channels: withChannel(4, { channelId: 6n }) } }, ordered(0, 1, 2, 3, 3)],
    [
      "largest channel code",
      { rule: { channels: withChannel(4, { channelId: 255n }) } },
      { rule: { channels: withChannel(4, { channelId: 256n }) } },
    ],
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
    ...BIOREACTOR.flatMap(({ channelId, width }, place): Boundary[] => [
      [`lower limit of channel ${channelId}`, reading(7, place, 0), reading(7, place, -1)],
      [`upper limit of channel ${channelId}`, reading(7, place, Number(width)), reading(7, place, Number(width) + 1)],
    ]),
    ["narrowest limit of the first channel", width(0, 127n), width(0, 126n)],
    ["widest limit of the last channel", width(4, 254n), width(4, 255n)],
    ["first sample", reading(0, 0, 180), reading(0, 0, 181)],
    ["last sample", reading(LAST, 4, 200), reading(LAST, 4, 201)],
    ["a byte is not enough", reading(7, 2, 127), reading(7, 2, 255)],
    ["beyond a byte", reading(7, 2, 128), reading(7, 2, 256)],
    ["first code of an unused channel", three({}), three({ rows: withCode(THREE, 0, 3, 1) })],
    ["last code of an unused channel", three({}), three({ rows: withCode(THREE, LAST, 4, 127) })],
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
    ...[1, 2, 3, 4].map((place): Boundary => [
      `origin at place ${place}`,
      {},
      { header: { channels: withChannel(place, { origin: CELSIUS_OFFSET }) } },
    ]),
  ],
  window: [
    ["earliest first sample", { head: { start: START + 900n } }, { head: { start: START + 901n } }],
    ["latest first sample", { head: { start: START - 600n } }, { head: { start: START - 601n } }],
    ["earliest last sample", { head: { end: END + 600n } }, { head: { end: END + 601n } }],
    ["latest last sample", { head: { end: END - 900n } }, { head: { end: END - 901n } }],
    ...longStages(END),
    ...SHORT_STAGES.map(([what, keeps, breaks]): Boundary => {
      const rows = steadySamples(3);
      return [what, { ...keeps, rows }, { ...breaks, rows }];
    }),
  ],
  thinning: THINNING,
  clock: [
    ["fast", clock(120), clock(121)],
    ["slow", clock(-120), clock(-121)],
    ["zone flag", { header: { zoneChanged: 1n } }, { header: { zoneChanged: 2n } }],
  ],
  source: [
    ["role", {}, { sourceLeaf: { role: BigInt(ROLE.lab) } }],
    ["organisation", {}, { sourceLeaf: { org: OTHER_ORG } }],
    [
      "independent organisation",
      { rule: { independent: 1n }, sourceLeaf: { org: OTHER_ORG } },
      { rule: { independent: 1n } },
    ],
    ["valid from the start", { sourceLeaf: { notBefore: START } }, { sourceLeaf: { notBefore: START + 1n } }],
    ["valid to the end", { sourceLeaf: { notAfter: END } }, { sourceLeaf: { notAfter: END - 1n } }],
    ["listed", {}, { unlisted: "source" }],
    ["signer", {}, { signer: OUTSIDER_KEY }],
    ["signed for the batch", {}, { signed: { batch: BATCH + 1n } }],
    ["signed for the stage", {}, { signed: { stage: 2n } }],
    ["signed for several channels", { signed: { channelId: 0n } }, { signed: { channelId: 1n } }],
    ["signed for the record", {}, { signed: { record: 5n } }],
  ],
  device: [
    ["identity", {}, { deviceLeaf: { id0: SPARE + 1n } }],
    ["not a key", {}, { deviceLeaf: { id1: 1n } }],
    ["role", {}, { deviceLeaf: { role: BigInt(ROLE.source) } }],
    ["calibrated from the start", { deviceLeaf: { notBefore: START } }, { deviceLeaf: { notBefore: START + 1n } }],
    ["calibrated to the end", { deviceLeaf: { notAfter: END } }, { deviceLeaf: { notAfter: END - 1n } }],
    ["listed", {}, { unlisted: "device" }],
    ...DEVICE_SLOTS,
  ],
  opened: openedBoundaries(START),
};

describe("circuit parameters, one chunk", () => {
  let circuit: CircuitUnderTest;
  let named: CircuitUnderTest;
  beforeAll(async () => {
    [circuit, named] = await CircuitUnderTest.both(ONE);
  });

  // Verifies R-format-signals, C23.
  it("has the eight public signals, in order, each in a real constraint", () => {
    expect(circuit.r1cs.publicInputs).toBe(SIGNALS.length);
    SIGNALS.forEach((name, i) => expect(circuit.wire(name)).toBe(i + 1));
    for (const name of SIGNALS) {
      const used = circuit.r1cs.constraints.some(({ a, b, c }) =>
        [...a, ...b, ...c].some(([wire, coefficient]) => wire === circuit.wire(name) && coefficient !== 0n),
      );
      expect(used, name).toBe(true);
    }
  });

  it("accepts the smallest and the largest record, and one of 1 to 5 channels", async () => {
    expect(await expectParametersAgreement(circuit, makeParameters())).toEqual([]);
    for (const count of [1, 70]) {
      expect(await expectParametersAgreement(circuit, makeParameters({ rows: steadySamples(count) }))).toEqual([]);
    }
    for (let used = 1; used <= CHANNELS; used++) {
      const codes = BIOREACTOR.map((_, place) => (place < used ? 100 : 0));
      const scenario = { rule: { channels: onlyFirst(used) }, rows: steadySamples(60, codes) };
      expect(await expectParametersAgreement(circuit, makeParameters(scenario))).toEqual([]);
    }
  });

  it("accepts generated bioreactor data, whose readings differ in every channel", async () => {
    const generated = codeGenerated(generatedSamples(70, 20_220_505), 6);
    for (const place of BIOREACTOR.keys()) expect(new Set(generated.map(({ codes }) => codes[place])).size).not.toBe(1);
    expect(await expectParametersAgreement(circuit, makeParameters({ rows: generated }))).toEqual([]);
  });

  for (const [rule, boundaries] of Object.entries(BOUNDARIES)) {
    // Verifies R-parameters-rule, R-parameters-head, R-parameters-gap, R-parameters-range, R-parameters-record,
    // R-parameters-window, R-parameters-clock, R-parameters-source, R-parameters-device,
    // R-parameters-opened.
    describe(`rule ${rule}`, () => {
      it.each(boundaries)("%s", async (_, keeps, breaks) => {
        if (Object.keys(keeps).length > 0) {
          expect(await expectParametersAgreement(circuit, makeParameters(keeps))).toEqual([]);
        }
        const evidence = makeParameters(breaks);
        expect(checkedParameters(evidence)).toContain(rule);
        expect(await refusedRules(named, parametersInputOf(evidence))).toContain(rule);
      });
    });
  }

  it("names channel and sample of a reading over a limit", () => {
    expect(checkParameters(makeParameters({ rows: withCode(rows, 7, 2, 201) }))).toEqual([
      { rule: "range", problem: "above the upper limit", reading: 7, channel: 2 },
    ]);
  });

  // Verifies R-parameters-deviations, C24.
  it("sets exactly the deviation bits that the header asks for", async () => {
    const cases: readonly (readonly [ParametersScenario, bigint])[] = [
      [{}, 0n],
      [{ header: { attempt: 1n } }, 4n],
      [{ header: { attempt: 7n } }, 4n],
      [{ header: { zoneChanged: 1n } }, 8n],
      [clock(1), 8n],
      [clock(-1), 8n],
      [{ header: { zoneChanged: 1n, clockError: BigInt(CLOCK_ERROR_OFFSET + 1), attempt: 1n } }, 12n],
      ...openedDeviationCases(START),
      [{ ...clock(1), opened: START + 1n }, 56n],
    ];
    for (const [scenario, deviations] of cases) {
      const evidence = makeParameters(scenario);
      expect(anyParametersSignals(evidence).deviations).toBe(deviations);
      const witness = await circuit.witness(parametersInputOf(evidence));
      expect(circuit.violations(witness)).toEqual([]);
      for (const claimed of [0n, 1n, 2n, 3n, 4n, 8n, 12n, 16n, 32n, 48n, 64n]) {
        const refused = circuit.violationsOf(witness, { deviations: claimed });
        expect(refused.length === 0, `${claimed} instead of ${deviations}`).toBe(claimed === deviations);
      }
    }
  });
});

describe("circuit parameters, two chunks", () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await CircuitUnderTest.load(TWO);
  });

  it("chains the running time over the chunks", async () => {
    for (const count of [60, 70, 71, 140]) {
      const evidence = makeParameters({ n: 140, rows: steadySamples(count) });
      expect(await expectParametersAgreement(circuit, evidence)).toEqual([]);
    }
  });

  it("refuses a reading over a limit, and a code of an unused channel, in the second chunk", async () => {
    const long = steadySamples(140);
    const over = makeParameters({ n: 140, rows: withCode(long, 139, 3, 201) });
    expect(await expectParametersAgreement(circuit, over)).toEqual(["range"]);
    const three = steadySamples(140, [90, 100, 100, 0, 0]);
    const used = { n: 140, rule: { channels: onlyFirst(3) } };
    expect(await expectParametersAgreement(circuit, makeParameters({ ...used, rows: three }))).toEqual([]);
    const spare = makeParameters({ ...used, rows: withCode(three, 139, 4, 1) });
    expect(await expectParametersAgreement(circuit, spare)).toEqual(["range"]);
  });

  it("has exactly so many constraints, and the tiers fill their powers of two", async () => {
    const one = await constraintsOf(ONE);
    const two = circuit.r1cs.constraints.length;
    expect(one).toBe(22_545);
    expect(two).toBe(26_522);
    const perChunk = two - one;
    expect(perChunk / SAMPLES_PER_CHUNK).toBeLessThan(57);
    // A node of the series tree for every 16 chunks after the first 16 is all that comes on top.
    const node = 612;
    for (const [name, chunks, power] of [
      ["parameters-280", 4, 15],
      ["parameters-840", 12, 16],
      ["parameters-2k", 28, 17],
      ["parameters-4k", 61, 18],
    ] as const) {
      const most = one + (chunks - 1) * perChunk + Math.floor((chunks - 1) / 16) * node;
      expect(readFileSync(`circuits/main/${name}.circom`, "utf8")).toContain(
        `{public [${SIGNALS.join(", ")}]} = Parameters(${chunks}, CHANNELS());`,
      );
      // snarkjs adds a row for each public signal and one for the constant.
      expect(most + SIGNALS.length + 1, name).toBeLessThanOrEqual(2 ** power);
      expect(most / 2 ** power, name).toBeGreaterThan(0.92);
    }
    expect(61 * SAMPLES_PER_CHUNK).toBeGreaterThan(3_456); // 12 days at 5 minutes
  });
});

describe("circuits/parameters.circom", () => {
  it("has a component for every rule that check knows", () => {
    const text = readFileSync("circuits/parameters.circom", "utf8");
    const components = [...text.matchAll(/component (\w+) = [A-Z]/g)].map((match) =>
      match[1]?.replace("Opening", "").replace("openingTime", "opened"),
    );
    for (const rule of PARAMETERS_RULES) expect(components).toContain(rule);
  });

  it.each([
    ["parametersRule", "Channel", CHANNEL_FIELDS],
    ["parametersRule", "ParametersRule", PARAMETERS_RULE_FIELDS],
    ["parametersRecord", "ParametersHeader", PARAMETERS_HEADER_FIELDS],
  ] as const)("%s.circom: bus %s has TypeScript's fields in TypeScript's order", (file, bus, fields) => {
    const text = readFileSync(`circuits/lib/parameters/${file}.circom`, "utf8");
    const body = new RegExp(`bus ${bus}\\((?:count)?\\) \\{([^}]*)\\}`).exec(text)?.[1] ?? "";
    const names = [...body.matchAll(/(?:signal|Channel\(\)) (\w+)(?:\[(\w+)\])?;/g)].map((match) => match[1]);
    expect(names).toEqual(fields);
  });
});
