import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { groth16, wtns } from "snarkjs";
import { SIGNALS, type Signals } from "../../../src/formats/constants.ts";
import { writeDevelopmentKey } from "../../../src/setup/developmentKey.ts";
import { circuitId, fromSnarkjsKey, type VerifyingKey } from "../../../src/setup/verifyingKey.ts";
import { readZkey } from "../../../src/setup/zkey.ts";
import type { ProofEnvelope } from "../../../src/formats/proof.ts";

const SOURCE = "test/contracts/circuits/eightSignals.circom";
const PTAU = "fixtures/ptau/powersOfTau28_hez_final_08.ptau";

/** Without worker threads: for so small a circuit they take longer to start than the proof. */
const prove = groth16.prove.bind(groth16) as (
  zkey: string,
  witness: { type: "mem" },
  logger: undefined,
  options: { singleThread: true },
) => ReturnType<typeof groth16.prove>;

/** A real key of the tiny circuit: set up on the public ceremony, one contribution of its own. */
export interface TinyCircuit {
  readonly circuitId: string;
  readonly key: VerifyingKey;
  /** A valid proof of any eight signals. Two proofs of the same signals differ. */
  prove(claim: number, signals: Signals): Promise<ProofEnvelope>;
}

/** A key of the public ceremony; `keyWithoutContribution`: before its contribution, when delta is still the generator. */
export interface CeremonyCircuit extends TinyCircuit {
  readonly keyWithoutContribution: VerifyingKey;
}

/** Keys by name, made on first need and kept in build/. Two names give two circuits with different deltas. */
export function tinyCircuit(name: string): CeremonyCircuit {
  const { folder, compiled } = compiledCircuit();
  const keys = once(`${folder}/${name}`, (target) => {
    run("snarkjs", "groth16", "setup", `${compiled}/eightSignals.r1cs`, PTAU, `${target}/0.zkey`);
    run("snarkjs", "zkey", "contribute", `${target}/0.zkey`, `${target}/1.zkey`, `--name=${name}`, `-e=${name}`);
    for (const round of ["0", "1"]) {
      run("snarkjs", "zkey", "export", "verificationkey", `${target}/${round}.zkey`, `${target}/${round}.json`);
    }
  });
  const readKey = (file: string) => fromSnarkjsKey(JSON.parse(readFileSync(`${keys}/${file}`, "utf8")));
  return { ...provable(compiled, `${keys}/1.zkey`, readKey("1.json")), keyWithoutContribution: readKey("0.json") };
}

/** The same circuit with its development key: alpha, beta and delta are others than those of the ceremony. */
export async function developmentTinyCircuit(): Promise<TinyCircuit> {
  const { folder, compiled } = compiledCircuit();
  const zkey = `${folder}/development.zkey`;
  await writeDevelopmentKey(`${compiled}/eightSignals.r1cs`, zkey);
  return provable(compiled, zkey, (await readZkey(zkey)).verifyingKey);
}

function compiledCircuit(): { folder: string; compiled: string } {
  const folder = `build/test-circuits/${createHash("sha256").update(readFileSync(SOURCE)).digest("hex").slice(0, 16)}`;
  const compiled = once(`${folder}/circuit`, (target) => {
    run("circom2", SOURCE, "--r1cs", "--wasm", "--O2", "-o", target, "-l", "node_modules");
  });
  return { folder, compiled };
}

function provable(compiled: string, zkey: string, key: VerifyingKey): TinyCircuit {
  return {
    circuitId: circuitId(key),
    key,
    async prove(claim, signals) {
      const witness = { type: "mem" } as const;
      await wtns.calculate(signals, `${compiled}/eightSignals_js/eightSignals.wasm`, witness);
      const { proof, publicSignals } = await prove(zkey, witness, undefined, { singleThread: true });
      if (SIGNALS.some((signal, i) => publicSignals[i] !== String(signals[signal]))) throw new Error("signal order");
      return {
        claim,
        circuitId: circuitId(key),
        signals: publicSignals,
        proof: { a: proof.pi_a.slice(0, 2), b: proof.pi_b.slice(0, 2), c: proof.pi_c.slice(0, 2) },
      };
    },
  };
}

/** Makes a folder once, also when several test files ask at the same time: all but the first throw theirs away. */
function once(folder: string, make: (target: string) => void): string {
  if (existsSync(`${folder}/done`)) return folder;
  const target = `${folder}.${process.pid}`;
  mkdirSync(target, { recursive: true });
  make(target);
  writeFileSync(`${target}/done`, "");
  if (existsSync(folder)) rmSync(target, { recursive: true });
  else renameSync(target, folder);
  return folder;
}

function run(command: string, ...args: string[]): void {
  execFileSync(process.execPath, [`node_modules/.bin/${command}`, ...args], { stdio: ["ignore", "ignore", "inherit"] });
}
