import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { groth16, wtns } from "snarkjs";
import { CHANNELS } from "../src/formats/constants.ts";
import type { CircuitInput } from "../src/kinds/circuitInput.ts";
import { CIRCUITS, type Circuit } from "../src/kinds/circuits.ts";
import { temperatureInput } from "../src/kinds/temperature/input.ts";
import { temperatureSignals } from "../src/kinds/temperature/statement.ts";
import { compileOnly, ensureArtifacts } from "../src/setup/artifacts.ts";
import { withSnarkjs } from "../src/setup/snarkjsThreads.ts";
import { CONTEXT, makeEvidence, steadyRows } from "../test/support/evidence.ts";
import { makeParameters, ofOneChannel, parametersInputOf, steadySamples } from "../test/support/parameters.ts";

/**
 * Seconds and peak memory of compiling, setting up and proving a full record, for every tier of the kinds about series:
 * `npm run bench [-- <circuit> ...]`. bench/results/tiers.json keeps the last figures of each circuit.
 */

const RESULTS = "bench/results/tiers.json";

/** The input of a record that fills a tier. */
const FULL: Partial<Record<Circuit["kind"], (n: number) => CircuitInput>> = {
  temperature: (n) => {
    const evidence = makeEvidence({ n, rows: steadyRows(n) });
    return temperatureInput(evidence, temperatureSignals(evidence, CONTEXT));
  },
  parameters: (n) => parametersInputOf(makeParameters({ n, rows: steadySamples(n) })),
  channel: (n) => parametersInputOf(makeParameters(ofOneChannel({ n, rows: steadySamples(n) }))),
};

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return Number(((performance.now() - start) / 1000).toFixed(1));
}

async function megabytes(path: string): Promise<number> {
  return Number(((await stat(path)).size / 1e6).toFixed(1));
}

async function measured(circuit: Circuit, full: (n: number) => CircuitInput): Promise<object> {
  const store = await mkdtemp(join(tmpdir(), "batchproof-bench-"));
  try {
    let constraints = 0;
    const compile = await seconds(async () => ({ constraints } = await compileOnly(circuit, { store })));
    const setup = await seconds(() => ensureArtifacts(circuit, { store }));
    const artifacts = await ensureArtifacts(circuit, { store });
    const input = full(circuit.tier);
    const witness = { type: "mem" } as const;
    const proving = await withSnarkjs(async () => ({
      witness: await seconds(() => wtns.calculate(input, artifacts.wasm, witness)),
      prove: await seconds(() => groth16.prove(artifacts.zkey, witness)),
    }));
    const readings = circuit.tier * (circuit.kind === "parameters" ? CHANNELS : 1);
    const perReading = Number((constraints / readings).toFixed(1));
    const sizes = { zkey: await megabytes(artifacts.zkey), wasm: await megabytes(artifacts.wasm) };
    const peakSoFar = Math.round(process.resourceUsage().maxRSS / 1024);
    return {
      readings: circuit.tier,
      constraints,
      perReading,
      seconds: { compile, setup, ...proving },
      megabytes: { ...sizes, peakSoFar },
    };
  } finally {
    await rm(store, { recursive: true, force: true });
  }
}

const names = process.argv.slice(2);
for (const circuit of CIRCUITS) {
  const full = FULL[circuit.kind];
  if (full === undefined || (names.length > 0 && !names.includes(circuit.name))) continue;
  const figures = { ...(await measured(circuit, full)), node: process.version, cores: availableParallelism() };
  console.log(circuit.name, figures);
  const known = JSON.parse(await readFile(RESULTS, "utf8")) as Record<string, object>;
  await writeFile(RESULTS, `${JSON.stringify({ ...known, [circuit.name]: figures }, null, 2)}\n`);
}
