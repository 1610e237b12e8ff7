import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { audit } from "../src/audit/audit.ts";
import { connectRpc } from "../src/chain/connect.ts";
import { CLAIMS } from "./simulatedRegister.ts";

/**
 * Time and memory of a whole audit: `node bench/audit.ts [batches]`, 10,000 unless told. The register and its node are
 * another process, so the memory is the audit's alone.
 */

const RESULTS = join(import.meta.dirname, "results/audit.json");

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
  let said = start;
  const report = await audit(chain.provider, registry, {
    onProgress: (block, last) => {
      if (performance.now() - said < 10_000) return;
      said = performance.now();
      console.log(`block ${block} of ${last}, ${Math.round((said - start) / 1000)} s, peak ${peakMegabytes()} MB`);
    },
  });
  const seconds = (performance.now() - start) / 1000;
  await chain.close();
  const { reconciliation, proofsVerified, proofsRefused, reviewed } = report;
  if (proofsVerified !== reconciliation.opened * CLAIMS || proofsRefused !== 0) throw new Error("wrong result");
  const result = {
    batches,
    attestations: proofsVerified,
    seconds: Math.round(seconds),
    millisecondsPerProof: Number(((1000 * seconds) / proofsVerified).toFixed(2)),
    peakMegabytes: peakMegabytes(),
    threads: availableParallelism(),
    reviewed,
    node: process.version,
  };
  console.log(result);
  await mkdir(dirname(RESULTS), { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  node.kill();
}

function peakMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
