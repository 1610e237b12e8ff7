import { readFileSync, readdirSync } from "node:fs";
import { Ajv2020, type AnySchema } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { misfitFinder } from "../../desk/host/formats/schema.ts";
import { entrySchema, HEADER_SCHEMA, PARTS } from "../../src/audit/stateSchema.ts";
import { schemasOfKinds } from "../../src/kinds/policy.ts";
import { policySchema } from "../../src/policy/schema.ts";
import { agreementRuns } from "../support/runs.ts";

/** The page's reading of JSON Schema, against Ajv's, which every file is read with elsewhere. */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const FOLDER = "fixtures/policies";
const POLICIES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8")) as Json);

/** Whether both say that a value fits, or both that it does not. */
function verdicts(schema: object): (value: unknown) => readonly [page: boolean, ajv: boolean] {
  const find = misfitFinder(schema);
  const validate = new Ajv2020({ strict: false, validateSchema: false }).compile(schema as AnySchema);
  return (value) => [find(value) === undefined, validate(value) === true];
}

/** Every place in a value, as the way there. */
function ways(value: Json, way: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [way];
  return [way, ...Object.entries(value).flatMap(([name, each]) => ways(each, [...way, name]))];
}

/** The value with another one in a place, or without it. */
function changed(value: Json, [name, ...rest]: readonly (string | number)[], other: Json | undefined): Json {
  if (name === undefined) return other ?? null;
  const copy = structuredClone(value) as { [key: string]: Json };
  if (rest.length === 0 && other === undefined) Reflect.deleteProperty(copy, name);
  else copy[name] = changed(copy[name] ?? null, rest, other);
  return copy;
}

describe("a schema means on the page what it means elsewhere", () => {
  const judge = verdicts(policySchema(schemasOfKinds()));

  it("for every policy that is shipped", () => {
    for (const policy of POLICIES) expect(judge(policy)).toEqual([true, true]);
  });

  // Verifies R-desk-schema.
  it("V233: for policies with one place changed to anything, or left out", () => {
    const refused = new Set<boolean>();
    const cases = fc
      .constantFrom(...POLICIES)
      .chain((policy) =>
        fc.tuple(
          fc.constant(policy),
          fc.constantFrom(...ways(policy)),
          fc.oneof(
            fc.constant(undefined),
            fc.jsonValue() as fc.Arbitrary<Json>,
            fc.integer({ min: -1, max: 100 }),
            fc.constantFrom("", "0", "-1.5", "a/b", "temperature", "custody", "2.00000001", "\u202e"),
          ),
        ),
      );
    fc.assert(
      fc.property(cases, ([policy, way, other]) => {
        const [page, ajv] = judge(changed(policy, way, other));
        refused.add(ajv);
        expect(page).toBe(ajv);
      }),
      { numRuns: agreementRuns(1_000) },
    );
    // The cases are of both sorts, or they show nothing.
    expect(refused).toEqual(new Set([true, false]));
  });

  /** Each keyword with a value that it just takes, and one that it just does not. */
  const KEYWORDS: readonly (readonly [object, unknown, unknown])[] = [
    [{ type: "integer" }, 1, 1.5],
    [{ type: ["string", "null"] }, null, 0],
    [{ type: "array" }, [], {}],
    [{ type: "object" }, {}, []],
    [{ const: "a" }, "a", "b"],
    [{ enum: [1, "1"] }, "1", true],
    [{ const: { a: 0, b: 1 } }, { b: 1, a: 0 }, { a: 1, b: 0 }],
    [{ pattern: "^\\P{C}$" }, "a", "\u202e"],
    [{ pattern: "^a$" }, "a", "A"],
    [{ minLength: 2 }, "ab", "\u{1f600}"],
    [{ maxLength: 1 }, "\u{1f600}", "ab"],
    [{ minimum: 2 }, 2, 1],
    [{ maximum: 2 }, 2, 3],
    [{ minItems: 1 }, [0], []],
    [{ maxItems: 1 }, [0], [0, 0]],
    [{ uniqueItems: true }, [1, "1"], [1, 1]],
    [
      { uniqueItems: true },
      [{ a: 0 }, { a: 1 }],
      [
        { a: 0, b: 1 },
        { b: 1, a: 0 },
      ],
    ],
    [{ minProperties: 1 }, { a: 0 }, {}],
    [{ maxProperties: 1 }, { a: 0 }, { a: 0, b: 0 }],
    [{ required: ["a"] }, { a: 0 }, { b: 0 }],
    [{ properties: { a: { type: "null" } } }, { a: null }, { a: 0 }],
    [{ properties: { a: {} }, additionalProperties: false }, { a: 0 }, { toString: 0 }],
    [{ additionalProperties: { type: "null" } }, { a: null }, { a: 0 }],
    [{ propertyNames: { maxLength: 1 } }, { a: 0 }, { ab: 0 }],
    [{ prefixItems: [{ type: "null" }], items: false }, [null], [null, null]],
    [{ items: { type: "null" } }, [null], [null, 0]],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, 2, 3],
    [{ anyOf: [{ const: 1 }, { const: 2 }] }, 2, 3],
    [{ if: { const: 1 }, then: false, else: { const: 2 } }, 2, 1],
    [{ $defs: { one: { const: 1 } }, $ref: "#/$defs/one" }, 1, 2],
  ];

  it.each(KEYWORDS)("V233: %j", (schema, fits, misses) => {
    const both = verdicts(schema);
    expect(both(fits)).toEqual([true, true]);
    expect(both(misses)).toEqual([false, false]);
  });

  it("for every part of an audit's state, of anything", () => {
    for (const schema of [HEADER_SCHEMA, ...PARTS.map(entrySchema)]) {
      const both = verdicts(schema);
      fc.assert(
        fc.property(fc.jsonValue(), (value) => {
          const [page, ajv] = both(value);
          expect(page).toBe(ajv);
        }),
        { numRuns: agreementRuns(50) },
      );
    }
  });

  it("says where, and what belongs there, and never the value", () => {
    const find = misfitFinder({
      type: "object",
      properties: { "a/b": { enum: ["x", "y"] } },
      additionalProperties: false,
    });
    expect(find({ "a/b": "secret" })).toEqual({
      pointer: "/a~1b",
      message: "must be equal to one of the allowed values",
      remedy: 'Use one of "x", "y".',
    });
    expect(find({ secret: 1 })).toMatchObject({ pointer: "", remedy: "Known here: a/b." });
  });

  it("V233: is nothing where a keyword is not known: it does not pass", () => {
    expect(() => misfitFinder({ dependentRequired: {} })({})).toThrow("does not know the keyword dependentRequired");
  });
});
