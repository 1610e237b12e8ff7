import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../src/root.ts";
import { compileOnly } from "../src/setup/artifacts.ts";
import { writeDevelopmentKey } from "../src/setup/developmentKey.ts";
import { readR1csHeader } from "../src/setup/r1cs.ts";

/**
 * Seconds and peak memory of the development setup.
 *   node bench/setup.ts                   three generated circuits of about 32,000, 128,000 and 247,000 constraints
 *   node bench/setup.ts <file.r1cs> ...   the given circuits
 */

/** Constraints of one link of the generated chain: a Poseidon hash of 16 inputs. */
const CONSTRAINTS_PER_HASH = 606;
const SIZES = [32_000, 128_000, 247_000];

/** A chain of Poseidon hashes with eight public signals: rows as dense as those of the real circuits' hashes. */
function source(hashes: number): string {
  return `pragma circom 2.2.2;
include "circomlib/circuits/poseidon.circom";

template Chain(hashes) {
    signal input seed[7];
    signal link[hashes + 1];
    link[0] <== seed[0];
    for (var i = 0; i < hashes; i++) {
        var rest[16];
        for (var j = 0; j < 16; j++) {
            rest[j] = j % 8 == 0 ? link[i] : seed[j % 8 - 1] + j;
        }
        link[i + 1] <== Poseidon(16)(rest);
    }
}

component main {public [seed]} = Chain(${hashes});
`;
}

/** Compiles the generated circuit of about this many constraints, or takes it from the artifacts. */
async function generated(constraints: number): Promise<string> {
  const main = `build/bench/chain-${constraints}.circom`;
  mkdirSync(join(packageRoot(), "build/bench"), { recursive: true });
  writeFileSync(join(packageRoot(), main), source(Math.round(constraints / CONSTRAINTS_PER_HASH)));
  const { r1cs } = await compileOnly({ name: `chain-${constraints}`, main });
  return r1cs;
}

/** Makes one key in this process and prints what it took: a process of its own has a peak of its own. */
async function measure(r1cs: string): Promise<void> {
  const zkey = join(tmpdir(), `bench-setup-${process.pid}.zkey`);
  const start = performance.now();
  await writeDevelopmentKey(r1cs, zkey);
  const seconds = (performance.now() - start) / 1000;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const { constraints } = await readR1csHeader(r1cs);
  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;
  console.log(
    [
      `${constraints} constraints`,
      `${seconds.toFixed(1)} s`,
      `${((userCPUTime + systemCPUTime) / 1e6).toFixed(1)} s of processor time`,
      `peak ${megabytes(maxRSS * 1024)}`,
      `zkey ${megabytes(statSync(zkey).size)}`,
    ].join(", "),
  );
  rmSync(zkey);
}

const [option, ...rest] = process.argv.slice(2);
if (option === "--one" && rest[0] !== undefined) {
  await measure(rest[0]);
} else {
  console.log(`Node ${process.version}, ${availableParallelism()} processors`);
  const given = option === undefined ? SIZES.map((size) => () => generated(size)) : [option, ...rest];
  for (const circuit of given) {
    const r1cs = typeof circuit === "string" ? circuit : await circuit();
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), "--one", r1cs], { stdio: "inherit" });
  }
}
