import { beforeAll, describe, expect, it } from "vitest";
import { buildBabyjub } from "circomlibjs";
import { PARTY_DEPTH, ROLE } from "../../src/formats/constants.ts";
import { FIELD } from "../../src/formats/field.ts";
import { stageHead } from "../../src/formats/head.ts";
import { textHash } from "../../src/formats/identity.ts";
import { PartyTree, partyLeafHash, isListed, type PartyLeaf } from "../../src/formats/party.ts";
import type { Signature } from "../../src/formats/source.ts";
import { previousHead, type CustodyEvidence } from "../../src/kinds/custody/evidence.ts";
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
  NEXT,
  NEXT_KEY,
  NEXT_START,
  OTHER_ORG,
  START,
  type CustodyScenario,
} from "../support/custody.ts";
import { checkedRules, inputOf, refusedRules } from "../support/custodyRules.ts";
import { undetermined, unnoticedChanges } from "../support/determinism.ts";
import { inverse } from "./excursions.ts";
import { bus, pathInput, type CircuitInput } from "../../src/kinds/circuitInput.ts";

/**
 * The attack catalogue against circuit `custody`: a malicious prover, who writes any witness. Each attack is judged by
 * the constraints that are proven (O2) and named by the same system with its signals in place (O1).
 */

const MAIN = "circuits/main/custody.circom";
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

/** The same of evidence, where `check` must say the same. */
async function expectBroken(evidence: CustodyEvidence, rules: readonly string[]): Promise<void> {
  expect(checkedRules(evidence)).toEqual(rules);
  await expectRefused(inputOf(evidence), rules);
}

const SIDES = ["released", "received"] as const;
const OTHER = textHash("something else");
const honest = makeCustody();
const SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;

/** The second signature of an input, whether evidence would have one or not. */
function withSecond(evidence: CustodyEvidence, signature: Signature): CircuitInput {
  return { ...inputOf(evidence), ...bus("received", signature) };
}

describe("honest evidence", () => {
  it.each([
    ["hand-over", {}],
    ["first", FIRST],
    ["last", LAST],
    ["internal", INTERNAL],
  ] as const)("%s is accepted: the attacks below fail for their own reason", async (_, scenario) => {
    const evidence = makeCustody(scenario);
    expect(checkedRules(evidence)).toEqual([]);
    expect(await refusedRules(proven, inputOf(evidence))).toEqual([]);
    expect(await refusedRules(named, inputOf(evidence))).toEqual([]);
  });
});

// Verifies R-custody-determined.
describe("C6 free choice of a hint", () => {
  // The inverse hint of a comparison with zero means nothing when the compared value is zero: whatever it is, the
  // product with zero is zero, and the verdict stays 1. No other wire may be left to the prover.
  const ALWAYS = [
    "condition.isz.inv",
    ...SIDES.flatMap((side) => ["X", "Y"].map((axis) => `handoff.${side}Signed.verifier.eqCheck${axis}.isz.inv`)),
    "openingTime.boundless.isz.inv",
  ];
  const SHAPES: readonly (readonly [string, CustodyScenario, readonly string[]])[] = [
    ["hand-over", { rule: { sealed: 1n } }, []],
    ["first", FIRST, ["ruleOpening.stageIsZero.inv"]],
    ["last", LAST, ["handoff.never.inv", "handoff.noDevices.inv", "handoff.nobody.inv"]],
    [
      "internal",
      { ...INTERNAL, nextLeaf: { id0: CUSTODIAN.x, id1: CUSTODIAN.y, notBefore: START } },
      ["handoff.sameKey.isz.inv"],
    ],
  ];

  it.each(SHAPES)("%s: changing any one wire of a valid witness breaks a constraint", async (_, scenario, zeros) => {
    const witness = await proven.witness(inputOf(makeCustody(scenario)));
    for (const change of [1n, 12_345_678_901_234_567_890n]) {
      expect(unnoticedChanges(proven, witness, change)).toEqual([...ALWAYS, ...zeros].sort());
    }
  });

  it.each(SHAPES)("%s: with the private inputs fixed, every other wire is determined", async (_, scenario, zeros) => {
    expect(await undetermined(named, inputOf(makeCustody(scenario)))).toEqual([...ALWAYS, ...zeros].sort());
  });
});

describe("C13 signatures and keys that are not what they seem", () => {
  it.each(SIDES)("S + l is refused: %s", async (side) => {
    const signature = honest[side] ?? honest.released;
    const forged = { ...honest, [side]: { ...signature, s: signature.s + SUBGROUP_ORDER } };
    await expectBroken(forged, ["handoff"]);
  });

  it.each(SIDES)("a key of low order, for which any S and R8 = S*B8 would do, is refused: %s", async (side) => {
    const babyJub = await buildBabyjub();
    const { F } = babyJub;
    const eighth = babyJub.mulPointEscalar(babyJub.Generator, SUBGROUP_ORDER);
    const [r8x = 0n, r8y = 0n] = babyJub.mulPointEscalar(babyJub.Base8, 5n).map((element) => F.toObject(element));
    // The last two are (0, -1) and the identity.
    for (const order of [8n, 4n, 2n, 1n]) {
      const [id0 = 0n, id1 = 0n] = babyJub.mulPointEscalar(eighth, 8n / order).map((element) => F.toObject(element));
      const leaf = side === "released" ? { custodianLeaf: { id0, id1 } } : { nextLeaf: { id0, id1 } };
      const forged = { ...makeCustody(leaf), [side]: { r8x, r8y, s: 5n } };
      await expectBroken(forged, ["handoff"]);
    }
  });

  it.each(SIDES)("points off the curve are refused: %s", async (side) => {
    const off = { id0: 1n, id1: 1n };
    await expectBroken(makeCustody(side === "released" ? { custodianLeaf: off } : { nextLeaf: off }), ["handoff"]);
    const signature = honest[side] ?? honest.released;
    await expectBroken({ ...honest, [side]: { ...signature, r8x: 1n, r8y: 1n } }, ["handoff"]);
  });
});

describe("C14 a signature check switched off", () => {
  it("the releaser's signature in the receiver's slot, as where only one is demanded", async () => {
    const forged = makeCustody({ missing: "received" });
    expect(inputOf(forged)["received.s"]).toBe(forged.released.s);
    await expectBroken(forged, ["handoff"]);
  });

  it("the rule said to be internal, or the stage the last, is another rule", async () => {
    for (const flags of [{ internal: 1n }, { last: 1n }, { internal: inverse(2n), last: inverse(2n) }]) {
      const alone = makeCustody({ missing: "received", nextLeaf: { org: honest.head.org } });
      const input = { ...inputOf(alone), ...bus("ruleFields", { ...alone.rule, ...flags }) };
      expect(await refusedRules(named, input)).toContain("rule");
      expect(await refusedRules(proven, input)).not.toEqual([]);
    }
  });

  it("flags that are no bits, even in an approved rule", async () => {
    for (const flags of [{ internal: 2n }, { last: 2n }, { internal: inverse(2n), last: inverse(2n) }]) {
      expect(await refusedRules(named, inputOf(makeCustody({ rule: flags })))).toContain("rule");
    }
  });

  it("there is no flag to clear but the rule's own; stage 0 cannot be denied or pretended", async () => {
    for (const circuit of [proven, named]) {
      expect(circuit.signals(/enabled/)).toEqual([]);
      // The derived flag, where the optimiser keeps it at all.
      const handover = circuit.signals(/^handoff\.handover$/);
      for (const [scenario, flags, values] of [
        [{}, ["first"], [1n, 2n, -1n]],
        [FIRST, ["first"], [0n, 2n, -1n]],
        [{}, handover, [0n, 2n, -1n]],
        [INTERNAL, handover, [1n, 2n, -1n]],
      ] as const) {
        const witness = await circuit.witness(inputOf(makeCustody(scenario)));
        for (const flag of flags) {
          for (const value of values) expect(circuit.violationsOf(witness, { [flag]: value })).not.toEqual([]);
        }
      }
    }
  });

  it("a slot that the rule does not use holds the releaser's full signature, nothing else", async () => {
    for (const scenario of [LAST, INTERNAL]) {
      const evidence = makeCustody(scenario);
      const { released } = evidence;
      await expectRefused(withSecond(evidence, { r8x: 0n, r8y: 1n, s: 0n }), ["handoff"]);
      await expectRefused(withSecond(evidence, { ...released, s: released.s + SUBGROUP_ORDER }), ["handoff"]);
      await expectRefused(withSecond(evidence, { ...released, r8x: 1n }), ["handoff"]);
      await expectRefused(withSecond(evidence, honest.received ?? released), ["handoff"]);
    }
  });
});

describe("C15 a signature reused", () => {
  const elsewhere = [
    ["at another batch", { batch: BATCH + 1n }],
    ["at another stage", { stage: 2n }],
    ["with another history", { previous: OTHER }],
  ] as const;
  for (const side of SIDES) {
    it.each(elsewhere)(`%s: ${side}`, async (_, change) => {
      await expectBroken(makeCustody({ [side]: { head: stageHead({ ...honest.head, ...change }) } }), ["handoff"]);
    });
  }
  it("one custodian signs both sides of a boundary that is not internal", async () => {
    const nextLeaf = { id0: CUSTODIAN.x, id1: CUSTODIAN.y };
    await expectBroken(makeCustody({ nextLeaf, received: { key: CUSTODIAN_KEY } }), ["handoff"]);
    // Nor under the receiver's name with its own key, or with the receiver's leaf and its own signature.
    await expectBroken(makeCustody({ received: { key: CUSTODIAN_KEY } }), ["handoff"]);
    await expectBroken(makeCustody({ received: { key: CUSTODIAN_KEY, signer: honest.head.keyHash } }), ["handoff"]);
  });
  it("one side's signature shown as the other's", async () => {
    const { released, received = released } = honest;
    await expectBroken({ ...honest, released: received, received: released }, ["handoff"]);
  });
});

/** The stage after, whose custodian is the one that took over; it hands over to the first one again. */
function stageAfter(before: CustodyEvidence, scenario: CustodyScenario = {}): CustodyEvidence {
  const { head } = before;
  return makeCustody({
    ...scenario,
    rule: { stage: head.stage + 1n, ...scenario.rule },
    before: head,
    head: {
      org: OTHER_ORG,
      deviceSet: head.nextDeviceSet,
      end: head.nextStart + 7_200n,
      nextStart: head.nextStart + 7_200n,
      ...scenario.head,
    },
    custodianLeaf: { id0: NEXT.x, id1: NEXT.y, org: OTHER_ORG, ...scenario.custodianLeaf },
    nextLeaf: { id0: CUSTODIAN.x, id1: CUSTODIAN.y, ...scenario.nextLeaf },
    released: { key: NEXT_KEY, ...scenario.released },
    received: { key: CUSTODIAN_KEY, ...scenario.received },
  });
}

describe("C16 a broken chain", () => {
  it("unbroken: a stage that follows the head of the one before", async () => {
    const opened = makeCustody(FIRST);
    const second = stageAfter(opened);
    expect(checkedRules(second)).toEqual([]);
    expect(inputOf(second)["record"]).toBe(inputOf(opened)["head"]);
    expect(await refusedRules(proven, inputOf(second))).toEqual([]);
  });
  it("the receiver is not the next releaser", async () => {
    const other = { id0: CUSTODIAN.x, id1: CUSTODIAN.y };
    const usurped = stageAfter(honest, {
      custodianLeaf: other,
      nextLeaf: { id0: NEXT.x, id1: NEXT.y },
      released: { key: CUSTODIAN_KEY },
      received: { key: NEXT_KEY },
    });
    await expectBroken(usurped, ["continuity"]);
  });
  it.each([
    ["a stage that ends before it starts", { head: { end: START - 1n, nextStart: START } }, ["duration", "order"]],
    ["a next stage that starts before the end", { head: { nextStart: END - 1n } }, ["hold"]],
    ["a hold too long", { head: { nextStart: END + 901n } }, ["hold"]],
    ["a next start of p - 1", { head: { nextStart: FIELD - 1n } }, ["custodian", "hold"]],
    [
      "a next start whose hold wraps to 0 below the end",
      { head: { nextStart: END + FIELD - END - 5n } },
      ["custodian", "hold"],
    ],
    [
      "a stage of p seconds less ten hours",
      { before: { nextStart: END }, head: { end: START, nextStart: START } },
      ["duration", "order"],
    ],
    [
      "a 41-bit next start",
      { rule: { holdLimit: 2n ** 32n - 1n }, head: { nextStart: 2n ** 40n } },
      ["custodian", "hold"],
    ],
  ] as const satisfies readonly (readonly [string, CustodyScenario, readonly string[]])[])(
    "%s",
    async (_, scenario, rules) => {
      await expectBroken(makeCustody(scenario), rules);
    },
  );
  it.each([
    ["end", { head: { end: 2n ** 40n, nextStart: 2n ** 40n } }],
    ["end of p - 1", { head: { end: FIELD - 1n, nextStart: FIELD - 1n } }],
    ["start", { before: { nextStart: 2n ** 40n + 1n }, head: { end: 2n ** 40n + 7_200n } }],
    ["start of p - 1", { before: { nextStart: FIELD - 1n } }],
    ["start of 0", { before: { nextStart: 0n } }],
  ] as const satisfies readonly (readonly [string, CustodyScenario])[])("no Unix time: %s", async (_, scenario) => {
    const evidence = makeCustody(scenario);
    expect(checkedRules(evidence)).toContain("order");
    expect(await refusedRules(named, inputOf(evidence))).toContain("order");
    expect(await refusedRules(proven, inputOf(evidence))).not.toEqual([]);
  });
});

describe("C17 custodians that are not in the tree", () => {
  it.each([
    ["source as custodian", { custodianLeaf: { role: BigInt(ROLE.source) } }],
    ["lab as next custodian", { nextLeaf: { role: BigInt(ROLE.lab) } }],
    ["expired during the stage", { custodianLeaf: { notAfter: END - 1n } }],
    ["next one not valid yet", { nextLeaf: { notBefore: NEXT_START + 1n } }],
    ["41-bit validity", { custodianLeaf: { notAfter: 2n ** 40n } }],
    ["validity of p - 1", { nextLeaf: { notBefore: FIELD - 1n } }],
    ["custodian not listed", { unlisted: "custodian" }],
    ["next one not listed", { unlisted: "next" }],
    ["custodian of another organisation", { custodianLeaf: { org: OTHER_ORG } }],
  ] as const satisfies readonly (readonly [string, CustodyScenario])[])("%s", async (_, scenario) => {
    await expectBroken(makeCustody(scenario), ["custodian"]);
  });

  it("the path of a listed custodian under one who is not: only the product of the differences is in the way", async () => {
    const forged = makeCustody({ unlisted: "next" });
    const input = { ...inputOf(forged), ...bus("nextPath", pathInput(forged.custodian.path)) };
    expect(named.violations(await named.witness(input))).toHaveLength(1);
    await expectRefused(input, ["custodian"]);
  });

  it("an inner node as a leaf, and a path of another depth", async () => {
    const { leaf, path } = honest.custodian;
    const [lowest = [], ...above] = path.children;
    const inner: PartyLeaf = { ...leaf, id0: lowest[0] ?? 0n, id1: lowest[1] ?? 0n };
    const shorter = { children: [...above, [honest.parties, 0n, 0n, 0n]] };
    const input = { ...inputOf(honest), ...bus("custodianLeaf", inner), ...bus("custodianPath", pathInput(shorter)) };
    const refused = await refusedRules(named, input);
    expect(refused).toContain("custodian");
    expect(await refusedRules(proven, input)).not.toEqual([]);
    // The true leaf one level up or down leads to no published root either.
    const deeper = { children: [[partyLeafHash(leaf), 0n, 0n, 0n], ...path.children.slice(0, -1)] };
    await expectRefused({ ...inputOf(honest), ...bus("custodianPath", pathInput(deeper)) }, ["custodian"]);
    const half = new PartyTree([leaf]);
    expect(half.path(leaf).children).toHaveLength(PARTY_DEPTH);
    expect(isListed(leaf, half.path(leaf), half.root)).toBe(true);
    expect(isListed(leaf, deeper, honest.parties)).toBe(false);
  });
});

describe("C19 heads", () => {
  it("of another stage or batch", async () => {
    await expectBroken(makeCustody({ head: { batch: BATCH + 1n } }), ["head"]);
    await expectBroken(makeCustody({ head: { stage: 2n } }), ["head"]);
    await expectBroken(makeCustody({ before: { batch: BATCH + 1n } }), ["head"]);
  });
  it("a stage skipped", async () => {
    await expectBroken(stageAfter(honest, { rule: { stage: 3n } }), ["head"]);
    await expectBroken(stageAfter(honest, { rule: { stage: 1n } }), ["head"]);
  });
  it("a fork: the head before is not the published one", async () => {
    const fork = makeCustody({ before: { end: START - 60n } });
    const record = previousHead(honest.before);
    expect(record).not.toBe(previousHead(fork.before));
    await expectRefused({ ...inputOf(fork), record }, ["head"]);
    // Following the published head in name only: the opened one is the fork's.
    const renamed = makeCustody({ before: { end: START - 60n }, head: { previous: record } });
    await expectBroken(renamed, ["head"]);
    await expectRefused({ ...inputOf(renamed), record }, ["head"]);
  });
  it("a head in the opening's place, and the opening in a head's", async () => {
    const headless = makeCustody({ ...FIRST, before: { stage: FIELD - 1n } });
    expect(checkedRules(headless)).toContain("head");
    expect(await refusedRules(named, inputOf(headless))).toContain("head");
    expect(await refusedRules(proven, inputOf(headless))).not.toEqual([]);
    const { before, origin } = makeCustody(FIRST);
    const opened = { ...honest, before, ...(origin === undefined ? {} : { origin }) };
    expect(checkedRules(opened)).toContain("head");
    expect(await refusedRules(named, inputOf(opened))).toContain("head");
    expect(await refusedRules(proven, inputOf(opened))).not.toEqual([]);
  });
  it("what a stage does not read cannot take the place of what it reads", async () => {
    // At stage 1 the opening agrees with a forged custodian, at stage 0 the head before does.
    const usurped = makeCustody({ before: { nextKeyHash: OTHER } });
    const opening = { key: usurped.head.keyHash, deviceSet: usurped.head.deviceSet, salt: 0n };
    await expectRefused({ ...inputOf(usurped), ...bus("opening", opening) }, ["continuity"]);
    const first = makeCustody({ ...FIRST, opening: { key: OTHER } });
    const unread = { "before.nextKeyHash": first.head.keyHash, "before.nextDeviceSet": first.head.deviceSet };
    await expectRefused({ ...inputOf(first), ...unread }, ["continuity"]);
  });
  it("start or end moved under the published head", async () => {
    for (const field of ["start", "end"] as const) {
      const moved = inputOf({ ...honest, head: { ...honest.head, [field]: honest.head[field] - 60n } });
      const refused = await refusedRules(named, { ...moved, head: stageHead(honest.head) });
      expect(refused).toEqual(field === "start" ? ["continuity", "head"] : ["head"]);
      expect(await refusedRules(proven, { ...moved, head: stageHead(honest.head) })).not.toEqual([]);
    }
  });
  it("a boundary time that only one party signed", async () => {
    const otherwise = stageHead({ ...honest.head, nextStart: NEXT_START - 60n });
    await expectBroken(makeCustody({ received: { head: otherwise } }), ["handoff"]);
    await expectBroken(makeCustody({ released: { head: otherwise } }), ["handoff"]);
    // The next stage cannot start at another time than both signed, earlier or later.
    for (const shift of [-60n, 60n]) {
      await expectBroken(stageAfter(honest, { head: { start: NEXT_START + shift } }), ["continuity"]);
    }
  });
  it("devices declared after the fact", async () => {
    await expectBroken(stageAfter(honest, { head: { deviceSet: OTHER } }), ["continuity"]);
    await expectBroken(makeCustody({ ...FIRST, opening: { deviceSet: OTHER } }), ["continuity"]);
  });
});
