import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { NEEDLE_LOT } from "../src/demo/needle.ts";
import { tellDemo } from "../src/demo/story.ts";
import { packageRoot } from "../src/root.ts";

/**
 * Seconds and memory of proving the demo's needle-to-needle batch, one proof after the other with all cores and side by
 * side, and the bytes that its parties send one another: `npm run bench:batch`, written to bench/results/batch.json.
 */

interface Proving {
  readonly workers: number;
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly claims: readonly { readonly claim: string; readonly circuit: string; readonly seconds: number }[];
}

const demo = join(packageRoot(), "build/bench-demo");
await tellDemo(demo, { say: console.log, onProgress: () => undefined });
const runs: Proving[] = [];
for (const workers of [1, availableParallelism()]) runs.push(await proving(workers));
const [sequential, pooled] = runs;
const post = join(demo, NEEDLE_LOT, "post");
const result = {
  machine: { cores: availableParallelism(), cpu: cpus()[0]?.model ?? "unknown", node: process.version },
  sequential: { ...sequential, claims: undefined },
  pooled: { ...pooled, claims: undefined },
  // Side by side a claim's seconds say when it was done, not what it cost.
  claims: sequential?.claims,
  bytesSent: {
    handoffs: readdirSync(post).map((name) => statSync(join(post, name)).size),
    proof: statSync(join(demo, NEEDLE_LOT, "hospital/proofs/collection--custody.json")).size,
  },
};
writeFileSync(join(packageRoot(), "bench/results/batch.json"), `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));

/** Proves the whole batch in a process of its own, and looks ten times a second how much memory it and its workers have. */
async function proving(workers: number): Promise<Proving> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "proveBatch.ts"), demo, workers.toString()], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  let peak = 0;
  const look = setInterval(() => (peak = Math.max(peak, familyKilobytes(child.pid ?? 0))), 100);
  const code = await new Promise<number | null>((ended) => child.once("close", ended));
  clearInterval(look);
  if (code !== 0) throw new Error(`proving ended with ${code ?? "a signal"}`);
  return {
    workers,
    peakMegabytes: Math.round(peak / 1024),
    ...(JSON.parse(printed) as Pick<Proving, "seconds" | "claims">),
  };
}

/** Resident memory of a process and its children (Linux). */
function familyKilobytes(parent: number): number {
  let sum = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const value = (name: string): number => Number(new RegExp(`^${name}:\\s*([0-9]+)`, "m").exec(status)?.[1] ?? 0);
      if (Number(pid) === parent || value("PPid") === parent) sum += value("VmRSS");
    } catch {
      // It ended meanwhile.
    }
  }
  return sum;
}
