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

/** PUSH0 (Shanghai), BLOBHASH, BLOBBASEFEE, TLOAD, TSTORE, MCOPY (Cancun), CLZ (Osaka). */
const LATE_OPCODES = new Set([0x5f, 0x49, 0x4a, 0x5c, 0x5d, 0x5e, 0x1e]);
const [PUSH1, PUSH32, INVALID] = [0x60, 0x7f, 0xfe];

/** Opcodes of a code, up to the data after its last one (`INVALID` ends it), that chains before Shanghai do not have. */
function lateOpcodesOf(code: Uint8Array): number[] {
  const late: number[] = [];
  for (let at = 0; at < code.length; at++) {
    const opcode = code[at] ?? INVALID;
    if (opcode === INVALID) break;
    if (LATE_OPCODES.has(opcode)) late.push(opcode);
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1;
  }
  return late;
}

// Verifies R-register-size.
describe("the built contracts", () => {
  it.each([
    ...CONTRACTS.map((name) => [name, compiled(name).deployedBytecode] as const),
    ...EXAMPLES.map((name) => [name, exampleCode(name)] as const),
  ])("%s fits into the 24,576 bytes that a chain accepts, with a twentieth to spare", (_, code) => {
    const size = getBytes(code).length;
    expect(size).toBeGreaterThan(500);
    expect(size).toBeLessThanOrEqual(24_576 * 0.95);
  });

  it("run on chains before Shanghai: none has an opcode that came with or after it", () => {
    for (const name of CONTRACTS) expect(lateOpcodesOf(getBytes(compiled(name).deployedBytecode)), name).toEqual([]);
  });

  // Verifies V81.
  it("run on chains before Shanghai: the code that stores keys and policies has none either", () => {
    const source = readFileSync("contracts/libraries/CodeStore.sol", "utf8");
    const init = /bytes11 private constant INIT = (0x[0-9a-f]{22});/u.exec(source)?.[1];
    expect(lateOpcodesOf(getBytes(init ?? ""))).toEqual([]);
  });

  it("would be found to have one", () => {
    expect(lateOpcodesOf(Uint8Array.of(0x60, 0x5f, 0x5f, 0x49, 0xfe, 0x5f))).toEqual([0x5f, 0x49]);
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
