import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { compileOnly } from "../../src/setup/artifacts.ts";
import { sourceHash } from "../../src/setup/sourceHash.ts";

export interface CompiledInstance {
  readonly r1cs: string;
  readonly sym: string;
  readonly wasm: string;
}

/**
 * A circuit compiled for a test, cached by the hash of its sources. O2 is the project's own compilation; O1, which no
 * product code ever uses, leaves every signal in the template that declared it.
 */
export async function compiledInstance(main: string, optimisation: "O1" | "O2"): Promise<CompiledInstance> {
  const name = (main.split("/").at(-1) ?? main).replace(".circom", "");
  if (optimisation === "O2") return compileOnly({ name, main });
  const folder = `build/test/${optimisation}/${name}/${await sourceHash(main, ".")}`;
  if (!existsSync(folder)) {
    const draft = `${folder}.${process.pid}`;
    await mkdir(draft, { recursive: true });
    const args = [main, "--O1", "--r1cs", "--wasm", "--sym", "-l", "node_modules", "-o", draft];
    await promisify(execFile)(process.execPath, ["node_modules/circom2/cli.js", ...args]);
    await rename(draft, folder).catch(async () => rm(draft, { recursive: true })); // another test file was first
  }
  return {
    r1cs: `${folder}/${name}.r1cs`,
    sym: `${folder}/${name}.sym`,
    wasm: `${folder}/${name}_js/${name}.wasm`,
  };
}
