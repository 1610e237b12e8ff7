import { beforeAll, describe, expect, it } from "vitest";
import { CELSIUS_OFFSET, CLOCK_ERROR_OFFSET, ROLE } from "../../src/formats/constants.ts";
import { deviceSlots } from "../../src/formats/identity.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import {
  BATCH,
  LOGGER,
  makeEvidence,
  OTHER_ORG,
  OUTSIDER_KEY,
  SPARE,
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

/** [what, scenario that keeps the rule, scenario one step beyond] */
type Boundary = readonly [what: string, keeps: Scenario, breaks: Scenario];

const BOUNDARIES: Readonly<Record<string, readonly Boundary[]>> = {
  rule: [
    ["version", {}, { rule: { version: 1n } }],
    ["kind", {}, { rule: { kind: 2n }, header: { kind: 2n } }],
    ["smallest tick", { rule: { tick: 1n } }, { rule: { tick: 0n } }],
    [
      "largest tick",
      { rows: steadyRows(5), rule: { tick: 65_535n } },
      { rows: steadyRows(5), rule: { tick: 65_536n } },
    ],
    ["largest lead", { rule: { lead: 2n ** 32n - 1n } }, { rule: { lead: 2n ** 32n } }],
    ["largest tail", { rule: { tail: 2n ** 32n - 1n } }, { rule: { tail: 2n ** 32n } }],
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
    ["kind", {}, { header: { kind: 2n } }],
    ["tick", {}, { header: { tick: 5n }, rule: { lead: 6000n, tail: 30_000n } }],
    ["origin", {}, { header: { origin: 1_000_000n + CELSIUS_OFFSET } }],
    ["step", {}, { header: { stepNum: 50_000n } }],
    ["step's denominator", {}, { header: { stepDen: 1n } }],
    ["width", {}, { header: { width: 181n } }],
    ["channel", {}, { header: { channelId: 2n } }],
  ],
  window: [
    ["earliest first reading", { head: { start: START + 900n } }, { head: { start: START + 901n } }],
    ["latest first reading", { head: { start: START - 600n } }, { head: { start: START - 601n } }],
    ["earliest last reading", { head: { end: END + 600n } }, { head: { end: END + 601n } }],
    ["latest last reading", { head: { end: END - 900n } }, { head: { end: END - 901n } }],
  ],
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
    [
      "valid at a first reading before the stage",
      { head: { start: START + 60n }, sourceLeaf: { notBefore: START } },
      { head: { start: START + 60n }, sourceLeaf: { notBefore: START + 1n } },
    ],
    [
      "valid at a last reading after the stage",
      { head: { end: END - 60n }, sourceLeaf: { notAfter: END } },
      { head: { end: END - 60n }, sourceLeaf: { notAfter: END - 1n } },
    ],
    ["listed", {}, { unlisted: "source" }],
    ["signer", {}, { signer: OUTSIDER_KEY }],
    ["signed for the batch", {}, { signed: { batch: BATCH + 1n } }],
    ["signed for the stage", {}, { signed: { stage: 2n } }],
    ["signed for the channel", {}, { signed: { channelId: 2n } }],
    ["signed for the record", {}, { signed: { record: 5n } }],
  ],
  device: [
    ["identity", {}, { deviceLeaf: { id0: SPARE + 1n } }],
    ["not a key", {}, { deviceLeaf: { id1: 1n } }],
    ["role", {}, { deviceLeaf: { role: BigInt(ROLE.source) } }],
    ["calibrated from the start", { deviceLeaf: { notBefore: START } }, { deviceLeaf: { notBefore: START + 1n } }],
    ["calibrated to the end", { deviceLeaf: { notAfter: END } }, { deviceLeaf: { notAfter: END - 1n } }],
    [
      "calibrated at a first reading before the stage",
      { head: { start: START + 60n }, deviceLeaf: { notBefore: START } },
      { head: { start: START + 60n }, deviceLeaf: { notBefore: START + 1n } },
    ],
    [
      "calibrated at a last reading after the stage",
      { head: { end: END - 60n }, deviceLeaf: { notAfter: END } },
      { head: { end: END - 60n }, deviceLeaf: { notAfter: END - 1n } },
    ],
    ["listed", {}, { unlisted: "device" }],
    ["named by the stage", { slots: deviceSlots([LOGGER]) }, { slots: deviceSlots([SPARE]) }],
    ["device set", {}, { head: { deviceSet: 1n } }],
    ["an unused slot names no device", {}, { header: { deviceHash: 0n } }],
  ],
};

function clock(seconds: number): Scenario {
  return { header: { clockError: BigInt(CLOCK_ERROR_OFFSET + seconds) } };
}

describe("circuit temperature, one chunk", () => {
  let circuit: CircuitUnderTest;
  let named: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await CircuitUnderTest.load("test/circuits/instances/temperature-210.circom");
    named = await CircuitUnderTest.load("test/circuits/instances/temperature-210.circom", "O1");
  });

  it("has the seven public signals, in order, each in a real constraint", () => {
    expect(circuit.r1cs.publicInputs).toBe(7);
    const names = ["batch", "rule", "head", "parties", "record", "deviations", "context"];
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

  for (const [rule, boundaries] of Object.entries(BOUNDARIES)) {
    describe(`rule ${rule}`, () => {
      it.each(boundaries)("%s", async (_, keeps, breaks) => {
        expect(await expectAgreement(circuit, makeEvidence(keeps))).toEqual([]);
        const evidence = makeEvidence(breaks);
        const refused = await expectAgreement(circuit, evidence);
        expect(refused).toContain(rule);
        expect(await refusedRules(named, inputOf(evidence))).toContain(rule);
      });
    });
  }

  it("sets exactly the deviation bits that the header asks for", async () => {
    const cases: readonly (readonly [Scenario, bigint])[] = [
      [{}, 0n],
      [{ header: { attempt: 1n } }, 4n],
      [{ header: { attempt: 7n } }, 4n],
      [{ header: { zoneChanged: 1n } }, 8n],
      [clock(1), 8n],
      [clock(-1), 8n],
      [{ header: { zoneChanged: 1n, clockError: BigInt(CLOCK_ERROR_OFFSET + 1), attempt: 1n } }, 12n],
    ];
    for (const [scenario, deviations] of cases) {
      const evidence = makeEvidence(scenario);
      expect(anySignals(evidence).deviations).toBe(deviations);
      for (const claimed of [0n, 1n, 2n, 4n, 8n, 12n, 16n]) {
        const refused = await refusedRules(circuit, { ...inputOf(evidence), deviations: claimed });
        expect(refused.length === 0, `${claimed} instead of ${deviations}`).toBe(claimed === deviations);
      }
    }
  });
});

describe("circuit temperature, two chunks", () => {
  it("chains the running time over the chunks", async () => {
    const circuit = await CircuitUnderTest.load("test/circuits/instances/temperature-420.circom");
    for (const count of [200, 210, 211, 420]) {
      const evidence = makeEvidence({ n: 420, rows: steadyRows(count) });
      expect(await expectAgreement(circuit, evidence)).toEqual([]);
    }
  });
});
