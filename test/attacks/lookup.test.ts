import { beforeAll, describe, expect, it } from "vitest";
import { sponge } from "../../src/formats/poseidon.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { modulo } from "../support/r1cs.ts";
import {
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
  singleLookup,
  stretch,
  tableFor,
  withEntries,
} from "./excursions.ts";
import type { CircuitInput } from "../../src/kinds/circuitInput.ts";

/**
 * The five conditions of circuits/lib/lookup.circom. Each has a small circuit in which it is missing and a forgery that
 * keeps all constraints of that circuit; the same forgery breaks the project's templates, where the condition holds.
 * Names as in the attack catalogue.
 */

const INSTANCES = "test/circuits/instances";
let excursions: CircuitUnderTest;
let withRecord: CircuitUnderTest;
beforeAll(async () => {
  excursions = await CircuitUnderTest.load(`${INSTANCES}/excursions-30.circom`);
  withRecord = await CircuitUnderTest.load(`${INSTANCES}/excursions-record-30.circom`);
});

async function unsound(name: string): Promise<CircuitUnderTest> {
  return CircuitUnderTest.load(`${INSTANCES}/broken/${name}.circom`);
}

async function brokenPlaces(circuit: CircuitUnderTest, input: CircuitInput): Promise<string[]> {
  return places(circuit.violations(await circuit.witness(input)));
}

async function wire(circuit: CircuitUnderTest, input: CircuitInput, name: string): Promise<bigint> {
  return (await circuit.witness(input))[circuit.wire(name)] ?? 0n;
}

describe("the honest inputs", () => {
  it("are accepted by the project's templates: the forgeries below fail for their own reason", async () => {
    const rows = rowsWith({ ...stretch(3, 5, { code: HOT }), ...stretch(9, 9, { code: HOT }) });
    const rule = ruleWith({ budgetAbove: 80n, single: 30n });
    expect(await brokenPlaces(excursions, excursionsInput(rule, rows))).toEqual([]);
    const input = excursionsInput(rule, rows);
    expect(await brokenPlaces(withRecord, recordInput(input))).toEqual([]);
  });
});

/** The instance with a record of its own has neither `record` nor `ticks` as an input. */
function recordInput(input: CircuitInput): CircuitInput {
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== "record" && name !== "ticks"));
}

/**
 * A code of row 3 that no table has, and two intervals that take up the difference: one keeps the packed word, the
 * other the sum. Both are linear in the intervals, so this takes no search at all.
 */
function swapLimbs(input: CircuitInput, challenge: bigint): CircuitInput {
  const [bad, first, second] = [3, 6, 10] as const;
  const [dt, code] = [list(input, "dt"), list(input, "code")];
  const weight = (row: number): bigint => inverse(challenge - (code[row] ?? 0n));
  const place = (row: number): bigint => 65_536n ** BigInt(row);
  const moved = -5n - (code[bad] ?? 0n);
  const word = modulo(-moved * 256n * place(bad));
  const sum = modulo((dwellNumerators(dt)[bad] ?? 0n) * (weight(bad) - inverse(challenge + 5n)));
  const [sum1, sum2] = [first, second].map((row) => modulo(65_536n * (weight(row - 1) + weight(row)))) as [
    bigint,
    bigint,
  ];
  const determinant = inverse(place(first) * sum2 - place(second) * sum1);
  return withEntries(withEntries(input, "code", { [bad]: -5n }), "dt", {
    [first]: (dt[first] ?? 0n) + (word * sum2 - place(second) * sum) * determinant,
    [second]: (dt[second] ?? 0n) + (place(first) * sum - word * sum1) * determinant,
  });
}

// Verifies R-lookup-bound.
describe("condition 1: every value and numerator is a function of absorbed, range-checked data", () => {
  it("C1 packed-limb swap: a packed word alone lets a code be p - 5", async () => {
    const circuit = await unsound("packedWord");
    const dt = [0n, ...new Array<bigint>(14).fill(10n)];
    const dwell = new Array<bigint>(8).fill(0n);
    dwell[4] = dwellNumerators(dt).reduce((sum, time) => sum + time);
    const honest = { dt, code: new Array<bigint>(15).fill(4n), dwell };
    expect(await brokenPlaces(circuit, honest)).toEqual([]);

    const forged = swapLimbs(honest, await wire(circuit, honest, "challenge"));
    expect(list(forged, "code")[3]).toBe(modulo(-5n));
    expect(await brokenPlaces(circuit, forged)).toEqual([]);
    for (const name of ["word", "challenge"])
      expect(await wire(circuit, forged, name)).toBe(await wire(circuit, honest, name));
  });

  it("C1 the same swap against gap and range: only they see it, record and lookups do not", async () => {
    const honest = recordInput(excursionsInput(ruleWith(), rowsWith({})));
    const challenge = "excursions.challenges.dwellChallenge";
    const forged = swapLimbs(honest, await wire(withRecord, honest, challenge));
    for (const name of ["record", challenge])
      expect(await wire(withRecord, forged, name)).toBe(await wire(withRecord, honest, name));
    expect(await brokenPlaces(withRecord, forged)).toEqual(["gap", "range"]);
  });
});

/** An excursion of 70 ticks where 60 are allowed, which the table leaves out. */
const LONG = rowsWith(stretch(3, 9, { code: HOT }));
const LONG_RULE = ruleWith({ single: 60n });
const leftOut = (): CircuitInput => {
  const input = excursionsInput(LONG_RULE, LONG);
  return withEntries(withEntries(input, "excursionLengths", { 0: 0n, 1: 20n }), "excursionCounts", { 1: 0n });
};
/** The same in the 12 rows of the small circuits. */
const leftOutOf12 = (): CircuitInput => {
  const dt = LONG.slice(0, 12).map((row) => BigInt(row.dt));
  const outside = list(leftOut(), "outside").slice(0, 12);
  return { dt, outside, single: 60n, excursionLengths: [0n, 20n], excursionCounts: [4n, 0n, 0n] };
};

/** Counts that balance for this challenge although the excursion is in no entry of the table. */
function lateCount(input: CircuitInput, challenge: bigint): CircuitInput {
  const [count = 0n] = list(input, "excursionCounts");
  return withEntries(input, "excursionCounts", { 0: count + missingSum(singleLookup(input), challenge) * challenge });
}

/** The same, with the second entry's count changed too, so that count 0 + 2^32 * count 2 stays as it is. */
function packedCounts(input: CircuitInput, challenge: bigint): CircuitInput {
  const [zero = 0n, , second = 0n] = list(input, "excursionCounts");
  const slope = inverse(challenge - 20n) - 4_294_967_296n * inverse(challenge);
  const change = modulo(missingSum(singleLookup(input), challenge) * inverse(slope));
  return withEntries(input, "excursionCounts", { 0: zero - 4_294_967_296n * change, 2: second + change });
}

// Verifies R-lookup-absorbed.
describe("condition 2: every multiplicity is absorbed, one an element", () => {
  it.each([
    ["a count chosen after the challenge", "lateCounts", lateCount],
    ["two counts of one word, traded after the challenge", "packedCounts", packedCounts],
  ] as const)("C4 %s hides an excursion that is too long", async (_, name, forge) => {
    const circuit = await unsound(name);
    expect(await brokenPlaces(circuit, leftOutOf12())).toEqual(["judged lookup"]);
    const challenge = await wire(circuit, leftOutOf12(), "challenge");
    const forged = forge(leftOutOf12(), challenge);
    expect(await brokenPlaces(circuit, forged)).toEqual([]);
    expect(await wire(circuit, forged, "challenge")).toBe(challenge);
  });

  it.each([
    ["a count chosen after the challenge", lateCount],
    ["two counts traded after the challenge", packedCounts],
  ] as const)("C4 %s changes the challenge, and the sums differ", async (_, forge) => {
    const challenge = await wire(excursions, leftOut(), "challenges.singleChallenge");
    const forged = forge(leftOut(), challenge);
    expect(modulo(missingSum(singleLookup(forged), challenge))).toBe(0n); // a real forgery, for the old challenge
    expect(await wire(excursions, forged, "challenges.singleChallenge")).not.toBe(challenge);
    expect(await brokenPlaces(excursions, forged)).toEqual(["single lookup"]);
  });
});

/** Time at each of the codes 0 to 7 of the small circuits, but for the rows that are skipped. */
function smallDwell(input: CircuitInput, one = 1n, skipped: readonly number[] = []): bigint[] {
  const dwell = new Array<bigint>(8).fill(0n);
  dwellNumerators(list(input, "dt"), one).forEach((time, i) => {
    const code = Number(list(input, "code")[i]);
    if (!skipped.includes(i)) dwell[code] = (dwell[code] ?? 0n) + time;
  });
  return dwell;
}

// Verifies R-lookup-keys.
describe("condition 3: keys are distinct where multiplicities are used as numbers", () => {
  it("C12 time above the band moved to a key of the same value", async () => {
    const circuit = await unsound("repeatedKeys");
    const none = new Array<bigint>(8).fill(0n);
    const hot = { dt: leftOutOf12()["dt"] ?? [], code: new Array<bigint>(12).fill(7n), budget: 0n };
    const dwell = smallDwell(hot);
    expect(await brokenPlaces(circuit, { ...hot, inside: none, outside: dwell })).toEqual(["within"]);
    expect(await brokenPlaces(circuit, { ...hot, inside: dwell, outside: none })).toEqual([]);
  });

  it("C12 the keys of template Dwell are distinct: no other key takes the time", async () => {
    const input = excursionsInput(ruleWith({ budgetAbove: 0n }), LONG);
    expect(await brokenPlaces(excursions, input)).toEqual(["cumulative"]);
    const dwell = list(input, "dwell");
    for (const other of [NORMAL, 60, 120]) {
      const moved = { [HOT]: 0n, [other]: (dwell[other] ?? 0n) + (dwell[HOT] ?? 0n) };
      expect(await brokenPlaces(excursions, withEntries(input, "dwell", moved))).toEqual(["dwelt lookup"]);
    }
  });
});

// Verifies R-lookup-numerators.
describe("condition 4: numerators do not cancel, and are not 0 where the row must be in the table", () => {
  // Hot for 60 ticks where 50 are allowed; row 4 has no time on either side.
  const dt = { 3: 30, 4: 0, 5: 0, 6: 30 };
  const rowsOf = (code: number, count: number): ReturnType<typeof rowsWith> =>
    rowsWith(Object.fromEntries(Object.entries(dt).map(([row, ticks]) => [row, { dt: ticks, code }])), count);
  const reset = (flags: readonly bigint[], ...rows: readonly number[]): bigint[] =>
    flags.map((flag, i) => (rows.includes(i) ? 0n : flag));

  /** Rows of a small circuit: codes 4 and 7, of which 7 is above the band; the dwell is left out. */
  const smallRows = (rows: ReturnType<typeof rowsWith>, budget: bigint, single: bigint): CircuitInput => ({
    dt: rows.map((row) => BigInt(row.dt)),
    code: rows.map((row) => (row.code === NORMAL ? 4n : 7n)),
    outside: rows.map((row) => (row.code === NORMAL ? 0n : 1n)),
    budget,
    single,
  });
  it("C11 without a unit of its own, a row of no time escapes the table and resets the running excursion", async () => {
    const circuit = await unsound("weightlessRow");
    const rows = smallRows(rowsOf(HOT, 12), 1000n, 50n);
    const honest = tableFor({ ...rows, dwell: smallDwell(rows, 0n) }, 2);
    expect(await brokenPlaces(circuit, honest)).toEqual(["judged"]);
    const forged = tableFor({ ...honest, outside: reset(list(honest, "outside"), 4) }, 2);
    expect(await brokenPlaces(circuit, forged)).toEqual([]);
  });

  it("C11 the same reset against template Dwell, whether or not the dwell counts the row", async () => {
    const honest = excursionsInput(ruleWith({ single: 50n }), rowsOf(HOT, 30));
    expect(await brokenPlaces(excursions, honest)).toEqual(["single"]);
    const forged = tableFor({ ...honest, outside: reset(list(honest, "outside"), 4) }, 4);
    const dwell = list(forged, "dwell")[HOT] ?? 0n;
    for (const counted of [dwell, dwell - 1n]) {
      expect(await brokenPlaces(excursions, withEntries(forged, "dwell", { [HOT]: counted }))).toEqual([
        "dwelt lookup",
      ]);
    }
  });

  /** Time that runs backwards between two hot rows, so that the numerators of both add up to 0. */
  const cancel = (input: CircuitInput, first: number): CircuitInput => {
    const intervals = list(input, "dt");
    const [before = 0n, after = 0n] = [intervals[first], intervals[first + 2]];
    const cancelling = (-2n * inverse(65_536n) - before - after) * inverse(2n);
    return withEntries(input, "dt", { [first + 1]: cancelling });
  };

  it("C12 two hot rows whose numerators cancel vanish from flags, dwell and excursions", async () => {
    const circuit = await unsound("cancellingRows");
    const hot = rowsWith(stretch(5, 6, { code: HOT }), 12);
    const rows = smallRows(hot, 0n, 0n);
    const honest = tableFor({ ...rows, dwell: smallDwell(rows) }, 2);
    expect(await brokenPlaces(circuit, honest)).toEqual(["judged", "within"]);
    const flags = reset(list(honest, "outside"), 5, 6);
    const cancelled = cancel({ ...honest, outside: flags }, 5);
    const forged = tableFor({ ...cancelled, dwell: smallDwell(cancelled, 1n, [5, 6]) }, 2);
    expect(await brokenPlaces(circuit, forged)).toEqual([]);
    expect(list(forged, "dwell")[7]).toBe(0n);
  });

  it("C12 the same rows against gap: only it sees them, for every lookup they balance", async () => {
    const rows = rowsWith(stretch(5, 6, { code: HOT }));
    const rule = ruleWith({ budgetAbove: 0n, single: 0n });
    const honest = recordInput(excursionsInput(rule, rows));
    expect(await brokenPlaces(withRecord, honest)).toEqual(["cumulative", "single"]);
    const flags = reset(list(honest, "outside"), 5, 6);
    const cancelled = cancel({ ...honest, outside: flags }, 5);
    const times = dwellNumerators(list(cancelled, "dt"));
    const inBand = times.reduce((sum, time, i) => (i === 5 || i === 6 ? sum : sum + time), 0n);
    const forged = tableFor(withEntries(cancelled, "dwell", { [HOT]: 0n, [NORMAL]: inBand }), 4);
    expect(await brokenPlaces(withRecord, forged)).toEqual(["gap"]);
  });
});

// Verifies R-lookup-challenge.
describe("condition 5: a challenge of its own, squeezed after everything was absorbed, and all of it", () => {
  const small = (): CircuitInput => {
    const code = list(leftOutOf12(), "outside").map((flag) => (flag === 1n ? 7n : 4n));
    const rows = { ...leftOutOf12(), code, budget: 1000n };
    return { ...rows, dwell: smallDwell(rows) };
  };

  it("C5 a second lookup under the first one's challenge, which knows nothing of its table", async () => {
    const circuit = await unsound("sharedChallenge");
    expect(await brokenPlaces(circuit, small())).toEqual(["judged lookup"]);
    const forged = lateCount(small(), await wire(circuit, small(), "challenge"));
    expect(await brokenPlaces(circuit, forged)).toEqual([]);
  });

  it("C5 the same count, made for the dwell's challenge, against template Single", async () => {
    const forged = lateCount(leftOut(), await wire(excursions, leftOut(), "challenges.dwellChallenge"));
    expect(await brokenPlaces(excursions, forged)).toEqual(["single lookup"]);
  });

  // A count that balances for the challenge 200, and a spare count to try until the challenge is 200.
  const TARGET = 200n;
  const grind = (input: CircuitInput, spare: bigint): CircuitInput =>
    lateCount(withEntries(input, "excursionCounts", { 2: spare }), TARGET);

  it("C5 a truncated challenge is found by trying", async () => {
    const circuit = await unsound("truncatedChallenge");
    const transcript = (input: CircuitInput): bigint =>
      sponge(
        15,
        ["dt", "outside", "excursionLengths", "excursionCounts"].flatMap((name) => list(input, name)),
      );
    let forged = leftOutOf12();
    for (let spare = 0n; spare === 0n || transcript(forged) % 256n !== TARGET; spare++)
      forged = grind(leftOutOf12(), spare);
    expect(await wire(circuit, forged, "challenge")).toBe(TARGET);
    expect(await brokenPlaces(circuit, forged)).toEqual([]);
  });

  it("C5 the same counts against the whole challenge", async () => {
    for (const spare of [0n, 1n, 2n]) {
      const forged = grind(leftOut(), spare);
      expect(modulo(missingSum(singleLookup(forged), TARGET))).toBe(0n);
      expect(await brokenPlaces(excursions, forged)).toEqual(["single lookup"]);
    }
  });
});
