import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MAX_WIDTH } from "../../src/formats/constants.ts";
import { parsePolicy, readPolicy } from "../../src/policy/policy.ts";
import { errorOf, fixture, FIXTURES, fixturePath, withLimits } from "./support.ts";

type Json = Record<string, unknown>;

const EXCURSIONS = {
  normal: ["3.0", "7.0"],
  cumulative: { above: 1, below: 1 },
  single: 1,
  mkt: { limit: "7.0", span: 1 },
} as const;

/** The fridge policy with every limit there is as plain JSON, changed at one JSON pointer; `undefined` removes. */
function changed(pointer: string, value: unknown): unknown {
  const policy = structuredClone(withLimits(EXCURSIONS)) as unknown as Json;
  const keys = pointer.slice(1).split("/");
  const last = keys.pop() ?? "";
  const parent = keys.reduce((node, key) => node[key] as Json, policy);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return policy;
}

const RULE = "/claims/0/rule";

describe("schema: what is accepted", () => {
  it.each(FIXTURES)("reads %s as it is written, filling nothing in", async (name) => {
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
    ["/version", 2 ** 32 - 1],
    ["/claims/0/stage", 254],
    ["/claims/0/severity", 1],
    ["/stages", Array.from({ length: 255 }, (_, i) => `stage-${i}`)],
    ["/product", "Käse 4 °C – β"],
  ])("accepts %s = %j", (pointer, value) => {
    expect(() => parsePolicy(changed(pointer, value), "p.json")).not.toThrow();
  });
});

describe("schema: what is refused, and where", () => {
  it.each([
    ["/claims/0/kind", "custody", "claim-kind"],
    ["/claims/0/kind", "parameters", "claim-kind"],
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
    const value = changed("/claims/0", { kind: "custody", rule: { hold: 3600, unit: "x" } });
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
