import { claimRuleHash } from "../../src/kinds/index.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CELSIUS_OFFSET, NO_OPENED_WITHIN } from "../../src/formats/constants.ts";
import { custodyRuleHash, NO_DURATION_LIMIT, NO_HOLD_LIMIT } from "../../src/formats/custodyRule.ts";
import { textHash } from "../../src/formats/identity.ts";
import { channelsOf, parametersRuleHash, UNUSED_CHANNEL } from "../../src/formats/parametersRule.ts";
import { qualityRuleHash, VALUE_OFFSET, type QualityProduct } from "../../src/formats/qualityRule.ts";
import { temperatureRuleHash } from "../../src/formats/temperatureRule.ts";
import { parseMicro } from "../../src/input/quantities.ts";
import { chainPolicy } from "../../src/kinds/policyId.ts";
import type { Policy } from "../../src/policy/document.ts";
import { analytesOf } from "../../src/kinds/quality/slots.ts";
import { checkCustody } from "../../src/kinds/custody/check.ts";
import { checkParameters } from "../../src/kinds/parameters/check.ts";
import { checkQuality } from "../../src/kinds/quality/check.ts";
import { makeCustody } from "../support/custody.ts";
import { makeParameters } from "../support/parameters.ts";
import { makeQuality, resultsOf } from "../support/quality.ts";
import {
  ARI_BATCHES,
  ARI_DOSE,
  ARI_ENDOTOXIN,
  ARI_LINES,
  at,
  CD20_DOSE,
  CD20_LATE,
  CD20_RELEASE,
} from "../support/qualitySpecs.ts";
import { claimOfKind, errorOf, fixture, indexOf, withRule } from "../policy/support.ts";
import type { ProductSpec } from "../../src/kinds/quality/limits.ts";
import { custodyRuleOf } from "../../src/kinds/custody/rule.ts";
import { parametersRuleOf } from "../../src/kinds/parameters/rule.ts";
import { qualityRuleOf } from "../../src/kinds/quality/rule.ts";
import { temperatureRuleOf } from "../../src/kinds/temperature/rule.ts";

const ari = fixture("ari-0001");
const SALT = 7n;

/** What rules of ARI-0001 begin and end with. */
function head(id: string, kind: bigint): object {
  const claimIndex = indexOf(ari, id);
  return {
    version: 2n,
    kind,
    claimIndex: BigInt(claimIndex),
    stage: BigInt(ari.claims[claimIndex]?.stage ?? -1),
    productHash: textHash("ARI-0001"),
    policyVersion: 1n,
    openedWithin: BigInt(NO_OPENED_WITHIN),
    salt: SALT,
  };
}

describe("parametersRuleOf", () => {
  const id = "expansion/parameters";
  const derived = (policy: Policy) => parametersRuleOf(policy, indexOf(policy, id), SALT);

  it("codes each channel on its own grid, ticks for all", () => {
    const channel = (channelId: bigint, low: bigint, stepNum: bigint, stepDen: bigint, width: bigint) => {
      return { channelId, origin: low + CELSIUS_OFFSET, stepNum, stepDen, width };
    };
    expect(derived(ari)).toEqual({
      ...head(id, 2n),
      channels: [
        channel(1n, 36_000_000n, 100_000n, 7n, 140n), // 20 steps of the sensor x 7
        channel(2n, 4_000_000n, 100_000n, 7n, 140n), // 20 x 7
        channel(3n, 7_000_000n, 2_500n, 1n, 160n), // 40 x 4
        channel(4n, 30_000_000n, 20_000_000n, 127n, 254n), // 400: coarsened to 254
        channel(5n, 55_000_000n, 1_000_000n, 13n, 130n), // 10 x 13
      ],
      tick: 15n,
      gapTicks: 240n,
      lead: 1800n,
      tail: 1800n,
      clockTolerance: 300n,
      independent: 0n,
      bucket: 0n,
      devices: 1n,
      slot: 1n,
    });
  });

  it("orders channels by their codes, whatever their order in the policy, and fills up with unused ones", () => {
    const { channels } = claimOfKind(ari, id, "parameters").rule;
    const reversed = withRule(ari, id, "parameters", { channels: [...channels].reverse() });
    expect(derived(reversed)).toEqual(derived(ari));
    const few = derived(withRule(ari, id, "parameters", { channels: channels.slice(1, 3) })).channels;
    expect(few).toEqual(channelsOf(derived(ari).channels.slice(1, 3)));
    expect(few.slice(2)).toEqual([UNUSED_CHANNEL, UNUSED_CHANNEL, UNUSED_CHANNEL]);
  });

  it("takes the source of another organisation from the policy", () => {
    expect(derived(withRule(ari, id, "parameters", { independent: true })).independent).toBe(1n);
  });

  it("derives rules that the circuit's own rule accepts", () => {
    const found = checkParameters(makeParameters({ rule: derived(ari) }));
    expect(found.filter(({ rule }) => rule === "rule" || rule === "range")).toEqual([]);
  });

  it.each([
    [{ channels: [] }, "channels"],
    [{ gap: 3607 }, "gap"],
  ])("refuses limits that lint or schema refuses: %j", async (change, code) => {
    expect(await errorOf(() => derived(withRule(ari, id, "parameters", change)))).toMatchObject({ code });
  });

  it("refuses a channel twice, and one that does not exist", async () => {
    const [first] = claimOfKind(ari, id, "parameters").rule.channels;
    if (first === undefined) throw new Error("The rule has channels.");
    const of = (...channels: (typeof first)[]) => withRule(ari, id, "parameters", { channels });
    expect(await errorOf(() => derived(of(first, first)))).toMatchObject({ code: "channels" });
    expect(await errorOf(() => derived(of({ ...first, channel: 16 })))).toMatchObject({ code: "channels" });
  });
});

describe("custodyRuleOf", () => {
  const derived = (stage: string, policy = ari) => custodyRuleOf(policy, indexOf(policy, `${stage}/custody`), SALT);

  it("derives a hand-over under seal", () => {
    expect(derived("product-transport")).toEqual({
      ...head("product-transport/custody", 3n),
      holdLimit: 14_400n,
      durationMin: 0n,
      durationMax: 864_000n,
      internal: 0n,
      last: 0n,
      sealed: 1n,
    });
  });

  it("derives an internal boundary, the last one, and limits that are not set", () => {
    expect(derived("activation")).toMatchObject({ internal: 1n, last: 0n, sealed: 0n, holdLimit: 3600n });
    expect(derived("administration")).toMatchObject({
      internal: 0n,
      last: 1n,
      holdLimit: NO_HOLD_LIMIT,
      durationMin: 0n,
      durationMax: NO_DURATION_LIMIT,
    });
    const longer = withRule(ari, "storage/custody", "custody", { duration: { min: 60 }, hold: 0 });
    expect(derived("storage", longer)).toMatchObject({
      durationMin: 60n,
      durationMax: NO_DURATION_LIMIT,
      holdLimit: 0n,
    });
  });

  it("derives rules that the circuit's own rule accepts", () => {
    for (const stage of ari.stages) {
      const found = checkCustody(makeCustody({ rule: derived(stage) }));
      expect(found.filter(({ rule }) => rule === "rule")).toEqual([]);
    }
  });

  it.each([
    ["administration", { boundary: "internal" }, "boundary"],
    ["collection", { boundary: "last" }, "boundary"],
    ["collection", { sealed: true }, "sealed"],
    ["collection", { duration: { min: 2, max: 1 } }, "duration"],
  ] as const)("refuses %s with %j (%s)", async (stage, change, code) => {
    const policy = withRule(ari, `${stage}/custody`, "custody", change);
    expect(await errorOf(() => derived(stage, policy))).toMatchObject({ code });
  });
});

/** leftScale over rightScale, so that differently reduced scales compare. */
function sameProduct(a: QualityProduct, b: QualityProduct): boolean {
  const scales = a.leftScale * b.rightScale === b.leftScale * a.rightScale;
  const fields = ["leftA", "leftB", "right", "atLeast", "strict"] as const;
  return scales && fields.every((field) => a[field] === b[field]);
}

// Verifies R-policy-quality.
describe("qualityRuleOf", () => {
  const id = "expansion/release-tests";
  const index = indexOf(ari, id);
  const rule = qualityRuleOf(ari, index, SALT);

  it("derives the published specification of ARI-0001", () => {
    const { slots, products, ...others } = rule;
    expect(others).toEqual({ ...head(id, 4n), version: 2n, resultWithin: 604_800n, pharmacopoeia: 0n });
    expect(slots).toEqual(ARI_LINES.map(({ slot }) => slot));
    expect(products).toEqual([ARI_DOSE, ARI_ENDOTOXIN]);
    expect(analytesOf(claimOfKind(ari, id, "quality").rule)).toEqual(ARI_LINES.map(({ analyte }) => analyte));
  });

  /** Everything that `check` finds in reported results under the derived rule. */
  function found(reported: readonly string[]): object[] {
    const set = { results: resultsOf(ARI_LINES, reported) };
    return checkQuality(makeQuality({ rule, head: { stage: rule.stage }, set }));
  }

  it.each(Object.entries(ARI_BATCHES))("passes the published results of %s", (_, reported) => {
    expect(found(reported)).toEqual([]);
  });

  it.each([
    ["20.0", []],
    ["19.9", [{ rule: "spec", problem: "out of specification", slot: at("car19_pct") }]],
  ])("judges %s %% of CAR+ cells", (percent, expected) => {
    const reported = (ARI_BATCHES["ARI0001/01"] ?? []).with(at("car19_pct"), percent);
    expect(found(reported)).toEqual(expected);
  });

  it("derives the two specifications of CD20 CAR-T cells", () => {
    const cd20 = fixture("cd20-prodigy");
    const release = qualityRuleOf(cd20, indexOf(cd20, "release-testing/release-tests"), SALT);
    const late = qualityRuleOf(cd20, indexOf(cd20, "release-testing/late-tests"), SALT);
    expect(release.slots).toEqual(CD20_RELEASE.map(({ slot }) => slot));
    expect(late.slots).toEqual(CD20_LATE.map(({ slot }) => slot));
    expect(late.products).toEqual([]);
    expect(release.products).toHaveLength(2);
    release.products.forEach((product, i) => {
      const published = CD20_DOSE[i];
      expect(published !== undefined && sameProduct(product, published)).toBe(true);
    });
  });

  it("takes rounding and negative limits from the policy", () => {
    const analytes = [{ analyte: "charge", unit: "mV", decimals: 1, atLeast: "-12.5", below: "-3" }];
    const change = { analytes, products: undefined, pharmacopoeia: true };
    const { slots, pharmacopoeia } = qualityRuleOf(withRule(ari, id, "quality", change), index, SALT);
    expect(pharmacopoeia).toBe(1n);
    expect(slots).toMatchObject([
      { min: VALUE_OFFSET - 125n, strictMin: 0n, max: VALUE_OFFSET - 30n, strictMax: 1n, hasMin: 1n, hasMax: 1n },
    ]);
  });

  it("turns every product into whole numbers that say the same", () => {
    const decimals = fc.integer({ min: 0, max: 3 });
    const factor = fc.record({ decimals, value: fc.integer({ min: 0, max: 99_999 }) });
    const limit = fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 0, max: 999 }));
    const field = fc.constantFrom("atLeast" as const, "above" as const, "atMost" as const, "below" as const);
    const shape = fc.record({ two: fc.boolean(), per: fc.boolean() });
    fc.assert(
      fc.property(factor, factor, factor, limit, field, shape, (a, b, c, [whole, part], name, { two, per }) => {
        const text = `${whole}.${String(part).padStart(3, "0")}`;
        const product: ProductSpec = {
          name: "p",
          of: two ? ["a", "b"] : ["a"],
          ...(per ? { per: "c" } : {}),
          [name]: text,
        };
        const analytes = Object.entries({ a, b, c }).map(([analyte, each]) => {
          return { analyte, unit: "1", decimals: each.decimals };
        });
        const policy = withRule(ari, id, "quality", { analytes, products: [product] });
        const [derived] = qualityRuleOf(policy, index, SALT).products;
        if (derived === undefined) throw new Error("The rule has a product.");
        expect([derived.leftA, derived.leftB, derived.right]).toEqual([1n, two ? 2n : 0n, per ? 3n : 0n]);
        const left = derived.leftScale * BigInt(a.value) * (two ? BigInt(b.value) : 1n);
        const right = derived.rightScale * (per ? BigInt(c.value) : 1n);
        const room = derived.atLeast === 1n ? left - right : right - left;
        // In millionths of each, by hand: a * b against the limit * c.
        const micro = ({ decimals, value }: typeof a) => BigInt(value) * 10n ** BigInt(6 - decimals);
        const exactLeft = micro(a) * (two ? micro(b) : 1_000_000n);
        const exactRight = parseMicro(text, "p") * (per ? micro(c) : 1_000_000n);
        const holds = {
          atLeast: exactLeft >= exactRight,
          above: exactLeft > exactRight,
          atMost: exactLeft <= exactRight,
          below: exactLeft < exactRight,
        }[name];
        expect(room >= derived.strict).toBe(holds);
      }),
      { numRuns: 300 },
    );
  });
});

describe("rules of every kind", () => {
  const derivations = {
    temperature: temperatureRuleOf,
    parameters: parametersRuleOf,
    custody: custodyRuleOf,
    quality: qualityRuleOf,
  };
  const kinds = Object.keys(derivations) as (keyof typeof derivations)[];

  it.each(kinds)("refuse a claim of another kind than %s as a mistake of the program", async (kind) => {
    for (const [index, claim] of ari.claims.entries()) {
      const derive = (): unknown => derivations[kind](ari, index, SALT);
      if (claim.kind === kind) expect(derive).not.toThrow();
      else expect(await errorOf(derive)).toMatchObject({ code: "claim-kind", kind: "internal" });
    }
  });

  it.each(kinds)("refuse a missing claim and a salt that is none (%s)", async (kind) => {
    const index = ari.claims.findIndex((claim) => claim.kind === kind);
    expect(await errorOf(() => derivations[kind](ari, 13, SALT))).toMatchObject({ code: "claim" });
    expect(await errorOf(() => derivations[kind](ari, index, 0n))).toMatchObject({ code: "salt" });
    expect(await errorOf(() => claimRuleHash(ari, index, 1n << 248n))).toMatchObject({ code: "salt" });
  });

  it("hash by the kind of the claim, to different hashes", () => {
    const hashOf = (index: number): bigint => claimRuleHash(ari, index, SALT);
    expect(hashOf(2)).toBe(temperatureRuleHash(temperatureRuleOf(ari, 2, SALT)));
    expect(hashOf(4)).toBe(parametersRuleHash(parametersRuleOf(ari, 4, SALT)));
    expect(hashOf(5)).toBe(custodyRuleHash(custodyRuleOf(ari, 5, SALT)));
    expect(hashOf(7)).toBe(qualityRuleHash(qualityRuleOf(ari, 7, SALT)));
    // Temperature of storage and of the product's transport have equal limits, and yet other rules.
    expect(new Set(ari.claims.map((_, index) => hashOf(index))).size).toBe(ari.claims.length);
  });

  it("stand on chain with class, goal and stage of their claims", () => {
    const salts = new Map(ari.claims.map(({ id }, index) => [id, BigInt(index + 1)]));
    const { stages, claims } = chainPolicy(ari, salts, (name) => `id of ${name}`);
    expect(stages).toBe(7);
    expect(claims.map(({ stage }) => stage)).toEqual([0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6]);
    expect(claims.map((claim) => claim.class)).toEqual([3, 3, 2, 3, 2, 3, 2, 1, 3, 2, 3, 2, 3]);
    expect(claims.map(({ neededFor }) => neededFor)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2]);
    expect(claims[7]).toMatchObject({ circuitIds: ["id of quality"], rule: claimRuleHash(ari, 7, 8n) });
  });
});
