import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readBatch } from "../src/batch/folder.ts";
import { circuitNamed } from "../src/kinds/circuits.ts";
import { withProofPool } from "../src/prover/proofPool.ts";
import { jobTask } from "../src/queue/task.ts";
import { sleep } from "../src/sleep.ts";
import { WHERE } from "../test/bedside/support.ts";
import { temporaryFolder } from "../test/parties/support.ts";
import { servedYard } from "../test/queue/served.ts";
import { artifactsOf, CLAIM, newYard, SITE, type Yard } from "../test/queue/support.ts";
import { ended, type Child } from "../test/support/child.ts";
import { freePort, startPostgres } from "../test/support/postgres.ts";

/**
 * What the queue does with PostgreSQL and workers as processes of their own, all on this machine: `npm run bench:queue`. Proofs are
 * of the smallest circuit, custody, where the queue's own work weighs most.
 */

const RESULTS = join(import.meta.dirname, "results/queue.json");
/** Of each measurement of jobs an hour. */
const JOBS = Number(process.env["BENCH_JOBS"] ?? 20);
const RECOVERIES = 3;
const WORKERS = ["w1", "w2"];
/** After which a server that is asked nothing uses what it will use. */
const IDLE_MS = 15_000;

const folder = temporaryFolder();

it("the queue", async () => {
  const load = rounded(loadavg()[0] ?? 0);
  const yard = await newYard(folder, 2 * JOBS + RECOVERIES + 2 * WORKERS.length);
  const postgres = await startPostgres();
  const site = servedYard(yard, WORKERS, await freePort());
  const { url, child: server } = await site.serve(postgres.url);
  let batches = 0;
  const order = async (jobs: number): Promise<string[]> => {
    const names = Array.from({ length: jobs }, () => `b${++batches}`);
    for (const name of names) await site.prove(url, name);
    return names;
  };
  const jobsOf = (names: readonly string[]) => site.jobs().filter(({ batch }) => names.includes(batch));
  const untilDone = async (names: readonly string[]): Promise<void> => {
    while (!jobsOf(names).every(({ state }) => state === "done")) await sleep(100);
  };
  const stop = async (working: readonly Child[]): Promise<void> => {
    for (const worker of working) worker.kill("SIGTERM");
    await Promise.all(working.map(ended));
  };

  await sleep(IDLE_MS);
  const idleMegabytes = residentMegabytes(server);

  /** Seconds from the first order to the last proof, by workers that have made a proof before. */
  const secondsWith = async (names: readonly string[]): Promise<number> => {
    const working = names.map((name) => site.work(name, postgres.url, url));
    await untilDone(await order(names.length));
    await sleep(2_000);
    const start = performance.now();
    await untilDone(await order(JOBS));
    const seconds = (performance.now() - start) / 1000;
    await stop(working);
    return seconds;
  };
  const [one, two] = [await secondsWith(WORKERS.slice(0, 1)), await secondsWith(WORKERS)];

  /** Seconds from the death of the worker that has a job until the other one has it. */
  const recovery = async (): Promise<number> => {
    const working = new Map(WORKERS.map((name) => [`token:${name}`, site.work(name, postgres.url, url)]));
    await sleep(5_000);
    const [batch = ""] = await order(1);
    const workerOf = (): string | undefined => jobsOf([batch]).find(({ state }) => state === "working")?.worker;
    let first: string | undefined;
    while ((first = workerOf()) === undefined) await sleep(10);
    working.get(first)?.kill("SIGKILL");
    const killed = performance.now();
    while (jobsOf([batch])[0]?.worker === first) await sleep(50);
    const seconds = (performance.now() - killed) / 1000;
    await untilDone([batch]);
    await stop([...working.values()]);
    return seconds;
  };
  const recoveries: number[] = [];
  for (let times = 0; times < RECOVERIES; times++) recoveries.push(rounded(await recovery()));
  await stop([server]);

  const proof = await proofSeconds(yard);
  const result = {
    ...{ jobs: JOBS, circuit: "custody", node: process.version, cpu: cpus()[0]?.model ?? "unknown", loadBefore: load },
    jobsAnHour: { "1 worker": Math.round((JOBS * 3600) / one), "2 workers": Math.round((JOBS * 3600) / two) },
    ratio: rounded(one / two),
    proofSeconds: rounded(proof),
    overheadSeconds: rounded(one / JOBS - proof),
    recoverySeconds: recoveries,
    idleMegabytes,
  };
  console.log(result);
  writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
  expect(site.jobs().filter(({ state }) => state !== "done")).toEqual([]);
});

/** Mean seconds of a proof in a process of the pool, without a queue. */
async function proofSeconds({ placeOf }: Yard): Promise<number> {
  const { dir, siteKey } = await placeOf({ site: SITE, batch: "b1" });
  const batch = await readBatch(dir);
  const { statement, circuit, signals } = await jobTask(batch, { claim: CLAIM, submitter: WHERE.owner }, siteKey);
  const { wasm, zkey } = await artifactsOf(circuitNamed(circuit.name));
  const job = { input: statement.input(signals), wasm, zkey };
  return await withProofPool(1, async (makeProof) => {
    await makeProof(job);
    const start = performance.now();
    for (let times = 0; times < JOBS; times++) await makeProof(job);
    return (performance.now() - start) / 1000 / JOBS;
  });
}

/** Memory that a process holds now, as Linux has it. */
function residentMegabytes({ pid }: Child): number {
  const kilobytes = /VmRSS:\s+([0-9]+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
