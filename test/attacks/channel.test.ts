import { beforeAll, describe, expect, it } from "vitest";
import { KIND } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { PARAMETERS_HEADER_FIELDS } from "../../src/formats/parametersRecord.ts";
import { channelElements } from "../../src/formats/parametersRule.ts";
import { TEMPERATURE_HEADER_FIELDS } from "../../src/formats/temperatureRecord.ts";
import { parametersRecordOf, type ParametersEvidence } from "../../src/kinds/parameters/evidence.ts";
import { channelledBus } from "../../src/kinds/parameters/input.ts";
import { temperatureRecordOf } from "../../src/kinds/temperature/evidence.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { MEANINGLESS_IN_SERIES, undetermined, unnoticedChanges } from "../support/determinism.ts";
import { makeEvidence } from "../support/evidence.ts";
import {
  BIOREACTOR,
  checkedParameters,
  makeParameters,
  ofOneChannel,
  parametersInputOf,
  steadySamples,
  withChannel,
  type ParametersScenario,
} from "../support/parameters.ts";
import { codeGenerated, generatedSamples } from "../support/parametersData.ts";
import { modulo } from "../support/r1cs.ts";
import { refusedRules } from "../support/rules.ts";
import { shifted, withEntries, type Limb } from "./excursions.ts";
import type { CircuitInput } from "../../src/kinds/circuitInput.ts";

/**
 * The attack catalogue against circuit `channel`, which is `parameters` with a single place: where that makes another circuit
 * of it. Judged and named as the attacks on `parameters` are.
 */

let proven: CircuitUnderTest;
let named: CircuitUnderTest;
beforeAll(async () => {
  [proven, named] = await CircuitUnderTest.both("test/circuits/instances/channel-210.circom");
});

function made(scenario: ParametersScenario = {}): ParametersEvidence {
  return makeParameters(ofOneChannel(scenario));
}

/** The attack fails, and for exactly these rules. */
async function expectRefused(input: CircuitInput, rules: readonly string[]): Promise<void> {
  expect(await refusedRules(proven, input)).not.toEqual([]);
  expect(await refusedRules(named, input)).toEqual(rules);
}

describe("C1 packed-limb swap: another limb absorbs the difference, the word and so the record stay", () => {
  // A row is dt and one code, a byte each.
  const dt = (row: number): Limb => ["dt", row, 2 * row];
  const code = (row: number): Limb => ["code", row, 2 * row + 1];

  it.each([
    ["a code beyond its byte, absorbed by the next interval", code(3), dt(4), 256n, ["range"]],
    ["a code of p - 5, absorbed by the next code", code(3), code(4), -95n, ["range"]],
    ["an interval beyond its byte, absorbed by its code", dt(3), code(3), 256n, ["gap"]],
    ["an interval of p - 5, absorbed by its code", dt(3), code(3), -55n, ["gap", "range"]],
  ] as const)("%s", async (_, first, second, delta, rules) => {
    const input = shifted(parametersInputOf(made()), first, second, delta);
    const refused = await refusedRules(named, input);
    for (const rule of rules) expect(refused).toContain(rule);
    expect(refused).not.toContain("record"); // the words are those of the record: only the range check sees it
    expect(await refusedRules(proven, input)).not.toEqual([]);
  });
});

describe("C2 codes outside the permitted interval", () => {
  it.each([-1n, 181n, 255n, 256n, FIELD - 5n])("code %s", async (code) => {
    const input = parametersInputOf(made());
    expect(await refusedRules(named, withEntries(input, "code", { [7]: modulo(code) }))).toContain("range");
  });
});

describe("C3 rules that would break the gadgets, approved or not", () => {
  it.each([
    ["width below the band", { rule: { channels: withChannel(0, { width: 126n }) } }, "range"],
    ["width above the band", { rule: { channels: withChannel(0, { width: 255n }) } }, "range"],
    ["negative channel", { rule: { channels: withChannel(0, { channelId: FIELD - 1n }) } }, "rule"],
    ["kind of several channels", { rule: { kind: BigInt(KIND.parameters) } }, "rule"],
    ["kind of temperature", { rule: { kind: BigInt(KIND.temperature) } }, "rule"],
  ] as const satisfies readonly (readonly [string, ParametersScenario, string])[])("%s", async (_, scenario, rule) => {
    const input = parametersInputOf(made(scenario));
    expect(await refusedRules(named, input)).toContain(rule);
    expect(await refusedRules(proven, input)).not.toEqual([]);
  });

  it("no channel, so that every code is 0 and nothing was measured", async () => {
    const empty = made({
      rule: { channels: withChannel(0, { channelId: 0n, origin: 0n, stepNum: 0n, stepDen: 0n, width: 127n }) },
      rows: steadySamples(60, [0]),
    });
    expect(checkedParameters(empty)).toEqual(["rule"]);
    expect(await refusedRules(named, parametersInputOf(empty))).toContain("rule");
    expect(await refusedRules(proven, parametersInputOf(empty))).not.toEqual([]);
  });
});

// Verifies R-parameters-determined.
describe("C6 free choice of a hint", () => {
  // As in circuit parameters: the inverse of a comparison with zero means nothing when the compared value is zero.
  const evidence = made({ rows: codeGenerated(generatedSamples(180, 7), 6) });

  it("changing any one wire of a valid witness breaks a constraint", async () => {
    const witness = await proven.witness(parametersInputOf(evidence));
    expect(proven.violations(witness)).toEqual([]);
    for (const change of [1n, 12_345_678_901_234_567_890n]) {
      expect(unnoticedChanges(proven, witness, change)).toEqual(MEANINGLESS_IN_SERIES);
    }
  });

  it("with the private inputs fixed, every other wire is determined (Jacobian)", async () => {
    expect(await undetermined(named, parametersInputOf(evidence))).toEqual(MEANINGLESS_IN_SERIES);
  });
});

// Verifies R-format-record, R-format-messages.
describe("V49 a signature of another kind of record", () => {
  it.each([
    ["for its one channel", { signed: { channelId: 1n } }],
    ["at another stage", { signed: { stage: 2n } }],
    ["for another rule", { signed: { rule: 5n } }],
  ] as const)("%s", async (_, scenario) => {
    await expectRefused(parametersInputOf(made(scenario)), ["source"]);
  });

  it("a temperature record cannot be opened as one of a channel, although both have as many fields and the same bytes", async () => {
    const rows = steadySamples().map(({ dt, codes: [code = 0] }) => ({ dt, code }));
    const record = temperatureRecordOf(makeEvidence({ rows }));
    const evidence = made({ signed: { record } });
    // The source did sign this commitment, for this rule: only that it commits to something else refuses.
    await expectRefused({ ...parametersInputOf(evidence), record }, ["record"]);
    const channel = PARAMETERS_HEADER_FIELDS.length - 1 + channelElements(BIOREACTOR.slice(0, 1)).length;
    expect(channel).toBe(TEMPERATURE_HEADER_FIELDS.length); // so the kind alone tells them apart, and rule `record` compares it
  });

  it("a record of several channels cannot be opened as one of a channel", async () => {
    const record = parametersRecordOf(makeParameters());
    await expectRefused({ ...parametersInputOf(made({ signed: { record } })), record }, ["record"]);
  });
});

describe("C20 a header that reads the bytes differently than the rule", () => {
  const evidence = made();
  it.each([
    ["tick", { tick: 12n }],
    ["origin", { channels: withChannel(0, { origin: 301_000_000n }).slice(0, 1) }],
    ["step's denominator", { channels: withChannel(0, { stepDen: 1n }).slice(0, 1) }],
    ["another channel", { channels: withChannel(0, { channelId: 7n }).slice(0, 1) }],
    ["capacity", { n: 420n }],
    ["kind of several channels", { kind: BigInt(KIND.parameters) }],
    ["kind of temperature", { kind: BigInt(KIND.temperature) }],
  ])("%s", async (_, change) => {
    const header = channelledBus("header", { ...evidence.header, ...change });
    expect(await refusedRules(named, { ...parametersInputOf(evidence), ...header })).toContain("record");
  });

  it("signed so by the source: refused all the same", async () => {
    for (const change of [{ kind: BigInt(KIND.temperature) }, { channels: withChannel(0, { stepDen: 1n }) }]) {
      await expectRefused(parametersInputOf(made({ header: change })), ["record"]);
    }
  });
});
