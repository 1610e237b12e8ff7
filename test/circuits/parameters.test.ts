import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  CHANNELS,
  CLOCK_ERROR_OFFSET,
  ROWS_PER_CHUNK,
  SAMPLES_PER_CHUNK,
  SIGNALS,
} from "../../src/formats/constants.ts";
import { PARAMETERS_HEADER_FIELDS } from "../../src/formats/parametersRecord.ts";
import { CHANNEL_FIELDS, PARAMETERS_RULE_FIELDS } from "../../src/formats/parametersRule.ts";
import type { ParametersEvidence } from "../../src/kinds/parameters/evidence.ts";
import { checkParameters, PARAMETERS_RULES } from "../../src/kinds/parameters/check.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { openedDeviationCases } from "../support/openings.ts";
import { constraintsOf } from "../support/compiled.ts";
import { START } from "../support/evidence.ts";
import {
  anyParametersSignals,
  BIOREACTOR,
  expectParametersAgreement,
  makeParameters,
  ofOneChannel,
  onlyFirst,
  parametersInputOf,
  steadySamples,
  withCode,
  type ParametersScenario,
} from "../support/parameters.ts";
import { itHasBoundaries } from "../support/parametersBoundaries.ts";
import { clock } from "../support/circumstances.ts";
import { codeGenerated, generatedSamples } from "../support/parametersData.ts";

const ONE = "test/circuits/instances/parameters-70.circom";
const CHANNEL = "test/circuits/instances/channel-210.circom";
const TWO = "test/circuits/instances/parameters-140.circom";

describe.each([
  ["parameters", "several", ONE, SAMPLES_PER_CHUNK, (scenario: ParametersScenario) => scenario],
  ["channel", "one", CHANNEL, ROWS_PER_CHUNK, ofOneChannel],
] as const)("circuit %s, one chunk", (_, channels, main, capacity, scenarioOf) => {
  const made = (scenario: ParametersScenario): ParametersEvidence => makeParameters(scenarioOf(scenario));
  let circuit: CircuitUnderTest;
  let named: CircuitUnderTest;
  beforeAll(async () => {
    [circuit, named] = await CircuitUnderTest.both(main);
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

  it("accepts the smallest and the largest record", async () => {
    expect(await expectParametersAgreement(circuit, made({}))).toEqual([]);
    for (const count of [1, capacity]) {
      expect(await expectParametersAgreement(circuit, made({ rows: steadySamples(count) }))).toEqual([]);
    }
  });

  it("accepts generated bioreactor data, whose readings differ in every channel", async () => {
    const generated = codeGenerated(generatedSamples(capacity, 20_220_505), 6);
    for (const place of BIOREACTOR.keys()) expect(new Set(generated.map(({ codes }) => codes[place])).size).not.toBe(1);
    expect(await expectParametersAgreement(circuit, made({ rows: generated }))).toEqual([]);
  });

  // Verifies R-parameters-rule, R-parameters-head, R-parameters-gap, R-parameters-range, R-parameters-record,
  // R-parameters-window, R-parameters-thinning, R-parameters-clock, R-parameters-source, R-parameters-device,
  // R-parameters-opened, R-channel-rule, R-channel-head, R-channel-gap, R-channel-range, R-channel-record,
  // R-channel-window, R-channel-thinning, R-channel-clock, R-channel-source, R-channel-device, R-channel-opened.
  describe("each rule, on both sides of its limits", () => {
    itHasBoundaries(channels, () => [circuit, named]);
  });

  // Verifies R-parameters-deviations, R-channel-deviations, C24.
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
      const evidence = made(scenario);
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

describe("circuit parameters, one chunk", () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await CircuitUnderTest.load(ONE);
  });

  it("accepts a record of 1 to 5 channels", async () => {
    for (let used = 1; used <= CHANNELS; used++) {
      const codes = BIOREACTOR.map((_, place) => (place < used ? 100 : 0));
      const scenario = { rule: { channels: onlyFirst(used) }, rows: steadySamples(60, codes) };
      expect(await expectParametersAgreement(circuit, makeParameters(scenario))).toEqual([]);
    }
  });

  it("names channel and sample of a reading over a limit", () => {
    expect(checkParameters(makeParameters({ rows: withCode(steadySamples(), 7, 2, 201) }))).toEqual([
      { rule: "range", problem: "above the upper limit", reading: 7, channel: 2 },
    ]);
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
    expect(await constraintsOf(CHANNEL)).toBe(18_872);
    expect(one).toBe(20_247);
    expect(two).toBe(24_224);
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
