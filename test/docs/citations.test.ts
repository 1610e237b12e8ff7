import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/root.ts";
import { anchorsOf, citationProblems } from "../../tools/citations.ts";
import { smallProjects } from "./project.ts";

const project = smallProjects();

const FORMATS = "# Formats\n\n## Series\n\n## A *reading* and `dt`\n\n## Series\n\n```\n## No heading\n```\n";

/** What is cited in vain in a project of the formats and one more file. */
function cited(file: string, text: string): string[] {
  return citationProblems(project({ "docs/spec/formats.md": FORMATS, "src/series.ts": "", [file]: text }));
}

describe("the project", () => {
  it("cites only what is there", () => {
    expect(citationProblems(packageRoot())).toEqual([]);
  });
});

describe("anchors", () => {
  it("are those of GitHub, counted where a heading comes again", () => {
    expect([...anchorsOf(FORMATS)]).toEqual(["formats", "series", "a-reading-and-dt", "series-1"]);
    expect([...anchorsOf("## What it's (not): 2 °C, Ä\n")]).toEqual(["what-its-not-2-c-ä"]);
  });
});

describe("what is there is found", () => {
  it.each([
    [
      "docs/a.md",
      "[a](spec/formats.md), [b](spec/formats.md#series-1), [c](#top), [d](https://example.org/x#y)\n# Top\n",
    ],
    ["docs/a.md", "`src/series.ts`, `series.ts`, `spec/formats.md`, `src/`, `src/*.ts`, `npm run x/y.ts`, `no/such`\n"],
    ["docs/a.md", "```\n[x](none.md) `src/none.ts`\n```\nand `[x](none.md)`\n"],
    ["src/a.ts", "// docs/spec/formats.md, Series.\n/* (docs/spec/formats.md, A reading and dt) */\n"],
    ["src/a.ts", '// docs/spec/formats.md, which says it; src/series.ts\nconst a = "src/none.ts and none.md";\n'],
  ])("in %s: %s", (file, text) => {
    expect(cited(file, text)).toEqual([]);
  });
});

describe("what is not there is named, with file and line of its citation", () => {
  it.each([
    ["docs/a.md", "\n[a](none.md)\n", "docs/a.md:2: link to none.md: there is no docs/none.md"],
    [
      "docs/a.md",
      "[a](spec/formats.md#records)\n",
      "docs/a.md:1: link to spec/formats.md#records: docs/spec/formats.md has no heading #records",
    ],
    ["docs/a.md", "[a](#none)\n", "docs/a.md:1: link to #none: docs/a.md has no heading #none"],
    [
      "docs/a.md",
      "[a](../src/series.ts#L9)\n",
      "docs/a.md:1: link to ../src/series.ts#L9: src/series.ts has no heading #L9",
    ],
    ["docs/a.md", '<img src="none.svg">\n', "docs/a.md:1: link to none.svg: there is no docs/none.svg"],
    ["docs/a.md", "\n\n`src/none.ts`\n", "docs/a.md:3: there is no src/none.ts"],
    ["docs/a.md", "`none.circom`\n", "docs/a.md:1: there is no none.circom"],
    ["docs/a.md", "`src/none/`\n", "docs/a.md:1: there is no src/none/"],
    ["docs/a.md", "`src/series.ts/`\n", "docs/a.md:1: there is no src/series.ts/"],
    ["docs/a.md", "`src/*.sol`\n", "docs/a.md:1: there is no src/*.sol"],
    ["src/a.ts", "\n/** As (formats.md) says. */\n", "src/a.ts:2: there is no document formats.md"],
    [
      "src/a.ts",
      "// See docs/spec/formats.md,\n// Records.\n",
      'src/a.ts:1: docs/spec/formats.md has no section "Records"',
    ],
    ["circuits/a.circom", "signal a; // test/none.test.ts\n", "circuits/a.circom:1: there is no test/none.test.ts"],
    ["contracts/A.sol", "/// @dev docs/none.md\n", "contracts/A.sol:1: there is no document docs/none.md"],
    ["test/a.test.ts", '\nit("is as none.md says", () => {});\n', "test/a.test.ts:2: there is no document none.md"],
  ])("in %s: %s", (file, text, expected) => {
    expect(cited(file, text)).toEqual([expected]);
  });
});
