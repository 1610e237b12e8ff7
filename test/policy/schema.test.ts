import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHANNEL, MAX_WIDTH } from "../../src/formats/constants.ts";
import { NO_DURATION_LIMIT, NO_HOLD_LIMIT } from "../../src/formats/custodyRule.ts";
import { type Policy } from "../../src/policy/document.ts";
import { errorOf, fixture, FIXTURES, fixturePath, PROCESSES, withLimits } from "./support.ts";
import { PolicyValidator } from "../../src/policy/schema.ts";
import { parsePolicy, readPolicy, schemasOfKinds } from "../../src/kinds/policy.ts";

type Json = Record<string, unknown>;

const EXCURSIONS = {
  normal: ["3.0", "7.0"],
  cumulative: { above: 1, below: 1 },
  single: 1,
  mkt: { limit: "7.0", span: 1 },
} as const;

/** The fridge policy with every limit there is as plain JSON, changed at one JSON pointer; `undefined` removes. */
function changed(pointer: string, value: unknown, base: Policy = withLimits(EXCURSIONS)): unknown {
  const policy = structuredClone(base) as unknown as Json;
  const keys = pointer.slice(1).split("/");
  const last = keys.pop() ?? "";
  const parent = keys.reduce((node, key) => node[key] as Json, policy);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return policy;
}

const RULE = "/claims/0/rule";

/** ARI-0001: rules of the other kinds, changed in the same way. */
const CUSTODY = "/claims/5/rule";
const PARAMETERS = "/claims/6/rule";
const QUALITY = "/claims/7/rule";
const NUMBER = `${QUALITY}/analytes/1`;
const CATEGORY = `${QUALITY}/analytes/0`;

function changedProcess(pointer: string, value: unknown): unknown {
  return changed(pointer, value, fixture("ari-0001"));
}

describe("schema: the kinds' parts", () => {
  it.each(["limit", "source", "claim", "custodyLimits"])("a kind cannot change what another one calls %s", (name) => {
    const kinds = {
      ...schemasOfKinds(),
      fifth: { limits: { examples: [] }, definitions: { [name]: { type: "integer" } } },
    };
    expect(() => new PolicyValidator(kinds)).toThrow(`Two definitions of "${name}" differ.`);
  });
});

describe("schema: what is accepted", () => {
  it.each([...FIXTURES, ...PROCESSES])("reads %s as it is written, filling nothing in", async (name) => {
    const policy = await readPolicy(fixturePath(name));
    expect(policy).toEqual(fixture(name));
    expect(policy.claims[0]?.rule).not.toHaveProperty("independent");
  });

  it.each([
    [`${RULE}/lead`, 2 ** 32 - 1],
    [`${RULE}/tail`, 2 ** 32 - 1],
    [`${RULE}/clockTolerance`, 2 ** 20 - 1],
    [`${RULE}/gap`, MAX_WIDTH * (2 ** 16 - 1)],
    [`${RULE}/lead`, 0],
    [`${RULE}/independent`, true],
    [`${RULE}/range`, ["-196", "-150.000001"]],
    [`${RULE}/normal`, ["-0.4", "8"]],
    [`${RULE}/cumulative`, { above: 2 ** 31 - 1, below: 0 }],
    [`${RULE}/cumulative`, { below: 60 }],
    [`${RULE}/single`, 2 ** 24 - 2],
    [`${RULE}/single`, 0],
    [`${RULE}/mkt`, { limit: "-18.5", span: 1 }],
    [`${RULE}/mkt`, { limit: "8.0", dH: "83.144", span: 86_400 }],
    ["/product", "x".repeat(31)],
    ["/maxDue", [3650 * 86_400, 3650 * 86_400]],
    ["/version", 2 ** 32 - 1],
    ["/claims/0/stage", 254],
    ["/claims/0/severity", 1],
    ["/stages", Array.from({ length: 255 }, (_, i) => `stage-${i}`)],
  ])("accepts %s = %j", (pointer, value) => {
    expect(() => parsePolicy(changed(pointer, value), "p.json")).not.toThrow();
  });
});

// Verifies R-policy-schema.
describe("schema: rules of the other kinds", () => {
  it.each([
    [`${PARAMETERS}/channels`, [{ channel: 7, unit: "kPa", resolution: "0.1", range: ["-10", "10"] }]],
    [`${PARAMETERS}/independent`, true],
    [`${PARAMETERS}/gap`, MAX_WIDTH * (2 ** 16 - 1)],
    [`${CUSTODY}/boundary`, "handover"],
    [`${CUSTODY}/hold`, Number(NO_HOLD_LIMIT) - 1],
    [`${CUSTODY}/hold`, 0],
    [`${CUSTODY}/hold`, undefined],
    [`${CUSTODY}/duration`, { min: 0 }],
    [`${CUSTODY}/duration/max`, Number(NO_DURATION_LIMIT) - 1],
    [`${CUSTODY}/duration`, undefined],
    [`${CUSTODY}/sealed`, true],
    [`${QUALITY}/analytes`, new Array(16).fill({ analyte: "a", unit: "1", decimals: 0 })],
    [`${QUALITY}/products`, new Array(3).fill({ name: "p", of: ["a"] })],
    [`${QUALITY}/products`, undefined],
    [`${QUALITY}/resultWithin`, 2 ** 32 - 1],
    [`${QUALITY}/pharmacopoeia`, false],
    [`${NUMBER}/decimals`, 6],
    [`${NUMBER}/atLeast`, "-123456789.123456"],
    [`${CATEGORY}/words`, Array.from({ length: 16 }, (_, i) => `w ${i}`)],
    [`${CATEGORY}/orBefore`, true],
  ])("accepts %s = %j", (pointer, value) => {
    expect(() => parsePolicy(changedProcess(pointer, value), "p.json")).not.toThrow();
  });

  it.each([
    [`${PARAMETERS}/channels`, []],
    [`${PARAMETERS}/channels`, new Array(6).fill({ channel: 1, unit: "Cel", resolution: "1", range: ["1", "2"] })],
    [`${PARAMETERS}/channels/0/channel`, 0],
    [`${PARAMETERS}/channels/0/channel`, 16],
    [`${PARAMETERS}/channels/0/resolution`, "0"],
    [`${PARAMETERS}/channels/0/range`, ["1"]],
    [`${PARAMETERS}/channels/0/normal`, ["36.5", "37.5"]],
    [`${PARAMETERS}/range`, ["1", "2"]],
    [`${PARAMETERS}/clockTolerance`, 2 ** 20],
    [`${CUSTODY}/boundary`, "first"],
    [`${CUSTODY}/hold`, Number(NO_HOLD_LIMIT)],
    [`${CUSTODY}/hold`, -1],
    [`${CUSTODY}/duration`, {}],
    [`${CUSTODY}/duration/max`, Number(NO_DURATION_LIMIT)],
    [`${CUSTODY}/duration/mean`, 1],
    [`${CUSTODY}/sealed`, "yes"],
    [`${CUSTODY}/gap`, 900],
    [`${QUALITY}/analytes`, []],
    [`${QUALITY}/analytes`, new Array(17).fill({ analyte: "a", unit: "1", decimals: 0 })],
    [`${QUALITY}/products`, new Array(4).fill({ name: "p", of: ["a"] })],
    [`${QUALITY}/resultWithin`, 2 ** 32],
    [`${QUALITY}/products/0/of`, []],
    [`${QUALITY}/products/0/of`, ["a", "b", "c"]],
    [`${NUMBER}/analyte`, "a|b"],
    [`${NUMBER}/unit`, ""],
    [`${NUMBER}/decimals`, 7],
    [`${NUMBER}/decimals`, 0.5],
    [`${NUMBER}/atLeast`, 35],
    [`${NUMBER}/atLeast`, "1234567890"],
    [`${NUMBER}/atMost`, "1e3"],
    [`${NUMBER}/orBefore`, 1],
    [`${CATEGORY}/words`, []],
    [`${CATEGORY}/words`, Array.from({ length: 17 }, (_, i) => `w ${i}`)],
    [`${CATEGORY}/words/0`, "a|b"],
    [`${CATEGORY}/unit`, "%"],
  ])("refuses %s = %j", async (pointer, value) => {
    const error = await errorOf(() => parsePolicy(changedProcess(pointer, value), "p.json"));
    expect(error).toMatchObject({ code: "policy-schema", kind: "input", place: `p.json#${pointer}` });
    expect(error.message).not.toContain("One of");
    expect(error.remedy).toMatch(/\.$|\?$/);
  });

  it.each([
    [`${PARAMETERS}/channels`, "channels"],
    [`${CUSTODY}/boundary`, "boundary"],
    [`${QUALITY}/resultWithin`, "resultWithin"],
    [`${NUMBER}/decimals`, "decimals"],
    [`${CATEGORY}/permitted`, "permitted"],
    [`${CATEGORY}/words`, "words"],
  ])("refuses a rule without %s and names it", async (pointer, key) => {
    const error = await errorOf(() => parsePolicy(changedProcess(pointer, undefined), "p.json"));
    expect(error).toMatchObject({ code: "policy-schema", place: `p.json#${pointer.slice(0, -key.length - 1)}` });
    expect(error.message).toBe(`"${key}" is missing.`);
    expect(error.remedy).toContain(`Add "${key}": `);
  });

  it.each([
    [`${CUSTODY}/hodl`, 'Did you mean "hold"?'],
    [`${CUSTODY}/range`, "known here: boundary, hold, duration, sealed, openedWithin, source"],
    [`${NUMBER}/atleast`, 'Did you mean "atLeast"?'],
    [`${CATEGORY}/permited`, 'Did you mean "permitted"?'],
  ])("explains the unknown %s by the claim's own kind", async (pointer, hint) => {
    const error = await errorOf(() => parsePolicy(changedProcess(pointer, "1"), "p.json"));
    expect(error).toMatchObject({ code: "policy-schema", place: `p.json#${pointer}` });
    expect(error.remedy).toContain(hint);
  });

  it("speaks of custody, not of temperatures, where a custody claim has another kind's rule", async () => {
    const { rule } = withLimits(EXCURSIONS).claims[0] ?? {};
    const error = await errorOf(() => parsePolicy(changedProcess(CUSTODY, rule), "p.json"));
    expect(error).toMatchObject({ code: "policy-schema", place: `p.json#${CUSTODY}` });
    expect(error.message).toContain('"boundary" is missing');
  });

  it("demands each channel's own unit", async () => {
    for (const { code, unit } of Object.values(CHANNEL)) {
      const limits = { channel: code, unit, resolution: "1", range: ["1", "2"] };
      expect(() => parsePolicy(changedProcess(`${PARAMETERS}/channels`, [limits]), "p.json")).not.toThrow();
      const wrong = { ...limits, unit: unit === "%" ? "1" : "%" };
      const error = await errorOf(() => parsePolicy(changedProcess(`${PARAMETERS}/channels`, [wrong]), "p.json"));
      expect(error).toMatchObject({ code: "unit", place: `p.json#${PARAMETERS}/channels/0/unit` });
      expect(error.message).toContain(`measured in "${unit}" only`);
    }
  });
});

// Verifies R-policy-schema.
describe("schema: what is refused, and where", () => {
  it.each([
    ["/claims/0/kind", "humidity", "claim-kind"],
    ["/claims/0/kind", 1, "claim-kind"],
    [`${RULE}/normal`, ["2.0"], "policy-schema"],
    [`${RULE}/normal/0`, 2, "policy-schema"],
    [`${RULE}/cumulative`, {}, "policy-schema"],
    [`${RULE}/cumulative/above`, 2 ** 31, "policy-schema"],
    [`${RULE}/cumulative/below`, -1, "policy-schema"],
    [`${RULE}/cumulative/total`, 1, "policy-schema"],
    [`${RULE}/single`, 2 ** 24 - 1, "policy-schema"],
    [`${RULE}/single`, -1, "policy-schema"],
    [`${RULE}/mkt/limit`, 8, "policy-schema"],
    [`${RULE}/mkt/dH`, "0.0", "policy-schema"],
    [`${RULE}/mkt/dH`, "-83.1", "policy-schema"],
    [`${RULE}/mkt/dH`, 83.144, "policy-schema"],
    [`${RULE}/mkt/span`, 0, "policy-schema"],
    [`${RULE}/mkt/span`, 2 ** 32, "policy-schema"],
    [`${RULE}/unit`, "[degF]", "unit"],
    [`${RULE}/unit`, "K", "unit"],
    [`${RULE}/channel`, 2, "policy-schema"],
    [`${RULE}/range/0`, 2, "policy-schema"],
    [`${RULE}/range/1`, "8,0", "policy-schema"],
    [`${RULE}/range/1`, "8e0", "policy-schema"],
    [`${RULE}/range/1`, "8.0000001", "policy-schema"],
    [`${RULE}/range/1`, "+8.0", "policy-schema"],
    [`${RULE}/range`, ["2.0"], "policy-schema"],
    [`${RULE}/resolution`, "0.0", "policy-schema"],
    [`${RULE}/resolution`, "-0.1", "policy-schema"],
    [`${RULE}/gap`, "900", "policy-schema"],
    [`${RULE}/gap`, MAX_WIDTH * (2 ** 16 - 1) + 1, "policy-schema"],
    [`${RULE}/lead`, 2 ** 32, "policy-schema"],
    [`${RULE}/tail`, 2 ** 32, "policy-schema"],
    [`${RULE}/tail`, -1, "policy-schema"],
    [`${RULE}/clockTolerance`, 2 ** 20, "policy-schema"],
    [`${RULE}/independent`, 1, "policy-schema"],
    [`${RULE}/source`, "", "policy-schema"],
    ["/claims/0/stage", 255, "policy-schema"],
    ["/claims/0/severity", 0, "policy-schema"],
    ["/claims/0/severity", 4, "policy-schema"],
    ["/claims/0/class", "safety", "policy-schema"],
    ["/claims/0/neededFor", "sale", "policy-schema"],
    ["/claims/0/circuits", [], "policy-schema"],
    ["/claims/0/id", "../../etc/passwd", "policy-schema"],
    ["/claims", [], "policy-schema"],
    ["/claims", new Array(257).fill(fixture().claims[0]), "policy-schema"],
    ["/stages", [], "policy-schema"],
    ["/stages", Array.from({ length: 256 }, (_, i) => `stage-${i}`), "policy-schema"],
    ["/stages/0", "Cold Storage", "policy-schema"],
    ["/version", 0, "policy-schema"],
    ["/version", 2 ** 32, "policy-schema"],
    ["/maxDue/0", 0, "policy-schema"],
    ["/maxDue", [1, 2, 3], "policy-schema"],
    ["/product", "", "policy-schema"],
    ["/product", "x".repeat(32), "policy-schema"],
    ["/product", "K\u00e4se", "policy-schema"],
    ["/maxDue/1", 3650 * 86_400 + 1, "policy-schema"],
    ["/product", "a\u001b[31m", "policy-schema"],
    ["/product", "a\u202eb", "policy-schema"],
    ["/product", "trailing ", "policy-schema"],
  ])("refuses %s = %j with code %3$s", async (pointer, value, code) => {
    const error = await errorOf(() => parsePolicy(changed(pointer, value), "p.json"));
    expect(error).toMatchObject({ code, kind: "input", place: `p.json#${pointer}` });
    expect(error.remedy).toMatch(/\.$|\?$/);
  });

  it.each([
    "/product",
    "/maxDue",
    "/claims/0/circuits",
    "/claims/0/kind",
    "/claims/0/rule",
    `${RULE}/gap`,
    `${RULE}/tail`,
    `${RULE}/source`,
    `${RULE}/mkt/limit`,
    `${RULE}/mkt/span`,
  ])("refuses a policy without %s and names it", async (pointer) => {
    const error = await errorOf(() => parsePolicy(changed(pointer, undefined), "p.json"));
    const parent = pointer.slice(0, pointer.lastIndexOf("/"));
    const key = pointer.slice(parent.length + 1);
    expect(error).toMatchObject({ code: "policy-schema", place: `p.json#${parent}` });
    expect(error.message).toContain(`"${key}" is missing`);
    expect(error.remedy).toContain(`Add "${key}"`);
  });

  it.each([
    [`${RULE}/gpa`, 'Did you mean "gap"?'],
    [`${RULE}/cumulative/bellow`, 'Did you mean "below"?'],
    [`${RULE}/mkt/spann`, 'Did you mean "span"?'],
    [`${RULE}/clocktolerance`, 'Did you mean "clockTolerance"?'],
    ["/claims/0/need-for", 'Did you mean "neededFor"?'],
    ["/stage", 'Did you mean "stages"?'],
    ["/humidity", "known here: product, version"],
  ])("refuses the unknown property %s with a hint", async (pointer, hint) => {
    const error = await errorOf(() => parsePolicy(changed(pointer, 1), "p.json"));
    expect(error).toMatchObject({ code: "policy-schema", place: `p.json#${pointer}` });
    expect(error.remedy).toContain(hint);
  });

  it("escapes an unknown property in the pointer and keeps control characters out of the message", async () => {
    const error = await errorOf(() => parsePolicy({ ...fixture(), "a~/\u001b\u202e": 1 }, "p.json"));
    expect(error.place).toContain("p.json#/a~0~1");
    expect(error.message).not.toMatch(/\p{C}/u);
  });

  it("says the kind of claim first, whatever else is wrong, and counts the rest", async () => {
    const value = changed("/claims/0", { kind: "humidity", rule: { hold: 3600, unit: "x" } });
    const error = await errorOf(() => parsePolicy(value, "p.json"));
    expect(error).toMatchObject({ code: "claim-kind", place: "p.json#/claims/0/kind" });
    expect(error.message).toMatch(/One of \d+ problems/);
  });

  it.each([null, [], "policy", 1])("refuses %j as a policy", async (value) => {
    expect(await errorOf(() => parsePolicy(value, "p.json"))).toMatchObject({
      code: "policy-schema",
      place: "p.json#",
    });
  });

  // Verifies F2.
  it("answers hostile files in seconds, not hours", async () => {
    const spaces = `${" ".repeat(2_000_000)}\u0001`;
    const ones = "1".repeat(2_000_000);
    const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i]));
    const start = performance.now();
    await errorOf(() => parsePolicy(changed("/product", spaces), "p.json"));
    await errorOf(() => parsePolicy(changed(`${RULE}/resolution`, `${ones}x`), "p.json"));
    await errorOf(() => parsePolicy(changed("/claims/0/circuits", new Array(100_000).fill("x y")), "p.json"));
    await errorOf(() => parsePolicy(keys, "p.json"));
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("reads files strictly: a duplicate key is refused before any limit is believed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "policy-"));
    try {
      const path = join(folder, "policy.json");
      await writeFile(path, '{"product": "A", "product": "B"}');
      expect(await errorOf(() => readPolicy(path))).toMatchObject({ code: "json-duplicate-key" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
