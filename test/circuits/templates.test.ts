import { describe, expect, it } from "vitest";
import { CLOCK_ERROR_OFFSET, CODES, NO_OPENED_WITHIN } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { STAGE_HEAD_FIELDS } from "../../src/formats/head.ts";
import { sponge } from "../../src/formats/poseidon.ts";
import { saltedSeriesRoot } from "../../src/formats/temperatureRecord.ts";
import { NO_BUDGET, temperatureRuleHash } from "../../src/formats/temperatureRule.ts";
import { sourceMessage } from "../../src/formats/source.ts";
import { dwellOf } from "../../src/kinds/temperature/excursions.ts";
import { fieldsOf, ruleOf, VECTORS } from "../formats/vectors.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { makeEvidence, polynomial, steadyRows } from "../support/evidence.ts";
import { bus, pathInput, type CircuitInput } from "../../src/kinds/circuitInput.ts";

/** The largest value that a polynomial or a limit of weights can have. */
const MOST = 2n ** 105n - 1n;

/** A library template compiled on its own. */
async function template(name: string): Promise<{
  circuit: CircuitUnderTest;
  accepts: (input: CircuitInput) => Promise<boolean>;
  output: (input: CircuitInput, signal: string) => Promise<bigint | undefined>;
}> {
  const circuit = await CircuitUnderTest.load(`test/circuits/instances/${name}.circom`);
  return {
    circuit,
    accepts: async (input) => circuit.violations(await circuit.witness(input)).length === 0,
    output: async (input, signal) => (await circuit.witness(input))[circuit.wire(signal)],
  };
}

describe("ExactRange and Band", () => {
  // Verifies C2.
  it("accepts exactly 0..127 + w, whatever the prover writes into the hints", async () => {
    const { circuit } = await template("exactRange");
    const bits = circuit.signals(/^bits/);
    const hints = [...bits, ...circuit.signals(/^addend/)];
    for (const w of [0n, 1n, 53n, 127n]) {
      const good = await circuit.witness({ value: 0n, w });
      for (let value = -2n; value <= 258n; value++) {
        // Every spelling: any bits, the addend 0 or w, and the nonsense values that a cheat would try.
        const spellings = everyPattern(hints.length).some((pattern) =>
          [w, 1n, value].some((addend) => {
            const edits = hints.map((hint, i): [string, bigint] => [
              hint,
              pattern[i] === 0 ? 0n : hint === "addend" ? addend : 1n,
            ]);
            return circuit.violationsOf(good, { value, w, ...Object.fromEntries(edits) }).length === 0;
          }),
        );
        expect(spellings, `${value} of 0..${127n + w}`).toBe(value >= 0n && value <= 127n + w);
      }
    }
  });

  // Verifies C3.
  it("would admit -1 and the width 126 + 1 without Band, which refuses such a width", async () => {
    const range = await template("exactRange");
    expect(await range.accepts({ value: 126n, w: FIELD - 1n })).toBe(true);
    const good = await range.circuit.witness({ value: 0n, w: FIELD - 1n });
    const minusOne = Object.fromEntries(range.circuit.signals(/^bits/).map((bit) => [bit, 0n]));
    const edits = { value: -1n, addend: -1n, ...minusOne };
    expect(range.circuit.violationsOf(good, edits)).toEqual([]);

    const band = await template("band");
    for (const width of [127n, 128n, 254n]) expect(await band.accepts({ width })).toBe(true);
    for (const width of [0n, 126n, 255n, FIELD - 1n]) expect(await band.accepts({ width })).toBe(false);
  });

  it("costs 8 constraints a value and 7 a band (and its output, alone)", async () => {
    expect((await template("exactRange")).circuit.r1cs.constraints.length).toBe(8);
    expect((await template("band")).circuit.r1cs.constraints.length).toBe(7 + 1);
  });
});

describe("AtMost", () => {
  // Verifies C25.
  it("accepts low <= high within its bits, and no difference that wraps", async () => {
    const { accepts } = await template("atMost");
    for (const [low, high] of [
      [3n, 3n],
      [0n, 255n],
      [FIELD - 1n, 4n],
    ] as const)
      expect(await accepts({ low, high })).toBe(true);
    for (const [low, high] of [
      [4n, 3n],
      [0n, 256n],
      [0n, FIELD - 1n],
    ] as const)
      expect(await accepts({ low, high })).toBe(false);
  });
});

describe("Sponge", () => {
  // Verifies R-format-hashing.
  it.each([15, 16])("hashes %d elements as TypeScript does", async (n) => {
    const { output } = await template(`sponge-${n}`);
    const elements = Array.from({ length: n }, (_, i) => BigInt(i * i + 1));
    expect(await output({ elements }, "out")).toBe(sponge(10, elements));
  });
});

// Verifies R-format-series.
describe("SeriesHash", () => {
  const salts = (chunks: number): bigint[] => Array.from({ length: chunks }, (_, k) => BigInt(1000 + k));
  const input = (count: number): CircuitInput => {
    const rows = steadyRows(count).map((row, i) => ({ ...row, code: i % 181 }));
    return {
      dt: rows.map((row) => BigInt(row.dt)),
      code: rows.map((row) => BigInt(row.code)),
      salts: salts(count / 210),
      nonZero: 6n,
    };
  };
  const expected = (count: number): bigint =>
    saltedSeriesRoot(
      steadyRows(count).map((row, i) => ({ ...row, code: i % 181 })),
      salts(count / 210),
    );

  it.each([1, 17])("gives TypeScript's root and the duration for %d chunks", async (chunks) => {
    const { accepts, output } = await template(`seriesHash-${chunks}`);
    const count = chunks * 210;
    expect(await accepts(input(count))).toBe(true);
    expect(await output(input(count), "root")).toBe(expected(count));
    expect(await output(input(count), "ticks")).toBe(BigInt((count - 1) * 50));
  });

  // Verifies C1.
  it("binds nothing without range checks: limbs of one word can be swapped under the same root", async () => {
    const { output } = await template("seriesHash-1");
    const honest = input(210);
    const code = [...(honest["code"] as readonly bigint[])];
    code[0] = (code[0] ?? 0n) + 65_536n;
    code[1] = (code[1] ?? 0n) - 1n;
    expect(await output({ ...honest, code }, "root")).toBe(expected(210));
  });

  it("needs the factor to be non-zero: with zero the running time would be free", async () => {
    const { circuit } = await template("seriesHash-17");
    const start = circuit.signals(/^start\[/)[1] ?? "";
    const free = await circuit.witness({ ...input(17 * 210), nonZero: 0n });
    const bound = await circuit.witness(input(17 * 210));
    const forged = (witness: bigint[]): number[] =>
      circuit.violationsOf(witness, { [start]: 5n }).map(({ constraint }) => constraint);
    expect(forged(bound).length).toBeGreaterThan(forged(free).length);
  });
});

describe("PartyMembership", () => {
  const { source, parties } = makeEvidence();
  const input = { ...bus("leaf", source.leaf), ...bus("path", pathInput(source.path)), root: parties };

  it("accepts a listed leaf only, under its own role", async () => {
    const { accepts } = await template("partyMembership");
    expect(await accepts(input)).toBe(true);
    expect(await accepts({ ...input, root: parties + 1n })).toBe(false);
    for (const field of Object.keys(source.leaf)) {
      const changed = { ...source.leaf, [field]: source.leaf[field as keyof typeof source.leaf] + 1n };
      expect(await accepts({ ...input, ...bus("leaf", changed) }), field).toBe(false);
    }
  });
});

// Verifies R-format-signature.
describe("SignatureCheck", () => {
  it("accepts a signature over this message by this key only", async () => {
    const { accepts } = await template("signature");
    const { batch, rule, source } = makeEvidence({ signed: { record: 77n } });
    const message = sourceMessage({ batch, stage: 1n, rule: temperatureRuleHash(rule) }, 1n, 77n);
    const input = { x: source.leaf.id0, y: source.leaf.id1, message, ...bus("signature", source.signature) };
    expect(await accepts(input)).toBe(true);
    expect(await accepts({ ...input, message: message + 1n })).toBe(false);
    expect(await accepts({ ...input, "signature.s": source.signature.s + 1n })).toBe(false);
  });
});

describe("Window", () => {
  const input = { start: 1000n, end: 4000n, t0: 1000n, ticks: 500n, tick: 6n, gapTicks: 150n, lead: 10n, tail: 20n };

  it("holds on all four edges and fails one second beyond each", async () => {
    const { accepts } = await template("window");
    expect(await accepts(input)).toBe(true);
    const edges: readonly (readonly [Partial<typeof input>, Partial<typeof input>])[] = [
      [{ start: 1900n }, { start: 1901n }],
      [{ start: 990n }, { start: 989n }],
      [{ end: 4020n }, { end: 4021n }],
      [{ end: 3100n }, { end: 3099n }],
    ];
    for (const [on, beyond] of edges) {
      expect(await accepts({ ...input, ...on })).toBe(true);
      expect(await accepts({ ...input, ...beyond })).toBe(false);
    }
  });

  // Verifies C25.
  it("refuses a time of 41 bits and a negative one", async () => {
    const { accepts } = await template("window");
    const late = 2n ** 40n - 1n;
    const still = { ...input, ticks: 0n, end: late, start: late };
    expect(await accepts({ ...still, t0: late })).toBe(true);
    expect(await accepts({ ...still, t0: late + 1n })).toBe(false);
    expect(await accepts({ ...input, t0: FIELD - 1n, start: 0n })).toBe(false);
  });
});

describe("Clock", () => {
  const at = (error: number, zoneChanged = 0n): CircuitInput => ({
    zoneChanged,
    clockError: BigInt(CLOCK_ERROR_OFFSET + error),
    clockTolerance: 120n,
  });

  it("accepts errors within the tolerance and tells any correction", async () => {
    const { accepts, output } = await template("clock");
    for (const error of [-120, 0, 120]) expect(await accepts(at(error))).toBe(true);
    for (const error of [-121, 121]) expect(await accepts(at(error))).toBe(false);
    expect(await accepts(at(0, 2n))).toBe(false);
    expect(await output(at(0), "corrected")).toBe(0n);
    expect(await output(at(1), "corrected")).toBe(1n);
    expect(await output(at(-1), "corrected")).toBe(1n);
    expect(await output(at(0, 1n), "corrected")).toBe(1n);
  });

  // Verifies C25.
  it("refuses an error that wraps around the field", async () => {
    const { accepts } = await template("clock");
    expect(await accepts({ ...at(0), clockError: FIELD - 1n })).toBe(false);
    expect(await accepts({ ...at(0), clockError: 2n ** 21n })).toBe(false);
  });
});

describe("OpeningTime", () => {
  const NONE = BigInt(NO_OPENED_WITHIN);
  const at = (opened: bigint, openedWithin: bigint): CircuitInput => ({ opened, start: 1_000_000n, openedWithin });

  it("tells exactly whether the stage began before the opening, and whether nothing bounds it", async () => {
    const { accepts, output } = await template("openingTime");
    for (const [opened, openedWithin, deviations] of [
      [0n, 0n, 0n],
      [1_000_000n, 0n, 0n],
      [1_000_001n, 600n, 16n],
      [1_000_600n, 600n, 16n],
      [1_000_000n, NONE, 0n],
      [1_000_001n, NONE, 48n],
      [2n ** 40n - 1n, NONE, 48n],
    ] as const) {
      expect(await accepts(at(opened, openedWithin))).toBe(true);
      expect(await output(at(opened, openedWithin), "deviations")).toBe(deviations);
    }
    for (const [opened, openedWithin] of [
      [1_000_001n, 0n],
      [1_000_601n, 600n],
      [1_000_000n + NONE, NONE - 1n],
    ] as const)
      expect(await accepts(at(opened, openedWithin))).toBe(false);
  });

  // Verifies V34.
  it("refuses a time that wraps around the field, and every other reading of its bits", async () => {
    const { circuit, accepts } = await template("openingTime");
    for (const opened of [FIELD - 1n, FIELD - 2n ** 40n, 2n ** 40n])
      expect(await accepts(at(opened, NONE))).toBe(false);
    const late = await circuit.witness(at(1_000_001n, NONE));
    for (const deviations of [0n, 16n, 32n]) expect(circuit.violationsOf(late, { deviations })).not.toEqual([]);
  });
});

describe("Gap", () => {
  it("judges every interval, and the first must be 0", async () => {
    const { accepts } = await template("gap");
    expect(await accepts({ dt: [0n, 150n], gapTicks: 150n })).toBe(true);
    expect(await accepts({ dt: [0n, 151n], gapTicks: 150n })).toBe(false);
    expect(await accepts({ dt: [1n, 1n], gapTicks: 150n })).toBe(false);
    expect(await accepts({ dt: [0n, 0n], gapTicks: 126n })).toBe(false);
  });
});

describe("Range", () => {
  it("judges every reading", async () => {
    const { accepts } = await template("range");
    expect(await accepts({ code: [0n, 180n], width: 180n })).toBe(true);
    for (const code of [
      [181n, 0n],
      [0n, 181n],
      [0n, FIELD - 1n],
    ])
      expect(await accepts({ code, width: 180n })).toBe(false);
    expect(await accepts({ code: [0n, 0n], width: 255n })).toBe(false);
  });
});

describe("NormalBand", () => {
  it("gives the flags of every band, and accepts a band only within the range", async () => {
    const { circuit, accepts } = await template("normalBand");
    for (const [low, high, width] of [
      [0, 0, 127],
      [0, 254, 254],
      [60, 60, 180],
      [60, 150, 180],
      [180, 180, 180],
    ] as const) {
      const witness = await circuit.witness({ low: BigInt(low), high: BigInt(high), width: BigInt(width) });
      expect(circuit.violations(witness)).toEqual([]);
      for (let code = 0; code < CODES; code++) {
        expect(witness[circuit.wire(`below[${code}]`)]).toBe(code < low ? 1n : 0n);
        expect(witness[circuit.wire(`above[${code}]`)]).toBe(code > high ? 1n : 0n);
      }
    }
    for (const [low, high, width] of [
      [61n, 60n, 180n],
      [0n, 181n, 180n],
      [FIELD - 1n, 60n, 180n],
      [0n, FIELD - 1n, 180n],
      [255n, 255n, 255n],
    ] as const)
      expect(await accepts({ low, high, width }), `${low} to ${high} of ${width}`).toBe(false);
  });

  // Verifies C6.
  it("leaves no flag to the prover", async () => {
    const { circuit } = await template("normalBand");
    const good = await circuit.witness({ low: 60n, high: 150n, width: 180n });
    for (const flag of circuit.signals(/^(below|above)\[/)) {
      for (const value of [0n, 1n, 2n, FIELD - 1n]) {
        const same = value === good[circuit.wire(flag)];
        expect(circuit.violationsOf(good, { [flag]: value }).length === 0, `${flag} = ${value}`).toBe(same);
      }
    }
    // A whole step moved to another code.
    expect(circuit.violationsOf(good, { "below[59]": 0n })).not.toEqual([]);
    const later = Object.fromEntries([60, 61, 62].map((code) => [`below[${code}]`, 1n]));
    expect(circuit.violationsOf(good, later)).not.toEqual([]);
    // No step at all: every step constraint holds, and only the ends do not.
    const codes = Array.from({ length: CODES }, (_, code) => code);
    const neverFalls = codes.filter((code) => code >= 60).map((code) => [`below[${code}]`, 1n] as const);
    expect(circuit.violationsOf(good, Object.fromEntries(neverFalls))).toHaveLength(1);
    const neverRises = codes.filter((code) => code > 150).map((code) => [`above[${code}]`, 0n] as const);
    expect(circuit.violationsOf(good, Object.fromEntries(neverRises))).toHaveLength(1);
  });
});

describe("Lookup", () => {
  const input = {
    values: [5n, 7n, 5n, 9n],
    numerators: [1n, 2n, 3n, 4n],
    keys: [5n, 7n, 9n],
    multiplicities: [4n, 2n, 4n],
    challenge: 123_456_789n,
  };

  it("accepts exact multiplicities only, and only values among the keys", async () => {
    const { accepts, circuit } = await template("lookup");
    expect(await accepts(input)).toBe(true);
    expect(await accepts({ ...input, multiplicities: [4n, 2n, 3n] })).toBe(false);
    expect(await accepts({ ...input, values: [5n, 7n, 5n, 8n] })).toBe(false);
    expect(circuit.r1cs.constraints.length).toBe(4 + 3 + 1 - 1); // the last sums are one wire, so one row fewer
  });
});

describe("Dwell", () => {
  const flags = (isSet: (code: number) => boolean): bigint[] =>
    Array.from({ length: CODES }, (_, code) => (isSet(code) ? 1n : 0n));
  const rows = [
    { dt: 0, code: 40 },
    { dt: 10, code: 200 },
    { dt: 0, code: 40 },
    { dt: 20, code: 100 },
  ];
  const input = {
    dt: rows.map(({ dt }) => BigInt(dt)),
    code: rows.map(({ code }) => BigInt(code)),
    outside: [1n, 1n, 1n, 0n],
    below: flags((code) => code < 60),
    above: flags((code) => code > 150),
    dwell: dwellOf(rows),
    challenge: 123_456_789n,
  };

  it("accepts the exact flags and times only", async () => {
    const { accepts } = await template("dwell");
    expect(input.dwell[40]).toBe(65_536n * 30n + 2n);
    expect(await accepts(input)).toBe(true);
    for (const outside of [
      [0n, 1n, 1n, 0n],
      [1n, 1n, 1n, 1n],
    ])
      expect(await accepts({ ...input, outside })).toBe(false);
    for (const code of [40, 41, 100, 200, 254]) {
      const dwell = input.dwell.map((time, i) => (i === code ? time + 1n : time));
      expect(await accepts({ ...input, dwell }), `${code}`).toBe(false);
    }
  });
});

describe("Cumulative", () => {
  const side = (from: number, to: number): bigint[] =>
    Array.from({ length: CODES }, (_, code) => (code >= from && code <= to ? 1n : 0n));
  const dwell = Array.from({ length: CODES }, (_, code) => (code === 10 || code === 200 ? 65_536n * 7n + 9n : 0n));
  const input = { dwell, below: side(0, 59), above: side(151, 254), budgetBelow: 7n, budgetAbove: 7n };

  it("judges half-ticks and never the units of weight", async () => {
    const { accepts, output } = await template("cumulative");
    expect(await accepts(input)).toBe(true);
    expect(await accepts({ ...input, budgetBelow: 6n })).toBe(false);
    expect(await accepts({ ...input, budgetAbove: 6n })).toBe(false);
    const most = dwell.map((time) => (time === 0n ? 0n : 65_536n * 7n + 65_535n));
    expect(await accepts({ ...input, dwell: most })).toBe(true);
    for (const code of [10, 200]) {
      const more = most.map((time, i) => (i === code ? time + 1n : time));
      expect(await accepts({ ...input, dwell: more }), `${code}`).toBe(false);
    }
    expect(await output(input, "anyAbove")).toBe(1n);
    expect(await output(input, "anyBelow")).toBe(1n);
    expect(await output({ ...input, above: side(201, 254) }, "anyAbove")).toBe(0n);
    expect(await output({ ...input, below: side(0, 9) }, "anyBelow")).toBe(0n);
  });

  it("takes the largest budget there is", async () => {
    const { accepts } = await template("cumulative");
    expect(await accepts({ ...input, budgetBelow: NO_BUDGET, budgetAbove: NO_BUDGET })).toBe(true);
  });
});

describe("Single", () => {
  const input = {
    dt: [0n, 10n, 10n, 10n, 10n, 10n],
    outside: [0n, 1n, 1n, 0n, 0n, 1n],
    single: 20n,
    excursionLengths: [20n, 10n],
    excursionCounts: [1n, 1n, 1n],
    challenge: 123_456_789n,
  };

  it("judges every length, from the last reading inside", async () => {
    const { accepts } = await template("single");
    expect(await accepts(input)).toBe(true);
    expect(await accepts({ ...input, single: 19n })).toBe(false);
    expect(await accepts({ ...input, excursionLengths: [19n, 10n] })).toBe(false);
    expect(await accepts({ ...input, excursionCounts: [2n, 0n, 1n] })).toBe(false);
  });

  // Verifies C25.
  it("refuses a length that is no number of ticks", async () => {
    const { accepts } = await template("single");
    const unused = { ...input, outside: [0n, 1n, 1n, 0n, 0n, 0n], excursionCounts: [3n, 1n, 0n] };
    expect(await accepts(unused)).toBe(true);
    for (const length of [FIELD - 1n, 2n ** 24n, 21n]) {
      expect(await accepts({ ...unused, excursionLengths: [20n, length] }), `${length}`).toBe(false);
    }
  });
});

describe("Mkt", () => {
  const dwellAt = (code: number, ticks: bigint): bigint[] =>
    Array.from({ length: CODES }, (_, j) => (j === code ? 65_536n * 2n * ticks + 210n : 0n));
  const dwell = dwellAt(100, 10n);
  const none = dwell.map(() => 0n);
  const input = {
    ...{ dwell, dwellBelow: none, coefficients: polynomial(0n, 1n) },
    ...{ mktLimit: 100n, mktSpan: 60n, ticks: 10n, start: 1000n, end: 1060n },
  };

  it("holds at the limit and at the span, and fails one step beyond each", async () => {
    const { accepts } = await template("mkt");
    expect(await accepts(input)).toBe(true);
    expect(await accepts({ ...input, mktLimit: 99n })).toBe(false);
    expect(await accepts({ ...input, mktSpan: 59n })).toBe(false);
    expect(await accepts({ ...input, end: 1061n })).toBe(false);
  });

  it("holds the hottest of the longest series", async () => {
    const { accepts } = await template("mkt");
    const ticks = 2n ** 24n - 1n;
    const longest = { ...input, ticks, dwell: dwellAt(254, ticks) };
    const hottest = { ...longest, coefficients: polynomial(MOST) };
    expect(await accepts({ ...hottest, mktLimit: MOST })).toBe(true);
    expect(await accepts({ ...hottest, mktLimit: MOST - 1n })).toBe(false);
    // The largest limit that a rule may have, over the coldest weights: the difference still fits.
    expect(await accepts({ ...longest, coefficients: polynomial(1n), mktLimit: MOST })).toBe(true);
  });

  // Verifies C50.
  it("adds up negative coefficients and products that wrap, and misses no unit of the limit", async () => {
    const { accepts } = await template("mkt");
    // The product of all (x - root) and 7 more, which is 7 at a root and less than 0 beside some of them.
    const roots = [1n, 2n, 90n, 100n, 150n, 200n, 250n, 254n];
    const coefficients = polynomial(
      ...roots
        .reduce((poly, root) => [0n, ...poly].map((c, k) => c - root * (poly[k] ?? 0n)), [1n])
        .map((c, k) => (k === 0 ? c + 7n : c)),
    );
    for (const root of roots) {
      const at = { ...input, coefficients, dwell: dwellAt(Number(root), 10n) };
      expect(await accepts({ ...at, mktLimit: 7n }), `${root}`).toBe(true);
      expect(await accepts({ ...at, mktLimit: 6n }), `${root}`).toBe(false);
    }
  });

  it("weighs a code below the band as the next one", async () => {
    const { accepts } = await template("mkt");
    for (const coefficients of [
      polynomial(0n, 1n),
      polynomial(0n, 0n, 1n),
      polynomial(5n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 1n),
    ]) {
      const value = (x: bigint): bigint => coefficients.reduceRight((sum, c) => sum * x + c, 0n);
      const below = { ...input, coefficients, dwellBelow: dwell };
      expect(await accepts({ ...below, mktLimit: value(101n) })).toBe(true);
      expect(await accepts({ ...below, mktLimit: value(101n) - 1n })).toBe(false);
      expect(await accepts({ ...input, coefficients, mktLimit: value(100n) })).toBe(true);
    }
  });

  // Verifies C51.
  it("refuses a sum over the limit by any amount up to the largest there is", async () => {
    const { accepts } = await template("mkt");
    for (const mktLimit of [0n, 1n, MOST / 2n, MOST - 1n]) {
      expect(await accepts({ ...input, coefficients: polynomial(MOST), mktLimit }), `${mktLimit}`).toBe(false);
    }
  });
});

describe("HeadOpening and RuleOpening", () => {
  const head = fieldsOf(STAGE_HEAD_FIELDS, VECTORS.head.fields);
  const rule = ruleOf(VECTORS.rule.fields);

  it("open exactly what the shared vectors hash", async () => {
    const opening = await template("headOpening");
    const headInput = { head: BigInt(VECTORS.head.out), batch: head.batch, stage: head.stage, ...bus("fields", head) };
    expect(await opening.accepts(headInput)).toBe(true);
    for (const field of Object.keys(head)) {
      const changed = { ...headInput, [`fields.${field}`]: head[field as keyof typeof head] + 1n };
      expect(await opening.accepts(changed), field).toBe(false);
    }

    const ruleTemplate = await template("temperatureRule");
    const ruleInput = { rule: BigInt(VECTORS.rule.out), ...bus("fields", rule) };
    expect(await ruleTemplate.accepts(ruleInput)).toBe(true);
    const { mktCoefficients, ...numbers } = rule;
    for (const [field, value] of Object.entries(numbers)) {
      expect(await ruleTemplate.accepts({ ...ruleInput, [`fields.${field}`]: value + 1n }), field).toBe(false);
    }
    for (const k of mktCoefficients.keys()) {
      const changed = mktCoefficients.map((coefficient, i) => (i === k ? coefficient + 1n : coefficient));
      expect(await ruleTemplate.accepts({ ...ruleInput, "fields.mktCoefficients": changed }), `x^${k}`).toBe(false);
    }
  });
});

function everyPattern(length: number): number[][] {
  return Array.from({ length: 2 ** length }, (_, pattern) => Array.from({ length }, (_, i) => (pattern >> i) & 1));
}
