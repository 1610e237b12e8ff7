import { describe, expect, it } from "vitest";
import { CLOCK_ERROR_OFFSET } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { STAGE_HEAD_FIELDS } from "../../src/formats/head.ts";
import { sponge } from "../../src/formats/poseidon.ts";
import { saltedSeriesRoot } from "../../src/formats/record.ts";
import { TEMPERATURE_RULE_FIELDS } from "../../src/formats/rule.ts";
import { sourceMessage } from "../../src/formats/source.ts";
import { bus, pathInput, type CircuitInput } from "../../src/prover/input.ts";
import { fieldsOf, VECTORS } from "../formats/vectors.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { makeEvidence, steadyRows } from "../support/evidence.ts";

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
  it.each([14, 15])("hashes %d elements as TypeScript does", async (n) => {
    const { output } = await template(`sponge-${n}`);
    const elements = Array.from({ length: n }, (_, i) => BigInt(i * i + 1));
    expect(await output({ elements }, "out")).toBe(sponge(10, elements));
  });
});

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

describe("SignatureCheck", () => {
  it("accepts a signature over this message by this key only", async () => {
    const { accepts } = await template("signature");
    const { source } = makeEvidence({ signed: { record: 77n } });
    const message = sourceMessage(makeEvidence().batch, 1n, 1n, 77n);
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

  it("refuses an error that wraps around the field", async () => {
    const { accepts } = await template("clock");
    expect(await accepts({ ...at(0), clockError: FIELD - 1n })).toBe(false);
    expect(await accepts({ ...at(0), clockError: 2n ** 21n })).toBe(false);
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

describe("HeadOpening and RuleOpening", () => {
  const head = fieldsOf(STAGE_HEAD_FIELDS, VECTORS.head.fields);
  const rule = fieldsOf(TEMPERATURE_RULE_FIELDS, VECTORS.rule.fields);

  it("open exactly what the shared vectors hash", async () => {
    const opening = await template("headOpening");
    const headInput = { head: BigInt(VECTORS.head.out), batch: head.batch, stage: head.stage, ...bus("fields", head) };
    expect(await opening.accepts(headInput)).toBe(true);
    for (const field of Object.keys(head)) {
      const changed = { ...headInput, [`fields.${field}`]: head[field as keyof typeof head] + 1n };
      expect(await opening.accepts(changed), field).toBe(false);
    }

    const ruleTemplate = await template("ruleOpening");
    const ruleInput = { rule: BigInt(VECTORS.rule.out), ...bus("fields", rule) };
    expect(await ruleTemplate.accepts(ruleInput)).toBe(true);
    for (const field of Object.keys(rule)) {
      const changed = { ...ruleInput, [`fields.${field}`]: rule[field as keyof typeof rule] + 1n };
      expect(await ruleTemplate.accepts(changed), field).toBe(false);
    }
  });
});

function everyPattern(length: number): number[][] {
  return Array.from({ length: 2 ** length }, (_, pattern) => Array.from({ length }, (_, i) => (pattern >> i) & 1));
}
