import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Interface, type JsonFragment } from "ethers";
import type { SnarkjsVerifyingKey } from "snarkjs";
import { fromSnarkjsKey } from "../../src/setup/verifyingKey.ts";

export interface CompiledVerifier {
  readonly interface: Interface;
  /** Creation code, 0x hex. */
  readonly bytecode: string;
}

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Readonly<
    Record<
      string,
      Record<
        string,
        {
          readonly abi: readonly JsonFragment[];
          readonly evm: { readonly bytecode: { object: string } };
        }
      >
    >
  >;
}

const FILE = "Verifier.sol";
const CONTRACT = "Groth16Verifier";

/**
 * The Solidity verifier of a key, from snarkjs' own template, unchanged. Throws `vkey-format` for a key of another
 * shape, so nothing but decimal numbers ever reaches the source.
 */
export function verifierSource(key: SnarkjsVerifyingKey): string {
  fromSnarkjsKey(key);
  const snarkjs = createRequire(import.meta.url).resolve("snarkjs");
  const template = readFileSync(join(dirname(snarkjs), "../templates/verifier_groth16.sol.ejs"), "utf8");
  // The template engine is snarkjs' dependency, so it is looked up from there.
  const ejs = createRequire(snarkjs)("ejs") as { render(template: string, data: object): string };
  return ejs.render(template, key);
}

/**
 * Compiles the verifier of a key with solc from npm (no download). The same key gives the same code on every machine.
 * Throws `vkey-format` as `verifierSource`.
 */
export function compileVerifier(key: SnarkjsVerifyingKey): CompiledVerifier {
  const input = {
    language: "Solidity",
    sources: { [FILE]: { content: verifierSource(key) } },
    settings: {
      evmVersion: "shanghai",
      optimizer: { enabled: true, runs: 500 },
      // Without the hash of the source's metadata: equal keys then give equal code.
      metadata: { bytecodeHash: "none" },
      outputSelection: { [FILE]: { [CONTRACT]: ["abi", "evm.bytecode.object"] } },
    },
  };
  // Loaded on demand: it is large, and most commands compile nothing.
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as CompilerOutput;
  const contract = output.contracts[FILE]?.[CONTRACT];
  if (contract === undefined) {
    throw new Error(`solc: ${output.errors?.map((error) => error.formattedMessage).join("\n") ?? "no contract"}`);
  }
  return {
    interface: new Interface(contract.abi),
    bytecode: `0x${contract.evm.bytecode.object}`,
  };
}
