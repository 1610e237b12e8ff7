import { describe, expect, it } from "vitest";
import { KIND, type KindName } from "../../src/formats/constants.ts";
import { KINDS } from "../../src/kinds/index.ts";
import { parsePolicy, schemasOfKinds } from "../../src/kinds/policy.ts";
import { withoutComments } from "../../src/policy/commented.ts";
import { policySchema, type Described } from "../../src/policy/schema.ts";
import { commentedExample, examplePolicy } from "../../src/review/example.ts";
import { lintPolicy } from "../../src/review/lint.ts";
import { showPolicy } from "../../src/review/show.ts";

const ALL = Object.keys(KIND) as KindName[];
const CASES = [["all kinds", ALL] as const, ...ALL.map((name) => [name, [name]] as const)];

const { properties, $defs: definitions } = policySchema(schemasOfKinds());

type Own = Pick<Described, "description" | "$ref">;

interface Field {
  readonly name: string;
  readonly description: string | undefined;
}

/** Every field that a part of a schema defines, at any depth, with what it says about it. */
function fieldsOf(part: unknown): Field[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([keyword, value]) => {
    if (["allOf", "examples", "if"].includes(keyword)) return [];
    if (keyword !== "properties") return fieldsOf(value);
    return Object.entries(value as Record<string, Own>).flatMap(([name, own]) => [
      { name, description: own.description ?? definitions[own.$ref?.replace("#/$defs/", "") ?? ""]?.description },
      ...fieldsOf(own),
    ]);
  });
}

// Verifies R-policy-new.
describe("an example policy", () => {
  it.each(CASES)("of %s lints clean, and can be shown", (_, kinds) => {
    const policy = parsePolicy(JSON.parse(withoutComments(commentedExample(kinds))), "example.json");
    expect(policy).toEqual(examplePolicy(kinds));
    // That custody is not proven is so where an example has no custody.
    const codes = lintPolicy(policy).map(({ code }) => code);
    expect(codes).toEqual(kinds.includes("custody") ? [] : ["custody"]);
    expect(showPolicy(policy)).toContain(policy.product);
    expect(new Set(policy.claims.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });

  it.each(CASES)("of %s is commented with the schema's words on every field", (_, kinds) => {
    const comments = commentedExample(kinds)
      .split("\n")
      .filter((line) => line.trimStart().startsWith("// "))
      .map((line) => line.trim().slice(3));
    const schemas = kinds.map((name) => KINDS[name].schema);
    const fields = fieldsOf([
      { properties },
      definitions["claim"],
      ...schemas.map((each) => ({ ...each, ...each.definitions })),
    ]);
    expect(fields.length).toBeGreaterThan(14);
    for (const { name, description } of fields) {
      expect({ name, description }).not.toEqual({ name, description: undefined });
      expect(comments.filter((line) => line.startsWith(`${name}: ${description ?? ""}`))).not.toEqual([]);
    }
    expect(new Set(comments).size).toBe(comments.length);
  });

  it("says of a field whether it may be left out, and names those that it does not have", () => {
    const lines = commentedExample(["custody"])
      .split("\n")
      .map((line) => line.trim());
    expect(lines).toContain(
      "// sealed: true: the stage ends under the seal with which the stage before ended. Optional.",
    );
    expect(lines.find((line) => line.startsWith("// hold: "))).toMatch(/seconds\. .* Optional\.$/);
    expect(lines.find((line) => line.startsWith("// boundary: "))).toMatch(/One of "handover", "internal", "last"\.$/);
  });
});
