import { beforeAll, describe, expect, it } from "vitest";
import { buildBabyjub } from "circomlibjs";
import { ROLE } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { deviceSetOf, deviceSlots } from "../../src/formats/identity.ts";
import { PartyTree, partyLeafHash, type PartyLeaf } from "../../src/formats/party.ts";
import { sourceMessage, verifySignature, type Signature } from "../../src/formats/source.ts";
import { poseidon } from "../../src/formats/poseidon.ts";
import { stageHead } from "../../src/formats/head.ts";
import { recordOf, type TemperatureEvidence } from "../../src/rules/evidence.ts";
import { bus, pathInput, type CircuitInput } from "../../src/prover/input.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { freeWires } from "../support/determinism.ts";
import {
  BATCH,
  LOGGER,
  makeEvidence,
  OTHER_ORG,
  SPARE,
  START,
  steadyRows,
  type Scenario,
} from "../support/evidence.ts";
import { checkedRules, inputOf, refusedRules } from "../support/rules.ts";

/**
 * The attack catalogue against circuit `temperature`: a malicious prover, who writes any witness. Each attack is
 * judged by the constraints that are proven (O2) and named by the same system with its signals in place (O1).
 */

const MAIN = "test/circuits/instances/temperature-210.circom";
let proven: CircuitUnderTest;
let named: CircuitUnderTest;
beforeAll(async () => {
  proven = await CircuitUnderTest.load(MAIN);
  named = await CircuitUnderTest.load(MAIN, "O1");
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

function array(input: CircuitInput, name: string): bigint[] {
  return [...(input[name] as readonly bigint[])];
}

describe("honest evidence", () => {
  it("is accepted: the attacks below fail for their own reason", async () => {
    expect(await refusedRules(proven, inputOf(makeEvidence()))).toEqual([]);
    expect(await refusedRules(named, inputOf(makeEvidence()))).toEqual([]);
  });
});

describe("C1 packed-limb swap: another code absorbs the difference, the word and so the record stay", () => {
  const shifted = (name: string, delta: bigint): CircuitInput => {
    const input = inputOf(makeEvidence());
    const limbs = array(input, name);
    // Neighbouring rows are 16 bits apart within an element.
    const inverse = modInverse(65_536n);
    limbs[3] = mod((limbs[3] ?? 0n) + delta);
    limbs[4] = mod((limbs[4] ?? 0n) - delta * inverse);
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
    const codes = array(input, "code");
    codes[7] = mod(code);
    expect(await refusedRules(named, { ...input, code: codes })).toContain("range");
  });
});

describe("C3 rules that would break the gadgets, approved or not", () => {
  it.each([
    ["width below the band", { rule: { width: 126n } }, "range"],
    ["width above the band", { rule: { width: 255n } }, "range"],
    ["lower limit above the upper one", { rule: { width: FIELD - 1n } }, "range"],
    ["gap below the band", { rule: { gapTicks: 0n } }, "gap"],
    ["negative gap", { rule: { gapTicks: FIELD - 1n } }, "gap"],
  ] as const satisfies readonly (readonly [string, Scenario, string])[])("%s", async (_, scenario, rule) => {
    expect(await refusedRules(named, inputOf(makeEvidence(scenario)))).toContain(rule);
    expect(await refusedRules(proven, inputOf(makeEvidence(scenario)))).not.toEqual([]);
  });
});

describe("C6 free choice of a hint", () => {
  // The inverse hint of a comparison with zero means nothing when the compared value is zero: whatever it is, the
  // product with zero is zero, and the verdict stays 1. No other wire may be left to the prover.
  const MEANINGLESS_INVERSES = [
    "clock.exact.inv",
    "firstAttempt.inv",
    "source.sameOrg.isz.inv",
    "source.signed.verifier.eqCheckX.isz.inv",
    "source.signed.verifier.eqCheckY.isz.inv",
  ];

  it("changing any one wire of a valid witness breaks a constraint", async () => {
    const witness = await proven.witness(inputOf(makeEvidence()));
    for (const change of [1n, -1n, 12_345_678_901_234_567_890n]) {
      const unnoticed = [];
      for (let wire = 1; wire < proven.r1cs.wires; wire++) {
        const name = proven.name(wire);
        const edited = proven.violationsOf(witness, { [name]: (witness[wire] ?? 0n) + change });
        if (edited.length === 0) unnoticed.push(name);
      }
      expect(unnoticed.sort()).toEqual(MEANINGLESS_INVERSES);
    }
  });

  it("with the private inputs fixed, every other wire is determined (Jacobian)", async () => {
    const input = inputOf(makeEvidence());
    const publics = ["rule", "head", "parties", "record", "deviations"];
    const given = Object.keys(input).filter((name) => !publics.includes(name));
    const fixed = given.flatMap((name) => named.signals(new RegExp(`^${name.replaceAll(".", "\\.")}(\\[|$)`)));
    expect(freeWires(named, await named.witness(input), fixed).sort()).toEqual(MEANINGLESS_INVERSES);
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
    const input = { ...inputOf(withRows(signed, cooled)), record: recordOf(signed) };
    await expectRefused(input, ["record"]);
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
    const input = inputOf(signed);
    const dt = array(input, "dt");
    dt[209] = 1n;
    await expectRefused({ ...input, dt }, ["record"]);
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
    expect(await refusedRules(named, { ...input, dt: array(input, "code"), code: array(input, "dt") })).toContain(
      "record",
    );
  });
});

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

describe("C15 a signature reused", () => {
  it.each([
    ["at another batch", { batch: BATCH + 1n }],
    ["at another stage", { stage: 2n }],
    ["for another channel", { channelId: 2n }],
  ])("%s", async (_, signed) => {
    await expectRefused(inputOf(makeEvidence({ signed })), ["source"]);
  });
});

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

  it("path bit 2, or the fraction that would let any leaf take the place of a listed one", async () => {
    const bits = path.bits.map((bit, i) => (i === 0 ? 2 : bit));
    await expectRefused({ ...inputOf(honest), ...bus("sourcePath", pathInput({ ...path, bits })) }, ["source"]);

    // Where the source's place would be, the published tree has the pair (X, 0). For any unlisted leaf L, the sibling
    // R = X - L and the bit (X - L) / (R - L) mix into exactly that pair: only the bit's own constraint is in the way.
    const forged = makeEvidence({ unlisted: "source" });
    const [x, l] = [partyLeafHash(forged.device.leaf), partyLeafHash(forged.source.leaf)];
    const mixed = pathInput(forged.source.path);
    const fraction = mod((x - l) * modInverse(x - 2n * l));
    const crossed = {
      bits: [fraction, ...array(mixed, "bits").slice(1)],
      siblings: [mod(x - l), ...array(mixed, "siblings").slice(1)],
    };
    const input = { ...inputOf(forged), ...bus("sourcePath", crossed) };
    expect(named.violations(await named.witness(input))).toHaveLength(1);
    await expectRefused(input, ["source"]);
  });

  it("an inner node as a leaf: tags and arity differ, and the depth is fixed", async () => {
    const node = partyLeafHash(leaf);
    const sibling = path.siblings[0] ?? 0n;
    const inner: PartyLeaf = { ...leaf, id0: node, id1: sibling };
    const shorter = {
      bits: [...path.bits.slice(1), 0],
      siblings: [...path.siblings.slice(1), 0n],
    };
    await expectRefused({ ...inputOf(honest), ...bus("sourceLeaf", inner), ...bus("sourcePath", pathInput(shorter)) }, [
      "source",
    ]);
    // Even a tree that lists the inner node itself gives no leaf: its preimage starts with another tag.
    expect(poseidon([9n, node, sibling])).not.toBe(partyLeafHash(inner));
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
      expect(await refusedRules(named, { ...inputOf(moved), head: stageHead(honest.head) })).toEqual(["head"]);
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

describe("the signature test itself", () => {
  it("verifies the honest signature, so that its refusals mean something", () => {
    const { batch, rule, source } = makeEvidence();
    const message = sourceMessage(batch, rule.stage, rule.channelId, recordOf(makeEvidence()));
    expect(verifySignature({ x: source.leaf.id0, y: source.leaf.id1 }, message, source.signature)).toBe(true);
  });
});

function mod(value: bigint): bigint {
  return ((value % FIELD) + FIELD) % FIELD;
}

function modInverse(value: bigint): bigint {
  let [result, base, exponent] = [1n, mod(value), FIELD - 2n];
  for (; exponent > 0n; exponent >>= 1n, base = mod(base * base)) if (exponent & 1n) result = mod(result * base);
  return result;
}
