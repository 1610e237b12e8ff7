import { buildBabyjub } from "circomlibjs";
import { beforeAll, describe, expect, it } from "vitest";
import { ROLE, TAG } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { stageHead } from "../../src/formats/head.ts";
import { bytesHash } from "../../src/formats/identity.ts";
import { QUALITY_SLOTS, qualityRuleHash } from "../../src/formats/qualityRule.ts";
import type { PartyLeaf } from "../../src/formats/party.ts";
import { poseidon, sponge } from "../../src/formats/poseidon.ts";
import { resultSalts } from "../../src/formats/recordSalts.ts";
import {
  labMessage,
  leavesHash,
  rawFileCommitment,
  RESULT_FIELDS,
  RESULT_KIND,
  RESULT_SET_FIELDS,
  RESULT_SET_HEAD_FIELDS,
  resultLeaf,
  resultLeaves,
  resultSetColumns,
  resultSetHash,
  type Result,
  type ResultSet,
} from "../../src/formats/results.ts";
import { verifySignature, type Signature } from "../../src/formats/source.ts";
import { formatResult } from "../../src/formats/resultCoding.ts";
import { checkQuality } from "../../src/kinds/quality/check.ts";
import type { QualityEvidence } from "../../src/kinds/quality/evidence.ts";
import { explainQuality } from "../../src/kinds/quality/explain.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { undetermined, unnoticedChanges } from "../support/determinism.ts";
import { BATCH, OUTSIDER_KEY } from "../support/evidence.ts";
import { makeQuality, REPORTED, resultsOf, SAMPLED, withResult, type QualityScenario } from "../support/quality.ts";
import {
  brokenQualityRules,
  checkedQuality,
  JUDGEMENT_MAIN,
  judgementInput,
  QUALITY_MAIN,
  qualityInputOf,
  refusedQuality,
} from "../support/qualityRules.ts";
import { at, coded, number, type Limit, type Line } from "../support/qualitySpecs.ts";
import { modulo } from "../support/r1cs.ts";
import { inverse, list, withEntries } from "./excursions.ts";
import { bus, pathInput, type CircuitInput } from "../../src/kinds/circuitInput.ts";

/**
 * The attack catalogue against circuit `quality`: a malicious prover, who writes any witness. Each attack is judged by the
 * constraints that are proven (O2) and named by the same system with its signals in place (O1). What concerns the results
 * alone is tried on template Judgement.
 */

let proven: CircuitUnderTest;
let named: CircuitUnderTest;
let judgement: CircuitUnderTest;
let namedJudgement: CircuitUnderTest;
beforeAll(async () => {
  [proven, named] = await CircuitUnderTest.both(QUALITY_MAIN);
  [judgement, namedJudgement] = await CircuitUnderTest.both(JUDGEMENT_MAIN);
});

/** The attack fails, and for exactly these rules. */
async function expectRefused(input: CircuitInput, rules: readonly string[]): Promise<void> {
  expect(await refusedQuality(proven, input)).not.toEqual([]);
  expect(await refusedQuality(named, input)).toEqual(rules);
}

/** The same for the results alone. */
async function expectMisjudged(input: CircuitInput, rules: readonly string[]): Promise<void> {
  expect(await refusedQuality(judgement, input)).not.toEqual([]);
  expect(await refusedQuality(namedJudgement, input)).toEqual(rules);
}

const honest = makeQuality();
const CAR = at("car19_pct");
const ENDOTOXIN = at("endotoxin");

/** What a prover holds who has signed results and wants to show others: the old signature, a new commitment. */
function shown(change: Partial<QualityEvidence["set"]>, signed = honest): QualityEvidence {
  return { ...signed, set: { ...signed.set, ...change } };
}

/** The honest salts with one of them changed. */
const withSalt = (slot: number, other: bigint): bigint[] =>
  honest.set.resultSalts.map((salt, i) => (i === slot ? other : salt));

function changed(slot: number, change: Partial<Result>, signed = honest): QualityEvidence {
  return shown({ results: signed.set.results.map((r, i) => (i === slot ? { ...r, ...change } : r)) }, signed);
}

describe("honest evidence", () => {
  it("is accepted: the attacks below fail for their own reason", async () => {
    expect(checkedQuality(honest)).toEqual([]);
    expect(await refusedQuality(proven, qualityInputOf(honest))).toEqual([]);
    expect(await refusedQuality(named, qualityInputOf(honest))).toEqual([]);
    expect(await refusedQuality(judgement, judgementInput(honest))).toEqual([]);
    expect(await refusedQuality(namedJudgement, judgementInput(honest))).toEqual([]);
  });
});

// Verifies R-quality-determined.
describe("C6 free choice of a hint", () => {
  // Where a compared value is 0, its inverse hint is multiplied by 0 and means nothing. No other wire may be left to the
  // prover.
  const MEANINGLESS_INVERSES = [
    "lab.signed.verifier.eqCheckX.isz.inv",
    "lab.signed.verifier.eqCheckY.isz.inv",
    "neverRetested.inv",
    "openingTime.boundless.isz.inv",
  ];

  it("changing any one wire of a valid witness breaks a constraint", async () => {
    const witness = await proven.witness(qualityInputOf(honest));
    for (const change of [1n, 12_345_678_901_234_567_890n]) {
      expect(unnoticedChanges(proven, witness, change)).toEqual(MEANINGLESS_INVERSES);
    }
  });

  it("with the private inputs fixed, every other wire is determined (Jacobian)", async () => {
    expect(await undetermined(named, qualityInputOf(honest))).toEqual(MEANINGLESS_INVERSES);
  });
});

const NUMBER_KINDS = ["number", "less", "atMost", "more", "atLeast"] as const;
type NumberKind = (typeof NUMBER_KINDS)[number];
type Flags = Readonly<Record<NumberKind, bigint>>;

function flagsOf(flag: (name: NumberKind, index: number) => bigint): Flags {
  return Object.fromEntries(NUMBER_KINDS.map((name, i) => [name, flag(name, i)])) as Record<NumberKind, bigint>;
}

/** Flags whose sum and whose kind are those of a kind, though they are not its own: one is no flag, or two are halves. */
function forgedFlags(kind: NumberKind): Flags[] {
  const oneOdd = NUMBER_KINDS.flatMap((odd) =>
    Array.from({ length: 2 ** NUMBER_KINDS.length }, (_, set) => {
      const flags = flagsOf((name, bit) => (name === odd ? 0n : BigInt((set >> bit) & 1)));
      return { ...flags, [odd]: 1n - Object.values(flags).reduce((sum, flag) => sum + flag, 0n) };
    }),
  );
  const halves = NUMBER_KINDS.flatMap((one, i) =>
    NUMBER_KINDS.slice(i + 1).map((other) => flagsOf((name) => (name === one || name === other ? inverse(2n) : 0n))),
  );
  return [...oneOdd, ...halves].filter((flags) => {
    const said = NUMBER_KINDS.reduce((sum, name) => sum + flags[name] * BigInt(RESULT_KIND[name]), 0n);
    return flags[kind] !== 1n && modulo(said) === BigInt(RESULT_KIND[kind]);
  });
}

// Verifies R-quality-complete.
describe("C6 the kind of a result written as others", () => {
  it.each(NUMBER_KINDS)("%s: flags that add up to it and are neither 0 nor 1", async (kind) => {
    const witness = await namedJudgement.witness(
      judgementInput(changed(CAR, { resultKind: BigInt(RESULT_KIND[kind]) })),
    );
    const forged = forgedFlags(kind);
    expect(forged.length).toBeGreaterThan(0);
    for (const flags of forged) {
      const edits = Object.entries(flags).map(([name, flag]) => [`complete.kinds.${name}[${CAR}]`, modulo(flag)]);
      const refused = namedJudgement.violationsOf(witness, Object.fromEntries(edits) as Record<string, bigint>);
      // Not what follows from the flags, which a prover computes anew, but the flags themselves.
      const flagged = refused.filter(({ signals }) =>
        signals.every((signal) => /^(complete|results|rule|wire 0)\b/.test(signal)),
      );
      expect(flagged, JSON.stringify(Object.values(flags).map(String))).not.toEqual([]);
    }
  });
});

describe("C13 signatures and keys that are not what they seem", () => {
  const SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;
  const signedBy = (signature: Partial<Signature>, from = honest): QualityEvidence => ({
    ...from,
    lab: { ...from.lab, signature: { ...from.lab.signature, ...signature } },
  });

  it("S + l is refused", async () => {
    const forged = signedBy({ s: honest.lab.signature.s + SUBGROUP_ORDER });
    expect(checkedQuality(forged)).toEqual(["lab"]);
    await expectRefused(qualityInputOf(forged), ["lab"]);
  });

  it("a key of low order, for which any S and R8 = S*B8 would do, is refused", async () => {
    const babyJub = await buildBabyjub();
    const { F } = babyJub;
    const eighth = babyJub.mulPointEscalar(babyJub.Generator, SUBGROUP_ORDER);
    const [r8x = 0n, r8y = 0n] = babyJub.mulPointEscalar(babyJub.Base8, 5n).map((coordinate) => F.toObject(coordinate));
    for (const order of [8n, 4n, 2n, 1n]) {
      const [x = 0n, y = 0n] = babyJub.mulPointEscalar(eighth, 8n / order).map((coordinate) => F.toObject(coordinate));
      const forged = signedBy({ r8x, r8y, s: 5n }, makeQuality({ labLeaf: { id0: x, id1: y } }));
      expect(checkedQuality(forged), `order ${order}`).toEqual(["lab"]);
      await expectRefused(qualityInputOf(forged), ["lab"]);
    }
  });

  it("points off the curve are refused", async () => {
    for (const forged of [makeQuality({ labLeaf: { id0: 1n, id1: 1n } }), signedBy({ r8x: 1n, r8y: 1n })]) {
      expect(checkedQuality(forged)).toEqual(["lab"]);
      await expectRefused(qualityInputOf(forged), ["lab"]);
    }
  });
});

describe("C14 a slot that is not checked", () => {
  it("the signature's check cannot be turned off: it is a constant, no wire", () => {
    expect(named.signals(/^lab\.signed\.verifier\.enabled/)).toEqual([]);
  });

  it("a demanded analyte declared unused, or a gap in the middle of used slots", async () => {
    const empty = { analyteId: 0n, resultKind: 0n, value: 0n, time: 0n, invalidated: 0n, repeats: 0n };
    const fields = { ...honest.rule.slots[CAR] };
    const unused = Object.fromEntries(Object.keys(fields).map((field) => [field, 0n]));
    const slots = honest.rule.slots.map((slot, i) => (i === CAR ? { ...slot, ...unused } : slot));
    const results = honest.set.results.map((result, i) => (i === CAR ? empty : result));
    // Even an approver who lets such a rule pass: the circuit refuses it.
    const approved = makeQuality({ rule: { slots }, set: { results } });
    await expectRefused(qualityInputOf(approved), ["rule"]);
    // Under the approved rule it is another rule, and the laboratory signed for that one.
    const forged = { ...qualityInputOf(approved), rule: qualityInputOf(honest)["rule"] ?? 0n };
    await expectRefused(forged, ["lab", "rule"]);
  });

  it("demanded = 2", async () => {
    const input = judgementInput(honest);
    const forged = withEntries(input, "rule.demanded", { [CAR]: 2n });
    expect(await refusedQuality(judgement, forged)).not.toEqual([]);
    const slots = honest.rule.slots.map((slot, i) => (i === CAR ? { ...slot, demanded: 2n } : slot));
    expect(await refusedQuality(named, qualityInputOf(makeQuality({ rule: { slots } })))).toContain("rule");
  });
});

describe("C15 a signature reused", () => {
  it.each([
    ["at another batch", { signed: { batch: BATCH + 1n } }],
    ["at another stage", { signed: { stage: 3n } }],
    ["for other results", { signed: { record: resultSetHash(makeQuality(withResult(CAR, { repeats: 1n })).set) } }],
    ["of someone else", { signer: OUTSIDER_KEY }],
  ] as const satisfies readonly (readonly [string, QualityScenario])[])("%s", async (_, scenario) => {
    await expectRefused(qualityInputOf(makeQuality(scenario)), ["lab"]);
  });

  it("for another claim, whose rule demands other analytes", async () => {
    const lines = [number("vcn", "{copies}/{cell}", 2, ["lt", "5"])];
    const other = makeQuality({ lines, reported: ["1.45"] });
    const reused = { ...other, set: honest.set, lab: honest.lab };
    expect(checkedQuality(reused)).toEqual(["complete", "lab"]);
    expect(await refusedQuality(proven, qualityInputOf(reused))).not.toEqual([]);
    expect(await refusedQuality(namedJudgement, judgementInput(reused))).toContain("complete");
  });
});

describe("C17 laboratories that are not in the tree", () => {
  const { leaf, path } = honest.lab;

  it.each([
    ["another role", { labLeaf: { role: BigInt(ROLE.source) } }],
    ["expired before the report", { labLeaf: { notAfter: REPORTED - 1n } }],
    ["registered after the sampling", { labLeaf: { notBefore: SAMPLED + 1n } }],
    ["41-bit validity", { labLeaf: { notAfter: 2n ** 40n } }],
    ["negative validity", { labLeaf: { notBefore: FIELD - 1n } }],
    ["not listed", { unlisted: true }],
  ] as const satisfies readonly (readonly [string, QualityScenario])[])("%s", async (_, scenario) => {
    expect(checkedQuality(makeQuality(scenario))).toEqual(["lab"]);
    await expectRefused(qualityInputOf(makeQuality(scenario)), ["lab"]);
  });

  it("children that do not hold the laboratory, or a leaf's role changed on the way", async () => {
    const children = path.children.map((level, i) => (i === 0 ? level.map((child) => child + 1n) : level));
    await expectRefused({ ...qualityInputOf(honest), ...bus("labPath", pathInput({ children })) }, ["lab"]);
    const custodian = makeQuality({ labLeaf: { role: BigInt(ROLE.custodian) } });
    const renamed = { ...custodian.lab.leaf, role: BigInt(ROLE.lab) };
    await expectRefused({ ...qualityInputOf(custodian), ...bus("labLeaf", renamed) }, ["lab"]);
  });

  it("an inner node as a leaf, with a path one shorter", async () => {
    const [lowest = [], ...above] = path.children;
    const inner: PartyLeaf = { ...leaf, id0: lowest[0] ?? 0n, id1: lowest[1] ?? 0n };
    const shorter = { children: [...above, [honest.parties, 0n, 0n, 0n]] };
    const input = { ...qualityInputOf(honest), ...bus("labLeaf", inner), ...bus("labPath", pathInput(shorter)) };
    await expectRefused(input, ["lab"]);
  });
});

describe("C18 results that are not what they seem", () => {
  it.each([
    ["p - x, which is below every maximum", ENDOTOXIN, FIELD - 5n],
    ["p - x, which is above every minimum", CAR, FIELD - 5n],
    ["41 bits", CAR, 2n ** 40n + 200n],
    ["a maximum plus p", ENDOTOXIN, modulo(coded(5) - 2n ** 40n)],
  ])("a value of %s, signed as it is", async (_, slot, value) => {
    const forged = makeQuality(withResult(slot, { value }));
    expect(checkedQuality(forged)).toContain("record");
    expect(await refusedQuality(named, qualityInputOf(forged))).toContain("record");
    expect(await refusedQuality(proven, qualityInputOf(forged))).not.toEqual([]);
  });

  it("other results than the laboratory signed", async () => {
    for (const forged of [
      changed(CAR, { value: coded(300) }),
      changed(CAR, { time: SAMPLED }),
      shown({ sampled: SAMPLED - 1n }),
      shown({ salt: 1n }),
      shown({ resultSalts: withSalt(CAR, 1n) }),
      shown({ rawFileHash: 1n }),
      shown({ rawSalt: 1n }),
    ]) {
      expect(checkedQuality(forged)).toEqual(["lab"]);
      await expectRefused(qualityInputOf(forged), ["lab"]);
    }
  });

  it("a failing result shown as another kind, or under another analyte's limits", async () => {
    const low = makeQuality(withResult(CAR, { value: coded(199) }));
    expect(checkedQuality(low)).toEqual(["spec"]);
    for (const resultKind of [0n, 2n, 3n, 4n, 5n, 6n, 7n, FIELD - 1n]) {
      const forged = judgementInput(changed(CAR, { resultKind }, low));
      // More than 19.9 does not imply the minimum of 20.0, less than 19.9 no minimum.
      const rules = resultKind >= 3n && resultKind <= 6n ? ["spec"] : ["complete"];
      expect(await refusedQuality(namedJudgement, forged)).toEqual(expect.arrayContaining(rules));
      expect(await refusedQuality(judgement, forged)).not.toEqual([]);
    }
    const signed = makeQuality(withResult(CAR, { resultKind: BigInt(RESULT_KIND.atLeast), value: coded(200) }));
    await expectRefused(qualityInputOf(changed(CAR, { resultKind: BigInt(RESULT_KIND.number) }, signed)), ["lab"]);
  });

  it("another rule's order of analytes", async () => {
    const [a, b] = [at("cd3_pct"), at("viability_pct")];
    const order = honest.set.results.map((_, i) => (i === a ? b : i === b ? a : i));
    const swap = <T>(rows: readonly T[]): T[] => order.flatMap((i) => rows.slice(i, i + 1));
    const results = makeQuality({ set: { results: swap(honest.set.results) } });
    expect(checkedQuality(results)).toEqual(["complete"]);
    expect(await refusedQuality(proven, qualityInputOf(results))).not.toEqual([]);
    await expectMisjudged(judgementInput(results), ["complete"]);
    // The rule in the results' order is another rule than the approved one.
    const rule = { ...honest.rule, slots: swap(honest.rule.slots) };
    const forged = { ...qualityInputOf({ ...results, rule }), rule: qualityInputOf(honest)["rule"] ?? 0n };
    await expectRefused(forged, ["rule"]);
  });

  it("both members of an OR group failing, with any verdict written for them", async () => {
    const [a, b] = [at("potency_a_surviving_fraction_ET1_1"), at("potency_b_difference_ET4_1")];
    const failing = honest.set.results.map((result, i) =>
      i === a ? { ...result, value: coded(700) } : i === b ? { ...result, value: coded(500) } : result,
    );
    const evidence = makeQuality({ set: { results: failing } });
    expect(checkedQuality(evidence)).toEqual(["group"]);
    await expectMisjudged(judgementInput(evidence), ["group"]);
    const witness = await namedJudgement.witness(judgementInput(evidence));
    for (const verdict of [0n, 1n, 2n, FIELD - 1n]) {
      for (const signal of ["passed", "open", "openBefore", "closes"]) {
        const wire = namedJudgement.wire(`group.${signal}[${b}]`);
        const forged = witness.map((value, at) => (at === wire ? verdict : value));
        expect(namedJudgement.violations(forged), `${signal} ${verdict}`).not.toEqual([]);
      }
    }
  });

  it("a pending result", async () => {
    await expectMisjudged(judgementInput(changed(at("sterility"), { resultKind: 0n, value: 0n })), ["complete"]);
    const released = makeQuality(withResult(at("sterility"), { resultKind: 0n, value: 0n, time: 0n, analyteId: 0n }));
    expect(checkedQuality(released)).toEqual(["complete", "date"]);
    expect(await refusedQuality(proven, qualityInputOf(released))).not.toEqual([]);
  });

  it.each([1n, 15n, 16n, 17n, 2n ** 39n, FIELD - 1n, FIELD - 16n])(
    "category %s, which is not permitted",
    async (value) => {
      const forged = changed(at("rcl"), { value });
      await expectMisjudged(judgementInput(forged), ["spec"]);
    },
  );

  it("a permitted set that the rule does not have", async () => {
    const slots = honest.rule.slots.map((slot, i) => (i === at("rcl") ? { ...slot, categories: 3n } : slot));
    const other = { ...changed(at("rcl"), { value: 1n }), rule: { ...honest.rule, slots } };
    const input = { ...qualityInputOf(other), rule: qualityInputOf(honest)["rule"] ?? 0n };
    expect(await refusedQuality(named, input)).toEqual(["lab", "rule"]);
  });

  it("products that would wrap around the field", async () => {
    const areas = (factors: readonly bigint[], scales: readonly [bigint, bigint], atLeast: bigint): CircuitInput => {
      const lines = ["a", "b", "c"].map((name) => number(name, "1", 0));
      const [leftScale, rightScale] = scales;
      const products = [{ leftA: 1n, leftB: 2n, right: 3n, leftScale, rightScale, atLeast, strict: 0n }];
      const evidence = makeQuality({ lines, reported: ["1", "1", "1"], rule: { products } });
      const results = evidence.set.results.map((result, i) => ({
        ...result,
        value: modulo(coded(0) + (factors[i] ?? 0n)),
      }));
      return judgementInput({ ...evidence, set: { ...evidence.set, results } });
    };
    // 3 * (p - 1) / 3 = p - 1, and a negative number, which would be small or large as needed.
    const third = modulo(-1n * inverse(3n));
    for (const atLeast of [0n, 1n]) {
      for (const factors of [
        [3n, third, 5n],
        [third, 3n, 5n],
        [FIELD - 1n, 1n, 5n],
        [FIELD - 1n, FIELD - 1n, 5n],
        [1n, 1n, FIELD - 1n],
        [2n ** 39n, 1n, 5n],
      ]) {
        expect(await refusedQuality(namedJudgement, areas(factors, [1n, 1n], atLeast)), factors.join()).toContain(
          "product",
        );
      }
    }
    // The largest sizes that the rule admits are compared as they are.
    const [most, scale] = [2n ** 39n - 1n, 2n ** 64n - 1n];
    expect(await refusedQuality(judgement, areas([most, most, most], [scale, scale], 1n))).toEqual([]);
    expect(await refusedQuality(judgement, areas([most, most, most], [scale, scale], 0n))).not.toEqual([]);
  });

  it("a product's factor chosen by hand", async () => {
    const witness = await judgement.witness(judgementInput(honest));
    const selectors = judgement.signals(/^product\.right\[0\]\.chosen\.dec\.out\[/);
    expect(selectors.length).toBeGreaterThan(10);
    for (const selector of selectors) {
      const value = witness[judgement.wire(selector)] ?? 0n;
      expect(judgement.violationsOf(witness, { [selector]: 1n - value }), selector).not.toEqual([]);
    }
    const none = Object.fromEntries(selectors.map((selector) => [selector, 0n]));
    expect(judgement.violationsOf(witness, none)).not.toEqual([]);
    const input = judgementInput(honest);
    for (const slot of [17n, 16n, FIELD - 1n, inverse(2n)]) {
      expect(await refusedQuality(namedJudgement, withEntries(input, "rule.right", { 0: slot }))).toEqual(["product"]);
    }
  });
});

/** One share with one decimal, its limit and what the laboratory reported. */
function share(limit: Limit, text: string): QualityEvidence {
  return makeQuality({ lines: [number("share", "%", 1, limit)], reported: [text] });
}

/** What `check` prints of the results that fail. */
function explained(evidence: QualityEvidence): string[] {
  const { analyte } = number("share", "%", 1);
  return explainQuality(evidence, [analyte], checkQuality(evidence)).map(({ message }) => message);
}

// Verifies R-quality-spec, R-format-results.
describe("V30 a bound carried to a stricter limit", () => {
  it.each([
    ["<=0.5", ["le", "0.5"], ["lt", "0.5"]],
    [">=0.5", ["ge", "0.5"], ["gt", "0.5"]],
  ] as const satisfies readonly (readonly [string, Limit, Limit])[])(
    "%s, coded and signed where 0.5 is permitted, proves nothing where it is not",
    async (text, permitted, strict) => {
      const signed = share(permitted, text);
      expect(await refusedQuality(judgement, judgementInput(signed))).toEqual([]);
      const carried = { ...signed, rule: { ...signed.rule, slots: share(strict, "1").rule.slots } };
      // The laboratory signed another rule (V41); even had it not, the limit is not met.
      expect(checkedQuality(carried)).toEqual(["lab", "spec"]);
      await expectMisjudged(judgementInput(carried), ["spec"]);
      await expectRefused(qualityInputOf(carried), ["lab", "spec"]);
    },
  );
});

// Verifies R-format-results.
describe("V31 a bound that is shown as another one", () => {
  it.each(["<0.5", "<=0.5", ">0.5", ">=0.5"])("%s is printed as it was reported, and is another record", (text) => {
    const { analyte } = number("share", "%", 1);
    const printed = (other: string): string[] =>
      share(["le", "0.5"], other).set.results.map((result) => formatResult(result, analyte));
    expect(printed(text)).toEqual([text]);
    const records = ["0.5", "<0.5", "<=0.5", ">0.5", ">=0.5"].map((other) =>
      resultSetHash(share(["le", "0.5"], other).set),
    );
    expect(new Set(records).size).toBe(5);
  });
});

// Verifies R-quality-undecidable.
describe("V32 a bound that leaves its limit open, failed as a breach", () => {
  it.each([
    [">=0.5", ["le", "0.5"]],
    ["<=0.5", ["lt", "0.5"]],
    ["<0.6", ["le", "0.5"]],
    ["<=0.5", ["ge", "0.5"]],
    [">=0.5", ["gt", "0.5"]],
  ] as const satisfies readonly (readonly [string, Limit])[])(
    "%s on %s is undecidable, and not proven",
    async (text, limit) => {
      const open = share(limit, text);
      expect(explained(open)).toEqual([expect.stringContaining(`share is ${text} %, undecidable: it must be `)]);
      await expectMisjudged(judgementInput(open), ["spec"]);
    },
  );

  it.each([
    [">0.5", ["le", "0.5"]],
    [">=0.5", ["lt", "0.5"]],
    ["<0.5", ["ge", "0.5"]],
    ["<=0.5", ["gt", "0.5"]],
  ] as const satisfies readonly (readonly [string, Limit])[])(
    "%s on %s is out of specification",
    async (text, limit) => {
      const broken = share(limit, text);
      expect(explained(broken)).toEqual([expect.stringContaining(`share is ${text} %, out of specification`)]);
      await expectMisjudged(judgementInput(broken), ["spec"]);
    },
  );
});

// Verifies R-format-messages.
describe("V41 a result that another claim's laboratory work was coded by", () => {
  it.each([
    ["a bound coded for a limit that permits it", ["le", "0.5"], "<=0.5", false, ["lt", "0.6"]],
    ["a value that a pharmacopoeia rounds", ["le", "0.5"], "0.54", true, ["le", "0.5"]],
  ] as const satisfies readonly (readonly [string, Limit, string, boolean, Limit])[])(
    "%s",
    async (_, permitted, text, rounding, other) => {
      const lines = (limit: Limit): readonly Line[] => [number("share", "%", 1, limit)];
      const coded = resultsOf(lines(permitted), [text], rounding);
      const pharmacopoeia = BigInt(rounding);
      const signed = makeQuality({
        lines: lines(permitted),
        reported: ["0"],
        rule: { pharmacopoeia },
        set: { results: coded },
      });
      expect(await refusedQuality(proven, qualityInputOf(signed))).toEqual([]);
      const elsewhere = { lines: lines(other), reported: ["0"], set: { results: coded } };
      const carried = makeQuality({ ...elsewhere, signed: { rule: qualityRuleHash(signed.rule) } });
      expect(checkedQuality(carried)).toEqual(["lab"]);
      await expectRefused(qualityInputOf(carried), ["lab"]);
      // The rule in the message is all that is in the way.
      expect(await refusedQuality(proven, qualityInputOf(makeQuality(elsewhere)))).toEqual([]);
    },
  );
});

const UNUSED = honest.set.results.length;

/** Evidence whose circuit is told that its record is still the published one. */
const published = (forged: QualityEvidence): CircuitInput => ({
  ...qualityInputOf(forged),
  record: resultSetHash(honest.set),
});

// Verifies R-quality-record.
describe("V200 a result that is shown as another one under the published record", () => {
  it.each([...RESULT_FIELDS, "resultSalts"])("its %s, in a used and an unused slot", async (field) => {
    for (const slot of [CAR, UNUSED]) {
      const input = published(honest);
      const old = list(input, `results.${field}`)[slot] ?? 0n;
      for (const value of [old + 1n, FIELD - 1n]) {
        const forged = withEntries(input, `results.${field}`, { [slot]: value });
        expect(await refusedQuality(named, forged), `${slot}: ${value}`).toContain("record");
        expect(await refusedQuality(proven, forged)).not.toEqual([]);
      }
    }
  });

  it("with two results of one form exchanged, salts and all", async () => {
    const [a, b] = [at("cd3_pct"), at("viability_pct")];
    const swap = <T>(rows: readonly T[]): T[] => rows.map((row, i) => rows[i === a ? b : i === b ? a : i] ?? row);
    const { results, resultSalts: salts } = honest.set;
    // That the analytes are others too is no matter: both systems have one wire for a slot's analyte.
    await expectRefused(published(shown({ results: swap(results), resultSalts: swap(salts) })), ["record"]);
  });

  it("with the published leaf, and all that follows from it, written over its own", async () => {
    expect(named.signals(/^recordOpening\.Poseidon\w*\[\d+\]\.out$/)).toHaveLength(QUALITY_SLOTS);
    const following = /^recordOpening\.(opened\.|Poseidon\w*\[\d+\]\.out$)/;
    const good = await named.witness(qualityInputOf(honest));
    for (const forged of [
      changed(CAR, { value: coded(300) }),
      changed(CAR, { time: SAMPLED }),
      shown({ resultSalts: withSalt(CAR, 1n) }),
      shown({ resultSalts: withSalt(UNUSED, 1n) }),
    ]) {
      const own = await named.witness(published(forged));
      const written = own.map((value, wire) => (following.test(named.name(wire)) ? (good[wire] ?? 0n) : value));
      const broken = named.violations(written);
      expect(brokenQualityRules(broken)).toEqual(["record"]);
      for (const { signals } of broken) expect(signals).toContainEqual(expect.stringMatching(/\]\.out$/));
    }
  });
});

/** The record as it was hashed before it had leaves: column after column. */
function inColumns(set: ResultSet): bigint {
  const columns = resultSetColumns(set);
  const names = [...RESULT_SET_FIELDS, ...RESULT_FIELDS, "salt"];
  return sponge(
    TAG.RESULTS,
    names.flatMap((name) => columns[name] ?? []),
  );
}

// Verifies R-format-results-hash.
describe("V201 a leaf that is opened in another place", () => {
  const opened = resultLeaves(honest.set);
  const leaf = opened.leaves[CAR] ?? 0n;

  it("of the same record, twice in it, or beside it", () => {
    const record = leavesHash(opened);
    for (let slot = 0; slot < QUALITY_SLOTS; slot++) {
      const copied = { ...opened, leaves: opened.leaves.map((own, i) => (i === slot ? leaf : own)) };
      expect(leavesHash(copied) === record, String(slot)).toBe(slot === CAR);
    }
    for (const field of RESULT_SET_HEAD_FIELDS) {
      expect(leavesHash({ ...opened, head: { ...opened.head, [field]: leaf } }), field).not.toBe(record);
    }
    expect(leavesHash({ ...opened, salt: leaf })).not.toBe(record);
  });

  it("as another kind of hash: its tag is its own, and a record of leaves is none of columns", () => {
    const fields = [
      ...RESULT_FIELDS.map((field) => honest.set.results[CAR]?.[field] ?? 0n),
      honest.set.resultSalts[CAR] ?? 0n,
    ];
    const owners = Object.entries(TAG).filter(([, tag]) => poseidon([BigInt(tag), ...fields]) === leaf);
    expect(owners.map(([name]) => name)).toEqual(["RESULT"]);
    expect(inColumns(honest.set)).not.toBe(resultSetHash(honest.set));
  });

  it("as the laboratory signed it before records had leaves", async () => {
    const record = inColumns(honest.set);
    const earlier = makeQuality({ signed: { record } });
    await expectRefused({ ...qualityInputOf(earlier), record }, ["record"]);
  });
});

// Verifies R-format-results-hash.
describe("V202 results that were not opened, guessed beside one that was", () => {
  it("no salt that is shown is another's, and none of an unused slot is known", () => {
    const { results, resultSalts, rawSalt, salt } = honest.set;
    const opened = resultLeaves(honest.set);
    expect(new Set([...resultSalts, rawSalt, salt]).size).toBe(QUALITY_SLOTS + 2);
    // All that whoever is shown one result knows of the others: their few possible contents, and these salts.
    const known = [resultSalts[CAR] ?? 0n, salt, 0n];
    for (let slot = 0; slot < QUALITY_SLOTS; slot++) {
      const guesses = slot === CAR ? [] : known.map((each) => resultLeaf(results[slot], each));
      expect(guesses, String(slot)).not.toContain(opened.leaves[slot]);
    }
    expect(new Set(opened.leaves).size).toBe(QUALITY_SLOTS);
  });

  it("other results of the same claim have other salts, one by one", () => {
    const [one, other] = [3, 4].map((byte) => resultSalts(new Uint8Array(32).fill(byte), QUALITY_SLOTS).resultSalts);
    expect(one?.filter((salt) => other?.includes(salt))).toEqual([]);
  });
});

// Verifies R-format-results-hash.
describe("V204 results that were not opened, guessed by the hash of the report", () => {
  const report = (result: number): bigint =>
    bytesHash(Buffer.from(`analyte,result\nviability_pct,97.9\ncar19_pct,${result}\n`));
  const { set } = makeQuality({ set: { rawFileHash: report(26) } });
  const opened = resultLeaves(set);
  /** The results that fit what is shown, for who knows all of the report but one of them. */
  const guessed = (fits: (rawFileHash: bigint) => boolean): number[] =>
    Array.from({ length: 101 }, (_, result) => result).filter((result) => fits(report(result)));

  it("has nothing to be compared with: the head has no hash of the report, and no salt that is shown opens it", () => {
    const shown = [...Object.values(opened.head), ...opened.leaves, opened.salt, ...set.resultSalts, 0n];
    const opens = (rawFileHash: bigint, rawSalt: bigint): boolean =>
      rawFileCommitment({ rawFileHash, rawSalt }) === opened.head.rawFile;
    expect(guessed((rawFileHash) => shown.includes(rawFileHash))).toEqual([]);
    expect(guessed((rawFileHash) => shown.some((salt) => opens(rawFileHash, salt)))).toEqual([]);
    // Its own salt is all that is in the way.
    expect(guessed((rawFileHash) => opens(rawFileHash, set.rawSalt))).toEqual([26]);
  });

  it("has nothing to be compared with in another set of the claim either, whose salt is known", () => {
    const { rawSalt } = resultSalts(new Uint8Array(32).fill(4), QUALITY_SLOTS);
    expect(rawFileCommitment({ ...set, rawSalt })).not.toBe(opened.head.rawFile);
  });

  it("another report cannot be shown under the published record, nor its bare hash stand there", async () => {
    for (const rawFileHash of [report(27), set.rawFileHash]) {
      await expectRefused({ ...published(honest), "results.rawFileHash": rawFileHash }, ["record"]);
    }
    expect(leavesHash({ ...opened, head: { ...opened.head, rawFile: set.rawFileHash } })).not.toBe(resultSetHash(set));
  });

  it("what commits to the report is no other hash: its tag is its own", () => {
    const others = [...Object.values(TAG), 0].map((tag) => poseidon([BigInt(tag), set.rawFileHash, set.rawSalt]));
    expect(others).not.toContain(opened.head.rawFile);
  });
});

describe("C19 heads", () => {
  it("of another batch or stage, or with start or end moved under the published head", async () => {
    await expectRefused(qualityInputOf(makeQuality({ head: { batch: BATCH + 1n } })), ["head"]);
    await expectRefused(qualityInputOf(makeQuality({ head: { stage: 1n } })), ["head"]);
    for (const field of ["start", "end"] as const) {
      const moved = { ...honest, head: { ...honest.head, [field]: honest.head[field] + 60n } };
      await expectRefused({ ...qualityInputOf(moved), head: stageHead(honest.head) }, ["head"]);
    }
  });
});

describe("C21 a retest without the failed test", () => {
  const retested = makeQuality(withResult(CAR, { repeats: 1n, invalidated: 1n }));

  it("shows its deviation bit, and cannot hide it", async () => {
    const input = qualityInputOf(retested);
    expect(input["deviations"]).toBe(4n);
    expect(await refusedQuality(proven, input)).toEqual([]);
    for (const deviations of [0n, 5n, 8n]) await expectRefused({ ...input, deviations }, ["opened"]); // named by the last bits of their sum
    expect(list(input, "results.repeats")[CAR]).toBe(1n);
  });

  it("called the first test, changes the record that the laboratory signed", async () => {
    for (const hidden of [{ repeats: 0n }, { invalidated: 0n }, { repeats: 0n, invalidated: 0n }]) {
      await expectRefused(qualityInputOf(changed(CAR, hidden, retested)), ["lab"]);
    }
  });

  it("with counts that cancel to no tests at all", async () => {
    const forged = makeQuality(withResult(CAR, { repeats: 1n, invalidated: FIELD - 1n }));
    await expectRefused({ ...qualityInputOf(forged), deviations: 0n }, ["record"]);
  });
});

describe("the signature test itself", () => {
  it("verifies the honest signature, so that its refusals mean something", () => {
    const { batch, rule, set, lab } = honest;
    const message = labMessage({ batch, stage: rule.stage, rule: qualityRuleHash(rule) }, resultSetHash(set));
    expect(verifySignature({ x: lab.leaf.id0, y: lab.leaf.id1 }, message, lab.signature)).toBe(true);
  });
});
