import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, it } from "vitest";

const tests = globSync("test/contracts/*.t.sol")
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");

const events = globSync("contracts/{interfaces/*,TwoPersonRule}.sol").flatMap((path) =>
  [...readFileSync(path, "utf8").matchAll(/^ {4}event (\w+)\(/gm)].map(
    ([, name]) => `${basename(path, ".sol")}.${name}`,
  ),
);

// Verifies R-register-journal.
it("each event that a contract declares is compared with the one that it emits", () => {
  expect(events.length).toBeGreaterThan(30);
  expect(events.filter((event) => !tests.includes(`emit ${event}(`))).toEqual([]);
});
