import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { audit } from "../src/audit/audit.ts";
import { connectRpc } from "../src/chain/connect.ts";
import { CIRCUIT_LIST, CLAIMS } from "./simulatedRegister.ts";

/**
 * Time and memory of a whole audit: `node bench/audit.ts [batches]`, 10,000 unless told. The register and its node are
 * another process, so memory and processor time are the audit's alone; the seconds are of both, on what the machine has left.
 * The results hold a row for each number of batches that was measured.
 */

const RESULTS = join(import.meta.dirname, "results/audit.json");

interface Row {
  readonly batches: number;
  readonly attestations: number;
  /** From the first question to the report. */
  readonly seconds: number;
  /** Of all threads together, user and system. */
  readonly processorSeconds: number;
  readonly processorMillisecondsPerProof: number;
  readonly peakMegabytes: number;
  readonly threads: number;
  readonly reviewed: number;
  readonly node: string;
}

const batches = Number(process.argv[2] ?? 10_000);
const node = spawn(process.execPath, [join(import.meta.dirname, "registerNode.ts"), String(batches)], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  console.log(`simulating ${batches} batches`);
  const [line] = (await once(node.stdout, "data")) as [Buffer];
  const { url, registry } = JSON.parse(line.toString()) as { url: string; registry: string };
  const chain = await connectRpc(url);
  const start = performance.now();
  const used = process.cpuUsage();
  let said = start;
  const report = await audit(chain.provider, registry, {
    circuits: CIRCUIT_LIST,
    onProgress: (block, last) => {
      if (performance.now() - said < 10_000) return;
      said = performance.now();
      console.log(`block ${block} of ${last}, ${Math.round((said - start) / 1000)} s, peak ${peakMegabytes()} MB`);
    },
  });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  await chain.close();
  const { reconciliation, proofsVerified, proofsRefused, reviewed } = report;
  if (proofsVerified !== reconciliation.opened * CLAIMS || proofsRefused !== 0) throw new Error("wrong result");
  const processorSeconds = (user + system) / 1e6;
  const row: Row = {
    batches,
    attestations: proofsVerified,
    seconds: Math.round(seconds),
    processorSeconds: Math.round(processorSeconds),
    processorMillisecondsPerProof: Number(((1000 * processorSeconds) / proofsVerified).toFixed(2)),
    peakMegabytes: peakMegabytes(),
    threads: availableParallelism(),
    reviewed,
    node: process.version,
  };
  console.log(row);
  const kept = existsSync(RESULTS) ? (JSON.parse(await readFile(RESULTS, "utf8")) as Row[]) : [];
  const rows = [...kept.filter((each) => each.batches !== batches), row].sort((x, y) => x.batches - y.batches);
  await mkdir(dirname(RESULTS), { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify(rows, null, 2)}\n`);
} finally {
  node.kill();
}

function peakMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
