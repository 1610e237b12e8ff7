import { appendFileSync, cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { dataLength, getBytes } from "ethers";
import { describe, expect, it } from "vitest";
import { compiled, CONTRACTS } from "../../src/chain/contracts.ts";

/** Creation code and code on chain of every contract, those too that nothing here deploys, by its name. */
const BUILT = globSync("build/hardhat/artifacts/contracts/{*,examples/*}.sol/*.json").flatMap((path) => {
  const { bytecode, deployedBytecode } = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
  return bytecode === undefined || bytecode === "0x"
    ? []
    : [[basename(path, ".json"), bytecode, deployedBytecode ?? ""] as const];
});

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
  it("are all measured", () => {
    const creation = new Map(BUILT.map(([name, bytecode]) => [name, bytecode]));
    for (const name of CONTRACTS) expect(creation.get(name), name).toBe(compiled(name).bytecode);
    expect([...creation.keys()]).toEqual(expect.arrayContaining(["QualifiedPersons", "MilestoneEscrow"]));
  });

  it.each(BUILT)("%s fits into what a chain accepts, with a twentieth to spare", (_, bytecode, code) => {
    expect(dataLength(code)).toBeGreaterThan(500);
    expect(dataLength(code)).toBeLessThanOrEqual(24_576 * 0.95);
    expect(dataLength(bytecode)).toBeLessThanOrEqual(49_152 * 0.95);
  });

  it.each(BUILT)("%s runs on chains before Shanghai: no opcode came with or after it", (_, bytecode, code) => {
    expect(lateOpcodesOf(getBytes(code))).toEqual([]);
    expect(lateOpcodesOf(getBytes(bytecode))).toEqual([]);
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
    for (const part of ["package.json", "tsconfig.json", "contracts", "src", "build/hardhat/artifacts"]) {
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
