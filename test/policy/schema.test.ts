import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MAX_WIDTH } from "../../src/formats/constants.ts";
import { parsePolicy, readPolicy } from "../../src/policy/policy.ts";
import { errorOf, fixture, FIXTURES, fixturePath } from "./support.ts";

type Json = Record<string, unknown>;

/** The fridge policy as plain JSON, changed at one JSON pointer; `undefined` removes. */
function changed(pointer: string, value: unknown): unknown {
  const policy = structuredClone(fixture()) as unknown as Json;
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
    [`${RULE}/normal`, ["2.0", "8.0"], "rule-version"],
    [`${RULE}/cumulative`, { above: 3600, below: 0 }, "rule-version"],
    [`${RULE}/single`, 1800, "rule-version"],
    [`${RULE}/mkt`, { limit: "8.0" }, "rule-version"],
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

  it.each(["/product", "/maxDue", "/claims/0/circuits", `${RULE}/gap`, `${RULE}/tail`, `${RULE}/source`])(
    "refuses a policy without %s and names it",
    async (pointer) => {
      const error = await errorOf(() => parsePolicy(changed(pointer, undefined), "p.json"));
      const parent = pointer.slice(0, pointer.lastIndexOf("/"));
      const key = pointer.slice(parent.length + 1);
      expect(error).toMatchObject({ code: "policy-schema", place: `p.json#${parent}` });
      expect(error.message).toContain(`"${key}" is missing`);
      expect(error.remedy).toContain(`Add "${key}"`);
    },
  );

  it.each([
    [`${RULE}/gpa`, 'Did you mean "gap"?'],
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
