import { execFile } from "node:child_process";
import { rename, rm } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../src/root.ts";
import { ensureFolder } from "../../src/setup/artifactFolder.ts";
import { compileOnly } from "../../src/setup/artifacts.ts";
import { readR1csHeader } from "../../src/setup/r1cs.ts";
import { sourceHash } from "../../src/setup/sourceHash.ts";
import { once } from "./once.ts";

export interface CompiledInstance {
  readonly r1cs: string;
  readonly sym: string;
  readonly wasm: string;
}

/** O2 is the project's own compilation; O1, which no product code ever uses, leaves every signal in its template. */
export type Optimisation = "O1" | "O2";

/**
 * A circuit compiled for tests, once for all of them: kept in build/ by the hash of its sources, and made by one process
 * while the others wait.
 */
export async function compiledInstance(main: string, optimisation: Optimisation): Promise<CompiledInstance> {
  const name = basename(main, ".circom");
  const source = await sourceHash(main, packageRoot());
  return await once(`${name}-${optimisation}-${source}`, async () =>
    optimisation === "O2" ? await compileOnly({ name, main }) : await compiledO1(name, main, source),
  );
}

/** How many constraints are proven of a circuit. */
export async function constraintsOf(main: string): Promise<number> {
  const { r1cs } = await compiledInstance(main, "O2");
  return (await readR1csHeader(r1cs)).constraints;
}

async function compiledO1(name: string, main: string, source: string): Promise<CompiledInstance> {
  const folder = join(packageRoot(), "build/test/circuits-O1", name, source);
  const files = { r1cs: `${name}.r1cs`, sym: `${name}.sym`, wasm: `${name}.wasm` };
  await ensureFolder(folder, Object.values(files), async (target) => {
    const args = [
      main,
      "--O1",
      "--r1cs",
      "--wasm",
      "--sym",
      "-l",
      "node_modules",
      "-o",
      relative(packageRoot(), target),
    ];
    await promisify(execFile)(process.execPath, ["node_modules/circom2/cli.js", ...args], { cwd: packageRoot() });
    await rename(join(target, `${name}_js`, files.wasm), join(target, files.wasm));
    await rm(join(target, `${name}_js`), { recursive: true });
  });
  return { r1cs: join(folder, files.r1cs), sym: join(folder, files.sym), wasm: join(folder, files.wasm) };
}
