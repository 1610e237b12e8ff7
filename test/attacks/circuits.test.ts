import { beforeAll, describe, expect, it } from "vitest";
import { buildBabyjub } from "circomlibjs";
import { CELSIUS_OFFSET, ROLE, TAG } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { deviceSetOf, deviceSlots } from "../../src/formats/identity.ts";
import { PartyTree, partyLeafHash, type PartyLeaf } from "../../src/formats/party.ts";
import { sourceMessage, verifySignature, type Signature } from "../../src/formats/source.ts";
import { poseidon } from "../../src/formats/poseidon.ts";
import { stageHead } from "../../src/formats/head.ts";
import { padRows, type Row } from "../../src/formats/series.ts";
import { temperatureRuleHash, type TemperatureRule } from "../../src/formats/temperatureRule.ts";
import { codeReading } from "../../src/import/coding.ts";
import { temperatureRecordOf, type TemperatureEvidence } from "../../src/kinds/temperature/evidence.ts";
import { excursionsOf, timeOutside, weightedDwell } from "../../src/kinds/temperature/excursions.ts";
import { coefficientsOf, weightsOfCodes } from "../../src/kinds/temperature/weightPolynomial.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { MEANINGLESS_IN_SERIES, undetermined, unnoticedChanges } from "../support/determinism.ts";
import {
  BATCH,
  LOGGER,
  makeEvidence,
  OTHER_ORG,
  polynomial,
  SPARE,
  START,
  steadyRows,
  type Scenario,
} from "../support/evidence.ts";
import { modulo } from "../support/r1cs.ts";
import { checkedRules, inputOf, refusedRules } from "../support/rules.ts";
import {
  COLD,
  dwellNumerators,
  excursionsInput,
  HOT,
  inverse,
  list,
  missingSum,
  NORMAL,
  places,
  rowsWith,
  ruleWith,
  runningSums,
  singleLookup,
  stretch,
  tableFor,
  withEntries,
} from "./excursions.ts";
import { bus, pathInput, type CircuitInput } from "../../src/kinds/circuitInput.ts";

/**
 * The attack catalogue against circuit `temperature`: a malicious prover, who writes any witness. Each attack is
 * judged by the constraints that are proven (O2) and named by the same system with its signals in place (O1). What
 * concerns the excursions alone is tried on 30 readings; attacks on the lookups themselves are in lookup.test.ts.
 */

const MAIN = "test/circuits/instances/temperature-210.circom";
/** The usual heat of activation, 1e-6 kJ/mol. */
const HEAT = 83_144_000n;
/** What the project derives for 2 to 8 °C and a mean of at most 5 °C. */
const COEFFICIENTS = coefficientsOf(makeEvidence().rule, { limit: 5_000_000n, heat: HEAT }) ?? [];
const EXCURSIONS = "test/circuits/instances/excursions-30.circom";
let proven: CircuitUnderTest;
let named: CircuitUnderTest;
let excursions: CircuitUnderTest;
beforeAll(async () => {
  [proven, named] = await CircuitUnderTest.both(MAIN);
  excursions = await CircuitUnderTest.load(EXCURSIONS);
});

/** The attack fails, and for exactly these rules. */
async function expectRefused(input: CircuitInput, rules: readonly string[]): Promise<void> {
  expect(await refusedRules(proven, input)).not.toEqual([]);
  expect(await refusedRules(named, input)).toEqual(rules);
}

/** What a prover holds who has a signed record and wants to show other rows: the old signature, a new commitment. */
function withRows(signed: TemperatureEvidence, rows: TemperatureEvidence["rows"]): TemperatureEvidence {
  return { ...signed, rows };
}

/** Above the band in rows 50 to 54, below it in rows 100 to 102. */
const EXCURSION_ROWS = steadyRows().map((row, i) => ({
  ...row,
  code: i >= 50 && i < 55 ? HOT : i >= 100 && i < 103 ? COLD : row.code,
}));

/** A record with excursions on both sides, under a rule all of whose limits it meets exactly, except for the changes. */
function exactEvidence(limits: Scenario["rule"] = {}, rows: readonly Row[] = EXCURSION_ROWS): TemperatureEvidence {
  const band = { normalLow: 60n, normalHigh: 120n };
  const { rule, head } = makeEvidence({ rows, rule: { ...band, mktCoefficients: COEFFICIENTS } });
  const time = timeOutside(rule, rows).at(-1) ?? { above: 0n, below: 0n };
  return makeEvidence({
    rows,
    rule: {
      ...band,
      budgetAbove: time.above,
      budgetBelow: time.below,
      single: BigInt(Math.max(0, ...excursionsOf(rule, rows).map(({ ticks }) => ticks))),
      mktSpan: head.end - head.start,
      mktLimit: meanWeight({ ...rule, ...limits }, rows),
      mktCoefficients: COEFFICIENTS,
      ...limits,
    },
  });
}

/** The smallest limit that a series keeps under the weights of a rule. */
function meanWeight(rule: TemperatureRule, rows: readonly Row[]): bigint {
  const { weighted, total } = weightedDwell(rule, padRows(rows, 210));
  return (weighted + total - 1n) / total;
}

/** Where the constraints of the excursions refuse an input of 30 readings. */
async function excursionPlaces(input: CircuitInput): Promise<string[]> {
  return places(excursions.violations(await excursions.witness(input)));
}

async function namedPlaces(input: CircuitInput): Promise<string[]> {
  return places(named.violations(await named.witness(input)));
}

describe("honest evidence", () => {
  it("is accepted: the attacks below fail for their own reason", async () => {
    for (const evidence of [makeEvidence(), exactEvidence()]) {
      expect(checkedRules(evidence)).toEqual([]);
      expect(await refusedRules(proven, inputOf(evidence))).toEqual([]);
      expect(await refusedRules(named, inputOf(evidence))).toEqual([]);
    }
    expect(inputOf(exactEvidence())["deviations"]).toBe(3n);
  });
});

describe("C1 packed-limb swap: another code absorbs the difference, the word and so the record stay", () => {
  const shifted = (name: string, delta: bigint): CircuitInput => {
    const input = inputOf(makeEvidence());
    const limbs = [...list(input, name)];
    // Neighbouring rows are 16 bits apart within an element.
    limbs[3] = modulo((limbs[3] ?? 0n) + delta);
    limbs[4] = modulo((limbs[4] ?? 0n) - delta * inverse(65_536n));
    return { ...input, [name]: limbs };
  };
  it.each([
    ["a code beyond its byte", "code", 65_536n, "range"],
    ["a code of p - 5", "code", -95n, "range"],
    ["an interval beyond its byte", "dt", 65_536n, "gap"],
    ["an interval of p - 5", "dt", -55n, "gap"],
  ] as const)("%s", async (_, name, delta, rule) => {
    const refused = await refusedRules(named, shifted(name, delta));
    expect(refused).toContain(rule);
    expect(await refusedRules(proven, shifted(name, delta))).not.toEqual([]);
    expect(refused).not.toContain("record"); // the words are those of the record: only the range check sees it
  });
});

describe("C2 codes outside the permitted interval", () => {
  it.each([-1n, 181n, 255n, 256n, FIELD - 5n])("code %s", async (code) => {
    const input = inputOf(makeEvidence());
    expect(await refusedRules(named, withEntries(input, "code", { 7: code }))).toContain("range");
  });
});

describe("C3 rules that would break the gadgets, approved or not", () => {
  it.each([
    ["width below the band", { rule: { width: 126n } }, "range"],
    ["width above the band", { rule: { width: 255n } }, "range"],
    ["lower limit above the upper one", { rule: { width: FIELD - 1n } }, "range"],
    ["gap below the band", { rule: { gapTicks: 0n } }, "gap"],
    ["negative gap", { rule: { gapTicks: FIELD - 1n } }, "gap"],
    ["normal band of no code", { rule: { normalLow: 91n, normalHigh: 90n } }, "rule"],
    ["normal band above the range", { rule: { normalHigh: 181n } }, "rule"],
  ] as const satisfies readonly (readonly [string, Scenario, string])[])("%s", async (_, scenario, rule) => {
    expect(await refusedRules(named, inputOf(makeEvidence(scenario)))).toContain(rule);
    expect(await refusedRules(proven, inputOf(makeEvidence(scenario)))).not.toEqual([]);
  });
});

describe("C3 normal bands that would break the selectors", () => {
  it.each([
    ["of no code", 121n, 120n],
    ["whose low code is negative", -1n, 120n],
    ["whose low code is past the table", 255n, 255n],
    ["whose high code is negative", 0n, -1n],
    ["above the range", 60n, 181n],
    ["up to the last code", 60n, 254n],
    ["up to past the table", 60n, 255n],
    ["far past the table", 60n, 300n],
    ["of fractions", inverse(2n), 120n],
    ["that ends at a fraction", 60n, inverse(2n)],
  ])("%s", async (_, normalLow, normalHigh) => {
    const input = excursionsInput(ruleWith(), rowsWith({}));
    const band = { "fields.normalLow": modulo(normalLow), "fields.normalHigh": modulo(normalHigh) };
    expect(await excursionPlaces({ ...input, ...band })).toContain("normalBand");
  });

  it("a wider band's selectors under the rule's own ends", async () => {
    for (const [end, wide, narrow] of [
      ["normalLow", 20n, 60n],
      ["normalHigh", 160n, 120n],
    ] as const) {
      const rows = rowsWith(stretch(3, 9, { code: end === "normalLow" ? COLD : HOT }));
      const witness = await excursions.witness(excursionsInput(ruleWith({ [end]: wide }), rows));
      expect(excursions.violations(witness)).toEqual([]);
      const refused = excursions.violationsOf(witness, { [`fields.${end}`]: narrow });
      const step = refused.filter(({ signals }) => signals.includes(`fields.${end}`));
      expect(step.map(({ signals }) => signals.some((name) => /(below|above)\[/.test(name)))).toContain(true);
    }
  });

  it("a list of flags that never rises, so that nothing is above the band", async () => {
    const rows = rowsWith(stretch(3, 9, { code: HOT }));
    const witness = await excursions.witness(excursionsInput(ruleWith({ width: 254n, normalHigh: 254n }), rows));
    expect(excursions.violations(witness)).toEqual([]);
    const refused = excursions.violationsOf(witness, { "fields.normalHigh": 120n });
    expect(refused.some(({ signals }) => signals.some((name) => name.endsWith("above[254]")))).toBe(true);
  });
});

describe("C4 a multiplicity changed after the challenge", () => {
  it("time or a count that the challenge does not know", async () => {
    const evidence = exactEvidence({ budgetAbove: 0n });
    const dwell = list(inputOf(evidence), "dwell");
    const hidden = withEntries(inputOf(evidence), "dwell", { [HOT]: 0n, 90: (dwell[90] ?? 0n) + (dwell[HOT] ?? 0n) });
    const without = { ...hidden, deviations: 2n };
    expect(await refusedRules(proven, without)).not.toEqual([]);
    expect(await namedPlaces(without)).toEqual(["dwelt lookup"]);

    const long = inputOf(exactEvidence({ single: 200n }));
    const leftOut = withEntries(long, "excursionLengths", { 0: 0n });
    const challenge = (await named.witness(leftOut))[named.wire("excursions.challenges.singleChallenge")] ?? 0n;
    const [count = 0n] = list(leftOut, "excursionCounts");
    const late = count + missingSum(singleLookup(leftOut), challenge) * challenge;
    const forged = withEntries(leftOut, "excursionCounts", { 0: late });
    expect(missingSum(singleLookup(forged), challenge)).toBe(0n);
    await expectRefused(forged, ["single"]);
    expect(await namedPlaces(forged)).toEqual(["single lookup"]);
  });
});

describe("C5 a challenge set by hand", () => {
  it("with sums forged for it: only the squeeze refuses", async () => {
    const challenge = 12_345n;
    const input = excursionsInput(ruleWith({ single: 60n }), rowsWith(stretch(3, 9, { code: HOT })));
    const leftOut = withEntries(input, "excursionLengths", { 0: 0n });
    const [count = 0n] = list(leftOut, "excursionCounts");
    const late = count + missingSum(singleLookup(leftOut), challenge) * challenge;
    const forged = withEntries(leftOut, "excursionCounts", { 0: late });
    const witness = await excursions.witness(forged);
    expect(places(excursions.violations(witness))).toEqual(["single lookup"]);

    const { numerators, values, multiplicities, keys } = singleLookup(forged);
    const held = runningSums(multiplicities, keys, challenge).slice(0, -1);
    const refused = excursions.violationsOf(witness, {
      "challenges.singleChallenge": challenge,
      ...wires("single.lookup.looked", runningSums(numerators, values, challenge)),
      ...wires("single.lookup.held", held),
    });
    expect(places(refused)).toEqual(["challenges"]);
  });
});

/** Edits of a list of wires. */
function wires(name: string, values: readonly bigint[]): Record<string, bigint> {
  return Object.fromEntries(values.map((value, i) => [`${name}[${i}]`, value]));
}

// Verifies R-temperature-determined.
describe("C6 free choice of a hint", () => {
  // The inverse hint of a comparison with zero means nothing when the compared value is zero: whatever it is, the
  // product with zero is zero, and the verdict stays 1. No other wire may be left to the prover.

  it("changing any one wire of a valid witness breaks a constraint", async () => {
    const witness = await proven.witness(inputOf(exactEvidence()));
    for (const change of [1n, -1n, 12_345_678_901_234_567_890n]) {
      expect(unnoticedChanges(proven, witness, change)).toEqual(MEANINGLESS_IN_SERIES);
    }
  });

  it("with the private inputs fixed, every other wire is determined (Jacobian)", async () => {
    expect(await undetermined(named, inputOf(exactEvidence()))).toEqual(MEANINGLESS_IN_SERIES);
  });

  it("running sums of a lookup that jump at one row so that their ends meet", async () => {
    const input = excursionsInput(ruleWith({ budgetAbove: 0n }), rowsWith(stretch(3, 9, { code: HOT })));
    const witness = await excursions.witness(withEntries(input, "dwell", { [HOT]: 0n }));
    expect(places(excursions.violations(witness))).toEqual(["dwelt lookup"]);
    const value = (name: string): bigint => witness[excursions.wire(name)] ?? 0n;
    const challenge = value("challenges.dwellChallenge");
    const missing = (list(input, "dwell")[HOT] ?? 0n) * inverse(challenge - BigInt(HOT + 256));
    const jump = Array.from({ length: 10 }, (_, i) => `dwelt.lookup.looked[${20 + i}]`);
    const edits = Object.fromEntries(jump.map((name) => [name, value(name) - missing]));
    const refused = excursions.violationsOf(witness, edits);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.signals).toEqual(expect.arrayContaining(["dwelt.lookup.looked[19]", "dwelt.lookup.looked[20]"]));
  });
});

describe("C7 an excursion made to disappear", () => {
  const hot = [...steadyRows(100), ...Array.from({ length: 40 }, () => ({ dt: 50, code: 250 })), ...steadyRows(60)];
  const rows = hot.map((row, i) => (i === 140 ? { ...row, dt: 50 } : row));
  const signed = makeEvidence({ rows });
  const span = rows.length;

  it("the excursion itself is refused", async () => {
    await expectRefused(inputOf(signed), ["range"]);
  });
  it("cut out, the hole is longer than the gap", async () => {
    const cut = rows
      .filter((_, i) => i < 100 || i >= 140)
      .map((row, i) => (i === 100 ? { dt: 41 * 50, code: row.code } : row));
    const resigned = makeEvidence({ rows: cut });
    expect(checkedRules(resigned)).toEqual(["gap"]);
    expect(await refusedRules(named, inputOf(resigned))).toContain("gap");
  });
  it("cut out and stretched over the hole, the record is not the signed one", async () => {
    const cut = rows
      .filter((_, i) => i < 100 || i >= 140)
      .map((row, i) => (i >= 90 && i < 110 ? { ...row, dt: 150 } : row));
    await expectRefused(inputOf(withRows(signed, cut)), ["source"]);
  });
  it("cooled in place, the record is not the signed one", async () => {
    const cooled = rows.map((row) => ({ ...row, code: Math.min(row.code, 180) }));
    expect(cooled).toHaveLength(span);
    await expectRefused(inputOf(withRows(signed, cooled)), ["source"]);
    // Keeping the signed commitment instead: the readings do not open it.
    const input = { ...inputOf(withRows(signed, cooled)), record: temperatureRecordOf(signed) };
    await expectRefused(input, ["record"]);
  });
  it("within the range but over its budget: refused, and shortened or cooled it is not the signed record", async () => {
    const over = exactEvidence({ budgetAbove: 499n });
    await expectRefused(inputOf(over), ["cumulative"]);
    const cooled = over.rows.map((row, i) => (i === 54 ? { ...row, code: 90 } : row));
    await expectRefused(inputOf(withRows(over, cooled)), ["source"]);
    const shortened = over.rows.map((row, i) => ({ ...row, dt: i === 52 ? 40 : i === 60 ? 60 : row.dt }));
    await expectRefused(inputOf(withRows(over, shortened)), ["source"]);
  });
  it("t0 shifted past it", async () => {
    const shifted = { ...signed, header: { ...signed.header, t0: START + 60n }, rows: steadyRows(200) };
    expect(await refusedRules(named, inputOf(shifted))).toContain("source");
  });
  it("the excursion dropped with the end of the series", async () => {
    expect(
      await refusedRules(named, inputOf(makeEvidence({ rows: rows.slice(0, 100), head: { end: signed.head.end } }))),
    ).toEqual(["window"]);
  });
});

describe("C8 padding", () => {
  const signed = makeEvidence();
  it("a padding row with time, or one more in-range row, is another record", async () => {
    const last = { dt: 50, code: 90 };
    await expectRefused(inputOf(withRows(signed, [...signed.rows, last])), ["source"]);
    await expectRefused(inputOf(withRows(signed, [...signed.rows, { dt: 0, code: 91 }])), ["source"]);
  });
  it("padding differently under the signed commitment does not open it", async () => {
    const padded = [...padRows(signed.rows, 210).slice(0, 209), { dt: 1, code: 90 }];
    await expectRefused({ ...inputOf(withRows(signed, padded)), record: temperatureRecordOf(signed) }, ["record"]);
  });
  it("cool padding that dilutes the mean is another record", async () => {
    const hot = exactEvidence();
    const cool = [...hot.rows, ...new Array<Row>(10).fill({ dt: 0, code: 61 })];
    await expectRefused(inputOf(withRows(hot, cool)), ["source"]);
  });
});

describe("C9 reordered or spliced series", () => {
  const signed = makeEvidence({ rows: steadyRows().map((row, i) => ({ ...row, code: i % 181 })) });
  it.each([
    [
      "two readings swapped",
      [...signed.rows.slice(0, 5), ...signed.rows.slice(5, 7).reverse(), ...signed.rows.slice(7)],
    ],
    ["another series' half", [...signed.rows.slice(0, 100), ...steadyRows(100).map((row) => ({ ...row, dt: 50 }))]],
  ])("%s", async (_, rows) => {
    await expectRefused(inputOf(withRows(signed, rows)), ["source"]);
  });
  it("intervals and codes exchanged", async () => {
    const input = inputOf(signed);
    expect(await refusedRules(named, { ...input, dt: list(input, "code"), code: list(input, "dt") })).toContain(
      "record",
    );
  });
});

describe("C10 flags that are not those of the codes", () => {
  const rows = rowsWith({ 6: { code: HOT, dt: 0 } });
  const input = excursionsInput(ruleWith(), rows);

  it.each([
    ["2", 2n],
    ["p - 1", -1n],
    ["1/2", inverse(2n)],
    ["p/2 rounded down", FIELD / 2n],
  ])("%s", async (_, flag) => {
    expect(await excursionPlaces(withEntries(input, "outside", { 6: flag }))).toContain("outside");
    expect(await excursionPlaces(withEntries(input, "outside", { 7: flag }))).toContain("outside");
  });

  it("a fraction that makes a hot reading look up a normal code: only that it is no bit refuses", async () => {
    // 150 + 256 * flag = 90, the time goes to code 90, and length 0 is looked up by one minus the flag more.
    const flag = modulo(BigInt(NORMAL - HOT) * inverse(256n));
    const times = dwellNumerators(list(input, "dt"));
    const dwell = { [HOT]: 0n, [NORMAL]: times.reduce((sum, time) => sum + time) };
    const flagged = withEntries(withEntries(input, "outside", { 6: flag }), "dwell", dwell);
    const forged = withEntries(flagged, "excursionCounts", { 0: 30n - flag });
    const strict = { "fields.budgetAbove": 0n, "fields.single": 0n };
    expect(await excursionPlaces({ ...forged, ...strict })).toEqual(["outside"]);
  });

  it("0 outside the band, 1 inside it, with all that follows made to fit", async () => {
    for (const [row, flag] of [
      [6, 0n],
      [7, 1n],
      [29, 1n],
    ] as const) {
      const forged = tableFor(withEntries(input, "outside", { [row]: flag }), 4);
      expect(await excursionPlaces(forged)).toEqual(["dwelt lookup"]);
    }
    const hidden = inputOf(exactEvidence({ single: 0n, budgetAbove: 0n, budgetBelow: 0n }));
    const outside = list(hidden, "outside").map(() => 0n);
    const forged = tableFor({ ...hidden, outside }, 16);
    expect(await refusedRules(proven, forged)).not.toEqual([]);
    expect(await namedPlaces(forged)).toEqual(["cumulative", "dwelt lookup"]);
  });
});

describe("C11 an excursion made shorter than it is", () => {
  it("its running time reset in the middle, the table and all sums made to fit", async () => {
    const rows = rowsWith(stretch(3, 9, { code: HOT }));
    const honest = excursionsInput(ruleWith({ single: 40n }), rows);
    expect(await excursionPlaces(honest)).toEqual(["single"]);
    // Reset at row 6: 40 ticks up to row 5 are never an end, 30 ticks after it are.
    const forged = withEntries(honest, "excursionLengths", { 0: 30n });
    const witness = await excursions.witness(forged);
    const { values, numerators } = singleLookup(forged);
    const reset = values.map((value, i) => (i >= 6 && i <= 9 ? BigInt(i - 6) * 10n : value));
    const challenge = witness[excursions.wire("challenges.singleChallenge")] ?? 0n;
    const refused = excursions.violationsOf(witness, {
      ...wires("single.lookup.looked", runningSums(numerators, reset, challenge)),
      ...Object.fromEntries([6, 7, 8, 9].map((i) => [`single.running[${i}]`, reset[i] ?? 0n])),
    });
    expect(refused).toHaveLength(1);
    expect(refused[0]?.signals).toEqual(expect.arrayContaining(["single.running[5]", "single.running[6]"]));
  });

  it("a dt = 0 row between hot rows that claims to be normal", async () => {
    // Rows 51 to 53 are one tick: row 52 stands for no time at all.
    const rows = EXCURSION_ROWS.map((row, i) => (i === 52 || i === 53 ? { ...row, dt: 0 } : row));
    const honest = exactEvidence({ single: 100n }, rows);
    expect(checkedRules(honest)).toEqual(["single"]);
    const flags = withEntries(inputOf(honest), "outside", { 52: 0n });
    const forged = tableFor(flags, 16);
    expect(list(forged, "excursionLengths")[0]).toBeLessThan(150n);
    expect(await refusedRules(proven, forged)).not.toEqual([]);
    expect(await namedPlaces(forged)).toContain("dwelt lookup");
  });

  it("a hot first row with clean deviations", async () => {
    const rows = steadyRows().map((row, i) => (i === 0 ? { ...row, code: HOT } : row));
    const hot = inputOf(exactEvidence({}, rows));
    expect(hot["deviations"]).toBe(1n);
    expect(await refusedRules(proven, hot)).toEqual([]);
    const denied = named.violations(await named.witness({ ...hot, deviations: 0n }));
    expect(denied).toHaveLength(1);
    expect(denied[0]?.signals).toContain("deviations");
    const dwell = list(hot, "dwell");
    const moved = { [HOT]: 0n, 90: (dwell[90] ?? 0n) + (dwell[HOT] ?? 0n) };
    const hidden = { ...withEntries(hot, "dwell", moved), deviations: 0n };
    expect(await refusedRules(proven, hidden)).not.toEqual([]);
    expect(await namedPlaces(hidden)).toEqual(["dwelt lookup"]);
  });

  it("a hot first row of no time at all still shows", async () => {
    const input = excursionsInput(
      ruleWith({ budgetAbove: 0n, single: 0n }),
      rowsWith({ 0: { code: HOT }, 1: { dt: 0 } }),
    );
    const witness = await excursions.witness(input);
    expect(excursions.violations(witness)).toEqual([]);
    expect(witness[excursions.wire("anyAbove")]).toBe(1n);
    expect(excursions.violationsOf(witness, { anyAbove: 0n })).not.toEqual([]);
  });

  it("more lengths than the table has, one of them left out", async () => {
    const rows = rowsWith(Object.fromEntries([2, 6, 10, 14, 18].map((i) => [i, { code: HOT, dt: 10 + i }])));
    const input = excursionsInput(ruleWith(), rows);
    expect(await excursionPlaces(input)).toEqual(["single lookup"]);
    const four = rows.map((row, i) => (i === 18 ? { ...row, dt: 12 } : row));
    expect(await excursionPlaces(excursionsInput(ruleWith(), four))).toEqual([]);
  });
});

describe("C12 mean kinetic temperature", () => {
  const rows = rowsWith(stretch(3, 9, { code: HOT }));
  const mktCoefficients = COEFFICIENTS;

  // Verifies C50.
  it("forged coefficients under the approved rule", async () => {
    const { mktLimit } = exactEvidence().rule;
    const over = exactEvidence({ mktLimit: mktLimit - 1n });
    await expectRefused(inputOf(over), ["mkt"]);
    const none = mktCoefficients.map(() => 0n);
    await expectRefused({ ...inputOf(over), ...bus("ruleFields", { ...over.rule, mktCoefficients: none }) }, ["rule"]);
    // Every coefficient is bound, also those above the degree, and by its element: a negative one for a positive one too.
    const changes = [(c: bigint) => c + 1n, (c: bigint) => (c === 0n ? FIELD - 1n : FIELD - c)];
    for (const k of [0, 1, 3, 8]) {
      for (const change of changes) {
        const changed = mktCoefficients.map((coefficient, j) => (j === k ? change(coefficient) : coefficient));
        const forged = { ...exactEvidence().rule, mktCoefficients: changed };
        expect(await refusedRules(named, { ...inputOf(exactEvidence()), ...bus("ruleFields", forged) })).toContain(
          "rule",
        );
      }
    }
  });

  it.each([
    ["negative time at a hot code", { [HOT]: -1n, [NORMAL]: 1n }],
    ["time moved to the coldest code", { [HOT]: 0n, 0: 1n }],
    ["time at a code that no reading has", { 0: 2n ** 40n }],
    ["negative time at a code that no reading has", { 254: -(2n ** 40n) }],
  ])("%s", async (_, entries) => {
    const rule = ruleWith({ mktCoefficients, mktLimit: 2n ** 104n });
    expect(await excursionPlaces(excursionsInput(rule, rows))).toEqual([]);
    const forged = withEntries(excursionsInput(rule, rows), "dwell", entries);
    expect(await excursionPlaces(forged)).toContain("dwelt lookup");
  });

  it("a weighted sum made to wrap around the field: limit and budgets hold, the times do not", async () => {
    const rule = ruleWith({ mktCoefficients, mktLimit: 1n, budgetAbove: 0n, budgetBelow: 0n });
    const weights = weightsOfCodes(rule);
    const honest = excursionsInput(rule, rows);
    expect(await excursionPlaces(honest)).toEqual(["cumulative", "mkt"]);
    // Weight 61 times this is minus all the rest.
    const dwell = list(honest, "dwell");
    const rest = modulo(-(dwell[NORMAL] ?? 0n) * (weights[NORMAL] ?? 0n) * inverse(weights[61] ?? 1n));
    const forged = withEntries(honest, "dwell", { [HOT]: 0n, 61: rest });
    expect(await excursionPlaces(forged)).toEqual(["dwelt lookup"]);
  });

  // Verifies C51.
  it("the largest sums that a rule allows do not wrap", async () => {
    const hottest = polynomial(2n ** 104n);
    const longest = rowsWith({ ...stretch(1, 29, { dt: 254, code: 180 }), 0: { code: 180 } });
    for (const [mktLimit, refused] of [
      [2n ** 105n - 1n, []],
      [2n ** 104n, []],
      [2n ** 104n - 1n, ["mkt"]],
      [0n, ["mkt"]],
    ] as const) {
      expect(await excursionPlaces(excursionsInput(ruleWith({ mktCoefficients: hottest, mktLimit }), longest))).toEqual(
        refused,
      );
    }
  });

  it("a mean diluted over a longer stage", async () => {
    const { mktSpan } = exactEvidence().rule;
    await expectRefused(inputOf(exactEvidence({ mktSpan: mktSpan - 1n })), ["mkt"]);
  });
});

// Verifies R-format-signature.
describe("C13 signatures and keys that are not what they seem", () => {
  const SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;
  const honest = makeEvidence();

  it("S + l is refused", async () => {
    const signature = { ...honest.source.signature, s: honest.source.signature.s + SUBGROUP_ORDER };
    const forged = { ...honest, source: { ...honest.source, signature } };
    expect(checkedRules(forged)).toEqual(["source"]);
    await expectRefused(inputOf(forged), ["source"]);
  });

  it("a key of low order, for which any S and R8 = S*B8 would do, is refused", async () => {
    const babyJub = await buildBabyjub();
    const { F } = babyJub;
    const eighth = babyJub.mulPointEscalar(babyJub.Generator, SUBGROUP_ORDER);
    for (const order of [8n, 4n, 2n, 1n]) {
      const [x, y] = babyJub.mulPointEscalar(eighth, 8n / order).map((coordinate) => F.toObject(coordinate));
      const evidence = makeEvidence({ sourceLeaf: { id0: x ?? 0n, id1: y ?? 0n } });
      const [r8x, r8y] = babyJub.mulPointEscalar(babyJub.Base8, 5n).map((coordinate) => F.toObject(coordinate));
      const signature: Signature = { r8x: r8x ?? 0n, r8y: r8y ?? 0n, s: 5n };
      const forged = { ...evidence, source: { ...evidence.source, signature } };
      expect(checkedRules(forged), `order ${order}`).toEqual(["source"]);
      await expectRefused(inputOf(forged), ["source"]);
    }
  });

  it("points off the curve are refused", async () => {
    const offKey = makeEvidence({ sourceLeaf: { id0: 1n, id1: 1n } });
    expect(checkedRules(offKey)).toEqual(["source"]);
    await expectRefused(inputOf(offKey), ["source"]);
    const signature = { ...honest.source.signature, r8x: 1n, r8y: 1n };
    const offR8 = { ...honest, source: { ...honest.source, signature } };
    expect(checkedRules(offR8)).toEqual(["source"]);
    await expectRefused(inputOf(offR8), ["source"]);
  });
});

// Verifies R-format-messages.
describe("C15 a signature reused", () => {
  it.each([
    ["at another batch", { batch: BATCH + 1n }],
    ["at another stage", { stage: 2n }],
    ["for another channel", { channelId: 2n }],
    ["under another rule", { rule: 1n }],
  ])("%s", async (_, signed) => {
    await expectRefused(inputOf(makeEvidence({ signed })), ["source"]);
  });
});

// Verifies R-format-party.
describe("C17 parties that are not in the tree", () => {
  const honest = makeEvidence();
  const { leaf, path } = honest.source;

  it.each([
    ["another role", { sourceLeaf: { role: BigInt(ROLE.custodian) } }, ["source"]],
    ["expired", { sourceLeaf: { notAfter: START } }, ["source"]],
    ["41-bit validity", { sourceLeaf: { notAfter: 2n ** 40n } }, ["source"]],
    ["source of another organisation", { sourceLeaf: { org: OTHER_ORG } }, ["source"]],
    ["device as source", { sourceLeaf: { role: BigInt(ROLE.device) } }, ["source"]],
    ["not listed", { unlisted: "source" }, ["source"]],
    ["device not listed", { unlisted: "device" }, ["device"]],
  ] as const satisfies readonly (readonly [string, Scenario, readonly string[]])[])(
    "%s",
    async (_, scenario, rules) => {
      await expectRefused(inputOf(makeEvidence(scenario)), rules);
    },
  );

  it("the path of a listed party under one that is not: only the product of the differences is in the way", async () => {
    const forged = makeEvidence({ unlisted: "source" });
    const input = { ...inputOf(forged), ...bus("sourcePath", pathInput(forged.device.path)) };
    expect(named.violations(await named.witness(input))).toHaveLength(1);
    await expectRefused(input, ["source"]);
  });

  it("children of another node on any level", async () => {
    for (const level of path.children.keys()) {
      const children = path.children.map((each, i) => (i === level ? each.map((child) => child + 1n) : each));
      await expectRefused({ ...inputOf(honest), ...bus("sourcePath", pathInput({ children })) }, ["source"]);
    }
  });

  it("an inner node as a leaf: tags and arity differ, and the depth is fixed", async () => {
    const [lowest = [], ...above] = path.children;
    const inner: PartyLeaf = { ...leaf, id0: lowest[0] ?? 0n, id1: lowest[1] ?? 0n };
    const shorter = { children: [...above, [honest.parties, 0n, 0n, 0n]] };
    await expectRefused({ ...inputOf(honest), ...bus("sourceLeaf", inner), ...bus("sourcePath", pathInput(shorter)) }, [
      "source",
    ]);
    // Even a tree that lists the inner node itself gives no leaf: its preimage starts with another tag.
    expect(poseidon(lowest, BigInt(TAG.PARTY_NODE))).not.toBe(partyLeafHash(inner));
    expect(new PartyTree([leaf]).root).not.toBe(honest.parties);
  });
});

describe("C19 heads", () => {
  const honest = makeEvidence();
  it("of another batch or stage", async () => {
    await expectRefused(inputOf(makeEvidence({ head: { batch: BATCH + 1n } })), ["head"]);
    await expectRefused(inputOf(makeEvidence({ head: { stage: 0n } })), ["head"]);
  });
  it("start or end moved under the published head", async () => {
    for (const field of ["start", "end"] as const) {
      const moved = { ...honest, head: { ...honest.head, [field]: honest.head[field] - 60n } };
      expect(await refusedRules(named, { ...inputOf(moved), head: stageHead(honest.head) })).toEqual([
        "head",
        "record",
      ]);
    }
  });
  it("devices declared after the fact", async () => {
    const signed = makeEvidence({ head: { deviceSet: deviceSetOf(deviceSlots([SPARE])) } });
    await expectRefused(inputOf(signed), ["device"]);
  });
});

describe("C20 a header that reads the bytes differently than the rule", () => {
  it.each([
    ["tick", { tick: 12n }],
    ["origin", { origin: 301_000_000n }],
    ["step", { stepNum: 1n }],
    ["width", { width: 254n }],
    ["channel", { channelId: 2n }],
    ["capacity", { n: 420n }],
    ["kind", { kind: 2n }],
    ["thinning", { bucket: 60n }],
  ])("%s", async (_, header) => {
    const evidence = makeEvidence();
    const changed = { ...evidence.header, ...header };
    expect(await refusedRules(named, { ...inputOf(evidence), ...bus("header", changed) })).toContain("record");
    expect(await refusedRules(proven, { ...inputOf(evidence), ...bus("header", changed) })).not.toEqual([]);
  });
  it("another logger of equal limits, or one out of calibration", async () => {
    await expectRefused(inputOf(makeEvidence({ header: { deviceHash: SPARE }, slots: deviceSlots([LOGGER]) })), [
      "device",
    ]);
    await expectRefused(inputOf(makeEvidence({ deviceLeaf: { notAfter: START } })), ["device"]);
  });
});

describe("C21 cherry-picking", () => {
  it("a second import of the same device shows its deviation bit, and cannot hide it", async () => {
    const second = makeEvidence({ header: { attempt: 1n } });
    expect(await refusedRules(proven, inputOf(second))).toEqual([]);
    expect(inputOf(second)["deviations"]).toBe(4n);
    expect(await refusedRules(proven, { ...inputOf(second), deviations: 0n })).not.toEqual([]);
    // Calling it the first attempt changes the record that the source signed.
    const first = { ...second, header: { ...second.header, attempt: 0n } };
    await expectRefused(inputOf(first), ["source"]);
  });
});

/** The coefficients of P(x - 1): by Horner's scheme, P(x) = c_0 + x * (c_1 + x * ...). */
function colder(coefficients: readonly bigint[]): bigint[] {
  return coefficients.reduceRight<bigint[]>(
    (shifted, coefficient) =>
      [0n, ...shifted.slice(0, -1)].map((c, k) => modulo(c - (shifted[k] ?? 0n) + (k === 0 ? coefficient : 0n))),
    polynomial(),
  );
}

describe("C22 a mean understated by weighing each code at the cold side of its bin", () => {
  // Verifies C50.
  it("is another rule than the approved one", async () => {
    // Codes below the band round down and weigh as the code above them; these coefficients take each a code lower.
    const cold = colder(COEFFICIENTS);
    const rows = steadyRows(200, 50);
    const honest = exactEvidence({}, rows);
    const limit = meanWeight({ ...honest.rule, mktCoefficients: cold }, rows);
    expect(limit).toBeLessThan(honest.rule.mktLimit);
    const understated = exactEvidence({ mktLimit: limit }, rows);
    await expectRefused(inputOf(understated), ["mkt"]);
    const forged = { ...inputOf(understated), ...bus("ruleFields", { ...understated.rule, mktCoefficients: cold }) };
    await expectRefused(forged, ["rule"]);
  });
});

/** 2 to 15 °C in tenths of a degree, as two claims of one stage may share them. */
const WIDE_GRID = { origin: 2_000_000n + CELSIUS_OFFSET, stepNum: 100_000n, stepDen: 1n, width: 130n };
/** Claim A judges 9 to 15 °C; claim B 2 to 8 °C, and beyond it nothing. */
const CLAIM_A = { ...WIDE_GRID, claimIndex: 0n, normalLow: 70n, normalHigh: 130n };
const CLAIM_B = { ...WIDE_GRID, claimIndex: 1n, normalLow: 0n, normalHigh: 60n, budgetAbove: 0n, single: 0n };

// Verifies R-format-messages.
describe("V40 a record coded outward from another claim's band", () => {
  const heat = 8_090_000n + CELSIUS_OFFSET;
  const codedFor = (claim: typeof CLAIM_A): Row[] => steadyRows(200, Number(codeReading(heat, claim)));

  it("proves nothing: the source signed the rule by which it coded", async () => {
    expect(checkedRules(makeEvidence({ rule: CLAIM_B, rows: codedFor(CLAIM_B) }))).toContain("cumulative");
    const signed = temperatureRuleHash(makeEvidence({ rule: CLAIM_A }).rule);
    const carried = makeEvidence({ rule: CLAIM_B, rows: codedFor(CLAIM_A), signed: { rule: signed } });
    expect(checkedRules(carried)).toEqual(["source"]);
    await expectRefused(inputOf(carried), ["source"]);
  });

  it("which is all that is in the way", async () => {
    const carried = makeEvidence({ rule: CLAIM_B, rows: codedFor(CLAIM_A) });
    expect(await refusedRules(proven, inputOf(carried))).toEqual([]);
    expect(inputOf(carried)["deviations"]).toBe(0n);
  });
});

// Verifies R-temperature-record.
describe("V42 a record cut to a shorter stage", () => {
  // Of a stage that runs from START, lead and tail of ten minutes may be without a reading: these begin and end there.
  const cut = { t0: START + 600n, start: START + 600n, end: START + 600n + 199n * 300n };
  const stage = { start: START, end: cut.end + 600n };

  it("is refused under the true stage, by the start and the end that it was cut to", async () => {
    const inWindow = makeEvidence({ head: stage, header: { t0: cut.t0 } });
    expect(await refusedRules(proven, inputOf(inWindow))).toEqual([]);
    for (const header of [cut, { ...cut, end: stage.end }, { ...cut, start: stage.start }]) {
      const shorter = makeEvidence({ head: stage, header });
      expect(checkedRules(shorter)).toEqual(["record"]);
      await expectRefused(inputOf(shorter), ["record"]);
      // Saying that it was cut to the true stage changes what was signed.
      const retold = { ...shorter, header: { ...shorter.header, ...stage } };
      await expectRefused(inputOf(retold), ["source"]);
    }
  });
});

// Verifies R-temperature-thinning.
describe("V43 a series thinned further than its rule permits", () => {
  it.each([
    [0n, 60n],
    [900n, 960n],
  ])("a rule's bucket of %s s and a record's of %s s", async (bucket, thinned) => {
    const coarse = makeEvidence({ rule: { bucket }, header: { bucket: thinned } });
    expect(checkedRules(coarse)).toEqual(["thinning"]);
    await expectRefused(inputOf(coarse), ["thinning"]);
    const retold = { ...coarse, header: { ...coarse.header, bucket } };
    await expectRefused(inputOf(retold), ["source"]);
    const approved = { ...coarse, rule: { ...coarse.rule, bucket: thinned } };
    await expectRefused({ ...inputOf(approved), rule: temperatureRuleHash(coarse.rule) }, ["rule"]);
  });
});

// Verifies R-temperature-thinning.
describe("V44 a mean of a thinned series", () => {
  it("is limited by no rule, approved or not", async () => {
    const rows = steadyRows();
    expect(await refusedRules(proven, inputOf(exactEvidence({}, rows)))).toEqual([]);
    const both = exactEvidence({ bucket: 60n }, rows);
    expect(checkedRules(both)).toEqual(["rule"]);
    await expectRefused(inputOf(both), ["rule"]);
  });
});

// Verifies R-temperature-window.
describe("V45 a stage without a reading", () => {
  it.each([
    ["one from before it", { start: START + 100n, end: START + 700n }],
    ["one from after it", { start: START - 700n, end: START - 100n }],
  ])("%s", async (_, stage) => {
    // Within lead, tail and gap of the stage on both sides.
    const elsewhere = makeEvidence({ rows: steadyRows(1), head: stage, rule: { lead: 900n, tail: 900n } });
    expect(checkedRules(elsewhere)).toEqual(["window"]);
    await expectRefused(inputOf(elsewhere), ["window"]);
  });
});

// Verifies R-temperature-device.
describe("V46 another device than the one that the claim judges", () => {
  it("the good logger's readings for the slot of the one that failed", async () => {
    const good = makeEvidence({ slots: deviceSlots([LOGGER, SPARE]), rule: { slot: 2n } });
    expect(checkedRules(good)).toEqual(["device"]);
    await expectRefused(inputOf(good), ["device"]);
    expect(await refusedRules(proven, inputOf(makeEvidence({ rule: { slot: 1n } })))).toEqual([]);
  });
  it("slots exchanged after the fact", async () => {
    const good = makeEvidence({ slots: deviceSlots([LOGGER, SPARE]), rule: { slot: 2n } });
    const exchanged = { ...good, device: { ...good.device, slots: deviceSlots([SPARE, LOGGER]) } };
    await expectRefused(inputOf(exchanged), ["device"]);
  });
});

// Verifies R-temperature-device.
describe("V47 one logger in two slots", () => {
  it.each([0n, 1n, 2n])("judged by slot %s", async (slot) => {
    const twice = makeEvidence({ slots: [LOGGER, LOGGER, 0n, 0n, 0n, 0n, 0n, 0n], rule: { slot } });
    expect(checkedRules(twice)).toEqual(["device"]);
    await expectRefused(inputOf(twice), ["device"]);
  });
});

// Verifies R-temperature-device.
describe("V48 another number of devices than the policy means", () => {
  it.each([
    ["one for two places", [LOGGER], 2n],
    ["many, of which the best is shown", [LOGGER, SPARE, 5n, 6n, 7n, 8n, 9n, 10n], 2n],
    ["none for one", [], 1n],
  ])("%s", async (_, devices, count) => {
    const named = makeEvidence({ slots: deviceSlots(devices), rule: { devices: count, slot: 0n } });
    expect(checkedRules(named)).toEqual(["device"]);
    await expectRefused(inputOf(named), ["device"]);
  });
  it("an empty slot between used ones", async () => {
    const gap = makeEvidence({ slots: [LOGGER, 0n, SPARE, 0n, 0n, 0n, 0n, 0n] });
    await expectRefused(inputOf(gap), ["device"]);
  });
});

describe("the signature test itself", () => {
  it("verifies the honest signature, so that its refusals mean something", () => {
    const { batch, rule, source } = makeEvidence();
    const owner = { batch, stage: rule.stage, rule: temperatureRuleHash(rule) };
    const message = sourceMessage(owner, rule.channelId, temperatureRecordOf(makeEvidence()));
    expect(verifySignature({ x: source.leaf.id0, y: source.leaf.id1 }, message, source.signature)).toBe(true);
  });
});
