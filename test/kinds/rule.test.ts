import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyIdOf } from "../../src/formats/chainPolicy.ts";
import { nameWord } from "../../src/formats/names.ts";
import { MAX_WIDTH, MIN_WIDTH } from "../../src/formats/constants.ts";
import {
  NO_BUDGET,
  NO_MKT_SPAN,
  NO_SINGLE,
  temperatureRuleHash,
  TEMPERATURE_RULE_FIELDS,
  type TemperatureRule,
} from "../../src/formats/temperatureRule.ts";
import { chainPolicy, policyId } from "../../src/kinds/policyId.ts";
import {
  errorOf,
  fixture,
  onlyClaim,
  withClaims,
  withLimits,
  type Change,
  type FixtureName,
} from "../policy/support.ts";
import { documentHash } from "../../src/policy/document.ts";
import { temperatureRuleOf } from "../../src/kinds/temperature/rule.ts";

/** fixtures/vectors/rule.json: policy fixture and salt to the rule's fields and hashes. Numbers are decimal strings. */
const VECTORS = JSON.parse(readFileSync("fixtures/vectors/rule.json", "utf8")) as readonly Readonly<{
  policy: FixtureName;
  documentHash: string;
  claimIndex: number;
  salt: string;
  fields: Record<keyof TemperatureRule, string | readonly string[]>;
  ruleHash: string;
}>[];

function fieldsAsText(rule: TemperatureRule): Record<string, string | string[]> {
  return Object.fromEntries(
    TEMPERATURE_RULE_FIELDS.map((field) => {
      const value = rule[field];
      return [field, typeof value === "bigint" ? value.toString() : value.map(String)];
    }),
  );
}

const SALT = 2n ** 248n - 1n;

/** The rule of USP controlled cold with other limits. */
function controlledCold(change: Change): TemperatureRule {
  return temperatureRuleOf(withLimits(change, "usp-controlled-cold"), 0, SALT);
}

describe("shared vectors (fixtures/vectors/rule.json)", () => {
  // Verifies R-format-temperature-rule.
  it.each(VECTORS)("derive the rule of $policy", ({ policy: name, ...vector }) => {
    const policy = fixture(name);
    const rule = temperatureRuleOf(policy, vector.claimIndex, BigInt(vector.salt));
    expect(Object.keys(vector.fields)).toEqual([...TEMPERATURE_RULE_FIELDS]);
    expect(fieldsAsText(rule)).toEqual(vector.fields);
    expect(temperatureRuleHash(rule).toString()).toBe(vector.ruleHash);
    expect(documentHash(policy)).toBe(vector.documentHash);
  });
});

describe("temperatureRuleOf", () => {
  it("takes every number that a rule has from the policy", () => {
    const claim = onlyClaim();
    const second = { ...claim, id: "later/t", stage: 1, rule: { ...claim.rule, independent: true, lead: 1, tail: 2 } };
    const policy = { ...withClaims(claim, second), version: 7 };
    const rule = temperatureRuleOf(policy, 1, SALT);
    expect(rule).toMatchObject({ version: 2n, kind: 1n, claimIndex: 1n, stage: 1n, policyVersion: 7n, channelId: 1n });
    expect(rule).toMatchObject({ lead: 1n, tail: 2n, clockTolerance: 120n, independent: 1n, salt: SALT });
    expect(temperatureRuleOf(policy, 0, SALT).independent).toBe(0n);
  });

  it("derives another hash when any limit, the place of the claim, the product, the version or the salt changes", () => {
    const claim = onlyClaim();
    const base = fixture();
    const rules = [
      temperatureRuleOf(base, 0, SALT),
      temperatureRuleOf(base, 0, SALT - 1n),
      temperatureRuleOf({ ...base, product: "other" }, 0, SALT),
      temperatureRuleOf({ ...base, version: 2 }, 0, SALT),
      temperatureRuleOf(withClaims(claim, claim), 1, SALT),
      temperatureRuleOf(withClaims({ ...claim, stage: 1 }), 0, SALT),
      temperatureRuleOf(withLimits({ range: ["2.0", "8.1"] }), 0, SALT),
      temperatureRuleOf(withLimits({ range: ["1.9", "8.0"] }), 0, SALT),
      temperatureRuleOf(withLimits({ gap: 1800 }), 0, SALT),
      temperatureRuleOf(withLimits({ lead: 601 }), 0, SALT),
      temperatureRuleOf(withLimits({ tail: 601 }), 0, SALT),
      temperatureRuleOf(withLimits({ clockTolerance: 121 }), 0, SALT),
      temperatureRuleOf(withLimits({ independent: true }), 0, SALT),
    ];
    const changes: Change[] = [
      {},
      { normal: ["2.0", "8.1"] },
      { normal: ["2.1", "8.0"] },
      { cumulative: { above: 43_210 } },
      { cumulative: { above: 43_200, below: 0 } },
      { single: 36_010 },
      { mkt: { limit: "8.1", span: 86_400 } },
      { mkt: { limit: "8.0", span: 86_399 } },
      { mkt: { limit: "8.0", dH: "83.0", span: 86_400 } },
      { mkt: undefined },
    ];
    const hashes = [...rules, ...changes.map(controlledCold)].map(temperatureRuleHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("sets no limit that the policy does not set", () => {
    const unlimited = { normalLow: 0n, normalHigh: 180n, budgetAbove: NO_BUDGET, budgetBelow: NO_BUDGET };
    const rule = temperatureRuleOf(fixture(), 0, SALT);
    expect(rule).toMatchObject({ ...unlimited, single: NO_SINGLE, mktSpan: NO_MKT_SPAN, mktLimit: 0n });
    expect(rule.mktCoefficients).toEqual(new Array<bigint>(9).fill(0n));
  });

  // Verifies R-policy-budgets.
  it("counts budgets in half-ticks, the longest excursion in ticks and the MKT's stage in seconds", () => {
    const rule = controlledCold({});
    expect(rule).toMatchObject({ tick: 10n, normalLow: 0n, normalHigh: 60n, width: 130n });
    expect(rule).toMatchObject({ budgetAbove: 8640n, budgetBelow: NO_BUDGET, single: 3600n, mktSpan: 86_400n });
    expect(rule.mktLimit).toBe(463_388_828_325n << 64n);
    expect(rule.mktCoefficients).toHaveLength(9);
    expect(rule.mktCoefficients[0]).toBe(3_937_390_423_962_907_461_202_433_032_176n);
  });

  // Verifies R-policy-budgets.
  it.each([
    // tick of 4 s: half-ticks of 2 s
    [900, 0, 0n, 0n],
    [900, 1, 0n, 0n],
    [900, 2, 1n, 0n],
    [900, 3, 1n, 0n],
    [900, 4, 2n, 1n],
    [900, 3599, 1799n, 899n],
    [900, 3600, 1800n, 900n],
    // tick of 1 s
    [127, 7, 14n, 7n],
    // tick of 3 s: half-ticks of 1.5 s
    [759, 100, 66n, 33n],
  ])("rounds limits down: a gap of %i s, %i s", (gap, seconds, halfTicks, ticks) => {
    const change = { gap, lead: 0, tail: 0, normal: ["3.0", "7.0"], single: seconds } as const;
    const rule = controlledCold({ ...change, cumulative: { above: seconds, below: seconds } });
    expect(rule).toMatchObject({ budgetAbove: halfTicks, budgetBelow: halfTicks, single: ticks });
  });

  it("does not mix up the sides", () => {
    const rule = controlledCold({ normal: ["3.0", "7.0"], cumulative: { above: 100, below: 200 } });
    expect(rule).toMatchObject({ normalLow: 10n, normalHigh: 50n, budgetAbove: 20n, budgetBelow: 40n });
    const below = controlledCold({ normal: ["3.0", "7.0"], cumulative: { below: 200 } });
    expect(below).toMatchObject({ budgetAbove: NO_BUDGET, budgetBelow: 40n });
  });

  it("takes 83.144 kJ/mol where the policy gives no heat of activation", () => {
    expect(controlledCold({ mkt: { limit: "8.0", span: 86_400 } })).toEqual(controlledCold({}));
    expect(controlledCold({ mkt: { limit: "8.0", dH: "83.0", span: 86_400 } }).mktCoefficients).not.toEqual(
      controlledCold({}).mktCoefficients,
    );
  });

  it("tells the largest limits from none", () => {
    const change = { gap: 127, lead: 0, tail: 0, normal: ["3.0", "7.0"], single: 2 ** 24 - 2 } as const;
    const rule = controlledCold({ ...change, cumulative: { above: 2 ** 31 - 1, below: 2 ** 31 - 1 } });
    expect(rule).toMatchObject({ budgetAbove: NO_BUDGET - 1n, budgetBelow: NO_BUDGET - 1n, single: NO_SINGLE - 1n });
  });

  it("does not care whether independent is absent or false", () => {
    expect(temperatureRuleOf(withLimits({ independent: false }), 0, SALT)).toEqual(
      temperatureRuleOf(fixture(), 0, SALT),
    );
  });

  it.each([0n, -1n, 2n ** 248n])("refuses the salt %i, and does not name it", async (salt) => {
    const error = await errorOf(() => temperatureRuleOf(fixture(), 0, salt));
    expect(error).toMatchObject({ code: "salt", kind: "input" });
    if (salt !== 0n) expect(error.message).not.toContain(salt.toString());
  });

  it("refuses a claim that the policy does not have", async () => {
    expect(await errorOf(() => temperatureRuleOf(fixture(), 1, SALT))).toMatchObject({ code: "claim" });
  });

  it.each([
    [{ range: ["8.0", "2.0"] as const }, "range"],
    [{ resolution: "0.25" as const, range: ["2.1", "8.0"] as const }, "grid"],
    [{ gap: 902 }, "gap"],
    [{ normal: ["1.9", "8.0"] as const }, "normal-range"],
    [{ normal: ["2.05", "8.0"] as const }, "normal-grid"],
    [{ cumulative: { above: 0 } }, "normal-missing"],
    [{ single: 0 }, "normal-missing"],
    [{ normal: ["2.0", "7.9"] as const }, "side-unlimited"],
    [{ mkt: { limit: "8.1", span: 60 } }, "mkt-limit"],
    [{ mkt: { limit: "7.9", dH: "999999", span: 60 } }, "mkt-range"],
    [{ mkt: { limit: "7.9", span: 86_401 } }, "mkt-span"],
  ])("refuses limits that lint refuses: %j", async (limits, code) => {
    expect(await errorOf(() => temperatureRuleOf(withLimits(limits), 0, SALT))).toMatchObject({ code });
  });

  it("keeps within the sizes that the circuit checks", () => {
    const gaps = fc.integer({ min: 127, max: 254 }).chain((ticks) => fc.nat(65_534).map((tick) => ticks * (tick + 1)));
    const largest = { lead: 2 ** 32 - 1, tail: 2 ** 32 - 1, clockTolerance: 2 ** 20 - 1 };
    fc.assert(
      fc.property(gaps, (gap) => {
        const rule = temperatureRuleOf(withLimits({ ...largest, gap }), 0, SALT);
        expect(rule.tick > 0n && rule.tick < 1n << 16n).toBe(true);
        expect(rule.gapTicks >= BigInt(MIN_WIDTH) && rule.gapTicks <= BigInt(MAX_WIDTH)).toBe(true);
        expect(rule.tick * rule.gapTicks).toBe(BigInt(gap));
        expect(rule.lead < 1n << 32n && rule.tail < 1n << 32n && rule.clockTolerance < 1n << 20n).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

// Verifies R-format-json.
describe("documentHash", () => {
  it("does not depend on the order of keys, but on every value", () => {
    const policy = fixture();
    const reversed = Object.fromEntries(Object.entries(policy).reverse()) as unknown as typeof policy;
    expect(documentHash(reversed)).toBe(documentHash(policy));
    expect(documentHash({ ...policy, document: "other" })).not.toBe(documentHash(policy));
    expect(documentHash(withLimits({ independent: false }))).not.toBe(documentHash(policy));
  });
});

// Verifies R-format-policyid.
describe("chainPolicy and policyId", () => {
  const policy = fixture();
  const salts = new Map([["cold-storage/temperature", 5n]]);
  const circuitId = (name: string): string => `0x${Buffer.from(name).toString("hex").padStart(64, "0")}`;

  it("state the policy as the contract stores it", () => {
    expect(chainPolicy(policy, salts, circuitId)).toEqual({
      documentHash: documentHash(policy),
      product: nameWord("FIXTURE-2-8"),
      version: 1,
      stages: 1,
      maxDue: [2_592_000n, 7_776_000n],
      confirmedStages: 0n,
      claims: [
        {
          circuitIds: [circuitId("temperature-1k")],
          rule: temperatureRuleHash(temperatureRuleOf(policy, 0, 5n)),
          stage: 0,
          class: 1,
          neededFor: 1,
          severity: 3,
        },
      ],
    });
  });

  it("give the codes of process and completion", () => {
    const other = withClaims({ ...onlyClaim(), class: "process", neededFor: "completion" });
    expect(chainPolicy(other, salts, circuitId).claims[0]).toMatchObject({ class: 2, neededFor: 2 });
  });

  // Verifies R-policy-confirmed.
  it("state the stages to be confirmed as a set of bits", () => {
    const confirmed = (...names: string[]): bigint => {
      const three = { ...policy, stages: ["cold-storage", "transport", "ward"], confirmedByQp: names };
      return chainPolicy(three, salts, circuitId).confirmedStages;
    };
    expect(confirmed("transport")).toBe(0b010n);
    expect(confirmed("ward", "cold-storage")).toBe(0b101n);
    expect(() => confirmed("elsewhere")).toThrow("no stage elsewhere");
  });

  it("hash it, salts and circuits included", () => {
    const base = policyId(policy, salts, circuitId);
    expect(base).toBe(policyIdOf(chainPolicy(policy, salts, circuitId)));
    expect(policyId(policy, new Map([["cold-storage/temperature", 6n]]), circuitId)).not.toBe(base);
    expect(policyId(policy, salts, () => circuitId("other"))).not.toBe(base);
  });

  it("refuse a claim without salt", async () => {
    expect(await errorOf(() => policyId(policy, new Map(), circuitId))).toMatchObject({ code: "salts-missing" });
  });
});
