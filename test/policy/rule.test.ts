import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyIdOf } from "../../src/chain/policy.ts";
import { MAX_WIDTH, MIN_WIDTH } from "../../src/formats/constants.ts";
import { ruleHash, TEMPERATURE_RULE_FIELDS, type TemperatureRule } from "../../src/formats/rule.ts";
import { documentHash } from "../../src/policy/hash.ts";
import { chainPolicy, policyId } from "../../src/policy/onChain.ts";
import { deriveRule } from "../../src/policy/rule.ts";
import { errorOf, fixture, onlyClaim, withClaims, withLimits, type FIXTURES } from "./support.ts";

/** fixtures/vectors/rule.json: policy fixture and salt to the rule's fields and hashes. Numbers are decimal strings. */
const VECTORS = JSON.parse(readFileSync("fixtures/vectors/rule.json", "utf8")) as readonly Readonly<{
  policy: (typeof FIXTURES)[number];
  documentHash: string;
  claimIndex: number;
  salt: string;
  fields: Record<keyof TemperatureRule, string>;
  ruleHash: string;
}>[];

const SALT = 2n ** 248n - 1n;

describe("shared vectors (fixtures/vectors/rule.json)", () => {
  it.each(VECTORS)("derive the rule of $policy", ({ policy: name, ...vector }) => {
    const policy = fixture(name);
    const rule = deriveRule(policy, vector.claimIndex, BigInt(vector.salt));
    const fields = Object.fromEntries(TEMPERATURE_RULE_FIELDS.map((field) => [field, rule[field].toString()]));
    expect(fields).toEqual(vector.fields);
    expect(ruleHash(rule).toString()).toBe(vector.ruleHash);
    expect(documentHash(policy)).toBe(vector.documentHash);
  });
});

describe("deriveRule", () => {
  it("takes every number that a rule has from the policy", () => {
    const claim = onlyClaim();
    const second = { ...claim, id: "later/t", stage: 1, rule: { ...claim.rule, independent: true, lead: 1, tail: 2 } };
    const policy = { ...withClaims(claim, second), version: 7 };
    const rule = deriveRule(policy, 1, SALT);
    expect(rule).toMatchObject({ version: 0n, kind: 1n, claimIndex: 1n, stage: 1n, policyVersion: 7n, channelId: 1n });
    expect(rule).toMatchObject({ lead: 1n, tail: 2n, clockTolerance: 120n, independent: 1n, salt: SALT });
    expect(deriveRule(policy, 0, SALT).independent).toBe(0n);
  });

  it("derives another hash when any limit, the place of the claim, the product, the version or the salt changes", () => {
    const claim = onlyClaim();
    const base = fixture();
    const rules = [
      deriveRule(base, 0, SALT),
      deriveRule(base, 0, SALT - 1n),
      deriveRule({ ...base, product: "other" }, 0, SALT),
      deriveRule({ ...base, version: 2 }, 0, SALT),
      deriveRule(withClaims(claim, claim), 1, SALT),
      deriveRule(withClaims({ ...claim, stage: 1 }), 0, SALT),
      deriveRule(withLimits({ range: ["2.0", "8.1"] }), 0, SALT),
      deriveRule(withLimits({ range: ["1.9", "8.0"] }), 0, SALT),
      deriveRule(withLimits({ gap: 1800 }), 0, SALT),
      deriveRule(withLimits({ lead: 601 }), 0, SALT),
      deriveRule(withLimits({ tail: 601 }), 0, SALT),
      deriveRule(withLimits({ clockTolerance: 121 }), 0, SALT),
      deriveRule(withLimits({ independent: true }), 0, SALT),
    ];
    expect(new Set(rules.map(ruleHash)).size).toBe(rules.length);
  });

  it("does not care whether independent is absent or false", () => {
    expect(deriveRule(withLimits({ independent: false }), 0, SALT)).toEqual(deriveRule(fixture(), 0, SALT));
  });

  it.each([0n, -1n, 2n ** 248n])("refuses the salt %i, and does not name it", async (salt) => {
    const error = await errorOf(() => deriveRule(fixture(), 0, salt));
    expect(error).toMatchObject({ code: "salt", kind: "input" });
    if (salt !== 0n) expect(error.message).not.toContain(salt.toString());
  });

  it("refuses a claim that the policy does not have", async () => {
    expect(await errorOf(() => deriveRule(fixture(), 1, SALT))).toMatchObject({ code: "claim" });
  });

  it.each([
    [{ range: ["8.0", "2.0"] as const }, "range"],
    [{ resolution: "0.25" as const, range: ["2.1", "8.0"] as const }, "grid"],
    [{ gap: 902 }, "gap"],
  ])("refuses limits that lint refuses: %j", async (limits, code) => {
    expect(await errorOf(() => deriveRule(withLimits(limits), 0, SALT))).toMatchObject({ code });
  });

  it("keeps within the sizes that the circuit checks", () => {
    const gaps = fc.integer({ min: 127, max: 254 }).chain((ticks) => fc.nat(65_534).map((tick) => ticks * (tick + 1)));
    const largest = { lead: 2 ** 32 - 1, tail: 2 ** 32 - 1, clockTolerance: 2 ** 20 - 1 };
    fc.assert(
      fc.property(gaps, (gap) => {
        const rule = deriveRule(withLimits({ ...largest, gap }), 0, SALT);
        expect(rule.tick > 0n && rule.tick < 1n << 16n).toBe(true);
        expect(rule.gapTicks >= BigInt(MIN_WIDTH) && rule.gapTicks <= BigInt(MAX_WIDTH)).toBe(true);
        expect(rule.tick * rule.gapTicks).toBe(BigInt(gap));
        expect(rule.lead < 1n << 32n && rule.tail < 1n << 32n && rule.clockTolerance < 1n << 20n).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("documentHash", () => {
  it("does not depend on the order of keys, but on every value", () => {
    const policy = fixture();
    const reversed = Object.fromEntries(Object.entries(policy).reverse()) as unknown as typeof policy;
    expect(documentHash(reversed)).toBe(documentHash(policy));
    expect(documentHash({ ...policy, document: "other" })).not.toBe(documentHash(policy));
    expect(documentHash(withLimits({ independent: false }))).not.toBe(documentHash(policy));
  });
});

describe("chainPolicy and policyId", () => {
  const policy = fixture();
  const salts = new Map([["cold-storage/temperature", 5n]]);
  const circuitId = (name: string): string => `0x${Buffer.from(name).toString("hex").padStart(64, "0")}`;

  it("state the policy as the contract stores it", () => {
    expect(chainPolicy(policy, salts, circuitId)).toEqual({
      documentHash: documentHash(policy),
      product: "FIXTURE-2-8",
      version: 1,
      stages: 1,
      maxDue: [2_592_000n, 7_776_000n],
      claims: [
        {
          circuitIds: [circuitId("temperature-2k")],
          rule: ruleHash(deriveRule(policy, 0, 5n)),
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
