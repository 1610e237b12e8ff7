import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** Rows of the table in the documentation: name of the call, then a cell for each state. */
function documented(): string[] {
  const source = readFileSync("contracts/interfaces/IComplianceRegistry.sol", "utf8");
  const rows = [...source.matchAll(/^\/\/\/ \|(.+)\|$/gm)].map(([, row = ""]) =>
    row.split("|").map((cell) => cell.trim()),
  );
  const [header = [], , ...body] = rows;
  expect(header.slice(1).join("")).toBe(/LETTERS = "(\w+)"/.exec(tested)?.[1]);
  return body.map((cells) => cells.join(" "));
}

const tested = readFileSync("test/contracts/StateTable.sol", "utf8");

// Verifies R-register-states.
describe("the table of states and calls", () => {
  it("that the tests check is the documentation's", () => {
    const rows = [...tested.matchAll(/"([a-z]\w+(?: [-A-Z]+)+)"/g)].map(([, row]) => row);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows).toEqual(documented());
  });

  it("has a row for every call that changes a batch", () => {
    const source = readFileSync("contracts/interfaces/IComplianceRegistry.sol", "utf8");
    const calls = [...source.matchAll(/function (\w+)\((?:[^)]*)\)\s+external(?! (?:view|pure))/g)].map(
      ([, name]) => name,
    );
    const named = documented().map((row) => row.split(" ")[0]);
    // These three concern no batch that is there.
    expect(named.toSorted()).toEqual(
      calls.filter((name) => !["openBatch", "pause", "unpause"].includes(name ?? "")).toSorted(),
    );
  });
});
