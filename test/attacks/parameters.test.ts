import { beforeAll, describe, expect, it } from "vitest";
import { KIND, ROLE } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { deviceSlots } from "../../src/formats/identity.ts";
import { PARAMETERS_HEADER_FIELDS } from "../../src/formats/parametersRecord.ts";
import { channelElements } from "../../src/formats/parametersRule.ts";
import { TEMPERATURE_HEADER_FIELDS } from "../../src/formats/temperatureRecord.ts";
import { SAMPLES, type Sample } from "../../src/formats/samples.ts";
import { channelledBus } from "../../src/kinds/parameters/input.ts";
import { temperatureRecordOf } from "../../src/kinds/temperature/evidence.ts";
import { parametersRecordOf, type ParametersEvidence } from "../../src/kinds/parameters/evidence.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { MEANINGLESS_IN_SERIES, undetermined, unnoticedChanges } from "../support/determinism.ts";
import { LOGGER, makeEvidence, SPARE, START } from "../support/evidence.ts";
import {
  BIOREACTOR,
  checkedParameters,
  makeParameters,
  onlyFirst,
  parametersInputOf,
  steadySamples,
  withChannel,
  withCode,
  type ParametersScenario,
} from "../support/parameters.ts";
import { codeGenerated, generatedSamples } from "../support/parametersData.ts";
import { modulo } from "../support/r1cs.ts";
import { refusedRules } from "../support/rules.ts";
import { shifted, withEntries, type Limb } from "./excursions.ts";
import type { CircuitInput } from "../../src/kinds/circuitInput.ts";

/**
 * The attack catalogue against circuit `parameters`: a malicious prover, who writes any witness. Each attack is judged by the
 * constraints that are proven (O2) and named by the same system with its signals in place (O1).
 */

const MAIN = "test/circuits/instances/parameters-70.circom";
const N = 70;
let proven: CircuitUnderTest;
let named: CircuitUnderTest;
beforeAll(async () => {
  [proven, named] = await CircuitUnderTest.both(MAIN);
});

/** The attack fails, and for exactly these rules. */
async function expectRefused(input: CircuitInput, rules: readonly string[]): Promise<void> {
  expect(await refusedRules(proven, input)).not.toEqual([]);
  expect(await refusedRules(named, input)).toEqual(rules);
}

/** What a prover holds who has a signed record and wants to show other rows: the old signature, a new commitment. */
function withRows(signed: ParametersEvidence, rows: readonly Sample[]): ParametersEvidence {
  return { ...signed, rows };
}

const LIVELY = codeGenerated(generatedSamples(60, 7), 6);

/** Place of a reading in the input `code`. */
function at(channel: number, row: number): number {
  return channel * N + row;
}

describe("C1 packed-limb swap: another limb absorbs the difference, the word and so the record stay", () => {
  // A row is dt and five codes, a byte each; the next row of the element follows.
  const limb = (channel: number, row: number): Limb =>
    channel < 0 ? ["dt", row, 6 * row] : ["code", at(channel, row), 6 * row + channel + 1];

  it.each([
    ["a code beyond its byte, absorbed by the next channel", limb(1, 3), limb(2, 3), 256n, ["range"]],
    ["a code of p - 5, absorbed by the next channel", limb(1, 3), limb(2, 3), -105n, ["range"]],
    ["a code of p - 5, absorbed by the last channel", limb(0, 3), limb(4, 3), -95n, ["range"]],
    ["a code of p - 5, absorbed by the same channel a row later", limb(3, 1), limb(3, 2), -105n, ["range"]],
    ["an interval beyond its byte, absorbed by the first channel", limb(-1, 3), limb(0, 3), 256n, ["gap"]],
    ["an interval of p - 5, absorbed by a code", limb(-1, 3), limb(0, 3), -55n, ["gap", "range"]],
    ["a last channel absorbed by the next row's interval", limb(4, 2), limb(-1, 3), 256n, ["range"]],
  ] as const)("%s", async (_, first, second, delta, rules) => {
    const input = shifted(parametersInputOf(makeParameters()), first, second, delta);
    const refused = await refusedRules(named, input);
    for (const rule of rules) expect(refused).toContain(rule);
    expect(refused).not.toContain("record"); // the words are those of the record: only the range check sees it
    expect(await refusedRules(proven, input)).not.toEqual([]);
  });
});

describe("C2 codes outside the permitted interval", () => {
  it.each([
    [1, -1n],
    [0, 181n],
    [2, 255n],
    [3, 256n],
    [4, FIELD - 5n],
  ])("channel %d, code %s", async (channel, code) => {
    const input = parametersInputOf(makeParameters());
    expect(await refusedRules(named, withEntries(input, "code", { [at(channel, 7)]: modulo(code) }))).toContain(
      "range",
    );
  });

  it("codes of an unused channel that cancel in their sum", async () => {
    const evidence = makeParameters({ rule: { channels: onlyFirst(4) }, rows: steadySamples(60, [9, 9, 9, 9, 0]) });
    expect(checkedParameters(evidence)).toEqual([]);
    const cancelling = withEntries(parametersInputOf(evidence), "code", { [at(4, 5)]: 1n, [at(4, 6)]: FIELD - 1n });
    const refused = named.violations(await named.witness(cancelling));
    expect(refused.some(({ signals }) => signals.some((name) => name.startsWith("range.channel[4]")))).toBe(true);
  });
});

describe("C3 rules that would break the gadgets, approved or not", () => {
  it.each([
    ["width below the band", { rule: { channels: withChannel(2, { width: 126n }) } }, "range"],
    ["width above the band", { rule: { channels: withChannel(3, { width: 255n }) } }, "range"],
    ["lower limit above the upper one", { rule: { channels: withChannel(4, { width: FIELD - 1n }) } }, "range"],
    ["gap below the band", { rule: { gapTicks: 0n } }, "gap"],
    ["negative gap", { rule: { gapTicks: FIELD - 1n } }, "gap"],
    ["negative channel", { rule: { channels: withChannel(4, { channelId: FIELD - 1n }) } }, "rule"],
    ["descending channels that wrap around", { rule: { channels: withChannel(0, { channelId: FIELD - 3n }) } }, "rule"],
  ] as const satisfies readonly (readonly [string, ParametersScenario, string])[])("%s", async (_, scenario, rule) => {
    const input = parametersInputOf(makeParameters(scenario));
    expect(await refusedRules(named, input)).toContain(rule);
    expect(await refusedRules(proven, input)).not.toEqual([]);
  });
});

// Verifies R-parameters-determined.
describe("C6 free choice of a hint", () => {
  // As in circuit temperature: the inverse of a comparison with zero means nothing when the compared value is zero.
  const MEANINGLESS_INVERSES = [
    ...MEANINGLESS_IN_SERIES,
    "ruleOpening.order.unused[3].inv",
    "ruleOpening.order.unused[4].inv",
  ].sort();
  const evidence = makeParameters({
    rule: { channels: onlyFirst(3) },
    rows: LIVELY.map((row) => ({ ...row, codes: row.codes.map((code, place) => (place < 3 ? code : 0)) })),
  });

  it("changing any one wire of a valid witness breaks a constraint", async () => {
    const witness = await proven.witness(parametersInputOf(evidence));
    expect(proven.violations(witness)).toEqual([]);
    for (const change of [1n, 12_345_678_901_234_567_890n]) {
      expect(unnoticedChanges(proven, witness, change)).toEqual(MEANINGLESS_INVERSES);
    }
  });

  it("with the private inputs fixed, every other wire is determined (Jacobian)", async () => {
    expect(await undetermined(named, parametersInputOf(evidence))).toEqual(MEANINGLESS_INVERSES);
  });
});

describe("C7 an excursion made to disappear", () => {
  const hot = Array.from({ length: 60 }, (_, i) => ({
    dt: i === 0 ? 0 : 50,
    codes: [90, 100, i >= 30 && i < 40 ? 220 : 100, 100, 100],
  }));
  const signed = makeParameters({ rows: hot });

  it("the excursion itself is refused", async () => {
    await expectRefused(parametersInputOf(signed), ["range"]);
  });
  it("cut out, the hole is longer than the gap", async () => {
    const cut = hot.filter((_, i) => i < 30 || i >= 40).map((row, i) => (i === 30 ? { ...row, dt: 11 * 50 } : row));
    const resigned = makeParameters({ rows: cut });
    expect(checkedParameters(resigned)).toEqual(["gap"]);
    expect(await refusedRules(named, parametersInputOf(resigned))).toContain("gap");
  });
  it("cut out and stretched over the hole, or brought back in place, the record is not the signed one", async () => {
    const stretched = hot
      .filter((_, i) => i < 30 || i >= 40)
      .map((row, i) => (i >= 25 && i < 30 ? { ...row, dt: 150 } : row));
    await expectRefused(parametersInputOf(withRows(signed, stretched)), ["source"]);
    const calm = steadySamples();
    await expectRefused(parametersInputOf(withRows(signed, calm)), ["source"]);
    // Keeping the signed commitment instead: the samples do not open it.
    const kept = { ...parametersInputOf(withRows(signed, calm)), record: parametersRecordOf(signed) };
    await expectRefused(kept, ["record"]);
  });
  it("t0 shifted past it, or the end of the series dropped", async () => {
    const shifted = { ...signed, header: { ...signed.header, t0: START + 60n }, rows: steadySamples() };
    expect(await refusedRules(named, parametersInputOf(shifted))).toContain("source");
    const dropped = makeParameters({ rows: hot.slice(0, 30), head: { end: signed.head.end } });
    await expectRefused(parametersInputOf(dropped), ["window"]);
  });
});

describe("C8 padding", () => {
  const signed = makeParameters();
  it("one more in-range row is another record", async () => {
    const spare = { dt: 0, codes: [90, 100, 100, 100, 101] };
    await expectRefused(parametersInputOf(withRows(signed, [...signed.rows, spare])), ["source"]);
  });
  it("padding differently under the signed commitment does not open it", async () => {
    const padded = withCode(SAMPLES.pad(signed.rows, N), N - 1, 3, 99);
    const forged = { ...parametersInputOf(withRows(signed, padded)), record: parametersRecordOf(signed) };
    await expectRefused(forged, ["record"]);
  });
});

describe("C9 reordered, exchanged or spliced series", () => {
  const signed = makeParameters({ rows: LIVELY });
  it.each([
    ["two samples swapped", [...LIVELY.slice(0, 5), ...LIVELY.slice(5, 7).reverse(), ...LIVELY.slice(7)]],
    ["another series' half", [...LIVELY.slice(0, 30), ...steadySamples(31).slice(1)]],
    [
      "two channels swapped",
      LIVELY.map(({ dt, codes: [a = 0, b = 0, ...others] }) => ({ dt, codes: [b, a, ...others] })),
    ],
    [
      "one channel shifted by a row",
      LIVELY.map((row, i) => ({
        ...row,
        codes: row.codes.map((code, c) => (c === 1 ? (LIVELY[i - 1]?.codes[1] ?? code) : code)),
      })),
    ],
  ])("%s", async (_, rows) => {
    expect(rows).not.toEqual(LIVELY);
    await expectRefused(parametersInputOf(withRows(signed, rows)), ["source"]);
  });

  it("two channels exchanged in rule, header and rows alike: the rule is no rule", async () => {
    const [first, second, ...others] = BIOREACTOR;
    const channels = [second, first, ...others].flatMap((channel) => channel ?? []);
    const rows = LIVELY.map(({ dt, codes: [a = 0, b = 0, ...rest] }) => ({ dt, codes: [b, a, ...rest] }));
    const exchanged = makeParameters({ rows, rule: { channels } });
    expect(checkedParameters(exchanged)).toEqual(["rule"]);
    await expectRefused(parametersInputOf(exchanged), ["rule"]);
  });
});

// Verifies R-format-record, R-format-messages.
describe("V49 a signature of another kind of record", () => {
  it.each([
    ["for one channel", { signed: { channelId: 1n } }],
    ["at another stage", { signed: { stage: 2n } }],
  ] as const)("%s", async (_, scenario) => {
    await expectRefused(parametersInputOf(makeParameters(scenario)), ["source"]);
  });

  it("a temperature record cannot be opened as one of several channels, even one signed for channel 0", async () => {
    const temperature = makeEvidence({ rule: { channelId: 0n } });
    const evidence = makeParameters({ signed: { record: temperatureRecordOf(temperature) } });
    const input = { ...parametersInputOf(evidence), record: temperatureRecordOf(temperature) };
    // The source did sign this commitment: only that it commits to something else refuses.
    await expectRefused(input, ["record"]);
    const oneChannel = TEMPERATURE_HEADER_FIELDS.length;
    const several = PARAMETERS_HEADER_FIELDS.length - 1 + channelElements(BIOREACTOR).length;
    expect(several).toBeGreaterThan(oneChannel); // the sponge absorbs the count
  });
});

describe("C17 parties", () => {
  it.each([
    ["a custodian's key as source", { sourceLeaf: { role: BigInt(ROLE.custodian) } }, ["source"]],
    ["an unlisted source", { unlisted: "source" }, ["source"]],
    ["an unlisted device", { unlisted: "device" }, ["device"]],
  ] as const satisfies readonly (readonly [string, ParametersScenario, readonly string[]])[])(
    "%s",
    async (_, scenario, rules) => {
      await expectRefused(parametersInputOf(makeParameters(scenario)), rules);
    },
  );
});

describe("C20 a header that reads the bytes differently than the rule", () => {
  const evidence = makeParameters();
  const { header } = evidence;
  it.each([
    ["tick", { tick: 12n }],
    ["origin of a channel", { channels: withChannel(2, { origin: 301_000_000n }) }],
    ["step of a channel", { channels: withChannel(3, { stepNum: 1n }) }],
    ["step's denominator of a channel", { channels: withChannel(0, { stepDen: 1n }) }],
    ["width of a channel", { channels: withChannel(4, { width: 254n }) }],
    ["another channel", { channels: withChannel(4, { channelId: 7n }) }],
    ["order of the channels", { channels: BIOREACTOR.toReversed() }],
    ["capacity", { n: 140n }],
    ["kind", { kind: BigInt(KIND.temperature) }],
    ["thinning", { bucket: 60n }],
  ])("%s", async (_, change) => {
    const input = { ...parametersInputOf(evidence), ...channelledBus("header", { ...header, ...change }) };
    expect(await refusedRules(named, input)).toContain("record");
  });

  it("signed so by the source: refused all the same", async () => {
    for (const channels of [BIOREACTOR.toReversed(), withChannel(3, { stepNum: 1n })]) {
      await expectRefused(parametersInputOf(makeParameters({ header: { channels } })), ["record"]);
    }
  });

  it("another device of equal limits, or one out of calibration", async () => {
    const other = makeParameters({ header: { deviceHash: SPARE }, slots: deviceSlots([LOGGER]) });
    await expectRefused(parametersInputOf(other), ["device"]);
    await expectRefused(parametersInputOf(makeParameters({ deviceLeaf: { notAfter: START } })), ["device"]);
  });
});

describe("C21 cherry-picking", () => {
  it("a second import of the same device shows its deviation bit, and cannot hide it", async () => {
    const second = makeParameters({ header: { attempt: 1n } });
    const input = parametersInputOf(second);
    expect(await refusedRules(proven, input)).toEqual([]);
    expect(input["deviations"]).toBe(4n);
    expect(await refusedRules(proven, { ...input, deviations: 0n })).not.toEqual([]);
    // Calling it the first attempt changes the record that the source signed.
    const first = { ...second, header: { ...second.header, attempt: 0n } };
    await expectRefused(parametersInputOf(first), ["source"]);
  });
});
