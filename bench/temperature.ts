import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groth16, wtns } from "snarkjs";
import { CIRCUITS } from "../src/kinds/circuits.ts";
import { temperatureInput } from "../src/kinds/temperature/input.ts";
import { checkTemperature } from "../src/kinds/temperature/check.ts";
import { compileOnly, ensureArtifacts } from "../src/setup/artifacts.ts";
import { withSnarkjs } from "../src/setup/snarkjsThreads.ts";
import { CONTEXT, makeEvidence, steadyRows } from "../test/support/evidence.ts";
import { temperatureSignals } from "../src/kinds/temperature/statement.ts";

/** Seconds and memory of every step of one temperature claim, for each tier: `npm run bench`. */

async function timed<T>(step: string, run: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await run();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`  ${step.padEnd(16)} ${seconds.padStart(6)} s   peak so far ${peakMegabytes()} MB`);
  return result;
}

function peakMegabytes(): string {
  return Math.round(process.resourceUsage().maxRSS / 1024).toString();
}

async function bytesOf(path: string): Promise<string> {
  return `${((await stat(path)).size / 1e6).toFixed(1)} MB`;
}

for (const circuit of CIRCUITS.filter(({ kind }) => kind === "temperature")) {
  const store = await mkdtemp(join(tmpdir(), "batchproof-bench-"));
  try {
    console.log(circuit.name);
    const { constraints } = await timed("compile", () => compileOnly(circuit, { store }));
    const artifacts = await timed("setup", () => ensureArtifacts(circuit, { store }));
    await timed("artifacts, warm", () => ensureArtifacts(circuit, { store }));
    const rows = steadyRows(circuit.tier);
    const evidence = await timed("sign", () => Promise.resolve(makeEvidence({ n: circuit.tier, rows })));
    await timed("check", () => Promise.resolve(checkTemperature(evidence)));
    const input = temperatureInput(evidence, temperatureSignals(evidence, CONTEXT));
    await withSnarkjs(async () => {
      for (const state of ["cold", "warm"]) {
        const witness = { type: "mem" } as const;
        await timed(`witness, ${state}`, () => wtns.calculate(input, artifacts.wasm, witness));
        await timed(`prove, ${state}`, () => groth16.prove(artifacts.zkey, witness));
      }
    });
    console.log(
      `  ${constraints} constraints, ${(constraints / circuit.tier).toFixed(1)} for each of ${circuit.tier} readings; ` +
        `zkey ${await bytesOf(artifacts.zkey)}, wasm ${await bytesOf(artifacts.wasm)}`,
    );
  } finally {
    await rm(store, { recursive: true, force: true });
  }
}
