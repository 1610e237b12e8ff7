import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getBytes } from "ethers";
import { describe, expect, it } from "vitest";
import { compiled, CONTRACTS } from "../../src/chain/contracts.ts";

describe("the built contracts", () => {
  it.each(CONTRACTS)("%s fits into the 24,576 bytes that a chain accepts", (name) => {
    const size = getBytes(compiled(name).deployedBytecode).length;
    expect(size).toBeGreaterThan(500);
    expect(size).toBeLessThan(24_576);
  });
});

describe("a build that is not the sources'", () => {
  it("is refused, naming the source, and only for contracts that use it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "batchproof-build-"));
    for (const part of ["package.json", "contracts", "src", "build/hardhat/artifacts"]) {
      cpSync(part, join(folder, part), { recursive: true });
    }
    symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
    const { compiled: compiledThere } = (await import(join(folder, "src/chain/contracts.ts"))) as {
      compiled: typeof compiled;
    };
    appendFileSync(join(folder, "contracts/libraries/PolicyRules.sol"), "// changed\n");
    try {
      expect(compiledThere("PartyRegistry").bytecode).toBe(compiled("PartyRegistry").bytecode);
      const stale = { kind: "environment", code: "contracts", place: "contracts/libraries/PolicyRules.sol" };
      expect(() => compiledThere("PolicyRegistry")).toThrow(expect.objectContaining(stale));
      rmSync(join(folder, "build"), { recursive: true });
      expect(() => compiledThere("Roles")).toThrow(expect.objectContaining({ code: "contracts" }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
