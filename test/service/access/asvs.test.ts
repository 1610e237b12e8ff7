import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const SPEC = readFileSync("docs/spec/service-security.md", "utf8");

/** Rows of the table, each by its first cell. */
const ROWS = SPEC.slice(SPEC.indexOf("## OWASP ASVS"))
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| section"))
  .map((line) => line.slice(2, -2).split(" | "));

describe("the table of ASVS requirements", () => {
  it("has rows", () => {
    expect(ROWS.length).toBeGreaterThan(20);
  });

  it.each(ROWS.map((row) => [row[0], row] as const))("names tests that exist for %s", (_section, [, , tests = ""]) => {
    const named = tests
      .split("; ")
      .map((each) => /^`(test\/[^`]+\.test\.ts)` "(.+)"$/.exec(each)?.slice(1) ?? [each, ""]);
    const missing = named.filter(([file = "", title = ""]) => {
      return !existsSync(file) || !readFileSync(file, "utf8").includes(`"${title}`) || title === "";
    });
    expect(missing).toEqual([]);
  });
});
