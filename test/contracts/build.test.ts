import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getBytes } from "ethers";
import { describe, expect, it } from "vitest";
import { compiled, CONTRACTS } from "../../src/chain/contracts.ts";

const EXAMPLES = ["MilestoneEscrow", "DataAccessGate"];

/** Code of an example, which `compiled` does not know: nothing deploys one. */
function exampleCode(name: string): string {
  const path = `build/hardhat/artifacts/contracts/examples/${name}.sol/${name}.json`;
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly deployedBytecode: string }).deployedBytecode;
}

describe("the built contracts", () => {
  it.each([
    ...CONTRACTS.map((name) => [name, compiled(name).deployedBytecode] as const),
    ...EXAMPLES.map((name) => [name, exampleCode(name)] as const),
  ])("%s fits into the 24,576 bytes that a chain accepts", (_, code) => {
    const size = getBytes(code).length;
    expect(size).toBeGreaterThan(500);
    expect(size).toBeLessThan(24_576);
  });
});

// Verifies S3.
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
