import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { CONDITION, KIND, ROLE, SIGNALS } from "../../src/formats/constants.ts";
import {
  CUSTODY_RULE_FIELDS,
  CUSTODY_RULE_VERSION,
  custodyRuleHash,
  NO_DURATION_LIMIT,
  NO_HOLD_LIMIT,
} from "../../src/formats/custodyRule.ts";
import { FIELD } from "../../src/formats/field.ts";
import { handoffMessage } from "../../src/formats/handoff.ts";
import { batchCommitment, textHash } from "../../src/formats/identity.ts";
import { CUSTODY_RULES } from "../../src/kinds/custody/check.ts";
import type { CustodyEvidence } from "../../src/kinds/custody/evidence.ts";
import { fieldsOf } from "../formats/vectors.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import {
  BATCH,
  CUSTODIAN,
  CUSTODIAN_KEY,
  END,
  FIRST,
  INTERNAL,
  LAST,
  makeCustody,
  NEXT_START,
  ORIGIN,
  OTHER_ORG,
  OUTSIDER_KEY,
  START,
  type CustodyScenario,
} from "../support/custody.ts";
import { OPENED_WITHIN_BOUNDARY, openedBoundaries, openedDeviationCases } from "../support/openings.ts";
import { checkedRules, inputOf, refusedRules } from "../support/custodyRules.ts";

const MAIN = "circuits/main/custody.circom";
let proven: CircuitUnderTest;
let named: CircuitUnderTest;
beforeAll(async () => {
  [proven, named] = await CircuitUnderTest.both(MAIN);
});

const OTHER = textHash("something else");
const FOREVER = 2n ** 40n - 1n;
const ALWAYS = { notBefore: 0n, notAfter: FOREVER };
const SAME_KEY = { id0: CUSTODIAN.x, id1: CUSTODIAN.y };

/** A stage with these times, otherwise lawful. */
function times(start: bigint, end: bigint, nextStart: bigint, rule: CustodyScenario["rule"] = {}): CustodyScenario {
  return {
    rule: { durationMin: 0n, durationMax: NO_DURATION_LIMIT, ...rule },
    before: { nextStart: start },
    head: { start, end, nextStart },
    custodianLeaf: ALWAYS,
    nextLeaf: ALWAYS,
  };
}

/** Both sides put their signatures under another condition than conforming. */
function handedOver(condition: number): CustodyScenario {
  return { condition: BigInt(condition) };
}

/** [what, scenario that keeps the rule, scenario one step beyond, the rules that this breaks if not only the one] */
type Boundary = readonly [what: string, keeps: CustodyScenario, breaks: CustodyScenario, rules?: readonly string[]];

const BOUNDARIES: Readonly<Record<string, readonly Boundary[]>> = {
  rule: [
    ["version", {}, { rule: { version: 3n } }],
    ["earlier version", {}, { rule: { version: 0n } }],
    ["kind", {}, { rule: { kind: BigInt(KIND.quality) } }],
    OPENED_WITHIN_BOUNDARY,
    ["largest hold", { rule: { holdLimit: NO_HOLD_LIMIT } }, { rule: { holdLimit: NO_HOLD_LIMIT + 1n } }],
    [
      "largest longest duration",
      { rule: { durationMax: NO_DURATION_LIMIT } },
      { rule: { durationMax: NO_DURATION_LIMIT + 1n } },
    ],
    [
      "largest shortest duration",
      times(START, START + 2n ** 32n - 1n, START + 2n ** 32n, { durationMin: NO_DURATION_LIMIT }),
      times(START, START + 2n ** 32n, START + 2n ** 32n, { durationMin: 2n ** 32n, durationMax: 2n ** 32n }),
    ],
    [
      "shortest duration at most the longest",
      { rule: { durationMin: 36_000n, durationMax: 36_000n } },
      { rule: { durationMin: 36_000n, durationMax: 35_999n } },
      ["duration", "rule"],
    ],
    ["sealed flag", { rule: { sealed: 1n } }, { rule: { sealed: 2n } }],
  ],
  head: [
    ["batch", {}, { head: { batch: BATCH + 1n } }],
    ["stage", {}, { head: { stage: 2n } }],
    ["previous head", {}, { head: { previous: OTHER } }],
    ["batch of the head before", {}, { before: { batch: BATCH + 1n } }],
    ["stage of the head before", {}, { before: { stage: 1n } }],
    ["batch of the opening", FIRST, { ...FIRST, opening: { batch: BATCH + 1n } }],
  ],
  continuity: [
    ["custodian", {}, { before: { nextKeyHash: OTHER } }],
    ["start later than agreed", {}, { head: { start: START + 1n } }],
    ["start earlier than agreed", {}, { head: { start: START - 1n } }],
    ["devices", {}, { before: { nextDeviceSet: OTHER } }],
    ["custodian of the opening", FIRST, { ...FIRST, opening: { key: OTHER } }],
    ["devices of the opening", FIRST, { ...FIRST, opening: { deviceSet: OTHER } }],
  ],
  order: [
    ["smallest start", times(1n, 3_600n, 3_600n), times(0n, 3_600n, 3_600n)],
    [
      "a stage of no time, and one that ends before it starts",
      times(START, START, START),
      times(START, START - 1n, START),
      ["duration", "order"],
    ],
    [
      "largest end",
      { ...times(FOREVER - 60n, FOREVER, FOREVER) },
      { ...times(FOREVER - 60n, FOREVER + 1n, FOREVER + 1n) },
      ["custodian", "hold", "order"],
    ],
  ],
  hold: [
    ["longest", { head: { nextStart: END + 900n } }, { head: { nextStart: END + 901n } }],
    ["shortest", { head: { nextStart: END } }, { head: { nextStart: END - 1n } }],
    [
      "none at all",
      { rule: { holdLimit: 0n }, head: { nextStart: END } },
      { rule: { holdLimit: 0n }, head: { nextStart: END + 1n } },
    ],
    [
      "across an internal boundary",
      { ...INTERNAL, head: { nextStart: END + 900n } },
      { ...INTERNAL, head: { nextStart: END + 901n } },
    ],
    [
      "largest next start",
      times(FOREVER - 600n, FOREVER - 60n, FOREVER),
      times(FOREVER - 600n, FOREVER - 60n, FOREVER + 1n),
      ["custodian", "hold"],
    ],
  ],
  duration: [
    [
      "shortest",
      { head: { end: START + 3_600n, nextStart: START + 3_600n } },
      { head: { end: START + 3_599n, nextStart: START + 3_600n } },
    ],
    [
      "longest",
      { head: { end: START + 86_400n, nextStart: START + 86_401n } },
      { head: { end: START + 86_401n, nextStart: START + 86_401n } },
    ],
  ],
  custodian: [
    ["role", {}, { custodianLeaf: { role: BigInt(ROLE.source) } }],
    ["organisation", {}, { head: { org: OTHER_ORG } }],
    ["valid from the start", { custodianLeaf: { notBefore: START } }, { custodianLeaf: { notBefore: START + 1n } }],
    ["valid to the end", { custodianLeaf: { notAfter: END } }, { custodianLeaf: { notAfter: END - 1n } }],
    ["largest validity", { custodianLeaf: ALWAYS }, { custodianLeaf: { notAfter: FOREVER + 1n } }],
    ["listed", {}, { unlisted: "custodian" }],
    ["key", {}, { head: { keyHash: OTHER }, before: { nextKeyHash: OTHER } }],
    ["next one's role", {}, { nextLeaf: { role: BigInt(ROLE.lab) } }],
    [
      "next one valid when it takes over",
      { nextLeaf: { notBefore: NEXT_START } },
      { nextLeaf: { notBefore: NEXT_START + 1n } },
    ],
    [
      "next one still valid when it takes over",
      { nextLeaf: { notAfter: NEXT_START } },
      { nextLeaf: { notAfter: NEXT_START - 1n } },
    ],
    ["next one listed", {}, { unlisted: "next" }],
    ["next one's key", {}, { head: { nextKeyHash: OTHER } }],
    ["next one within an internal boundary", INTERNAL, { ...INTERNAL, unlisted: "next" }],
    ["next one known", {}, { missing: "next" }, ["custodian", "handoff"]],
    ["at the last stage", LAST, { ...LAST, custodianLeaf: { notAfter: END - 1n } }],
  ],
  handoff: [
    ["releaser", {}, { released: { key: OUTSIDER_KEY } }],
    ["receiver", {}, { received: { key: OUTSIDER_KEY } }],
    ["countersigned", {}, { missing: "received" }],
    ["releaser's meaning", {}, { released: { side: "received" } }],
    ["receiver's meaning", {}, { received: { side: "released" } }],
    ["releaser's head", {}, { released: { head: OTHER } }],
    ["receiver's head", {}, { received: { head: OTHER } }],
    ["releaser's condition", {}, { released: { condition: BigInt(CONDITION.damaged) } }],
    ["receiver's condition", {}, { received: { condition: BigInt(CONDITION.damaged) } }],
    ["releaser's name", {}, { released: { signer: OTHER } }],
    ["receiver's name", {}, { received: { signer: OTHER } }],
    ["last stage's closing signature", LAST, { ...LAST, released: { key: OUTSIDER_KEY } }],
    ["last stage names nobody", LAST, { ...LAST, head: { nextKeyHash: OTHER } }],
    ["last stage names no start", LAST, { ...LAST, head: { nextStart: END } }],
    ["last stage names no devices", LAST, { ...LAST, head: { nextDeviceSet: OTHER } }],
    ["any other names somebody", {}, { head: { nextKeyHash: 0n } }, ["custodian", "handoff"]],
    ["any other names a start", {}, { head: { nextStart: 0n } }, ["custodian", "handoff", "hold"]],
    ["any other names devices", {}, { head: { nextDeviceSet: 0n } }],
    ["internal signature", INTERNAL, { ...INTERNAL, released: { key: OUTSIDER_KEY } }],
    ["internal organisation", INTERNAL, { ...INTERNAL, nextLeaf: { org: OTHER_ORG } }],
    [
      "one custodian on both sides",
      { ...INTERNAL, nextLeaf: SAME_KEY },
      { nextLeaf: SAME_KEY, received: { key: CUSTODIAN_KEY } },
    ],
  ],
  condition: Object.entries(CONDITION)
    .filter(([name]) => name !== "conforming")
    .map(([name, code]): Boundary => [name, {}, handedOver(code)]),
  seal: [
    ["another seal", { head: { seal: OTHER } }, { rule: { sealed: 1n }, head: { seal: OTHER } }],
    [
      "no seal",
      { head: { seal: 0n }, before: { seal: 0n } },
      { rule: { sealed: 1n }, head: { seal: 0n }, before: { seal: 0n } },
    ],
  ],
  batch: [
    ["order", FIRST, { ...FIRST, origin: { orderHash: OTHER } }],
    ["chain of identity", FIRST, { ...FIRST, origin: { coiHash: OTHER } }],
    ["site's secret", FIRST, { ...FIRST, origin: { siteSecret: OTHER } }],
    ["secret of the custodian's site", FIRST, { ...FIRST, custodianLeaf: { secretHash: OTHER } }],
    ["salt", FIRST, { ...FIRST, batch: batchCommitment(ORIGIN.coiHash, ORIGIN.orderHash, 5n) }],
    ["nothing known", FIRST, { ...FIRST, missing: "origin" }],
    ["at stage 0 only", { custodianLeaf: { secretHash: OTHER } }, { ...FIRST, custodianLeaf: { secretHash: 0n } }],
  ],
  opened: openedBoundaries(START),
};

// Verifies R-custody-rule, R-custody-head, R-custody-continuity, R-custody-order, R-custody-hold, R-custody-duration,
// R-custody-custodian, R-custody-handoff, R-custody-condition, R-custody-seal, R-custody-batch,
// R-custody-opened.
describe("every rule, on both sides of its limit", () => {
  const accepted = new Map<CustodyScenario, Promise<string[]>>();
  /** Many limits are kept by the same evidence. */
  const keeping = async (scenario: CustodyScenario): Promise<string[]> => {
    const verdict = accepted.get(scenario) ?? refusedRules(proven, inputOf(makeCustody(scenario)));
    accepted.set(scenario, verdict);
    return verdict;
  };
  const PLAIN: CustodyScenario = {};

  it("names all rules", () => {
    expect(Object.keys(BOUNDARIES)).toEqual([...CUSTODY_RULES]);
  });

  for (const [rule, boundaries] of Object.entries(BOUNDARIES)) {
    for (const [what, keeps, breaks, rules = [rule]] of boundaries) {
      it(`${rule}: ${what}`, async () => {
        expect(checkedRules(makeCustody(keeps))).toEqual([]);
        expect(await keeping(Object.keys(keeps).length === 0 ? PLAIN : keeps)).toEqual([]);
        const broken = makeCustody(breaks);
        expect(checkedRules(broken)).toEqual(rules);
        expect(await refusedRules(named, inputOf(broken))).toEqual(rules);
        expect(await refusedRules(proven, inputOf(broken))).not.toEqual([]);
      });
    }
  }
});

describe("flags of a rule that contradict themselves", () => {
  it.each([
    ["internal = 2", { internal: 2n }],
    ["last = 2", { last: 2n }],
    ["internal = -1", { internal: FIELD - 1n }],
    ["internal and last", { internal: 1n, last: 1n }],
    ["sealed at stage 0", { stage: 0n, sealed: 1n }],
  ])("%s", async (_, rule) => {
    const broken = makeCustody({ rule });
    expect(checkedRules(broken)).toContain("rule");
    expect(await refusedRules(named, inputOf(broken))).toContain("rule");
    expect(await refusedRules(proven, inputOf(broken))).not.toEqual([]);
  });
});

// Verifies R-format-signals, C23.
describe("public signals", () => {
  const evidence = makeCustody();
  // Another time of the opening is another statement, which needs another witness.
  it.each(SIGNALS.filter((signal) => signal !== "context" && signal !== "opened"))(
    "%s is bound: any other value is refused",
    async (signal) => {
      const input = inputOf(evidence);
      const other = ((input[signal] as bigint) + 1n) % FIELD;
      expect(await refusedRules(proven, { ...input, [signal]: other })).not.toEqual([]);
    },
  );
  it("opened is cut into bits, so that the proof is bound to it", () => {
    const wire = proven.wire("opened");
    expect(proven.r1cs.constraints.some(({ a, b, c }) => [...a, ...b, ...c].some(([w]) => w === wire))).toBe(true);
  });
  it("context is squared, so that the proof is bound to it", () => {
    const wire = proven.wire("context");
    const squares = proven.r1cs.constraints.filter(({ a, b }) =>
      [a, b].every((side) => side.some(([w]) => w === wire)),
    );
    expect(squares).toHaveLength(1);
  });
  // Verifies R-custody-deviations, C24.
  it("the bitmap tells of the opening, and nothing else can be claimed, upper bits too", async () => {
    for (const [scenario, deviations] of openedDeviationCases(START)) {
      const judged = makeCustody(scenario);
      expect(inputOf(judged)["deviations"]).toBe(deviations);
      const witness = await proven.witness(inputOf(judged));
      expect(proven.violations(witness)).toEqual([]);
      for (const claimed of [0n, 1n, 2n, 16n, 32n, 48n, 1n << 200n, FIELD - 1n]) {
        const refused = proven.violationsOf(witness, { deviations: claimed });
        expect(refused.length === 0, `${claimed} instead of ${deviations}`).toBe(claimed === deviations);
      }
    }
  });
});

describe("definitions", () => {
  const source = (name: string): string => readFileSync(`circuits/${name}.circom`, "utf8");

  // Verifies R-format-constants.
  it("the bus has TypeScript's fields in TypeScript's order, and the rule its version", () => {
    const text = source("lib/custody/custodyRule");
    const body = /bus CustodyRule\(\) \{([^}]*)\}/.exec(text)?.[1] ?? "";
    expect([...body.matchAll(/signal (\w+);/g)].map((match) => match[1])).toEqual(CUSTODY_RULE_FIELDS);
    expect(text).toContain(`function CUSTODY_RULE_VERSION() { return ${CUSTODY_RULE_VERSION}; }`);
  });
  // Verifies R-format-signals.
  it("the circuit has a component for every rule that check knows, and the public signals in order", () => {
    const components = [...source("custody").matchAll(/component (\w+) = [A-Z]/g)].map((match) =>
      match[1]?.replace("Opening", "").replace("openingTime", "opened"),
    );
    for (const rule of CUSTODY_RULES) expect(components).toContain(rule);
    expect(source("main/custody")).toContain(`{public [${SIGNALS.join(", ")}]}`);
  });
  it("has exactly this many constraints, and fits 2^15", () => {
    expect(proven.r1cs.constraints.length).toBe(17_712);
    expect(proven.r1cs.publicInputs).toBe(SIGNALS.length);
    // snarkjs adds a row for each public signal and one for the constant.
    expect(proven.r1cs.constraints.length + SIGNALS.length + 1).toBeLessThanOrEqual(2 ** 15);
  });
});

describe("shared vectors (fixtures/vectors/custody.json)", () => {
  const vectors = JSON.parse(readFileSync("fixtures/vectors/custody.json", "utf8")) as Readonly<{
    rule: { fields: Record<string, string>; out: string };
    handoff: { head: string; condition: string; signer: string; released: string; received: string };
  }>;
  // Verifies R-format-custody-rule.
  it("rule", async () => {
    const rule = fieldsOf(CUSTODY_RULE_FIELDS, vectors.rule.fields);
    expect(custodyRuleHash(rule).toString()).toBe(vectors.rule.out);
    const opening = await CircuitUnderTest.load("test/circuits/instances/custodyRule.circom");
    const input = Object.fromEntries(Object.entries(rule).map(([name, value]) => [`fields.${name}`, value]));
    const out = BigInt(vectors.rule.out);
    expect(opening.violations(await opening.witness({ rule: out, ...input }))).toEqual([]);
    expect(opening.violations(await opening.witness({ rule: out + 1n, ...input }))).not.toEqual([]);
  });
  // Verifies R-format-messages.
  it("what both sides sign", () => {
    const { head, condition, signer, released, received } = vectors.handoff;
    const signed = (side: "released" | "received"): string =>
      handoffMessage(BigInt(head), BigInt(condition), BigInt(signer), side).toString();
    expect([signed("released"), signed("received")]).toEqual([released, received]);
  });
});

describe("the same statement at every stage", () => {
  const shapes: readonly (readonly [string, CustodyEvidence])[] = [
    ["first", makeCustody(FIRST)],
    ["first and last", makeCustody({ rule: { stage: 0n, last: 1n } })],
    ["first, internal", makeCustody({ rule: { stage: 0n, internal: 1n } })],
    ["internal and sealed", makeCustody({ rule: { internal: 1n, sealed: 1n } })],
    ["last and sealed", makeCustody({ rule: { last: 1n, sealed: 1n } })],
    ["a late stage", makeCustody({ rule: { stage: 200n } })],
  ];
  it.each(shapes)("%s", async (_, evidence) => {
    expect(checkedRules(evidence)).toEqual([]);
    expect(await refusedRules(proven, inputOf(evidence))).toEqual([]);
  });
});
