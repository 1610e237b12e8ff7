import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KINDS } from "../../src/kinds/index.ts";
import { packageRoot } from "../../src/root.ts";
import { OUTPUT, trace, traceabilityText } from "../../tools/traceability.ts";
import { smallProjects } from "./project.ts";

const SPEC = `# Statements

- **R-cold-range** Every reading is within
  the range (C1, C2). More of it.
- **R-cold-gap** No gap is longer than the limit.

A sentence that belongs to neither.
`;
const CATALOGUE = `# Attacks

## Circuits

| id | attack | what stops it | test |
|---|---|---|---|
| C1 | swap limbs | \`range\` | \`test/cold.test.ts\` "range" |
| C2 | a code too large | \`range\` | \`test/cold.test.ts\` "codes"; \`test/Cold.t.sol\` "test_C2_too_large" |
`;
const TESTS = `
describe("circuit cold", () => {
  // Verifies R-cold-range,
  // C1, and no more. Not R-cold-gap.
  it.each([1, 2])("range %i", (code) => {});
  it("C2 codes", () => {});
});
/** Why.
 * Verifies R-cold-gap. */
describe.each(["a"])(\`gap of \${"a"}\`, () => {});
`;
const SOLIDITY = `
contract ColdTest {
    // Verifies R-cold-gap.
    function test_gap() external {}

    function test_C2_too_large(uint256 seed) external {}
}
`;
const WHOLE = {
  "docs/spec/statements.md": SPEC,
  "docs/attacks.md": CATALOGUE,
  "test/cold.test.ts": TESTS,
  "test/Cold.t.sol": SOLIDITY,
} as const;

const project = smallProjects();

/** What is wrong with the small project when some of its files are others. */
function problemsWith(files: Readonly<Record<string, string>>): readonly string[] {
  return trace(project({ ...WHOLE, ...files })).problems;
}

describe("the project", () => {
  // Reads every document and test, so once.
  const found = trace(packageRoot());

  it("has the table that the generator gives, and nothing is an orphan on either side", () => {
    expect(found.problems).toEqual([]);
    expect(readFileSync(join(packageRoot(), OUTPUT), "utf8")).toBe(traceabilityText(found));
  });

  it.each(Object.values(KINDS))("has a requirement for each rule of $name", ({ name, rules }) => {
    const specified = new Set(found.requirements.map(({ id }) => id));
    expect(rules.filter((rule) => !specified.has(`R-${name}-${rule}`))).toEqual([]);
  });
});

describe("the trace", () => {
  it("leads from requirements over attacks to tests, and back", () => {
    const found = trace(project(WHOLE));
    expect(found.problems).toEqual([]);
    const [, lists = ""] = traceabilityText(found).split("2 requirements, 2 attacks.\n\n");
    expect(lists).toBe(`## Requirements: attacks that they answer, and tests that verify them

### R-cold

- **R-cold-gap** (spec/statements.md) No gap is longer than the limit.
  - [test/Cold.t.sol](../test/Cold.t.sol): ColdTest › test_gap
  - [test/cold.test.ts](../test/cold.test.ts): gap of \${"a"}
- **R-cold-range** (spec/statements.md) Every reading is within the range.
  - attacks: C1, C2
  - [test/cold.test.ts](../test/cold.test.ts): circuit cold › range %i

## Attacks: requirements that answer them, and tests that play them

### Circuits

- **C1** swap limbs
  - requirements: R-cold-range
  - [test/cold.test.ts](../test/cold.test.ts): circuit cold › range %i
- **C2** a code too large
  - requirements: R-cold-range
  - [test/Cold.t.sol](../test/Cold.t.sol): ColdTest › test_C2_too_large
  - [test/cold.test.ts](../test/cold.test.ts): circuit cold › C2 codes
`);
  });
});

describe("an orphan is found, with its file and line", () => {
  it("a requirement that no test verifies", () => {
    const text = `${SPEC}- **R-cold-mean** The mean is within the limit.\n`;
    expect(problemsWith({ "docs/spec/statements.md": text })).toEqual([
      "docs/spec/statements.md:8: no test names R-cold-mean",
    ]);
  });

  it("an attack that no test names", () => {
    const text = `${CATALOGUE}| C3 | a wrong rule | \`rule\` | \`test/cold.test.ts\` "range" |\n`;
    expect(problemsWith({ "docs/attacks.md": text })).toEqual([
      "docs/attacks.md:9: no test names C3",
      'docs/attacks.md:9: no test test/cold.test.ts "range" names C3',
    ]);
  });

  it("a row of the catalogue whose test is another one, in another file, or none at all", () => {
    const row = (test: string): readonly string[] =>
      problemsWith({ "docs/attacks.md": CATALOGUE.replace('`test/cold.test.ts` "range"', test) });
    expect(row('`test/cold.test.ts` "codes"')).toEqual([
      'docs/attacks.md:7: no test test/cold.test.ts "codes" names C1',
    ]);
    expect(row('`test/Cold.t.sol` "range"')).toEqual(['docs/attacks.md:7: no test test/Cold.t.sol "range" names C1']);
    expect(row("see there")).toEqual(['docs/attacks.md:7: no test  "see there" names C1']);
  });

  it.each([
    ["a comment of code", "src/cold.ts", 'const a = "R-cold-no";\n/** As R-cold-none\n * says of C9. */\n', 2],
    ["a circuit", "circuits/cold.circom", '// "C8"\nvar a = 1; // See C7 and R-cold-none.\n', 2],
    ["a document", "README.md", "`C9` and\n```\nC9\n```\nas R-cold-none says\n", 5],
    ["a title", "test/more.test.ts", '\nit("C9 and R-cold-none", () => {});\n', 2],
    [
      "a comment above a test",
      "test/More.t.sol",
      "contract A {\n  // Verifies R-cold-none.\n  function test_a() {} }",
      2,
    ],
  ])("an id in %s that is defined nowhere", (_what, file, text, line) => {
    const found = problemsWith({ [file]: text });
    expect(found).toContain(`${file}:${line}: R-cold-none is defined nowhere`);
    expect(found.filter((each) => each.includes("R-cold-none"))).toHaveLength(1);
    expect(found.join("\n")).not.toMatch(/R-cold-no |C8/);
  });

  it("an id at the line of a comment or document that it stands on", () => {
    expect(problemsWith({ "src/cold.ts": "// One line,\n// and C9\n" })).toEqual([
      "src/cold.ts:2: C9 is defined nowhere",
    ]);
    expect(problemsWith({ "test/A.t.sol": "contract A {\n function test_C9_b() {} }" })).toEqual([
      "test/A.t.sol:2: C9 is defined nowhere",
    ]);
  });

  it("an id that is defined twice", () => {
    const text = `${SPEC}- **R-cold-gap** Again.\n`;
    expect(problemsWith({ "docs/spec/statements.md": text })).toEqual([
      "docs/spec/statements.md:8: R-cold-gap is defined at docs/spec/statements.md:5 already",
    ]);
    const [row = ""] = /\| C1 .*\n/.exec(CATALOGUE) ?? [];
    expect(problemsWith({ "docs/attacks.md": CATALOGUE + row })).toEqual([
      "docs/attacks.md:9: C1 is defined at docs/attacks.md:7 already",
    ]);
  });

  it("a comment that verifies something, but stands above no test", () => {
    const text = "// Verifies C1.\nconst a = 1;\n";
    expect(problemsWith({ "test/more.test.ts": text })).toEqual([
      "test/more.test.ts:1: the comment names what is verified, but stands above no test",
    ]);
  });
});
